"""The dependency graph of a toy tree: nodes, edges, questions, parts, formats."""

from __future__ import annotations

import io
import json
from typing import Any

import networkx as nx
import pytest

from kresolve.dependency_graph import (
    KINDS,
    Graph,
    dependency_graph,
    differences,
    graphml,
    implied_by,
    part,
    plain,
    required_by,
    requires,
    select_cycles,
    selected_by,
    shortest_way,
    steps,
    with_values,
)
from kresolve.dotconfig.lines import Line
from kresolve.errors import RequestError
from kresolve.evaluator import evaluate
from kresolve.kconfig.expressions import Sym
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Model
from kresolve.results import document
from tests.property.toys import load

_KCONFIG = """\
config EXPERT
	bool "experts"

menu "Garden"
	visible if EXPERT

config POND
	tristate "pond"
	depends on !DESERT
	select WATER if RAIN
	imply FISH

config FISH
	tristate "fish" if EXPERT
	depends on POND && (FROG || CAT = n)
	default POND

config DEPTH
	int "depth"
	range LEAST 9 if POND
	default 3

endmenu

config LEAST
	int
	default 1

config WATER
	tristate

config RAIN
	def_bool y if !DESERT

config DESERT
	bool "desert"

config CAT
	bool "cat"

if CAT

choice
	prompt "colour" if EXPERT
	default BLACK

config BLACK
	bool "black"

config WHITE
	bool "white"
	depends on SNOW

endchoice

endif

config ROUND
	bool "round"
	select ABOUT if CAT

config ABOUT
	bool "about"
	depends on ROUND
"""
CHOICE = "choice Kconfig:43"


@pytest.fixture(scope="module")
def model() -> Model:
    """The toy tree."""
    return load(_KCONFIG)


@pytest.fixture(scope="module")
def graph(model: Model) -> Graph:
    """Its graph, without values."""
    return dependency_graph(model)


def _edges(graph: Graph, source: str, target: str) -> list[dict[str, Any]]:
    return list(graph[source][target].values())


def test_nodes_say_what_they_are(graph: Graph) -> None:
    """A symbol's node has type, prompt, menu and place; so has a choice's."""
    assert graph.nodes["POND"] == {
        "kind": "symbol",
        "type": "tristate",
        "prompt": "pond",
        "menu": ("Garden",),
        "location": Location("Kconfig", 7),
    }
    assert graph.nodes[CHOICE] == {
        "kind": "choice",
        "type": "bool",
        "prompt": "colour",
        "menu": (),
        "location": Location("Kconfig", 43),
        "members": ("BLACK", "WHITE"),
    }
    assert graph.nodes["FROG"]["kind"] == graph.nodes["SNOW"]["kind"] == "undefined"


LINES: list[tuple[str, str, str, str, int, str, bool]] = [
    ("POND", "DESERT", "depends", "depends on !DESERT", 9, "n", False),
    ("POND", "EXPERT", "visible", "visible if EXPERT", 5, "y", True),
    ("POND", "WATER", "select", "select WATER if RAIN", 10, "", False),
    ("POND", "FISH", "imply", "imply FISH", 11, "", False),
    ("FISH", "POND", "depends", "depends on POND && (FROG || CAT = n)", 15, "y", False),
    ("FISH", "FROG", "depends", "depends on POND && (FROG || CAT = n)", 15, "", False),
    ("FISH", "CAT", "depends", "depends on POND && (FROG || CAT = n)", 15, "n", False),
    ("FISH", "EXPERT", "visible", 'prompt "fish" if EXPERT', 14, "y", False),
    ("FISH", "POND", "default", "default POND", 16, "", False),
    ("DEPTH", "LEAST", "range", "range LEAST 9 if POND", 20, "", False),
    ("DEPTH", "POND", "range", "range LEAST 9 if POND", 20, "y", False),
    ("RAIN", "DESERT", "default", "default y if !DESERT", 33, "n", False),
    ("BLACK", CHOICE, "member", "member of", 43, "", False),
    ("BLACK", "CAT", "depends", "depends on CAT", 41, "y", True),
    (CHOICE, "EXPERT", "visible", 'prompt "colour" if EXPERT', 44, "y", False),
    (CHOICE, "BLACK", "default", "default BLACK", 45, "", False),
    (CHOICE, "CAT", "depends", "depends on CAT", 41, "y", True),
    ("WHITE", "SNOW", "depends", "depends on SNOW", 52, "y", False),
]


@pytest.mark.parametrize("line", LINES, ids=lambda line: " ".join(line[:3]))
def test_edges_are_the_lines_of_the_files(
    graph: Graph, line: tuple[str, str, str, str, int, str, bool]
) -> None:
    """Each line is an edge from its entry to what it names, with condition, text and place."""
    source, target, kind, text, number, needed, inherited = line
    edges = _edges(graph, source, target)
    found = next(edge for edge in edges if (edge["kind"], edge["text"]) == (kind, text))

    assert found["location"] == Location("Kconfig", number)
    assert (found["needed"], found["inherited"]) == (needed, inherited)
    if kind in ("select", "range"):
        assert text.endswith(f" if {found['condition']}") == (found["condition"] is not None)


def test_there_are_edges_of_all_kinds_and_no_others(graph: Graph) -> None:
    """The toy tree has a line of each kind, and numbers are no nodes."""
    assert {kind for _, _, kind in graph.edges(data="kind")} == set(KINDS)
    assert "9" not in graph
    assert _edges(graph, "POND", "WATER")[0]["condition"] == Sym("RAIN")


