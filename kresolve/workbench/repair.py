"""A plan for as many of some requests as can be had together, and why not for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from attrs import field, frozen

from kresolve.planner import Conflict, Plan, Question, Request, World, answer
from kresolve.progress import SILENT, Progress

#: Seconds for one plan.
TIMEOUT = 120.0
#: So many places of a proof are named in a sentence.
_PLACES = 4


@frozen(eq=False)
class Repair:
    """What has to be added for some requests.

    ``plan`` is for those that can be had, None if there are none of them;
    ``impossible`` holds, for each of the others, the proof; ``unknown`` are
    those of which nobody can tell.
    """

    plan: Plan | None
    impossible: Mapping[str, Conflict] = field(factory=dict)
    unknown: frozenset[str] = frozenset()


def repair(
    world: World,
    requests: Iterable[Request],
    progress: Progress = SILENT,
    *,
    timeout: float = TIMEOUT,
) -> Repair:
    """The best plan for requests in a world, without those that a proof rules out.

    ``timeout``: seconds for one plan, after which the best so far is taken.
    """

    def ask(wanted: tuple[Request, ...]) -> Plan:
        return answer(world, Question(wanted), timeout=timeout)

    with progress.task("looking for what is missing"):
        return repair_by(ask, requests)


def repair_by(ask: Callable[[tuple[Request, ...]], Plan], requests: Iterable[Request]) -> Repair:
    """The plan that ``ask`` gives for requests, without those that a proof rules out.

    Of requests that cannot hold together, the last one is given up.
    """
    wanted = {request.symbol: request for request in requests}
    impossible: dict[str, Conflict] = {}
    while wanted:
        plan = ask(tuple(wanted.values()))
        if plan.status == "planned":
            return Repair(plan, impossible)
        if plan.conflict is None:
            break
        named = {name for name, _, _ in plan.conflict.demands}
        given_up = [name for name in wanted if name in named][-1]
        impossible[given_up] = plan.conflict
        del wanted[given_up]
    return Repair(None, impossible, frozenset(wanted))


def conflict_text(name: str, conflict: Conflict) -> str:
    """A proof in one sentence: with what a request cannot hold, and where it says so."""
    others = [
        f"{symbol}={'|'.join(accept)}" for symbol, accept, _ in conflict.demands if symbol != name
    ]
    together = f" together with {' and '.join(others)}" if others else " here"
    places = [str(rule.location) for rule in conflict.rules if rule.location is not None]
    listed = list(dict.fromkeys(places))
    shown = ", ".join(listed[:_PLACES]) + (" ..." if len(listed) > _PLACES else "")
    return f"impossible{together}, proved{f' ({shown})' if shown else ''}"
