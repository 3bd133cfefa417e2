"""The dependency graph of the real tree: its size, and what it says against the witnesses."""

from __future__ import annotations

import networkx as nx
import pytest

from kresolve import Tree
from kresolve.dependency_graph import (
    Graph,
    dependency_graph,
    required_by,
    requires,
    select_cycles,
    with_values,
)
from kresolve.dotconfig.lines import Line
from kresolve.evaluator import evaluate
from kresolve.kconfig.dependencies import Dependencies
from kresolve.kconfig.expressions import names
from kresolve.planner.backbone import backbone

#: Nodes and edges of the graph of a version, as docs/reference.md states them.
SIZES = {"6.12.117": (18341, 74698)}


@pytest.fixture(scope="module")
def graph(tree: Tree) -> Graph:
    """The graph of the whole tree."""
    return dependency_graph(tree.model)


def test_the_whole_graph_has_its_size(tree: Tree, graph: Graph) -> None:
    """A kernel's graph has a node for each symbol and more, and the size that the docs state."""
    nodes, edges = len(graph), graph.number_of_edges()
    assert SIZES.get(tree.info.version, (nodes, edges)) == (nodes, edges)
    assert len(tree.model.symbols) + len(tree.model.choices) < nodes < 25_000
    assert 50_000 < edges < 150_000


def test_values_have_their_nodes_and_ways(tree: Tree, graph: Graph) -> None:
    """What a value is calculated from can be reached in the graph, or stands in a condition."""
    dependencies = Dependencies(tree.model)
    for name in sorted(tree.model.options)[::40]:
        node = dependencies.node(name)
        if isinstance(node, int):
            continue
        told: set[str] = {name}
        edges = [*graph.out_edges(name, data=True)]
        edges += [
            edge
            for edge in graph.in_edges(name, data=True)
            if edge[2]["kind"] in {"select", "imply"}
        ]
        for source, target, data in edges:
            told |= {source, target}
            if data["condition"] is not None:
                told |= set(names(data["condition"]))
        selectors = {s for s, _, d in edges if d["kind"] in {"select", "imply"} and s != name}
        beyond = {other for source in selectors for other in graph.successors(source)}
        for needed in dependencies.needs(node):
            found = tree.model.choices[needed].members if isinstance(needed, int) else (needed,)
            assert (told | beyond) & set(found), (name, found)


def test_networkx_algorithms_agree(graph: Graph) -> None:
    """Our answers are those of networkx' own algorithms on the same edges."""
    plain = nx.DiGraph()
    plain.add_nodes_from(graph)
    plain.add_edges_from((a, b) for a, b, kind in graph.edges(data="kind") if kind == "depends")

    for name in ("INET_UDP_DIAG", "DRM_AMDGPU", "IPC_NS"):
        found = requires(graph, name, in_all=True, kinds=("depends",))
        assert set(found) == nx.descendants(plain, name) - {name}
    assert len(required_by(graph, "NET", in_all=True, kinds=("depends",))) == len(
        nx.ancestors(plain, "NET") - {"NET"}
    )
    assert not select_cycles(graph, kinds=("select",))
    assert select_cycles(graph)


def test_needed_edges_are_needed(tree: Tree, graph: Graph) -> None:
    """Where an edge says that a symbol is needed, its condition fails without it."""
    configuration = with_values(graph, tree.target("defconfig").before)
    evaluation = tree.target("defconfig").before.evaluation
    checked = 0
    for _, target, data in configuration.edges(data=True):
        if data["condition"] is None or not data["needed"]:
            continue
        value = configuration.nodes[target]["value"]
        fails = value == "n" if data["needed"] == "y" else value == "y"
        if fails and data["kind"] in {"depends", "visible"}:
            assert evaluation.value(data["condition"]) == 0, data["text"]
            checked += 1
    assert checked > 1000


@pytest.mark.parametrize("name", ["IPC_NS", "INET_UDP_DIAG", "DRM_AMDGPU"])
def test_what_is_on_every_way_is_in_every_plan(tree: Tree, graph: Graph, name: str) -> None:
    """Plans on different bases all have on what is on every way."""
    ways = backbone(tree.model_index, graph, name)
    assert ways is not None
    assert ways.every
    for base in ("allnoconfig", "defconfig", "empty"):
        plan = tree.plan(name, base=base)
        after = tree.target(base).after(plan.assignments)
        assert {other for other in ways.every if after[other] == "n"} == set()


def test_without_what_is_on_every_way_there_is_none(tree: Tree, graph: Graph) -> None:
    """Leaving off any one option that is on every way, no lines bring the symbol about."""
    ways = backbone(tree.model_index, graph, "INET_UDP_DIAG")
    assert ways is not None
    needed = [name for name in ways.every if name in tree.model.options]
    assert needed == ["NET", "INET", "INET_DIAG"]
    for name in needed:
        lines = [Line(other, "y") for other in (*needed, "INET_UDP_DIAG") if other != name]
        assert evaluate(tree.model, [*lines, Line(name, "n")])["INET_UDP_DIAG"] == "n"
        assert tree.plan("INET_UDP_DIAG", base="empty", forbid=name).status == "impossible"
