"""Which values a value is calculated from: the dependencies that make up a cone.

A node is a symbol's name or a choice's index; a choice and its members are
one node (scripts/kconfig/symbol.c, ``sym_check_deps``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TypeAlias

from kresolve.kconfig.expressions import And, Compare, Const, Expr, Not, Or, Sym, names
from kresolve.kconfig.model import ChoiceEntry, Menu, MenuNode, Model
from kresolve.kconfig.tristate import M
from kresolve.kconfig.values import Type

Node: TypeAlias = str | int


class Dependencies:
    """The dependencies of a model's nodes, computed as needed and cached."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self._guards: dict[int, tuple[Node, ...]] = {-1: ()}
        self._shown: dict[int, tuple[Node, ...]] = {-1: ()}
        self._needs: dict[Node, tuple[Node, ...]] = {}
        self._named: dict[Expr, tuple[str, ...]] = {}

    def node(self, name: str) -> Node:
        """The node of a symbol: itself, or the choice that it is a member of."""
        choice = self.model.symbols[name].choice
        return name if choice is None else choice

    def needs(self, node: Node) -> tuple[Node, ...]:
        """The nodes that a node's value is calculated from, directly."""
        known = self._needs.get(node)
        if known is None:
            found = self._choice(node) if isinstance(node, int) else self._symbol(node)
            known = tuple(
                other
                for other in self._nodes(found)
                if not (isinstance(node, int) and other == node)
            )
            self._needs[node] = known
        return known

    def checked(self, node: Node) -> tuple[Node, ...]:
        """The nodes among which conf looks for circles from here (``sym_check_deps``).

        Unlike :meth:`needs` it leaves out the bounds of ranges, and knows of
        what members of a choice have in vain: selects and defaults.  A choice is
        among its own if a member names another.
        """
        if isinstance(node, str):
            return self._nodes(self._symbol(node, bounds=False))
        members = self.model.choices[node].members
        found = [*self._choice(node), *(n for member in members for n in self.member(member))]
        return self._nodes(other for other in found if other != node)

    def member(self, name: str) -> list[Node]:
        """What conf checks of a choice's member: names, and choices around it."""
        return self._symbol(name, bounds=False)

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

    def dependents(self, node: Node, among: Iterable[Node]) -> set[Node]:
        """A node, and all in the cones of some nodes that are calculated from it."""
        readers: dict[Node, list[Node]] = {}
        for reader in self.cone(among):
            for other in self.needs(reader):
                readers.setdefault(other, []).append(reader)
        found = {node}
        todo = [node]
        while todo:
            new = [reader for reader in readers.get(todo.pop(), ()) if reader not in found]
            found.update(new)
            todo += new
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

    def _nodes(self, found: Iterable[Node]) -> tuple[Node, ...]:
        """The nodes of names, each once; of what is not defined, none."""
        symbols = self.model.symbols
        return tuple(
            dict.fromkeys(
                self.node(one) if isinstance(one, str) else one
                for one in found
                if isinstance(one, int) or one in symbols
            )
        )

    def _choice(self, index: int) -> list[Node]:
        """The names in every rule of a choice; its members have only visibility."""
        model = self.model
        choice = model.choices[index]
        entry = model.entries[choice.entry]
        assert isinstance(entry, ChoiceEntry)
        found = [*self._around(choice.entry), *self._above(choice.entry)]
        for rule in entry.rules:
            self._add(found, rule.condition)
        for member in choice.members:
            for place, definition in model.menu_nodes(model.symbols[member]):
                self._add_visibility(found, place, definition)
                if not model.dialect.choice_lists:
                    self._add_defaults(found, definition)
        return found

    def _symbol(self, name: str, *, bounds: bool = True) -> list[Node]:
        """The names in every rule of a symbol, with or without the bounds of its ranges."""
        model = self.model
        found: list[Node] = []
        for index, definition in model.menu_nodes(model.symbols[name]):
            self._add_visibility(found, index, definition)
            self._add_defaults(found, definition)
            for limits in definition.ranges:
                self._add(found, limits.condition)
                if bounds:
                    self._add(found, limits.low)
                    self._add(found, limits.high)
        for reverse in (*model.selected_by.get(name, ()), *model.implied_by.get(name, ())):
            found.append(reverse.selector)
            found += self._around(reverse.definition)
            self._add(found, reverse.select.condition)
        return found

    def _add_visibility(self, found: list[Node], index: int, definition: MenuNode) -> None:
        found += self._around(index)
        if definition.prompts:
            found += self._above(index)
            for prompt in definition.prompts:
                self._add(found, prompt.condition)

    def _add_defaults(self, found: list[Node], definition: MenuNode) -> None:
        for default in definition.defaults:
            self._add(found, default.condition)
            found.extend(names(default.value))  # which conf does not simplify

    def _add(self, found: list[Node], expr: Expr | None) -> None:
        if expr is not None:
            found.extend(self._names(expr))

    def _names(self, expr: Expr) -> tuple[str, ...]:
        """The names in an expression whose values matter, each once.

        A bool is never m: conf makes ``BOOL = m`` a constant (``expr_transform``).
        """
        known = self._named.get(expr)
        if known is None:
            match expr:
                case Compare("=" | "!=", Sym(name), Const(value)) if value == M and self._bool(
                    name
                ):
                    known = ()
                case Not(operand):
                    known = self._names(operand)
                case And(operands) | Or(operands):
                    found = (name for operand in operands for name in self._names(operand))
                    known = tuple(dict.fromkeys(found))
                case _:
                    known = tuple(names(expr))
            self._named[expr] = known
        return known

    def _bool(self, name: str) -> bool:
        symbol = self.model.symbols.get(name)
        return symbol is not None and symbol.type is Type.BOOL

    def _around(self, index: int) -> tuple[Node, ...]:
        """The names in the dependencies of an entry and of all entries around it.

        What stands in a choice depends on it where it is a symbol (before 6.10).
        """
        known = self._guards.get(index)
        if known is None:
            entry = self.model.entries[index]
            own: list[Node] = []
            for guard in entry.depends:
                self._add(own, guard.expr)
            if isinstance(entry, ChoiceEntry) and not self.model.dialect.choice_lists:
                own.append(entry.choice)
            known = self._around(entry.parent)
            if own:
                known = tuple(dict.fromkeys((*known, *own)))
            self._guards[index] = known
        return known

    def _above(self, index: int) -> tuple[Node, ...]:
        """The names in the ``visible if`` lines of the menus around an entry."""
        known = self._shown.get(index)
        if known is None:
            entry = self.model.entries[index]
            known = self._above(entry.parent)
            if isinstance(entry, Menu) and entry.visible:
                own: list[Node] = []
                for guard in entry.visible:
                    self._add(own, guard.expr)
                known = tuple(dict.fromkeys((*known, *own)))
            self._shown[index] = known
        return known
