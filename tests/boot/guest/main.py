#!/usr/bin/python3
"""Process 1 of the guest: lets CRIU do each operation, and prints how it went.

/jobs.json says what to do: ``operations`` (names; all, if none), ``enough`` (after so many of
them it ends as soon as one has failed), ``without`` which modules, and whether to be ``verbose``:
to print the logs of those that fail.  Each
result is a line on the console, ``@@`` and an object of JSON: ``operation``, ``result`` and
``messages``.  A result is "ok", or where it went wrong: "setup" (the object cannot be made on
this kernel), "dump", "restore", "verify" (it came back, and does not work).
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from operations import (  # type: ignore[import-not-found]  # beside it in the guest
    BY_NAME,
    Operation,
)

SCRATCH = Path("/tmp/work")
CONTAINER = Path("/container")
CGROUP = Path("/sys/fs/cgroup")
#: Seconds that anything may take; an emulated processor is slow.
PATIENCE = 180


class Failed(Exception):  # noqa: N818  where an operation failed, no error of the program
    """Where an operation failed, and what was said."""

    def __init__(self, where: str, messages: list[str]) -> None:
        super().__init__(where)
        self.where, self.messages = where, messages


def tell(**fields: object) -> None:
    print(f"\n@@ {json.dumps(fields)}", flush=True)


def run(*command: str, log: Path | None = None) -> int:
    """Run a command with its output in a file; its exit status, 124 after PATIENCE."""
    with (log or Path(os.devnull)).open("ab") as output:
        try:
            return subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                timeout=PATIENCE,
                check=False,
            ).returncode
        except subprocess.TimeoutExpired:
            output.write(b"Error: took too long\n")
            return 124


def shell(text: str, *prefix: str, log: Path | None = None) -> int:
    return run(*prefix, "sh", "-c", text, log=log)


def wait_for(
    *paths: Path, seconds: float = 15, alive: subprocess.Popen[bytes] | None = None
) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if any(path.exists() for path in paths):
            return True
        if alive and alive.poll() is not None:
            return False
        time.sleep(0.02)
    return False


def complaints(*logs: Path) -> list[str]:
    """What went wrong, CRIU's errors and what the programs that it ran said: first and last words.

    The first errors tell the cause; where they are those of CRIU's probes, the last ones do.
    """
    found: dict[str, None] = {}
    for log in logs:
        if not log.exists():
            continue
        for line in log.read_text(errors="replace").splitlines():
            text = re.sub(r"^\([\d.]+\)\s*(?:\d+:)?\s*", "", line).strip()
            if text.startswith("Error") or (log.suffix == ".out" and text):
                found.setdefault(text[:200])
    lines = list(found)
    return lines if len(lines) <= 8 else [*lines[:4], *lines[-4:]]


def reap() -> None:
    """Bury the dead: a process number is free for a restore only then."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


# ------------------------------------------------------------------- objects


@contextmanager
def started(operation: Operation, directory: Path) -> Iterator[int]:
    """The process of an object, by its number; killed at the end."""
    log = directory / "setup.out"
    program = "/compat" if operation.object == "compat" else "/objects"
    flags = ["-t"] if operation.object == "time_namespace" else []
    pid = 0
    unshare: subprocess.Popen[bytes] | None = None
    try:
        if not operation.contained:
            words = [program, *flags, operation.object, str(directory)]
            if operation.namespaces:
                up = "ip link set lo up && " if operation.namespaces == "-n" else ""
                inside = f"{up}{operation.prepare or ':'} && exec {' '.join(words)}"
                words = [*unshare_words(operation), "sh", "-c", inside]
            files = directory
            try:
                is_there = run(*words, log=log) == 0 and wait_for(files / "pid", files / "verdict")
            except OSError as error:  # no program for this kernel
                raise Failed("setup", [f"{program}: {error.strerror}"]) from error
        else:
            unshare, files = enter_container(operation, log)
            is_there = wait_for(files / "pid", files / "verdict", alive=unshare)
        if not is_there or not (files / "pid").exists():
            said = files / "verdict"
            raise Failed(
                "setup", [*([said.read_text()] if said.exists() else []), *complaints(log)]
            )
        pid = child_of(unshare.pid) if unshare else int((files / "pid").read_text())
        yield pid
    finally:
        for number in (pid, unshare.pid if unshare else 0):
            if number:
                kill(number, signal.SIGKILL)
        if unshare:
            unshare.wait()


