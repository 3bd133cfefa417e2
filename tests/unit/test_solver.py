"""Solving: the best by levels against brute force, and cores that are minimal."""

from __future__ import annotations

import itertools

import pytest
from attrs import frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kresolve.solver import (
    Assignment,
    Deadline,
    IncrementalSolver,
    Level,
    LexMaxSat,
    OutOfTime,
    Solution,
)
from kresolve.solver.canonical import canonical_solution

_VARIABLES = 5
_LITERALS = st.integers(1, _VARIABLES).flatmap(lambda v: st.sampled_from((v, -v)))
_CLAUSES = st.lists(st.lists(_LITERALS, min_size=1, max_size=3), max_size=12)
_LEVELS = st.lists(st.lists(_LITERALS, max_size=5), min_size=1, max_size=3)


@frozen
class Bits:
    """An assignment of the few variables there are here."""

    true: frozenset[int]

    def holds(self, literal: int) -> bool:
        """Is a literal true?"""
        return (abs(literal) in self.true) == (literal > 0)


def assignments(clauses: list[list[int]]) -> list[Bits]:
    """All assignments that satisfy clauses."""
    found = []
    for bits in itertools.product((False, True), repeat=_VARIABLES):
        one = Bits(frozenset(v for v, bit in enumerate(bits, start=1) if bit))
        if all(any(one.holds(literal) for literal in clause) for clause in clauses):
            found.append(one)
    return found


def costs(assignment: Assignment, levels: list[Level]) -> tuple[int, ...]:
    """The wanted literals that are false, for each level."""
    return tuple(sum(not assignment.holds(w) for w in level.soft) for level in levels)


def best(clauses: list[list[int]], levels: list[Level]) -> Solution | None:
    """The optimum, which has to be proved."""
    with LexMaxSat(clauses, levels) as optimum:
        assert optimum.solution is None or all(optimum.proved)
        return optimum.solution


@settings(max_examples=500)
@given(_CLAUSES, _LEVELS)
def test_the_optimum_is_the_best(clauses: list[list[int]], wanted: list[list[int]]) -> None:
    """The solution's costs are the lowest there are, level before level; None means none."""
    levels = [Level(str(number), tuple(literals)) for number, literals in enumerate(wanted)]
    found = best(clauses, levels)
    every = assignments(clauses)
    if found is None:
        assert not every
    else:
        assert found.costs == costs(found, levels) == min(costs(one, levels) for one in every)
        assert all(any(found.holds(literal) for literal in clause) for clause in clauses)


@settings(max_examples=200)
@given(_CLAUSES, _LEVELS)
def test_all_that_are_as_good_are_found(clauses: list[list[int]], wanted: list[list[int]]) -> None:
    """Each one found excluded, an optimum's session gives all best assignments and no more."""
    levels = [Level(str(number), tuple(literals)) for number, literals in enumerate(wanted)]
    every = assignments(clauses)
    assume(every)
    least = min(costs(one, levels) for one in every)
    expected = {one.true for one in every if costs(one, levels) == least}
    found: set[frozenset[int]] = set()
    with LexMaxSat(clauses, levels) as optimum:
        solution = optimum.solution
        while solution is not None:
            true = frozenset(v for v in range(1, _VARIABLES + 1) if solution.holds(v))
            assert true not in found
            found.add(true)
            optimum.solver.add([-v if v in true else v for v in range(1, _VARIABLES + 1)])
            solution = optimum.another()
    assert found == expected


@settings(max_examples=200)
@given(_CLAUSES, _LEVELS)
def test_of_equals_the_first_in_order_is_taken(
    clauses: list[list[int]], wanted: list[list[int]]
) -> None:
    """Among the best, the one with true literals at the first places at which they differ."""
    levels = [Level(str(number), tuple(literals)) for number, literals in enumerate(wanted)]
    every = assignments(clauses)
    assume(every)
    order = list(range(1, _VARIABLES + 1))
    least = min(costs(one, levels) for one in every)
    expected = max([one.holds(v) for v in order] for one in every if costs(one, levels) == least)
    with LexMaxSat(clauses, levels) as optimum:
        found = canonical_solution(optimum, order)
        assert [found.holds(v) for v in order] == expected


@pytest.mark.parametrize("levels", [[], [Level("nothing", ())]])
def test_nothing_wanted_is_nothing_special(levels: list[Level]) -> None:
    """Without anything wanted, any solution is the best, and none is still None."""
    found = best([[1], [-2]], levels)
    assert found is not None
    assert found.holds(1)
    assert found.holds(-2)
    assert found.costs == tuple(0 for _ in levels)
    assert best([[1], [-1]], levels) is None


def test_a_level_counts_before_all_below_it() -> None:
    """One literal of the first level is worth more than any number of the second."""
    clauses = [[-1, -literal] for literal in range(2, 42)]
    found = best(clauses, [Level("first", (1,)), Level("second", tuple(range(2, 42)))])
    assert found is not None
    assert found.costs == (0, 40)


