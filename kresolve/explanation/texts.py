"""The fact of an int, hex or string (scripts/kconfig/symbol.c, ``sym_calc_value``)."""

from __future__ import annotations

from kresolve.explanation.conditions import (
    invisible,
    offered,
    range_text,
    ranges,
    text_default,
)
from kresolve.explanation.derivation import Rule, Step, Told
from kresolve.explanation.scene import Scene
from kresolve.model import Symbol
from kresolve.tristate import M, N
from kresolve.values import NUMERIC


def explain_text(scene: Scene, symbol: Symbol) -> tuple[Rule, list[Step]]:
    """The rule that decided, and the steps."""
    name = symbol.name
    line = scene.line(name)
    visible = scene.view(symbol).visibility(symbol)
    forgotten = name in scene.configuration.evaluation.forgotten
    said = line is not None and visible != N and not forgotten
    rule: Rule = "line" if said else "default"
    if line is None:
        steps = [Step("no line", (scene.unsaid(symbol),))]
    else:
        steps = [Step("forgotten" if forgotten else "line", (line,), value=line.value)]
    if said:
        steps += offered(scene, symbol, M)
    else:
        if line is not None and not forgotten:
            steps += invisible(scene, symbol, N)
        defaults = text_default(scene, symbol)
        steps += defaults
        rule = next((s.rule for s in defaults if s.rule == "default"), "no default")
        if line is not None and not forgotten and rule == "no default":
            rule = "hidden"
    if symbol.type in NUMERIC:
        ranged = _ranged(scene, symbol)
        steps += ranged
        if any(step.rule == "range" for step in ranged):
            rule = "range"
    return rule, steps


def _ranged(scene: Scene, symbol: Symbol) -> list[Step]:
    """The range, whether or not it clamps."""
    bounds, names, place = ranges(scene, symbol)
    if bounds is None or place is None:
        return [Step("in range", (), scene.causes(names))] if names else []
    word, rule = scene.configuration.evaluation.causes[symbol.name]
    clamps = word == "range" and rule is bounds
    view = scene.evaluation
    allowed = f"{view.stored_text(bounds.low)} to {view.stored_text(bounds.high)}"
    told = Told("kconfig", range_text(bounds), place, value=allowed)
    value = scene.configuration[symbol.name]
    return [Step("range" if clamps else "in range", (told,), scene.causes(names), value)]