#: Enters a user namespace with the ids of a container, and goes on as root in it.  Where only one
#: id is mapped, CRIU cannot give net.ipv4.ping_group_range back: its default names group 1.
USER_NAMESPACE = """
import os, sys
pid = os.getpid()
end, begin = os.pipe()
if not os.fork():
    os.read(end, 1)
    for kind in ("uid", "gid"):
        with open(f"/proc/{pid}/{kind}_map", "w") as file:
            file.write("0 0 65536")
    os._exit(0)
try:
    os.unshare(os.CLONE_NEWUSER)
except OSError as error:
    sys.exit(f"unshare(CLONE_NEWUSER): {error.strerror}")
os.write(begin, b"x")
os.wait()
os.setresgid(0, 0, 0)
os.setresuid(0, 0, 0)
os.execvp(sys.argv[1], sys.argv[1:])
"""


def unshare_words(operation: Operation) -> list[str]:
    """The command that enters an operation's namespaces."""
    letters = operation.namespaces.split()
    wrapper = ["python3", "-c", USER_NAMESPACE] if "-U" in letters else []
    return [*wrapper, "unshare", *(letter for letter in letters if letter != "-U")]


def enter_container(operation: Operation, log: Path) -> tuple[subprocess.Popen[bytes], Path]:
    """Start process 1 of a container whose root is a file system of its own."""
    files = CONTAINER / "files"
    shutil.rmtree(files, ignore_errors=True)
    files.mkdir()
    script = f"""
        set -e
        export PATH=/bin
        mount --make-rprivate /
        mount -o bind {CONTAINER} {CONTAINER}
        cd {CONTAINER}
        mount -t proc proc proc
        pivot_root . old
        cd /
        umount -l /old
        ip link set lo up 2>/dev/null || :
        {operation.prepare or ":"}
        exec /objects -f {operation.object} /files </dev/null >/dev/null 2>&1
    """
    with log.open("ab") as output:
        command = [*unshare_words(operation), "-f", "sh", "-c", script]
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    return child, files


def child_of(pid: int) -> int:
    """The one child of a process (without PROC_CHILDREN, too)."""
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            if re.search(rf"^PPid:\t{pid}$", status.read_text(), re.MULTILINE):
                return int(status.parent.name)
        except OSError:
            continue
    raise Failed("setup", [f"process {pid} has no child"])


def kill(pid: int, number: signal.Signals) -> None:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


# ---------------------------------------------------------------- procedures


def criu(verb: str, images: Path, *options: str) -> int:
    """Run CRIU; what it says is in VERB.log and VERB.out beside the images."""
    images.mkdir(parents=True, exist_ok=True)
    words = ["criu", verb, "-D", str(images), "-o", f"{verb}.log", "-v4", *options]
    return run(*words, log=images / f"{verb}.out")


def said(images: Path, *verbs: str) -> list[str]:
    return complaints(*(images / f"{verb}.{kind}" for verb in verbs for kind in ("out", "log")))


def root_of(operation: Operation) -> list[str]:
    return ["--root", str(CONTAINER)] if operation.contained else []


def restore(operation: Operation, images: Path, *more: str) -> int:
    """Restore in the background; the process' number."""
    pidfile = images / "restored"
    reap()
    options = [*operation.options.split(), *root_of(operation), *more]
    if criu("restore", images, "-d", "--pidfile", str(pidfile), *options):
        raise Failed("restore", said(images, "restore", *(["lazy-pages"] if more else [])))
    return int(pidfile.read_text())


