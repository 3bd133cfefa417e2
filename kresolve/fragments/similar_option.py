"""Find the new option that is most similar to one that another kernel had.

The parts of the name, the words of prompt and help text, and the directory are
compared; rare ones weigh more.  An option is named only if it is very similar to the
old one, and no other is nearly as similar.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from kresolve.kconfig.help_texts import HelpTexts
from kresolve.kconfig.model import Model

#: So much of what two options say has to be said by both.
_ENOUGH: Final = 0.35
#: So much less any other has to have in common with the old one.
_MARGIN: Final = 0.3

#: Words that help texts are full of.
_COMMON: Final = frozenset(
    "the a an of for to and or in on is support driver enable this if you say y n m option "
    "module be will called here it that with your by as are can from".split()
)


class Likeness:
    """The options of one kernel that another does not have, and the other's new ones."""

    def __init__(self, old: Model, old_root: Path, new: Model, new_root: Path) -> None:
        self.old, self.new = old, new
        self._helps = HelpTexts(old_root), HelpTexts(new_root)

    def likely(self, name: str) -> str | None:
        """The new option that is most like an old one, if it is much like it."""
        symbol = self.old.symbols.get(name)
        if symbol is None or self.old.prompt(name) is None:
            return None
        mine = self._said(self.old, name, self._helps[0])
        weights = {word: self._weight(word) for word in mine}
        whole = sum(weights.values())
        shared: defaultdict[str, float] = defaultdict(float)
        for word, weight in weights.items():
            for other in self._users.get(word, ()):
                shared[other] += weight
        scores = sorted(
            (
                (common / (whole + self._totals[other] - common), other)
                for other, common in shared.items()
                if self.new.symbols[other].is_bool_or_tristate == symbol.is_bool_or_tristate
            ),
            reverse=True,
        )
        if not scores or scores[0][0] < _ENOUGH:
            return None
        second = scores[1][0] if len(scores) > 1 else 0.0
        best = scores[0][1]
        if scores[0][0] - second < _MARGIN or _shape(best) == _shape(name):
            return None
        return best

    @cached_property
    def _texts(self) -> Mapping[str, frozenset[str]]:
        """What each of the new options says."""
        return {
            name: self._said(self.new, name, self._helps[1])
            for name in self.new.symbols
            if name not in self.old.symbols
        }

    @cached_property
    def _users(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name, said in self._texts.items():
            for word in said:
                found.setdefault(word, []).append(name)
        return found

    @cached_property
    def _totals(self) -> Mapping[str, float]:
        return {name: sum(map(self._weight, said)) for name, said in self._texts.items()}

    def _weight(self, word: str) -> float:
        """A word that few options say counts more."""
        return math.log((len(self._texts) + 1) / (len(self._users.get(word, ())) + 1)) + 1

    def _said(self, model: Model, name: str, helps: HelpTexts) -> frozenset[str]:
        """What an option says, each word with the kind of place where it stands."""
        found = {f"name {part}" for part in name.casefold().split("_")}
        found |= {f"prompt {word}" for word in _words(model.prompt(name) or "")}
        for _, definition in model.menu_nodes(model.symbols[name]):
            found |= {f"help {word}" for word in _words(helps.of(definition))}
            found |= {f"in {part}" for part in definition.location.file.split("/")[:-1]}
        return frozenset(found)


def _words(text: str) -> Iterable[str]:
    words = re.findall(r"[a-z0-9]{2,}", text.casefold())
    return (word for word in words if word not in _COMMON)


def _shape(name: str) -> str:
    """A name without its numbers: another model of a chip is not a new name for it."""
    return re.sub(r"\d+", "#", name)
