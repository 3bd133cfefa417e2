"""A solver that keeps its clauses, for many questions with assumptions.

Literals are those of the clauses; inside they are numbered anew, densely,
because a solver decides every variable up to the largest.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType, TracebackType
from typing import Any, Final, Protocol, Self

from attrs import field, frozen
from pysat.card import ITotalizer
from pysat.solvers import Glucose4

from kresolve.solver.deadline import NEVER, Deadline

#: Conflicts between two looks at the clock, and at whether somebody pressed Ctrl-C.
_CONFLICTS: Final = 2000


#: A solver's gates where there are none.
NO_GATES: Final[Mapping[int, Sequence[int]]] = MappingProxyType({})


class Assignment(Protocol):
    """Anything that says which literals hold."""

    def holds(self, literal: int) -> bool:
        """Is a literal true here?"""


@frozen(eq=False)
class Solution:
    """An assignment.

    ``costs`` are those of an optimum's levels, where it is one.
    """

    _model: Sequence[int] = field(repr=False)
    _inner: dict[int, int] = field(repr=False)
    costs: tuple[int, ...] = ()

    def holds(self, literal: int) -> bool:
        """Is a literal true here?  A variable that no clause mentions is false."""
        inner = self._inner.get(abs(literal), 0)
        variable = abs(inner)
        value = 0 < variable <= len(self._model) and self._model[variable - 1] > 0
        return value == ((inner < 0) != (literal > 0))


class IncrementalSolver:
    """A solver with clauses; a context manager.

    ``facts`` are literals that hold, ``gates`` variables that are conjunctions
    of literals, each after those that it depends on.  A gate that the facts make
    constant, or equal to another literal, is replaced by that.  Every question
    may raise OutOfTime once the deadline has come.
    """

    def __init__(
        self,
        clauses: Iterable[Sequence[int]],
        deadline: Deadline = NEVER,
        *,
        facts: Iterable[int] = (),
        gates: Mapping[int, Sequence[int]] = NO_GATES,
    ) -> None:
        self.deadline = deadline
        self._top = 0
        self._own = 1 << 50
        #: For each variable outside its literal inside.
        self._inner: dict[int, int] = {}
        self._counters: list[Counter] = []
        self._solver = Glucose4()
        self._define(facts, gates)
        for clause in clauses:
            self._solver.add_clause(self.internal(clause))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for counter in self._counters:
            counter.delete()
        self._solver.delete()

    def add(self, clause: Sequence[int]) -> None:
        """Add a clause for good."""
        self._solver.add_clause(self.internal(clause))

    def new_variable(self) -> int:
        """A literal that no clause has yet; nobody else has numbers so large."""
        self._own += 1
        return self._own

    def solve(self, assumptions: Sequence[int] = ()) -> Solution | None:
        """An assignment in which the assumptions hold, if there is one."""
        return self.model() if self.solve_internal(self.internal(assumptions)) else None

    def prefer(self, literals: Sequence[int]) -> None:
        """Try these literals first where nothing decides."""
        self._solver.set_phases(self.internal(literals))

    def greedy(self, assumptions: Sequence[int], wishes: Sequence[int]) -> Solution | None:
        """An assignment in which each wish is true that can be, the first ones before the others.

        What is true of it among the wishes depends on the clauses alone, not on
        the solver.  None if the assumptions cannot hold.
        """
        best = self.solve(assumptions)
        if best is None:
            return None
        settled = list(assumptions)
        for wish in wishes:
            if not best.holds(wish):
                better = self.solve([*settled, wish])
                if better is None:
                    settled.append(-wish)
                    continue
                best = better
            settled.append(wish)
        return best

    def minimal_core(self, assumptions: Sequence[int]) -> list[int] | None:
        """Assumptions that cannot hold together, none of them superfluous.

        None if all of them can.  The last ones are given up first, so which
        ones are left depends on the clauses and this order alone, not on the
        solver: its cores only say how many can be passed over at once.
        """
        found = self.core(assumptions)
        if found is None:
            return None
        rest, needed, among = list(assumptions), list[int](), set(found)
        while rest:
            candidate = rest.pop()
            if candidate in among:
                smaller = self.core([*needed, *rest])
                if smaller is None:
                    needed.append(candidate)
                else:
                    among = set(smaller)
        return needed[::-1]

    def core(self, assumptions: Sequence[int]) -> list[int] | None:
        """As :meth:`core`, but quick: superfluous ones may be among them."""
        inner = self.internal(assumptions)
        if self.solve_internal(inner):
            return None
        outer = dict(zip(inner, assumptions, strict=True))
        return [outer[literal] for literal in self.internal_core()]

    # Inner literals: for those who ask much

    def internal(self, literals: Iterable[int]) -> list[int]:
        """The inner literals of literals."""
        known = self._inner
        found = []
        for literal in literals:
            inner = known.get(literal if literal > 0 else -literal)
            if inner is None:
                inner = self._new(abs(literal))
            found.append(inner if literal > 0 else -inner)
        return found

    def solve_internal(self, assumptions: Sequence[int]) -> bool:
        """Can these hold?  :meth:`model` or :meth:`internal_core` says how, or why not."""
        # In steps: between two of them Python can deliver Ctrl-C.  "expect" so
        # that the solver, which would not survive it, leaves SIGINT to Python.
        while True:
            self.deadline.check()
            self._solver.conf_budget(_CONFLICTS)
            found = self._solver.solve_limited(assumptions=assumptions, expect_interrupt=True)
            if found is not None:
                return bool(found)

    def model(self) -> Solution:
        """The assignment that was found last."""
        return Solution(self._solver.get_model(), self._inner)

    def internal_core(self) -> list[int]:
        """Which of the last assumptions cannot hold together."""
        return list(self._solver.get_core() or ())

    def fails_propagation(self, literal: int) -> bool:
        """Does an inner literal lead to a contradiction at once, by unit propagation?"""
        possible, _ = self._solver.propagate(assumptions=(literal,))
        return not possible

    def trimmed(self, core: Sequence[int], tries: int) -> list[int]:
        """A core of inner literals made smaller by asking again, as long as that helps."""
        best = list(core)
        for _ in range(tries):
            if len(best) < 2 or self.solve_internal(best):
                break
            again = self.internal_core()
            if len(again) >= len(best):
                break
            best = again
        return best

    def is_core(self, literals: Sequence[int], conflicts: int) -> bool:
        """Can these inner literals not hold together, as far as so many conflicts tell?"""
        self._solver.conf_budget(conflicts)
        found = self._solver.solve_limited(assumptions=literals, expect_interrupt=True)
        return found is False

    def counter(self, literals: Sequence[int]) -> Counter:
        """Counts how many of these inner literals are true."""
        counter = Counter(self, list(literals))
        self._counters.append(counter)
        return counter

    @property
    def top(self) -> int:
        """The largest inner variable."""
        return self._top

    def adopt_clauses(self, last: int, clauses: Iterable[Sequence[int]]) -> None:
        """Take inner variables up to ``last``, and clauses over them, as the solver's own."""
        self._top = max(self._top, last)
        self.add_internal(clauses)

    def add_internal(self, clauses: Iterable[Sequence[int]]) -> None:
        """Add clauses over inner variables for good."""
        for clause in clauses:
            self._solver.add_clause(clause)

    def _define(self, facts: Iterable[int], gates: Mapping[int, Sequence[int]]) -> None:
        """Facts, and Tseitin's clauses for conjunctions, both directions."""
        add, known = self._solver.add_clause, self._inner
        self._top = true = 1
        add([true])
        for literal in facts:
            known[abs(literal)] = true if literal > 0 else -true
        for gate, operands in gates.items():
            literals = self.internal(operands)
            if true in literals or -true in literals or len({*map(abs, literals)}) < len(literals):
                literals = _simplified(literals, true)
                if len(literals) < 2:
                    known[gate] = literals[0] if literals else true
                    continue
            this = self._new(gate)
            for literal in literals:
                add((-this, literal))
            add([this, *[-literal for literal in literals]])

    def _new(self, outer: int) -> int:
        self._top += 1
        self._inner[outer] = self._top
        return self._top


