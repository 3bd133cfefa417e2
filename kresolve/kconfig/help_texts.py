"""Help texts, read from the files of a tree as needed.

A model holds only where each begins.  What belongs to it is what conf's lexer
takes (scripts/kconfig/lexer.l, ``<HELP>``): the first line with text sets the
indentation, and the first line with text and less of it ends it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kresolve.kconfig.model import MenuNode

_TAB = 8
#: No kernel has a Kconfig file of a tenth of this size.
_LARGEST = 16 << 20


class HelpTexts:
    """The help texts of a tree whose files lie below ``root``; without one there are none."""

    def __init__(self, root: Path | None) -> None:
        self.root = root
        self._files: dict[str, tuple[str, ...]] = {}

    def of(self, definition: MenuNode) -> str:
        """A definition's help text, without its indentation; empty if there is none.

        It is also empty where the file has gone, or is none to be read.
        """
        if self.root is None or not definition.help_line:
            return ""
        lines = self._lines(definition.location.file)
        return "\n".join(_text(lines[definition.help_line - 1 :]))

    def _lines(self, file: str) -> tuple[str, ...]:
        known = self._files.get(file)
        if known is None:
            known = self._files[file] = tuple(self._read(file))
        return known

    def _read(self, file: str) -> Iterable[str]:
        assert self.root is not None
        path = self.root / file
        try:
            if not path.is_file() or path.stat().st_size > _LARGEST:
                return ()
            return path.read_text(encoding="utf-8", errors="replace").split("\n")
        except OSError:
            return ()


def _text(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a help text; blank ones at its end are dropped."""
    indentation: int | None = None
    blank = 0
    for line in lines:
        expanded = line.rstrip().expandtabs(_TAB)
        if not expanded:
            blank += indentation is not None
            continue
        own = len(expanded) - len(expanded.lstrip())
        if indentation is None:
            if not own:
                return
            indentation = own
        elif own < indentation:
            return
        yield from [""] * blank
        blank = 0
        yield expanded[indentation:]
