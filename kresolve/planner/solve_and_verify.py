"""Plan for one target or several, and verify the plan with conf."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from kresolve.dotconfig.lines import Line
from kresolve.errors import DisagreementError, RequestError
from kresolve.evaluator import ConfMode, evaluate
from kresolve.planner import Plan, Question, Target, answer_all, answer_in_parts
from kresolve.planner.target import ANY
from kresolve.progress import SILENT, TIMEOUT, Progress

if TYPE_CHECKING:
    from kresolve.planner.universal import AnyBase

#: The ``.config`` that a tree's own conf makes of lines.
Conf: TypeAlias = Callable[[Iterable[Line], ConfMode], str]


@frozen
class TargetRequest:
    """A target, or any base of a tree, and the question about it.

    ``samples`` are bases on which conf checks a plan for any base; ``customary`` are
    options that are often listed for the request, and not needed.
    """

    target: Target | AnyBase
    question: Question
    conf: Conf
    samples: Callable[[], Iterable[tuple[Line, ...]]] = tuple
    customary: tuple[str, ...] = ()


def solve_and_verify(
    places: Sequence[TargetRequest],
    *,
    alternatives: int = 0,
    parts: bool = False,
    timeout: float | None = TIMEOUT,
    verify: str | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """One fragment for all places; with ``parts``, what is common and a remainder for each.

    Raises RequestError if there are places of both kinds, DisagreementError when
    evaluator, clauses and conf disagree.
    """
    targets = [
        (place.target, place.question) for place in places if isinstance(place.target, Target)
    ]
    any_bases = [place.target for place in places if not isinstance(place.target, Target)]
    if targets and any_bases:
        raise RequestError(f"base {ANY} covers every base; name no other beside it")
    if any_bases:
        if alternatives:
            raise RequestError(f"alternatives are not looked for with base {ANY}")
        if parts:
            raise RequestError(f"a fragment for base {ANY} is not split")
        from kresolve.planner.universal_plan import answer_any_base

        plan = answer_any_base(any_bases, timeout=timeout, progress=progress)
    elif parts:
        if alternatives:
            raise RequestError("alternatives are not looked for with a plan in parts")
        plan = answer_in_parts(targets, timeout=timeout, progress=progress)
    else:
        plan = answer_all(targets, alternatives=alternatives, timeout=timeout, progress=progress)
    if verify == "conf" and plan.status == "planned":
        with progress.task("running the tree's own conf"):
            for number, place in enumerate(places):
                _verify(place, plan.assignments_in(number))
        plan = plan.confirmed_by_conf(held=True)
    return plan


def _verify(place: TargetRequest, added: Sequence[Line]) -> None:
    """Ask conf, and compare all that it writes with what is evaluated."""
    where = place.target
    bases = [where.lines] if isinstance(where, Target) else [*place.samples()]
    for base in bases:
        lines = (*base, *added)
        theirs = place.conf(lines, where.mode)
        mine = evaluate(where.model, lines, where.mode)
        if theirs != mine.text():
            raise DisagreementError(
                "conf and the evaluator disagree: "
                f"{_first_difference(theirs, mine.text())}: a bug in kresolve; please report it"
            )
        for request in place.question.requests:
            if not request.holds(mine.shown):
                raise DisagreementError(
                    f"{request} does not hold on a base of {where.model.info}, "
                    "against the proof: a bug in kresolve; please report it"
                )


def _first_difference(theirs: str, mine: str) -> str:
    for number, (left, right) in enumerate(
        zip(theirs.splitlines(), mine.splitlines(), strict=False), start=1
    ):
        if left != right:
            return f"line {number} is {left!r} for conf, {right!r} here"
    return "one .config is longer"