def verify(operation: Operation, directory: Path, pid: int) -> None:
    """Let the restored process use its object, and look at its namespaces."""
    files = CONTAINER / "files" if operation.contained else directory
    log = directory / "afterwards.log"
    try:
        if operation.afterwards:
            letters = ["-m", "-u", "-i", "-p"] if operation.contained else [operation.namespaces]
            enter = ["nsenter", "-t", str(pid), *letters]
            if operation.contained:
                enter += ["/bin/env", "PATH=/bin"]
            if shell(operation.afterwards, *enter, log=log):
                text = log.read_text(errors="replace").split("\n")[:2]
                raise Failed("verify", [f"false: {operation.afterwards}", *filter(None, text)])
        (files / "verdict").unlink(missing_ok=True)
        kill(pid, signal.SIGTERM)
        if not wait_for(files / "verdict"):
            raise Failed("verify", ["the restored process gives no answer"])
        verdict = (files / "verdict").read_text()
        if verdict != "ok":
            raise Failed("verify", [verdict])
    finally:
        kill(pid, signal.SIGKILL)


def dump(operation: Operation, directory: Path) -> None:
    images = directory / "images"
    with started(operation, directory) as pid:
        if criu("dump", images, "-t", str(pid), *operation.options.split()):
            raise Failed("dump", said(images, "dump"))
    verify(operation, directory, restore(operation, images))


def check(operation: Operation, directory: Path) -> None:
    """Does CRIU start?  Whether `criu check` is content is another question."""
    log = directory / "check.out"
    run("criu", "check", log=log)
    if "Could not initialize kernel features detection" in log.read_text(errors="replace"):
        raise Failed("dump", complaints(log))


def pre_dump(operation: Operation, directory: Path) -> None:
    first, second = directory / "1", directory / "2"
    options = operation.options.split()
    with started(operation, directory) as pid:
        if criu("pre-dump", first, "-t", str(pid), *options):
            raise Failed("dump", said(first, "pre-dump"))
        if criu("dump", second, "-t", str(pid), "--prev-images-dir", "../1", *options):
            raise Failed("dump", said(second, "dump"))
    sizes = [sum(p.stat().st_size for p in d.glob("pages-*")) for d in (first, second)]
    if sizes[1] * 4 > sizes[0]:
        raise Failed(
            "verify", [f"the second dump has {sizes[1]} of the first one's {sizes[0]} bytes"]
        )
    plain = Operation(operation.name, operation.needs, operation.object)
    verify(operation, directory, restore(plain, second))


def lazy_pages(operation: Operation, directory: Path) -> None:
    images = directory / "images"
    with started(operation, directory) as pid:
        if criu("dump", images, "-t", str(pid)):
            raise Failed("dump", said(images, "dump"))
    with (images / "lazy-pages.out").open("wb") as output:
        words = ["criu", "lazy-pages", "-D", str(images), "-o", "lazy-pages.log", "-v4"]
        server = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
    try:
        wait_for(images / "lazy-pages.socket", seconds=5)
        verify(operation, directory, restore(operation, images, "--lazy-pages"))
    finally:
        server.kill()
        server.wait()


@contextmanager
def cgroup() -> Iterator[Path]:
    group = CGROUP / "criutest"
    try:
        group.mkdir()
    except OSError as error:
        raise Failed("setup", [f"{group}: {error.strerror}"]) from error
    try:
        yield group
    finally:
        if group.is_dir():
            (group / "cgroup.kill").write_text("1")
            wait_until_empty(group)
            reap()
            group.rmdir()


