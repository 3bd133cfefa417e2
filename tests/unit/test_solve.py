"""Solving: the best by levels against brute force, and cores that are minimal."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kresolve.solve import Level, Session, Solution, best

_VARIABLES = 5
_LITERALS = st.integers(1, _VARIABLES).flatmap(lambda v: st.sampled_from((v, -v)))
_CLAUSES = st.lists(st.lists(_LITERALS, min_size=1, max_size=3), max_size=12)
_LEVELS = st.lists(st.lists(_LITERALS, max_size=4, unique=True), min_size=1, max_size=3)


def solutions(clauses: list[list[int]]) -> list[Solution]:
    """All assignments that satisfy clauses."""
    found = []
    for bits in itertools.product((False, True), repeat=_VARIABLES):
        one = Solution(frozenset(v for v, bit in enumerate(bits, start=1) if bit))
        if all(any(one.holds(literal) for literal in clause) for clause in clauses):
            found.append(one)
    return found


def costs(solution: Solution, levels: list[Level]) -> tuple[int, ...]:
    """The wanted literals that are false, for each level."""
    return tuple(sum(not solution.holds(w) for w in level.wanted) for level in levels)


@settings(max_examples=300)
@given(_CLAUSES, _LEVELS)
def test_best_is_the_best(clauses: list[list[int]], wanted: list[list[int]]) -> None:
    """The solution's costs are the lowest there are, level before level; None means none."""
    levels = [Level(str(number), tuple(literals)) for number, literals in enumerate(wanted)]
    found = best(clauses, levels)
    every = solutions(clauses)
    if not every:
        assert found is None
        return
    assert found is not None
    assert found.costs == costs(found, levels) == min(costs(one, levels) for one in every)
    assert all(any(found.holds(literal) for literal in clause) for clause in clauses)


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


@given(_CLAUSES, st.lists(_LITERALS, max_size=5, unique=True))
def test_a_core_is_minimal(clauses: list[list[int]], assumed: list[int]) -> None:
    """A core cannot hold together, and without any one of its literals the rest can."""
    with Session(clauses) as session:
        core = session.core(assumed)
        assert (core is None) == (session.solve(assumed) is not None)
        if core is None:
            return
        assert set(core) <= set(assumed)
        assert session.solve(core) is None
        if session.solve([]) is not None:
            for one in core:
                assert session.solve([other for other in core if other != one]) is not None
        assert session.core(assumed) == core


def test_a_session_answers_many_questions() -> None:
    """Assumptions last for one question only."""
    with Session([[1, 2]]) as session:
        assert session.solve([-1, -2]) is None
        solution = session.solve([-1])
        assert solution is not None
        assert solution.holds(2)
        assert not solution.holds(1)
        assert session.core([-1, -2, 3]) == [-1, -2]
