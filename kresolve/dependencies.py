"""Which values a value is calculated from: the edges under every cone.

A node is a symbol's name or a choice's index; a choice and its members are
one node (scripts/kconfig/symbol.c, ``sym_check_deps``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

from kresolve.expressions import Expr, names
from kresolve.model import ChoiceEntry, Definition, Menu, Model

Node: TypeAlias = str | int


class Dependencies:
    """The dependencies of a model's nodes, found when asked for, and kept."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._guards: dict[int, tuple[str, ...]] = {-1: ()}
        self._shown: dict[int, tuple[str, ...]] = {-1: ()}
        self._needs: dict[Node, tuple[Node, ...]] = {}

    def node(self, name: str) -> Node:
        """The node of a symbol: itself, or the choice that it is a member of."""
        choice = self.model.symbols[name].choice
        return name if choice is None else choice

    def needs(self, node: Node) -> tuple[Node, ...]:
        """The nodes that a node's value is calculated from, directly."""
        known = self._needs.get(node)
        if known is None:
            symbols = self.model.symbols
            found = dict.fromkeys(self._names(node))
            known = tuple(
                other
                for other in dict.fromkeys(self.node(name) for name in found if name in symbols)
                if not (isinstance(node, int) and other == node)
            )
            self._needs[node] = known
        return known

    def cone(self, nodes: Iterable[Node]) -> set[Node]:
        """All nodes that the values of ``nodes`` are calculated from, and themselves."""
        found: set[Node] = set()
        todo = list(nodes)
        while todo:
            node = todo.pop()
            if node not in found:
                found.add(node)
                todo.extend(other for other in self.needs(node) if other not in found)
        return found

    def cone_in_order(self, names: Iterable[str]) -> list[Node]:
        """The cone of symbols, and of MODULES, in the order in which values are calculated."""
        model = self.model
        roots = [*names, *([model.modules] if model.modules is not None else [])]
        found = self.cone(self.node(name) for name in roots if name in model.symbols)
        return sorted(found, key=self.position.__getitem__)

    @cached_property
    def position(self) -> Mapping[Node, int]:
        """The place of each node in the model's order."""
        return {node: place for place, node in enumerate(self.model.order)}

    def _names(self, node: Node) -> list[str]:
        """The names in every rule of a node; a choice's members have only visibility."""
        model = self.model
        found: list[str] = []
        if isinstance(node, int):
            choice = model.choices[node]
            entry = model.entries[choice.entry]
            assert isinstance(entry, ChoiceEntry)
            found += self._around(choice.entry)
            found += self._above(choice.entry)
            for condition in _conditions(entry):
                _add(found, condition)
            for member in choice.members:
                for index, definition in model.definitions(model.symbols[member]):
                    self._add_visibility(found, index, definition)
                    if not model.dialect.choice_lists:
                        for default in definition.defaults:
                            _add(found, default.condition)
                            _add(found, default.value)
            return found
        for index, definition in model.definitions(model.symbols[node]):
            self._add_visibility(found, index, definition)
            for default in definition.defaults:
                _add(found, default.condition)
                _add(found, default.value)
            for limits in definition.ranges:
                for expr in (limits.condition, limits.low, limits.high):
                    _add(found, expr)
        for reverse in (*model.selected_by.get(node, ()), *model.implied_by.get(node, ())):
            found.append(reverse.selector)
            found += self._around(reverse.definition)
            _add(found, reverse.select.condition)
        return found

    def _add_visibility(self, found: list[str], index: int, definition: Definition) -> None:
        found += self._around(index)
        if definition.prompts:
            found += self._above(index)
            for prompt in definition.prompts:
                _add(found, prompt.condition)

    def _around(self, index: int) -> tuple[str, ...]:
        """The names in the dependencies of an entry and of all entries around it."""
        known = self._guards.get(index)
        if known is None:
            entry = self.model.entries[index]
            own = [name for guard in entry.depends for name in names(guard.condition)]
            if isinstance(entry, ChoiceEntry) and not self.model.dialect.choice_lists:
                # What stands inside depends on the choice's value: any member names it.
                own += self.model.choices[entry.choice].members[:1]
            known = self._around(entry.parent)
            if own:
                known = tuple(dict.fromkeys((*known, *own)))
            self._guards[index] = known
        return known

    def _above(self, index: int) -> tuple[str, ...]:
        """The names in the ``visible if`` lines of the menus around an entry."""
        known = self._shown.get(index)
        if known is None:
            entry = self.model.entries[index]
            known = self._above(entry.parent)
            if isinstance(entry, Menu) and entry.visible:
                own = [name for guard in entry.visible for name in names(guard.condition)]
                known = tuple(dict.fromkeys((*known, *own)))
            self._shown[index] = known
        return known


def _add(found: list[str], expr: Expr | None) -> None:
    if expr is not None:
        found.extend(names(expr))


def _conditions(entry: Definition | ChoiceEntry) -> Iterator[Expr | None]:
    """What stands behind ``if`` on the prompts and defaults of an entry."""
    yield from (prompt.condition for prompt in entry.prompts)
    yield from (default.condition for default in entry.defaults)
