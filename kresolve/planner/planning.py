"""From questions in worlds to a plan."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from kresolve.lines import Line, unquote
from kresolve.memory import no_collection
from kresolve.planner.conflict import UntrueLinesError, asked_for, conflict
from kresolve.planner.objective import Measure, is_known
from kresolve.planner.problem import Question
from kresolve.planner.reasons import plan_lines, satisfied, serving
from kresolve.planner.request import Demand, accepted_values, notes_of
from kresolve.planner.result import Change, Outcome, Plan, Verified
from kresolve.planner.search import Found, search
from kresolve.planner.splitting import Split, split
from kresolve.planner.texts import PLACEHOLDER, is_exhaustive
from kresolve.planner.world import World
from kresolve.progress import SILENT, Progress
from kresolve.solve import Deadline, OutOfTime


def answer(
    world: World,
    question: Question,
    *,
    notes: tuple[str, ...] = (),
    alternatives: int = 0,
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """The best plan for a question in a world; see :func:`answer_all`."""
    return answer_all(
        [(world, question)],
        notes=notes,
        alternatives=alternatives,
        timeout=timeout,
        progress=progress,
    )


def answer_all(
    questions: Sequence[tuple[World, Question]],
    *,
    notes: tuple[str, ...] = (),
    alternatives: int = 0,
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """One plan for questions in worlds, confirmed by the evaluator; or a proof of none.

    ``alternatives``: so many other plans that are as good are looked for.
    ``timeout``: seconds after which the best plan so far is taken, and labelled
    so.  Raises WitnessError when the witnesses disagree.
    """
    said = _remarks(questions)
    with no_collection():
        return _answer(questions, (*said, *notes), alternatives, timeout, progress)


def _answer(
    questions: Sequence[tuple[World, Question]],
    notes: tuple[str, ...],
    alternatives: int,
    timeout: float | None,
    progress: Progress,
) -> Plan:
    unanswered = _unanswered(questions, notes)
    deadline = Deadline.after(timeout)
    try:
        found = search(
            questions,
            alternatives=alternatives,
            deadline=deadline,
            progress=progress,
        )
    except OutOfTime:
        return evolve(unanswered, notes=(*notes, f"gave up after {timeout:g} s"))
    if found is not None:
        plan = _planned(unanswered, found)
        if not all(found.proved):
            given_up = f"the best plan found in {timeout:g} s; there may be a better one"
            plan = evolve(plan, notes=(*plan.notes, given_up)) if timeout else plan
        return plan
    if all(can_be_proved(world, question) for world, question in questions):
        return _impossible(unanswered, questions, deadline)
    untried = "no plan found, but not every value of a number or text was tried"
    return evolve(unanswered, notes=(*notes, untried))


def _impossible(
    unanswered: Plan, questions: Sequence[tuple[World, Question]], deadline: Deadline
) -> Plan:
    """Why there is no plan; of several worlds, which have none by themselves.

    That there is none is proved already: if the time is out before the cause is
    found, all that is asked for is named.
    """
    alone: list[tuple[World, Question]] = []
    try:
        alone += (
            one
            for one in questions
            if len(questions) > 1 and search([one], deadline=deadline) is None
        )
        found = conflict(alone[:1] or questions, deadline)
    except UntrueLinesError as there:
        return evolve(unanswered, notes=(*unanswered.notes, str(there)))
    except OutOfTime:
        found = asked_for(alone[:1] or questions)
        notes = ["that there is no plan is proved; the time was out before the cause was found"]
    else:
        notes = [f"impossible by itself: {world}" for world, _ in alone]
        if len(questions) > 1 and not alone:
            notes = ["each world has a plan of its own; --split gives what these have in common"]
    return evolve(
        unanswered, status="impossible", conflict=found, notes=(*unanswered.notes, *notes)
    )


def answer_in_parts(
    questions: Sequence[tuple[World, Question]],
    *,
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """A common part and a remainder for each world, confirmed by the evaluator.

    Raises WitnessError when the witnesses disagree.
    """
    said = _remarks(questions)
    unanswered = _unanswered(questions, tuple(said))
    deadline = Deadline.after(timeout)
    with no_collection():
        try:
            found = split(questions, deadline=deadline, progress=progress)
        except OutOfTime:
            return evolve(unanswered, notes=(*said, f"gave up after {timeout:g} s"))
        if found is not None:
            return _planned_in_parts(unanswered, found)
        if all(can_be_proved(world, question) for world, question in questions):
            return _impossible(unanswered, questions, deadline)
    untried = "no plan found, but not every value of a number or text was tried"
    return evolve(unanswered, notes=(*said, untried))


def _planned_in_parts(unanswered: Plan, found: Split) -> Plan:
    common = {line.symbol for line in found.common}
    told = [plan_lines(part) for part in found.parts]
    first = found.parts[0]
    values = {name: sum(part.measured[name] for part in found.parts) for name in first.measured}
    values["lines"] = len(common) + sum(
        len(found.remainder(number)) for number in range(len(found.parts))
    )
    return evolve(
        unanswered,
        status="planned",
        lines=tuple(line for line in told[0] if line.symbol in common),
        worlds=tuple(
            evolve(_outcome(part, 0), lines=tuple(one for one in lines if one.symbol not in common))
            for part, lines in zip(found.parts, told, strict=True)
        ),
        objective=tuple(
            Measure(name, value, proved)
            for (name, value), proved in zip(values.items(), first.proved, strict=False)
        ),
        notes=(*unanswered.notes, *_placeholders(first.lines, unanswered)),
    )


def _unanswered(questions: Sequence[tuple[World, Question]], notes: tuple[str, ...]) -> Plan:
    return Plan(
        status="unknown",
        request=_requests(questions),
        worlds=tuple(_untouched(world) for world, _ in questions),
        objective_name=questions[0][1].objective,
        notes=notes,
    )


def _remarks(questions: Sequence[tuple[World, Question]]) -> tuple[str, ...]:
    """What the bases say that is nothing, and which alternatives a tree does not have."""
    found = [note for world, _ in questions for note in world.notes]
    found += notes_of(request for _, question in questions for request in question.requests)
    return tuple(dict.fromkeys(found))


def _requests(questions: Sequence[tuple[World, Question]]) -> tuple[Demand, ...]:
    """The requests of all questions, each once."""
    return tuple(dict.fromkeys(request for _, one in questions for request in one.requests))


def _untouched(world: World) -> Outcome:
    return Outcome(tree=world.model.info, base=world.base, finish=world.finish)


def _planned(unanswered: Plan, found: Found) -> Plan:
    return evolve(
        unanswered,
        status="planned",
        lines=plan_lines(found),
        worlds=tuple(_outcome(found, number) for number in range(len(found.after))),
        objective=tuple(
            Measure(name, value, proved)
            for (name, value), proved in zip(found.measured.items(), found.proved, strict=False)
        ),
        notes=(*unanswered.notes, *_placeholders(found.lines, unanswered)),
        alternatives=found.others,
    )


def _outcome(found: Found, number: int) -> Outcome:
    """What a plan does in one of its worlds."""
    scene, after = found.problem.scenes[number], found.after[number]
    world, question = scene.world, scene.question
    before, model = world.before, world.model
    changes = tuple(Change(name, before[name], after[name]) for name in before.changes(after))
    return Outcome(
        tree=model.info,
        base=world.base,
        finish=world.finish,
        satisfied=satisfied(found, number),
        serving=serving(question.requests, after.shown),
        changes=changes,
        lost=tuple(
            change
            for change in changes
            if change.symbol in model.options
            and not question.is_granted(change.symbol, after.shown(change.symbol))
            and after.tristate(change.symbol) < before.tristate(change.symbol)
        ),
        dropped=tuple(
            line.symbol
            for line in found.lines
            if is_known(line, model) and after.line(line.symbol).value != line.value
        ),
        verified=Verified(evaluator=True),
    )


def can_be_proved(world: World, question: Question) -> bool:
    """Is "no plan found" a proof?  Not where values of numbers were left untried."""
    knowledge = world.knowledge
    nodes = [
        knowledge.dependencies.node(name)
        for demand in question.demands(world)
        for name in demand.looked_at
    ]
    cone = knowledge.dependencies.cone(nodes)
    names = [node for node in cone if isinstance(node, str)]
    return is_exhaustive(world.model, knowledge.texts, names)


def _placeholders(lines: tuple[Line, ...], plan: Plan) -> list[str]:
    """A remark for each line that nobody asked for whose text only stands for another one."""
    asked = accepted_values(plan.request)
    return [
        f"{line}: the text is a placeholder; put in your own"
        for line in lines
        if unquote(line.value) not in asked.get(line.symbol, ())
        and line.value.startswith('"')
        and line.value.endswith(f'{PLACEHOLDER}"')
    ]
