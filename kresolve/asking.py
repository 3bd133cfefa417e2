"""One question, put to the planner for one place or several, and checked with conf."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TypeAlias

from attrs import frozen

from kresolve.defaults import TIMEOUT
from kresolve.errors import RequestError, WitnessError
from kresolve.lines import Line
from kresolve.planner import (
    ANY,
    ORDERS,
    Land,
    Plan,
    Question,
    World,
    answer_all,
    answer_everywhere,
    answer_in_parts,
)
from kresolve.progress import SILENT, Progress
from kresolve.semantics import Finish, evaluate

#: The ``.config`` that a tree's own conf makes of lines.
Conf: TypeAlias = Callable[[Iterable[Line], Finish], str]


@frozen
class Place:
    """A tree with one base, or with any, and what is asked of it.

    ``samples`` are bases on which conf is asked about a plan for any base;
    ``traditions`` are options that people who ask so add by tradition.
    """

    where: World | Land
    question: Question
    conf: Conf
    samples: Callable[[], Iterable[tuple[Line, ...]]] = tuple
    traditions: tuple[str, ...] = ()


def check_words(*, objective: str, prefer: str, verify: str | None) -> None:
    """Raise RequestError for a word that is none of those there are."""
    if objective not in ORDERS:
        raise RequestError(f"objective {objective!r}: say {_or(ORDERS)}")
    if prefer not in ("y", "m"):
        raise RequestError(f"prefer {prefer!r}: say y or m")
    if verify not in (None, "conf"):
        raise RequestError(f"verify {verify!r}: say conf")


def ask(
    places: Sequence[Place],
    *,
    alternatives: int = 0,
    parts: bool = False,
    timeout: float | None = TIMEOUT,
    verify: str | None = None,
    progress: Progress = SILENT,
) -> Plan:
    """One fragment for all places; with ``parts``, what is common and a remainder for each.

    Raises RequestError if there are places of both kinds, WitnessError when
    evaluator, clauses and conf disagree.
    """
    worlds = [(place.where, place.question) for place in places if isinstance(place.where, World)]
    lands = [place.where for place in places if isinstance(place.where, Land)]
    if worlds and lands:
        raise RequestError(f"base {ANY} covers every base; name no other beside it")
    if lands:
        if alternatives:
            raise RequestError(f"alternatives are not looked for with base {ANY}")
        if parts:
            raise RequestError(f"a fragment for base {ANY} is not split")
        plan = answer_everywhere(lands, timeout=timeout, progress=progress)
    elif parts:
        if alternatives:
            raise RequestError("alternatives are not looked for with a plan in parts")
        plan = answer_in_parts(worlds, timeout=timeout, progress=progress)
    else:
        plan = answer_all(worlds, alternatives=alternatives, timeout=timeout, progress=progress)
    if verify == "conf" and plan.status == "planned":
        with progress.task("asking the tree's own conf"):
            for number, place in enumerate(places):
                _verify(place, plan.assignments_in(number))
        plan = plan.confirmed_by_conf(held=True)
    return plan


def _verify(place: Place, added: Sequence[Line]) -> None:
    """Ask conf, and compare all that it writes with what is evaluated."""
    where = place.where
    bases = [where.lines] if isinstance(where, World) else [*place.samples()]
    for base in bases:
        lines = (*base, *added)
        theirs = place.conf(lines, where.finish)
        mine = evaluate(where.model, lines, where.finish)
        if theirs != mine.text():
            raise WitnessError(
                "conf and the evaluator disagree: "
                f"{_first_difference(theirs, mine.text())}; please report this"
            )
        for request in place.question.requests:
            if not request.holds(mine.shown):
                raise WitnessError(
                    f"{request} does not hold on a base of {where.model.info}, "
                    "against the proof; please report this"
                )


def _first_difference(theirs: str, mine: str) -> str:
    for number, (left, right) in enumerate(
        zip(theirs.splitlines(), mine.splitlines(), strict=False), start=1
    ):
        if left != right:
            return f"line {number} is {left!r} for conf, {right!r} here"
    return "one .config is longer"


def _or(words: Iterable[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} or {last}"
