"""The part of a graph that matters for some symbols, small enough to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from kresolve.dependencygraph.building import KINDS, Graph
from kresolve.dependencygraph.questions import _check

#: Along these one looks for what a symbol needs, at any depth.
_NEEDS = ("depends", "visible", "member")


@frozen(eq=False)
class Part:
    """A part of a graph, and what was left out of it, as remarks for a reader."""

    graph: Graph
    notes: tuple[str, ...] = ()


def part(graph: Graph, names: Iterable[str], *, depth: int | None = None, limit: int = 60) -> Part:
    """What matters for some symbols: what they need, and what they bring along.

    Breadth first from the symbols: along dependencies and prompts, to a choice
    they are members of, to what the symbols themselves select and imply, and
    from a symbol without a prompt to those that select it (up to ``depth``
    steps, if given; undefined symbols are left out).  More than ``limit`` nodes
    are cut off, the farthest first, and a note says how many.  The nodes'
    ``distance`` tells how far they are; ``asked`` marks the symbols themselves.
    """
    asked = list(dict.fromkeys(names))
    for name in asked:
        _check(graph, name)
    distance: dict[str, int] = dict.fromkeys(asked, 0)
    layer = asked
    while layer:
        reached: dict[str, int] = {}
        for here in layer:
            if depth is not None and distance[here] >= depth:
                continue
            for other in _next(graph, here, asked=distance[here] == 0):
                if other not in distance and graph.nodes[other]["kind"] != "undefined":
                    reached.setdefault(other, distance[here] + 1)
        distance |= reached
        layer = list(reached)
    kept = list(distance)[: max(limit, len(asked))]
    notes: list[str] = []
    if len(kept) < len(distance):
        notes.append(f"{len(distance) - len(kept)} more symbols, farther away, are left out")
    return Part(_taken(graph, {name: distance[name] for name in kept}), tuple(notes))


def _next(graph: Graph, name: str, *, asked: bool) -> Iterable[str]:
    """Where to go from a symbol, in the order of its lines."""
    kinds = (*_NEEDS, "select", "imply") if asked else _NEEDS
    for _, other, kind in graph.out_edges(name, data="kind"):
        if kind in kinds:
            yield other
    if asked and not graph.nodes[name]["prompt"]:
        for other, _, kind in graph.in_edges(name, data="kind"):
            if kind in ("select", "imply"):
                yield other


def _taken(graph: Graph, distance: Mapping[str, int]) -> Graph:
    """The graph of some nodes, with the edges between them."""
    found = graph.subgraph(distance).copy()
    for name, steps in distance.items():
        found.nodes[name]["distance"] = steps
        found.nodes[name]["asked"] = steps == 0
    assert all(data["kind"] in KINDS for _, _, data in found.edges(data=True))
    return found
