"""What a gate does in the real tree, against conf and against brute force."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from kresolve import Tree
from kresolve.api.options import Mode
from kresolve.dotconfig.lines import Line, parse_lines
from kresolve.evaluator import evaluate
from kresolve.evaluator.effects import Effects
from kresolve.evaluator.interval_evaluator import IntervalEvaluator

#: Where EXPERT is set: a base, and what is done with the lines.
PLACES: list[tuple[str, Mode]] = [
    ("allnoconfig", "allnoconfig"),
    ("empty", "allnoconfig"),
    ("defconfig", "olddefconfig"),
]


def _values(config: str) -> dict[str, str]:
    lines, bad = parse_lines(config, "conf")
    assert bad == []
    return {line.symbol: line.value for line in lines}


def _changed(effects: Effects) -> set[str]:
    return {e.symbol for kind in ("off", "on", "changes") for e in effects.of_kind(kind)}


@pytest.mark.conf
@pytest.mark.parametrize(("base", "mode"), PLACES)
def test_effects_are_what_conf_makes_of_the_gate(
    tree: Tree, base: str, mode: Mode, two_at_a_time: ThreadPoolExecutor
) -> None:
    """Every option that conf sets otherwise with EXPERT=y is told, and no other."""
    effects = tree.gates("EXPERT", base=base, mode=mode)
    lines = tree.base(base).lines
    before, after = two_at_a_time.map(
        lambda value: _values(tree.conf((*lines, Line("EXPERT", value)), mode)), "ny"
    )
    symbols = tree.model.symbols
    logical = {name for name in before.keys() | after.keys() if symbols[name].is_bool_or_tristate}
    differ = {name for name in logical if before.get(name, "n") != after.get(name, "n")}

    assert effects.holds
    assert {name for name in _changed(effects) if symbols[name].is_bool_or_tristate} == differ - {
        "EXPERT"
    }
    if mode == "allnoconfig" and base == "empty":
        off = {effect.symbol for effect in effects.of_kind("off")}
        assert {"MEMBARRIER", "EPOLL", "EVENTFD", "FHANDLE", "PROC_PAGE_MONITOR"} <= off


@pytest.mark.parametrize(("base", "mode"), PLACES)
def test_prompts_are_shown_and_hidden_as_told(tree: Tree, base: str, mode: Mode) -> None:
    """A line for a shown option counts with EXPERT and not without; for a hidden one vice versa."""
    effects = tree.gates("EXPERT", base=base, mode=mode)
    lines = tree.base(base).lines
    symbols = tree.model.symbols

    def counts(name: str, gate: str) -> bool:
        ends = {
            evaluate(tree.model, (*lines, Line("EXPERT", gate), Line(name, said)), mode)[name]
            for said in "ny"
        }
        return len(ends) == 2

    checked = 0
    for kind in ("shows", "hides"):
        found = [e for e in effects.of_kind(kind) if symbols[e.symbol].is_bool_or_tristate]
        for effect in found[:: max(1, len(found) // 12)]:
            with_gate, without = counts(effect.symbol, "y"), counts(effect.symbol, "n")
            if with_gate or without:  # neither: what selects it, or a choice, decides
                assert (with_gate, without) == (kind == "shows", kind == "hides"), effect
                checked += 1
    assert checked >= 8


@pytest.mark.parametrize("value", ["n", "y"])
def test_no_configuration_leads_out_of_what_is_possible(tree: Tree, value: str) -> None:
    """Whatever base: with EXPERT settled, all values and prompts are as the tree allows."""
    model = tree.model
    possible = IntervalEvaluator(model, "EXPERT", "nmy".index(value))
    settled = 0
    for base in ("allnoconfig", "defconfig", "allmodconfig", "allyesconfig", "empty"):
        lines = (*tree.base(base).lines, Line("EXPERT", value))
        evaluation = evaluate(model, lines).evaluation
        if evaluation.bool_tristate["EXPERT"] != "nmy".index(value):
            continue  # a base that selects it
        settled += 1
        for name, symbol in model.symbols.items():
            if symbol.is_bool_or_tristate:
                low, high = possible.values[name]
                assert low <= evaluation.bool_tristate[name] <= high, (base, name)
            if name != "EXPERT":
                low, high = possible.visibility(symbol)
                assert low <= evaluation.visibility(symbol) <= high, (base, name)
    assert settled >= 2


def test_what_expert_gates(tree: Tree) -> None:
    """EXPERT shows hundreds of prompts, turns the default of NAMESPACES, forces DEBUG_KERNEL."""
    effects = tree.gates("EXPERT")
    told = {kind: {e.symbol for e in effects.of_kind(kind)} for kind in ("shows", "forces")}

    assert len(told["shows"]) > 200
    assert {"MEMBARRIER", "NAMESPACES", "PROC_PAGE_MONITOR"} <= told["shows"]
    assert "DEBUG_KERNEL" in told["forces"]
    off = {e.symbol: (e.before, e.after) for e in effects.of_kind("default off")}
    assert off["NAMESPACES"] == ("y", "n")
    among = tree.gates("EXPERT", among="criu")
    assert 8 <= len(among.effects) < 30
