"""``graph``, ``gates``, ``search`` and ``show`` from end to end, on the toy kernel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import networkx as nx
import pytest

import kresolve
from kresolve import KresolveError, Tree
from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH

ON_TOY = ("--tree", "toy", "--arch", ARCH)


@pytest.fixture
def toy(used_place: Place, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """The toy kernel, loaded, with its place as working directory."""
    monkeypatch.chdir(used_place.work)
    monkeypatch.setenv("KRESOLVE_CACHE", str(used_place.root / "cache"))
    return Tree.load("toy", arch=ARCH)


def _json(place: Place, *arguments: str) -> dict[str, Any]:
    done = place.call(*arguments, "--json", *ON_TOY)
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


@pytest.mark.parametrize(
    "ending",
    [
        *(pytest.param(ending, marks=pytest.mark.picture) for ending in (".svg", ".html")),
        *(".dot", ".mmd", ".graphml", ".json"),
    ],
)
def test_graph_writes_a_file_of_each_kind(used_place: Place, ending: str) -> None:
    """A graph is written as its ending says; talk goes to stderr, nothing to stdout."""
    output = used_place.work / f"fish{ending}"
    done = used_place.call("graph", "FISH", "-o", output.name, "--base", "defconfig", *ON_TOY)

    assert (done.returncode, done.stdout) == (0, "")
    assert f"3 nodes and 3 edges, written to fish{ending}" in done.stderr
    text = output.read_text(encoding="utf-8")
    assert "FISH" in text
    assert "POND" in text
    output.unlink()


@pytest.mark.parametrize(
    "arguments",
    [("graph", "FISH", "-o", "x.svg"), ("plan", "FISH", "--base", "empty", "--graph", "x.html")],
    ids=" ".join,
)
def test_a_picture_without_graphviz_is_refused_at_once(
    used_place: Place, arguments: tuple[str, ...]
) -> None:
    """Without Graphviz one line says what to install, status 2, before any work is done."""
    nothing = {"PATH": str(used_place.root / "tmp")}
    done = used_place.run(*arguments, *ON_TOY, environment=nothing)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"kresolve: {arguments[-1]}: dot not found: apt-get install graphviz; "
        "or write .dot or .mmd\n"
    )
    assert used_place.files() == []


def test_the_whole_graph_can_be_written_as_data(used_place: Place) -> None:
    """Without names all symbols are written; networkx reads them back."""
    done = used_place.call("graph", "-o", "whole.json", *ON_TOY)
    assert done.returncode == 0
    output = used_place.work / "whole.json"
    graph = nx.node_link_graph(json.loads(output.read_text(encoding="utf-8")), edges="edges")
    output.unlink()
    assert {"FISH", "KITCHEN", "WATER"} <= set(graph)


def test_a_plan_brings_its_picture(used_place: Place) -> None:
    """plan --graph writes the plan's graph beside the fragment, with roles and reasons."""
    done = used_place.call("plan", "FISH", "--graph", "plan.json", "--base", "empty", *ON_TOY)
    assert done.returncode == 0
    assert "graph written to plan.json" in done.stderr
    output = used_place.work / "plan.json"
    document = json.loads(output.read_text(encoding="utf-8"))
    output.unlink()
    roles = {node["id"]: node["role"] for node in document["nodes"]}
    assert roles == {"FISH": "requested", "POND": "prerequisite", "GARDEN": "prerequisite"}