def in_cgroup(
    operation: Operation, directory: Path, *, limit: str = "", freezer: bool = False
) -> None:
    """Dump a process in a cgroup that is gone before the restore, and look at its limit then."""
    images = directory / "images"
    with cgroup() as group:
        with started(operation, directory) as pid:
            try:
                (group / "cgroup.procs").write_text(str(pid))
                if limit:
                    (group / "pids.max").write_text(limit)
            except OSError as error:
                raise Failed("setup", [f"{error.filename}: {error.strerror}"]) from error
            options = [*operation.options.split()]
            options += ["--freeze-cgroup", str(group)] if freezer else []
            if criu("dump", images, "-t", str(pid), *options):
                raise Failed("dump", said(images, "dump"))
        wait_until_empty(group)
        group.rmdir()
        pid = restore(operation, images)
        members = (group / "cgroup.procs").read_text().split() if group.is_dir() else []
        if str(pid) not in members:
            kill(pid, signal.SIGKILL)
            raise Failed("verify", ["the restored process is not in its cgroup"])
        now = (group / "pids.max").read_text().strip() if limit else ""
        if now != limit:
            kill(pid, signal.SIGKILL)
            raise Failed("verify", [f"pids.max was {limit}, is {now}"])
        verify(operation, directory, pid)
        wait_until_empty(group)


@contextmanager
def legacy_cgroup(controller: str, log: Path) -> Iterator[Path]:
    """A group of a v1 hierarchy; its controller is free for it only when v2 has let it go."""
    place = Path("/tmp/v1")
    place.mkdir(exist_ok=True)
    switch = CGROUP / "cgroup.subtree_control"
    with suppress(OSError):
        switch.write_text(f"-{controller}")
    words = ["mount", "-t", "cgroup", "-o", controller, "cgroup", str(place)]
    for _ in range(10):
        if run(*words, log=log) == 0:
            break
        time.sleep(0.5)
    else:
        raise Failed("setup", complaints(log))
    group = place / "criutest"
    try:
        group.mkdir()
        yield group
    finally:
        if group.is_dir():
            for pid in (group / "cgroup.procs").read_text().split():
                kill(int(pid), signal.SIGKILL)
            wait_until_empty(group)
            reap()
            group.rmdir()
        run("umount", str(place))
        with suppress(OSError):
            switch.write_text(f"+{controller}")


def in_legacy_cgroup(operation: Operation, directory: Path) -> None:
    """Dump a process in a v1 group that is gone before the restore, and look at its limit then."""
    images, log = directory / "images", directory / "setup.out"
    with legacy_cgroup(operation.name.split(", ")[1], log) as group:
        if run("sh", "-c", f"cd {group} && {operation.prepare}", log=log):
            raise Failed("setup", complaints(log))
        with started(operation, directory) as pid:
            (group / "cgroup.procs").write_text(str(pid))
            if criu("dump", images, "-t", str(pid), *operation.options.split()):
                raise Failed("dump", said(images, "dump"))
        wait_until_empty(group)
        group.rmdir()
        pid = restore(operation, images)
        members = (group / "cgroup.procs").read_text().split() if group.is_dir() else []
        if str(pid) not in members:
            kill(pid, signal.SIGKILL)
            raise Failed("verify", ["the restored process is not in its cgroup"])
        if run("sh", "-c", f"cd {group} && {operation.afterwards}", log=log):
            kill(pid, signal.SIGKILL)
            raise Failed("verify", [f"false: {operation.afterwards}"])
        verify(replace(operation, afterwards=""), directory, pid)
        wait_until_empty(group)


def wait_until_empty(group: Path) -> None:
    end = time.monotonic() + 10
    while (group / "cgroup.procs").read_text().strip() and time.monotonic() < end:
        time.sleep(0.05)


PROCEDURES: dict[str, Callable[[Operation, Path], None]] = {
    "dump": dump,
    "check": check,
    "pre-dump": pre_dump,
    "lazy-pages": lazy_pages,
    "cgroup": in_cgroup,
    "cgroup-limit": lambda operation, directory: in_cgroup(operation, directory, limit="77"),
    "cgroup-v1": in_legacy_cgroup,
    "freezer": lambda operation, directory: in_cgroup(operation, directory, freezer=True),
}


