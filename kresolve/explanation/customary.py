"""The effect of an option that is customarily listed, though it is not needed.

A list of options that is copied from page to page keeps what was needed once.
The evaluator shows whether it is needed here and what it would change, by the
configurations with the line and without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from attrs import frozen

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import Configuration, ConfMode, evaluate
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.sentences import reason
from kresolve.kconfig.model import Model
from kresolve.kconfig.phrases import join_names
from kresolve.kconfig.tristate import OF_LETTER

#: So many losses are named in the sentence, the rest is counted.
_MOST = 3


@frozen
class CustomaryLoss:
    """An option that would end lower, by which rule, and why."""

    symbol: str
    before: str
    after: str
    rule: str
    why: str


@frozen
class CustomaryEffect:
    """The effect of a line for ``symbol`` on a configuration that does not need it.

    ``lost`` are the options that it would switch off or weaken, in menu order;
    ``is_effective`` says whether the symbol would get the value at all.
    """

    symbol: str
    value: str
    is_effective: bool
    lost: tuple[CustomaryLoss, ...] = ()

    def __str__(self) -> str:
        text = f"note: {self.symbol} is often listed; it is not needed"
        if not self.is_effective:
            return f"{text}; a line for it would have no effect"
        if not self.lost:
            return text
        return f"{text}; it would change: {'; '.join(self._hurt())}"

    def _hurt(self) -> Iterator[str]:
        """What would be lost, by how: those that a rule of their own loses come first."""
        for rules, words in _WAYS:
            by_value: dict[str, list[str]] = {}
            for loss in self.lost:
                if loss.rule in rules or not (rules or loss.rule in _DIRECT):
                    by_value.setdefault(loss.after, []).append(loss.symbol)
            for value, names in by_value.items():
                yield words.format(names=join_names(names, _MOST), value=value)


#: Rules by which a symbol is lost itself, not for another that is lost.
_DIRECT: Final = ("default", "answer")

#: How it is told, by the rules that decide; the last is for all others.
_WAYS: Final = (
    (("default",), "{names} would default to {value}"),
    (("answer",), "make would set {names} to {value}"),
    ((), "{names} would be {value}"),
)


def customary_effect(
    model: Model,
    lines: Sequence[Line],
    mode: ConfMode,
    symbol: str,
    value: str = "y",
    *,
    without: Configuration | None = None,
) -> CustomaryEffect | None:
    """What a line for an option would do on top of a base and a plan; both are ``lines``.

    None if the option has the value already: then there is nothing to say.
    ``without`` is what results from the lines alone, where that is known.
    """
    before = evaluate(model, lines, mode) if without is None else without
    if symbol not in model.symbols or before[symbol] == value:
        return None
    after = before.with_lines([Line(symbol, value)])
    deriver = Deriver(after, "the base", [symbol])
    lost: list[CustomaryLoss] = []
    for name in model.symbols:
        if name in model.options and after.tristate(name) < before.tristate(name):
            fact = deriver.reading(name, 0).fact
            lost.append(CustomaryLoss(name, before[name], after[name], fact.rule, reason(fact)))
    wanted = OF_LETTER.get(value)
    effective = after[symbol] == value if wanted is None else after.tristate(symbol) >= wanted
    return CustomaryEffect(symbol, value, effective, tuple(lost) if effective else ())
