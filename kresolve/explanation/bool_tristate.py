"""The fact of a bool or tristate: why at least its value, and why not more.

The rules are those of ``sym_calc_value`` (scripts/kconfig/symbol.c), read
backward; docs/semantics.md lists them.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from kresolve.explanation.conditions import (
    active_default,
    default_at_least,
    default_at_most,
    invisible,
    met,
    offered,
    reverse_at_least,
    reverse_at_most,
    shut,
    unmet,
)
from kresolve.explanation.derivation import Premise, Rule, Step
from kresolve.explanation.limits import LimitFinder
from kresolve.kconfig.model import Symbol
from kresolve.kconfig.tristate import LETTERS, M, N, Y
from kresolve.kconfig.values import Type


class BoolTristate:
    """One bool or tristate whose value its own rules give."""

    def __init__(self, finder: LimitFinder, symbol: Symbol) -> None:
        self.finder = finder
        self.symbol = symbol
        self.view = finder.view(symbol)
        self.promoted = finder.is_promoted(symbol)
        self.value = finder.evaluation.bool_tristate[symbol.name]
        self.visible = self.view.visibility(symbol)
        self.said = finder.user.bool_tristate.get(symbol.name) if self.visible else None
        free = symbol.choice is None and not symbol.transitional
        self.selects = finder.model.selected_by.get(symbol.name, ()) if free else ()
        self.implies = finder.model.implied_by.get(symbol.name, ()) if free else ()
        self.selected = self.view.reverse(self.selects, promoted=self.promoted)
        self.implied = self.view.reverse(self.implies, promoted=self.promoted)
        self.allowed = self.view.direct_dependency(symbol, promoted=self.promoted)
        self.default = active_default(finder, symbol)
        self.by_default = N
        if self.default is not None:
            _, default, strength = self.default
            self.by_default = min(self.view.value(default.value), strength)
        self.own = self._own()

    def _own(self) -> int:
        """The value without selects and without promotion."""
        if self.said is not None:
            return min(self.said, self.visible)
        if self.implied == N:
            return self.by_default
        return min(max(self.by_default, self.implied), self.allowed)

    def explain(self) -> tuple[Rule, list[Step]]:
        """The rule that decided, and the steps: what was said, what decided, what did not."""
        said = self._said()
        if self.value and self._is_selected():
            rule, steps = self._by_select()
        else:
            rule, steps = self._by_own()
        if self.value == M and (modules := self.finder.promoters(self.symbol)):
            steps.append(Step("offered", (), self.finder.causes(modules), "m"))
        return rule, [*said, *steps]

    def _said(self) -> list[Step]:
        """The user's line, or that there is none."""
        finder, symbol = self.finder, self.symbol
        line = finder.line(symbol.name)
        if line is not None:
            return [Step("line", (line,), value=line.value)]
        unsaid = finder.unsaid(symbol)
        rule: Rule = "answer" if unsaid.kind == "answer" else "no line"
        return [Step(rule, (unsaid,), value=unsaid.value)]

    def _is_selected(self) -> bool:
        return self.selected >= self.value

    def _by_select(self) -> tuple[Rule, list[Step]]:
        finder, symbol = self.finder, self.symbol
        steps = reverse_at_least(finder, symbol, "select", self.selects, self.value)
        if self.value == M:
            steps += reverse_at_most(finder, symbol, "not selected", self.selects, M)
            steps += self._own_at_most(M)
        if self.allowed < self.value:
            steps += [
                evolve(step, rule="unmet") if step.rule == "cut" else step
                for step in unmet(finder, symbol, self.allowed)
            ]
        return "select", steps

    def _by_own(self) -> tuple[Rule, list[Step]]:
        finder, symbol = self.finder, self.symbol
        steps: list[Step] = []
        raised = self.value == Y and self.own == M
        if self.value:
            steps += self._own_at_least(M if raised else self.value)
        if raised:
            location = finder.model.location(symbol.name)
            premise = Premise("kconfig", f"{symbol.type} {symbol.name}", location)
            causes = finder.causes(finder.promoters(symbol))
            steps.append(Step("promoted", (premise,), causes, "y"))
        if self.value < Y:
            steps += self._own_at_most(self.value)
            steps += reverse_at_most(finder, symbol, "not selected", self.selects, self.value)
        return self._rule(), _once(steps)

    def _rule(self) -> Rule:
        """The word for what decided the value, selects apart."""
        if self.value == Y and self.own == M:
            return "promoted"
        if self.said is not None:
            if self.said > self.visible:
                return "limited"
            return "line" if self.finder.line(self.symbol.name) else "answer"
        if self.implied > self.by_default:
            return "imply" if self.own == self.implied else "cut"
        if self.own < self.by_default:
            return "cut"
        if self.by_default:
            return "default"
        if shut(self.finder, self.symbol) is not None:
            return "depends"
        if self.finder.line(self.symbol.name) or self.symbol.name in self.finder.user.bool_tristate:
            return "hidden"
        return "default" if self.default is not None else "no default"

    # At least, at most

    def _own_at_least(self, least: int) -> list[Step]:
        finder, symbol = self.finder, self.symbol
        if self.said is not None:
            return offered(finder, symbol, least)
        steps = self._unsaid()
        if self.by_default >= least:
            steps += default_at_least(finder, symbol, least)
            steps += self._uncut(least)
        else:
            steps += reverse_at_least(finder, symbol, "imply", self.implies, least)
            steps += met(finder, symbol, least)
        return steps

    def _uncut(self, least: int) -> list[Step]:
        """A default is cut by the direct dependency where something implies the symbol."""
        assert self.default is not None
        index = self.default[0]
        definitions = self.symbol.menu_nodes
        bounded = any(map(self.finder.model.limits, definitions))
        if not bounded or self.finder.model.limits(index):
            return []
        if self.implied == N:
            return reverse_at_most(self.finder, self.symbol, "not implied", self.implies, N)
        return met(self.finder, self.symbol, least)

    def _own_at_most(self, most: int) -> list[Step]:
        finder, symbol = self.finder, self.symbol
        if self.said is not None:
            if self.said <= most:
                return offered(finder, symbol, M) if most < Y else []
            return [*invisible(finder, symbol, most), *offered(finder, symbol, M)]
        closed = shut(finder, symbol) if most == N else None
        if closed is not None:
            if self.implied:
                closed = [*reverse_at_least(finder, symbol, "imply", self.implies, M), *closed]
            return closed
        steps = self._unsaid()
        if self.by_default > most:
            # A default beyond the direct dependency is cut only where something implies the symbol.
            steps += default_at_least(finder, symbol, self.by_default)
            steps += reverse_at_least(finder, symbol, "imply", self.implies, M)
            return [*steps, *unmet(finder, symbol, most)]
        steps += default_at_most(finder, symbol, most)
        if self.implies:
            if self.allowed <= most < Y:
                if self.implied > most:
                    steps += reverse_at_least(finder, symbol, "imply", self.implies, M)
                steps += unmet(finder, symbol, most)
            else:
                steps += reverse_at_most(finder, symbol, "not implied", self.implies, most)
        return steps

    def _unsaid(self) -> list[Step]:
        """Why no line counts, where there is one or could be: the prompt is hidden."""
        if self.visible or self.symbol.transitional:
            return []
        return invisible(self.finder, self.symbol, N)


def _once(steps: Sequence[Step]) -> list[Step]:
    """The steps, each once."""
    return list(dict.fromkeys(steps))


def shown(finder: LimitFinder, symbol: Symbol) -> str:
    """How much a symbol's prompt lets the user say, as a letter."""
    value = finder.view(symbol).visibility(symbol)
    return "y" if value and symbol.type is Type.BOOL else LETTERS[value]
