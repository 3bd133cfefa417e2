"""The order in which values can be calculated.

conf calculates a value when it is asked for, and refuses trees in which that
would go in circles (scripts/kconfig/symbol.c, ``sym_check_deps``).  The same
dependencies give an order in which every value comes after what it needs.
conf lets the bounds of ranges go in circles; an order cannot have them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from kresolve.errors import KconfigError
from kresolve.kconfig.dependencies import Dependencies, Node
from kresolve.kconfig.model import Model


def evaluation_order(model: Model) -> tuple[Node, ...]:
    """A model's nodes, dependencies first, the same on every run.

    MODULES and what it needs come before everything else.  Raises KconfigError
    with the places when dependencies go in a circle.
    """
    dependencies = Dependencies(model)
    roots: dict[Node, None] = {}
    if model.modules is not None:
        roots[dependencies.node(model.modules)] = None
    roots.update(dict.fromkeys(dependencies.node(name) for name in model.symbols))
    roots.update(dict.fromkeys(choice.index for choice in model.choices))

    order: list[Node] = []
    on_path: dict[Node, bool] = {}  # False: done
    for root in roots:
        if root in on_path:
            continue
        path: list[tuple[Node, Iterator[Node]]] = [(root, iter(_next(dependencies, root)))]
        on_path[root] = True
        while path:
            node, rest = path[-1]
            following = next((n for n in rest if on_path.get(n) is not False), None)
            if following is None:
                on_path[node] = False
                order.append(node)
                path.pop()
            elif on_path.get(following):
                raise KconfigError(_circle(dependencies, [n for n, _ in path], following))
            else:
                on_path[following] = True
                path.append((following, iter(_next(dependencies, following))))
    return tuple(order)


def _next(dependencies: Dependencies, node: Node) -> tuple[Node, ...]:
    """What comes before a node: what its value needs, and what conf looks at."""
    return tuple(dict.fromkeys((*dependencies.needs(node), *dependencies.checked(node))))


def _circle(dependencies: Dependencies, path: list[Node], again: Node) -> str:
    """The text of the error: every step with its place."""
    model = dependencies.model

    def place(node: Node) -> str:
        entry = (
            model.choices[node].entry
            if isinstance(node, int)
            else model.symbols[node].menu_nodes[0]
        )
        return str(model.entries[entry].location)

    def told(node: Node) -> str:
        return f"{'a choice' if isinstance(node, int) else node} ({place(node)})"

    circle = [*path[path.index(again) :], again]
    way = " depends on ".join(map(told, circle))
    if any(after not in dependencies.checked(node) for node, after in pairwise(circle)):
        return f"{place(again)}: the bounds of ranges go in a circle, which is not supported: {way}"
    if isinstance(again, int) and len(circle) == 2:
        way = _inside(dependencies, again, told)
    return f"{place(again)}: recursive dependency: {way}"


def _inside(dependencies: Dependencies, choice: int, told: Callable[[Node], str]) -> str:
    """What goes in a circle within a choice: a member, or the choice, names a member."""
    members = dependencies.model.choices[choice].members
    for member in members:
        for other in dependencies.member(member):
            if other in members:
                return (
                    f"{told(member)} depends on {told(str(other))} of the same {told(choice)[2:]}"
                )
    return f"{told(choice)} depends on one of its members"
