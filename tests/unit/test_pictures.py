"""Pictures of graphs: nothing overlaps, everything is told, nothing gets out of hand."""

from __future__ import annotations

import itertools
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import networkx as nx
import pytest

from kresolve.dependency_graph import Graph, dependency_graph, part, with_values
from kresolve.dotconfig.lines import Line
from kresolve.errors import RequestError, ToolError
from kresolve.evaluator import evaluate
from kresolve.rendering.graph_file import GraphPicture, check_ending, draw, is_picture
from kresolve.rendering.graph_page import page_data
from kresolve.rendering.layout import Point, Size
from kresolve.rendering.picture import LOOKS, WORDS, picture
from kresolve.rendering.svg import drawn, svg
from tests.property.toys import load
from tests.unit.test_plan_graph import graph_of

_HOSTILE = """\
mainmenu "<main> & \\"more\\""

config A
	bool "<script>alert(1)</script> & ]]> \\"quoted\\" \\\\ --> %% {{x}} | `y`"
	depends on B

config B
	bool "a\x07bell"

choice
	prompt "<b>choice</b>"
config ONE
	bool "one"
	depends on A
config TWO
	bool "two"
endchoice
"""
_SVG = "{http://www.w3.org/2000/svg}"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def plan_picture() -> GraphPicture:
    """A plan with all roles."""
    base = (Line("DESERT", "y"), Line("FREE", "y"))
    graph, _ = graph_of("DEVICE", "HELPER", "ALWAYS", "AFTER", base=base, forbid=("RIGHT",))
    return draw(graph, "A plan")


@pytest.fixture(scope="module")
def hostile() -> GraphPicture:
    """Names and prompts that mean something to every format."""
    model = load(_HOSTILE)
    graph = dependency_graph(model)
    return draw(with_values(graph, evaluate(model, [])), "<title> & more")


def _overlap(one: tuple[Point, Size], other: tuple[Point, Size]) -> bool:
    (x, y), (w, h) = one
    (a, b), (c, d) = other
    return x < a + c and a < x + w and y < b + d and b < y + h


def overlaps(graph: Graph) -> list[tuple[str, str]]:
    """Boxes and labels of a graph's picture that lie on each other."""
    drawing = drawn(picture(graph, "overlaps"))
    labels = {
        f"{arrow.source} {arrow.label} {arrow.target}": drawing.label_box(number)
        for number, arrow in enumerate(drawing.picture.arrows)
    }
    things = {**drawing.boxes, **labels}
    return [
        (one, other)
        for one, other in itertools.combinations(things, 2)
        if _overlap(things[one], things[other])
    ]


def without_places(text: str) -> str:
    """A drawn picture without its coordinates, which are other ones with another Graphviz.

    >>> without_places('<rect class="a" x="1.5" width="20"/>')
    '<rect class="a" x="" width=""/>'
    """
    return re.sub(r'\b(x|y|width|height|d|points|viewBox|transform)="[^"]*"', r'\1=""', text)


def test_overlaps_are_seen() -> None:
    """The test of overlaps finds one."""
    assert _overlap(((0, 0), (10, 10)), ((9, 9), (5, 5)))
    assert not _overlap(((0, 0), (10, 10)), ((10, 0), (5, 5)))


@pytest.mark.picture
def test_nothing_lies_on_anything_else(plan_picture: GraphPicture, hostile: GraphPicture) -> None:
    """No box or label lies on another one."""
    assert overlaps(plan_picture.graph) == []
    assert overlaps(hostile.graph) == []


@pytest.mark.picture
def test_every_thing_is_inside(plan_picture: GraphPicture) -> None:
    """Boxes, labels and arrows lie within the picture."""
    drawing = drawn(plan_picture.picture)
    width, height = drawing.size
    labels = [drawing.label_box(n) for n in range(len(drawing.routes))]
    for (x, y), (w, h) in [*drawing.boxes.values(), *labels]:
        assert x >= 0
        assert y >= 0
        assert x + w <= width
        assert y + h <= height
    for route in drawing.routes:
        assert all(0 <= x <= width and 0 <= y <= height for x, y in route.points)
        assert len(route.points) % 3 == 1


