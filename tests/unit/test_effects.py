"""What a gate does: on a base against evaluation, in a whole tree against all lines."""

from __future__ import annotations

import json
from itertools import product

import pytest

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import evaluate
from kresolve.evaluator.effects import KINDS, Effects, among, effects_on
from kresolve.evaluator.interval_evaluator import IntervalEvaluator
from kresolve.evaluator.tree_effects import effects_in_tree
from kresolve.kconfig.model import Model
from kresolve.rendering.effects import gates_report, refusal
from tests.property.toys import load

_KCONFIG = """\
config MODULES
	bool "modules"
	modules

config GATE
	bool "gate"
	depends on MAY
	select FORCED
	imply PROPOSED

config MAY
	bool "may"

menu "Behind"

config DEFAULTS
	bool "defaults" if GATE
	default y

config TURNS
	bool "turns"
	default !GATE

config ONLY
	tristate "only"
	depends on GATE

config AFTER
	bool "after"
	depends on ONLY

config NOT
	bool "not" if !GATE
	default y

config EXCLUDED
	bool "excluded"
	depends on !GATE

config NUMBER
	int "number" if GATE
	default 3 if GATE
	default 4

endmenu

config FORCED
	bool "forced"

config PROPOSED
	tristate "proposed"

config FREE
	bool "free"

choice
	prompt "choice"
config ONE
	bool "one"
	depends on GATE
config TWO
	bool "two"
endchoice
"""


@pytest.fixture(scope="module")
def model() -> Model:
    """The toy tree."""
    return load(_KCONFIG)


def _told(effects: Effects) -> dict[str, set[str]]:
    return {
        kind: {effect.symbol for effect in effects.of_kind(kind)}
        for kind in KINDS
        if effects.of_kind(kind)
    }


def test_on_a_base_with_olddefconfig(model: Model) -> None:
    """Values and prompts that differ are told, with what decides and what did."""
    found = effects_on(model, [Line("MAY", "y")], "olddefconfig", "GATE", base="a base")

    assert found.holds
    assert _told(found) == {
        "off": {"TURNS", "TWO"},
        "on": {"FORCED", "PROPOSED", "ONE"},
        "changes": {"NUMBER"},
        "hides": {"NOT", "EXCLUDED"},
        "shows": {"DEFAULTS", "ONLY", "NUMBER", "ONE"},
    }
    turns = found.of_kind("off")[0]
    assert (turns.symbol, turns.before, turns.after) == ("TURNS", "y", "n")
    assert (turns.why, turns.was) == (
        'has "default !GATE" (Kconfig:22)',
        'has "default !GATE" (Kconfig:22)',
    )
    assert turns.menu == ("Behind",)
    on = {effect.symbol: effect.why for effect in found.of_kind("on")}
    assert on["FORCED"] == "is selected by GATE (Kconfig:8)"
    assert on["PROPOSED"] == "is implied by GATE (Kconfig:9)"
    assert on["ONE"] == "chosen in its choice"


def test_allnoconfig_switches_off_what_becomes_visible(model: Model) -> None:
    """Under allnoconfig a prompt that appears is answered n, and this is said."""
    found = effects_on(model, [Line("MAY", "y")], "allnoconfig", "GATE", base="empty")

    defaults = next(effect for effect in found.of_kind("off") if effect.symbol == "DEFAULTS")
    assert (defaults.why, defaults.was) == (
        "set by make allnoconfig",
        'has "default y" (Kconfig:18)',
    )


@pytest.mark.parametrize("mode", ["olddefconfig", "allnoconfig"])
def test_effects_are_the_differences_of_two_evaluations(model: Model, mode: str) -> None:
    """On any base, what is told is what evaluation with and without the gate gives."""
    for values in product("ny", repeat=4):
        lines = [Line("MAY", "y"), *map(Line, ("ONLY", "FORCED", "NOT", "FREE"), values)]
        found = effects_on(model, lines, mode, "GATE")  # type: ignore[arg-type]
        before = evaluate(model, [*lines, Line("GATE", "n")], mode)  # type: ignore[arg-type]
        after = evaluate(model, [*lines, Line("GATE", "y")], mode)  # type: ignore[arg-type]
        changed = {n for n in model.symbols if n != "GATE" and before[n] != after[n]}
        kinds = ("off", "on", "changes")
        assert {e.symbol for kind in kinds for e in found.of_kind(kind)} == changed
        for name in model.symbols:
            # A prompt is visible where a line counts.
            flips = {"n": "y", "y": "n"}
            values_ = [
                evaluate(model, [*lines, Line("GATE", gate), Line(name, said)])[name]
                for gate in "ny"
                for said in flips
            ]
            if name in ("DEFAULTS", "EXCLUDED", "NOT") and mode == "olddefconfig":
                counts = values_[0] != values_[1], values_[2] != values_[3]
                shown = name in {e.symbol for e in found.of_kind("shows")}
                hidden = name in {e.symbol for e in found.of_kind("hides")}
                assert (shown, hidden) == (counts == (False, True), counts == (True, False))


