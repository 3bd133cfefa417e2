"""The compression formats that kresolve can unpack: how each begins, and its decoder.

An unpacker is a function that takes a :class:`Cursor` at the beginning of
packed data, yields the content block by block, and leaves the cursor after the
end.  It raises DamageError when the data is truncated or damaged.
"""

from __future__ import annotations

import bz2
import lzma
import mmap
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol, TypeAlias

from attrs import define, frozen

Bytes: TypeAlias = bytes | bytearray | mmap.mmap

#: At most so many bytes go in and out at a time.
BLOCK: Final = 1 << 18
# What unpacking xz or lzma may take; `xz -9` needs 65 MiB.
_MEMORY = 512 << 20

_LZ4: Final = b"\x02\x21\x4c\x18"
# What a block of lz4 unpacks to at most; one that cannot be made smaller grows a little.
_LZ4_BLOCK = 8 << 20
_LZ4_PACKED = _LZ4_BLOCK + _LZ4_BLOCK // 255 + 16


class DamageError(Exception):
    """Packed data is truncated or damaged; whoever unpacks a file says which."""


class MissingError(Exception):
    """This Python lacks what is needed to unpack; whoever unpacks a file says which."""


@define
class Cursor:
    """A position in some bytes, which moves as they are read."""

    data: Bytes
    position: int

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, or those that are left."""
        taken = bytes(self.data[self.position : self.position + size])
        self.position += len(taken)
        return taken


class _Decoder(Protocol):
    """What bz2, lzma and zstd have in common."""

    @property
    def eof(self) -> bool: ...
    @property
    def needs_input(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class GzipDecoder:
    """zlib's decoder of one gzip member, used as the others are."""

    def __init__(self) -> None:
        self._inner = zlib.decompressobj(wbits=31)

    @property
    def eof(self) -> bool:
        """Whether the end of the member has come."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether :meth:`decompress` has nothing left to go on with."""
        return not self._inner.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What was given behind the end."""
        return self._inner.unused_data

    def decompress(self, data: bytes, max_length: int, /) -> bytes:
        """The next of the content, at most ``max_length`` bytes; zlib.error if it is none."""
        return self._inner.decompress(self._inner.unconsumed_tail + data, max_length)


def _decoded(cursor: Cursor, decoder: _Decoder, *errors: type[Exception]) -> Iterator[bytes]:
    """What ``decoder`` makes of the bytes at ``cursor``, which ends behind them.

    Raises DamageError when they break off, or when the decoder raises one of ``errors``.
    """
    while not decoder.eof:
        data = b""
        if decoder.needs_input:
            data = cursor.take(BLOCK)
            if not data:
                raise DamageError("it ends in the middle")
        try:
            block = decoder.decompress(data, BLOCK)
        except errors as error:
            raise DamageError(str(error)) from error
        yield block
    cursor.position -= len(decoder.unused_data)


def _unlzma(cursor: Cursor, form: int) -> Iterator[bytes]:
    return _decoded(cursor, lzma.LZMADecompressor(form, memlimit=_MEMORY), lzma.LZMAError)


def zstd() -> Any:
    """The module zstd; MissingError if this Python has none."""
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd as module
        else:
            from backports import zstd as module
    except ImportError as error:
        raise MissingError(
            "packed with zstd, which this Python cannot unpack; run it through zstd -dc"
        ) from error
    return module


def unlz4(cursor: Cursor) -> Iterator[bytes]:
    """The content of the legacy frame of LZ4 (``lz4 -l``) at ``cursor``, which ends behind it.

    It is a magic number, then blocks: a size of four bytes, and so many bytes.  What can be no
    block's size is taken for its end: in a kernel, the size of the whole follows.  Raises
    DamageError when a block breaks off.
    """
    cursor.take(len(_LZ4))
    while head := cursor.take(4):
        size = int.from_bytes(head, "little")
        if head == _LZ4:
            continue
        if not 0 < size <= _LZ4_PACKED:
            cursor.position -= len(head)
            return
        block = cursor.take(size)
        if len(block) != size:
            raise DamageError("it ends in the middle")
        try:
            yield _block(block)
        except IndexError as error:
            raise DamageError("a block ends in the middle") from error


def _block(block: bytes) -> bytes:
    """One block of LZ4: literals and copies in turn, until the block ends.

    Raises DamageError, or IndexError where it breaks off.
    """
    out = bytearray()
    position = 0
    while True:
        token = block[position]
        length, position = _length(block, position + 1, token >> 4)
        literals = block[position : position + length]
        if len(literals) != length:
            raise DamageError("a block ends in the middle")
        out += literals
        position += length
        if position == len(block):
            break
        offset = block[position] | block[position + 1] << 8
        length, position = _length(block, position + 2, token & 15)
        length += 4
        start = len(out) - offset
        if offset == 0 or start < 0 or len(out) + length > _LZ4_BLOCK:
            raise DamageError("a copy from nowhere")
        if offset >= length:
            out += out[start : start + length]
        else:  # it overlaps itself: a repetition
            out += (out[start:] * (length // offset + 1))[:length]
    if len(out) > _LZ4_BLOCK:
        raise DamageError("a block is too large")
    return bytes(out)


def _length(block: bytes, position: int, length: int) -> tuple[int, int]:
    """A length that goes on in further bytes if it is 15, and what follows it."""
    if length == 15:
        while True:
            more = block[position]
            position += 1
            length += more
            if more != 255:
                break
    return length, position


@frozen
class Packing:
    """A compression format; ``pattern`` matches its first bytes."""

    name: str
    pattern: re.Pattern[bytes]
    unpack: Callable[[Cursor], Iterator[bytes]]


PACKINGS: Final = (
    Packing(
        "gzip",
        re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"),
        lambda cursor: _decoded(cursor, GzipDecoder(), zlib.error),
    ),
    Packing("xz", re.compile(rb"\xfd7zXZ\x00"), lambda cursor: _unlzma(cursor, lzma.FORMAT_XZ)),
    # the first block's magic number, or the end's
    Packing(
        "bzip2",
        re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"),
        lambda cursor: _decoded(cursor, bz2.BZ2Decompressor(), OSError),
    ),
    # the usual lc, lp and pb; a dictionary of 64 KiB to 128 MiB; the size: not
    # known, or below 4 GiB
    Packing(
        "lzma",
        re.compile(
            rb"\x5d\x00\x00(?:[\x01\x02\x04\x08\x10\x20\x40\x80]\x00|\x00[\x01\x02\x04\x08])"
            rb"(?:\xff{8}|[\x00-\xff]{4}\x00{4})"
        ),
        lambda cursor: _unlzma(cursor, lzma.FORMAT_ALONE),
    ),
    Packing(
        "zstd",
        re.compile(rb"\x28\xb5\x2f\xfd"),
        lambda cursor: _decoded(cursor, zstd().ZstdDecompressor(), zstd().ZstdError),
    ),
    Packing("lz4", re.compile(re.escape(_LZ4)), unlz4),
)


def packing_at(data: Bytes, position: int) -> Packing | None:
    """How what begins at ``position`` is packed, None if it is not."""
    for packing in PACKINGS:
        if packing.pattern.match(data, position):
            return packing
    return None
