"""What is impossible has ways out, and they lead out."""

from __future__ import annotations

import itertools

from attrs import evolve
from hypothesis import assume, given, settings

from kresolve.planner import Demand, Question, Target, answer, checked, parse_request
from tests.property.test_plans import Case, cases


def without(question: Question, given_up: tuple[Demand, ...]) -> Question:
    """The question without some of its demands."""
    origins = {demand.origin for demand in given_up}
    return evolve(
        question,
        requests=tuple(one for one in question.requests if one.origin not in origins),
        pins=tuple(name for name in question.pins if f"--pin {name}" not in origins),
        forbidden=tuple(n for n in question.forbidden if f"--forbid {n}" not in origins),
    )


def is_possible(target: Target, question: Question) -> bool:
    """Is there a plan?"""
    return answer(target, question).status == "planned"


@settings(max_examples=150)
@given(cases(most=8))
def test_ways_out_lead_out_and_give_up_as_little_as_can_be(case: Case) -> None:
    """Without what a way gives up there is a plan, and with what it offers instead, too."""
    target, question = case.target(), case.question
    plan = answer(target, question)
    assume(plan.status == "impossible")
    assert plan.conflict is not None
    ways = plan.conflict.ways_out
    assert ways, "to give up everything is possible always"
    for way in ways:
        rest = without(question, way.give_up)
        assert is_possible(target, rest), way
        offered = tuple(checked(target.model, *parse_request(text), text) for text in way.instead)
        assert is_possible(target, evolve(rest, requests=(*rest.requests, *offered))), way

    sets = [frozenset(way.give_up) for way in ways]
    assert [len(one) for one in sets] == sorted(len(one) for one in sets)
    assert not any(one < other for one, other in itertools.permutations(sets, 2))
    for fewer in itertools.combinations(question.demands(target), len(sets[0]) - 1):
        assert not is_possible(target, without(question, fewer)), fewer