@pytest.mark.picture
def test_roles_have_looks_of_their_own(plan_picture: GraphPicture) -> None:
    """Each role looks different without colour, too, and the legend tells which is which."""
    shown = plan_picture.picture
    assert set(shown.looks) == {
        *("requested", "satisfied", "prerequisite", "follows", "already on", "gate", "forbidden")
    }
    text = svg(shown)
    for look in shown.looks:
        assert f">{LOOKS[look]}</text>" in text
    for kind in shown.kinds:
        assert f">{WORDS[kind]}</text>" in text
    style = text[: text.index("</style>")]
    legend = text[text.index('<g class="legend">') :]
    outlines = {}
    for look in shown.looks:
        css = look.replace(" ", "-")
        found = re.search(rf'<g class="{css}">(.*?)</g>', legend)
        assert found is not None
        parts = re.findall(r'<(\w+) class="(\w+)"', found[1])
        corners = [len(points.split()) for points in re.findall(r'points="([^"]*)"', found[1])]
        rounded = re.findall(r'rx="(\d+)"', found[1])
        dashed = re.search(rf"\.{css} \.shape {{[^}}]*dasharray", style) is not None
        outlines[look] = (parts, corners, rounded, dashed)
    # One pair differs by its filling, dark or pale, and is told apart by that in grey, too.
    assert outlines.pop("satisfied") == outlines["requested"]
    assert len(set(map(str, outlines.values()))) == len(outlines)


def test_what_is_impossible_is_not_shown_as_met() -> None:
    """Without a plan a request is shown as requested, not as one that needs no line."""
    graph, _ = graph_of("DEVICE", "DESERT")
    looks = {box.name: box.look for box in picture(graph, "no plan").boxes}
    assert looks["DEVICE"] == looks["DESERT"] == "asked"


@pytest.mark.picture
def test_arrows_say_what_they_are(plan_picture: GraphPicture) -> None:
    """Each arrow carries its word: depends, select, what is excluded, one side of an or."""
    labels = {(a.source, a.target): a.label for a in plan_picture.picture.arrows}
    assert labels["DEVICE", "BUS"] == "depends on"
    assert labels["DEVICE", "LEFT"] == "depends on … or"
    assert labels["DEVICE", "DESERT"] == "excluded by"
    assert labels["DEVICE", "HELPER"] == "selects"
    assert svg(plan_picture.picture).count(">selects</text>") == 2  # the arrow, and the legend
    marks = [(a.source, a.target, a.label) for a in plan_picture.picture.marks]
    assert marks == [("ALWAYS", "EXPERT", "visible if")]


def test_a_comparison_is_no_alternative() -> None:
    """A lone comparison settles nothing about its symbol, and is no side of an "or"."""
    model = load(
        'config V\n\tint "v"\nconfig W\n\tint "w"\nconfig A\n\tbool "a"\n'
        'config B\n\tbool "b" if V > 3 || A\n\tdepends on V >= 2 && (A || W = 1) && !(A && V < 9)\n'
    )
    arrows = picture(dependency_graph(model), "labels").arrows
    assert {(a.target, a.label) for a in arrows if a.source == "B"} == {
        *(("V", "depends on"), ("W", "depends on … or"), ("A", "depends on … or")),
        *(("V", "visible if … or"), ("A", "visible if … or")),
    }


def test_a_way_that_follows_from_others_is_not_drawn() -> None:
    """A need that a longer way implies has no arrow, and the picture says so."""
    model = load(
        'config A\n\tbool "a"\nconfig B\n\tbool "b"\n\tdepends on A\n'
        'config C\n\tbool "c"\n\tdepends on A && B\n'
    )
    found = draw(dependency_graph(model)).picture
    assert {(a.source, a.target) for a in found.arrows} == {("B", "A"), ("C", "B")}
    assert found.notes == ("arrows that follow from others are left out",)


