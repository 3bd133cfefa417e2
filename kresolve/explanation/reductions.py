"""Reduce a complete derivation to what a reader needs: small pure functions.

Every reduction takes a derivation and gives one; none changes a fact's value.
What they leave out is still true, and can be had again by not asking for them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias

from attrs import evolve

from kresolve.explanation.derivation import PROOF_ONLY, Derivation, Fact, Step

#: So many selectors of a symbol that could do nothing else are followed up.
_FEW: Final = 3

Reduction: TypeAlias = Callable[[Derivation], Derivation]


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


def drop_proof_only(derivation: Derivation) -> Derivation:
    """Without the steps that only say that nothing else interferes, and what they rest on."""
    return pruned(_each(derivation, _drop_proof_only))


def _drop_proof_only(fact: Fact) -> Fact:
    said = fact.rule in ("line", "answer")
    forced = fact.rule == "no default" and not fact.prompt
    kept = (step for step in fact.steps if step.rule not in PROOF_ONLY)
    counted = (
        step if _is_of_interest(step, said=said, forced=forced) else evolve(step, causes=())
        for step in fact.steps
        if step.rule in PROOF_ONLY and step.premises and (said or step.rule != "offered")
    )
    return evolve(fact, steps=(*kept, *counted))


def _is_of_interest(step: Step, *, said: bool, forced: bool) -> bool:
    """What lets a line count; and who could select what is never on otherwise, if few."""
    if step.rule == "offered":
        return said
    return step.rule == "not selected" and forced and len(step.premises) <= _FEW


def drop_irrelevant(derivation: Derivation) -> Derivation:
    """Without what a symbol that has no prompt was not asked, and defaults behind a shut door.

    Where dependencies shut out a whole definition, the defaults in it that do
    not count need no reasons of their own.
    """
    return pruned(_each(derivation, _drop_irrelevant))


def _drop_irrelevant(fact: Fact) -> Fact:
    steps = fact.steps
    if not fact.prompt:
        steps = tuple(step for step in steps if step.rule != "no line")
    if fact.rule in ("line", "answer", "select") and fact.visible != "n":
        # What would have decided otherwise is of no interest.
        steps = tuple(s for s in steps if s.rule not in ("passed over", "default"))
    return evolve(fact, steps=steps)


def drop_alternatives(derivation: Derivation) -> Derivation:
    """Who else selects or implies a symbol is told by name, and not followed up."""
    return pruned(_each(derivation, _drop_alternatives))


def _drop_alternatives(fact: Fact) -> Fact:
    def alone(step: Step) -> Step:
        return evolve(step, also=tuple(evolve(other, causes=()) for other in step.also))

    spare = ("select", "imply", "passed over")
    return evolve(fact, steps=tuple(alone(s) if s.rule in spare else s for s in fact.steps))


def stop_at_user_lines(derivation: Derivation) -> Derivation:
    """What the user's own line gives needs no further reason, the root apart.

    Nor does what nobody asked for though a line would do; and of a default
    that gives more than n, why no line could change it is of no interest.
    """
    return pruned(
        _each(derivation, lambda f: f if f.name == derivation.root else _stop_at_user_lines(f))
    )


def _stop_at_user_lines(fact: Fact) -> Fact:
    open_ = fact.rule in ("no default", "default") and fact.value == "n" and fact.visible != "n"
    if fact.rule in ("line", "answer") or open_:
        return evolve(fact, steps=tuple(evolve(s, causes=(), also=()) for s in fact.steps))
    if fact.rule == "default" and fact.value != "n":
        line = fact.line
        if line is None or line.value == fact.value:
            kept = tuple(s for s in fact.steps if s.rule not in ("hidden", "depends"))
            return evolve(fact, steps=kept)
    return fact


def drop_unneeded(derivation: Derivation) -> Derivation:
    """Of what lets an answer n count, only that without which the value would be another.

    It is the one reduction that looks at what causes would change.
    """
    return pruned(_each(derivation, _drop_unneeded))


def _drop_unneeded(fact: Fact) -> Fact:
    if fact.value != "n":
        return fact

    def needed(step: Step) -> Step:
        return evolve(step, causes=tuple(c for c in step.causes if "value" in c.changes))

    steps = (needed(step) if step.rule == "offered" else step for step in fact.steps)
    return evolve(fact, steps=tuple(steps))


#: What a reader gets unless all is asked for, in this order.
FOR_READERS: Final[tuple[Reduction, ...]] = (
    drop_proof_only,
    drop_irrelevant,
    drop_alternatives,
    stop_at_user_lines,
)


def reduced(derivation: Derivation) -> Derivation:
    """The derivation for readers, as far as it does not need to know what causes would change."""
    for reduction in FOR_READERS:
        derivation = reduction(derivation)
    return derivation


def readable(fact: Fact, *, root: bool) -> Fact:
    """What is left of one fact for readers."""
    fact = _drop_alternatives(_drop_irrelevant(_drop_proof_only(fact)))
    return fact if root else _stop_at_user_lines(fact)


def _each(derivation: Derivation, change: Callable[[Fact], Fact]) -> Derivation:
    return evolve(derivation, facts={name: change(f) for name, f in derivation.facts.items()})