def test_a_line_that_does_not_hold_has_no_effects(model: Model) -> None:
    """Where a line does not set the gate, or n does not unset it, that is the answer."""
    found = effects_on(model, [], "olddefconfig", "GATE", base="a base")
    assert (found.holds, found.effects) == (False, ())
    assert refusal(found) == (
        "GATE=y does not hold on a base: it ends as n; kresolve plan GATE=y finds what it needs"
    )
    lines = [Line("MAY", "y"), Line("GATE", "y")]
    found = effects_on(model, lines, "olddefconfig", "FORCED", base="a base")
    assert refusal(found) == "FORCED is y on a base with any line: nothing to compare"


def test_in_the_whole_tree(model: Model) -> None:
    """In a tree, what is certain whatever else is said: by kind, with the line that decides."""
    found = effects_in_tree(model, "GATE")

    assert _told(found) == {
        "shows": {"DEFAULTS", "ONLY", "AFTER", "NUMBER", "ONE"},
        "hides": {"NOT", "EXCLUDED"},
        "forces": {"NOT"},
        "excludes": {"EXCLUDED"},
        "allows": {"ONLY", "AFTER", "ONE"},
        "default off": {"TURNS"},
    }
    why = {(effect.kind, effect.symbol): effect.why for effect in found.effects}
    assert why["shows", "DEFAULTS"] == "has a prompt only if GATE (Kconfig:17)"
    assert why["allows", "AFTER"] == "depends on ONLY (Kconfig:30)"
    assert why["forces", "NOT"] == "its default, which no line can change"
    assert why["default off", "TURNS"] == "default (Kconfig:22)"


@pytest.mark.parametrize("mode", ["olddefconfig", "allnoconfig", "allyesconfig"])
@pytest.mark.parametrize(("name", "value"), [("GATE", "y"), ("GATE", "n"), ("ONLY", "m")])
def test_no_lines_lead_out_of_what_is_possible(
    model: Model, name: str, value: str, mode: str
) -> None:
    """Every value and visibility of every configuration lies within the bounds."""
    possible = IntervalEvaluator(model, name, "nmy".index(value))
    names = ("MODULES", "MAY", "GATE", "DEFAULTS", "ONLY", "AFTER", "NOT", "PROPOSED", "ONE")
    met = 0
    for values in product("ny", repeat=len(names)):
        lines = [
            Line(n, "m" if v == "y" and n == "ONLY" else v)
            for n, v in zip(names, values, strict=True)
        ]
        evaluation = evaluate(model, lines, mode).evaluation  # type: ignore[arg-type]
        if evaluation.bool_tristate[name] != "nmy".index(value):
            continue
        met += 1
        for symbol in model.symbols.values():
            if symbol.is_bool_or_tristate:
                low, high = possible.values[symbol.name]
                assert low <= evaluation.bool_tristate[symbol.name] <= high, (symbol.name, lines)
            if symbol.name != name:
                low, high = possible.visibility(symbol)
                assert low <= evaluation.visibility(symbol) <= high, (symbol.name, lines)
    assert met


def test_only_some_symbols(model: Model) -> None:
    """Among some symbols, effects on others are left out."""
    found = among(effects_in_tree(model, "GATE"), {"NOT", "FREE"})
    assert {effect.symbol for effect in found.effects} == {"NOT"}


def test_a_gate_for_people_and_for_programs(model: Model) -> None:
    """The report groups by kind and menu, the document has every effect, as JSON can carry it."""
    found = effects_on(model, [Line("MAY", "y")], "olddefconfig", "GATE", base="toy")
    lines = gates_report(found, model.info).splitlines()
    assert lines[0] == "GATE=y instead of n; Linux 6.12 toy, base toy, make olddefconfig"
    assert lines[2:6] == [
        "switched off, or from y to m: 2 symbols",
        "  Behind",
        "    TURNS: turns (Kconfig:20)",
        '      y -> n: has "default !GATE" (Kconfig:22)',
    ]
    document = found.to_dict()
    assert json.loads(json.dumps(document)) == document
    assert document["schema"] == "kresolve.gates/1"
    assert document["counts"] == {"off": 2, "on": 3, "changes": 1, "hides": 2, "shows": 4}
    assert sum(document["counts"].values()) == len(document["effects"])
    nothing = effects_on(model, [], "olddefconfig", "FREE", base="toy")
    assert gates_report(nothing, model.info).endswith("nothing else changes")
