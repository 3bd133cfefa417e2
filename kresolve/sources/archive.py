"""Unpack the kept part of a kernel tarball, trusting nothing in it.

The archive is read once, as a stream; nothing but the kept files reaches the
disk, through :class:`kresolve.sources.tree_writer.TreeWriter`.
"""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import shutil
import struct
import tarfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import IO, Any, Final, cast

from kresolve.dotconfig.packing import MissingError, zstd
from kresolve.errors import TreeError
from kresolve.progress import Progress
from kresolve.sources.programs import last_line
from kresolve.sources.selection import ESSENTIAL, keeps
from kresolve.sources.tree_writer import TreeWriter

#: Endings of the tarballs that kresolve reads, and what unpacks a file of that kind.
COMPRESSIONS: Final[Mapping[str, Callable[[Any], Any]]] = {
    ".tar": nullcontext,
    ".tar.gz": gzip.open,
    ".tgz": gzip.open,
    ".tar.xz": lzma.open,
    ".txz": lzma.open,
    ".tar.bz2": bz2.open,
    ".tbz2": bz2.open,
    ".tar.zst": lambda stream: zstd().open(stream),
    ".tzst": lambda stream: zstd().open(stream),
}

_BLOCK = 1 << 20
# A tar archive ends with two blocks of zeros of 512 bytes each.
_END_MARK = bytes(1024)
# Headers of one member, with long names and all; more than that is an attack.
_HEADERS_LIMIT = 1 << 20


def unpack_file(path: Path, tree: Path, origin: str, progress: Progress) -> None:
    """Unpack the tarball ``path``; see :func:`unpack_tree`."""
    with (
        progress.task(f"unpacking {path.name}", path.stat().st_size, unit="bytes") as task,
        path.open("rb") as stream,
    ):
        unpack_tree(stream, path.name, tree, origin=origin, on_read=task.update)


def unpack_tree(
    stream: IO[bytes],
    name: str,
    destination: Path,
    *,
    origin: str,
    on_read: Callable[[int], None] = lambda count: None,
) -> None:
    """Write the kept files of the kernel tree in ``stream`` to ``destination``.

    ``stream``: the tarball's bytes, read to the end; ``name`` has one of the endings
    :data:`COMPRESSIONS`.  ``destination`` must not exist yet; its parent
    does and is scratch space.  A leading directory (``linux-6.12/``) is dropped.
    ``on_read`` hears how many (compressed) bytes have been read so far.

    Raises TreeError, one line that starts with ``origin``, if the archive is
    damaged, unsafe, or holds no kernel tree.
    """
    scratch = destination.with_name(destination.name + ".members")
    scratch.mkdir()
    unpack = next(COMPRESSIONS[end] for end in COMPRESSIONS if name.lower().endswith(end))
    try:
        with unpack(_Watched(stream, on_read)) as plain:
            top = _unpack_members(plain, scratch, origin)
    except MissingError as error:
        raise TreeError(f"{origin}: {error}") from error
    except _damage() as error:
        # bz2 and gzip say OSError for bad data; a real one carries a number
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise TreeError(f"{origin}: damaged or truncated tarball: {_text(error)}") from error
    (scratch / top).rename(destination)
    shutil.rmtree(scratch, ignore_errors=True)


def _damage() -> tuple[type[Exception], ...]:
    """What is raised for a damaged file; that of zstd is only known where there is one."""
    known = (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError)
    with suppress(MissingError):
        return (*known, zstd().ZstdError)
    return known


def _unpack_members(plain: IO[bytes], root: Path, origin: str) -> str:
    """Write what is kept below ``root``; the directory there that is the tree, "" for all."""
    tail = _Watched(plain)
    writer = TreeWriter(root, origin, "tarball")
    for member, content in _members(tail):
        name = writer.checked_name(member.name)
        if not _kept(name):
            continue
        executable = bool(member.mode & 0o100)
        if member.isdir():
            writer.directory(name)
        elif member.issym():
            writer.link(name, member.linkname)
        elif content is not None:
            with writer.file(name, member.size, executable=executable) as file, _as_damage():
                shutil.copyfileobj(content, file, _BLOCK)
        elif member.islnk():
            _copy(writer, name, member.linkname, executable=executable)
        else:
            raise TreeError(f"{origin}: unsafe tarball: {name!r} is a device or a pipe")
    tail.drain()  # the checksum at the end counts too
    if tail.last != _END_MARK:
        raise tarfile.ReadError("it ends in the middle")
    top = _find_top(writer)
    writer.finish(top)
    return top


