"""From a question in a world to a plan."""

from __future__ import annotations

from kresolve.memory import no_collection
from kresolve.planner.conflict import conflict
from kresolve.planner.objective import Measure
from kresolve.planner.problem import Question
from kresolve.planner.reasons import plan_lines, satisfied
from kresolve.planner.result import Change, Plan, Verified
from kresolve.planner.search import search
from kresolve.planner.world import World
from kresolve.progress import SILENT, Progress


def answer(
    world: World, question: Question, *, notes: tuple[str, ...] = (), progress: Progress = SILENT
) -> Plan:
    """The best plan for a question, confirmed by the evaluator; or a proof of none.

    Raises WitnessError when the witnesses disagree.
    """
    with no_collection():
        return _answer(world, question, notes, progress)


def _answer(world: World, question: Question, notes: tuple[str, ...], progress: Progress) -> Plan:
    found = search(world, question, progress)
    if found is None:
        return Plan(
            status="impossible",
            request=question.requests,
            tree=world.model.info,
            base=world.base,
            finish=world.finish,
            objective_name=question.objective,
            conflict=conflict(world, question),
            notes=notes,
        )
    before, after = world.before, found.after
    return Plan(
        status="planned",
        request=question.requests,
        tree=world.model.info,
        base=world.base,
        finish=world.finish,
        objective_name=question.objective,
        lines=plan_lines(found),
        satisfied=satisfied(found),
        changes=tuple(
            Change(name, before[name], after[name])
            for name in world.model.symbols
            if name in after and before[name] != after[name]
        ),
        objective=tuple(
            Measure(name, value, found.proved) for name, value in found.measured.items()
        ),
        verified=Verified(evaluator=True),
        notes=notes,
    )
