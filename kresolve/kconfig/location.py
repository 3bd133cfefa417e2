"""A place in a text file, as in every reason and error."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from kresolve.kconfig.printable import printable


@frozen
class Location:
    """A line of a file; ``str()`` writes it as compilers do, ``file:line``, in one line."""

    file: str
    line: int

    _keys: ClassVar = ()

    def __str__(self) -> str:
        return f"{printable(self.file, keep='')}:{self.line}"
