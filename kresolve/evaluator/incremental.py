"""Incremental evaluation: from changed user values to all that depends on them.

A wave starts at the symbols whose user values differ, runs along what depends on them in
the order of calculation, and ends where a value comes out as it was.  Dependencies are
followed entry by entry, so that what stands in an ``if`` or menu that stays n costs
nothing.  The rules are those of :class:`~kresolve.evaluator.evaluation.Evaluation`, and
every field of the result is what evaluating the whole gives.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from heapq import heappop, heappush
from itertools import chain
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from attrs import define

from kresolve.dotconfig.user_values import UserValues
from kresolve.evaluator.evaluation import Evaluation
from kresolve.kconfig.expressions import And, Compare, Expr, Not, Or, Sym
from kresolve.kconfig.model import ChoiceEntry, Menu, MenuNode, Model
from kresolve.kconfig.tristate import N, Y
from kresolve.kconfig.values import Type


class Dependents:
    """For each symbol and entry of a model, what has to be calculated again when it changes.

    A place is the index of a symbol or choice in the model's order.
    """

    def __init__(self, model: Model) -> None:
        symbols = model.symbols
        place: dict[str | int, int] = {node: index for index, node in enumerate(model.order)}
        for choice in model.choices:
            place.update(dict.fromkeys(choice.members, place[choice.index]))
        #: The place of every symbol, a choice's member being at the place of its choice.
        self.place = place
        #: For each entry, the index of the next one that does not stand inside it.
        self.end = _ends(model)
        #: For each symbol, the places of those whose own rules name it: conditions of prompts,
        #: defaults, ranges, and what selects and implies them.
        self.rules: dict[str, list[int]] = {}
        #: For each symbol, the entries whose own dependencies name it.
        self.guards: dict[str, list[int]] = {}
        #: For each symbol, the menus whose ``visible if`` names it.
        self.menus: dict[str, list[int]] = {}
        #: For each entry, the place of what it defines; -1 for nothing.
        self.reader = [-1] * len(model.entries)
        #: For each entry with any, the places of what it selects and implies.
        self.targets: dict[int, tuple[int, ...]] = {}
        #: Before 6.10, the entries whose dependencies rest on a choice's value, in order.
        self.ruled: dict[int, tuple[int, ...]] = {}
        #: The places of tristates that can be more than n though they are not written.
        self.tristates = [
            *(place[c.index] for c in model.choices if c.type is Type.TRISTATE),
            *(place[s.name] for s in symbols.values() if s.transitional),
        ]
        #: The places of the choices that rule an entry.
        self.rulers: dict[int, list[int]] = {}

        for index, entry in enumerate(model.entries):
            for guard in entry.depends:
                _add(self.guards, guard.expr, index)
            if isinstance(entry, MenuNode):
                self._add_rules(entry, place[entry.symbol], index)
                self._add_targets(model, entry, index)
            elif isinstance(entry, ChoiceEntry):
                self._add_rules(entry, place[entry.choice], index)
            elif isinstance(entry, Menu):
                for guard in entry.visible:
                    _add(self.menus, guard.expr, index)
        if not model.dialect.choice_lists:
            self._find_ruled(model)

    def inside(self, index: int) -> Iterator[int]:
        """The entries directly inside an entry."""
        end, inner = self.end[index], index + 1
        while inner < end:
            yield inner
            inner = self.end[inner]

    def _add_rules(self, entry: MenuNode | ChoiceEntry, reader: int, index: int) -> None:
        self.reader[index] = reader
        rules = self.rules
        for prompt in entry.prompts:
            if prompt.condition is not None:
                _add(rules, prompt.condition, reader)
        for default in entry.defaults:
            if default.condition is not None:
                _add(rules, default.condition, reader)
            _add(rules, default.value, reader)
        if isinstance(entry, MenuNode):
            for limits in entry.ranges:
                if limits.condition is not None:
                    _add(rules, limits.condition, reader)
                _add(rules, limits.low, reader)
                _add(rules, limits.high, reader)

    def _add_targets(self, model: Model, entry: MenuNode, index: int) -> None:
        """What an entry selects and implies; in vain where that is a choice's member."""
        targets = []
        for select in (*entry.selects, *entry.implies):
            target = model.symbols.get(select.target)
            if target is not None and target.choice is None:
                targets.append(self.place[select.target])
                if select.condition is not None:
                    _add(self.rules, select.condition, targets[-1])
        if targets:
            self.targets[index] = tuple(targets)
            self.rules.setdefault(entry.symbol, []).extend(targets)

    def _find_ruled(self, model: Model) -> None:
        """What stands in a choice, and its members' definitions elsewhere."""
        for choice in model.choices:
            definitions = chain.from_iterable(
                model.symbols[member].menu_nodes for member in choice.members
            )
            places = set(range(choice.entry + 1, self.end[choice.entry]))
            for index in definitions:
                places.update(range(index, self.end[index]))
            self.ruled[choice.index] = tuple(sorted(places))
            for index in places:
                self.rulers.setdefault(index, []).append(self.place[choice.index])


