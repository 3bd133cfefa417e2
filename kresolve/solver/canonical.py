"""Choose one of equally good plans: the one whose lines come first in menu order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from kresolve.solver import LexMaxSat, OutOfTime, Solution

#: So many better ones are looked for; then the last one stays (always the same).
_STEPS: Final = 100


def canonical_solution(optimum: LexMaxSat, order: Sequence[int]) -> Solution:
    """Among the best assignments, the one whose true literals stand first in an order.

    Of two assignments, the better one has a true literal at the first place
    at which they differ.  One is named by nothing but the problem then, not by
    the way the solver took.
    """
    best = optimum.solution
    assert best is not None
    try:
        for _ in range(_STEPS):
            switch = optimum.solver.new_variable()
            for clause in _better(best, order, switch, optimum.solver.new_variable):
                optimum.solver.add(clause)
            found = optimum.solver.solve([switch])
            optimum.solver.add([-switch])
            if found is None:
                break
            best = found
    except OutOfTime:
        pass
    return best


def _better(
    best: Solution, order: Sequence[int], switch: int, new_variable: Callable[[], int]
) -> Iterator[list[int]]:
    """Clauses for "better than this one", as far as the switch is on.

    It is better if some literal between two of its true ones is true, with all
    true ones before still there.
    """
    cases = [-switch]
    prefix = 0
    between: list[int] = []
    for literal in [*order, 0]:
        if literal and not best.holds(literal):
            between.append(literal)
            continue
        if between:
            case = new_variable()
            cases.append(case)
            yield [-case, *between]
            if prefix:
                yield [-case, prefix]
            between = []
        if literal:
            here = new_variable()
            yield [-here, literal]
            if prefix:
                yield [-here, prefix]
            prefix = here
    yield cases
