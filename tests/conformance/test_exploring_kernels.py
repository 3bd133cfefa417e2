"""Graphs, gates, ways and pages of every kernel that kresolve knows, old choices included."""

from __future__ import annotations

import pytest

from kresolve import Tree
from kresolve.dependency_graph import differences
from kresolve.dotconfig.lines import Line
from kresolve.evaluator import evaluate
from kresolve.evaluator.interval_evaluator import IntervalEvaluator
from kresolve.rendering.graph_file import draw
from kresolve.rendering.symbols import page_text
from tests.conformance.conftest import cached_tree
from tests.unit.test_pictures import overlaps

pytestmark = [pytest.mark.long, pytest.mark.tree]


@pytest.mark.picture
def test_a_kernel_can_be_explored(each_tree: Tree) -> None:
    """Of each kernel there are graph, picture, plan's picture, ways and pages."""
    graph = each_tree.graph()
    assert len(graph) > 10_000
    assert graph.number_of_edges() > 3 * len(graph)
    assert overlaps(each_tree.graph("INET_UDP_DIAG", base="defconfig")) == []
    plan = each_tree.plan("INET_UDP_DIAG", base="allnoconfig")
    assert draw(plan.graph).text(".svg").startswith("<svg")
    assert set(plan.graph) >= {"INET_UDP_DIAG", "NET", "INET"}
    ways = each_tree.backbone("INET_UDP_DIAG")
    assert ways is not None
    assert {"NET", "INET", "INET_DIAG"} <= set(ways.every)
    for name in (*each_tree.model.symbols,)[::1000]:
        assert page_text(each_tree.show(name, base="defconfig"), "defconfig").startswith(name)
    assert each_tree.search("socket monitoring", where=("prompt",))


@pytest.mark.parametrize("value", ["n", "y"])
def test_no_configuration_leads_out_of_what_is_possible(each_tree: Tree, value: str) -> None:
    """In each kernel, with EXPERT settled, all values and prompts are as the tree allows."""
    model = each_tree.model
    possible = IntervalEvaluator(model, "EXPERT", "nmy".index(value))
    checked = 0
    for base in ("allnoconfig", "defconfig", "allmodconfig", "allyesconfig", "empty"):
        lines = (*each_tree.base(base).lines, Line("EXPERT", value))
        evaluation = evaluate(model, lines).evaluation
        if evaluation.bool_tristate["EXPERT"] != "nmy".index(value):
            continue
        for name, symbol in model.symbols.items():
            if symbol.is_bool_or_tristate:
                low, high = possible.values[name]
                assert low <= evaluation.bool_tristate[name] <= high, (base, name)
            if name != "EXPERT":
                low, high = possible.visibility(symbol)
                assert low <= evaluation.visibility(symbol) <= high, (base, name)
            checked += 1
    assert checked > 10_000


def test_two_kernels_differ() -> None:
    """Between 6.1 and 6.12 symbols came, went, and changed their types and prompts."""
    old, new = (cached_tree(f"debian:{name}", "x86_64").graph() for name in ("6.1", "6.12"))
    found = differences(old, new)
    assert {"SLOB", "AMD_IOMMU_V2"} <= set(found.gone)
    assert len(found.new) > len(found.gone) > 100
    assert {one.name for one in found.changed if one.aspect == "type"} >= {"BASE_SMALL"}
    assert found.lines_new
    assert found.lines_gone
