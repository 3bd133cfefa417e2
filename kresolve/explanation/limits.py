"""Find the symbols that keep an expression of a finished evaluation low or high.

To keep ``A && B`` at n, one operand at n is enough; to keep ``A || B`` there,
all are needed; and the other way round for y.  Where one of several is enough,
the one that a user can change most directly is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import TypeAlias

from attrs import evolve, frozen

from kresolve.dotconfig.lines import PREFIX, Line, typed_value
from kresolve.evaluator import Configuration
from kresolve.evaluator.evaluation import Evaluation
from kresolve.explanation.derivation import Cause, Premise
from kresolve.kconfig.expressions import And, Compare, Expr, Not, Or, Sym
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import ChoiceEntry, If, Menu, MenuNode, Model, Prompt, Symbol
from kresolve.kconfig.tristate import LETTERS, M, N, Y
from kresolve.kconfig.values import Type

#: Names of symbols and choices, without repetition, in the order of mention.
Names: TypeAlias = tuple[str, ...]

#: How far a value is from what a user can say: at once, after something else, not at all.
_AT_ONCE, _LATER, _DERIVED, _NEVER = range(4)


@frozen
class Limit:
    """One condition at an entry or around it: ``words`` as they stand in the file.

    ``expr`` is None for a choice of before 6.10, whose value limits its members.
    """

    words: str
    expr: Expr | None
    location: Location
    choice: int = -1

    @property
    def told(self) -> Premise:
        """The line in the Kconfig file."""
        return Premise("kconfig", self.words, self.location)


class LimitFinder:
    """An evaluation after it has run, and the lines that went into it."""

    def __init__(
        self, configuration: Configuration, base: str, asked: frozenset[str] = frozenset()
    ) -> None:
        self.configuration = configuration
        self.model: Model = configuration.model
        self.base = base
        #: Symbols whose lines are not the base's, though they stand in no file.
        self.asked = asked
        self.evaluation: Evaluation = configuration.evaluation.assuming({})
        self.user = configuration.evaluation.user
        #: For a name, it and what stands behind it; whoever finds facts knows it.
        self.follow: Callable[[str], frozenset[str]] = lambda name: frozenset({name})
        self._limits: dict[int, tuple[Limit, ...]] = {}

    # What is known of a symbol

    @cached_property
    def early(self) -> frozenset[str | int]:
        """What is calculated before MODULES is known, as if there were none."""
        order = self.model.order
        if self.model.modules is None:
            return frozenset()
        return frozenset(order[: order.index(self.model.modules) + 1])

    @cached_property
    def without_modules(self) -> Evaluation:
        """The evaluation as it was before MODULES was known."""
        found = self.configuration.evaluation.assuming({})
        found.modules = N
        return found

    def view(self, symbol: Symbol) -> Evaluation:
        """The evaluation as it was when a symbol was calculated."""
        node = symbol.name if symbol.choice is None else symbol.choice
        return self.without_modules if node in self.early else self.evaluation

    def is_promoted(self, symbol: Symbol) -> bool:
        """Does m become y for a symbol?"""
        return symbol.type is Type.BOOL or self.view(symbol).modules == N

    def promoters(self, symbol: Symbol) -> Names:
        """The symbol that decides whether m stays m: none for a bool, or before it is known."""
        modules = self.model.modules
        if symbol.type is not Type.TRISTATE or modules is None:
            return ()
        return () if self.view(symbol) is self.without_modules else (modules,)

    def text(self, name: str) -> str:
        """The value of a symbol, as others were calculated from it; n if undefined."""
        if name in self.evaluation.bool_tristate:
            return LETTERS[self.evaluation.bool_tristate[name]]
        return self.evaluation.text.get(name, "n")

    def causes(self, names: Iterable[str]) -> tuple[Cause, ...]:
        """Causes by name, each once, with their values."""
        return tuple(Cause(name, self.value_of(name)) for name in dict.fromkeys(names))

    def value_of(self, name: str) -> str:
        """The value of a symbol or of a choice, by the name of its fact."""
        index = self.choice_by_name.get(name)
        return self.text(name) if index is None else self.taken(index)

    # Choices have facts of their own

    @cached_property
    def choice_by_name(self) -> dict[str, int]:
        """The choices by the names of their facts."""
        return {self.choice_name(index): index for index in range(len(self.model.choices))}

    def choice_name(self, index: int) -> str:
        """The name of a choice's fact: where it stands."""
        entry = self.model.entries[self.model.choices[index].entry]
        return f"choice {entry.location}"

    def taken(self, index: int) -> str:
        """What a choice takes: a member, "m" where several may be m, or "n"."""
        members = self.model.choices[index].members
        if self.evaluation.choice_values.get(index, Y) == M:
            return "m"
        logical = self.evaluation.bool_tristate
        shown = (m for m in members if logical.get(m) == Y)
        return next(shown, "n") if self.evaluation.choice_values.get(index, Y) else "n"

    def before_giving_up(self, index: int) -> LimitFinder:
        """The scene before a choice that is y became n, for none of its members is visible."""
        other = LimitFinder(self.configuration, self.base, self.asked)
        other.follow = self.follow
        for evaluation in (other.evaluation, other.without_modules):
            evaluation.choice_values[index] = Y
        return other

    # Lines

    def line(self, name: str) -> Premise | None:
        """The user's line for a symbol; None if there is none."""
        line = self.user.lines.get(name)
        return None if line is None else self.told(line)

    def told(self, line: Line) -> Premise:
        """A user's line as something told."""
        value = typed_value(line, self.model.symbols[line.symbol].type) or ""
        source = "" if line.location or line.symbol in self.asked else self.base
        told = Premise("line", str(line), line.location, line.symbol, value, source)
        return evolve(told, by_default=line.by_default)

    def unsaid(self, symbol: Symbol) -> Premise:
        """That there is no line for a symbol, or what the target answers instead."""
        name = symbol.name
        if name in self.user.bool_tristate:
            value = LETTERS[self.user.bool_tristate[name]]
            text = f"set by make {self.user.mode}"
            return Premise("answer", text, None, name, value)
        return Premise("no line", f"no line for {PREFIX}{name}", None, name)

    # Conditions around an entry

    def limits(self, index: int) -> tuple[Limit, ...]:
        """The dependencies of an entry and of those around it, innermost first."""
        known = self._limits.get(index)
        if known is None:
            entry = self.model.entries[index]
            words = "if" if isinstance(entry, If) else "depends on"
            own = [
                Limit(f"{words} {part}", part, guard.location)
                for guard in entry.depends
                for part in conjuncts(guard.expr)
            ]
            known = (*own, *self._around(entry.parent))
            self._limits[index] = known
        return known

    def _around(self, parent: int) -> tuple[Limit, ...]:
        if parent < 0:
            return ()
        above = self.model.entries[parent]
        if isinstance(above, ChoiceEntry) and not self.model.dialect.choice_lists:
            return (Limit("choice", None, above.location, above.choice),)
        return self.limits(parent)

    def prompt_limits(self, index: int, prompt: Prompt) -> tuple[Limit, ...]:
        """What limits a prompt beyond its entry's dependencies."""
        found = [
            Limit(f"prompt if {part}", part, prompt.location)
            for part in conjuncts(prompt.condition)
        ]
        while index >= 0:
            entry = self.model.entries[index]
            if isinstance(entry, Menu):
                found += [
                    Limit(f"visible if {part}", part, guard.location)
                    for guard in entry.visible
                    for part in conjuncts(guard.expr)
                ]
            index = entry.parent
        return tuple(found)

    def strength(self, limit: Limit, index: int) -> int:
        """What a limit at an entry allows."""
        if limit.expr is not None:
            return self.evaluation.value(limit.expr)
        value = self.evaluation.choice_values.get(limit.choice, N)
        entry = self.model.entries[index]
        if value == M and isinstance(entry, MenuNode):
            symbol = self.model.symbols[entry.symbol]
            return N if symbol.type is not Type.TRISTATE else M
        return value

    def needs(self, limit: Limit, least: int) -> Names:
        """The symbols that keep a limit at least there."""
        if limit.expr is None:
            return (self.choice_name(limit.choice),)
        return self.at_least(limit.expr, least)

    def blocks(self, limit: Limit, most: int) -> Names:
        """The symbols that keep a limit at most there."""
        if limit.expr is None:
            return (self.choice_name(limit.choice),)
        return self.at_most(limit.expr, most)

    def best_limits(self, limits: Sequence[Limit], index: int, most: int) -> list[Limit]:
        """The limits that are at most there, without those that follow from others.

        The one that a reader should hear of first comes first: that from which
        most of the others follow, then that which is nearest to the user's reach.
        """
        low = [limit for limit in limits if self.strength(limit, index) <= most]
        if len(low) < 2:
            return low
        names = {limit: frozenset(self.blocks(limit, most)) for limit in low}
        behind = {limit: self._behind(names[limit]) for limit in low}

        def follows(other: Limit, limit: Limit) -> bool:
            logical = all(name not in self.evaluation.text for name in names[other])
            known = bool(names[other]) and names[other] <= behind[limit]
            return other is not limit and logical and known

        def rank(limit: Limit) -> tuple[int, tuple[int, int]]:
            left = sum(not follows(other, limit) for other in low)
            return left, self._distance(tuple(names[limit]), raising=True)

        kept: list[Limit] = []
        for limit in sorted(low, key=rank):
            if not any(follows(limit, other) for other in kept):
                kept.append(limit)
        return kept

    def _behind(self, names: Iterable[str]) -> frozenset[str]:
        """Names, and all that a reader who follows them up will hear of."""
        return frozenset(name for first in names for name in self.follow(first))

    # Expressions

    def at_most(self, expr: Expr, most: int) -> Names:
        """Symbols whose values alone keep an expression at most there; it is there."""
        if most >= Y:
            return ()
        match expr:
            case Sym(name):
                return (name,)
            case Compare():
                return self.compared(expr)
            case Not(operand):
                return self.at_least(operand, Y - most)
            case And(operands):
                low = [o for o in operands if self.evaluation.value(o) <= most]
                ways = [self.at_most(operand, most) for operand in low]
                return min(ways, key=lambda names: self._distance(names, raising=True))
            case Or(operands):
                return _joined(self.at_most(operand, most) for operand in operands)
            case _:
                return ()

    def at_least(self, expr: Expr, least: int) -> Names:
        """Symbols whose values alone keep an expression at least there; it is there."""
        if least <= N:
            return ()
        match expr:
            case Sym(name):
                return (name,)
            case Compare():
                return self.compared(expr)
            case Not(operand):
                return self.at_most(operand, Y - least)
            case And(operands):
                return _joined(self.at_least(operand, least) for operand in operands)
            case Or(operands):
                high = [o for o in operands if self.evaluation.value(o) >= least]
                ways = [self.at_least(operand, least) for operand in high]
                return min(ways, key=lambda names: self._distance(names, raising=False))
            case _:
                return ()

    def compared(self, expr: Compare) -> Names:
        """The symbols of a comparison; a bare number is none."""
        sides = (expr.left, expr.right)
        names = [side.name for side in sides if isinstance(side, Sym)]
        return tuple(name for name in names if name in self.model.symbols)

    def _distance(self, names: Names, *, raising: bool) -> tuple[int, int]:
        """How far names are from the user's reach: the farthest of them, and how many."""
        return max((self._reach(name, raising=raising) for name in names), default=0), len(names)

    def _reach(self, name: str, *, raising: bool) -> int:
        if name in self.choice_by_name:
            return _LATER
        symbol = self.model.symbols.get(name)
        if symbol is None:
            return _NEVER
        if not self.model.is_assignable(symbol):
            return _DERIVED
        visible = self.view(symbol).visibility(symbol)
        if not symbol.is_bool_or_tristate:
            return _AT_ONCE if visible else _LATER
        value = self.evaluation.bool_tristate.get(name, N)
        if raising:
            return _AT_ONCE if visible > value else _LATER
        return _AT_ONCE if visible else _LATER


def conjuncts(expr: Expr | None) -> Iterator[Expr]:
    """The operands of an ``&&``; the expression itself if it is none."""
    if isinstance(expr, And):
        yield from expr.operands
    elif expr is not None:
        yield expr


def _joined(ways: Iterable[Names]) -> Names:
    return tuple(dict.fromkeys(name for names in ways for name in names))
