"""Files that are written: whole or not at all, and nothing of what they are is lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kresolve.dotconfig.files import check_writable, write_whole
from kresolve.errors import ConfigFileError
from tests.unit.disks import may_mount
from tests.unit.toytree import ROOT, snapshot

# What is done on a disk of its own, in a process that may mount one.
PROLOGUE = """
import subprocess, sys
from pathlib import Path
from kresolve.errors import KresolveError
from kresolve.dotconfig.files import check_writable, write_whole

place = Path(sys.argv[1])

def mount(*arguments):
    subprocess.run(["mount", *arguments], check=True)

def told(function, *arguments):
    try:
        function(*arguments)
    except KresolveError as error:
        print(error)
    else:
        print("done")
"""


def with_disks(code: str, place: Path) -> list[str]:
    """What a process says that mounts file systems on ``place``, seen by itself only."""
    command: list[str | Path] = [*may_mount(place), sys.executable, "-c", PROLOGUE + code, place]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_a_hard_link_stays_one(tmp_path: Path) -> None:
    """A file that has two names has the new content under both."""
    one, other = tmp_path / "one", tmp_path / "other"
    one.write_text("old, and longer\n")
    other.hardlink_to(one)
    write_whole(one, "new\n")
    assert other.read_text() == "new\n"
    assert other.samefile(one)
    write_whole(one, "new, and longer than before\n")
    assert other.read_text() == "new, and longer than before\n"


def test_mode_and_symbolic_link_stay(tmp_path: Path) -> None:
    """A file keeps its mode, and the link to it stays a link."""
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old\n")
    file.chmod(0o604)
    link.symlink_to("file")
    write_whole(link, "new\n")
    assert link.is_symlink()
    assert file.read_text() == "new\n"
    assert file.stat().st_mode & 0o7777 == 0o604


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file to others")
@pytest.mark.parametrize("may", [True, False])
def test_an_owner_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, may: bool) -> None:
    """Somebody else's file stays theirs, also for who may not give files away."""

    def refuse(*arguments: object) -> None:
        raise PermissionError(errno.EPERM, "not you")

    file = tmp_path / "file"
    file.write_text("old\n")
    os.chown(file, 12345, 54321)
    before = file.stat()
    if not may:
        monkeypatch.setattr(os, "fchown", refuse)
    write_whole(file, "new\n")
    after = file.stat()
    assert file.read_text() == "new\n"
    assert (after.st_uid, after.st_gid, after.st_mode) == (12345, 54321, before.st_mode)
    assert (after.st_ino == before.st_ino) == (not may)
    assert list(tmp_path.iterdir()) == [file]


def test_attributes_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file with an access list is written over, not replaced by one without."""
    file = tmp_path / "file"
    file.write_text("old\n")
    before = file.stat().st_ino
    monkeypatch.setattr(os, "listxattr", lambda path: ["system.posix_acl_access"])
    write_whole(file, "new\n")
    assert file.read_text() == "new\n"
    assert file.stat().st_ino == before


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """A full disk is refused before the work and named; what stood there stays to the byte."""
    code = """
mount("-t", "tmpfs", "-o", "size=1m", "none", str(place))
(place / "one").write_text("old")
(place / "two").hardlink_to(place / "one")
(place / "single").write_text("old")
told(check_writable, place / "single")
subprocess.run(["dd", "if=/dev/zero", f"of={place}/ballast"], stderr=subprocess.DEVNULL)
for name in ("one", "single", "new"):
    told(check_writable, place / name)
    told(write_whole, place / name, "x" * 100000)
    print((place / name).read_text() if (place / name).exists() else "none")
print(sorted(path.name for path in place.iterdir()))
"""
    full = f"cannot write it: No space left on device (the disk at {tmp_path})"
    told = with_disks(code, tmp_path)
    expected = ["done"]
    for name, text in (("one", "old"), ("single", "old"), ("new", "none")):
        expected += [f"{tmp_path}/{name}: {full}"] * 2 + [text]
    assert told == [*expected, "['ballast', 'one', 'single', 'two']"]


def test_a_mounted_file_is_written(tmp_path: Path) -> None:
    """A file that is mounted by itself, as containers have it, cannot be replaced, but written."""
    code = """
mount("-t", "tmpfs", "none", str(place))
(place / "outside").write_text("old, and longer")
(place / "file").touch()
mount("--bind", str(place / "outside"), str(place / "file"))
told(check_writable, place / "file")
told(write_whole, place / "file", "new")
print((place / "outside").read_text())
mount("-o", "remount,ro,bind", str(place / "file"))
told(check_writable, place / "file")
mount("-o", "remount,ro", str(place))
told(check_writable, place / "other")
"""
    refused = "cannot write it: Read-only file system"
    assert with_disks(code, tmp_path) == [
        *("done", "done", "new"),
        f"{tmp_path}/file: {refused}",
        f"{tmp_path}/other: {refused}",
    ]


def test_a_loop_of_links_is_refused(tmp_path: Path) -> None:
    """A link that leads to itself is not replaced by a file."""
    (tmp_path / "loop").symlink_to("loop")
    for write in (check_writable, lambda path: write_whole(path, "new")):
        with pytest.raises(ConfigFileError, match="loop: cannot write it: Too many levels"):
            write(tmp_path / "loop")
    assert (tmp_path / "loop").is_symlink()


def test_the_check_leaves_nothing(tmp_path: Path) -> None:
    """Whether a file can be written is found without a trace."""
    file = tmp_path / "file"
    file.write_text("old\n")
    before = snapshot(tmp_path)
    check_writable(file)
    check_writable(tmp_path / "new")
    assert snapshot(tmp_path) == before
