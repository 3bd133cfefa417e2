"""The search for a plan: propose by clauses, confirm by evaluation, prove.

The encoding starts with the cone of the request.  A plan's effects outside it
(what defaults to y once NET is on, say) are seen by the evaluator; what was
lost or added there is then encoded too, and the search runs again.  When
nothing outside is affected, the solver's optimum, a lower bound for every
plan, is what the evaluator measures: it is the optimum of the whole
configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from attrs import evolve, field, frozen

from kresolve.errors import WitnessError
from kresolve.lines import Line
from kresolve.planner.objective import measure
from kresolve.planner.problem import Problem, Question
from kresolve.planner.world import World
from kresolve.progress import SILENT, Progress
from kresolve.semantics import Configuration
from kresolve.solve import Level, Session, Solution, best

#: How often a best plan with a superfluous line is set aside for another.
_PATIENCE: Final = 200
#: How often effects outside the cone are taken in.
_ROUNDS: Final = 50


@frozen(eq=False)
class Found:
    """A plan's lines, with the problem in which they were found.

    ``measured`` are the objective's numbers, most important first;
    ``without`` holds, for each line's symbol, the solution in which just that
    line is left out, and ``superfluous`` says that some line is not missed
    there; ``outside`` names options that the plan changes and the encoding
    does not know.
    """

    problem: Problem
    lines: tuple[Line, ...]
    after: Configuration
    solution: Solution
    measured: Mapping[str, int] = field(factory=dict)
    without: Mapping[str, Solution] = field(factory=dict)
    superfluous: bool = False
    outside: tuple[str, ...] = ()
    proved: bool = True


def search(world: World, question: Question, progress: Progress = SILENT) -> Found | None:
    """The best plan for a question, None if there is none.

    Raises WitnessError when evaluation and clauses disagree.
    """
    problem = Problem(world, question)
    with progress.task("planning") as task:
        for round_number in range(_ROUNDS):
            task.update(round_number)
            found = _best(problem)
            if found is None or not found.outside:
                return found
            problem.add(found.outside)
    raise WitnessError(f"the effects of the plan kept growing for {_ROUNDS} rounds")


def _best(problem: Problem) -> Found | None:
    """The best plan, by the encoded symbols, in which no line is superfluous.

    A best plan with a superfluous line is set aside; what is left without that
    line stands in the contest.
    """
    levels = problem.levels()
    constraints = problem.constraints()
    problem.all_demands()
    clauses = problem.circuit.clauses
    rival: Found | None = None
    with Session(clauses) as session:
        for _ in range(_PATIENCE):
            solution = best([*clauses, *constraints], levels)
            if solution is None or (rival is not None and solution.costs >= rival.solution.costs):
                return rival
            found = _found(problem, session, levels, solution)
            if found.outside or not found.superfluous:
                return found
            lines = _without_superfluous(problem, session, found.lines)
            other = _found(problem, session, levels, _solved(problem, session, lines, levels))
            if rival is None or other.solution.costs < rival.solution.costs:
                rival = other
            constraints += _superfluous_lines(problem, session, found)
    assert rival is not None
    return evolve(rival, proved=False)


def _superfluous_lines(problem: Problem, session: Session, found: Found) -> list[list[int]]:
    """Clauses that forbid a plan's superfluous lines wherever they are superfluous.

    Without the line, some of the other lines that are there, or not there, make
    all demands hold; where these are the same, the line is superfluous again.
    """
    learned: list[list[int]] = []
    for line in found.lines:
        if _all_hold(problem, found.without[line.symbol]):
            own = problem.line_literal(line)
            rest = problem.fixed(_other(found.lines, line))
            core = session.rough_core([*rest, -problem.all_demands()])
            assert core is not None, "the demands hold without the line"
            needed = [literal for literal in core if abs(literal) != own and literal in set(rest)]
            learned.append([-own, *(-literal for literal in needed)])
    return learned


def _solved(
    problem: Problem, session: Session, lines: tuple[Line, ...], levels: list[Level]
) -> Solution:
    """What results from exactly these lines, with its costs."""
    solution = session.solve(problem.fixed(lines))
    assert solution is not None, "lines determine everything; something always results"
    costs = tuple(sum(not solution.holds(literal) for literal in level.wanted) for level in levels)
    return Solution(solution.true, costs)


def _without_superfluous(
    problem: Problem, session: Session, lines: tuple[Line, ...]
) -> tuple[Line, ...]:
    """The lines, those left out without which every demand still holds."""
    kept = lines
    for line in reversed(lines):
        fewer = _other(kept, line)
        solution = _solved(problem, session, fewer, [])
        if _all_hold(problem, solution):
            kept = fewer
    return kept


def _other(lines: tuple[Line, ...], line: Line) -> tuple[Line, ...]:
    """All lines but one."""
    return tuple(other for other in lines if other is not line)


def _all_hold(problem: Problem, solution: Solution) -> bool:
    return all(
        any(solution.holds(literal) for literal in problem.demand(name, accept))
        for name, accept, _ in problem.question.demands(problem.world)
    )


def _confirmed(problem: Problem, lines: tuple[Line, ...]) -> Configuration:
    """The configuration, if the evaluator agrees with what the clauses propose."""
    after = problem.world.after(lines)
    for name, accept, _ in problem.question.demands(problem.world):
        if after[name] not in accept:
            raise WitnessError(
                f"clauses and evaluator disagree about {name}: planned to be "
                f"{'|'.join(accept)}, evaluated as {after[name]}; please report this"
            )
    return after


def _affected_outside(problem: Problem, after: Configuration) -> tuple[str, ...]:
    """Options that a plan changes and that are not encoded yet."""
    before = problem.world.before.evaluation.logical
    encoded = problem.encoding.values
    options = problem.world.model.options
    return tuple(
        name
        for name, value in after.evaluation.logical.items()
        if value != before[name] and name not in encoded and name in options
    )


def _found(problem: Problem, session: Session, levels: list[Level], solution: Solution) -> Found:
    """A solution as a plan: confirmed, measured, and each line left out in turn.

    Where it has effects outside the encoding, it will not be the last word,
    and only they are of interest.
    """
    world = problem.world
    lines = problem.plan_lines(solution)
    after = _confirmed(problem, lines)
    outside = _affected_outside(problem, after)
    if outside:
        return Found(problem, lines, after, solution, outside=outside)
    measured = measure(world.before, after, lines, problem.question.asked)
    for level, cost in zip(levels, solution.costs, strict=True):
        if measured.get(level.name, cost) != cost:
            raise WitnessError(
                f"clauses count {cost} for '{level.name}', the evaluator "
                f"{measured[level.name]}; please report this"
            )
    without = {line.symbol: _solved(problem, session, _other(lines, line), []) for line in lines}
    return Found(
        problem,
        lines,
        after,
        solution,
        measured={level.name: measured[level.name] for level in levels if level.name in measured},
        without=without,
        superfluous=any(_all_hold(problem, rest) for rest in without.values()),
    )
