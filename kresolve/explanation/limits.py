"""Find the symbols that keep a condition of a finished evaluation low or high.

To keep ``A && B`` at n, one operand at n is enough; but whoever wants more must change
all that are n, so all of them keep it low.  To keep ``A || B`` at y one operand is
enough; where several would do, the one that a user can change most directly is taken.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from typing import Final, TypeAlias

from attrs import evolve

from kresolve.dotconfig.lines import PREFIX, Line, shown_value, typed_value
from kresolve.evaluator import Configuration
from kresolve.evaluator.evaluation import Evaluation
from kresolve.explanation.derivation import Cause, Premise
from kresolve.kconfig.expressions import (
    And,
    Compare,
    Expr,
    Not,
    Or,
    Sym,
    conjuncts,
    names,
    renamed,
)
from kresolve.kconfig.model import ChoiceEntry, Limit, MenuNode, Model, Prompt, Symbol
from kresolve.kconfig.tristate import LETTERS, M, N, Y
from kresolve.kconfig.values import Type

#: Names of symbols and choices, without repetition, in the order of mention.
Names: TypeAlias = tuple[str, ...]

#: How far a value is from what a user can say: at once, after something else, not at all.
_AT_ONCE, _LATER, _DERIVED, _NEVER = range(4)
#: Of so many symbols every combination of values is tried.
_TRIED: Final = 6
#: A bare number in a condition is a symbol that nobody defines.
_NUMBER: Final = re.compile(r"-?[0-9]+|0[xX][0-9a-fA-F]+")


class LimitFinder:
    """An evaluation after it has run, and the lines that went into it."""

    def __init__(
        self,
        configuration: Configuration,
        base: str,
        asked: frozenset[str] = frozenset(),
        *,
        every: bool = False,
    ) -> None:
        self.configuration = configuration
        self.model: Model = configuration.model
        self.base = base
        #: Symbols whose lines are not the base's, though they stand in no file.
        self.asked = asked
        #: Are limits told that follow from others?
        self.every = every
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
        evaluation = self.configuration.evaluation.assuming({})
        evaluation.modules = N
        return evaluation

    def view(self, symbol: Symbol) -> Evaluation:
        """The evaluation as it was when a symbol was calculated."""
        node = symbol.name if symbol.choice is None else symbol.choice
        return self.without_modules if node in self.early else self.evaluation

    def is_promoted(self, symbol: Symbol) -> bool:
        """Does m become y for a symbol?"""
        return symbol.type is Type.BOOL or self.view(symbol).modules == N

    def too_low(self, symbol: Symbol) -> int:
        """The value that is too low for a line, where every limit is told."""
        wanted = self.user.bool_tristate.get(symbol.name, N)
        return M if self.every and wanted == Y and not self.is_promoted(symbol) else N

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
        other = LimitFinder(self.configuration, self.base, self.asked, every=self.every)
        other.follow = self.follow
        for evaluation in (other.evaluation, other.without_modules):
            evaluation.choice_values[index] = Y
        return other

    # Lines

    def line(self, name: str) -> Premise | None:
        """The user's line for a symbol; None if there is none."""
        line = self.user.lines.get(name)
        return None if line is None else self.line_premise(line)

    def line_premise(self, line: Line) -> Premise:
        """A user's line as something told."""
        value = typed_value(line, self.model.symbols[line.symbol].type) or ""
        source = "" if line.location or line.symbol in self.asked else self.base
        premise = Premise("line", str(line), line.location, line.symbol, value, source)
        return evolve(premise, by_default=line.by_default)

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
        """The dependencies of an entry and of those around it, innermost first, part by part."""
        known = self._limits.get(index)
        if known is None:
            known = self._limits[index] = tuple(_parts(self.model.limits(index)))
        return known

    def prompt_limits(self, index: int, prompt: Prompt) -> tuple[Limit, ...]:
        """What limits a prompt beyond its entry's dependencies, part by part."""
        return tuple(_parts(self.model.prompt_limits(index, prompt)))

    def premise(self, limit: Limit) -> Premise:
        """The line of a Kconfig file that limits."""
        valued = "" if limit.expr is None else self.valued(limit.expr)
        return Premise("kconfig", str(limit), limit.location, statement=limit, valued=valued)

    def valued(self, expr: Expr) -> str:
        """An expression with the values of its symbols: ``NET (=y) && !CAT (=m)``."""
        return str(renamed(expr, self._with_value))

    def _with_value(self, name: str) -> str:
        if name in self.evaluation.bool_tristate or name in self.evaluation.text:
            return f"{name} (={shown_value(self.text(name))})"
        is_known = name in self.model.symbols or _NUMBER.fullmatch(name)
        return name if is_known else f"{name} (undefined)"

    def strength(self, limit: Limit, index: int) -> int:
        """What a limit at an entry allows."""
        if limit.expr is not None:
            return self.evaluation.value(limit.expr)
        value = self.evaluation.choice_values.get(self._choice(limit), N)
        entry = self.model.entries[index]
        if value == M and isinstance(entry, MenuNode):
            symbol = self.model.symbols[entry.symbol]
            return N if symbol.type is not Type.TRISTATE else M
        return value

    def _choice(self, limit: Limit) -> int:
        entry = self.model.entries[limit.entry]
        assert isinstance(entry, ChoiceEntry)
        return entry.choice

    def met(self, limits: Iterable[Limit], least: int) -> Iterator[tuple[Limit, Names]]:
        """Limits that are at least there, with the symbols that keep them so.

        What limits a choice that has a value of its own stands behind that value.
        """
        for limit in limits if least > N else ():
            if limit.expr is None:
                yield limit, (self.choice_name(self._choice(limit)),)
                return
            kept = self.at_least(limit.expr, least)
            if kept:
                yield limit, kept

    def unmet(self, limits: Sequence[Limit], index: int, most: int) -> list[tuple[Limit, Names]]:
        """The limits that are at most there, with the symbols that keep them so.

        Those that others imply are left out.  Unless every one is wanted, so are those
        that follow from others: first comes then the one from which most others follow,
        then that which is nearest to the user's reach.
        """
        by_expr: dict[Expr, Limit] = {}
        choices: list[tuple[Limit, Names]] = []
        for limit in limits:
            if limit.expr is not None:
                by_expr.setdefault(limit.expr, limit)
            elif self.strength(limit, index) <= most:
                choices.append((limit, (self.choice_name(self._choice(limit)),)))
                if most > N:
                    break  # a choice's value may be more than its conditions
        low = [(by_expr[expr], blamed) for expr, blamed in self.blame([*by_expr], most)]
        if not low:
            return choices
        return low if self.every or len(low) < 2 else self._without_followers(low)

    def _without_followers(self, low: list[tuple[Limit, Names]]) -> list[tuple[Limit, Names]]:
        behind = {
            limit: frozenset(other for name in blamed for other in self.follow(name))
            for limit, blamed in low
        }

        def follows(limit: Limit, blamed: Names, other: Limit) -> bool:
            is_logical = all(name not in self.evaluation.text for name in blamed)
            return limit is not other and is_logical and behind[other].issuperset(blamed or "?")

        def rank(item: tuple[Limit, Names]) -> tuple[int, tuple[int, int]]:
            left = sum(not follows(*other, item[0]) for other in low)
            return left, self._distance(item[1], raising=True)

        kept: list[tuple[Limit, Names]] = []
        for limit, blamed in sorted(low, key=rank):
            if not any(follows(limit, blamed, other) for other, _ in kept):
                kept.append((limit, blamed))
        return kept

    # Expressions

    def at_most(self, expr: Expr, most: int) -> Names:
        """The symbols that keep an expression at most there; it is there."""
        return () if most >= Y else self.blame([expr], most)[0][1]

    def blame(self, exprs: Sequence[Expr], most: int) -> list[tuple[Expr, Names]]:
        """The expressions that are at most there and not implied by others, and who keeps them so.

        A symbol or comparison does so if there are values for the others with which all
        expressions are more, those too that are more now, but not while it stays as it is.
        All are blamed that are too low, where there are no such values, or too many to try.
        Those that are blamed for one expression are enough to keep one of them low.
        """
        least = most + 1
        low = {
            expr: dict.fromkeys(self._leaves(expr, least))
            for expr in exprs
            if self.evaluation.value(expr) <= most
        }
        leaves = dict.fromkeys(leaf for own in low.values() for leaf in own)
        mentions = Counter(name for expr in exprs for name in names(expr)) if leaves else {}
        stands_alone = all(
            mentions[name] == 1 and len(self._possible(leaf)) > 1
            for leaf in leaves
            for name in names(leaf)
        )
        worth = _Worth(self.evaluation)

        def met(some: Iterable[Expr], values: Mapping[Expr, int]) -> bool:
            return all(worth(expr, values) >= least for expr in some)

        is_tried = not stands_alone and len(leaves) <= _TRIED
        tried = [
            dict(zip(leaves, values, strict=True))
            for values in (product(*map(self._possible, leaves)) if is_tried else ())
        ]
        ways = [values for values in tried if met(exprs, values)]
        if not ways:
            return [(expr, self._defined(own)) for expr, own in low.items()]
        needed = [*low]
        for expr in low:
            others = [other for other in needed if other is not expr]
            if all(met([expr], values) for values in tried if met(others, values)):
                needed = others
        now = {leaf: self.evaluation.value(leaf) for leaf in leaves}
        guilty = [
            leaf
            for leaf in leaves
            if any(not met(exprs, {**values, leaf: now[leaf]}) for values in ways)
        ]

        def blamed(expr: Expr) -> Names:
            own = [leaf for leaf in guilty if leaf in low[expr]]
            is_enough = not any(all(way[leaf] == now[leaf] for leaf in own) for way in ways)
            return self._defined(own if is_enough else low[expr])

        return [(expr, blamed(expr)) for expr in needed]

    def _leaves(self, expr: Expr, least: int, *, most: bool = False) -> Iterator[Expr]:
        """What keeps a condition below ``least``, or with ``most`` above it: symbols.

        And comparisons of numbers and texts, which cannot all be tried.
        """
        value = self.evaluation.value(expr)
        if value <= least if most else value >= least:
            return
        match expr:
            case And(operands) | Or(operands):
                for operand in operands:
                    yield from self._leaves(operand, least, most=most)
            case Not(operand):
                yield from self._leaves(operand, Y - least, most=not most)
            case Compare():
                known = [*names(expr)]
                if all(name in self.evaluation.bool_tristate for name in known):
                    yield from map(Sym, known)
                else:
                    yield expr
            case Sym():
                yield expr

    def _possible(self, leaf: Expr) -> tuple[int, ...]:
        """What a leaf of a condition can be worth: an undefined symbol is n."""
        if isinstance(leaf, Sym):
            symbol = self.model.symbols.get(leaf.name)
            if symbol is None or not symbol.is_bool_or_tristate:
                return (N,)
            if symbol.type is Type.TRISTATE:
                return (N, M, Y)
        return (N, Y)

    def _defined(self, leaves: Iterable[Expr]) -> Names:
        """The names in leaves; in comparisons, of what is defined."""
        return tuple(
            dict.fromkeys(
                name
                for leaf in leaves
                for name in names(leaf)
                if isinstance(leaf, Sym) or name in self.model.symbols
            )
        )

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
        return tuple(name for name in names(expr) if name in self.model.symbols)

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


class _Worth:
    """What conditions are worth with other values of some symbols and comparisons."""

    def __init__(self, evaluation: Evaluation) -> None:
        self.evaluation = evaluation.assuming({})

    def __call__(self, expr: Expr, values: Mapping[Expr, int]) -> int:
        """The value of an expression."""
        if expr in values:
            return values[expr]
        match expr:
            case And(operands):
                return min(self(operand, values) for operand in operands)
            case Or(operands):
                return max(self(operand, values) for operand in operands)
            case Not(operand):
                return Y - self(operand, values)
            case Compare():
                for leaf, value in values.items():
                    if isinstance(leaf, Sym) and leaf.name in self.evaluation.bool_tristate:
                        self.evaluation.bool_tristate[leaf.name] = value
        return self.evaluation.value(expr)


def _parts(limits: Iterable[Limit]) -> Iterator[Limit]:
    """Limits, each operand of an ``&&`` by itself."""
    for limit in limits:
        if isinstance(limit.expr, And):
            yield from (evolve(limit, expr=part) for part in conjuncts(limit.expr))
        else:
            yield limit


def _joined(ways: Iterable[Names]) -> Names:
    return tuple(dict.fromkeys(name for names in ways for name in names))
