"""How objects show themselves in a notebook: tidy, complete, and with everything escaped."""

from __future__ import annotations

import html
import re

from kresolve.gating import effects_in_tree, effects_on
from kresolve.lines import Line
from kresolve.planner import (
    Knowledge,
    Land,
    Plan,
    Question,
    World,
    answer,
    answer_everywhere,
    answer_in_parts,
    checked,
    parse_request,
)
from tests.property.toys import load

_NASTY = "<script>alert(1)</script> & </td>"
_KCONFIG = f"""\
menu "{_NASTY}"

config BUS
	bool "a bus {_NASTY}"

config DEVICE
	bool "a device"
	depends on BUS

config NOT
	bool "not"
	depends on !BUS

config ALWAYS
	def_bool y

endmenu
"""


def _plan(*requests: str) -> Plan:
    model = load(_KCONFIG)
    asked = tuple(checked(model, *parse_request(text), text) for text in requests)
    return answer(World(model, "a base <b>", ()), Question(asked))


def _text(shown: str) -> str:
    """What a reader sees; nothing but the tags of this project's own tables is markup."""
    tags = set(re.findall(r"</?(\w+)", shown))
    assert tags <= {"div", "table", "tr", "td", "th", "code", "b"}, tags
    return html.unescape(re.sub(r"<[^>]*>", " ", shown))


def test_a_plan_shows_lines_and_reasons() -> None:
    """A plan shows what was asked where, each line with its reason, and what needs none."""
    text = _text(_plan("DEVICE", "ALWAYS")._repr_html_())
    for part in ("a base <b>", "CONFIG_BUS=y", "CONFIG_DEVICE=y", _NASTY, "proved best"):
        assert part in text
    assert "DEVICE depends on BUS (Kconfig:8)" in text
    assert '"default y" (Kconfig:15)' in text


def test_a_plan_in_parts_shows_all_worlds() -> None:
    """A plan for several worlds names all of them, and what only some of them get."""
    model = load(_KCONFIG)
    question = Question((checked(model, *parse_request("DEVICE"), "DEVICE"),))
    worlds = [World(model, "small", ()), World(model, "large", (Line("BUS", "y"),))]
    text = _text(answer_in_parts([(world, question) for world in worlds])._repr_html_())
    assert "bases small, large" in text
    common, _, remainder = text.partition("only on")
    assert "CONFIG_DEVICE=y" in common
    assert "base small" in remainder
    assert "CONFIG_BUS=y" in remainder


def test_a_plan_for_every_base_shows_where_lines_are_missed() -> None:
    """Each line of a plan for every base stands beside a base on which it is missed."""
    model = load(_KCONFIG)
    question = Question((checked(model, *parse_request("DEVICE"), "DEVICE"),))
    plan = answer_everywhere([Land(Knowledge(model), question)])
    text = _text(plan._repr_html_())
    assert plan.lines
    for line in plan.lines:
        assert f"{line.why}; missed on {line.missed_on}" in text


def test_a_line_shows_itself() -> None:
    """A line shows its text, where it is in the menus, and why it is there."""
    line = next(line for line in _plan("DEVICE").lines if line.symbol == "BUS")
    text = _text(line._repr_html_())
    assert "CONFIG_BUS=y" in text
    assert f"{_NASTY}: a bus {_NASTY} (Kconfig:3)" in text
    assert line.why in text


def test_a_conflict_shows_demands_and_rules() -> None:
    """What cannot hold together is shown with places, on its own and in its plan."""
    plan = _plan("DEVICE", "NOT")
    assert plan.conflict is not None
    text = _text(plan.conflict._repr_html_())
    for part in ("DEVICE=y", "NOT=y", "Kconfig:8", "Kconfig:12", "depends"):
        assert part in text
    assert plan.conflict._repr_html_() in plan._repr_html_()
    assert "impossible" in _text(plan._repr_html_())


def test_symbols_and_gates_show_themselves() -> None:
    """A symbol shows name and type, what a gate does its effects."""
    model = load(_KCONFIG)
    assert _text(model.symbols["BUS"]._repr_html_()).split() == ["BUS", "bool"]
    for effects in (effects_in_tree(model, "BUS"), effects_on(model, (), "olddefconfig", "BUS")):
        text = _text(effects._repr_html_())
        assert "BUS=y" in text
        assert "DEVICE" in text
        assert "shows" in text
