"""A graph's attributes as plain text and numbers, and the formats that networkx writes."""

from __future__ import annotations

from typing import Any, Final

import networkx as nx

from kresolve.dependency_graph.building import Graph
from kresolve.kconfig.printable import printable

#: What stands between the parts of an attribute that has many.
_SEPARATORS: Final = {"menu": " > ", "notes": "; "}


def plain(graph: Graph) -> Graph:
    """The same graph with attributes that any format can carry: text, numbers, truth values.

    A menu becomes its titles joined by " > ", a location ``FILE:LINE``, a
    condition its text; what is None is left out.  Every edge keeps its key.
    """
    found = Graph(**_plain(graph.graph))
    for name, data in graph.nodes(data=True):
        found.add_node(name, **_plain(data))
    for source, target, key, data in graph.edges(keys=True, data=True):
        found.add_edge(source, target, key=key, **_plain(data))
    return found


def graphml(graph: Graph) -> str:
    """The graph as GraphML, for Gephi, yEd and their like."""
    return "\n".join(nx.generate_graphml(plain(graph))) + "\n"


def _plain(data: dict[str, Any]) -> dict[str, Any]:
    return {name: _text(name, value) for name, value in data.items() if value is not None}


def _text(name: str, value: object) -> str | int | float | bool:
    if isinstance(value, bool | int | float):
        return value
    if isinstance(value, tuple):
        value = _SEPARATORS.get(name, ", ").join(map(str, value))
    return printable(str(value))