def test_out_of_time_is_said() -> None:
    """Once the deadline has come, a question ends; what was found before is not lost."""
    past = Deadline(0.0)
    with pytest.raises(OutOfTime), IncrementalSolver([[1, 2]], past) as solver:
        solver.solve()
    with pytest.raises(OutOfTime):
        LexMaxSat([[1, 2]], [Level("one", (-1, -2))], past)

    class Twice:
        """A deadline that comes after the first look at the clock."""

        looks = 0

        def check(self) -> None:
            """Raise OutOfTime from the second look on."""
            self.looks += 1
            if self.looks > 1:
                raise OutOfTime

    with LexMaxSat([[1, 2]], [Level("one", (-1, -2))], Twice()) as optimum:  # type: ignore[arg-type]
        assert optimum.proved == [False]
        assert optimum.solution is not None
        assert optimum.solution.holds(1) or optimum.solution.holds(2)


@given(_CLAUSES, st.lists(_LITERALS, max_size=5, unique=True))
def test_a_core_is_what_is_left_when_the_last_are_given_up_first(
    clauses: list[list[int]], assumed: list[int]
) -> None:
    """A core cannot hold together, nor is any of it superfluous; no solver decides which it is."""
    every = assignments(clauses)

    def can_hold(literals: list[int]) -> bool:
        return any(all(one.holds(literal) for literal in literals) for one in every)

    expected = None
    if not can_hold(assumed):
        expected = list(assumed)
        for literal in reversed(assumed):
            fewer = [other for other in expected if other != literal]
            if not can_hold(fewer):
                expected = fewer
    with IncrementalSolver(clauses) as solver:
        assert solver.minimal_core(assumed) == expected


@given(_CLAUSES, st.lists(_LITERALS, max_size=2), st.lists(_LITERALS, max_size=6))
def test_wishes_come_true_in_order(
    clauses: list[list[int]], assumed: list[int], wishes: list[int]
) -> None:
    """The first wishes that can be true are, whatever it means for those after them."""
    every = [one for one in assignments(clauses) if all(one.holds(literal) for literal in assumed)]
    with IncrementalSolver(clauses) as solver:
        found = solver.greedy(assumed, wishes)
        assert (found is None) == (not every)
        if found is not None:
            came_true = [found.holds(wish) for wish in wishes]
            assert came_true == max([one.holds(wish) for wish in wishes] for one in every)


def test_a_session_answers_many_questions() -> None:
    """Assumptions last for one question only."""
    with IncrementalSolver([[1, 2]]) as solver:
        assert solver.solve([-1, -2]) is None
        solution = solver.solve([-1])
        assert solution is not None
        assert solution.holds(2)
        assert not solution.holds(1)
        assert solver.minimal_core([-1, -2, 3]) == [-1, -2]


@frozen
class Gated:
    """Facts about inputs, gates over inputs and gates before them, clauses and wishes over all."""

    facts: list[int]
    gates: dict[int, list[int]]
    clauses: list[list[int]]
    wanted: list[list[int]]

    @property
    def plain(self) -> list[list[int]]:
        """All of it as clauses."""
        found = [*self.clauses, *([fact] for fact in self.facts)]
        for gate, operands in self.gates.items():
            found += [[-gate, one] for one in operands]
            found.append([gate, *(-one for one in operands)])
        return found


@st.composite
def gated(draw: st.DrawFn) -> Gated:
    """Two free inputs, two that may be settled by facts, four gates."""

    def literals(top: int, least: int, most: int) -> st.SearchStrategy[list[int]]:
        signed = st.integers(1, top).flatmap(lambda v: st.sampled_from((v, -v)))
        return st.lists(signed, min_size=least, max_size=most)

    facts = [
        draw(st.sampled_from((v, -v)))
        for v in draw(st.lists(st.sampled_from((3, 4)), max_size=2, unique=True))
    ]
    gates = {gate: draw(literals(gate - 1, 1, 4)) for gate in (5, 6, 7, 8)}
    clauses = draw(st.lists(literals(8, 1, 3), max_size=4))
    wanted = draw(st.lists(literals(8, 0, 6), min_size=1, max_size=2))
    return Gated(facts, gates, clauses, wanted)


@settings(max_examples=500)
@given(gated(), st.data())
def test_gates_under_facts_are_what_their_clauses_say(one: Gated, data: st.DataObject) -> None:
    """What facts make of gates changes no optimum, no value and no core."""
    levels = [Level(str(number), tuple(literals)) for number, literals in enumerate(one.wanted)]
    expected = best(one.plain, levels)
    with LexMaxSat(one.clauses, levels, facts=one.facts, gates=one.gates) as optimum:
        found = optimum.solution
        assert (found is None) == (expected is None)
        if found is not None and expected is not None:
            assert costs(found, levels) == costs(expected, levels)
            for gate, operands in one.gates.items():
                assert found.holds(gate) == all(found.holds(operand) for operand in operands)

    signs = data.draw(st.lists(st.booleans(), min_size=8, max_size=8))
    assumed = [v if sign else -v for v, sign in enumerate(signs, start=1)]
    with IncrementalSolver(one.clauses, facts=one.facts, gates=one.gates) as solver:
        core = solver.minimal_core(assumed)
    with IncrementalSolver(one.plain) as plain:
        assert (core is None) == (plain.solve(assumed) is not None)
        if core is not None:
            assert set(core) <= set(assumed)
            assert plain.solve(core) is None
