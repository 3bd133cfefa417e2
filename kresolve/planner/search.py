"""Search for a plan: propose by clauses, confirm by evaluation, prove.

The clauses are a relaxation (:mod:`kresolve.planner.relaxation`): the cost of their best
solution is a lower bound for every plan.  If the evaluator measures just that for its lines,
they are the best plan of the whole configuration.  If not, the solution leaned on a value
that the lines do not bring about, or on one that nobody looked at; the rules of these are
taken in, and the search goes on.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import Line
from kresolve.encoding import clauses_of
from kresolve.errors import DisagreementError
from kresolve.evaluator import Configuration
from kresolve.kconfig.dependencies import Node
from kresolve.planner.objective import ORDERS, View, levels_of, measure
from kresolve.planner.problem import EncodedTarget, Formula, Question
from kresolve.planner.relaxation import Relaxation
from kresolve.planner.target import Target
from kresolve.progress import SILENT, Progress, Task
from kresolve.solver import (
    NEVER,
    Assignment,
    Deadline,
    IncrementalSolver,
    Level,
    LexMaxSat,
    OutOfTime,
)
from kresolve.solver.canonical import canonical_solution

_Place = TypeVar("_Place", bound=Hashable)


@frozen(eq=False)
class SearchResult:
    """A plan's lines, with the problem in which they were found.

    ``after`` holds the resulting configuration in each target, and ``without``, for each
    line's symbol, those that result if just that line is left out.  ``measured`` are the
    objective's numbers, most important first, and ``proved`` says which of
    them are known to be the least.
    """

    problem: Relaxation
    lines: tuple[Line, ...]
    after: tuple[Configuration, ...]
    measured: Mapping[str, int]
    proved: tuple[bool, ...] = ()
    without: Mapping[str, tuple[Configuration, ...]] = field(factory=dict)
    #: Other plans that are as good, as far as they were asked for.
    others: tuple[tuple[Line, ...], ...] = ()

    @property
    def encoded_target(self) -> EncodedTarget:
        """The first target."""
        return self.problem.encoded_targets[0]

    @property
    def holds(self) -> bool:
        """Do all demands hold?"""
        return _all_hold(self.problem, self.after, self.lines)

    @property
    def superfluous(self) -> tuple[Line, ...]:
        """The lines without which all demands hold just as well."""
        return tuple(
            line
            for line in self.lines
            if _all_hold(self.problem, self.without[line.symbol], _but(self.lines, line))
            and not (self.problem.objective == "footprint" and line.value == "n")
        )


def search(
    questions: Sequence[tuple[Target, Question]],
    *,
    alternatives: int = 0,
    deadline: Deadline = NEVER,
    progress: Progress = SILENT,
) -> SearchResult | None:
    """The best plan for questions in targets, None if there is none.

    ``alternatives``: so many others that are as good are looked for.  Raises
    DisagreementError when evaluation and clauses disagree, OutOfTime when
    the deadline comes before any plan was found; a plan that was found but not
    finished says what is not proved.
    """
    problem = Relaxation(questions)
    with progress.task("planning") as task:
        joint = JointSearch([problem], deadline, task)
        best = last = joint.run()
        others: list[tuple[Line, ...]] = []
        while last and all(last[0].proved) and last[0].lines and len(others) < alternatives:
            joint.excluded.append([-problem.line_literal(line) for line in last[0].lines])
            try:
                last = joint.run()
            except OutOfTime:
                break
            if last and best and last[0].measured == best[0].measured:
                others.append(last[0].lines)
            else:
                break
    return evolve(best[0], others=tuple(others)) if best else None


class JointSearch:
    """The search for the best plans of several problems together.

    Each problem has lines of its own; a level's cost is the sum over all of them.
    """

    def __init__(self, problems: Sequence[Relaxation], deadline: Deadline, task: Task) -> None:
        self.problems = problems
        self.deadline = deadline
        self.task = task
        #: Clauses that a solution has to satisfy besides.
        self.excluded: list[list[int]] = []
        self._latest: tuple[SearchResult, ...] = ()

    def more_levels(self) -> list[Level]:
        """What is wanted when the objective is settled."""
        return []

    def run(self) -> tuple[SearchResult, ...] | None:
        """The best plans; None if some problem has none.  Raises OutOfTime before any."""
        self._latest = ()
        return self._rounds() if all(map(self._reach, self.problems)) else None

    def _rounds(self) -> tuple[SearchResult, ...] | None:
        rounds = 0
        try:
            while not self._round():
                rounds += 1
                self.task.update(rounds)
        except OutOfTime:
            if not self._latest:
                raise
            return tuple(map(without_superfluous, self._latest))
        return self._latest or None

    def _reach(self, problem: Relaxation) -> bool:
        """Take in what stands between the base and a problem's demands; can they hold at all?

        As long as they cannot while all that is open is as in the base, the proof
        names what must not be left open.
        """
        before = [one.target.before for one in problem.encoded_targets]
        known: set[tuple[int, ...]] = set()
        with IncrementalSolver([], self.deadline) as solver:
            while True:
                formula = problem.formula()
                _add_new(solver, formula, known)
                refuted = _refuted(solver, formula.facts, problem.open_as_in(before))
                if not refuted:
                    return refuted is not None
                for number, node in refuted:
                    problem.expand(number, [node])

    def _round(self) -> bool:
        """Find the least cost; has a plan no more?  If not, more is encoded now."""
        problems = self.problems
        own = [problem.levels() for problem in problems]
        formulas = [problem.formula() for problem in problems]
        more = self.more_levels()
        gates = {gate: of for formula in formulas for gate, of in formula.gates.items()}
        for level in more:
            gates |= problems[0].circuit.definitions_of(level.soft)
        clauses = [c for formula in formulas for c in (*formula.clauses, *formula.constraints)]
        with LexMaxSat(
            [*clauses, *self.excluded],
            [*map(_together, zip(*own, strict=True)), *more],
            self.deadline,
            facts=[literal for formula in formulas for literal in formula.facts],
            gates=dict(sorted(gates.items())),
        ) as optimum:
            if optimum.solution is None:
                self._latest = ()
                return True
            if not all(optimum.proved):
                self._results(optimum.solution, proved=False)
                raise OutOfTime
            known = {tuple(clause) for clause in chain(clauses, clauses_of(gates))}
            while True:
                order = [literal for problem in problems for literal in problem.menu_order]
                solution = canonical_solution(optimum, order)
                if self._is_best(self._results(solution), own, solution, optimum.solver):
                    return True
                for problem, levels in zip(problems, own, strict=True):
                    # What is new is not counted: a plan that costs no more has none of it.
                    not_counted = [*_not_counted(problem, levels)]
                    formula = problem.formula()
                    for literal in (*not_counted, *formula.facts):
                        optimum.solver.add([literal])
                    _add_new(optimum.solver, formula, known)
                optimum.solution = optimum.another()
                if optimum.solution is None:
                    return False

    def _results(self, solution: Assignment, *, proved: bool = True) -> list[SearchResult]:
        """The plans of a solution, measured."""
        results = [
            measured_plan(problem, problem.plan_lines(solution), proved=proved)
            for problem in self.problems
        ]
        if all(result.holds for result in results):
            self._latest = tuple(results)
        return results

    def _is_best(
        self,
        results: Sequence[SearchResult],
        levels: Sequence[Sequence[Level]],
        solution: Assignment,
        solver: IncrementalSolver,
    ) -> bool:
        """Are these plans as good as the clauses count?  If not, more is encoded now."""
        if not all(map(_is_as_good, results, levels, [solution] * len(results))):
            self._take_in_unfounded(results, solver)
            return False
        self._latest = tuple(map(_each_left_out, results))
        superfluous = [(one, line) for one in self._latest for line in one.superfluous]
        for result, line in superfluous:
            _take_in_superfluous(result, line, solver)
        return not superfluous

    def _take_in_unfounded(
        self, results: Sequence[SearchResult], solver: IncrementalSolver
    ) -> None:
        """Encode what a solution leans on that its lines do not bring about, or overlooks."""
        fixed = [literal for result in results for literal in result.problem.fixed(result.lines)]
        open_as = {
            literal: (result.problem, number, node)
            for result in results
            for literal, (number, node) in result.problem.open_as_in(result.after).items()
        }
        nodes = [*(_refuted(solver, fixed, open_as) or ())]
        nodes += [node for result in results for node in _overlooked(result)]
        new = [problem.expand(number, [node]) for problem, number, node in nodes]
        if not any(new):
            raise DisagreementError(
                f"clauses and evaluator disagree about {results[0].measured}: a bug in kresolve; "
                "please report it"
            )


def _add_new(solver: IncrementalSolver, formula: Formula, known: set[tuple[int, ...]]) -> None:
    """Add the clauses of a formula that are not known yet."""
    definitions = clauses_of(formula.gates)
    for clause in map(tuple, chain(formula.clauses, formula.constraints, definitions)):
        if clause not in known:
            known.add(clause)
            solver.add(clause)


def _not_counted(problem: Relaxation, levels: Sequence[Level]) -> Iterator[int]:
    """What is wanted now of a problem and was not when its levels were made."""
    for before, now in zip(levels, problem.levels(), strict=True):
        if before.name in ORDERS[problem.objective]:
            counted = {*before.soft}
            yield from (literal for literal in now.soft if literal not in counted)


def _refuted(
    solver: IncrementalSolver, fixed: Sequence[int], open_as: Mapping[int, _Place]
) -> list[_Place] | None:
    """Of what is open, with its place, all that cannot be so together where ``fixed`` holds.

    None if that cannot hold anyway.
    """
    refuted: dict[_Place, None] = {}
    while (core := solver.core([*fixed, *open_as])) is not None:
        places = [open_as[literal] for literal in core if literal in open_as]
        if not places:
            return None
        refuted.update(dict.fromkeys(places))
        open_as = {literal: place for literal, place in open_as.items() if place not in refuted}
    return list(refuted)


def _overlooked(result: SearchResult) -> Iterator[tuple[Relaxation, int, Node]]:
    """The nodes of options that a plan changes and that nothing is said of yet."""
    problem = result.problem
    for number, (one, after) in enumerate(zip(problem.encoded_targets, result.after, strict=True)):
        is_option, node = one.target.model.is_option, one.target.model_index.dependencies.node
        for name in one.target.before.changes(after):
            if is_option(name):
                if problem.objective == "footprint":
                    problem.offered.add(name)
                    yield problem, number, node(name)
                elif not problem.is_known(number, name):
                    yield problem, number, node(name)


def _take_in_superfluous(result: SearchResult, line: Line, solver: IncrementalSolver) -> None:
    """Have a line needed, and encode what refutes that it is in this plan."""
    problem = result.problem
    new = problem.need(line)
    if new:
        for clause in problem.without(line):
            solver.add(clause)
    open_as = problem.open_in_copy(line, result.without[line.symbol])
    refuted = _refuted(solver, problem.fixed(result.lines), open_as) or ()
    expanded = [problem.expand(number, [node]) for number, node in refuted]
    if not new and not any(expanded):
        raise DisagreementError(
            f"{line} is needed for clauses alone: a bug in kresolve; please report it"
        )


def _together(levels: Sequence[Level]) -> Level:
    """A level of several problems."""
    return Level(levels[0].name, tuple(one for level in levels for one in level.soft))


def _is_as_good(result: SearchResult, levels: Sequence[Level], solution: Assignment) -> bool:
    """Do the demands hold, at just the cost that the clauses count?"""
    measured = result.measured
    return result.holds and all(
        measured.get(level.name, cost) == cost
        for level in levels
        for cost in (level.cost(solution),)
    )


def measured_plan(problem: Relaxation, lines: tuple[Line, ...], *, proved: bool) -> SearchResult:
    """Lines as a plan, by evaluation."""
    targets = problem.encoded_targets
    after = tuple(one.target.after(lines) for one in targets)
    views = [
        View(one.target.before, configuration, one.question.asked)
        for one, configuration in zip(targets, after, strict=True)
    ]
    numbers = measure(views, lines)
    measured = {name: numbers[name] for name in levels_of(problem.objective, len(targets))}
    return SearchResult(problem, lines, after, measured, (proved,) * len(measured))


def _each_left_out(result: SearchResult) -> SearchResult:
    """A plan with what results without each of its lines."""
    return evolve(
        result,
        without={
            line.symbol: tuple(
                one.target.before.with_lines(_but(result.lines, line), near=after)
                for one, after in zip(result.problem.encoded_targets, result.after, strict=True)
            )
            for line in result.lines
        },
    )


def _but(lines: Sequence[Line], line: Line) -> list[Line]:
    return [other for other in lines if other is not line]


def _all_hold(
    problem: Relaxation, configurations: Sequence[Configuration], lines: Sequence[Line]
) -> bool:
    return all(
        one.all_hold(configuration.shown, lines)
        for one, configuration in zip(problem.encoded_targets, configurations, strict=True)
    )


def without_superfluous(result: SearchResult) -> SearchResult:
    """What is left of a plan that is not the best anyway, without superfluous lines.

    As many of them go at once as can: there may be hundreds, and no time is left.
    """
    result = _each_left_out(result)
    while result.superfluous:
        group = list(result.superfluous)
        while True:
            rest = tuple(line for line in result.lines if line not in group)
            smaller = measured_plan(result.problem, rest, proved=False)
            if len(group) == 1 or smaller.holds:
                break
            # The last ones go first.
            group = group[len(group) // 2 :]
        result = _each_left_out(smaller)
    return result
