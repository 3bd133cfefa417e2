"""The effects of setting a symbol that hold in every configuration of a tree."""

from __future__ import annotations

from collections.abc import Iterator

from kresolve.evaluator.effects import Effects, effect_on
from kresolve.evaluator.interval_evaluator import IntervalEvaluator
from kresolve.kconfig.intervals import OFF, OPEN, Interval
from kresolve.kconfig.memory import gc_paused
from kresolve.kconfig.model import Model, Symbol
from kresolve.kconfig.phrases import at, limited_by, reversed_by
from kresolve.kconfig.tristate import LETTERS, OF_LETTER, N


def effects_in_tree(model: Model, name: str, value: str = "y") -> Effects:
    """What holds in every configuration of a tree with a symbol set, and not without.

    Prompts that can only be visible with it, or only without ("shows",
    "hides"); symbols that are on or n for certain with it ("forces",
    "excludes"), or can be on only with it ("allows"); defaults that turn.  Each
    of these is certain; what depends on still other symbols is not told.
    ``before`` and ``after`` are the values that are left: "n", "y", or "n..y".
    """
    with gc_paused():
        without, within = (
            IntervalEvaluator(model, name, N),
            IntervalEvaluator(model, name, OF_LETTER[value]),
        )
        effects = [
            effect_on(model, symbol.name, kind, (_words(bounds[0]), _words(bounds[1])), why=why)
            for symbol in model.symbols.values()
            if symbol.name != name
            for kind, bounds, why in _kinds(model, symbol, without, within)
        ]
    return Effects(name, value, "", "", tuple(effects), model.info, within=value)


def _kinds(
    model: Model, symbol: Symbol, without: IntervalEvaluator, within: IntervalEvaluator
) -> Iterator[tuple[str, tuple[Interval, Interval], str]]:
    """The kinds of effects on a symbol, each with what is left before and after, and why."""
    intervals = (
        without.values.get(symbol.name, OPEN),
        within.values.get(symbol.name, OPEN),
    )
    if model.has_prompt(symbol):
        seen = without.visibility(symbol).high, within.visibility(symbol).high
        if (seen[0] == N) != (seen[1] == N):
            kind, closed = ("shows", without) if seen[0] == N else ("hides", within)
            yield kind, intervals, _closing_line(model, symbol, closed)
    if not symbol.is_bool_or_tristate:
        return
    if intervals[1].low > N and intervals[0].low == N:
        yield "forces", intervals, _forcing_line(model, symbol, within)
    if intervals[1].high == N and intervals[0].high > N:
        yield "excludes", intervals, _closing_line(model, symbol, within)
    if intervals[0].high == N and intervals[1].high > N:
        yield "allows", intervals, _closing_line(model, symbol, without)
    yield from _defaults(model, symbol, without, within)


def _defaults(
    model: Model, symbol: Symbol, without: IntervalEvaluator, within: IntervalEvaluator
) -> Iterator[tuple[str, tuple[Interval, Interval], str]]:
    """Defaults that say one thing for certain without the gate, and another with it."""
    for _, definition in model.menu_nodes(symbol):
        before, after = without.turned_default(definition), within.turned_default(definition)
        for kind, low, high in (("default on", before, after), ("default off", after, before)):
            if low.high < high.low:
                place = next(iter(definition.defaults)).location
                yield kind, (before, after), f"default{at(place)}"


def _closing_line(model: Model, symbol: Symbol, closed: IntervalEvaluator) -> str:
    """A line that cannot hold any more, of the first definition that has one."""
    for index, definition in model.menu_nodes(symbol):
        limits = [*model.limits(index)]
        for prompt in definition.prompts:
            limits += model.prompt_limits(index, prompt)
        for limit in limits:
            if limit.expr is not None and closed.expr(limit.expr) == OFF:
                return limited_by(limit.word, limit.expr) + at(limit.location)
    return "nothing else can switch it on"


def _forcing_line(model: Model, symbol: Symbol, within: IntervalEvaluator) -> str:
    """The select that cannot fail, or else a default."""
    for source in model.selected_by.get(symbol.name, ()):
        if within.reverse(symbol, (source,)).low:
            return reversed_by("select", source.selector) + at(source.select.location)
    return "its default, which no line can change"


def _words(bounds: Interval) -> str:
    low, high = LETTERS[bounds.low], LETTERS[bounds.high]
    return low if low == high else f"{low}..{high}"
