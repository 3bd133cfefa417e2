"""The cache: what is there is complete, and it is built at most once.

A directory or file gets its name in the cache by one rename, after it is
complete.  So readers need neither a lock nor write access, and a builder that
is killed leaves only a scratch directory whose name no reader looks at; the
next builder removes it.  Builders of one entry exclude each other with flock,
which the system releases when a process dies.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import platformdirs

from kresolve.errors import KresolveError
from kresolve.files import reason

_DISK_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG)


def cache_root() -> Path:
    """Where kresolve keeps what it fetched and built (it may not exist yet).

    ``$KRESOLVE_CACHE`` if that is set, else the platform's user cache.
    """
    chosen = os.environ.get("KRESOLVE_CACHE")
    if chosen:
        return Path(chosen).absolute()
    return platformdirs.user_cache_path("kresolve")


def safe_name(text: str) -> str:
    """``text`` as a file name that neither a shell nor make can misread."""
    return re.sub(r"[^A-Za-z0-9._+@-]", "_", text).lstrip(".-") or "_"


def complete_directory(
    path: Path,
    build: Callable[[Path], None],
    *,
    on_wait: Callable[[], None] | None = None,
    durable: bool = False,
) -> Path:
    """Return ``path``, a complete directory; ``build(empty_dir)`` makes it.

    ``build`` runs at most once at a time over all threads and processes, and
    not at all if ``path`` exists.  Whatever it raises passes through, and
    nothing is left.  ``on_wait`` is called once if somebody else is building.
    ``durable``: reach the disk before counting as complete (power failures).

    Raises KresolveError if the cache cannot be written.
    """
    if path.is_dir():
        return path
    with building(path, on_wait=on_wait) as scratch:
        if not path.is_dir():  # the one we waited for may have made it
            content = scratch / "content"
            content.mkdir()
            build(content)
            if durable:
                os.sync()
            content.rename(path)
    return path


def write_atomically(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``: readers see the old or the new content.

    Works outside the cache as well.  Raises KresolveError if it cannot.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(data)
            _flush(draft)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error


@contextmanager
def building(path: Path, *, on_wait: Callable[[], None] | None = None) -> Iterator[Path]:
    """Hold the right to build ``path``; gives an empty scratch directory.

    The scratch directory is on the file system of ``path`` (rename works), and
    is removed at the end, as are those of earlier builders that died.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as error:
        raise _cannot_write(path, error) from error
    try:
        _wait_for(lock, on_wait)
        prefix = f".{path.name}.tmp-"
        for leftover in _with_prefix(path.parent, prefix):
            # we hold the lock, so whoever made this is dead
            shutil.rmtree(leftover, ignore_errors=True)
        scratch = path.with_name(f"{prefix}{os.getpid()}-{secrets.token_hex(4)}")
        try:
            scratch.mkdir()
        except OSError as error:
            raise _cannot_write(path, error) from error
        try:
            yield scratch
        except OSError as error:
            if error.errno in _DISK_TROUBLE:
                raise _cannot_write(path, error) from error
            raise
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    finally:
        os.close(lock)  # also unlocks


def _wait_for(lock: int, on_wait: Callable[[], None] | None) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        if on_wait is not None:
            on_wait()
        fcntl.flock(lock, fcntl.LOCK_EX)


def _with_prefix(directory: Path, prefix: str) -> list[Path]:
    return [entry for entry in directory.iterdir() if entry.name.startswith(prefix)]


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_write(path: Path, error: OSError) -> KresolveError:
    hint = ""
    if path.is_relative_to(cache_root()):
        hint = "; set $KRESOLVE_CACHE to a directory that can be written"
    return KresolveError(f"cannot write {path}: {reason(error, path)}{hint}")
