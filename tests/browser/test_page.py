"""The HTML page of a graph in a real browser: it loads, searches, explains, moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from kresolve.dependency_graph import dependency_graph
from kresolve.planner import Question, Target, answer, checked, parse_request
from kresolve.planner.plan_graph import plan_graph
from kresolve.rendering.graph_file import draw
from tests.browser.chromium import Page, browser, program
from tests.property.toys import load

pytestmark = [
    pytest.mark.picture,
    pytest.mark.skipif(
        program() is None, reason="Chromium is not installed (apt-get install chromium)"
    ),
]

_KCONFIG = """\
config EXPERT
	bool "experts"

config BUS
	bool "a bus </script><script>alert(1)</script>"

config DEVICE
	bool "a device"
	depends on BUS
	select HELPER

config HELPER
	bool

config ALWAYS
	bool "always" if EXPERT
	default y
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a plan in the toy tree."""
    model = load(_KCONFIG)
    asked = tuple(checked(model, *parse_request(x), x) for x in ("DEVICE", "ALWAYS", "HELPER"))
    target = Target(model, "empty", ())
    plan = answer(target, Question(asked))
    after = target.after(plan.assignments)
    graph = plan_graph(dependency_graph(model), model, plan, target.before, after)
    path = tmp_path_factory.mktemp("page") / "plan.html"
    draw(graph, "A plan").write(path)
    return path


@pytest.fixture
def page(file: Path) -> Iterator[Page]:
    """The page, open; at the end it has not complained, nor asked for anything else."""
    with browser() as opened:
        yield opened.open(file)
        assert opened.complaints == []
        assert opened.requested == [file.as_uri()]


def test_a_click_shows_the_reason_and_the_lines(page: Page) -> None:
    """A click on a symbol tells why it is there, and which Kconfig lines join it to others."""
    assert page.value("document.querySelector('aside').hidden") is True
    page.click('[data-name="BUS"]')

    text = page.value("document.querySelector('aside').innerText")
    assert "DEVICE depends on BUS (Kconfig:9)" in text
    assert "a bus </script><script>alert(1)</script>" in text
    assert "CONFIG_BUS=y" in text
    assert "Kconfig:9" in text
    page.press("Escape")
    assert page.value("document.querySelector('aside').hidden") is True


def test_a_link_in_the_panel_leads_on(page: Page) -> None:
    """From a symbol's lines one gets to the symbols that they name."""
    page.click('[data-name="DEVICE"]')
    assert "select HELPER" in page.value("document.querySelector('aside').innerText")
    page.click("aside li a")

    assert page.value("document.querySelector('aside h2').innerText") == "BUS"
    assert page.value("document.querySelector('.chosen').dataset.name") == "BUS"


def test_the_mark_of_a_gate_is_explained(page: Page) -> None:
    """What a gate's mark stands for is among the lines of the symbol."""
    page.click('[data-name="ALWAYS"] .title')

    text = page.value("document.querySelector('aside').innerText")
    assert 'prompt "always" if EXPERT' in text
    assert 'needs no line: it has "default y"' in text


def test_search_finds_what_can_be_read(page: Page) -> None:
    """Typing marks boxes whose name, prompt or mark matches, no others; Enter goes through them."""
    page.click("input")
    page.write("a device")
    assert page.value("[...document.querySelectorAll('.hit')].map((b) => b.dataset.name)") == [
        "DEVICE"
    ]
    assert page.value("document.querySelector('output').textContent") == "1 found"
    page.press("Enter")
    assert page.value("document.querySelector('aside h2').innerText") == "DEVICE"
    page.press("Escape")
    assert page.value("document.querySelectorAll('.hit').length") == 0
    for words, count in (("bool", 0), ("defined", 0), ("kconfig:", 0), ("expert", 2), ("=y", 4)):
        page.click("input")
        page.write(words)
        assert page.value("document.querySelectorAll('.hit').length") == count, words
        page.press("Escape")


@pytest.mark.parametrize("width", [1400, 700])
def test_a_click_leaves_the_picture_its_size(file: Path, width: int) -> None:
    """The panel covers no chosen symbol and scales nothing, beside the picture or below it."""
    with browser() as page:
        page.open(file)
        page.resize(width, 600)
        box = "document.querySelector('[data-name={}] .shape').getBoundingClientRect().toJSON()"
        for name in ("DEVICE", "BUS", "HELPER"):
            before = page.value(box.format(name))
            page.click(f"[data-name={name}]")
            after = page.value(box.format(name))
            room = page.value("document.querySelector('main').getBoundingClientRect().toJSON()")
            assert after["width"] == pytest.approx(before["width"], abs=0.5)
            assert room["left"] <= after["left"] < after["right"] <= room["right"]
            assert room["top"] <= after["top"] < after["bottom"] <= room["bottom"]


def test_the_wheel_zooms_and_dragging_moves(page: Page) -> None:
    """The picture can be enlarged at the pointer, moved, and shown whole again."""
    view = "document.querySelector('main svg').getAttribute('viewBox').split(' ').map(Number)"
    whole = page.value(view)
    x, y = page.place('[data-name="BUS"]')
    page.mouse("mouseWheel", x, y, deltaX=0, deltaY=-300)
    page.wait_for(f"{view}[2] < {whole[2] * 0.8}")
    after = page.place('[data-name="BUS"]')
    assert abs(after[0] - x) + abs(after[1] - y) < 3

    page.mouse("mousePressed", 700, 600, button="left", clickCount=1)
    page.mouse("mouseMoved", 760, 640, button="left", buttons=1)
    page.mouse("mouseReleased", 760, 640, button="left", clickCount=1)
    moved = page.place('[data-name="BUS"]')
    assert (round(moved[0] - after[0]), round(moved[1] - after[1])) == (60, 40)
    page.click('[data-zoom="fit"]')
    assert page.value(view) == whole


@pytest.mark.parametrize(
    ("scheme", "paper"), [("light", "rgb(255, 255, 255)"), ("dark", "rgb(18, 23, 31)")]
)
def test_light_and_dark(file: Path, scheme: str, paper: str) -> None:
    """The page follows what the reader's system prefers."""
    with browser() as page:
        page.open(file, scheme)
        colour = "getComputedStyle(document.querySelector('.paper')).fill"
        assert page.value(colour) == paper


def test_no_text_leaves_its_box(page: Page) -> None:
    """With the fonts that are really there, every text fits into the box around it."""
    outside = page.value(
        """[...document.querySelectorAll('.box')].flatMap((box) => {
          const shape = box.querySelector('.shape').getBBox();
          return [...box.querySelectorAll('text')].filter((text) => {
            const t = text.getBBox();
            return t.x < shape.x || t.x + t.width > shape.x + shape.width;
          }).map((text) => text.textContent);
        })"""
    )
    assert outside == []


def test_what_belongs_to_a_symbol_stands_out(page: Page) -> None:
    """After a click the symbol's neighbours and arrows, with their words, stay bright."""
    page.click('[data-name="DEVICE"]')
    dim = "getComputedStyle(document.querySelector({}).closest('g')).opacity"
    assert page.value(dim.format("'[data-name=BUS]'")) == "1"
    assert page.value(dim.format("'[data-name=ALWAYS]'")) != "1"
    bright = "[...document.querySelectorAll('[data-arrow].near text')].map((t) => t.textContent)"
    assert page.value(bright) == ["depends on", "selects"]
    assert page.value(dim.format("'.legend .arrow path'")) == "1"
