"""Calling other programs: a controlled environment, clear errors, no leftovers."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from attrs import frozen

from kresolve.errors import ToolError

# What a child may see of the user's environment.  Everything else (ARCH, CC,
# KCFLAGS, KCONFIG_*, MAKEFLAGS ...) would change the result without a trace in
# the model, so it has to be asked for in kresolve's own words.
_INHERITED = ("PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "LD_LIBRARY_PATH")
_INHERITED_PREFIXES = ("RUSTUP_", "CARGO_")

# What another home is told by.
_HOMES = ("HOME", "RUSTUP_HOME", "RUSTUP_AUTO_INSTALL")

# Where a missing program comes from, as a person would type it.
_PACKAGES = {
    "apt-cache": "apt",
    "apt-config": "apt",
    "apt-get": "apt",
    "bison": "bison",
    "dot": "graphviz",
    "dpkg-deb": "dpkg",
    "flex": "flex",
    "git": "git",
    "gcc": "gcc",
    "g++": "g++",
    "clang": "clang",
    "make": "make",
}


#: Signals that end the program, if it has a handler for them that says so.
_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def base_environment() -> dict[str, str]:
    """The environment that every child of a tree starts from.

    The locale is fixed, so that no message or sort order depends on the user.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    kept.setdefault("PATH", os.defpath)
    kept["LANG"] = "C.UTF-8"
    return kept


def find_program(name: str, environment: Mapping[str, str] | None = None) -> str:
    """The path of ``name`` on the PATH of ``environment`` (default: ours).

    Raises ToolError that says how to install it.
    """
    path = None if environment is None else environment.get("PATH")
    place = shutil.which(name, path=path)
    if place is None:
        package = _PACKAGES.get(name)
        hint = f": apt-get install {package}" if package else ""
        raise ToolError(f"{name} not found{hint}")
    return place


def last_line(text: str) -> str:
    """The last line of ``text`` that is not blank, or the empty string."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    directory: Path | None = None,
    given: str = "",
    at_home: bool = False,
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` in ``directory`` with exactly ``environment``, ``given`` on its stdin.

    Unless it is ``at_home``, it gets another home (see :func:`_away`), which is also where it
    runs if no directory is named.
    Both outputs are captured; bytes that are no UTF-8 survive as surrogates.
    The exit status is the caller's to judge.  Ctrl-C kills the child and its
    children, so that none of them writes into ``directory`` any more.
    Raises ToolError when the program cannot be started.
    """
    at = contextlib.nullcontext(environment) if at_home else _away(environment)
    with (
        at as variables,
        _session(
            command,
            environment=variables,
            directory=directory or Path(variables["HOME"]),
            stdin=subprocess.PIPE if given else subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as child,
    ):
        answers = child.communicate(given.encode("utf-8", "surrogateescape") or None)
    output, messages = (answer.decode("utf-8", "surrogateescape") for answer in answers)
    return subprocess.CompletedProcess(child.args, child.returncode, output, messages)


def restored(variables: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """``variables`` as a child of :func:`run` sees them, as if ``environment`` were all it got."""
    kept = {name: value for name, value in variables.items() if name not in _HOMES}
    return kept | {name: environment[name] for name in _HOMES if name in environment}


@contextlib.contextmanager
def _away(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """``environment`` with a home that is gone afterwards.

    Compilers write into it even when they only say their version: rustup's
    proxies their settings, ccache its statistics.  What a build would find of
    rustup is there, its settings and its toolchains; it installs none.
    """
    with tempfile.TemporaryDirectory(prefix="kresolve-home-", ignore_cleanup_errors=True) as home:
        rustup = Path(home, ".rustup")
        (rustup / "toolchains").mkdir(parents=True)
        original = environment.get("RUSTUP_HOME") or f"{environment.get('HOME', '')}/.rustup"
        with contextlib.suppress(OSError):
            shutil.copyfile(Path(original, "settings.toml"), rustup / "settings.toml")
        with contextlib.suppress(OSError):
            for toolchain in Path(original, "toolchains").resolve().iterdir():
                (rustup / "toolchains" / toolchain.name).symlink_to(toolchain)
        yield {**environment, "HOME": home, "RUSTUP_HOME": str(rustup), "RUSTUP_AUTO_INSTALL": "0"}


@contextlib.contextmanager
def streaming(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    directory: Path,
    given: IO[bytes] | int = subprocess.DEVNULL,
) -> Iterator[Streaming]:
    """Run ``command`` while its output is read, in a session that ends with the context.

    Raises ToolError when there is no such program.
    """
    with (
        tempfile.TemporaryFile() as messages,
        _session(
            command, environment=environment, directory=directory, stdin=given, stderr=messages
        ) as child,
    ):
        yield Streaming(child, messages)


@contextlib.contextmanager
def _session(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    directory: Path,
    stdin: IO[bytes] | int,
    stderr: IO[bytes] | int,
) -> Iterator[subprocess.Popen[bytes]]:
    """A program in a session of its own, of which nothing is left where the context is left early.

    Raises ToolError when it cannot be started.
    """
    program = find_program(str(command[0]), environment)
    try:
        child = _started(
            lambda: subprocess.Popen(
                [program, *map(str, command[1:])],
                env=dict(environment),
                cwd=directory,
                stdin=stdin,
                stdout=subprocess.PIPE,
                stderr=stderr,
                start_new_session=True,
            )
        )
    except OSError as error:
        raise ToolError(f"cannot run {program}: {error.strerror}") from error
    with child:
        try:
            yield child
        except BaseException:  # Ctrl-C too
            _kill_session(child)
            raise


@frozen
class Streaming:
    """A program that runs: see :func:`streaming`."""

    child: subprocess.Popen[bytes]
    _messages: IO[bytes]

    @property
    def output(self) -> IO[bytes]:
        """Its standard output."""
        assert self.child.stdout is not None
        return self.child.stdout

    def end(self) -> tuple[int, str]:
        """Let it end; its status and what it said on standard error."""
        self.output.close()
        status = self.child.wait()
        self._messages.seek(0)
        return status, self._messages.read().decode(errors="replace")


def _started(start: Callable[[], subprocess.Popen[bytes]]) -> subprocess.Popen[bytes]:
    """The child that ``start`` starts in a session of its own, not lost to Ctrl-C or SIGTERM.

    One that comes when the child runs already, but before anybody holds
    it, would leave it running.
    """
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    ours = {number: handler for number, handler in handlers.items() if callable(handler)}
    if threading.current_thread() is not threading.main_thread() or not ours:
        return start()
    came: list[tuple[signal.Signals, FrameType | None]] = []
    for number in ours:
        signal.signal(number, lambda which, frame: came.append((signal.Signals(which), frame)))
    try:
        child = start()
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
    for which, frame in came:
        try:
            ours[which](which, frame)
        except BaseException:
            _kill_session(child)
            raise
    return child


def _kill_session(child: subprocess.Popen[bytes]) -> None:
    """End ``child``, started in a session of its own, and all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
