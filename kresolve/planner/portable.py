"""Plans for every base: the fragment, why each line is in it, and where it is missed."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from kresolve.lines import Line
from kresolve.memory import no_collection
from kresolve.planner.chains import Contrast
from kresolve.planner.conflict import UntrueLinesError, conflict
from kresolve.planner.everybase import ANY, Everywhere, Land, everywhere
from kresolve.planner.fragmentlines import model_of
from kresolve.planner.objective import Measure
from kresolve.planner.reasons import Loss, plainly_asked, plan_line
from kresolve.planner.request import Request, notes_of
from kresolve.planner.result import Missed, Outcome, Plan, PlanLine, Satisfied, Verified
from kresolve.planner.texts import is_exhaustive
from kresolve.planner.world import World
from kresolve.progress import SILENT, Progress
from kresolve.semantics import evaluate
from kresolve.solve import Deadline, OutOfTime


def answer_everywhere(
    lands: Sequence[Land],
    *,
    notes: tuple[str, ...] = (),
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """One fragment for every base of all lands, proved; or bases for which there is none.

    Raises WitnessError when the witnesses disagree.
    """
    said = dict.fromkeys(notes_of(one for land in lands for one in land.question.requests))
    with no_collection():
        return _answer(lands, (*said, *notes), timeout, progress)


def _answer(
    lands: Sequence[Land], notes: tuple[str, ...], timeout: float | None, progress: Progress
) -> Plan:
    unanswered = Plan(
        status="unknown",
        request=tuple(dict.fromkeys(one for land in lands for one in land.question.requests)),
        worlds=tuple(Outcome(land.model.info, ANY, land.finish) for land in lands),
        objective_name="portable",
        notes=notes,
    )
    try:
        found = everywhere(lands, deadline=Deadline.after(timeout), progress=progress)
    except OutOfTime:
        return evolve(unanswered, notes=(*notes, f"gave up after {timeout:g} s"))
    proved = all(_every_text_tried(land) for land in lands)
    if not isinstance(found, Everywhere):
        questions = [
            (_base(lands[number], base), lands[number].question) for number, base in found.bases
        ]
        if not proved:
            untried = "no fragment found, but not every value of a number or text was tried"
            return evolve(unanswered, notes=(*notes, untried))
        try:
            return evolve(unanswered, status="impossible", conflict=conflict(questions))
        except UntrueLinesError as there:
            return evolve(unanswered, notes=(*notes, str(there)))
    if not proved:
        notes = (
            *notes,
            "proved but for bases with numbers and texts that were not tried",
        )
    return evolve(
        unanswered,
        status="planned",
        notes=notes,
        lines=tuple(_line(lands, found, line) for line in found.lines),
        worlds=tuple(_outcome(land, found, number) for number, land in enumerate(lands)),
        objective=tuple(Measure(name, value, proved) for name, value in found.costs.items()),
    )


def _every_text_tried(land: Land) -> bool:
    names = [node for node in land.cone if isinstance(node, str)]
    return is_exhaustive(land.model, land.knowledge.texts, names)


def _base(land: Land, lines: tuple[Line, ...]) -> World:
    name = str(Missed(land.model.info, lines))
    return World(land.model, name, lines, land.finish, land.knowledge)


def _line(lands: Sequence[Land], found: Everywhere, line: Line) -> PlanLine:
    """A line with the base on which it is missed, and what is lost there."""
    number, base = found.needed[line.symbol]
    land = lands[number]
    fewer = [other for other in found.lines if other is not line]
    there = evaluate(land.model, (*base, *found.lines), land.finish, nodes=land.cone)
    without = evaluate(land.model, (*base, *fewer), land.finish, nodes=land.cone)
    lost = tuple(one for one in land.question.requests if not one.holds(without.shown))

    def elsewhere(name: str) -> int | str:
        found = without.evaluation.logical.get(name)
        return without.evaluation.text.get(name, "") if found is None else found

    model = model_of([land.model for land in lands], line.symbol)
    plain = plainly_asked(land.question for land in lands)
    contrast = Contrast(land.model, there.evaluation, elsewhere)
    told = plan_line(model, line, plain, Loss(lost, lost, there.shown, contrast))
    return evolve(told, missed_on=Missed(land.model.info, base))


def _outcome(land: Land, found: Everywhere, number: int) -> Outcome:
    """What a fragment for every base does in one tree; confirmed on all bases found."""
    said = {line.symbol for line in found.lines}
    bases = [(), *(base for place, base in found.bases if place == number)]
    return Outcome(
        tree=land.model.info,
        base=ANY,
        finish=land.finish,
        satisfied=tuple(
            Satisfied(
                request.name,
                "|".join(request.accept) if isinstance(request, Request) else None,
                "follows on every base",
            )
            for request in land.question.requests
            if said.isdisjoint(request.symbols)
        ),
        verified=Verified(evaluator=all(land.holds(base, found.lines) for base in bases)),
    )