def _members(tail: _Watched) -> Iterator[tuple[tarfile.TarInfo, IO[bytes] | None]]:
    """The members of a tar archive, each with the content that a regular file has.

    Raises tarfile.TarError for whatever is wrong with one, in bounded memory.
    """
    with (
        _as_damage(),
        tarfile.open(fileobj=cast(IO[bytes], tail), mode="r|", bufsize=_BLOCK) as tar,
    ):
        while True:
            # What stands before the next member's content (long names, maps of
            # sparse files) is kept in memory, and may unpack to any size.
            tail.allow(tar.offset + _HEADERS_LIMIT)
            member = tar.next()
            if member is None:
                return
            tail.allow(None)
            vars(tar)["members"].clear()  # else it remembers all
            if member.size < 0 or member.mode < 0:
                raise tarfile.ReadError(f"{member.name!r} has a negative size or mode")
            yield member, tar.extractfile(member) if member.isreg() else None


@contextmanager
def _as_damage() -> Iterator[None]:
    """Turn what tarfile raises without saying so, for odd headers, into its own error."""
    try:
        yield
    except (ArithmeticError, LookupError, RecursionError, ValueError, struct.error) as error:
        raise tarfile.ReadError(f"odd header: {_text(error)}") from error


def _kept(name: str) -> bool:
    # With or without a leading directory: which of both, only the end tells.
    return keeps(name) or keeps(name.partition("/")[2])


def _copy(writer: TreeWriter, name: str, target: str, *, executable: bool) -> None:
    """Write the hard link ``name``; what it links to came earlier, if it was kept."""
    source = writer.checked_name(target)
    if not writer.is_file(source):
        raise TreeError(
            f"{writer.origin}: {name!r} is a hard link to {target!r}, no file that is kept"
        )
    with writer.written(source) as content:
        size = os.fstat(content.fileno()).st_size
        with writer.file(name, size, executable=executable) as file:
            shutil.copyfileobj(content, file, _BLOCK)


def _find_top(writer: TreeWriter) -> str:
    """The directory of the archive that is a kernel tree, "" if it is one itself."""
    trees = [top for top in ("", *writer.tops()) if not writer.missing(top)]
    if not trees:
        raise TreeError(f"{writer.origin}: no kernel tree in it ({', '.join(ESSENTIAL)} wanted)")
    if len(trees) > 1:
        names = ", ".join(top or "." for top in trees)
        raise TreeError(f"{writer.origin}: more than one kernel tree in it ({names})")
    return trees[0]


class _Watched:
    """Passes a stream on, counts and remembers its last 1024 bytes, and stops where it may."""

    def __init__(
        self, stream: IO[bytes], on_read: Callable[[int], None] = lambda count: None
    ) -> None:
        self._stream = stream
        self._on_read = on_read
        self._count = 0
        self._limit: int | None = None
        self.last = b""

    def allow(self, limit: int | None) -> None:
        """Raise tarfile.ReadError if more is read than ``limit`` bytes from the start."""
        self._limit = limit

    def read(self, size: int = -1) -> bytes:
        if self._limit is not None and self._count > self._limit + _BLOCK:
            raise tarfile.ReadError("a header that does not end")
        data = self._stream.read(size)
        self._count += len(data)
        self.last = (self.last + data[-len(_END_MARK) :])[-len(_END_MARK) :]
        self._on_read(self._count)
        return data

    def drain(self) -> None:
        while self.read(_BLOCK):
            pass


def _text(error: BaseException) -> str:
    return last_line(str(error)) or type(error).__name__
