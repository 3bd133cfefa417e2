"""Search for a plan: propose by clauses, confirm by evaluation, prove.

The encoding starts with the cone of the request.  A plan's effects outside it
(what defaults to y once NET is on, say) are seen by the evaluator; what was
lost or added there is then encoded too, and the search runs again.  When
nothing outside is affected, the solver's optimum, a lower bound for every
plan, is what the evaluator measures: it is the optimum of the whole
configuration.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import Line
from kresolve.encoding import Simulation, cofactor
from kresolve.errors import DisagreementError
from kresolve.evaluator import Configuration
from kresolve.planner.objective import View, measure
from kresolve.planner.problem import EncodedTarget, Formula, Problem, Question
from kresolve.planner.target import Target
from kresolve.progress import SILENT, Progress
from kresolve.solver import NEVER, Assignment, Deadline, LexMaxSat
from kresolve.solver.canonical import canonical_solution

#: How often effects outside the cone are taken in.
ROUNDS: Final = 50


@frozen(eq=False)
class SearchResult:
    """A plan's lines, with the problem in which they were found.

    ``after`` holds the resulting configuration in each target.  ``measured`` are the
    objective's numbers, most important first, and ``proved`` says which of
    them are known to be the least; ``without`` holds, for each line's symbol,
    the solution in which just that line is left out, and ``superfluous`` the
    lines that are not missed there; ``outside`` names options that the plan
    changes and the encoding does not know.
    """

    problem: Problem
    lines: tuple[Line, ...]
    after: tuple[Configuration, ...]
    solution: Assignment
    measured: Mapping[str, int] = field(factory=dict)
    proved: tuple[bool, ...] = ()
    without: Mapping[str, Assignment] = field(factory=dict)
    superfluous: tuple[Line, ...] = ()
    outside: tuple[tuple[str, ...], ...] = ()
    #: Other plans that are as good, as far as they were asked for.
    others: tuple[tuple[Line, ...], ...] = ()

    @property
    def encoded_target(self) -> EncodedTarget:
        """The first target."""
        return self.problem.encoded_targets[0]


def search(
    questions: Sequence[tuple[Target, Question]],
    *,
    alternatives: int = 0,
    deadline: Deadline = NEVER,
    progress: Progress = SILENT,
) -> SearchResult | None:
    """The best plan for questions in targets, None if there is none.

    Raises DisagreementError when evaluation and clauses disagree, OutOfTime when
    the deadline comes before any plan was found; a plan that was found but not
    finished says what is not proved.
    """
    problem = Problem(questions)
    suspects: dict[int, None] = {}
    with progress.task("planning") as task:
        for round_number in range(ROUNDS):
            task.update(round_number)
            result = _best(problem, suspects, alternatives, deadline)
            if result is None or not any(result.outside) or not all(result.proved):
                return result
            for number, names in enumerate(result.outside):
                problem.add(number, names)
                encoded_target = problem.encoded_targets[number]
                asked = (name for demand in encoded_target.demands for name in demand.looked_at)
                encoded_target.target.remember(asked, names)
                if problem.objective == "footprint":
                    problem.offered.update(names)
    raise DisagreementError(f"the effects of the plan kept growing for {ROUNDS} rounds")


def _best(
    problem: Problem, suspects: dict[int, None], alternatives: int, deadline: Deadline
) -> SearchResult | None:
    """The best plan, by the encoded symbols, in which no line is superfluous.

    That a line must be needed becomes a clause where a best plan has one that
    is not: few lines ever are better than nothing without being needed.  The
    lines for which that was so are the ``suspects``, from round to round.
    """
    formula = problem.formula()
    constraints = list(formula.constraints)
    for literal in suspects:
        constraints += needed(problem, formula, literal)
    while True:
        clauses = [*formula.clauses, *constraints]
        with LexMaxSat(
            clauses, formula.levels, deadline, facts=formula.facts, gates=formula.gates
        ) as optimum:
            if optimum.solution is None:
                return None
            done, proved = all(optimum.proved), tuple(optimum.proved)
            solution = canonical_solution(optimum, problem.menu_order) if done else optimum.solution
            result = confirmed_plan(problem, formula, solution, proved)
            if not result.superfluous:
                if done and not any(result.outside):
                    others = _others(problem, formula, optimum, result, alternatives)
                    return evolve(result, others=others)
                return result
        if not done:
            return _without_superfluous(problem, formula, result)
        for line in result.superfluous:
            literal = problem.line_literal(line)
            if literal in suspects:
                raise DisagreementError(
                    f"{line} is needed for clauses alone: a bug in kresolve; please report it"
                )
            suspects[literal] = None
            constraints += needed(problem, formula, literal)


def needed(problem: Problem, formula: Formula, literal: int) -> list[list[int]]:
    """The clause "without this line, if it is there, some demand fails", and what it needs."""
    circuit = problem.circuit
    fails = -cofactor(circuit, formula.all_demands, [-literal])
    return [[-literal, fails], *circuit.clauses_below([fails])]


def _others(
    problem: Problem, formula: Formula, optimum: LexMaxSat, first: SearchResult, number: int
) -> tuple[tuple[Line, ...], ...]:
    """So many other plans that are as good, in which no line is superfluous."""
    others: list[tuple[Line, ...]] = []
    lines = first.lines
    while len(others) < number and lines:
        optimum.solver.add([-problem.line_literal(line) for line in lines])
        solution = optimum.another()
        if solution is None:
            break
        other = confirmed_plan(problem, formula, solution, first.proved)
        lines = other.lines
        if not other.superfluous and not any(other.outside):
            others.append(lines)
    return tuple(others)


def _without_superfluous(problem: Problem, formula: Formula, result: SearchResult) -> SearchResult:
    """What is left of a plan that is not the best anyway, without superfluous lines.

    As many of them go at once as can: there may be hundreds, and no time is left.
    """
    while result.superfluous:
        group = set(result.superfluous)
        while True:
            literals = [problem.line_literal(line) for line in result.lines if line not in group]
            outcome = Simulation(formula.gates, literals).outcome
            if len(group) == 1 or all(
                encoded_target.all_hold(outcome) for encoded_target in problem.encoded_targets
            ):
                break
            # The last ones go first.
            last = [line for line in result.lines if line in group]
            group = set(last[len(last) // 2 :])
        result = confirmed_plan(problem, formula, outcome, result.proved)
    return result


def _confirmed(encoded_target: EncodedTarget, lines: tuple[Line, ...]) -> Configuration:
    """The configuration, if the evaluator agrees with what the clauses propose."""
    after = encoded_target.target.after(lines)
    for demand in encoded_target.demands:
        if not demand.holds(after.shown):
            values = ", ".join(f"{name}={after[name]}" for name in demand.looked_at)
            raise DisagreementError(
                f"clauses and evaluator disagree about {demand}: planned, and evaluated as "
                f"{values}: a bug in kresolve; please report it"
            )
    return after


def _affected_outside(problem: Problem, number: int, after: Configuration) -> tuple[str, ...]:
    """Options that a plan changes and that are not taken into account yet."""
    encoded_target, encoded = problem.encoded_targets[number], problem.encoded[number]
    options = encoded_target.target.model.options
    return tuple(
        name
        for name in encoded_target.target.before.changes(after)
        if name not in encoded and name in options
    )


def confirmed_plan(
    problem: Problem, formula: Formula, solution: Assignment, proved: tuple[bool, ...]
) -> SearchResult:
    """A solution as a plan: confirmed, measured, and each line left out in turn.

    Where it has effects outside the encoding, it will not be the last word,
    and only they are of interest, if there is time for another.
    """
    lines = problem.plan_lines(solution)
    after = tuple(_confirmed(encoded_target, lines) for encoded_target in problem.encoded_targets)
    outside = tuple(
        _affected_outside(problem, number, configuration)
        for number, configuration in enumerate(after)
    )
    if any(outside) and all(proved):
        return SearchResult(problem, lines, after, solution, proved=proved, outside=outside)
    views = [
        View(encoded_target.target.before, configuration, encoded_target.question.asked)
        for encoded_target, configuration in zip(problem.encoded_targets, after, strict=True)
    ]
    measured = measure(views, lines)
    names = [level.name for level in formula.levels if level.name in measured]
    for level in formula.levels:
        cost = level.cost(solution)
        if measured.get(level.name, cost) != cost and not any(outside):
            raise DisagreementError(
                f"clauses count {cost} for '{level.name}', the evaluator "
                f"{measured[level.name]}: a bug in kresolve; please report it"
            )
    literals = {line.symbol: problem.line_literal(line) for line in lines}
    simulation = Simulation(formula.gates, literals.values())
    without = {name: simulation.without(literal) for name, literal in literals.items()}
    return SearchResult(
        problem,
        lines,
        after,
        solution,
        measured={name: measured[name] for name in names},
        proved=proved,
        without=without,
        superfluous=tuple(
            line
            for line in lines
            if all(
                encoded_target.all_hold(without[line.symbol])
                for encoded_target in problem.encoded_targets
            )
            and not (problem.objective == "footprint" and line.value == "n")
        ),
        outside=outside,
    )
