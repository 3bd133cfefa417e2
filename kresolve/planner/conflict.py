"""Why there is no plan: a conflict that is proved, and from which nothing can be left out."""

from __future__ import annotations

from collections.abc import Sequence

from kresolve.errors import WitnessError
from kresolve.planner.problem import Problem, Question
from kresolve.planner.result import Conflict
from kresolve.planner.world import World
from kresolve.solve import NEVER, Deadline, Session


def conflict(questions: Sequence[tuple[World, Question]], deadline: Deadline = NEVER) -> Conflict:
    """The demands and rules that cannot hold together.

    The questions have no plan.  Every rule gets a selector here, so the proof
    is made anew, from the rules alone.
    """
    problem = Problem(questions, explaining=True)
    circuit = problem.circuit
    demands: dict[int, tuple[str, tuple[str, ...], str]] = {}
    for scene in problem.scenes:
        for demand in scene.demands:
            name, accept, _ = demand
            selector = circuit.variable()
            circuit.require((-selector, *scene.demand(name, accept)))
            demands[selector] = demand
    rules = {literal: reason for reason, literal in circuit.selectors.items()}
    with Session(circuit.clauses, deadline) as session:
        core = session.core([*demands, *rules])
    if core is None:
        raise WitnessError("no plan was found, and no reason why there is none; please report this")
    return Conflict(
        demands=tuple(dict.fromkeys(demands[literal] for literal in core if literal in demands)),
        rules=tuple(
            sorted(
                (rules[literal] for literal in core if literal in rules),
                key=lambda rule: (rule.kind == "definition", str(rule.location)),
            )
        ),
    )