def test_values_are_those_of_the_configuration(model: Model, graph: Graph) -> None:
    """With a configuration every node has its value, a choice the member chosen."""
    configuration = evaluate(model, [Line("CAT", "y"), Line("POND", "y"), Line("EXPERT", "y")])
    found = with_values(graph, configuration)

    assert {name: found.nodes[name]["value"] for name in model.symbols} == dict(configuration)
    assert found.nodes[CHOICE]["value"] == "BLACK"
    assert found.nodes["SNOW"]["value"] == "n"
    assert "value" not in graph.nodes["CAT"]
    assert nx.utils.graphs_equal(dependency_graph(model, configuration), found)


def test_networkx_finds_its_way(graph: Graph) -> None:
    """Descendants along dependencies are what a symbol requires in all."""
    wanted = [(a, b) for a, b, kind in graph.edges(data="kind") if kind == "depends"]
    simple = nx.DiGraph(wanted)

    assert nx.descendants(simple, "FISH") == {"POND", "FROG", "CAT", "DESERT"}
    assert set(requires(graph, "FISH", in_all=True, kinds=("depends",))) == nx.descendants(
        simple, "FISH"
    )


def test_questions_are_answered(graph: Graph) -> None:
    """What requires, selects and implies what, and the shortest way, are as written."""
    assert requires(graph, "FISH") == ("CAT", "EXPERT", "FROG", "POND")
    assert required_by(graph, "DESERT") == ("POND",)
    assert required_by(graph, "DESERT", in_all=True) == ("FISH", "POND")
    assert selected_by(graph, "WATER") == ("POND",)
    assert implied_by(graph, "FISH") == ("POND",)
    assert select_cycles(graph) == (("ABOUT", "ROUND"),)
    assert shortest_way(graph, "FISH", "WATER") == ("FISH", "POND", "WATER")
    assert shortest_way(graph, "WATER", "FISH") == ()
    assert [step["text"] for step in steps(graph, ("FISH", "POND", "WATER"))] == [
        "depends on POND && (FROG || CAT = n)",
        "select WATER if RAIN",
    ]


def test_a_wrong_name_is_an_error_with_a_proposal(graph: Graph) -> None:
    """A name that the graph does not have, and a kind that there is not, are told."""
    with pytest.raises(RequestError, match="PONDD: not in the graph; did you mean POND"):
        requires(graph, "PONDD")
    with pytest.raises(RequestError, match="invalid kind 'selects'; use some of depends, visible"):
        requires(graph, "POND", kinds=("selects",))


def test_a_part_has_what_matters(graph: Graph) -> None:
    """A part has what the symbol needs and brings along, and tells how far each is."""
    found = part(graph, ["FISH"])

    assert dict(found.nodes(data="distance")) == {
        "FISH": 0,
        "POND": 1,
        "CAT": 1,
        "EXPERT": 1,
        "DESERT": 2,
    }
    assert "notes" not in found.graph
    assert set(part(graph, ["WATER"])) == {"WATER", "POND", "DESERT", "EXPERT"}
    assert set(part(graph, ["FISH"], depth=1)) == {"FISH", "POND", "CAT", "EXPERT"}


def test_a_part_that_is_too_large_is_cut_and_says_so(graph: Graph) -> None:
    """Beyond the limit the farthest are left out, and a note counts them."""
    found = part(graph, ["FISH"], limit=3)

    assert len(found) == 3
    assert found.graph["notes"] == ("2 more symbols, farther away, are left out",)


def test_a_line_can_be_gone_or_new_between_trees(graph: Graph) -> None:
    """Between two trees: symbols gone and new, other prompts and types, lines gone and new."""
    text = _KCONFIG.replace('bool "desert"', 'tristate "a desert"').replace("imply FISH", "")
    text = text.replace("config LEAST", "config MOST\n\tint\n\nconfig LEAST")
    text = text.replace("config WATER\n\ttristate\n", "")
    found = differences(graph, dependency_graph(load(text)))

    assert (found.gone, found.new) == (("WATER",), ("MOST",))
    assert [(one.name, one.aspect, one.before, one.after) for one in found.changed] == [
        ("DESERT", "type", "bool", "tristate"),
        ("DESERT", "prompt", "desert", "a desert"),
    ]
    assert (found.lines_gone, found.lines_new) == ((("POND", "imply FISH"),), ())


def test_two_configurations_differ_in_values(model: Model, graph: Graph) -> None:
    """Between two configurations exactly the changed values are told."""
    first, second = evaluate(model, []), evaluate(model, [Line("DESERT", "y")])
    found = differences(with_values(graph, first), with_values(graph, second))

    assert {one.name: (one.before, one.after) for one in found.changed} == {
        name: (first[name], second[name]) for name in first if first[name] != second[name]
    }
    assert {one.aspect for one in found.changed} == {"value"}
    assert (found.gone, found.new, found.lines_gone, found.lines_new) == ((), (), (), ())


def test_formats_carry_the_whole_graph(model: Model, graph: Graph) -> None:
    """Node-link JSON and GraphML give networkx back every node and edge with its attributes."""
    graph = with_values(graph, evaluate(model, []))
    as_json = nx.node_link_graph(json.loads(graph.to_json()), edges="edges")
    as_xml = nx.read_graphml(io.BytesIO(graphml(graph).encode()), force_multigraph=True)
    for read, nodes in (
        (as_json, document(dict(graph.nodes(data=True)))),
        (as_xml, dict(plain(graph).nodes(data=True))),
    ):
        assert dict(read.nodes(data=True)) == nodes
        key = "text"
        assert sorted(read.edges(data=key)) == sorted(graph.edges(data=key))
        assert sorted(map(str, read.edges(data="location"))) == sorted(
            str((a, b, str(place))) for a, b, place in graph.edges(data="location")
        )
