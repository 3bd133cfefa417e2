"""One fragment for several targets, minimal fragments, alternatives: against brute force."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import evaluate
from kresolve.planner import Demand, Question, Target, View, answer, answer_all, answer_in_parts
from kresolve.planner.minimizing import keeping, same_config
from kresolve.planner.objective import levels_of, measure
from tests.property.kconfigs import toys
from tests.property.test_plans import (
    Case,
    Fragment,
    best_by_force,
    cases,
    disliked,
    fragments,
    holds,
    in_order,
    key,
    small,
    told,
)
from tests.property.toys import load, read


@st.composite
def pairs(draw: Any, most: int = 4) -> tuple[Case, Case]:
    """The same question on two bases of one tree."""
    case = draw(cases(most=most))
    config = draw(toys(most=most)).config
    names = load(case.kconfig).symbols
    lines = [line for line in config.splitlines() if any(name in line for name in names)]
    question = evolve(case.question, pins=())
    return evolve(case, question=question), evolve(
        case, question=question, config="\n".join(lines) + "\n"
    )


def targets_of(pair: tuple[Case, Case]) -> list[Target]:
    """Two targets of one model."""
    first = pair[0].target()
    other = read(pair[1].config, first.model)
    return [first, Target(first.model, "other", tuple(other), first.mode, first.model_index)]


@settings(max_examples=150)
@given(pairs())
def test_one_fragment_for_two_worlds_is_the_best_there_is(pair: tuple[Case, Case]) -> None:
    """It holds in both, needs each line in one of them, and no fragment is better for both."""
    targets = targets_of(pair)
    question = pair[0].question
    assume(question.objective != "footprint")
    assume(all(small(target, question) for target in targets))
    plan = answer_all([(target, question) for target in targets])
    good = {
        key(fragment): fragment
        for fragment in fragments(targets[0], question)
        if all(holds(target, question, fragment) for target in targets)
    }
    found = {
        fragment: costs(targets, question.asked, fragment, question.objective)
        for said, fragment in good.items()
        if all(said - {one} not in good for one in said)
        and takes_effect_somewhere(targets, fragment)
    }
    assert (plan.status == "planned") == bool(found), (plan.fragment, next(iter(found), None))
    if found:
        assert tuple(level.value for level in plan.objective) == min(found.values())
        assert all(holds(target, question, plan.assignments) for target in targets)
        assert len(plan.targets) == 2


def costs(
    targets: list[Target], asked: Mapping[str, frozenset[str]], fragment: Fragment, objective: str
) -> tuple[int, ...]:
    """The measures of a fragment, in the objective's order."""
    views = [View(target.before, target.after(fragment), asked) for target in targets]
    values = measure(views, fragment)
    return tuple(values[name] for name in levels_of(objective, len(targets)))


def takes_effect_somewhere(targets: list[Target], fragment: Fragment) -> bool:
    """Has each line the value that results in one of the targets, with one y in a choice?"""
    after = [target.after(fragment) for target in targets]
    symbols = targets[0].model.symbols
    chosen = [
        symbols[line.symbol].choice
        for line in fragment
        if line.value == "y" and symbols[line.symbol].choice is not None
    ]
    return len(chosen) == len(set(chosen)) and all(
        any(one.line(line.symbol).value == line.value for one in after) for line in fragment
    )


@settings(max_examples=150)
@given(cases(most=8))
def test_alternatives_are_as_good(case: Case) -> None:
    """Every alternative holds, measures the same and is another set of lines."""
    target, question = case.target(), case.question
    plan = answer(target, question, alternatives=3)
    first = [level.value for level in plan.objective]
    seen = {key(plan.assignments)}
    assert len(plan.alternatives) <= 3
    for lines in plan.alternatives:
        assert holds(target, question, lines)
        values = measure([View(target.before, target.after(lines), question.asked)], lines)
        assert [values[name] for name in levels_of(question.objective, 1)] == first
        assert key(lines) not in seen
        seen.add(key(lines))


