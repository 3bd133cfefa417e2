"""Finding and reading symbols: search, help texts, and the page of one."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import evolve

from kresolve.dotconfig.lines import Line
from kresolve.errors import RequestError
from kresolve.evaluator import evaluate
from kresolve.explanation.symbol_page import symbol_page
from kresolve.kconfig.help_texts import HelpTexts
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import MenuNode, Model
from kresolve.kconfig.symbol_search import SearchResult, search_symbols
from kresolve.rendering.symbols import page_text, search_text
from tests.property.toys import load

_KCONFIG = """\
config NET
	bool "Networking"
	help
		Talks to others.

			Indented.

		Last line.

menu "Options"
	depends on NET
	visible if EXPERT

config DIAG
	tristate "Diagnosis" if MODE = y || NET
	depends on MODE && !OFF
	default y if NET
	default m
	select HELPER if NET
	imply BESIDE

endmenu

config EXPERT
	bool "Experts"

config MODE
	tristate "Mode"
	select HELPER
  help
    A page map,
    of a kind.
  # a comment

config OFF
	bool "off & <b>"

config HELPER
	tristate

config BESIDE
	bool

config OTHER
	bool "other"
	select HELPER

config SIZE
	int "size"
	range LEAST 9 if NET
	default 5

config LEAST
	int
	default 2

choice
	prompt "Colour"
config RED
	bool "red"
config BLUE
	bool "blue"