def perform(operation: Operation, *, verbose: bool) -> str:
    shutil.rmtree(SCRATCH, ignore_errors=True)
    SCRATCH.mkdir(parents=True)
    os.environ["PATH"] = f"/iptables-{operation.iptables}:{PATH}"
    begin = time.monotonic()
    result, messages = "ok", []
    try:
        PROCEDURES[operation.how](operation, SCRATCH)
    except Failed as failure:
        result, messages = failure.where, failure.messages
    except Exception as error:  # noqa: BLE001  a fault of the test is a result, too
        result, messages = "test", [f"{type(error).__name__}: {error}"]
    reap()
    seconds = round(time.monotonic() - begin, 1)
    tell(operation=operation.name, result=result, messages=messages, seconds=seconds)
    if verbose and result != "ok":
        for log in sorted(SCRATCH.rglob("*.log")):
            lines = log.read_text(errors="replace").splitlines()
            print(f"---- {log}", *lines[-200:], sep="\n", flush=True)
    return result


# --------------------------------------------------------------------- guest


def mount(kind: str, path: str, *, options: str = "") -> bool:
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except PermissionError:  # sysfs makes no directory
        return False
    more = ["-o", options] if options else []
    return run("mount", "-t", kind, *more, kind, path) == 0


def prepare_guest() -> None:
    mount("proc", "/proc")
    mount("sysfs", "/sys")
    mount("devtmpfs", "/dev")
    mount("devpts", "/dev/pts", options="ptmxmode=666")
    mount("tmpfs", "/tmp")
    mount("tmpfs", "/dev/shm")
    mount("mqueue", "/dev/mqueue")
    if mount("cgroup2", str(CGROUP)):
        for name in (CGROUP / "cgroup.controllers").read_text().split():
            try:
                (CGROUP / "cgroup.subtree_control").write_text(f"+{name}")
            except OSError:
                continue
    Path("/run").mkdir(exist_ok=True)
    if not Path("/dev/net/tun").exists():
        Path("/dev/net").mkdir(exist_ok=True)
        os.mknod("/dev/net/tun", 0o600 | 0o020000, os.makedev(10, 200))
    run("ip", "link", "set", "lo", "up")
    try:
        Path("/proc/sys/vm/nr_hugepages").write_text("8")
    except OSError:
        pass
    for flavour in ("legacy", "nft"):
        folder = Path(f"/iptables-{flavour}")
        folder.mkdir()
        for name in ("iptables", "ip6tables"):
            for ending in ("", "-save", "-restore"):
                (folder / f"{name}{ending}").symlink_to(f"/usr/sbin/xtables-{flavour}-multi")
    for name in ("proc", "dev", "old", "mnt", "layers", "sys", "tmp", "bin", "files"):
        (CONTAINER / name).mkdir(parents=True, exist_ok=True)
    # CRIU mounts an overlay again by its layers' paths, and looks for them in its own root.
    Path("/layers").symlink_to(CONTAINER / "layers")
    shutil.copy("/objects", CONTAINER)
    shutil.copy("/usr/bin/busybox", CONTAINER / "bin")
    run("chroot", str(CONTAINER), "/bin/busybox", "--install", "-s", "/bin")
    os.mknod(CONTAINER / "dev/null", 0o666 | 0o020000, os.makedev(1, 3))


PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


def main() -> None:
    os.environ.update(PATH=PATH, HOME="/", LC_ALL="C")
    jobs = json.loads(Path("/jobs.json").read_text())
    for module in jobs.get("without", ()):
        for path in Path("/usr/lib/modules").glob(f"*/**/{module}.ko"):
            path.unlink()
    prepare_guest()
    version = subprocess.run(["criu", "--version"], capture_output=True, text=True, check=False)
    tell(
        kernel=os.uname().release,
        criu=(version.stdout or version.stderr).split("\n")[0].removeprefix("Version: "),
    )
    failed = False
    for number, name in enumerate(jobs.get("operations") or BY_NAME):
        if failed and number >= jobs.get("enough", len(BY_NAME)):
            break
        failed |= perform(BY_NAME[name], verbose=bool(jobs.get("verbose"))) != "ok"
    tell(done=True)


if __name__ == "__main__":
    try:
        main()
    except BaseException as error:  # noqa: BLE001
        tell(failed=f"{type(error).__name__}: {error}")
    sys.stdout.flush()
    run("reboot", "-f")
    os.system("/usr/bin/busybox reboot -f")
