"""From a question in a world to a plan."""

from __future__ import annotations

from attrs import evolve

from kresolve.lines import Line
from kresolve.memory import no_collection
from kresolve.planner.conflict import conflict
from kresolve.planner.objective import Measure
from kresolve.planner.problem import Question
from kresolve.planner.reasons import plan_lines, satisfied
from kresolve.planner.result import Change, Plan, Verified
from kresolve.planner.search import Found, search
from kresolve.planner.texts import PLACEHOLDER, is_exhaustive
from kresolve.planner.world import World
from kresolve.progress import SILENT, Progress


def answer(
    world: World, question: Question, *, notes: tuple[str, ...] = (), progress: Progress = SILENT
) -> Plan:
    """The best plan for a question, confirmed by the evaluator; or a proof of none.

    Raises WitnessError when the witnesses disagree.
    """
    with no_collection():
        return _answer(world, question, (*world.notes, *notes), progress)


def _answer(world: World, question: Question, notes: tuple[str, ...], progress: Progress) -> Plan:
    unanswered = Plan(
        status="unknown",
        request=question.requests,
        tree=world.model.info,
        base=world.base,
        finish=world.finish,
        objective_name=question.objective,
        notes=notes,
    )
    found = search(world, question, progress)
    if found is not None:
        return _planned(unanswered, found)
    if _can_be_proved(world, question):
        return evolve(unanswered, status="impossible", conflict=conflict(world, question))
    untried = "no plan found, but not every value of a number or text was tried"
    return evolve(unanswered, notes=(*notes, untried))


def _planned(unanswered: Plan, found: Found) -> Plan:
    world, after = found.problem.world, found.after
    before, model, asked = world.before, world.model, found.problem.question.asked
    changes = tuple(
        Change(name, before[name], after[name])
        for name in model.symbols
        if name in after and before[name] != after[name]
    )
    return evolve(
        unanswered,
        status="planned",
        lines=plan_lines(found),
        satisfied=satisfied(found),
        changes=changes,
        lost=tuple(
            change
            for change in changes
            if change.symbol in model.options
            and change.symbol not in asked
            and after.tristate(change.symbol) < before.tristate(change.symbol)
        ),
        objective=tuple(
            Measure(name, value, found.proved) for name, value in found.measured.items()
        ),
        verified=Verified(evaluator=True),
        notes=(*unanswered.notes, *_placeholders(found.lines)),
    )


def _can_be_proved(world: World, question: Question) -> bool:
    """Is "no plan found" a proof?  Not where values of numbers were left untried."""
    knowledge = world.knowledge
    nodes = [knowledge.dependencies.node(name) for name, _, _ in question.demands(world)]
    cone = knowledge.dependencies.cone(nodes)
    names = [node for node in cone if isinstance(node, str)]
    return is_exhaustive(world.model, knowledge.texts, names)


def _placeholders(lines: tuple[Line, ...]) -> list[str]:
    """A remark for each line whose text only stands for another one."""
    return [
        f"{line}: the text is a placeholder; put in your own"
        for line in lines
        if line.value.startswith('"') and line.value.endswith(f'{PLACEHOLDER}"')
    ]
