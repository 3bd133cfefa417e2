"""A place in a text file: what every reason and every error points to."""

from __future__ import annotations

from attrs import frozen


@frozen
class Location:
    """A line of a file; ``str()`` writes it as compilers do, ``file:line``."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