def _add(where: dict[str, list[int]], expr: Expr, user: int) -> None:
    """Note who names the symbols of an expression."""
    if isinstance(expr, Sym):
        users = where.get(expr.name)
        if users is None:
            where[expr.name] = [user]
        elif users[-1] != user:
            users.append(user)
    elif isinstance(expr, And | Or):
        for operand in expr.operands:
            _add(where, operand, user)
    elif isinstance(expr, Not):
        _add(where, expr.operand, user)
    elif isinstance(expr, Compare):
        _add(where, expr.left, user)
        _add(where, expr.right, user)


#: What entries allow alone: nobody has asked yet; a symbol that they name has changed since.
_UNKNOWN: Final = -1
_CHANGED: Final = -2

#: The dependents of each model, for as long as it is used.
_DEPENDENTS: Final[WeakKeyDictionary[Model, Dependents]] = WeakKeyDictionary()


def dependents(model: Model) -> Dependents:
    """The dependents of a model, found when they are first asked for."""
    found = _DEPENDENTS.get(model)
    if found is None:
        found = _DEPENDENTS[model] = Dependents(model)
    return found


_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V", bound=Hashable)


@define(eq=False)
class Allowed:
    """What entries allow in an evaluation, before conf drops numbers that are out of range.

    ``depends`` and ``shown`` hold what :meth:`Evaluation.depends` and
    :meth:`Evaluation.shown` return, ``own`` what :meth:`Evaluation.alone` does, as far as
    these were needed.
    """

    depends: list[int]
    shown: list[int]
    own: list[int]

    def copy(self) -> Allowed:
        """The same, to be changed."""
        return Allowed(self.depends.copy(), self.shown.copy(), self.own.copy())


def reevaluate(base: Evaluation, user: UserValues) -> Evaluation:
    """The evaluation of other user values, calculated from one of the whole model."""
    wave = _Wave(base, user)
    wave.run()
    return wave.evaluation


