"""Files that a user names: read without waiting, written as a whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import select
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from kresolve.errors import ConfigFileError

_FULL = (errno.ENOSPC, errno.EDQUOT)
# The directory is not ours, the file is mounted by itself, or would get another owner.
_NOT_REPLACED = (errno.EACCES, errno.EPERM, errno.EBUSY, errno.EROFS)
# The file system has no files without a name.
_NO_NAMELESS = (errno.EOPNOTSUPP, errno.EISDIR, errno.ENOENT, errno.EINVAL)
# What is asked of a disk before the work: a large .config.
_ROOM = 1 << 19
# Milliseconds until a named pipe's writer has to have come.
_PIPE_PATIENCE = 3000
_NULL = os.makedev(1, 3)


def open_input(path: Path) -> IO[bytes]:
    """Open a file, a terminal, /dev/null or a pipe to read it.

    Raises OSError for a device, which may have no end, and for a named pipe that
    nobody writes to.  A pipe that the shell has opened (``<(zcat ...)``) has a writer.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        _refuse_endless(descriptor, path)
        os.set_blocking(descriptor, True)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def _refuse_endless(descriptor: int, path: Path) -> None:
    status = os.fstat(descriptor)
    # A pipe that was opened for us has no name in the file system.
    if stat.S_ISFIFO(status.st_mode) and Path(os.path.realpath(path)).exists():
        ready = select.poll()
        ready.register(descriptor, select.POLLIN)
        if not ready.poll(_PIPE_PATIENCE):
            raise OSError(errno.EINVAL, "nobody writes to this pipe")
    device = stat.S_ISCHR(status.st_mode) or stat.S_ISBLK(status.st_mode)
    if device and status.st_rdev != _NULL and not os.isatty(descriptor):
        raise OSError(errno.EINVAL, "this is a device; name a file")


def read_below(root: Path | None, name: str) -> str | None:
    """The text of a file of a tree; None where there is no tree, or it cannot be read."""
    if root is None:
        return None
    try:
        return (root / name).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file in one step; what stood there before stays until then.

    Its owner, mode, hard links and attributes stay; where replacing it would lose
    one of them, it is written over, once there is room for all of it.  A symbolic
    link stays, and what it points to is written.  What is no regular file (a pipe,
    a device, /dev/stdout) is written to as it is.
    Raises ConfigFileError with the place and the system's reason.
    """
    content = data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")
    try:
        target = _target(path)
        if _special(path, target):
            with path.open("wb") as file:
                file.write(content)
        else:
            _write(target, content)
    except OSError as error:
        raise ConfigFileError(f"{path}: cannot write it: {reason(error, path)}") from error


def check_writable(path: Path) -> None:
    """Refuse a file that cannot be written, or has no room, before any work is done."""
    if path.is_dir():
        raise ConfigFileError(f"{path}: this is a directory; name a file to write")
    if not path.absolute().parent.is_dir():
        raise ConfigFileError(f"{path}: no such directory: {path.absolute().parent}")
    try:
        target = _target(path)
        if _special(path, target):
            return
        exists = target.exists()
        if exists:
            with target.open("r+b"):
                pass  # who may open it may write to it
        try:
            _try_room(target.parent)
        except OSError as error:
            if not exists or error.errno not in _NOT_REPLACED:
                raise
    except OSError as error:
        raise ConfigFileError(f"{path}: cannot write it: {reason(error, path)}") from error


def _try_room(directory: Path) -> None:
    """Make a new file of some size in ``directory``, without a name.  Raises OSError."""
    try:
        descriptor = os.open(directory, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    except OSError as error:
        if error.errno not in _NO_NAMELESS:
            raise
        if not os.access(directory, os.W_OK | os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES)) from error
        if _room(directory) < _ROOM:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
        return
    try:
        os.posix_fallocate(descriptor, 0, _ROOM)
    finally:
        os.close(descriptor)


def reason(error: OSError, *places: Path) -> str:
    """Why something cannot be written, with the disk if one is full.

    That of ``places`` or of temporary files: the first that has no room left.
    """
    said = error.strerror or str(error)
    if error.errno not in _FULL:
        return said
    disks = [_disk(place) for place in (*places, Path(tempfile.gettempdir()))]
    full = [disk for disk in disks if _room(disk) < _ROOM]
    return f"{said} (the disk at {(full or disks)[0]})"


def _target(path: Path) -> Path:
    """The file that is written: ``path``, or what a symbolic link there points to."""
    target = Path(os.path.realpath(path))
    if target.is_symlink():
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP))
    return target


def _special(path: Path, target: Path) -> bool:
    """Whether it is no regular file, and not to become one."""
    # Not resolved: /dev/stdout must be seen as what it is called.
    device = path.absolute().parts[1:2] in (("dev",), ("proc",))
    return device or (target.exists() and not target.is_file())


def _write(path: Path, content: bytes) -> None:
    old = path.stat() if path.exists() else None
    if old is None or (old.st_nlink == 1 and not _attributes(path)):
        try:
            _replace(path, content, old)
        except OSError as error:
            if old is None or error.errno not in _NOT_REPLACED:
                raise
        else:
            return
    _write_over(path, content)


def _attributes(path: Path) -> list[str]:
    """The names of a file's attributes (access lists, say) that a new file does not get."""
    try:
        return [name for name in os.listxattr(path) if not name.startswith("security.")]
    except OSError:
        return []  # the file system has none


def _replace(path: Path, content: bytes, old: os.stat_result | None) -> None:
    with _scratch(path) as (scratch, file):
        file.write(content)
        file.flush()
        if old is not None:
            new = os.fstat(file.fileno())
            if (new.st_uid, new.st_gid) != (old.st_uid, old.st_gid):
                os.fchown(file.fileno(), old.st_uid, old.st_gid)
            os.fchmod(file.fileno(), stat.S_IMODE(old.st_mode))
        scratch.replace(path)


def _write_over(path: Path, content: bytes) -> None:
    with path.open("r+b") as file:
        size = os.fstat(file.fileno()).st_size
        if len(content) > size:
            try:
                os.posix_fallocate(file.fileno(), 0, len(content))
            except OSError:
                file.truncate(size)
                raise
        file.write(content)
        file.truncate(len(content))


@contextlib.contextmanager
def _scratch(path: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file beside ``path``, which is gone afterwards if it is there still."""
    scratch = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}")
    # 0o666 minus the umask, as for any new file; an old one keeps its mode.
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield scratch, file
    finally:
        scratch.unlink(missing_ok=True)


def _disk(place: Path) -> Path:
    """Where the file system of ``place`` is mounted."""
    place = Path(os.path.realpath(place))
    while not os.path.ismount(place):
        place = place.parent
    return place


def _room(disk: Path) -> int:
    """How many bytes may still be written; none if there is no room for names."""
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize if found.f_favail or not found.f_files else 0
