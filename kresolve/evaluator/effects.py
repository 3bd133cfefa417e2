"""The effects of setting a symbol on a base: evaluate with and without it, and compare."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import ClassVar, Final

from attrs import evolve, frozen

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import Configuration, ConfMode, evaluate
from kresolve.kconfig import markup
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Model, Range, TreeInfo
from kresolve.kconfig.phrases import Reverse, at, default_line, has_line, range_line, reversed_by
from kresolve.kconfig.tristate import OF_LETTER, N
from kresolve.results import Result, Short

#: The kinds of effects, in the order in which they are told; on a base the
#: first five, in a whole tree all but "changes".
KINDS: Final = (
    *("off", "on", "changes", "hides", "shows"),
    *("forces", "excludes", "allows", "default off", "default on"),
)


@frozen(repr=False)
class Effect(Short):
    """One effect on one symbol.

    ``kind`` is one of :data:`KINDS`: its value goes "off" or lower, "on" or
    higher, or "changes" (a number or text); its prompt is hidden or shown; in
    a whole tree also: it is on for certain ("forces"), n for certain
    ("excludes"), can only be on with the gate ("allows"), its default turns.
    ``why`` says what decides the value with the symbol set, ``was`` what does without.
    """

    symbol: str
    kind: str
    before: str
    after: str
    why: str
    was: str
    prompt: str
    menu: tuple[str, ...]
    location: Location | None

    _keys: ClassVar = (
        *("symbol", "effect=kind", "before", "after", "why", "was", "prompt", "menu", "location"),
    )


@frozen(repr=False)
class Effects(Result):
    """All effects of setting ``symbol`` to ``value`` instead of n.

    ``base`` names where; empty for the whole tree.  ``without`` and ``within``
    are the values that the symbol has after a line that says n, and after one
    that says ``value``: where these are not n and ``value``, the line does not
    do what it says, and there are no effects.
    """

    symbol: str
    value: str
    base: str
    mode: str
    effects: tuple[Effect, ...]
    tree: TreeInfo
    without: str = "n"
    within: str = ""

    schema: ClassVar = "kresolve.gates/1"
    _keys: ClassVar = ("tree", "symbol", "value", "base?", "mode?", "holds", "counts", "effects")
    _rows_of: ClassVar = "effects"

    def _summary(self) -> str:
        where = f"on {self.base}" if self.base else "in every configuration"
        return f"{len(self.effects)} of {self.symbol}={self.value}, {self.tree} {where}"

    @property
    def counts(self) -> Mapping[str, int]:
        """How many effects there are of each kind that there is."""
        counts = Counter(effect.kind for effect in self.effects)
        return {kind: counts[kind] for kind in KINDS if counts[kind]}

    @property
    def holds(self) -> bool:
        """Does a line for the symbol do what it says?"""
        return self.without == "n" and self.within == self.value

    def _repr_html_(self) -> str:
        where = f"on {self.base}" if self.base else "in every configuration"
        rows = [
            (
                markup.code(effect.symbol),
                markup.text(effect.kind),
                markup.text(" -> ".join(dict.fromkeys((effect.before, effect.after)))),
                markup.text(effect.prompt),
                markup.text(effect.why),
            )
            for effect in self.effects
        ]
        return markup.block(
            f"{markup.code(f'{self.symbol}={self.value}')} instead of n, {markup.text(where)}",
            markup.table(rows, ("symbol", "effect", "value", "prompt", "why"), most=markup.MOST),
        )

    def of_kind(self, kind: str) -> tuple[Effect, ...]:
        """The effects of one kind, in menu order."""
        return tuple(effect for effect in self.effects if effect.kind == kind)


def effects_on(
    model: Model,
    lines: Iterable[Line],
    mode: ConfMode,
    name: str,
    value: str = "y",
    *,
    base: str = "",
) -> Effects:
    """What a line for a bool or tristate does on a base, compared with a line that says n.

    All symbols are compared but the gate itself: values, and whether prompts
    are visible.  ``base`` is the base's name for people.
    """
    lines = tuple(lines)
    without = evaluate(model, (*lines, Line(name, "n")), mode)
    within = without.with_lines([Line(name, value)])
    nothing = Effects(name, value, base, mode, (), model.info, without[name], within[name])
    if not nothing.holds:
        return nothing
    return evolve(nothing, effects=tuple(_compared(model, name, without, within)))


def _compared(
    model: Model, name: str, without: Configuration, within: Configuration
) -> Iterator[Effect]:
    for other, symbol in model.symbols.items():
        if other == name or other not in within:
            continue
        values = without[other], within[other]
        kinds = [_value_kind(*values, logical=symbol.is_bool_or_tristate)]
        if model.has_prompt(symbol):
            before, after = (c.evaluation.visibility(symbol) != N for c in (without, within))
            kinds.append("" if before == after else "hides" if before else "shows")
        for kind in filter(None, kinds):
            why, was = cause(within, other), cause(without, other)
            yield effect_on(model, other, kind, values, why=why, was=was)


def among(effects: Effects, names: Collection[str]) -> Effects:
    """Only the effects on some symbols."""
    kept = tuple(effect for effect in effects.effects if effect.symbol in names)
    return evolve(effects, effects=kept)


def _value_kind(before: str, after: str, *, logical: bool) -> str:
    if before == after:
        return ""
    if not logical:
        return "changes"
    return "off" if OF_LETTER[after] < OF_LETTER[before] else "on"


def effect_on(
    model: Model, name: str, kind: str, values: tuple[str, str], *, why: str, was: str = ""
) -> Effect:
    """An effect of a kind on a symbol, whose value goes from the first to the second."""
    place = model.location(name)
    prompt, menu = model.prompt(name) or "", model.menu_path(name)
    return Effect(name, kind, *values, why, was, prompt, menu, place)


def cause(configuration: Configuration, name: str) -> str:
    """What decided a symbol's value, in a few words."""
    evaluation = configuration.evaluation
    word, rule = evaluation.causes[name]
    match word:
        case "user" if name in evaluation.user.lines:
            return "set by a line"
        case "user":
            return f"set by make {configuration.mode}"
        case "default" | "range" if rule is not None:
            line = range_line(rule) if isinstance(rule, Range) else default_line(rule)
            return has_line(line) + at(rule.location)
        case "selected" | "implied":
            return _by(configuration, name, "select" if word == "selected" else "imply")
        case "nothing":
            visible = evaluation.visibility(configuration.model.symbols[name])
            return "no active default" if visible else "no active default, prompt hidden"
    return f"{word} in its choice"


def _by(configuration: Configuration, name: str, word: Reverse) -> str:
    """The first of those that select or imply a symbol here, with the place of its line."""
    model = configuration.model
    sources = model.selected_by if word == "select" else model.implied_by
    for source in sources[name]:
        if configuration.evaluation.reverse((source,), promoted=False) != N:
            return reversed_by(word, source.selector) + at(source.select.location)
    return reversed_by(word, "another")
