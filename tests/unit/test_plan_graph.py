"""A plan as a graph: each symbol in its role, with the lines that matter."""

from __future__ import annotations

from kresolve.dependency_graph import Graph, dependency_graph
from kresolve.dotconfig.lines import Line
from kresolve.kconfig.model import Model
from kresolve.planner import Question, Target, answer, answer_all, answer_in_parts, requested
from kresolve.planner.plan_graph import plan_graph
from tests.property.toys import load

_KCONFIG = """\
config EXPERT
	bool "experts"

config MMU
	def_bool y

config BUS
	bool "a bus"
	depends on MMU

config LEFT
	bool "left"

config RIGHT
	bool "right"

config DEVICE
	bool "a device"
	depends on BUS && (LEFT || RIGHT) && !DESERT
	depends on FREE || FREE = n
	select HELPER

config HELPER
	bool

config FREE
	bool "free"

config DESERT
	bool "desert"

config ALWAYS
	bool "always" if EXPERT
	default y

config AFTER
	bool "after"
	depends on MIDDLE

config MIDDLE
	def_bool BUS

config ELSEWHERE
	bool "elsewhere"
	depends on BUS
"""


def graph_of(
    *requests: str, base: tuple[Line, ...] = (), forbid: tuple[str, ...] = ()
) -> tuple[Graph, Model]:
    """The graph of a plan in the toy tree."""
    model = load(_KCONFIG)
    target = Target(model, "toy", base)
    asked = tuple(requested(model, text) for text in requests)
    plan = answer(target, Question(asked, forbidden=forbid))
    after = target.after(plan.assignments)
    return plan_graph(dependency_graph(model), model, plan, target.before, after), model


def _roles(graph: Graph) -> dict[str, str]:
    return dict(graph.nodes(data="role"))


def _edges(graph: Graph) -> set[tuple[str, str, str]]:
    return set(graph.edges(data="kind"))


def test_every_symbol_has_its_role() -> None:
    """Requested, prerequisite, follows, already on, gate and forbidden are told apart."""
    base = (Line("DESERT", "y"), Line("FREE", "y"))
    graph, _ = graph_of("DEVICE", "HELPER", "ALWAYS", "AFTER", base=base, forbid=("RIGHT",))

    assert _roles(graph) == {
        **dict.fromkeys(("DEVICE", "HELPER", "ALWAYS", "AFTER"), "requested"),
        **dict.fromkeys(("BUS", "LEFT"), "prerequisite"),
        "DESERT": "forbidden",
        "MMU": "already on",
        "EXPERT": "gate",
        "MIDDLE": "follows",
    }
    assert graph.nodes["DESERT"]["line"] == "# CONFIG_DESERT is not set"
    assert (graph.nodes["BUS"]["before"], graph.nodes["BUS"]["value"]) == ("n", "y")
    assert graph.nodes["BUS"]["why"].startswith("DEVICE depends on BUS (Kconfig:19)")
    assert graph.nodes["MIDDLE"]["why"] == 'has "default BUS" (Kconfig:41)'
    assert graph.nodes["MMU"]["why"] == 'has "default y" (Kconfig:5)'
    assert graph.nodes["EXPERT"]["why"] == "no active default"
    assert graph.nodes["ALWAYS"]["why"] == 'needs no line: it has "default y" (Kconfig:34)'


def test_edges_are_what_the_plan_is_about() -> None:
    """Needs of requests and lines are there, and the select that a request is met by."""
    graph, _ = graph_of("DEVICE", "HELPER")

    assert {
        ("DEVICE", "BUS", "depends"),
        ("DEVICE", "DESERT", "depends"),
        ("DEVICE", "HELPER", "select"),
        ("BUS", "MMU", "depends"),
    } <= _edges(graph)
    assert _roles(graph)["DESERT"] == "forbidden"  # n already, and it has to stay so


def test_a_request_that_was_selected_already_is_joined_to_what_selects_it() -> None:
    """A select that the base has already is why a request needs no line, so it is shown."""
    base = tuple(Line(name, "y") for name in ("BUS", "LEFT", "DEVICE"))
    graph, _ = graph_of("HELPER", base=base)

    assert _edges(graph) == {("DEVICE", "HELPER", "select")}
    assert _roles(graph) == {"HELPER": "requested", "DEVICE": "already on"}