def test_an_impossible_plan_has_a_picture_too(used_place: Place) -> None:
    """What is impossible is drawn with what it depends on; the status stays 1."""
    done = used_place.call("plan", "STOVE", "--graph", "stove.dot", *ON_TOY)
    assert done.returncode == 1
    output = used_place.work / "stove.dot"
    text = output.read_text(encoding="utf-8")
    output.unlink()
    assert "impossible, proved" in text


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("graph", "FISH", "-o", "x.png"), "x.png: use a file name that ends in .svg, .html"),
        (("graph", "FISH", "-o", "no/x.dot"), "no/x.dot: no such directory"),
        (("graph", "FISHS", "-o", "x.dot"), "FISHS: Linux 6.12.0-toy left has no such option"),
        (("graph", "FISH", "-o", "x.dot", "--depth", "0"), "invalid number '0'; use 1 or more"),
        (("graph", "FISH", "-o", "x.dot", "--fragment", "f"), "--fragment f needs a --base"),
        (("plan", "FISH", "--graph", "x.png"), "x.png: use a file name that ends in .svg"),
        (("gates", "DEPTH=3"), "not a gate; name a bool or tristate, as X or X=m"),
        (("gates", "FISH=n"), "not a gate; name a bool or tristate, as X or X=m"),
        (("gates", "EXPERTS"), "did you mean EXPERT?"),
        (("search", "("), "'(' is not a regular expression"),
        (("show", "FISHS"), "FISHS: Linux 6.12.0-toy left has no such option; did you mean FISH?"),
    ],
    ids=lambda value: value if isinstance(value, str) else " ".join(value),
)
def test_a_wrong_question_is_one_line(
    used_place: Place, arguments: tuple[str, ...], words: str
) -> None:
    """Each mistake is told in one line with status 2, and no file is left."""
    before = used_place.files()
    done = used_place.call(*arguments, *ON_TOY)

    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert used_place.files() == before


def test_gates_tells_people_and_programs_the_same(used_place: Place) -> None:
    """The JSON has each effect that the text names; on a base values are exact."""
    document = _json(used_place, "gates", "GARDEN", "--base", "empty")
    text = used_place.call("gates", "GARDEN", "--base", "empty", *ON_TOY).stdout

    assert (document["schema"], document["holds"], document["base"]) == (
        "kresolve.gates/1",
        True,
        "empty",
    )
    told = {(effect["symbol"], effect["effect"]) for effect in document["effects"]}
    assert ("SHED", "on") in told
    assert ("POND", "shows") in told
    for symbol, _ in told:
        assert symbol in text
    assert sum(document["counts"].values()) == len(document["effects"])


def test_a_gate_that_cannot_be_set_has_status_1(used_place: Place) -> None:
    """Where a line for the gate does not hold, the answer says so, with status 1."""
    done = used_place.call("gates", "FISH", "--base", "empty", *ON_TOY)
    assert done.returncode == 1
    assert done.stdout.startswith("FISH=y does not hold on empty: it ends as n; kresolve plan")


def test_gates_among_a_few(used_place: Place) -> None:
    """--among leaves only the effects on some options."""
    document = _json(used_place, "gates", "GARDEN", "--among", "FISH", "--among", "SHED")
    assert {effect["symbol"] for effect in document["effects"]} == {"FISH", "SHED"}


def test_search_finds_and_does_not_find(used_place: Place) -> None:
    """What matches is printed with status 0; nothing is status 1 and no output."""
    done = used_place.call("search", "swim", "--base", "defconfig", *ON_TOY)
    assert (done.returncode, done.stdout) == (
        0,
        "FISH=n  Fish  [Garden]  (Kconfig:26)\n    help: They swim.\n",
    )
    done = used_place.call("search", "swim", "--in", "name", *ON_TOY)
    assert (done.returncode, done.stdout) == (1, "")
    document = _json(used_place, "search", "^F", "--in", "name")
    assert [one["symbol"] for one in document["found"]] == ["FISH", "FROG", "FOUNTAIN", "FRIDGE"]
    assert document["schema"] == "kresolve.search/1"


def test_show_tells_people_and_programs_the_same(used_place: Place) -> None:
    """A page in JSON has the parts that the text has."""
    document = _json(used_place, "show", "FISH", "--base", "defconfig")
    text = used_place.call("show", "CONFIG_FISH", "--base", "defconfig", *ON_TOY).stdout

    assert document["schema"] == "kresolve.symbol/2"
    assert document["value"] == "n"
    (definition,) = document["definitions"]
    assert definition["help"] == "They swim."
    for guard in definition["guards"]:
        assert guard["condition"]["annotated"] in text
        assert guard["location"] in text
    assert "They swim." in text


