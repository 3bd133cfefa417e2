"""A place in bytes, and what can go wrong when they are unpacked from there."""

from __future__ import annotations

import mmap
from typing import TypeAlias

from attrs import define

Bytes: TypeAlias = bytes | bytearray | mmap.mmap


class DamageError(Exception):
    """Packed data breaks off, or is none; never leaves :mod:`kresolve.dotconfig.config_file`."""


class MissingError(Exception):
    """This Python lacks what is needed to unpack; never leaves
    :mod:`kresolve.dotconfig.config_file`.
    """


@define
class Cursor:
    """A place in some bytes, moved on by whoever takes from there."""

    data: Bytes
    position: int

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, or those that are left."""
        taken = bytes(self.data[self.position : self.position + size])
        self.position += len(taken)
        return taken
