"""Graphs, gates, ways and pages of every kernel that kresolve knows, old choices included."""

from __future__ import annotations

import pytest

from kresolve import Tree
from kresolve.dependencygraph import differences
from kresolve.gating import Possible
from kresolve.lines import Line
from kresolve.report.graphfile import draw
from kresolve.report.symbols import page_text
from kresolve.semantics import evaluate
from tests.property.toys import TREES
from tests.unit.test_pictures import overlaps

pytestmark = [pytest.mark.long, pytest.mark.tree]


@pytest.fixture(scope="module", params=list(TREES))
def kernel(request: pytest.FixtureRequest) -> Tree:
    """A kernel of each generation, for x86_64."""
    return Tree.load(TREES[request.param], arch="x86_64")


def test_a_kernel_can_be_explored(kernel: Tree) -> None:
    """Of each kernel there are graph, picture, plan's picture, ways and pages."""
    graph = kernel.graph()
    assert len(graph) > 10_000
    assert graph.number_of_edges() > 3 * len(graph)
    assert overlaps(kernel.graph("INET_UDP_DIAG", base="defconfig")) == []
    plan = kernel.plan("INET_UDP_DIAG", base="allnoconfig")
    assert draw(plan.graph).text(".svg").startswith("<svg")
    assert set(plan.graph) >= {"INET_UDP_DIAG", "NET", "INET"}
    ways = kernel.ways("INET_UDP_DIAG")
    assert ways is not None
    assert {"NET", "INET", "INET_DIAG"} <= set(ways.every)
    for name in (*kernel.model.symbols,)[::1000]:
        assert page_text(kernel.show(name, base="defconfig"), "defconfig").startswith(name)
    assert kernel.search("socket monitoring", where=("prompt",))


@pytest.mark.parametrize("value", ["n", "y"])
def test_no_configuration_leads_out_of_what_is_possible(kernel: Tree, value: str) -> None:
    """In each kernel, with EXPERT settled, all values and prompts are as the tree allows."""
    model = kernel.model
    possible = Possible(model, "EXPERT", "nmy".index(value))
    checked = 0
    for base in ("allnoconfig", "defconfig", "allmodconfig", "allyesconfig", "empty"):
        lines = (*kernel.base(base).lines, Line("EXPERT", value))
        evaluation = evaluate(model, lines).evaluation
        if evaluation.logical["EXPERT"] != "nmy".index(value):
            continue
        for name, symbol in model.symbols.items():
            if symbol.is_logical:
                low, high = possible.values[name]
                assert low <= evaluation.logical[name] <= high, (base, name)
            if name != "EXPERT":
                low, high = possible.visibility(symbol)
                assert low <= evaluation.visibility(symbol) <= high, (base, name)
            checked += 1
    assert checked > 10_000


def test_two_kernels_differ() -> None:
    """Between 6.1 and 6.12 symbols came, went, and changed their types and prompts."""
    old, new = (Tree.load(TREES[name], arch="x86_64").graph() for name in ("6.1", "6.12"))
    found = differences(old, new)
    assert {"SLOB", "AMD_IOMMU_V2"} <= set(found.gone)
    assert len(found.new) > len(found.gone) > 100
    assert {one.name for one in found.changed if one.aspect == "type"} >= {"BASE_SMALL"}
    assert found.lines_new
    assert found.lines_gone
