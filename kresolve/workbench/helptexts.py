"""Options that have kept their help text under another name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from kresolve.model import Definition, Model
from kresolve.workbench.renames import Successor

#: A shorter text says too little to be recognised by.
_SHORTEST: Final = 40


class HelpTexts:
    """The help texts of two trees, read when somebody asks."""

    def __init__(self, old: Model, old_root: Path, new: Model, new_root: Path) -> None:
        self.old, self.old_root = old, old_root
        self.new, self.new_root = new, new_root
        self._by_text: dict[str, list[Definition]] | None = None

    def successor(self, name: str) -> Successor | None:
        """The one option of the new tree, unknown to the old one, with the same help text."""
        symbol = self.old.symbols.get(name)
        if symbol is None:
            return None
        for _, definition in self.old.definitions(symbol):
            text = help_text(self.old_root, definition)
            found = self._texts().get(text, []) if len(text) >= _SHORTEST else []
            if len({definition.symbol for definition in found}) == 1:
                return Successor(found[0].symbol, "help", found[0].location)
        return None

    def _texts(self) -> dict[str, list[Definition]]:
        if self._by_text is None:
            self._by_text = {}
            for definition in self._new_ones():
                text = help_text(self.new_root, definition)
                self._by_text.setdefault(text, []).append(definition)
        return self._by_text

    def _new_ones(self) -> Iterator[Definition]:
        for entry in self.new.entries:
            if isinstance(entry, Definition) and entry.symbol not in self.old.symbols:
                yield entry


def help_text(root: Path, definition: Definition) -> str:
    """The help text of a definition, in one line; "" if it has none or cannot be read.

    It ends before the first line that is indented less than its first one
    (scripts/kconfig/lexer.l, state HELP).
    """
    if not definition.help_line:
        return ""
    try:
        lines = (root / definition.location.file).read_text("utf-8", "replace").splitlines()
    except OSError:
        return ""
    words: list[str] = []
    indent: int | None = None
    for line in lines[definition.help_line :]:
        expanded = line.expandtabs()
        if not expanded.strip():
            continue
        here = len(expanded) - len(expanded.lstrip())
        if indent is None:
            indent = here
        if here < indent or not here:
            break
        words += expanded.split()
    return " ".join(words)
