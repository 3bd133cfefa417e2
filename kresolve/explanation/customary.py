"""The effect of an option that is customarily listed, though it is not needed.

A list of options that is copied from page to page keeps what was needed once.
The evaluator shows whether it is needed here and what it would change, by the
configurations with the line and without it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import Configuration, ConfMode, evaluate
from kresolve.explanation.derivation import Rule
from kresolve.explanation.deriving import Deriver
from kresolve.kconfig.model import Model
from kresolve.kconfig.phrases import join_names
from kresolve.kconfig.tristate import OF_LETTER

#: So many losses are named in the sentence, the rest is counted.
_MOST: Final = 3
#: How a loss is told, by the rule that decides: first those that a rule of their own loses,
#: then those that others take along.
_LOSSES: Final[tuple[tuple[Rule | None, str], ...]] = (
    ("default", "{names} would default to {value}"),
    ("answer", "make would set {names} to {value}"),
    (None, "{names} would be {value}"),
)


def customary_note(
    model: Model,
    lines: Sequence[Line],
    mode: ConfMode,
    symbol: str,
    value: str = "y",
    *,
    without: Configuration | None = None,
) -> str:
    """What a line for an option would do on top of a base and a plan; both are ``lines``.

    Empty if the option has the value already: then there is nothing to say.
    ``without`` is what results from the lines alone, where that is known.
    """
    before = evaluate(model, lines, mode) if without is None else without
    if symbol not in model.symbols or before[symbol] == value:
        return ""
    note = f"note: {symbol} is often listed; it is not needed"
    after = before.with_lines([Line(symbol, value)])
    wanted = OF_LETTER.get(value)
    if after[symbol] != value if wanted is None else after.tristate(symbol) < wanted:
        return f"{note}; a line for it would have no effect"
    deriver = Deriver(after, "the base", [symbol])
    rules = [rule for rule, _ in _LOSSES]
    lost: dict[tuple[Rule | None, str], list[str]] = {}
    for name in model.symbols:
        if model.is_option(name) and after.tristate(name) < before.tristate(name):
            rule = deriver.fact(name).rule
            lost.setdefault((rule if rule in rules else None, after[name]), []).append(name)
    told = [
        words.format(names=join_names(names, _MOST), value=letter)
        for rule, words in _LOSSES
        for (by, letter), names in lost.items()
        if by == rule
    ]
    return f"{note}; it would change: {'; '.join(told)}" if told else note
