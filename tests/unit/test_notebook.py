"""How objects show themselves in a notebook: tidy, complete, and with everything escaped."""

from __future__ import annotations

import html
import re
from pathlib import Path

from kresolve import check
from kresolve.api.explain_symbol import explain_symbol
from kresolve.dependency_graph import dependency_graph, differences, with_values
from kresolve.dotconfig.lines import Line, parse_lines
from kresolve.evaluator import evaluate
from kresolve.evaluator.effects import effects_on
from kresolve.evaluator.tree_effects import effects_in_tree
from kresolve.fragments.advice import advised
from kresolve.fragments.findings import Lint
from kresolve.fragments.linting import Linter
from kresolve.fragments.merging import Merge, finished
from kresolve.fragments.migrating import migrated
from kresolve.kconfig import markup
from kresolve.kconfig.location import Location
from kresolve.planner import (
    ModelIndex,
    Plan,
    Question,
    Target,
    answer,
    answer_in_parts,
    checked,
    parse_request,
)
from kresolve.planner.backbone import backbone
from kresolve.planner.universal import AnyBase
from kresolve.planner.universal_plan import answer_any_base
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
    return answer(Target(model, "a base <b>", ()), Question(asked))


def _text(shown: str) -> str:
    """What a reader sees; nothing but the tags of this project's own tables is markup."""
    tags = set(re.findall(r"</?(\w+)", shown))
    assert tags <= {"div", "table", "tr", "td", "th", "code", "b", "br"}, tags
    return html.unescape(re.sub(r"<[^>]*>", " ", shown))


def test_a_plan_shows_lines_and_reasons() -> None:
    """A plan shows what was asked where, each line with its reason, and what needs none."""
    text = _text(_plan("DEVICE", "ALWAYS")._repr_html_())
    for part in ("a base <b>", "CONFIG_BUS=y", "CONFIG_DEVICE=y", _NASTY, "proved best"):
        assert part in text
    assert "DEVICE depends on BUS (Kconfig:8)" in text
    assert '"default y" (Kconfig:15)' in text


def test_a_plan_in_parts_shows_all_worlds() -> None:
    """A plan for several targets names all of them, and what only some of them get."""
    model = load(_KCONFIG)
    question = Question((checked(model, *parse_request("DEVICE"), "DEVICE"),))
    targets = [Target(model, "small", ()), Target(model, "large", (Line("BUS", "y"),))]
    text = _text(answer_in_parts([(target, question) for target in targets])._repr_html_())
    assert "bases small, large" in text
    common, _, remainder = text.partition("only on")
    assert "CONFIG_DEVICE=y" in common
    assert "base small" in remainder
    assert "CONFIG_BUS=y" in remainder


def test_a_plan_for_every_base_shows_where_lines_are_missed() -> None:
    """Each line of a plan for every base stands beside a base on which it is missed."""
    model = load(_KCONFIG)
    question = Question((checked(model, *parse_request("DEVICE"), "DEVICE"),))
    plan = answer_any_base([AnyBase(ModelIndex(model), question)])
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


def test_a_member_of_a_choice_says_so() -> None:
    """What is special about a symbol stands behind its type."""
    model = load('choice\n\tprompt "one of"\nconfig A\n\tbool "a"\nendchoice\n')
    text = _text(model.symbols["A"]._repr_html_())
    assert " ".join(text.split()) == "A bool, a member of a choice"


def test_a_derivation_shows_its_facts() -> None:
    """The whole derivation: each value, the rule, what says so and what it rests on."""
    model = load(_KCONFIG)
    target = Target(model, "a base <b>", (Line("DEVICE", "y", Location("f", 7)),))
    derivation = explain_symbol(target, "DEVICE", base="a base <b>").derivation
    text = _text(derivation._repr_html_())
    for part in ("on a base <b>, olddefconfig", "depends on BUS", "Kconfig:8", "BUS=n"):
        assert part in text


def test_ways_and_differences_show_themselves() -> None:
    """What is on every way, and what two graphs do not share."""
    model = load(_KCONFIG)
    graph = dependency_graph(model)
    ways = backbone(ModelIndex(model), graph, "DEVICE")
    assert ways is not None
    text = " ".join(_text(ways._repr_html_()).split())
    assert "configurations with DEVICE=y" in text
    assert "on in every one (1) BUS" in text

    off, on = (evaluate(model, lines) for lines in ((), (Line("BUS", "y"),)))
    before, after = (with_values(graph, configuration) for configuration in (off, on))
    text = " ".join(_text(differences(before, after)._repr_html_()).split())
    assert "changed (1) BUS value n -> y" in text
    assert "no differences" in _text(differences(before, before)._repr_html_())
    assert f"{_NASTY} -> " in _text(
        differences(graph, dependency_graph(load("config BUS\n\tbool")))._repr_html_()
    )


def test_a_configuration_counts() -> None:
    """A configuration is too long to be shown: it counts."""
    text = _text(evaluate(load(_KCONFIG), (Line("BUS", "y"),))._repr_html_())
    assert "2 options are y, 0 m, 1 not set; 0 have a number or text" in text


def test_judgements_of_lines_show_themselves(tmp_path: Path) -> None:
    """Lint, check, merge and migrate show what they found, in tables."""
    model = load(_KCONFIG)
    bare = Target(model, "base", ())
    name = "<i>f</i>"
    lines, bad = parse_lines("CONFIG_DEVICE=y\nnonsense <b>\n", name)
    linter = Linter(bare, lines)
    findings, mended = advised(linter, linter.findings())
    lint = Lint(model.info, "base", "olddefconfig", tuple(findings), tuple(bad), mended)
    text = _text(lint._repr_html_())
    for part in (
        f"{name}:1",
        "CONFIG_DEVICE=y",
        "not in final .config",
        "CONFIG_BUS=y",
        "nonsense",
    ):
        assert part in text

    merge = finished(Merge("base", (name,), (), tuple(lines), ""), bare, lines)
    text = _text(merge._repr_html_())
    assert f"base, {name}: 1 lines, 1 of them not in final .config" in text

    newer = Target(load("config BUS\n\tbool\n"), "base", ())
    migration = migrated(bare, newer, {name: "CONFIG_BUS=y\nCONFIG_NOT=y\n"})
    text = _text(migration._repr_html_())
    for part in ("changed", "lost", "no such option", "CONFIG_NOT=y"):
        assert part in text

    config = tmp_path / "config"
    config.write_text("# Linux/x86 6.12.1 Kernel Configuration\nCONFIG_PID_NS=y\n")
    text = _text(check("PID_NS", "USER_NS", config=config)._repr_html_())
    for part in ("fails", "PID_NS", "built in", "USER_NS", "missing"):
        assert part in text


def test_long_tables_are_cut() -> None:
    """Of a long table only the first rows are shown, and how many there are."""
    shown = markup.table(([str(number)] for number in range(5)), most=3)
    assert _text(shown).split() == ["0", "1", "2", "and", "2", "more"]
    assert "more" not in markup.table([["a"]], most=1)