class _Wave:
    """One calculation from what changed.

    An entry that names a changed symbol is recalculated when it changes, and again when
    another symbol that it names changes.  Whatever reads an entry comes later in the order
    than all that the entry names, so it reads the final value.
    """

    def __init__(self, base: Evaluation, user: UserValues) -> None:
        self.base = base
        self.model = model = base.model
        self.dependents = dependents(model)
        if base.allowed is None:
            base.allowed = _allowed(base)
        self.start = base.allowed
        self.allowed = base.allowed.copy()
        self.evaluation = base.successor(user, self.allowed)
        self.heap: list[int] = []
        self.queued: set[int] = set()

    def run(self) -> None:
        """Calculate until nothing changes any more."""
        model, after, place = self.model, self.evaluation, self.dependents.place
        known = len(model.order) if model.modules is None else place[model.modules]
        modules = self.base.modules
        self.queue(place[name] for name in self.base.forgotten)
        self.queue(place[node] for node in _changed(self.base.user, after.user))
        while self.heap:
            now = heappop(self.heap)
            after.modules = modules if now > known else N
            node = model.order[now]
            for name in self.calculate(node):
                self.spread(name)
                if name == node == model.modules:
                    modules = after.bool_tristate[name]
                    self.queue(self.tristates())
        after.modules = modules
        after.forget()
        after.calculated = len(self.queued)
        after.since = self.base.mark, frozenset(self.names())

    def names(self) -> Iterator[str]:
        """The symbols that were calculated."""
        for node in map(self.model.order.__getitem__, self.queued):
            yield from self.model.choices[node].members if isinstance(node, int) else (node,)
        yield from self.evaluation.forgotten

    def tristates(self) -> Iterator[int]:
        """The places of all that can be another value with modules than without.

        What is not written has no prompt, select, implication or default that is more than n.
        """
        yield from self.dependents.tristates
        symbols, place = self.model.symbols, self.dependents.place
        for name in self.evaluation.written:
            if symbols[name].type is Type.TRISTATE:
                yield place[name]

    def queue(self, places: Iterable[int]) -> None:
        """Have nodes calculated in their turn."""
        for one in places:
            if one not in self.queued:
                self.queued.add(one)
                heappush(self.heap, one)

    def calculate(self, node: str | int) -> list[str]:
        """Calculate a symbol or a choice; the symbols that have another value now."""
        after = self.evaluation
        logical = after.bool_tristate
        if isinstance(node, str):
            old = logical.get(node), after.text.get(node)
            after.written.discard(node)
            after.calculate(node)
            return [node] if (logical.get(node), after.text.get(node)) != old else []
        members = self.model.choices[node].members
        before = [logical[member] for member in members]
        after.written.difference_update(members)
        ruled = self.dependents.ruled.get(node, ())
        depended = [self.allowed.depends[index] for index in ruled]
        after.forget_dependencies(ruled)
        after.calculate(node)
        for index, value in zip(ruled, depended, strict=True):
            self.queue(self.dependents.rulers[index])
            if after.depends(index) != value:
                self.tell(index)
        return [
            member
            for member, value in zip(members, before, strict=True)
            if logical[member] != value
        ]

    def spread(self, name: str) -> None:
        """Look at all that names a symbol with another value."""
        to = self.dependents
        self.queue(to.rules.get(name, ()))
        guarded = to.guards.get(name, ())
        for index in guarded:
            self.allowed.own[index] = _CHANGED
        self.narrow(guarded)
        for index in to.menus.get(name, ()):
            self.show(index)

    def narrow(self, indices: Iterable[int]) -> None:
        """Calculate what entries and all that stands in them allow, as far as it changes."""
        after, to = self.evaluation, self.dependents
        depends, own = self.allowed.depends, self.allowed.own
        todo = [*indices]
        while todo:
            index = todo.pop()
            entry = self.model.entries[index]
            if index in to.rulers:
                # A choice that is n for want of a visible member hides that this may be one.
                self.queue(to.rulers[index])
                value = after.parent_dependency(entry)
            else:
                value = depends[entry.parent] if entry.parent >= 0 else Y
            if value:
                alone = own[index]
                if alone < 0:
                    alone = after.alone(entry)
                    if own[index] == _UNKNOWN:
                        self.start.own[index] = alone  # where it is the same
                    own[index] = alone
                if alone < value:
                    value = alone
            if value != depends[index]:
                depends[index] = value
                self.tell(index)
                todo += [inner for inner in to.inside(index) if own[inner]]

    def tell(self, index: int) -> None:
        """Have calculated what reads an entry whose dependencies allow something else."""
        reader = self.dependents.reader[index]
        if reader < 0:
            return
        self.queue((reader,))
        entry = self.model.entries[index]
        # A symbol that is n selects nothing; should its value change, that reaches the targets.
        if isinstance(entry, MenuNode) and self.evaluation.bool_tristate.get(entry.symbol):
            self.queue(self.dependents.targets.get(index, ()))

    def show(self, index: int) -> None:
        """Calculate which prompts menus show, as far as it changes."""
        after, shown, to = self.evaluation, self.allowed.shown, self.dependents
        todo = [index]
        while todo:
            index = todo.pop()
            old, shown[index] = shown[index], -1
            if after.shown(index) != old:
                reader = to.reader[index]
                if reader >= 0:
                    self.queue((reader,))
                todo += to.inside(index)


def _allowed(base: Evaluation) -> Allowed:
    """What all entries allow, before anything was forgotten."""
    at_first = base.assuming({}) if base.forgotten else base
    entries = base.model.entries
    return Allowed(
        [at_first.depends(index) for index in range(len(entries))],
        [at_first.shown(index) for index in range(len(entries))],
        [_UNKNOWN if entry.depends else Y for entry in entries],
    )


def _changed(old: UserValues, new: UserValues) -> Iterator[str | int]:
    """The symbols and choices of which something else is said."""
    yield from _differing(old.bool_tristate, new.bool_tristate)
    yield from _differing(old.text, new.text)
    yield from _differing(old.priority, new.priority)
    yield from _differing(old.choices, new.choices)


def _differing(old: Mapping[_K, _V], new: Mapping[_K, _V]) -> Iterator[_K]:
    return (key for key, _ in old.items() ^ new.items())


def _ends(model: Model) -> list[int]:
    """For each entry, the index of the next one that does not stand inside it."""
    entries = model.entries
    end = [index + 1 for index in range(len(entries))]
    for index in range(len(entries) - 1, -1, -1):
        parent = entries[index].parent
        if parent >= 0 and end[index] > end[parent]:
            end[parent] = end[index]
    return end