@settings(max_examples=200)
@given(cases(most=7), st.data())
def test_a_minimal_fragment_makes_the_same_config(case: Case, data: st.DataObject) -> None:
    """What is left makes the same .config, and no smaller part of the fragment does."""
    target = case.target()
    toy = data.draw(toys(most=7))
    names = set(target.model.symbols)
    fragment = [line for line in read(toy.config, target.model) if line.symbol in names][:9]
    found = same_config(target, fragment)
    whole = _config(target, fragment)

    assert _config(target, found.lines) == whole
    assert len(found.lines) + len(found.dropped) == len(fragment)
    for size in range(len(found.lines)):
        for fewer in itertools.combinations(fragment, size):
            assert _config(target, fewer) != whole, [*map(str, fewer)]


@settings(max_examples=150)
@given(cases(most=7))
def test_the_fewest_lines_that_keep_a_request(case: Case) -> None:
    """What is left keeps the request, and no smaller part of the fragment does."""
    target, request = case.target(), case.question.requests
    question = evolve(case.question, pins=(), forbidden=())
    plan = answer(target, question)
    assume(plan.status == "planned")
    rest = [Line(name, "y") for name in target.model.options][:3]
    fragment = in_order(target.model, tuple({line.symbol: line for line in rest}.values()))
    fragment = (*(line for line in fragment if line.symbol not in question.asked),)
    fragment = (*fragment, *plan.assignments)
    assume(holds(target, question, fragment))
    found = keeping(target, fragment, request)

    assert found.proved
    assert holds(target, question, found.lines)
    for fewer in itertools.combinations(fragment, max(0, len(found.lines) - 1)):
        assert len(fewer) >= len(found.lines) or not holds(target, question, fewer)


def _config(target: Target, lines: Any) -> str:
    return evaluate(target.model, (*target.lines, *lines), target.mode).text()


@settings(max_examples=60)
@given(cases(most=8))
def test_out_of_time_is_never_a_wrong_answer(case: Case) -> None:
    """With no time at all the answer is unknown, or a plan that holds and claims no proof."""
    target, question = case.target(), case.question
    plan = answer(target, question, timeout=1e-9)
    if plan.status == "planned":
        assert holds(target, question, plan.assignments)
    else:
        assert plan.status == "unknown"
        assert "timed out" in plan.notes[-1]
    assert told(answer(target, question)) == told(answer(target, question))


@settings(max_examples=150)
@given(pairs())
def test_a_plan_in_parts_has_as_much_in_common_as_can_be(pair: tuple[Case, Case]) -> None:
    """Each target gets a best plan of its own, and no other best plans have fewer lines in all."""
    targets = targets_of(pair)
    question = evolve(pair[0].question, requests=without_texts(pair[0]))
    assume(question.requests)
    assume(question.objective != "footprint")
    assume(all(small(target, question) for target in targets))
    plan = answer_in_parts([(target, question) for target in targets])
    best = [most_wanted(target, question) for target in targets]
    assert (plan.status == "planned") == all(best)
    assume(all(best))
    sets = [key(plan.assignments_in(number)) for number in range(2)]
    for number, target in enumerate(targets):
        assert sets[number] in [key(fragment) for fragment in best[number]]
        assert holds(target, question, plan.assignments_in(number))
    least = min(len(key(one) | key(other)) for one, other in itertools.product(best[0], best[1]))
    assert len(sets[0] | sets[1]) == least


def without_texts(case: Case) -> tuple[Demand, ...]:
    """The requests for bools and tristates."""
    symbols = load(case.kconfig).symbols
    return tuple(
        one
        for one in case.question.requests
        if all(symbols[name].is_bool_or_tristate for name in one.symbols)
    )


def most_wanted(target: Target, question: Question) -> list[Fragment]:
    """The best fragments for a target; of these, those with the preferred values."""
    found = best_by_force(target, question)
    if not found:
        return []
    best = [fragment for fragment, values in found.items() if values == min(found.values())]
    least = min(disliked(target, question, fragment) for fragment in best)
    best = [one for one in best if disliked(target, question, one) == least]
    assume(all(line.value in ("n", "m", "y") for one in best for line in one))
    return best
