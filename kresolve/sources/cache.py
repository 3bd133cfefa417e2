"""The cache: every entry is complete, and is built at most once.

A directory or file gets its name in the cache by one rename, after it is
complete.  So readers need neither a lock nor write access, and a builder that
is killed leaves only a scratch directory whose name no reader looks at; the
next builder removes it.  Builders of one entry exclude each other with flock,
which the system releases when a process dies.

A cache that cannot be written, or is full, costs only time: what would be in it
is made in a directory for temporary files, and is gone when kresolve ends.
Something damaged, or of the wrong kind, gives way to what is made anew.
"""

from __future__ import annotations

import atexit
import errno
import fcntl
import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import platformdirs

from kresolve.dotconfig.files import reason
from kresolve.errors import KresolveError

# Less room than this on a disk is none.
_ROOM = 1 << 20
_DISK_TROUBLE = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO, errno.EFBIG)


class CacheError(KresolveError):
    """Something cannot be written to the cache."""


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
    whole: Callable[[Path], bool] = Path.is_dir,
    note: Callable[[str], None] = lambda text: None,
    on_wait: Callable[[], None] | None = None,
    durable: bool = False,
) -> Path:
    """The directory ``path``, complete; ``build(empty_dir)`` makes it.

    It is another one, with the same name, if the cache cannot be written, which
    ``note`` hears.  ``build`` runs at most once at a time over all threads and
    processes, and not at all if ``path`` is ``whole``.  Whatever it raises passes
    through, and nothing is left.  ``on_wait`` is called once if somebody else is
    building.  ``durable``: reach the disk before counting as complete (power
    failures).
    """
    if whole(path):
        return path
    try:
        with building(path, note=note, on_wait=on_wait) as scratch:
            place = scratch.with_name(path.name)
            if not whole(place):  # the one we waited for may have made it
                content = scratch / "content"
                content.mkdir()
                build(content)
                if durable:
                    os.sync()
                _clear(place)
                content.rename(place)
        return place
    except CacheError as error:
        spare = _spare(path, error, note)
        return complete_directory(spare, build, whole=whole, note=note, on_wait=on_wait)


def write_atomically(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``: readers see the old or the new content.

    Raises CacheError if it cannot.
    """
    draft = path.with_name(f".{path.name}.{os.getpid()}-{secrets.token_hex(4)}")
    try:
        _make_way(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            draft.write_bytes(data)
            _flush(draft)
            if path.is_dir():
                _clear(path)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error


def remember(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data``, if the cache can be written."""
    with suppress(CacheError):
        write_atomically(path, data)


@contextmanager
def building(
    path: Path,
    *,
    note: Callable[[str], None] = lambda text: None,
    on_wait: Callable[[], None] | None = None,
) -> Iterator[Path]:
    """Hold the right to build ``path``; gives an empty scratch directory beside it.

    Or beside another path of that name if the cache cannot be written, which
    ``note`` hears.  The scratch directory is removed at the end, as are those of
    earlier builders that died.
    """
    try:
        lock = _open_lock(path)
    except CacheError as error:
        path = _spare(path, error, note)
        lock = _open_lock(path)
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


def _open_lock(path: Path) -> int:
    """The open lock file of ``path``, whose directory is made.

    Raises CacheError if the cache cannot be written, or has no room.
    """
    lock = path.with_name(f".{path.name}.lock")
    try:
        _make_way(lock)
        path.parent.mkdir(parents=True, exist_ok=True)
        if lock.is_dir():
            _clear(lock)
        if shutil.disk_usage(path.parent).free < _ROOM:
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise _cannot_write(path, full)
        return os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _make_way(path: Path) -> None:
    """Remove what is no directory where the cache has one, above ``path``."""
    root = cache_root()
    if path.is_relative_to(root):
        for above in reversed(path.relative_to(root).parents[:-1]):
            if os.path.lexists(root / above) and not (root / above).is_dir():
                (root / above).unlink()


def _clear(path: Path) -> None:
    """Remove whatever is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _spare(path: Path, error: CacheError, note: Callable[[str], None]) -> Path:
    """The place for ``path`` outside of the cache, which could not be written.

    Raises ``error`` if ``path`` is no part of the cache.
    """
    root = cache_root()
    if not path.is_relative_to(root):
        raise error
    made = _spare_root.cache_info().misses
    spare = _spare_root(root) / path.relative_to(root)
    if _spare_root.cache_info().misses > made:
        note(f"{error}; until then, what it would keep is made anew each time")
    return spare


@cache
def _spare_root(root: Path) -> Path:
    """A directory instead of the cache at ``root``, gone when this process ends."""
    place = Path(tempfile.mkdtemp(prefix="kresolve-cache-")).resolve()
    ours = os.getpid()

    def remove() -> None:
        if os.getpid() == ours:  # not a child that took it along
            shutil.rmtree(place, ignore_errors=True)

    atexit.register(remove)
    return place


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


def _cannot_write(path: Path, error: OSError) -> CacheError:
    hint = ""
    if path.is_relative_to(cache_root()):
        hint = "; set $KRESOLVE_CACHE to a directory that can be written"
    return CacheError(f"cannot write {path}: {reason(error, path)}{hint}")
