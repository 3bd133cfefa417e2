"""Plan: answer questions in targets."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from attrs import evolve

from kresolve.dotconfig.lines import Line, unquote
from kresolve.kconfig.memory import gc_paused
from kresolve.planner.candidate_values import PLACEHOLDER, is_exhaustive
from kresolve.planner.objective import Measure, is_known
from kresolve.planner.problem import Question
from kresolve.planner.request import Demand, accepted_values, notes_of
from kresolve.planner.result import Change, Plan, TargetResult, Verified
from kresolve.planner.search import SearchResult, search
from kresolve.planner.target import Target
from kresolve.planner.why_needed import plan_lines, satisfied, serving
from kresolve.progress import SILENT, Progress
from kresolve.solver import Deadline, OutOfTime

if TYPE_CHECKING:
    from kresolve.planner.splitting import Split


def answer(
    target: Target,
    question: Question,
    *,
    notes: tuple[str, ...] = (),
    alternatives: int = 0,
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """The best plan for a question in a target; see :func:`answer_all`."""
    return answer_all(
        [(target, question)],
        notes=notes,
        alternatives=alternatives,
        timeout=timeout,
        progress=progress,
    )


def answer_all(
    questions: Sequence[tuple[Target, Question]],
    *,
    notes: tuple[str, ...] = (),
    alternatives: int = 0,
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """One plan for questions in targets, confirmed by the evaluator; or a proof of none.

    ``alternatives``: so many other plans that are as good are looked for.
    ``timeout``: seconds after which the best plan so far is taken, and labelled
    so.  Raises DisagreementError when the witnesses disagree.
    """
    remarks = _remarks(questions)
    with gc_paused():
        return _answer(questions, (*remarks, *notes), alternatives, timeout, progress)


def _answer(
    questions: Sequence[tuple[Target, Question]],
    notes: tuple[str, ...],
    alternatives: int,
    timeout: float | None,
    progress: Progress,
) -> Plan:
    unanswered = _unanswered(questions, notes)
    deadline = Deadline.after(timeout)
    try:
        result = search(
            questions,
            alternatives=alternatives,
            deadline=deadline,
            progress=progress,
        )
    except OutOfTime:
        return evolve(unanswered, notes=(*notes, f"timed out after {timeout:g} s"))
    if result is not None:
        plan = _planned(unanswered, result)
        if not all(result.proved):
            given_up = f"the best plan found in {timeout:g} s; there may be a better one"
            plan = evolve(plan, notes=(*plan.notes, given_up)) if timeout else plan
        return plan
    if all(can_be_proved(target, question) for target, question in questions):
        return _impossible(unanswered, questions, deadline)
    untried = "no plan found, but not every value of a number or text was tried"
    return evolve(unanswered, notes=(*notes, untried))


def _impossible(
    unanswered: Plan, questions: Sequence[tuple[Target, Question]], deadline: Deadline
) -> Plan:
    """Why there is no plan; of several targets, which have none by themselves.

    That there is none is proved already: if the time is out before the cause is
    found, all that is asked for is named.
    """
    from kresolve.planner.conflict import NoStableLineError, asked_for, conflict

    alone: list[tuple[Target, Question]] = []
    try:
        alone += (
            question
            for question in questions
            if len(questions) > 1 and search([question], deadline=deadline) is None
        )
        proof = conflict(alone[:1] or questions, deadline)
    except NoStableLineError as there:
        return evolve(unanswered, notes=(*unanswered.notes, str(there)))
    except OutOfTime:
        proof = asked_for(alone[:1] or questions)
        notes = ["proved impossible; timed out before the cause was found"]
    else:
        notes = [f"impossible by itself: {target}" for target, _ in alone]
        if len(questions) > 1 and not alone:
            notes = ["each target has a plan of its own; --split gives what these have in common"]
    return evolve(
        unanswered, status="impossible", conflict=proof, notes=(*unanswered.notes, *notes)
    )


def answer_in_parts(
    questions: Sequence[tuple[Target, Question]],
    *,
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """A common part and a remainder for each target, confirmed by the evaluator.

    Raises DisagreementError when the witnesses disagree.
    """
    from kresolve.planner.splitting import split

    remarks = _remarks(questions)
    unanswered = _unanswered(questions, tuple(remarks))
    deadline = Deadline.after(timeout)
    with gc_paused():
        try:
            parts = split(questions, deadline=deadline, progress=progress)
        except OutOfTime:
            return evolve(unanswered, notes=(*remarks, f"timed out after {timeout:g} s"))
        if parts is not None:
            return _planned_in_parts(unanswered, parts)
        if all(can_be_proved(target, question) for target, question in questions):
            return _impossible(unanswered, questions, deadline)
    untried = "no plan found, but not every value of a number or text was tried"
    return evolve(unanswered, notes=(*remarks, untried))


def _planned_in_parts(unanswered: Plan, parts: Split) -> Plan:
    common = {line.symbol for line in parts.common}
    lines_by_part = [plan_lines(part) for part in parts.parts]
    first = parts.parts[0]
    values = {name: sum(part.measured[name] for part in parts.parts) for name in first.measured}
    values["lines"] = len(common) + sum(
        len(parts.remainder(number)) for number in range(len(parts.parts))
    )
    return evolve(
        unanswered,
        status="planned",
        lines=tuple(line for line in lines_by_part[0] if line.symbol in common),
        targets=tuple(
            evolve(
                _outcome(part, 0),
                lines=tuple(each for each in lines if each.symbol not in common),
            )
            for part, lines in zip(parts.parts, lines_by_part, strict=True)
        ),
        objective=tuple(
            Measure(name, value, proved)
            for (name, value), proved in zip(values.items(), first.proved, strict=False)
        ),
        notes=(*unanswered.notes, *_placeholders(first.lines, unanswered)),
    )


def _unanswered(questions: Sequence[tuple[Target, Question]], notes: tuple[str, ...]) -> Plan:
    return Plan(
        status="unknown",
        request=_requests(questions),
        targets=tuple(_untouched(target) for target, _ in questions),
        objective_name=questions[0][1].objective,
        notes=notes,
    )


def _remarks(questions: Sequence[tuple[Target, Question]]) -> tuple[str, ...]:
    """What the bases say that is nothing, and which alternatives a tree does not have."""
    notes = [note for target, _ in questions for note in target.notes]
    notes += notes_of(request for _, question in questions for request in question.requests)
    return tuple(dict.fromkeys(notes))


def _requests(questions: Sequence[tuple[Target, Question]]) -> tuple[Demand, ...]:
    """The requests of all questions, each once."""
    return tuple(
        dict.fromkeys(request for _, question in questions for request in question.requests)
    )


def _untouched(target: Target) -> TargetResult:
    return TargetResult(tree=target.model.info, base=target.base, mode=target.mode)


def _planned(unanswered: Plan, result: SearchResult) -> Plan:
    return evolve(
        unanswered,
        status="planned",
        lines=plan_lines(result),
        targets=tuple(_outcome(result, number) for number in range(len(result.after))),
        objective=tuple(
            Measure(name, value, proved)
            for (name, value), proved in zip(result.measured.items(), result.proved, strict=False)
        ),
        notes=(*unanswered.notes, *_placeholders(result.lines, unanswered)),
        alternatives=result.others,
    )


def _outcome(result: SearchResult, number: int) -> TargetResult:
    """What a plan does in one of its targets."""
    encoded_target, after = result.problem.encoded_targets[number], result.after[number]
    target, question = encoded_target.target, encoded_target.question
    before, model = target.before, target.model
    changes = tuple(Change(name, before[name], after[name]) for name in before.changes(after))
    return TargetResult(
        tree=model.info,
        base=target.base,
        mode=target.mode,
        satisfied=satisfied(result, number),
        serving=serving(question.requests, after.shown),
        changes=changes,
        lost=tuple(
            change
            for change in changes
            if model.is_option(change.symbol)
            and not question.is_granted(change.symbol, after.shown(change.symbol))
            and after.tristate(change.symbol) < before.tristate(change.symbol)
        ),
        dropped=tuple(
            line.symbol
            for line in result.lines
            if is_known(line, model) and after.line(line.symbol).value != line.value
        ),
        verified=Verified(evaluator=True),
    )


def can_be_proved(target: Target, question: Question) -> bool:
    """Is "no plan found" a proof?  Not where values of numbers were left untried."""
    model_index = target.model_index
    nodes = [
        model_index.dependencies.node(name)
        for demand in question.demands(target)
        for name in demand.looked_at
    ]
    cone = model_index.dependencies.cone(nodes)
    names = [node for node in cone if isinstance(node, str)]
    return is_exhaustive(target.model, model_index.texts, names)


def _placeholders(lines: tuple[Line, ...], plan: Plan) -> list[str]:
    """A remark for each line that nobody asked for whose text only stands for another one."""
    asked = accepted_values(plan.request)
    return [
        f"{line}: the string is a placeholder; replace it with your own"
        for line in lines
        if unquote(line.value) not in asked.get(line.symbol, ())
        and line.value.startswith('"')
        and line.value.endswith(f'{PLACEHOLDER}"')
    ]