def _simplified(literals: Iterable[int], true: int) -> list[int]:
    """A conjunction without what is true anyway, each literal once; [-true] if it is false."""
    found = dict.fromkeys(literals)
    found.pop(true, None)
    if -true in found or any(-literal in found for literal in found):
        return [-true]
    return [*found]


class Counter:
    """Counts the true literals of a set, as far as needed (a totalizer)."""

    def __init__(self, solver: IncrementalSolver, literals: list[int]) -> None:
        self.size = len(literals)
        self._session = solver
        self._known = 0
        self._totalizer: Any = None
        self._literals = literals

    def more_than(self, number: int) -> int:
        """An inner literal that is true when more than so many of the set are."""
        if self._totalizer is None:
            self._grow(number, new=True)
        while self._known <= number:
            self._grow(number, new=False)
        return int(self._totalizer.rhs[number])

    def _grow(self, bound: int, *, new: bool) -> None:
        solver = self._session
        before = solver.top
        if new:
            self._totalizer = ITotalizer(lits=self._literals, ubound=bound, top_id=before)
            clauses = self._totalizer.cnf.clauses
        else:
            self._totalizer.increase(ubound=bound, top_id=before)
            count = self._totalizer.nof_new
            clauses = self._totalizer.cnf.clauses[-count:] if count else []
        solver.adopt_clauses(self._totalizer.top_id, clauses)
        self._known = bound + 1

    def delete(self) -> None:
        """Give its memory back."""
        if self._totalizer is not None:
            self._totalizer.delete()
