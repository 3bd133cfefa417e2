"""Which of some requests can hold together; earlier ones take precedence.

One formula serves all of them: each request is an assumption, so that nothing is
encoded again for one that is given up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from kresolve.kconfig.memory import gc_paused
from kresolve.planner.problem import Question, WholeProblem
from kresolve.planner.request import Demand
from kresolve.planner.target import Target
from kresolve.progress import SILENT, Progress, Task
from kresolve.solver import NEVER, Deadline, IncrementalSolver, OutOfTime


@frozen
class Compatible:
    """The requests that can hold together, and those that cannot.

    ``kept`` can hold together; each of ``refused`` cannot hold together with the
    requests that stand with it (itself the first of them); of ``untried`` nothing is
    known, because time ran out.
    """

    kept: tuple[Demand, ...]
    refused: Mapping[Demand, tuple[Demand, ...]] = field(factory=dict)
    untried: tuple[Demand, ...] = ()


def compatible(
    target: Target,
    requests: Sequence[Demand],
    deadline: Deadline = NEVER,
    progress: Progress = SILENT,
) -> Compatible:
    """Take each request that can hold together with those taken before it."""
    with gc_paused(), progress.task("looking for what is missing", len(requests)) as task:
        return _compatible(target, requests, deadline, task)


def _compatible(
    target: Target, requests: Sequence[Demand], deadline: Deadline, task: Task
) -> Compatible:
    problem = WholeProblem([(target, Question(tuple(requests)))])
    (encoded_target,) = problem.encoded_targets
    formula = problem.formula()
    clauses = [*formula.clauses, *problem.fit_lines()]
    demands = [encoded_target.demand(request) for request in requests]
    selectors = [problem.circuit.variable() for _ in requests]
    clauses += ([-selector, *demand] for selector, demand in zip(selectors, demands, strict=True))
    request_of = dict(zip(selectors, requests, strict=True))
    kept: list[int] = []
    refused: dict[Demand, tuple[Demand, ...]] = {}
    number = 0
    try:
        with IncrementalSolver(
            clauses, deadline, facts=formula.facts, gates=formula.gates
        ) as solver:
            solver.prefer(selectors)
            best = solver.solve()
            for number, (selector, demand) in enumerate(zip(selectors, demands, strict=True)):
                task.update(number)
                if best is None or not any(best.holds(literal) for literal in demand):
                    better = solver.solve([*kept, selector])
                    if better is None:
                        core = solver.minimal_core([selector, *kept]) or [selector]
                        refused[request_of[selector]] = tuple(
                            request_of[literal] for literal in core
                        )
                        continue
                    best = better
                kept.append(selector)
    except OutOfTime:
        return Compatible(_of(kept, request_of), refused, tuple(requests[number:]))
    return Compatible(_of(kept, request_of), refused)


def _of(selectors: Sequence[int], request_of: Mapping[int, Demand]) -> tuple[Demand, ...]:
    return tuple(request_of[selector] for selector in selectors)