def test_values_have_looks(hostile: GraphPicture) -> None:
    """With values, y, n and a choice look different; what was asked for stands out."""
    graph = hostile.graph.copy()
    looks = {box.name: box.look for box in picture(graph, "x").boxes}
    assert set(looks.values()) == {"y", "n", "choice"}
    asked = picture(part(graph, ["A"]), "x")
    assert {box.name: box.look for box in asked.boxes} == {"A": "asked", "B": "n"}


@pytest.mark.picture
def test_hostile_texts_stay_texts(hostile: GraphPicture) -> None:
    """Markup in a prompt is shown as it is written, in every format."""
    prompt = '<script>alert(1)</script> & ]]> "quoted" \\ --> %% {{x}} | `y`'
    root = ET.fromstring(hostile.text(".svg"))  # noqa: S314 - our own text
    assert root.findtext(f"{_SVG}title") == "<title> & more"
    assert not list(root.iter(f"{_SVG}script"))
    assert any(prompt in (title.text or "") for title in root.iter(f"{_SVG}title"))
    page = hostile.text(".html")
    assert page.count("<script") == 2
    assert page.count("</script>") == 2
    embedded = re.search(r'id="data">\n(.*?)\n</script>', page, re.DOTALL)
    assert embedded is not None
    data = json.loads(embedded[1])
    assert data == page_data(hostile.picture)
    assert ["prompt", prompt] in data["boxes"]["A"]["facts"]
    assert ["prompt", "a\\x07bell"] in data["boxes"]["B"]["facts"]
    read = subprocess.run(
        ["dot", "-Tdot_json"],
        input=hostile.text(".dot"),
        stdout=subprocess.PIPE,
        encoding="utf-8",
        check=True,
    ).stdout
    labels = {node["name"]: node["label"] for node in json.loads(read)["objects"]}
    assert set(labels) == set(hostile.graph)
    assert prompt[:20] in labels["A"]
    graphml = nx.parse_graphml(hostile.text(".graphml"), force_multigraph=True)
    assert graphml.nodes["A"]["prompt"] == prompt
    mermaid = hostile.text(".mmd")
    assert "<script" not in mermaid
    assert '"A =n<br/>#60;script#62;alert(1)#60;/script#62;' in mermaid


def test_mermaid_has_every_box_and_arrow(plan_picture: GraphPicture) -> None:
    """The Mermaid text declares each box once and has each arrow with its word."""
    shown = plan_picture.picture
    lines = plan_picture.text(".mmd").splitlines()
    assert lines[1] == "flowchart LR"
    assert sum(bool(re.match(r"  n\d+[\[({]", line)) for line in lines) == len(shown.boxes)
    arrows = [line for line in lines if re.search(r'n\d+ \S+\|"[^"|]+"\| n\d+$', line)]
    assert len(arrows) == len(shown.arrows) + len(shown.marks)


