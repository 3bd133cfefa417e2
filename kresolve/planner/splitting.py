"""A common part and a remainder for each target, as Kata's common/ and ARCH/ are.

Every target gets a plan that is the best for it; of all such plans those are
taken that make the fewest different lines in all, so that as much as possible
is common.
"""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from kresolve.dotconfig.lines import Line
from kresolve.encoding import Circuit
from kresolve.errors import DisagreementError
from kresolve.planner.problem import Formula, Problem, Question
from kresolve.planner.search import ROUNDS, SearchResult, confirmed_plan, needed
from kresolve.planner.target import Target
from kresolve.progress import SILENT, Progress
from kresolve.solver import NEVER, Deadline, Level, LexMaxSat
from kresolve.solver.canonical import canonical_solution


@frozen(eq=False)
class Split:
    """A plan for each target; ``common`` are the lines that all of them have."""

    parts: tuple[SearchResult, ...]

    @property
    def common(self) -> tuple[Line, ...]:
        """The common part, in menu order."""
        first, *others = self.parts
        shared = set(first.lines).intersection(*(other.lines for other in others))
        return tuple(line for line in first.lines if line in shared)

    def remainder(self, number: int) -> tuple[Line, ...]:
        """What one target needs besides."""
        common = set(self.common)
        return tuple(line for line in self.parts[number].lines if line not in common)


def split(
    questions: Sequence[tuple[Target, Question]],
    *,
    deadline: Deadline = NEVER,
    progress: Progress = SILENT,
) -> Split | None:
    """The best plan for each target, with as much in common as possible.

    None if a target has no plan.  Raises DisagreementError when the witnesses
    disagree, OutOfTime when the deadline comes before any plan was found.
    """
    circuit = Circuit()
    problems = [Problem([each], circuit=circuit) for each in questions]
    suspects: list[dict[int, None]] = [{} for _ in problems]
    with progress.task("planning") as task:
        for round_number in range(ROUNDS):
            task.update(round_number)
            results = _best(problems, suspects, deadline)
            if results is None:
                return None
            if not all(all(each.proved) for each in results) or not any(
                any(each.outside) for each in results
            ):
                return _checked(Split(results))
            for problem, each in zip(problems, results, strict=True):
                for names in each.outside:
                    problem.add(0, names)
                    if problem.objective == "footprint":
                        problem.offered.update(names)
    raise DisagreementError(f"the effects of the plan kept growing for {ROUNDS} rounds")


def _best(
    problems: Sequence[Problem], suspects: Sequence[dict[int, None]], deadline: Deadline
) -> tuple[SearchResult, ...] | None:
    """The best plan for each target by the encoded symbols, in which each line is needed."""
    formulas = [problem.formula() for problem in problems]
    levels = [
        *(
            Level(each[0].name, tuple(one for level in each for one in level.soft))
            for each in zip(*(formula.levels for formula in formulas), strict=True)
        ),
        _different_lines(problems),
    ]
    clauses = [clause for formula in formulas for clause in formula.clauses]
    facts = [literal for formula in formulas for literal in formula.facts]
    gates = {gate: operands for formula in formulas for gate, operands in formula.gates.items()}
    gates |= problems[0].circuit.definitions_of(levels[-1].soft)
    clauses += [clause for formula in formulas for clause in formula.constraints]
    for problem, formula, literals in zip(problems, formulas, suspects, strict=True):
        for literal in literals:
            clauses += needed(problem, formula, literal)
    while True:
        with LexMaxSat(clauses, levels, deadline, facts=facts, gates=gates) as optimum:
            if optimum.solution is None:
                return None
            proved = tuple(optimum.proved)
            order = [literal for problem in problems for literal in problem.menu_order]
            solution = canonical_solution(optimum, order) if all(proved) else optimum.solution
            results = tuple(
                confirmed_plan(problem, formula, solution, proved)
                for problem, formula in zip(problems, formulas, strict=True)
            )
        if not any(one.superfluous for one in results) or not all(proved):
            return results
        for one, formula, literals in zip(results, formulas, suspects, strict=True):
            clauses += _newly_needed(one, formula, literals)


def _newly_needed(
    result: SearchResult, formula: Formula, suspects: dict[int, None]
) -> list[list[int]]:
    """Clauses that the superfluous lines of a plan are needed, if they are there."""
    clauses: list[list[int]] = []
    for line in result.superfluous:
        literal = result.problem.line_literal(line)
        if literal in suspects:
            raise DisagreementError(
                f"{line} is needed for clauses alone: a bug in kresolve; please report it"
            )
        suspects[literal] = None
        clauses += needed(result.problem, formula, literal)
    return clauses


def _different_lines(problems: Sequence[Problem]) -> Level:
    """A common line counts once, any other once for each target."""
    circuit = problems[0].circuit
    each = [problem.lines() for problem in problems]
    wanted: list[int] = []
    for key in dict.fromkeys(key for lines in each for key in lines):
        own = [lines[key] for lines in each if key in lines]
        if len(own) < len(problems):
            wanted += [-literal for literal in own]
            continue
        common = circuit.all_of(own)
        wanted += [-common, *(-circuit.and2(literal, -common) for literal in own)]
    return Level("different", tuple(wanted))


def _checked(plans: Split) -> Split:
    """The evaluator has to agree that the common part and a remainder are a plan."""
    for number, part in enumerate(plans.parts):
        after = part.encoded_target.target.after((*plans.common, *plans.remainder(number)))
        for demand in part.encoded_target.demands:
            if not demand.holds(after.shown):
                raise DisagreementError(
                    f"{demand} is lost in parts alone: a bug in kresolve; please report it"
                )
    return plans
