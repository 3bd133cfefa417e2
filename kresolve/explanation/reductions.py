"""Reduce a complete derivation to what a reader needs: small pure functions.

A reduction takes a fact and gives one with less in it; none changes its value.  What is
left out is still true, and can be had again by not asking for the reduction.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

from attrs import evolve

from kresolve.explanation.derivation import PROOF_ONLY, Derivation, Fact, Rule, Step

#: So many selectors of a symbol that could do nothing else are followed up.
_FEW: Final = 3

Reduction: TypeAlias = Callable[[Fact], Fact]


def drop_proof_only(fact: Fact) -> Fact:
    """Without the steps that only say that nothing else interferes, and what they rest on.

    Kept is what lets a line count; and who could select what is never on otherwise, if few.
    """
    is_said = fact.rule in ("line", "answer")
    is_forced = fact.rule == "no default" and not fact.prompt

    def is_of_interest(step: Step) -> bool:
        if step.rule == "offered":
            return is_said
        return step.rule == "not selected" and is_forced and len(step.premises) <= _FEW

    kept = (step for step in fact.steps if step.rule not in PROOF_ONLY)
    counted = (
        step if is_of_interest(step) else evolve(step, causes=())
        for step in fact.steps
        if step.rule in PROOF_ONLY and step.premises and (is_said or step.rule != "offered")
    )
    return evolve(fact, steps=(*kept, *counted))


def drop_irrelevant(fact: Fact) -> Fact:
    """Without what would have decided otherwise, and lines for what has no prompt."""
    dropped: tuple[Rule, ...] = () if fact.prompt else ("no line",)
    if fact.rule in ("line", "answer", "select") and fact.visible != "n":
        dropped += ("passed over", "default")
    return evolve(fact, steps=tuple(step for step in fact.steps if step.rule not in dropped))


def drop_alternatives(fact: Fact) -> Fact:
    """Who else selects or implies a symbol is told by name, and not followed up."""

    def alone(step: Step) -> Step:
        if step.rule not in ("select", "imply", "passed over"):
            return step
        return evolve(step, also=tuple(evolve(other, causes=()) for other in step.also))

    return evolve(fact, steps=tuple(map(alone, fact.steps)))


def stop_at_user_lines(fact: Fact) -> Fact:
    """What the user's own line gives needs no further reason.

    Nor does what nobody asked for though a line would do; and of a default
    that gives more than n, why no line could change it is of no interest.
    """
    is_open = fact.rule in ("no default", "default") and fact.value == "n" and fact.visible != "n"
    if fact.rule in ("line", "answer") or is_open:
        return evolve(fact, steps=tuple(evolve(s, causes=(), also=()) for s in fact.steps))
    if fact.rule == "default" and fact.value != "n":
        line = fact.line
        if line is None or line.value == fact.value:
            kept = tuple(s for s in fact.steps if s.rule not in ("hidden", "depends"))
            return evolve(fact, steps=kept)
    return fact


def drop_unneeded(fact: Fact) -> Fact:
    """Of what lets an answer n count, only that without which the value would be another.

    It is the one reduction that looks at what causes would change.
    """
    if fact.value != "n":
        return fact

    def needed(step: Step) -> Step:
        if step.rule != "offered":
            return step
        return evolve(step, causes=tuple(c for c in step.causes if "value" in c.changes))

    return evolve(fact, steps=tuple(map(needed, fact.steps)))


#: What a reader gets of each fact unless all is asked for, in this order.
FOR_READERS: Final[tuple[Reduction, ...]] = (drop_proof_only, drop_irrelevant, drop_alternatives)


def readable(fact: Fact, *, root: bool) -> Fact:
    """What is left of one fact for readers; of the root, its line's own reasons too."""
    for reduction in FOR_READERS if root else (*FOR_READERS, stop_at_user_lines):
        fact = reduction(fact)
    return fact


def each(derivation: Derivation, reduction: Reduction) -> Derivation:
    """A derivation whose facts are reduced, without those that nothing leads to any more."""
    facts = {name: reduction(fact) for name, fact in derivation.facts.items()}
    return pruned(evolve(derivation, facts=facts))


def reduced(derivation: Derivation) -> Derivation:
    """The derivation for readers, as far as it does not need to know what causes would change."""
    return each(derivation, lambda fact: readable(fact, root=fact.name == derivation.root))


def pruned(derivation: Derivation) -> Derivation:
    """Without the facts that nothing leads to, those left in the order of telling.

    A fact is told in full at its first mention, and its causes right after it.
    """
    facts: dict[str, Fact] = {}
    todo = [derivation.root]
    while todo:
        name = todo.pop()
        if name in facts or name not in derivation.facts:
            continue
        fact = facts[name] = derivation.facts[name]
        todo.extend(reversed([cause.name for cause in fact.followed]))
    return evolve(derivation, facts=facts)


def to_depth(derivation: Derivation, depth: int) -> Derivation:
    """Without the facts that are more than so many causes away from the root."""
    near = {derivation.root: 0}
    queue = deque([derivation.root])
    while queue:
        name = queue.popleft()
        fact = derivation.facts.get(name)
        if fact is None or near[name] == depth:
            continue
        for cause in fact.followed:
            if cause.name not in near:
                near[cause.name] = near[name] + 1
                queue.append(cause.name)
    facts = {name: fact for name, fact in derivation.facts.items() if name in near}
    return pruned(evolve(derivation, facts=facts))
