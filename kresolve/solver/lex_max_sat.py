"""The best assignment by ordered levels: core-guided MaxSAT, level after level.

Each level is optimised by OLL (Andres, Kaufmann, Matheis and Schaub 2012;
Morgado, Dodaro and Marques-Silva 2014): assume all that is wanted; a core
proves that one of its members has to give way, and a counter takes their
place.  In the end the cost is the number of proofs, so it is the least.  What
then still is assumed holds exactly in the optimal assignments, and becomes
hard before the next level begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Final, Self

from attrs import evolve, frozen

from kresolve.solver.deadline import NEVER, Deadline, OutOfTime
from kresolve.solver.incremental import NO_GATES, Assignment, Counter, IncrementalSolver, Solution

#: How often a core is asked for again, and up to which size each member is tried.
_TRIES: Final = 3
_LARGEST: Final = 40
#: Conflicts for one such try.
_BUDGET: Final = 200


@frozen
class Level:
    """One level of an order: the literals that are wanted.

    A literal counts as often as it is named.
    """

    name: str
    soft: tuple[int, ...]

    def cost(self, solution: Assignment) -> int:
        """How many of the wanted literals are false."""
        return sum(not solution.holds(literal) for literal in self.soft)


class LexMaxSat:
    """The best assignment of clauses, facts and gates, with the solver that found it.

    The first level counts before the second, and so on.  ``solution`` is None
    if the clauses cannot be satisfied; ``proved`` says, level by level,
    whether its cost is known to be the least (given those before it).  Raises
    OutOfTime only if not even one assignment was found in time.
    """

    def __init__(
        self,
        clauses: Sequence[Sequence[int]],
        levels: Sequence[Level],
        deadline: Deadline = NEVER,
        *,
        facts: Iterable[int] = (),
        gates: Mapping[int, Sequence[int]] = NO_GATES,
    ) -> None:
        self.levels = levels
        self.solver = IncrementalSolver(clauses, deadline, facts=facts, gates=gates)
        self.solution: Solution | None = None
        self.proved = [False] * len(levels)
        try:
            self._search()
        except BaseException:
            self.solver.__exit__(None, None, None)
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.solver.__exit__(kind, value, trace)

    def _search(self) -> None:
        solver = self.solver
        solver.prefer([literal for level in self.levels for literal in level.soft])
        self.solution = solver.solve()
        if self.solution is None:
            return
        try:
            for number, level in enumerate(self.levels):
                self._optimise(level)
                self.proved[number] = True
        except OutOfTime:
            pass
        self.solution = self.with_costs(self.solution)

    def another(self) -> Solution | None:
        """An assignment as good as the first, under the clauses added since."""
        return self.solver.solve()

    def with_costs(self, solution: Solution) -> Solution:
        """An assignment with what it costs."""
        return evolve(solution, costs=tuple(level.cost(solution) for level in self.levels))

    def _optimise(self, level: Level) -> None:
        """Find the least cost of a level, and make it hard.

        A solution that costs no more than what was given up is the best, so
        nothing has to be solved where the last level's is perfect for this one.
        """
        assert self.solution is not None
        solver, search = self.solver, _Search(self.solver, level, self.solution)
        least = level.cost(self.solution)
        while search.given_up < least:
            if not solver.solve_internal([*search.wanted]):
                search.relax(solver.internal_core())
                continue
            found = solver.model()
            cost = level.cost(found)
            if cost <= least:
                least, self.solution = cost, found
            if not search.count():
                break
        search.count()
        solver.add_internal([literal] for literal in search.wanted)


class _Search:
    """The state of one level, in internal literals: what is still wanted, what was given up."""

    def __init__(self, solver: IncrementalSolver, level: Level, solution: Assignment) -> None:
        self.solver = solver
        #: How much is proved to be lost: a bound below every solution's cost.
        self.given_up = 0
        # What the solution lacks comes first: each core has some of it, and a
        # solver that is told so at once finds small ones soon.
        doubtful = [literal for literal in level.soft if not solution.holds(literal)]
        self.wanted: dict[int, int] = dict.fromkeys(solver.internal(doubtful), 0)
        for literal in solver.internal(level.soft):
            self.wanted[literal] = self.wanted.get(literal, 0) + 1
        #: Which counter a literal belongs to, and the number that it stands for.
        self.counted: dict[int, tuple[Counter, int]] = {}
        #: Cores whose counters are still to be made: first all that are disjoint.
        self.cores: list[tuple[list[int], int]] = []
        for literal in dict.fromkeys(solver.internal(doubtful)):
            if solver.fails_propagation(literal):
                solver.add_internal([[-literal]])
                self.given_up += self.wanted.pop(literal)

    def relax(self, core: Sequence[int]) -> None:
        """A proof that not all of a core can hold: one of it is given up."""
        small = self._small(core)
        weight = min(self.wanted[literal] for literal in small)
        self.given_up += weight
        for literal in small:
            self.wanted[literal] -= weight
            if not self.wanted[literal]:
                del self.wanted[literal]
            self._next_number(literal, weight)
        if len(small) == 1:
            self.solver.add_internal([[-small[0]]])
        else:
            self.cores.append((small, weight))

    def count(self) -> bool:
        """Make the counters that are due; were there any?"""
        due, self.cores = self.cores, []
        for core, weight in due:
            counter = self.solver.counter([-literal for literal in core])
            self._want(counter, 1, weight)
        return bool(due)

    def _next_number(self, literal: int, weight: int) -> None:
        """Of a counter that said "no more than k", want "no more than k + 1" instead."""
        if literal in self.counted:
            counter, number = self.counted[literal]
            self._want(counter, number + 1, weight)

    def _want(self, counter: Counter, number: int, weight: int) -> None:
        if number < counter.size:
            literal = -counter.more_than(number)
            self.counted[literal] = (counter, number)
            self.wanted[literal] = self.wanted.get(literal, 0) + weight

    def _small(self, core: Sequence[int]) -> list[int]:
        """A core made smaller, as far as that is quick."""
        small = self.solver.trimmed(core, _TRIES)
        if len(small) > _LARGEST:
            return small
        for literal in list(small):
            rest = [other for other in small if other != literal]
            if rest and self.solver.is_core(rest, _BUDGET):
                small = rest
        return small
