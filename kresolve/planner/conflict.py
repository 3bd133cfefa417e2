"""Why there is no plan: a conflict that is proved, and from which nothing can be left out."""

from __future__ import annotations

from kresolve.errors import WitnessError
from kresolve.planner.problem import Problem, Question
from kresolve.planner.result import Conflict
from kresolve.planner.world import World
from kresolve.solve import Session


def conflict(world: World, question: Question) -> Conflict:
    """The demands and rules that cannot hold together.

    The question has no plan.  Every rule gets a selector here, so the proof is
    made anew, from the rules alone.
    """
    problem = Problem(world, question, explaining=True)
    circuit = problem.circuit
    demands: dict[int, tuple[str, tuple[str, ...], str]] = {}
    for name, accept, origin in question.demands(world):
        selector = circuit.variable()
        circuit.require((-selector, *problem.demand(name, accept)))
        demands[selector] = (name, accept, origin)
    rules = {literal: reason for reason, literal in circuit.selectors.items()}
    with Session(circuit.clauses) as session:
        core = session.core([*demands, *rules])
    if core is None:
        raise WitnessError("no plan was found, and no reason why there is none; please report this")
    return Conflict(
        demands=tuple(demands[literal] for literal in core if literal in demands),
        rules=tuple(
            sorted(
                (rules[literal] for literal in core if literal in rules),
                key=lambda rule: (rule.kind == "definition", str(rule.location)),
            )
        ),
    )