endchoice
"""
LINES = [Line("NET", "y"), Line("EXPERT", "y"), Line("MODE", "y"), Line("OTHER", "y")]


@pytest.fixture(scope="module")
def model() -> Model:
    """The toy tree."""
    return load(_KCONFIG)


@pytest.fixture(scope="module")
def helps(tmp_path_factory: pytest.TempPathFactory) -> HelpTexts:
    """Its files."""
    root = tmp_path_factory.mktemp("tree")
    (root / "Kconfig").write_text(_KCONFIG, encoding="utf-8")
    return HelpTexts(root)


def _help(model: Model, helps: HelpTexts, name: str) -> str:
    return "\n".join(helps.of(d) for _, d in model.menu_nodes(model.symbols[name]))


def test_help_is_what_stands_in_the_file(model: Model, helps: HelpTexts) -> None:
    """A help text ends where the indentation does; blank lines and deeper ones are kept."""
    assert _help(model, helps, "NET") == "Talks to others.\n\n        Indented.\n\nLast line."
    assert _help(model, helps, "MODE") == "A page map,\nof a kind."
    assert _help(model, helps, "DIAG") == ""


def test_help_of_files_that_are_not_there(model: Model, tmp_path: Path) -> None:
    """Without the files, or with something else in their place, there is no help text."""
    assert _help(model, HelpTexts(None), "NET") == ""
    assert _help(model, HelpTexts(tmp_path), "NET") == ""
    (tmp_path / "Kconfig").mkdir()
    assert _help(model, HelpTexts(tmp_path), "NET") == ""
    shorter = tmp_path / "shorter"
    shorter.mkdir()
    (shorter / "Kconfig").write_bytes(b"config NET\n\xff\xff")
    assert _help(model, HelpTexts(shorter), "NET") == ""
    gone = MenuNode(parent=-1, location=Location("no/where", 1), symbol="NET", help_line=99)
    assert HelpTexts(tmp_path).of(gone) == ""


def _found(model: Model, helps: HelpTexts, pattern: str, **more: object) -> list[tuple[str, str]]:
    hits = search_symbols(model, pattern, helps, **more)  # type: ignore[arg-type]
    return [(one.symbol, one.where) for one in hits]


def test_search_looks_at_names_prompts_and_help(model: Model, helps: HelpTexts) -> None:
    """Each match is told once, by name before prompt before help; case does not matter."""
    assert _found(model, helps, "mode") == [("MODE", "name")]
    assert _found(model, helps, "^d") == [("DIAG", "name")]
    assert _found(model, helps, "page.map") == [("MODE", "help")]
    hits = _found(model, helps, "o")
    assert hits[:3] == [("MODE", "name"), ("OFF", "name"), ("OTHER", "name")]
    assert hits[3:] == [("NET", "prompt"), ("DIAG", "prompt")]
    assert _found(model, helps, "CONFIG_DIAG$") == [("DIAG", "name")]
    assert _found(model, helps, "net", where=("prompt",)) == [("NET", "prompt")]
    assert _found(model, helps, "nothing at all") == []


def test_search_shows_values_and_the_line_of_the_help(model: Model, helps: HelpTexts) -> None:
    """With a configuration a hit has its value; one in a help text has the line."""
    (hit,) = search_symbols(model, "PAGE", helps, evaluate(model, LINES))
    assert (hit.symbol, hit.value, hit.excerpt) == ("MODE", "y", "A page map,")
    assert search_text([hit]).splitlines() == [
        f"MODE=y  Mode  ({model.location('MODE')})",
        "    help: A page map,",
    ]
    document = SearchResult(model.info, "PAGE", (hit,), "toy").to_dict()
    assert json.loads(json.dumps(document)) == document
    assert document["found"][0]["location"] == str(model.location("MODE"))


def test_a_wrong_pattern_is_told(model: Model, helps: HelpTexts) -> None:
    """What is not a regular expression, or no place to search in, is an error that shows it."""
    with pytest.raises(RequestError, match=r"'\(' is not a regular expression: missing \)"):
        search_symbols(model, "(", helps)
    with pytest.raises(RequestError, match="menu: search in some of name, prompt, help"):
        search_symbols(model, "x", helps, where=("menu",))


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"(\w|\w|\w|\w|\w|\w|\w|\w)*@", "takes too long"),
        (r"(.*.*.*.*.*.*.*.*.*.*.*.*)*\0", "takes too long"),
        ("(" * 5_000 + ")" * 5_000, "nested too deeply"),
        ("[" * 5_000, "is not a regular expression"),
        ("a{99999999999999}", "is not a regular expression"),
        ("(?P<a>b)(?P<a>c)", "is not a regular expression"),
    ],
    ids=lambda text: text[:20],
)
def test_a_pattern_that_cannot_be_searched_is_told(
    model: Model, helps: HelpTexts, pattern: str, said: str
) -> None:
    """Endless, nested or odd, a pattern is an error in one short line, from a thread, too."""
    with ThreadPoolExecutor(1) as thread, pytest.raises(RequestError, match=said) as error:
        thread.submit(search_symbols, model, pattern, helps).result()
    assert len(str(error.value)) < 500


@pytest.mark.parametrize("pattern", ["[[a]", "(?i)", "\udcff|INET", "\0", "a||b", "é"])
def test_an_odd_pattern_is_searched(model: Model, helps: HelpTexts, pattern: str) -> None:
    """What Python takes for a pattern gives an answer, without a warning."""
    assert isinstance(search_symbols(model, pattern, helps), tuple)


def test_the_page_has_every_part(model: Model, helps: HelpTexts) -> None:
    """A page shows each line with its place, each symbol in a condition with its value."""
    page = symbol_page(model, "CONFIG_DIAG", helps, evaluate(model, LINES))
    (shown,) = page.definitions
    assert (page.type, page.value, page.cause, page.visible) == ("tristate", "y", "default", "y")
    assert shown.menu == page.menu == ("Options",)
    assert [(g.word, g.condition.annotated, g.inherited) for g in shown.guards] == [
        ("depends on", "NET [=y]", True),
        ("visible if", "EXPERT [=y]", True),
        ("depends on", "MODE [=y] && !OFF [=n]", False),
    ]
    condition = shown.prompts[0].condition
    assert condition is not None
    assert condition.annotated == "MODE [=y] = y || NET [=y]"
    assert condition.value == "y"
    assert condition.symbols == {"MODE": "y", "NET": "y"}
    assert [default.active for default in shown.defaults] == [True, False]
    assert [(line.symbol, line.value, line.strength) for line in shown.selects] == [
        ("HELPER", "y", "y")
    ]
    assert [line.symbol for line in shown.implies] == ["BESIDE"]


def test_selectors_that_count_come_first(model: Model, helps: HelpTexts) -> None:
    """Of those that select a symbol the strongest here are told first."""
    page = symbol_page(model, "HELPER", helps, evaluate(model, [Line("OTHER", "y")]))
    assert [(one.symbol, one.strength) for one in page.selected_by] == [
        ("OTHER", "y"),
        ("DIAG", "n"),
        ("MODE", "n"),
    ]
    bare = symbol_page(model, "HELPER", helps)
    assert [(one.symbol, one.strength) for one in bare.selected_by] == [
        ("DIAG", ""),
        ("MODE", ""),
        ("OTHER", ""),
    ]


def test_choices_and_ranges_are_shown(model: Model, helps: HelpTexts) -> None:
    """A member tells its choice and the others in it, a number its ranges and which counts."""
    configuration = evaluate(model, LINES)
    page = symbol_page(model, "BLUE", helps, configuration)
    assert (page.choice, page.members) == ("Colour", {"RED": "y"})
    (limits,) = symbol_page(model, "SIZE", helps, configuration).definitions[0].ranges
    assert (limits.annotated, limits.active) == ("LEAST [=2] 9", True)


def test_a_page_for_people(model: Model, helps: HelpTexts) -> None:
    """The page reads as menuconfig's help screen does, with places."""
    page = symbol_page(model, "DIAG", helps, evaluate(model, LINES))
    assert page_text(page, "toy").splitlines() == [
        "DIAG: Diagnosis",
        "  tristate, y on toy: its default; prompt visible",
        "",
        "defined at Kconfig:14",
        "  menu      Options",
        '  prompt    "Diagnosis" if MODE [=y] = y || NET [=y]: y  (Kconfig:15)',
        "  depends   NET [=y]  (Kconfig:11)",
        "  visible   EXPERT [=y]  (Kconfig:12)",
        "  depends   MODE [=y] && !OFF [=n]: y  (Kconfig:16)",
        "  default   y if NET [=y]  (Kconfig:17)  <- active",
        "  default   m  (Kconfig:18)",
        "  selects   HELPER [=y] if NET [=y]  (Kconfig:19)",
        "  implies   BESIDE [=y]  (Kconfig:20)",
    ]


