"""The dependency graph of a tree: who names whom, where and under which condition.

The graph is a networkx.MultiDiGraph, for networkx' own algorithms; common
questions about it are functions here.  Only this package uses networkx.
"""

from kresolve.dependency_graph.building import (
    KINDS,
    Graph,
    choice_node,
    dependency_graph,
    empty_graph,
    with_values,
)
from kresolve.dependency_graph.comparing import Differences, differences
from kresolve.dependency_graph.export import graphml, plain
from kresolve.dependency_graph.queries import (
    REQUIRING,
    implied_by,
    required_by,
    requires,
    select_cycles,
    selected_by,
    shortest_way,
    steps,
)
from kresolve.dependency_graph.subgraph import part, reduced, taken

__all__ = [
    "KINDS",
    "REQUIRING",
    "Differences",
    "Graph",
    "choice_node",
    "dependency_graph",
    "differences",
    "empty_graph",
    "graphml",
    "implied_by",
    "part",
    "plain",
    "reduced",
    "required_by",
    "requires",
    "select_cycles",
    "selected_by",
    "shortest_way",
    "steps",
    "taken",
    "with_values",
]