def test_config_and_base_mean_the_same(used_place: Place) -> None:
    """--config FILE shows the values that --base FILE does; both together are refused."""
    (used_place.work / "my.config").write_text("CONFIG_GARDEN=y\nCONFIG_POND=y\n")
    with_base = _json(used_place, "show", "FISH", "--base", "my.config")
    with_config = _json(used_place, "show", "FISH", "--config", "my.config")
    (used_place.work / "my.config").unlink()

    assert with_base["definitions"] == with_config["definitions"]
    guards = with_base["definitions"][0]["guards"]
    assert [guard["condition"]["value"] for guard in guards] == ["y", "y"]
    done = used_place.call("show", "FISH", "--base", "empty", "--config", "x", *ON_TOY)
    assert done.returncode == 2


def test_a_saved_model_says_that_it_has_no_help(used_place: Place) -> None:
    """From a saved model a symbol can be read, and what is missing is said."""
    used_place.call("tree", "save", "toy.model", *ON_TOY)
    done = used_place.call("show", "FISH", "--tree", "toy.model")
    (used_place.work / "toy.model").unlink()
    assert done.returncode == 0
    assert "They swim" not in done.stdout
    assert "a saved model has no help texts" in done.stderr


# -------------------------------------------------------------------- Python


def test_functions_answer_as_the_tree_does(toy: Tree) -> None:
    """graph, gates, search and show, with a name or a loaded tree, answer as Tree's methods."""
    for tree in (toy, "toy", Path("toy")):
        how: Mapping[str, Any] = {} if isinstance(tree, Tree) else {"arch": ARCH}
        graph = kresolve.graph("FISH", tree=tree, base="empty", **how)
        assert nx.utils.graphs_equal(graph, toy.graph("FISH", base="empty"))
        assert kresolve.gates("GARDEN", tree=tree, **how) == toy.gates("GARDEN")
        assert kresolve.search("swim", tree=tree, **how) == toy.search("swim")
        assert kresolve.show("FISH", tree=tree, **how) == toy.show("FISH")


def test_a_graph_can_be_changed_without_harm(toy: Tree) -> None:
    """What somebody does to a graph is not seen in the next one."""
    graph = toy.graph()
    graph.remove_node("FISH")
    graph.nodes["POND"]["prompt"] = "else"

    assert "FISH" in toy.graph()
    assert toy.graph().nodes["POND"]["prompt"] == "Pond"
    part = toy.graph("FISH")
    part.nodes["POND"]["prompt"] = "else"
    assert toy.graph("FISH").nodes["POND"]["prompt"] == "Pond"


def test_profiles_numbers_and_texts_can_be_drawn(toy: Tree) -> None:
    """A graph can be asked for by any symbol, prefix or not, of any type."""
    assert {"DEPTH", "POND"} <= set(toy.graph("DEPTH"))
    assert set(toy.graph("CONFIG_FISH")) == set(toy.graph(["FISH"]))
    with pytest.raises(KresolveError, match="NOWHERE"):
        toy.graph("NOWHERE")


def test_ways_lead_to_options(toy: Tree) -> None:
    """Tree.ways tells what is on every way, by name with or without prefix."""
    ways = toy.backbone("CONFIG_FISH")
    assert ways is not None
    assert ways.every == ("GARDEN", "POND")
    assert toy.backbone("STOVE") is None
    frog = toy.backbone("FROG", "y")
    assert frog is not None
    assert frog.never == ("CAT",)


def test_a_plan_has_a_graph_in_every_kind_of_question(toy: Tree) -> None:
    """Plan.graph is there for one base, for any, for several, and for what is impossible."""
    for plan in (
        toy.plan("FISH", base="empty"),
        toy.plan("FISH", base="any"),
        toy.plan("FISH", base=["empty", "defconfig"]),
        toy.plan("STOVE"),
    ):
        graph = plan.graph
        assert graph is plan.graph
        request = plan.request[0].name
        assert graph.nodes[request]["role"] == "requested"
        assert {line.symbol for line in plan.lines} <= set(graph)


def test_a_tree_shows_itself(toy: Tree) -> None:
    """In a notebook a tree shows its version, source and tools."""
    html = toy._repr_html_()
    assert "Linux 6.12.0-toy left" in html
    assert "toycc 1.0" in html