def test_a_page_without_values(model: Model, helps: HelpTexts) -> None:
    """Without a configuration the same lines stand there without values."""
    lines = page_text(symbol_page(model, "NET", helps)).splitlines()
    assert lines == [
        *["NET: Networking", "  bool", "", "defined at Kconfig:1"],
        *['  prompt    "Networking"  (Kconfig:2)', "", "help", "  Talks to others.", ""],
        *["          Indented.", "", "  Last line."],
    ]


def test_a_page_for_programs(model: Model, helps: HelpTexts) -> None:
    """The document of a page has every part, and JSON carries it as it is."""
    for name in model.symbols:
        page = symbol_page(model, name, helps, evaluate(model, LINES))
        document = evolve(page, base="toy").to_dict()
        assert json.loads(json.dumps(document)) == document
        assert document["schema"] == "kresolve.symbol/2"
    page = symbol_page(model, "DIAG", helps, evaluate(model, LINES))
    shown = page.to_dict()["definitions"][0]
    assert shown["guards"][0] == {
        "word": "depends on",
        "condition": {
            "text": "NET",
            "annotated": "NET [=y]",
            "value": "y",
            "symbols": {"NET": "y"},
        },
        "location": "Kconfig:11",
        "inherited": True,
    }


def test_a_page_shows_itself_in_a_notebook(model: Model, helps: HelpTexts) -> None:
    """The HTML of a page has its lines, and markup in a prompt is text there."""
    html = symbol_page(model, "OFF", helps)._repr_html_()
    assert "off &amp; &lt;b&gt;" in html
    assert "<b>" not in html
    html = symbol_page(model, "DIAG", helps, evaluate(model, LINES))._repr_html_()
    assert "MODE [=y] &amp;&amp; !OFF [=n]" in html


def test_an_unknown_symbol_is_told(model: Model, helps: HelpTexts) -> None:
    """A symbol that the tree does not have is an error with a proposal."""
    with pytest.raises(RequestError, match=r"EXPERTT: .* has no such option; did you mean EXPERT"):
        symbol_page(model, "CONFIG_EXPERTT", helps)
