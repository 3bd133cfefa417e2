"""A position in bytes, and the errors of unpacking from there."""

from __future__ import annotations

import mmap
from typing import TypeAlias

from attrs import define

Bytes: TypeAlias = bytes | bytearray | mmap.mmap


class DamageError(Exception):
    """Packed data is truncated or damaged; never leaves :mod:`kresolve.dotconfig.config_file`."""


class MissingError(Exception):
    """This Python lacks what is needed to unpack; never leaves
    :mod:`kresolve.dotconfig.config_file`.
    """


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
