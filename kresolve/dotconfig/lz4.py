"""LZ4's legacy frame (``lz4 -l``), which compressed kernels use.

It is a magic number, then blocks: a size of four bytes, and so many bytes that
unpack to at most 8 MiB.  Nothing marks its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kresolve.dotconfig.cursor import Cursor, DamageError

MAGIC: Final = b"\x02\x21\x4c\x18"

_LARGEST = 8 << 20
# A block that cannot be made smaller grows a little.
_LARGEST_PACKED = _LARGEST + _LARGEST // 255 + 16


def unlz4(cursor: Cursor) -> Iterator[bytes]:
    """The content of the frame at ``cursor``, which ends behind it.

    What can be no block's size is taken for its end: in a kernel, the size of
    the whole follows.  Raises DamageError when a block breaks off.
    """
    cursor.take(len(MAGIC))
    while head := cursor.take(4):
        size = int.from_bytes(head, "little")
        if head == MAGIC:
            continue
        if not 0 < size <= _LARGEST_PACKED:
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
        if offset == 0 or start < 0 or len(out) + length > _LARGEST:
            raise DamageError("a copy from nowhere")
        if offset >= length:
            out += out[start : start + length]
        else:  # it overlaps itself: a repetition
            out += (out[start:] * (length // offset + 1))[:length]
    if len(out) > _LARGEST:
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
