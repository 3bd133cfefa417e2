"""Derive a value of a configuration."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable

from attrs import evolve

from kresolve.dotconfig.lines import Line, spell
from kresolve.errors import RequestError
from kresolve.evaluator import Configuration, more_user_values
from kresolve.explanation.bool_tristate import BoolTristate, shown
from kresolve.explanation.choice_members import choice_fact, explain_member
from kresolve.explanation.counterfactual import calculate, weighed
from kresolve.explanation.derivation import Cause, Derivation, Fact, Rule, Step
from kresolve.explanation.limits import LimitFinder
from kresolve.explanation.reductions import (
    Reduction,
    drop_unneeded,
    each,
    pruned,
    readable,
    to_depth,
)
from kresolve.kconfig.similar_names import did_you_mean_option
from kresolve.kconfig.values import Type


class Deriver:
    """Finds the facts of one configuration as needed, and caches them.

    ``base`` names what the lines without a place come from, those for the
    symbols in ``asked`` apart, whose lines are part of the question.  With ``every``,
    conditions are told too that follow from others.
    """

    def __init__(
        self,
        configuration: Configuration,
        base: str,
        asked: Iterable[str] = (),
        *,
        every: bool = False,
    ) -> None:
        self.finder = LimitFinder(configuration, base, frozenset(asked), every=every)
        self.finder.follow = self.follow
        self._facts: dict[str, Fact] = {}
        self._asked: dict[tuple[str, str], Fact] = {}
        self._behind: dict[str, frozenset[str]] = {}

    def follow(self, name: str) -> frozenset[str]:
        """A name, and those that keep it low, and those that keep them low."""
        known = self._behind.get(name)
        if known is None:
            behind = {name}
            if name in self.finder.model.symbols:
                for step in self.fact(name).steps:
                    if step.rule in ("depends", "hidden", "limited", "passed over", "default"):
                        for cause in step.mentions:
                            behind |= self.follow(cause.name)
            known = self._behind[name] = frozenset(behind)
        return known

    def fact(self, name: str) -> Fact:
        """Why a symbol, or a choice by the name of its fact, has its value."""
        known = self._facts.get(name)
        if known is None:
            known = self._facts[name] = self._derived(name)
        return known

    def _derived(self, name: str) -> Fact:
        finder = self.finder
        index = finder.choice_by_name.get(name)
        if index is not None:
            return choice_fact(finder, index)
        model = finder.model
        symbol = model.symbols.get(name)
        if symbol is None or symbol.type is Type.UNKNOWN:
            return Fact(name, "n", "undefined", (Step("undefined"),), location=model.location(name))
        rule: Rule
        if not symbol.is_bool_or_tristate:
            from kresolve.explanation.numbers_and_strings import explain_text

            rule, steps = explain_text(finder, symbol)
        elif symbol.choice is not None:
            rule, steps = explain_member(finder, symbol)
        else:
            rule, steps = BoolTristate(finder, symbol).explain()
        return Fact(
            name,
            finder.configuration[name],
            rule,
            tuple(evolve(s, causes=tuple(c for c in s.causes if c.name != name)) for s in steps),
            symbol.type,
            model.location(name),
            model.prompt(name) or "",
            model.menu_path(name),
            shown(finder, symbol),
        )

    def asked(self, name: str, value: str) -> Fact:
        """The fact that a line for a symbol gives, everything else as it is."""
        finder = self.finder
        line = finder.line(name)
        if line is not None and line.value == value:
            return self.fact(name)
        known = self._asked.get((name, value))
        if known is None:
            model, configuration = finder.model, finder.configuration
            symbol = model.symbols[name]
            user = more_user_values(model, finder.user, [Line(name, spell(symbol.type, value))])
            evaluation = configuration.evaluation.assuming({})
            evaluation.user = user
            calculate(evaluation, symbol)
            changed = evolve(configuration, evaluation=evaluation, user=user)
            other = Deriver(changed, finder.base, (*finder.asked, name), every=finder.every)
            known = self._asked[name, value] = other.fact(name)
        return known

    def derivation(self, name: str) -> Derivation:
        """All facts behind a value, its own first: what is told in it settles the value.

        Raises RequestError for a name that the tree does not have.
        """
        return self._collected(name, lambda fact: fact, lambda fact: fact.causes)

    def _collected(
        self, root: str, reduce: Reduction, next_: Callable[[Fact], Iterable[Cause]]
    ) -> Derivation:
        finder = self.finder
        symbol = finder.model.symbols.get(root)
        if symbol is None or symbol.type is Type.UNKNOWN:
            raise RequestError(
                f"{root}: {finder.model.info} has no such option"
                f"{did_you_mean_option(root, finder.model.symbols)}"
            )
        facts: dict[str, Fact] = {}
        queue = deque([root])
        while queue:
            name = queue.popleft()
            if name not in facts:
                facts[name] = fact = reduce(self.fact(name))
                queue.extend(cause.name for cause in next_(fact))
        return Derivation(root, facts, finder.base, finder.user.mode)

    def reading(self, name: str, depth: int | None = None) -> Derivation:
        """The derivation for readers, each cause weighed; ``depth`` limits how far it goes.

        Collecting only what a reader will see gives the same as reducing the
        complete derivation, and takes a fraction of the time.
        """
        seen = self._collected(
            name, lambda fact: readable(fact, root=fact.name == name), lambda fact: fact.followed
        )
        seen = pruned(seen) if depth is None else to_depth(seen, depth)
        return each(self._weighed(seen), drop_unneeded)

    def full(self, name: str) -> Derivation:
        """The complete derivation, each cause weighed."""
        return self._weighed(self.derivation(name))

    def _weighed(self, derivation: Derivation) -> Derivation:
        facts = {name: weighed(self.finder, fact) for name, fact in derivation.facts.items()}
        return evolve(derivation, facts=facts)
