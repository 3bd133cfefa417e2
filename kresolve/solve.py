"""Solving: the best assignment by ordered levels, cores, and what follows.

The only module that knows python-sat.  MaxSAT is RC2 (core-guided, stratified,
with Glucose 4, which was some twenty times faster here than CaDiCaL inside
RC2).  What it returns as optimum is proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self, TypeVar

from attrs import frozen
from pysat.examples.rc2 import RC2Stratified
from pysat.formula import WCNF
from pysat.solvers import Glucose4

_T = TypeVar("_T")


@frozen
class Level:
    """One level of an order: the literals that are wanted, each worth the same."""

    name: str
    wanted: tuple[int, ...]


@frozen(eq=False)
class Solution:
    """An assignment: which variables are true, and the cost of each level."""

    true: AbstractSet[int]
    costs: tuple[int, ...] = ()

    def holds(self, literal: int) -> bool:
        """Is a literal true here?"""
        return (abs(literal) in self.true) == (literal > 0)


def best(clauses: Sequence[list[int]], levels: Sequence[Level]) -> Solution | None:
    """The best assignment: the first level counts before the second, and so on.

    A level's cost is the number of its wanted literals that are false.  None
    if the clauses cannot be satisfied.  The result is optimal, level by level:
    each level weighs more than everything below it.
    """
    if not any(level.wanted for level in levels):
        with Session(clauses) as session:
            only = session.solve(())
        return None if only is None else Solution(only.true, (0,) * len(levels))
    formula = WCNF()
    formula.hard = list(clauses)
    formula.nv = max((abs(literal) for clause in clauses for literal in clause), default=0)
    weight = 1
    for level in reversed(levels):
        for literal in level.wanted:
            formula.append([literal], weight=weight)
        weight *= len(level.wanted) + 1
    with RC2Stratified(formula, solver="g4", adapt=True, exhaust=True, minz=True) as search:
        found = _interruptible(lambda: search.compute(expect_interrupt=True), search.interrupt)
    if found is None:
        return None
    true = {literal for literal in found if literal > 0}
    solution = Solution(true)
    costs = tuple(sum(not solution.holds(literal) for literal in level.wanted) for level in levels)
    return Solution(true, costs)


def _interruptible(work: Callable[[], _T], stop: Callable[[], None]) -> _T:
    """Do long work so that Ctrl-C ends it.

    The solvers' own way with SIGINT leaves them unfit to be deleted.  So the
    work goes on in a thread, which the waiting one stops when it is interrupted.
    """
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(work)
        try:
            return result.result()
        except BaseException:
            stop()
            raise


class Session:
    """A solver that keeps its clauses, for many questions with assumptions."""

    def __init__(self, clauses: Iterable[Sequence[int]]) -> None:
        self._solver = Glucose4(bootstrap_with=clauses)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._solver.delete()

    def solve(self, assumptions: Sequence[int]) -> Solution | None:
        """An assignment in which the assumptions hold, if there is one."""
        if not self._solve(assumptions):
            return None
        return Solution({literal for literal in self._solver.get_model() if literal > 0})

    def core(self, assumptions: Sequence[int]) -> list[int] | None:
        """Assumptions that cannot hold together, none of them superfluous.

        None if all of them can.  The order of ``assumptions`` says which are
        given up first: the last ones.
        """
        if self._solve(assumptions):
            return None
        return self._minimal(assumptions)

    def rough_core(self, assumptions: Sequence[int]) -> list[int] | None:
        """As :meth:`core`, but quick: superfluous ones may be among them."""
        return None if self._solve(assumptions) else list(self._solver.get_core() or ())

    def _solve(self, assumptions: Sequence[int]) -> bool:
        # "expect" so that the solver leaves SIGINT to Python.
        return bool(
            self._solver.solve_limited(assumptions=list(assumptions), expect_interrupt=True)
        )

    def _minimal(self, assumptions: Sequence[int]) -> list[int]:
        """Leave out what is not needed, one after the other (deletion)."""
        rank = {literal: place for place, literal in enumerate(assumptions)}
        core = sorted(self._solver.get_core() or (), key=rank.__getitem__)
        needed: list[int] = []
        while core:
            candidate = core.pop()
            if self._solve(needed + core):
                needed.append(candidate)
            else:
                kept = set(self._solver.get_core() or ())
                core = [literal for literal in core if literal in kept]
        return sorted(needed, key=rank.__getitem__)
