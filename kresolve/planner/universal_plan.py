"""Plans for every base: the fragment, why each line is in it, and where it is missed."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import evaluate
from kresolve.explanation.dependency_path import WithAndWithout, values_in
from kresolve.explanation.deriving import Deriver
from kresolve.kconfig.memory import gc_paused
from kresolve.planner.candidate_values import is_exhaustive
from kresolve.planner.conflict import NoStableLineError, conflict
from kresolve.planner.line_order import model_of
from kresolve.planner.objective import Measure
from kresolve.planner.request import Request, notes_of
from kresolve.planner.result import (
    Counterexample,
    Plan,
    PlanLine,
    Satisfied,
    TargetResult,
    Verified,
)
from kresolve.planner.target import ANY, Target
from kresolve.planner.universal import AnyBase, UniversalFragment, universal_fragment
from kresolve.planner.why_needed import Loss, plainly_asked, plan_line
from kresolve.progress import SILENT, Progress
from kresolve.solver import Deadline, OutOfTime


def answer_any_base(
    any_bases: Sequence[AnyBase],
    *,
    notes: tuple[str, ...] = (),
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """One fragment for every base of all trees, proved; or bases for which there is none.

    Raises DisagreementError when the witnesses disagree.
    """
    remarks = dict.fromkeys(
        notes_of(request for any_base in any_bases for request in any_base.question.requests)
    )
    with gc_paused():
        return _answer(any_bases, (*remarks, *notes), timeout, progress)


def _answer(
    any_bases: Sequence[AnyBase], notes: tuple[str, ...], timeout: float | None, progress: Progress
) -> Plan:
    unanswered = Plan(
        status="unknown",
        request=tuple(
            dict.fromkeys(
                request for any_base in any_bases for request in any_base.question.requests
            )
        ),
        targets=tuple(
            TargetResult(any_base.model.info, ANY, any_base.mode) for any_base in any_bases
        ),
        objective_name="portable",
        notes=notes,
    )
    try:
        result = universal_fragment(any_bases, deadline=Deadline.after(timeout), progress=progress)
    except OutOfTime:
        return evolve(unanswered, notes=(*notes, f"timed out after {timeout:g} s"))
    proved = all(_every_text_tried(any_base) for any_base in any_bases)
    if not isinstance(result, UniversalFragment):
        questions = [
            (_base(any_bases[number], base), any_bases[number].question)
            for number, base in result.bases
        ]
        if not proved:
            untried = "no fragment found, but not every value of a number or text was tried"
            return evolve(unanswered, notes=(*notes, untried))
        try:
            return evolve(unanswered, status="impossible", conflict=conflict(questions))
        except NoStableLineError as there:
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
        lines=tuple(_line(any_bases, result, line) for line in result.lines),
        targets=tuple(
            _outcome(any_base, result, number) for number, any_base in enumerate(any_bases)
        ),
        objective=tuple(Measure(name, value, proved) for name, value in result.costs.items()),
    )


def _every_text_tried(any_base: AnyBase) -> bool:
    names = [node for node in any_base.cone if isinstance(node, str)]
    return is_exhaustive(any_base.model, any_base.model_index.texts, names)


def _base(any_base: AnyBase, lines: tuple[Line, ...]) -> Target:
    name = str(Counterexample(any_base.model.info, lines))
    return Target(any_base.model, name, lines, any_base.mode, any_base.model_index)


def _line(any_bases: Sequence[AnyBase], found: UniversalFragment, line: Line) -> PlanLine:
    """A line with the base on which it is missed, and what is lost there."""
    number, base = found.needed[line.symbol]
    any_base = any_bases[number]
    fewer = [other for other in found.lines if other is not line]
    there = evaluate(any_base.model, (*base, *found.lines), any_base.mode, nodes=any_base.cone)
    without = evaluate(any_base.model, (*base, *fewer), any_base.mode, nodes=any_base.cone)
    lost = tuple(one for one in any_base.question.requests if not one.holds(without.shown))

    model = model_of([any_base.model for any_base in any_bases], line.symbol)
    plain = plainly_asked(any_base.question for any_base in any_bases)
    contrast = WithAndWithout(Deriver(there, "the base"), values_in(without.evaluation))
    told = plan_line(model, line, plain, Loss(lost, lost, there.shown, contrast))
    return evolve(told, missed_on=Counterexample(any_base.model.info, base))


def _outcome(any_base: AnyBase, found: UniversalFragment, number: int) -> TargetResult:
    """What a fragment for every base does in one tree; confirmed on all bases found."""
    said = {line.symbol for line in found.lines}
    bases = [(), *(base for place, base in found.bases if place == number)]
    return TargetResult(
        tree=any_base.model.info,
        base=ANY,
        mode=any_base.mode,
        satisfied=tuple(
            Satisfied(
                request.name,
                "|".join(request.accept) if isinstance(request, Request) else None,
                "holds on every base",
            )
            for request in any_base.question.requests
            if said.isdisjoint(request.symbols)
        ),
        verified=Verified(evaluator=all(any_base.holds(base, found.lines) for base in bases)),
    )
