"""Lint on random trees: its judgements are what the whole evaluation says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kresolve.dotconfig.lines import Line, fragment_text, parse_lines, typed_value
from kresolve.evaluator import evaluate
from kresolve.fragments.advice import Adviser, advised
from kresolve.fragments.findings import Lint
from kresolve.fragments.fixing import fixed
from kresolve.fragments.linting import Linter
from kresolve.fragments.value_without import value_without
from kresolve.kconfig.values import NUMERIC
from kresolve.planner import Request, Target
from kresolve.solver import NEVER
from tests.property.kconfigs import DIALECTS, toys
from tests.property.toys import load, read


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("mode", ["olddefconfig", "allnoconfig"])
@given(data=st.data())
def test_judgements_are_true(dialect: str, mode: str, data: st.DataObject) -> None:
    """A line survives if the option ends so, a number with a line in the ``.config``.

    Without it, it would end as ``value_without`` says.
    """
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    lines = read(toy.config, model)
    half = data.draw(st.integers(0, len(lines)))
    mode = "allnoconfig" if mode == "allnoconfig" else "olddefconfig"
    bare = Target(model, "base", tuple(lines[:half]), mode)  # type: ignore[arg-type]
    linter = Linter(bare, lines[half:])
    after = evaluate(model, lines, mode)  # type: ignore[arg-type]
    for finding in linter.findings():
        name = finding.line.symbol
        symbol = model.symbols.get(name)
        if symbol is None:
            assert finding.rule in ("unknown", "renamed")
            continue
        wanted = typed_value(finding.line, symbol.type)
        if wanted is None:
            empty = finding.line.says_not_set and not after.shown(name)
            assert finding.rule == (
                "no-effect" if empty and not symbol.is_bool_or_tristate else "invalid"
            )
        elif not symbol.transitional:
            written = symbol.type not in NUMERIC or name in after.written
            assert finding.survives == (after.get(name) == wanted and written)
        rest = [line for line in lines[half:] if line.symbol != name]
        without = evaluate(model, [*lines[:half], *rest], mode)  # type: ignore[arg-type]
        if name in after and not model.dialect.forgets_out_of_range:
            assert value_without(bare, after, name, lines[half:]) == without[name]


@given(data=st.data())
def test_a_way_out_is_one(data: st.DataObject) -> None:
    """Of lines that exclude each other, the lost one holds once what is advised is done."""
    toy = data.draw(toys())
    model = load(toy.kconfig)
    lines = [line for line in read(toy.config, model) if line.symbol in model.symbols]
    linter = Linter(Target(model, "empty", ()), lines)
    mended = advised(linter, linter.findings())[1]
    adviser = Adviser(linter.target, lines, None, {}, NEVER)
    for name, conflict in mended.impossible.items():
        (request,) = (demand for demand in conflict.demands if demand.name == name)
        assert isinstance(request, Request)
        ways = list(adviser.ways_out(request, conflict))
        assert bool(ways) == (len(conflict.demands) > 1)
        for exchange in ways:
            out = {demand.name for demand in exchange.way.give_up}
            rest = [line for line in lines if line.symbol not in out]
            assert request.holds(evaluate(model, [*rest, *exchange.new]).shown)


@given(data=st.data())
def test_a_fix_makes_lines_survive(data: st.DataObject) -> None:
    """A fixed fragment loses no more lines than before, and only those that it was told of."""
    toy = data.draw(toys())
    model = load(toy.kconfig)
    lines = [line for line in read(toy.config, model) if line.symbol in model.symbols]
    text = fragment_text(Line(line.symbol, line.value) for line in lines)

    def judged(text: str) -> tuple[Lint, Linter]:
        linter = Linter(Target(model, "empty", ()), parse_lines(text, "f")[0])
        findings, mended = advised(linter, linter.findings())
        return Lint(model.info, "empty", "olddefconfig", tuple(findings), (), mended), linter

    lint, linter = judged(text)
    new = fixed(lint, {"f": text}).get("f", text)
    again, _ = judged(new)
    before = {finding.line.symbol for finding in linter.lost()}
    hopeless = set(lint.repair.impossible) | set(lint.repair.unknown)
    hopeless |= {
        f.line.symbol for f in lint.findings if f.rule in ("invalid", "unknown") and f.meant is None
    }
    lost = {f.line.symbol for f in again.dropped if f.rule not in ("redefined", "redundant")}

    assert lost <= before
    assert lost <= hopeless
