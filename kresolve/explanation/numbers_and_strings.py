"""The fact of an int, hex or string (scripts/kconfig/symbol.c, ``sym_calc_value``)."""

from __future__ import annotations

from kresolve.explanation.conditions import invisible, offered, ranges, text_default
from kresolve.explanation.derivation import Premise, Rule, Step
from kresolve.explanation.limits import LimitFinder
from kresolve.kconfig.model import Symbol
from kresolve.kconfig.phrases import range_line
from kresolve.kconfig.tristate import M, N
from kresolve.kconfig.values import NUMERIC


def explain_text(finder: LimitFinder, symbol: Symbol) -> tuple[Rule, list[Step]]:
    """The rule that decided, and the steps."""
    name = symbol.name
    line = finder.line(name)
    visible = finder.view(symbol).visibility(symbol)
    forgotten = name in finder.configuration.evaluation.forgotten
    said = line is not None and visible != N and not forgotten
    rule: Rule = "line" if said else "default"
    if line is None:
        steps = [Step("no line", (finder.unsaid(symbol),))]
    else:
        steps = [Step("forgotten" if forgotten else "line", (line,), value=line.value)]
    if said:
        steps += offered(finder, symbol, M)
    else:
        if line is not None and not forgotten:
            steps += invisible(finder, symbol, N)
        defaults = text_default(finder, symbol)
        steps += defaults
        rule = next((s.rule for s in defaults if s.rule == "default"), "no default")
        if line is not None and not forgotten and rule == "no default":
            rule = "hidden"
    if symbol.type in NUMERIC:
        ranged = _ranged(finder, symbol)
        steps += ranged
        if any(step.rule == "range" for step in ranged):
            rule = "range"
    return rule, steps


def _ranged(finder: LimitFinder, symbol: Symbol) -> list[Step]:
    """The range, whether or not it clamps."""
    bounds, names, place = ranges(finder, symbol)
    if bounds is None or place is None:
        return [Step("in range", (), finder.causes(names))] if names else []
    word, rule = finder.configuration.evaluation.causes[symbol.name]
    clamps = word == "range" and rule is bounds
    view = finder.evaluation
    allowed = f"{view.stored_text(bounds.low)}..{view.stored_text(bounds.high)}"
    premise = Premise("kconfig", range_line(bounds), place, value=allowed, statement=bounds)
    value = finder.configuration[symbol.name]
    return [Step("range" if clamps else "in range", (premise,), finder.causes(names), value)]
