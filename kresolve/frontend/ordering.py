"""The order in which values can be computed.

conf computes a value when it is asked for and refuses trees in which that
would go in circles (scripts/kconfig/symbol.c, ``sym_check_deps``).  The same
dependencies give an order in which every value comes after what it needs.  A
choice and its members are one node.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from kresolve.errors import KconfigError
from kresolve.expressions import Expr, names
from kresolve.model import AnyEntry, Choice, ChoiceEntry, Definition, Menu, Symbol

Node: TypeAlias = str | int


def evaluation_order(
    entries: tuple[AnyEntry, ...],
    symbols: Mapping[str, Symbol],
    choices: tuple[Choice, ...],
    modules: str | None,
) -> tuple[Node, ...]:
    """Symbol names and choice indices, dependencies first, stable across runs.

    ``modules`` and what it needs come before everything else.  Raises
    KconfigError with the places when dependencies go in a circle.
    """
    needs = _dependencies(entries, symbols, choices)
    order: list[Node] = []
    state: dict[Node, int] = {}  # 1: on the path, 2: done
    for root in (*((modules,) if modules in needs else ()), *needs):
        if root in state:
            continue
        path: list[tuple[Node, Iterator[Node]]] = [(root, iter(needs[root]))]
        state[root] = 1
        while path:
            node, rest = path[-1]
            following = next((n for n in rest if state.get(n) != 2), None)
            if following is None:
                state[node] = 2
                order.append(node)
                path.pop()
            elif state.get(following) == 1:
                raise KconfigError(_circle([n for n, _ in path], following, entries, symbols))
            else:
                state[following] = 1
                path.append((following, iter(needs[following])))
    return tuple(order)


def _dependencies(
    entries: tuple[AnyEntry, ...], symbols: Mapping[str, Symbol], choices: tuple[Choice, ...]
) -> dict[Node, list[Node]]:
    """For each node, the nodes that its value is computed from."""
    around: list[list[str]] = []  # for each entry, the symbols its dependencies name
    shown: list[list[str]] = []  # the same for "visible if" of the menus above
    for entry in entries:
        above = around[entry.parent] if entry.parent >= 0 else []
        own = [name for guard in entry.depends for name in names(guard.condition)]
        around.append([*above, *own] if own else above)
        above = shown[entry.parent] if entry.parent >= 0 else []
        own = (
            [name for guard in entry.visible for name in names(guard.condition)]
            if isinstance(entry, Menu)
            else []
        )
        shown.append([*above, *own] if own else above)

    found: dict[Node, dict[str, None]] = {}
    for symbol in symbols.values():
        node: Node = symbol.name if symbol.choice is None else symbol.choice
        found.setdefault(node, {})
    for choice in choices:
        used = found.setdefault(choice.index, {})
        entry = entries[choice.entry]
        assert isinstance(entry, ChoiceEntry)
        used.update(dict.fromkeys(around[choice.entry]))
        for prompt in entry.prompts:
            _add(used, prompt.condition)
        for default in entry.defaults:
            _add(used, default.condition)
    for index, entry in enumerate(entries):
        if not isinstance(entry, Definition):
            continue
        symbol = symbols[entry.symbol]
        member = symbol.choice is not None
        used = found[symbol.choice if symbol.choice is not None else symbol.name]
        used.update(dict.fromkeys(around[index]))
        if entry.prompts:
            used.update(dict.fromkeys(shown[index]))
        for prompt in entry.prompts:
            _add(used, prompt.condition)
        if not member:
            for default in entry.defaults:
                _add(used, default.condition)
                _add(used, default.value)
            for limits in entry.ranges:
                _add(used, limits.condition)
                _add(used, limits.low)
                _add(used, limits.high)
        for select in (*entry.selects, *entry.implies):
            target = symbols.get(select.target)
            if target is None or target.choice is not None:
                continue
            reverse = found[target.name]
            reverse[entry.symbol] = None
            reverse.update(dict.fromkeys(around[index]))
            _add(reverse, select.condition)

    def node_of(name: str) -> Node:
        choice_index = symbols[name].choice
        return name if choice_index is None else choice_index

    return {
        node: [
            other
            for other in dict.fromkeys(node_of(name) for name in used if name in symbols)
            if not (isinstance(node, int) and other == node)
        ]
        for node, used in found.items()
    }


def _add(used: dict[str, None], expr: Expr | None) -> None:
    if expr is not None:
        used.update(dict.fromkeys(names(expr)))


def _circle(
    path: list[Node],
    again: Node,
    entries: tuple[AnyEntry, ...],
    symbols: Mapping[str, Symbol],
) -> str:
    """The text of the error: each step with its place."""

    def told(node: Node) -> str:
        if isinstance(node, int):
            places = [e.location for e in entries if isinstance(e, ChoiceEntry) and e.choice == node]
            return f"choice ({places[0]})"
        return f"{node} ({entries[symbols[node].definitions[0]].location})"

    circle = [*path[path.index(again) :], again]
    first = next((node for node in circle if isinstance(node, str)), None)
    place = f"{entries[symbols[first].definitions[0]].location}: " if first else ""
    return f"{place}recursive dependency: " + " depends on ".join(told(node) for node in circle)