def test_of_alternatives_only_the_one_that_serves_is_there() -> None:
    """The alternative that the plan takes is requested; the others are not looked at."""
    graph, _ = graph_of("DEVICE & FREE|ELSEWHERE|AFTER")

    assert _roles(graph) == {
        "ELSEWHERE": "requested",
        "BUS": "prerequisite",
        "MMU": "already on",
    }


def test_alternatives_without_a_plan_are_all_there() -> None:
    """Where no alternative can hold, the graph shows each of them as requested."""
    graph, _ = graph_of("AFTER|ELSEWHERE", forbid=("BUS",))

    assert [_roles(graph)[name] for name in ("AFTER", "ELSEWHERE")] == ["requested"] * 2


def test_of_an_or_only_the_side_that_counts_is_there() -> None:
    """Of "LEFT || RIGHT" the one that is on; of "FREE || FREE = n" none."""
    graph, _ = graph_of("DEVICE")
    sides = {"LEFT", "RIGHT"} & set(graph)

    assert len(sides) == 1
    assert ("DEVICE", sides.pop(), "depends") in _edges(graph)
    assert "FREE" not in graph
    both, _ = graph_of("DEVICE", base=(Line("LEFT", "y"), Line("RIGHT", "y"), Line("FREE", "y")))
    assert {"LEFT", "RIGHT", "FREE"}.isdisjoint(both)


def test_what_does_not_matter_is_not_there() -> None:
    """Symbols that the plan does not touch, and that no request needs, are left out."""
    graph, _ = graph_of("AFTER")

    assert "ELSEWHERE" not in graph
    assert "DEVICE" not in graph


def test_without_a_plan_the_graph_shows_what_is_asked() -> None:
    """For what is impossible, the requests are there with what they depend on."""
    graph, _ = graph_of("DEVICE", "DESERT")

    assert _roles(graph)["DEVICE"] == _roles(graph)["DESERT"] == "requested"
    assert ("DEVICE", "DESERT", "depends") in _edges(graph)
    assert graph.graph["plan"] == "impossible"


def test_a_plan_in_parts_shows_the_first_world_with_all_its_lines() -> None:
    """What only the first of several targets gets is in its graph as the common lines are."""
    model = load(_KCONFIG)
    asked = (requested(model, "ELSEWHERE"),)
    small = Target(model, "small", ())
    large = Target(model, "large", (Line("BUS", "y"),))
    plan = answer_in_parts([(small, Question(asked)), (large, Question(asked))])
    after = small.after(plan.assignments_in(0))
    graph = plan_graph(dependency_graph(model), model, plan, small.before, after)

    assert [line.symbol for line in plan.lines] == ["ELSEWHERE"]
    assert graph.nodes["BUS"]["role"] == "prerequisite"
    assert graph.nodes["BUS"]["line"] == "CONFIG_BUS=y"
    assert graph.nodes["ELSEWHERE"]["value"] == "y"


def test_what_only_another_tree_has_is_not_in_the_graph_of_the_first() -> None:
    """Of a plan for several trees the first is shown, without the symbols of the others."""
    small = load('config OLD\n\tbool "old"\n')
    large = load(
        'config OLD\n\tbool "old"\n\tdepends on LOCK\n\nconfig LOCK\n\tbool "lock"\n'
        '\nconfig NEW\n\tbool "new"\n'
    )
    first, second = Target(small, "small", ()), Target(large, "large", ())
    asked = [requested(small, "OLD")], [requested(large, "OLD"), requested(large, "NEW")]
    plan = answer_all([(first, Question(tuple(asked[0]))), (second, Question(tuple(asked[1])))])
    after = first.after(plan.assignments)
    graph = plan_graph(dependency_graph(small), small, plan, first.before, after)

    assert {line.symbol for line in plan.lines} == {"OLD", "LOCK", "NEW"}
    assert _roles(graph) == {"OLD": "requested"}
