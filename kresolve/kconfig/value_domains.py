"""The values of ints, hexes and strings that can make a difference.

Bools and tristates have two or three values; the others have any number of
them.  Only those on either side of a constant that a Kconfig file mentions can
make a difference, and they are found here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from kresolve.kconfig.expressions import Compare, Const, Operand, Sym, Text, walk
from kresolve.kconfig.model import AnyEntry, Default, MenuNode, Model
from kresolve.kconfig.tristate import LETTERS
from kresolve.kconfig.values import Type, strtoll


@frozen
class ValueDomains:
    """Relations of a model's ints, hexes and strings.

    ``groups`` are the sets of symbols that comparisons, defaults and ranges tie
    together, each with the constants that any of them meets, in order;
    ``group_of`` finds a symbol's.  ``compared`` are the symbols of groups that
    some comparison looks at: no other can change a bool.  ``sorted`` are those of
    groups that one may put in the order of letters: any text can matter there.
    """

    groups: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]
    group_of: Mapping[str, int]
    compared: frozenset[str]
    sorted: frozenset[str]


def value_domains(model: Model) -> ValueDomains:
    """The relations of a model's ints, hexes and strings."""
    relating = _Relating(model)
    for entry in model.entries:
        for compare in _comparisons(entry):
            relating.compare(compare.left, compare.op, compare.right)
            relating.compare(compare.right, compare.op, compare.left)
        if isinstance(entry, MenuNode) and entry.symbol in relating.leader:
            for default in entry.defaults:
                if isinstance(default.value, Sym | Const | Text):
                    relating.relate(entry.symbol, default.value)
            for limits in entry.ranges:
                relating.relate(entry.symbol, limits.low)
                relating.relate(entry.symbol, limits.high)
    return relating.result()


class _Relating:
    """Groups symbols; ``leader`` leads to a group's first symbol."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.leader = {s.name: s.name for s in model.symbols.values() if not s.is_bool_or_tristate}
        self.met: dict[str, dict[str, None]] = {name: {} for name in self.leader}
        self.looked_at: set[str] = set()
        self.sorted: set[str] = set()

    def find(self, name: str) -> str:
        """The symbol that stands for the group of another."""
        while self.leader[name] != name:
            self.leader[name] = self.leader[self.leader[name]]
            name = self.leader[name]
        return name

    def compare(self, mine: Operand, op: str, other: Operand) -> None:
        """A comparison looks at ``mine``, against ``other``."""
        if isinstance(mine, Sym) and mine.name in self.leader:
            self.looked_at.add(mine.name)
            self.relate(mine.name, other)
            if op not in ("=", "!=") and not (self._is_number(mine) and self._is_number(other)):
                self.sorted.add(mine.name)

    def _is_number(self, operand: Operand) -> bool:
        """Does conf read it as a number of 64 bits, whatever its value?"""
        if isinstance(operand, Sym) and operand.name in self.model.symbols:
            return self.model.symbols[operand.name].type is not Type.STRING
        if isinstance(operand, Sym | Text):
            text = operand.name if isinstance(operand, Sym) else operand.value
            _, used, too_large = strtoll(text, 0)
            return 0 < used == len(text) and not too_large
        return True

    def relate(self, name: str, other: Operand) -> None:
        """A symbol meets another one, or a constant."""
        if isinstance(other, Sym) and other.name in self.leader:
            self.leader[self.find(other.name)] = self.find(name)
        elif isinstance(other, Sym) and other.name not in self.model.symbols:
            self.met[name][other.name] = None
        elif isinstance(other, Text):
            self.met[name][other.value] = None
        elif isinstance(other, Sym | Const):
            self.met[name].update(dict.fromkeys(LETTERS))

    def result(self) -> ValueDomains:
        """The groups."""
        members: dict[str, list[str]] = {}
        for name in self.leader:
            members.setdefault(self.find(name), []).append(name)
        groups = tuple(
            (tuple(names), tuple(dict.fromkeys(text for name in names for text in self.met[name])))
            for names in members.values()
        )
        group_of = {name: index for index, (names, _) in enumerate(groups) for name in names}
        seen = {group_of[name] for name in self.looked_at}
        compared = frozenset(name for name, index in group_of.items() if index in seen)
        by_letters = {group_of[name] for name in self.sorted}
        in_order = frozenset(name for name, index in group_of.items() if index in by_letters)
        return ValueDomains(groups, group_of, compared, in_order)


def _comparisons(entry: AnyEntry) -> Iterator[Compare]:
    """Every comparison that stands at an entry."""
    exprs = [expr for expr, _ in entry.conditions()]
    exprs += [rule.value for rule in entry.rules if isinstance(rule, Default)]
    return (part for expr in exprs for part in walk(expr) if isinstance(part, Compare))
