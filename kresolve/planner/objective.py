"""What is better: one total order over plans, in one place.

A plan is measured by four numbers, each over the whole configuration:

``lost``
    options of the base (symbols with a prompt) that end lower than before,
    though nobody asked for that;
``switched``
    lines that switch something off or change a number or text nobody asked
    about, and gates that end otherwise than before: a gate changes the
    meaning of everything behind it;
``added``
    options that were off and end as m or y, though nobody asked for them;
``lines``
    lines of the fragment.

The numbers are compared in the order that the objective names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from kresolve.lines import Line
from kresolve.model import Model
from kresolve.semantics import Configuration
from kresolve.tristate import OF_LETTER

#: Objectives and the order of their levels.
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "default": ("lost", "switched", "added", "lines"),
    "lines": ("lines", "lost", "switched", "added"),
}

#: Symbols behind which everything changes, besides the one that says ``modules``.
_GATES: Final = ("64BIT", "EXPERT", "COMPILE_TEST", "BROKEN")


@frozen
class Measure:
    """A level of the objective for one plan: its value, and whether that is proved best."""

    name: str
    value: int
    proved: bool


def gates(model: Model) -> tuple[str, ...]:
    """The gates that a tree has."""
    found = (*((model.modules,) if model.modules else ()), *_GATES)
    return tuple(name for name in found if name in model.symbols)


def switches(line: Line, before: Configuration) -> bool:
    """Does a line switch something off or weaken it, or change a number or text?"""
    value = OF_LETTER.get(line.value)
    if value is None:
        return True
    return value == 0 or value < before.tristate(line.symbol)


def measure(
    before: Configuration, after: Configuration, lines: Iterable[Line], asked: frozenset[str]
) -> dict[str, int]:
    """The four numbers of a plan, by evaluation; ``asked`` are the requested symbols."""
    model = before.model
    lines = list(lines)
    lost = added = 0
    old, new = before.evaluation.logical, after.evaluation.logical
    for name, value in new.items():
        if value != old[name] and name not in asked and name in model.options:
            lost += value < old[name]
            added += old[name] == 0
    changed_gates = sum(after[name] != before[name] for name in gates(model) if name not in asked)
    switched = sum(switches(line, before) for line in lines if line.symbol not in asked)
    return {
        "lost": lost,
        "switched": switched + changed_gates,
        "added": added,
        "lines": len(lines),
    }
