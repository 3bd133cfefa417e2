"""The objective: the order that says which of two plans is better.

A plan is measured by these numbers, each over the whole configuration, and
added up where it has to hold in several targets:

``lost``
    options of the base (symbols with a prompt) that end lower than before,
    though that value was not requested;
``switched``
    lines that switch something off or change a number or string without a
    request, and global switches with another value than before;
``dropped``
    lines that do not take effect in one of several targets, though it knows
    their symbol: conf drops them there, and nothing needs them;
``added``
    options that were off and end as m or y without a request;
``lines``
    lines of the fragment.

The numbers are compared in the order that the objective names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from attrs import frozen

from kresolve.dotconfig.lines import Line, spell
from kresolve.evaluator import Configuration
from kresolve.kconfig.model import Model
from kresolve.kconfig.tristate import OF_LETTER
from kresolve.planner.request import is_asked

#: Objectives and the order of their levels.
ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "default": ("lost", "switched", "dropped", "added", "lines"),
    "lines": ("lines", "lost", "switched", "dropped", "added"),
    "footprint": ("lost", "added", "switched", "dropped", "lines"),
}

#: Symbols behind which everything changes, besides the one that says ``modules``.
_GLOBAL_SWITCHES: Final = ("64BIT", "EXPERT", "COMPILE_TEST", "BROKEN")


@frozen
class Measure:
    """A level of the objective for one plan: its value, and whether that is proved best."""

    name: str
    value: int
    proved: bool


@frozen(eq=False)
class View:
    """A plan's effect in one target; ``asked`` are the requested values."""

    before: Configuration
    after: Configuration
    asked: Mapping[str, frozenset[str]]

    def is_granted(self, name: str) -> bool:
        """Does a symbol end as somebody asked?"""
        return name in self.asked and self.after.shown(name) in self.asked[name]


def global_switches(model: Model) -> tuple[str, ...]:
    """The gates that a tree has."""
    names = (*((model.modules,) if model.modules else ()), *_GLOBAL_SWITCHES)
    return tuple(name for name in names if name in model.symbols)


def levels_of(objective: str, targets: int) -> tuple[str, ...]:
    """The levels that count for so many targets: in one alone, nothing is dropped."""
    return tuple(name for name in ORDERS[objective] if targets > 1 or name != "dropped")


def switches(line: Line, before: Configuration) -> bool:
    """Does a line switch something off or weaken it, or change a number or text?

    A transitional name counts as well: a line for it is the last resort.
    """
    symbol = before.model.symbols[line.symbol]
    if not symbol.is_bool_or_tristate or symbol.transitional:
        return True
    value = OF_LETTER[line.value]
    return value == 0 or value < before.tristate(line.symbol)


def is_known(line: Line, model: Model) -> bool:
    """Can a line say something in a target's tree?"""
    symbol = model.symbols.get(line.symbol)
    return symbol is not None and model.is_assignable(symbol)


def measure(views: Sequence[View], lines: Iterable[Line]) -> dict[str, int]:
    """The numbers of a plan, by evaluation."""
    lines = list(lines)
    counts = dict.fromkeys(("lost", "switched", "dropped", "added"), 0)
    for view in views:
        model, before, after = view.before.model, view.before, view.after
        for name in before.changes(after):
            if model.is_option(name) and not view.is_granted(name):
                old = before.tristate(name)
                counts["lost"] += after.tristate(name) < old
                counts["added"] += old == 0
        counts["switched"] += sum(
            after[name] != before[name]
            for name in global_switches(model)
            if not view.is_granted(name)
        )
        if len(views) > 1:
            counts["dropped"] += sum(
                spell(model.symbols[line.symbol].type, after[line.symbol]) != line.value
                for line in lines
                if is_known(line, model)
            )
    counts["switched"] += sum(
        any(
            is_known(line, view.before.model)
            and not is_asked(view.asked, line, view.before.model)
            and switches(line, view.before)
            for view in views
        )
        for line in lines
    )
    return {**counts, "lines": len(lines)}
