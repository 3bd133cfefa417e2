"""The compression formats that kresolve can unpack: how each begins, and its decoder.

An unpacker is a function that takes a :class:`Cursor` at the beginning of
packed data, yields the content block by block, and leaves the cursor after the
end.  It raises DamageError when the data is truncated or damaged.
"""

from __future__ import annotations

import bz2
import lzma
import re
import sys
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Final, Protocol

from attrs import frozen

from kresolve.dotconfig.cursor import Bytes, Cursor, DamageError, MissingError
from kresolve.dotconfig.lz4 import MAGIC, unlz4

#: At most so many bytes go in and out at a time.
BLOCK: Final = 1 << 18
# What unpacking xz or lzma may take; `xz -9` needs 65 MiB.
_MEMORY = 512 << 20


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


def _gunzip(cursor: Cursor) -> Iterator[bytes]:
    return _decoded(cursor, GzipDecoder(), zlib.error)


def _unxz(cursor: Cursor) -> Iterator[bytes]:
    decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=_MEMORY)
    return _decoded(cursor, decoder, lzma.LZMAError)


def _unlzma(cursor: Cursor) -> Iterator[bytes]:
    decoder = lzma.LZMADecompressor(lzma.FORMAT_ALONE, memlimit=_MEMORY)
    return _decoded(cursor, decoder, lzma.LZMAError)


def _bunzip2(cursor: Cursor) -> Iterator[bytes]:
    return _decoded(cursor, bz2.BZ2Decompressor(), OSError)


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


def _unzstd(cursor: Cursor) -> Iterator[bytes]:
    return _decoded(cursor, zstd().ZstdDecompressor(), zstd().ZstdError)


@frozen
class Packing:
    """A compression format; ``pattern`` matches its first bytes."""

    name: str
    pattern: re.Pattern[bytes]
    unpack: Callable[[Cursor], Iterator[bytes]]


PACKINGS: Final = (
    Packing("gzip", re.compile(rb"\x1f\x8b\x08[\x00-\x1f]"), _gunzip),
    Packing("xz", re.compile(rb"\xfd7zXZ\x00"), _unxz),
    # the first block's magic number, or the end's
    Packing("bzip2", re.compile(rb"BZh[1-9](?:1AY&SY|\x17\x72\x45\x38\x50\x90)"), _bunzip2),
    # the usual lc, lp and pb; a dictionary of 64 KiB to 128 MiB; the size: not
    # known, or below 4 GiB
    Packing(
        "lzma",
        re.compile(
            rb"\x5d\x00\x00(?:[\x01\x02\x04\x08\x10\x20\x40\x80]\x00|\x00[\x01\x02\x04\x08])"
            rb"(?:\xff{8}|[\x00-\xff]{4}\x00{4})"
        ),
        _unlzma,
    ),
    Packing("zstd", re.compile(rb"\x28\xb5\x2f\xfd"), _unzstd),
    Packing("lz4", re.compile(re.escape(MAGIC)), unlz4),
)


def packing_at(data: Bytes, position: int) -> Packing | None:
    """How what begins at ``position`` is packed, None if it is not."""
    for packing in PACKINGS:
        if packing.pattern.match(data, position):
            return packing
    return None
