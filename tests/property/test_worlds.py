"""One fragment for several worlds, minimal fragments, alternatives: against brute force."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from attrs import evolve
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kresolve.lines import Line
from kresolve.minimizing import keeping, same_config
from kresolve.planner import (
    Demand,
    Question,
    View,
    World,
    answer,
    answer_all,
    answer_in_parts,
)
from kresolve.planner.objective import levels_of, measure
from kresolve.semantics import evaluate
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


def worlds_of(pair: tuple[Case, Case]) -> list[World]:
    """Two worlds of one model."""
    first = pair[0].world()
    other = read(pair[1].config, first.model)
    return [first, World(first.model, "other", tuple(other), first.finish, first.knowledge)]


@settings(max_examples=150)
@given(pairs())
def test_one_fragment_for_two_worlds_is_the_best_there_is(pair: tuple[Case, Case]) -> None:
    """It holds in both, needs each line in one of them, and no fragment is better for both."""
    worlds = worlds_of(pair)
    question = pair[0].question
    assume(question.objective != "footprint")
    assume(all(small(world, question) for world in worlds))
    plan = answer_all([(world, question) for world in worlds])
    good = {
        key(fragment): fragment
        for fragment in fragments(worlds[0], question)
        if all(holds(world, question, fragment) for world in worlds)
    }
    found = {
        fragment: costs(worlds, question.asked, fragment, question.objective)
        for said, fragment in good.items()
        if all(said - {one} not in good for one in said)
        and takes_effect_somewhere(worlds, fragment)
    }
    assert (plan.status == "planned") == bool(found), (plan.fragment, next(iter(found), None))
    if found:
        assert tuple(level.value for level in plan.objective) == min(found.values())
        assert all(holds(world, question, plan.assignments) for world in worlds)
        assert len(plan.worlds) == 2


def costs(
    worlds: list[World], asked: Mapping[str, frozenset[str]], fragment: Fragment, objective: str
) -> tuple[int, ...]:
    """The measures of a fragment, in the objective's order."""
    views = [View(world.before, world.after(fragment), asked) for world in worlds]
    values = measure(views, fragment)
    return tuple(values[name] for name in levels_of(objective, len(worlds)))


def takes_effect_somewhere(worlds: list[World], fragment: Fragment) -> bool:
    """Has each line the value that results in one of the worlds, with one y in a choice?"""
    after = [world.after(fragment) for world in worlds]
    symbols = worlds[0].model.symbols
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
    world, question = case.world(), case.question
    plan = answer(world, question, alternatives=3)
    first = [level.value for level in plan.objective]
    seen = {key(plan.assignments)}
    assert len(plan.alternatives) <= 3
    for lines in plan.alternatives:
        assert holds(world, question, lines)
        values = measure([View(world.before, world.after(lines), question.asked)], lines)
        assert [values[name] for name in levels_of(question.objective, 1)] == first
        assert key(lines) not in seen
        seen.add(key(lines))


@settings(max_examples=200)
@given(cases(most=7), st.data())
def test_a_minimal_fragment_makes_the_same_config(case: Case, data: st.DataObject) -> None:
    """What is left makes the same .config, and no smaller part of the fragment does."""
    world = case.world()
    toy = data.draw(toys(most=7))
    names = set(world.model.symbols)
    fragment = [line for line in read(toy.config, world.model) if line.symbol in names][:9]
    found = same_config(world, fragment)
    whole = _config(world, fragment)

    assert _config(world, found.lines) == whole
    assert len(found.lines) + len(found.dropped) == len(fragment)
    for size in range(len(found.lines)):
        for fewer in itertools.combinations(fragment, size):
            assert _config(world, fewer) != whole, [*map(str, fewer)]


@settings(max_examples=150)
@given(cases(most=7))
def test_the_fewest_lines_that_keep_a_request(case: Case) -> None:
    """What is left keeps the request, and no smaller part of the fragment does."""
    world, request = case.world(), case.question.requests
    question = evolve(case.question, pins=(), forbidden=())
    plan = answer(world, question)
    assume(plan.status == "planned")
    rest = [Line(name, "y") for name in world.model.options][:3]
    fragment = in_order(world.model, tuple({line.symbol: line for line in rest}.values()))
    fragment = (*(line for line in fragment if line.symbol not in question.asked),)
    fragment = (*fragment, *plan.assignments)
    assume(holds(world, question, fragment))
    found = keeping(world, fragment, request)

    assert found.proved
    assert holds(world, question, found.lines)
    for fewer in itertools.combinations(fragment, max(0, len(found.lines) - 1)):
        assert len(fewer) >= len(found.lines) or not holds(world, question, fewer)


def _config(world: World, lines: Any) -> str:
    return evaluate(world.model, (*world.lines, *lines), world.finish).text()


@settings(max_examples=60)
@given(cases(most=8))
def test_out_of_time_is_never_a_wrong_answer(case: Case) -> None:
    """With no time at all the answer is unknown, or a plan that holds and claims no proof."""
    world, question = case.world(), case.question
    plan = answer(world, question, timeout=1e-9)
    if plan.status == "planned":
        assert holds(world, question, plan.assignments)
    else:
        assert plan.status == "unknown"
        assert "gave up" in plan.notes[-1]
    assert told(answer(world, question)) == told(answer(world, question))


@settings(max_examples=150)
@given(pairs())
def test_a_plan_in_parts_has_as_much_in_common_as_can_be(pair: tuple[Case, Case]) -> None:
    """Each world gets a best plan of its own, and no other best plans have fewer lines in all."""
    worlds = worlds_of(pair)
    question = evolve(pair[0].question, requests=without_texts(pair[0]))
    assume(question.requests)
    assume(question.objective != "footprint")
    assume(all(small(world, question) for world in worlds))
    plan = answer_in_parts([(world, question) for world in worlds])
    best = [most_wanted(world, question) for world in worlds]
    assert (plan.status == "planned") == all(best)
    assume(all(best))
    sets = [key(plan.assignments_in(number)) for number in range(2)]
    for number, world in enumerate(worlds):
        assert sets[number] in [key(fragment) for fragment in best[number]]
        assert holds(world, question, plan.assignments_in(number))
    least = min(len(key(one) | key(other)) for one, other in itertools.product(best[0], best[1]))
    assert len(sets[0] | sets[1]) == least


def without_texts(case: Case) -> tuple[Demand, ...]:
    """The requests for bools and tristates."""
    symbols = load(case.kconfig).symbols
    return tuple(
        one
        for one in case.question.requests
        if all(symbols[name].is_logical for name in one.symbols)
    )


def most_wanted(world: World, question: Question) -> list[Fragment]:
    """The best fragments for a world; of these, those with the preferred values."""
    found = best_by_force(world, question)
    if not found:
        return []
    best = [fragment for fragment, values in found.items() if values == min(found.values())]
    least = min(disliked(world, question, fragment) for fragment in best)
    best = [one for one in best if disliked(world, question, one) == least]
    assume(all(line.value in ("n", "m", "y") for one in best for line in one))
    return best
