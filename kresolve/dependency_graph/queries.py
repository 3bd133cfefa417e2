"""Questions about a graph: plain functions, as in networkx.

Each takes any graph that :func:`~kresolve.dependency_graph.dependency_graph`
made, or a part of one.  A name that is not in it is a RequestError that proposes
a similar one.  The answers are what the files *say*; what holds in *every*
configuration with a symbol on, or on a base, is answered by the solver
(:mod:`kresolve.planner.backbone`) and by the evaluator
(:mod:`kresolve.evaluator.effects`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import networkx as nx

from kresolve.dependency_graph.building import KINDS, Graph
from kresolve.errors import RequestError, did_you_mean

#: What a symbol must have before it can be set.
REQUIRING = ("depends", "visible", "member")


def requires(
    graph: Graph, name: str, *, in_all: bool = False, kinds: Iterable[str] = REQUIRING
) -> tuple[str, ...]:
    """The symbols that a symbol's dependencies and prompts name, sorted.

    Directly, or ``in_all`` with those that these require.  Negated ones are
    among them; the edges' ``needed`` tells them apart.

    >>> graph = nx.MultiDiGraph()
    >>> _ = graph.add_edge("INET_DIAG", "INET", kind="depends")
    >>> _ = graph.add_edge("INET", "NET", kind="depends")
    >>> requires(graph, "INET_DIAG"), requires(graph, "INET_DIAG", in_all=True)
    (('INET',), ('INET', 'NET'))
    """
    return _reached(_of_kinds(graph, kinds), name, in_all=in_all)


def required_by(
    graph: Graph, name: str, *, in_all: bool = False, kinds: Iterable[str] = REQUIRING
) -> tuple[str, ...]:
    """The symbols whose dependencies and prompts name a symbol; see :func:`requires`.

    >>> graph = nx.MultiDiGraph()
    >>> _ = graph.add_edge("INET_DIAG", "INET", kind="depends")
    >>> _ = graph.add_edge("INET", "NET", kind="depends")
    >>> required_by(graph, "NET"), required_by(graph, "NET", in_all=True)
    (('INET',), ('INET', 'INET_DIAG'))
    """
    return _reached(_of_kinds(graph, kinds).reverse(copy=False), name, in_all=in_all)


def selected_by(graph: Graph, name: str, *, in_all: bool = False) -> tuple[str, ...]:
    """The symbols that select a symbol; ``in_all`` with those that select these.

    >>> graph = nx.MultiDiGraph()
    >>> _ = graph.add_edge("CHECKPOINT_RESTORE", "KCMP", kind="select")
    >>> selected_by(graph, "KCMP")
    ('CHECKPOINT_RESTORE',)
    """
    return _reached(_of_kinds(graph, ("select",)).reverse(copy=False), name, in_all=in_all)


def implied_by(graph: Graph, name: str) -> tuple[str, ...]:
    """The symbols that imply a symbol.

    >>> graph = nx.MultiDiGraph()
    >>> _ = graph.add_edge("NET_9P", "INET", kind="imply")
    >>> implied_by(graph, "INET")
    ('NET_9P',)
    """
    return _reached(_of_kinds(graph, ("imply",)).reverse(copy=False), name, in_all=False)


def shortest_way(
    graph: Graph, source: str, target: str, *, kinds: Iterable[str] = KINDS
) -> tuple[str, ...]:
    """The symbols on a shortest way along the edges, both ends included; () if there is none.

    Of several the first in the order of names.

    >>> graph = nx.MultiDiGraph()
    >>> _ = graph.add_edge("A", "B", kind="depends")
    >>> _ = graph.add_edge("B", "C", kind="select")
    >>> shortest_way(graph, "A", "C"), shortest_way(graph, "C", "A")
    (('A', 'B', 'C'), ())
    """
    found = _of_kinds(graph, kinds)
    for name in (source, target):
        _check(graph, name)
    before = {source: source}
    layer = [source]
    while layer and target not in before:
        reached: dict[str, str] = {}
        for here in sorted(layer):
            for other in found.successors(here):
                if other not in before:
                    reached.setdefault(other, here)
        before |= reached
        layer = list(reached)
    if target not in before:
        return ()
    way = [target]
    while way[-1] != source:
        way.append(before[way[-1]])
    return tuple(reversed(way))


def steps(graph: Graph, way: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The edge of each step of a way: its attributes, with ``source`` and ``target``.

    Where several lead from one symbol to the next, the first kind in the order
    of :data:`~kresolve.dependency_graph.KINDS`.

    >>> graph = nx.MultiDiGraph()
    >>> _ = graph.add_edge("A", "B", kind="select", text="select B")
    >>> [step["text"] for step in steps(graph, ("A", "B"))]
    ['select B']
    """
    for source, target in pairwise(way):
        edges = graph[source][target].values()
        best = min(edges, key=lambda data: KINDS.index(data["kind"]))
        yield {"source": source, "target": target, **best}


def select_cycles(
    graph: Graph, *, kinds: Iterable[str] = ("select", "depends")
) -> tuple[tuple[str, ...], ...]:
    """The groups of symbols that lead back to themselves, along a select at least.

    A group is a strongly connected component of the edges of these kinds,
    sorted.  Selects alone never go in a circle: conf refuses such a tree
    (``sym_check_deps``).  With dependencies they do, where a symbol selects
    what depends on it.

    >>> graph = nx.MultiDiGraph()
    >>> _ = graph.add_edge("INET", "INET_DIAG", kind="select")
    >>> _ = graph.add_edge("INET_DIAG", "INET", kind="depends")
    >>> select_cycles(graph)
    (('INET', 'INET_DIAG'),)
    """
    found = _of_kinds(graph, kinds)
    groups = (group for group in nx.strongly_connected_components(found) if len(group) > 1)
    return tuple(sorted(tuple(sorted(group)) for group in groups if _selects_inside(found, group)))


def _selects_inside(graph: Graph, group: set[str]) -> bool:
    """Does one of a group select another?"""
    edges = graph.out_edges(group, data="kind")
    return any(kind == "select" and target in group for _, target, kind in edges)


def _of_kinds(graph: Graph, kinds: Iterable[str]) -> Graph:
    """A view of the graph with the edges of some kinds; all nodes stay."""
    wanted = frozenset(kinds)
    unknown = wanted - set(KINDS)
    if unknown:
        raise RequestError(f"invalid kind {min(unknown)!r}; use some of {', '.join(KINDS)}")
    if wanted == frozenset(KINDS):
        return graph
    view: Graph = nx.subgraph_view(
        graph, filter_edge=lambda a, b, key: graph[a][b][key]["kind"] in wanted
    )
    return view


def _reached(graph: Graph, name: str, *, in_all: bool) -> tuple[str, ...]:
    _check(graph, name)
    found = nx.descendants(graph, name) if in_all else set(graph.successors(name)) - {name}
    return tuple(sorted(found))


def _check(graph: Graph, name: str) -> None:
    if name not in graph:
        raise RequestError(f"{name}: not in the graph{did_you_mean(name, graph.nodes)}")