@pytest.mark.picture
def test_a_picture_is_the_same_every_time() -> None:
    """The same graph gives the same bytes in another process with another hash seed."""
    code = (
        "from tests.unit.test_plan_graph import graph_of\n"
        "from kresolve.rendering.graph_file import draw\n"
        "graph, _ = graph_of('DEVICE', 'HELPER', 'ALWAYS', 'AFTER')\n"
        "for e in ('.svg', '.html', '.dot', '.mmd', '.json', '.graphml'):\n"
        "    print(draw(graph, 'x').text(e))\n"
    )
    texts = {
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(texts) == 1


def test_too_large_a_picture_is_refused() -> None:
    """A picture of more nodes than anybody can look at is an error that says what to do."""
    model = load("".join(f'config X{n}\n\tbool "x"\n' for n in range(401)))
    large = draw(dependency_graph(model), "large")
    with pytest.raises(RequestError, match=r"401 nodes are too many .*--depth, or write .graphml"):
        large.text(".svg")
    assert len(json.loads(large.text(".json"))["nodes"]) == 401


@pytest.mark.picture
def test_the_ending_decides(plan_picture: GraphPicture, tmp_path: Path) -> None:
    """A file is what its ending says; an unknown one is an error, and nothing is written."""
    plan_picture.write(tmp_path / "plan.svg")
    assert (tmp_path / "plan.svg").read_text(encoding="utf-8") == plan_picture.text(".svg")
    for name in ("plan.png", "plan"):
        with pytest.raises(RequestError, match=r"use a file name that ends in .svg, .html, .dot"):
            plan_picture.write(tmp_path / name)
        assert not (tmp_path / name).exists()
    assert is_picture(Path("x.mmd"))
    assert not is_picture(Path("x.json"))
    assert not is_picture(Path("x.png"))


@pytest.mark.picture
def test_a_picture_in_a_notebook_is_light(plan_picture: GraphPicture) -> None:
    """A notebook's page may be light where the system prefers dark; a file follows the system."""
    assert "prefers-color-scheme" not in plan_picture._repr_html_()
    assert "prefers-color-scheme: dark" in plan_picture.text(".svg")
    assert "prefers-color-scheme: dark" in plan_picture.text(".html")


@pytest.mark.picture
def test_a_picture_shows_itself(plan_picture: GraphPicture) -> None:
    """In a notebook a picture is its SVG, with a style sheet that touches nothing else there."""
    assert (plan_picture._repr_svg_() or "nothing") in plan_picture._repr_html_()
    style = re.search(r"<style>(.*?)</style>", plan_picture.text(".svg"), re.DOTALL)
    assert style is not None
    rules = re.findall(r"([^{}]+)\{[^{}]*\}", re.sub(r"@media[^{]*\{(.*)\}", r"\1", style[1]))
    assert rules
    assert all(
        part.strip().startswith((".kresolve", "svg.kresolve"))
        for rule in rules
        for part in rule.split(",")
    )


@pytest.fixture
def without_dot(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without Graphviz."""
    monkeypatch.setenv("PATH", str(tmp_path))


@pytest.mark.usefixtures("without_dot")
def test_only_what_is_laid_out_needs_graphviz(plan_picture: GraphPicture, tmp_path: Path) -> None:
    """Without Graphviz .svg and .html are one line that says what to install; all else works."""
    for ending in (".dot", ".mmd", ".graphml", ".json"):
        check_ending(tmp_path / f"plan{ending}")
        plan_picture.write(tmp_path / f"plan{ending}")
    for ending in (".svg", ".html"):
        path = tmp_path / f"plan{ending}"
        with pytest.raises(ToolError, match=r"^dot not found: apt-get install graphviz$"):
            plan_picture.write(path)
        with pytest.raises(ToolError, match=r"^\S*: dot not found: apt-get .*; or write .dot"):
            check_ending(path)
        assert not path.exists()


@pytest.mark.usefixtures("without_dot")
def test_a_notebook_without_graphviz_says_so(plan_picture: GraphPicture) -> None:
    """Instead of a picture a notebook shows what to install, and no traceback."""
    assert plan_picture._repr_svg_() is None
    shown = plan_picture._repr_html_()
    assert shown == "<p>A plan: dot not found: apt-get install graphviz</p>"


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("echo 'Format: \"json0\" not recognized' >&2; exit 1", 'Format: "json0" not recognized'),
        ("exit 7", "status 7"),
        ("kill -9 $$", "status -9"),
        ("echo hello", "it wrote no layout"),
        ("cat", "it wrote no layout"),
    ],
)
def test_a_dot_that_fails_is_one_line(
    plan_picture: GraphPicture,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    script: str,
    said: str,
) -> None:
    """Whatever a program called dot does, the error names the program and what it said."""
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    with pytest.raises(ToolError) as caught:
        plan_picture.text(".svg")
    assert str(caught.value) == f"{program} could not lay out the picture: {said}"
