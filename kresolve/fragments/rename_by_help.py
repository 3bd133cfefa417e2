"""Find renamed options by their help text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kresolve.fragments.renames import Successor
from kresolve.kconfig.help_texts import HelpTexts
from kresolve.kconfig.model import MenuNode, Model

#: A shorter text says too little to be recognised by.
_SHORTEST: Final = 40


class RenameByHelp:
    """Compares the help texts of two trees as needed."""

    def __init__(self, old: Model, old_root: Path, new: Model, new_root: Path) -> None:
        self.old, self.new = old, new
        self._old_helps, self._new_helps = HelpTexts(old_root), HelpTexts(new_root)
        self._by_text: dict[str, list[MenuNode]] | None = None

    def successor(self, name: str) -> Successor | None:
        """The one option of the new tree, unknown to the old one, with the same help text."""
        symbol = self.old.symbols.get(name)
        if symbol is None:
            return None
        for _, definition in self.old.menu_nodes(symbol):
            text = _words(self._old_helps, definition)
            found = self._texts().get(text, []) if len(text) >= _SHORTEST else []
            if len({definition.symbol for definition in found}) == 1:
                return Successor(found[0].symbol, "help", found[0].location)
        return None

    def _texts(self) -> dict[str, list[MenuNode]]:
        if self._by_text is None:
            self._by_text = {}
            for definition in self._new_ones():
                text = _words(self._new_helps, definition)
                self._by_text.setdefault(text, []).append(definition)
        return self._by_text

    def _new_ones(self) -> Iterator[MenuNode]:
        for entry in self.new.entries:
            if isinstance(entry, MenuNode) and entry.symbol not in self.old.symbols:
                yield entry


def _words(helps: HelpTexts, definition: MenuNode) -> str:
    """A help text in one line, however it is broken."""
    return " ".join(helps.of(definition).split())
