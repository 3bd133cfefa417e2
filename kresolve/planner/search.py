"""The search for a plan: propose by clauses, confirm by evaluation, prove.

The encoding starts with the cone of the request.  A plan's effects outside it
(what defaults to y once NET is on, say) are seen by the evaluator; what was
lost or added there is then encoded too, and the search runs again.  When
nothing outside is affected, the solver's optimum, a lower bound for every
plan, is what the evaluator measures: it is the optimum of the whole
configuration.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from kresolve.errors import WitnessError
from kresolve.lines import Line
from kresolve.planner.objective import Measure, is_option, measure
from kresolve.planner.problem import Problem, Question
from kresolve.planner.world import World
from kresolve.progress import SILENT, Progress
from kresolve.semantics import Configuration
from kresolve.solve import Level, Session, Solution, best

#: How often a best plan with a superfluous line is set aside for another.
_PATIENCE: Final = 20
#: How often effects outside the cone are taken in.
_ROUNDS: Final = 50


@frozen(eq=False)
class Found:
    """A plan's lines, with the problem in which they were found.

    ``without`` holds, for each line, the solution in which just it is left out.
    """

    problem: Problem
    lines: tuple[Line, ...]
    after: Configuration
    measures: tuple[Measure, ...]
    solution: Solution
    without: dict[str, Solution]


def search(world: World, question: Question, progress: Progress = SILENT) -> Found | None:
    """The best plan for a question, None if there is none.

    Raises WitnessError when evaluation and clauses disagree.
    """
    problem = Problem(world, question)
    with progress.task("planning") as task:
        for round_number in range(_ROUNDS):
            task.update(round_number)
            candidate = _optimum(problem)
            if candidate is None:
                return None
            lines = problem.plan_lines(candidate.solution)
            after = world.after(lines)
            _confirm(question, world, after)
            outside = _affected_outside(problem, after)
            if not outside:
                break
            problem.add(outside)
        else:
            raise WitnessError(f"the effects of the plan kept growing for {_ROUNDS} rounds")
    return _found(problem, candidate, lines, after)


@frozen(eq=False)
class _Candidate:
    solution: Solution
    proved: bool


def _optimum(problem: Problem) -> _Candidate | None:
    """The best plan in which no line is superfluous for the request."""
    levels = problem.levels()
    constraints = problem.constraints()
    reduced: Solution | None = None
    with Session(problem.circuit.clauses) as session:
        for _ in range(_PATIENCE):
            solution = best([*problem.circuit.clauses, *constraints], levels)
            if solution is None or (reduced is not None and solution.costs >= reduced.costs):
                return None if reduced is None else _Candidate(reduced, proved=True)
            lines = problem.plan_lines(solution)
            fewer = _without_superfluous(problem, session, lines)
            if len(fewer) == len(lines):
                return _Candidate(solution, proved=True)
            rest = _solved(problem, session, fewer, levels)
            if reduced is None or rest.costs < reduced.costs:
                reduced = rest
            said = problem.fixed(lines)
            constraints.append([-literal for literal in said])
    assert reduced is not None
    return _Candidate(reduced, proved=False)


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
        fewer = tuple(other for other in kept if other is not line)
        solution = _solved(problem, session, fewer, [])
        if _all_hold(problem, solution):
            kept = fewer
    return kept


def _all_hold(problem: Problem, solution: Solution) -> bool:
    return all(
        any(solution.holds(literal) for literal in problem.demand(name, accept))
        for name, accept, _ in problem.question.demands(problem.world)
    )


def _confirm(question: Question, world: World, after: Configuration) -> None:
    """The evaluator's word on a proposal of the clauses."""
    for name, accept, _ in question.demands(world):
        if after[name] not in accept:
            raise WitnessError(
                f"clauses and evaluator disagree about {name}: planned to be "
                f"{'|'.join(accept)}, evaluated as {after[name]}; please report this"
            )


def _affected_outside(problem: Problem, after: Configuration) -> list[str]:
    """Options that a plan changes and that are not encoded yet."""
    before = problem.world.before.evaluation.logical
    encoded = problem.encoding.values
    return [
        name
        for name, value in after.evaluation.logical.items()
        if value != before[name] and name not in encoded and is_option(problem.world.model, name)
    ]


def _found(
    problem: Problem, candidate: _Candidate, lines: tuple[Line, ...], after: Configuration
) -> Found:
    question, world = problem.question, problem.world
    measured = measure(world.before, after, lines, question.asked)
    levels = problem.levels()
    with Session(problem.circuit.clauses) as session:
        solution = _solved(problem, session, lines, levels)
        for level, cost in zip(levels, solution.costs, strict=True):
            if level.name in measured and measured[level.name] != cost:
                raise WitnessError(
                    f"clauses count {cost} for '{level.name}', the evaluator "
                    f"{measured[level.name]}; please report this"
                )
        without = {
            line.symbol: _solved(
                problem, session, tuple(other for other in lines if other is not line), []
            )
            for line in lines
        }
    measures = tuple(
        Measure(level.name, measured[level.name], candidate.proved)
        for level in levels
        if level.name in measured
    )
    return Found(problem, lines, after, measures, solution, without)
