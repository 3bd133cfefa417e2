"""The part of a graph that matters for some symbols, small enough to be looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from kresolve.dependency_graph.building import Graph
from kresolve.dependency_graph.queries import REQUIRING, _check


def part(
    graph: Graph, names: Iterable[str], *, depth: int | None = None, limit: int | None = None
) -> Graph:
    """What matters for some symbols: what they need, and what they bring along.

    Breadth first from the symbols: along dependencies and prompts, to a choice
    they are members of, to what the symbols themselves select and imply, and
    from a symbol without a prompt to those that select it (up to ``depth``
    steps, if given; undefined symbols are left out).  If there are more than
    ``limit`` nodes, the farthest are cut off, and the graph's ``notes`` say how
    many.  The nodes' ``distance`` tells how far they are; ``asked`` marks the
    symbols themselves.
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
    kept = list(distance)[: None if limit is None else max(limit, len(asked))]
    found = taken(graph, kept)
    for name in kept:
        found.nodes[name].update(distance=distance[name], asked=distance[name] == 0)
    if len(kept) < len(distance):
        note = f"{len(distance) - len(kept)} more symbols, farther away, are left out"
        found.graph["notes"] = (note,)
    return found


def _next(graph: Graph, name: str, *, asked: bool) -> Iterable[str]:
    """Where to go from a symbol, in the order of its lines."""
    kinds = (*REQUIRING, "select", "imply") if asked else REQUIRING
    for _, other, kind in graph.out_edges(name, data="kind"):
        if kind in kinds:
            yield other
    if asked and not graph.nodes[name]["prompt"]:
        for other, _, kind in graph.in_edges(name, data="kind"):
            if kind in ("select", "imply"):
                yield other


def taken(
    graph: Graph, names: Iterable[str], edges: Iterable[tuple[str, str, str]] | None = None
) -> Graph:
    """A graph of some nodes, in the order given, with some edges (source, target, key).

    All edges between them, if none are named.  networkx' own subgraphs have
    their nodes in an order that differs from run to run.
    """
    found = Graph(**graph.graph)
    found.add_nodes_from((name, graph.nodes[name]) for name in names)
    if edges is None:
        edges = [
            (name, other, key)
            for name in found
            for _, other, key in graph.out_edges(name, keys=True)
            if other in found
        ]
    for source, target, key in edges:
        found.add_edge(source, target, key=key, **graph[source][target][key])
    return found


def reduced(graph: Graph) -> Graph:
    """The graph without the needs that follow from others (a transitive reduction).

    An edge by which a symbol needs another ("depends" or "visible", with
    ``needed`` "y") is left out where a longer way along such edges leads to the
    same symbol.  All other edges, and those inside a circle, stay.

    >>> graph = nx.MultiDiGraph()
    >>> for one, other in ("AB", "BC", "AC"):
    ...     _ = graph.add_edge(one, other, kind="depends", needed="y")
    >>> list(reduced(graph).edges())
    [('A', 'B'), ('B', 'C')]
    """
    needs = nx.DiGraph()
    needs.add_nodes_from(graph)
    needs.add_edges_from((a, b) for a, b, data in graph.edges(data=True) if _is_need(data))
    for group in list(nx.strongly_connected_components(needs)):
        needs.remove_edges_from(list(needs.subgraph(group).edges()))
    kept = nx.transitive_reduction(needs)
    dropped = {pair for pair in needs.edges() if not kept.has_edge(*pair)}
    found: Graph = graph.copy()
    found.remove_edges_from(
        [
            (source, target, key)
            for source, target, key, data in graph.edges(keys=True, data=True)
            if (source, target) in dropped and _is_need(data)
        ]
    )
    return found


def _is_need(data: Mapping[str, object]) -> bool:
    return data["kind"] in {"depends", "visible"} and data["needed"] == "y"
