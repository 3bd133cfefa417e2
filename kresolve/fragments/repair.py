"""Plan as many of some requests as are possible together, and prove why not the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from attrs import field, frozen

from kresolve.planner import Conflict, Demand, Plan, Question, Target, answer, can_be_proved
from kresolve.planner.compatible import Compatible, compatible
from kresolve.progress import ADVICE_TIMEOUT, SILENT, Progress
from kresolve.solver import Deadline

#: Seconds for a plan when no time is left: it is made of what is known.
_SOON = 0.001
#: So many rules of a proof are told in a sentence.
_RULES = 8


@frozen(eq=False)
class Repair:
    """The result of repair: the lines to add for some requests.

    ``plan`` is for those that are possible, None if there are none;
    ``impossible`` holds the proof for each of the others, by name; ``unknown`` are
    those that were not decided.  ``stopped`` says what is missing if time ran out.
    """

    plan: Plan | None
    impossible: Mapping[str, Conflict] = field(factory=dict)
    unknown: frozenset[str] = frozenset()
    stopped: tuple[str, ...] = ()


def repair(
    target: Target,
    requests: Iterable[Demand],
    progress: Progress = SILENT,
    *,
    timeout: float | None = ADVICE_TIMEOUT,
    broken: Callable[[Plan], Sequence[Demand]] = lambda plan: (),
) -> Repair:
    """The best plan for requests in a target, without those that a proof rules out.

    Of requests that cannot hold together, the later ones are given up.  ``broken``
    tells what a plan must not cost, before all requests: if that is anything, another
    plan is looked for.  ``timeout``: seconds after which it ends with what is known by
    then.
    """
    wanted = _distinct(requests)
    deadline = Deadline.after(timeout)
    possible, plan = _plan(target, wanted, deadline, progress)
    refused = dict(possible.refused)
    kept_first = () if plan is None else _distinct(broken(plan))
    if kept_first:
        possible, plan = _plan(target, (*kept_first, *wanted), deadline, progress)
        refused |= possible.refused
    refused = {request: refused[request] for request in refused if request not in possible.kept}
    stopped: list[str] = []
    untried = {request.name for request in possible.untried if request not in refused}
    if untried:
        stopped.append(f"{len(untried)} of {len(wanted)} lost lines were not examined")
    unknown = set(untried)
    if plan is None and possible.kept:
        unknown |= {request.name for request in possible.kept if request not in kept_first}
        stopped.append("no lines were found for those that are possible together")
    elif plan is not None and not all(measure.proved for measure in plan.objective):
        stopped.append("fewer or better lines may exist")
    impossible: dict[str, Conflict] = {}
    short = 0
    with progress.task("looking for reasons", len(refused)) as task:
        for number, (request, together) in enumerate(refused.items()):
            task.update(number)
            question = Question(together)
            proof: Conflict | None = None
            if deadline.left != 0:
                proof = answer(target, question, timeout=deadline.left).conflict
            elif can_be_proved(target, question):
                proof = Conflict(tuple(question.demands(target)), ())
                short += 1
            if proof is None:
                unknown.add(request.name)
            else:
                impossible[request.name] = proof
    if short:
        stopped.append(f"{short} impossible lines have no reason")
    return Repair(plan, impossible, frozenset(unknown), tuple(stopped))


def _distinct(requests: Iterable[Demand]) -> tuple[Demand, ...]:
    """Requests, of each name the last."""
    return tuple({request.name: request for request in requests}.values())


def _plan(
    target: Target, wanted: Sequence[Demand], deadline: Deadline, progress: Progress
) -> tuple[Compatible, Plan | None]:
    """What can be had together, and the best plan for it, as far as half of the time does."""
    possible = compatible(target, wanted, deadline, progress)
    if not possible.kept:
        return possible, None
    # Of the time that is left, half is for a better plan and for the reasons of the others.
    share = None if deadline.left is None else max(_SOON, deadline.left / 2)
    plan = answer(target, Question(possible.kept), timeout=share, progress=progress)
    return possible, plan if plan.status == "planned" else None


def repair_by(ask: Callable[[tuple[Demand, ...]], Plan], requests: Iterable[Demand]) -> Repair:
    """The plan that ``ask`` gives for requests, without those that a proof rules out.

    Of requests that cannot hold together, the last one is given up.
    """
    wanted = {request.name: request for request in requests}
    impossible: dict[str, Conflict] = {}
    while wanted:
        plan = ask(tuple(wanted.values()))
        if plan.status == "planned":
            return Repair(plan, impossible)
        if plan.conflict is None:
            break
        named = {demand.name for demand in plan.conflict.demands}
        given_up = [name for name in wanted if name in named][-1]
        impossible[given_up] = plan.conflict
        del wanted[given_up]
    return Repair(None, impossible, frozenset(wanted))


def conflict_text(name: str, conflict: Conflict) -> str:
    """A proof in one sentence: with what a request cannot hold, and the rules that say so."""
    others = [
        f"{demand}{_place(demand.origin)}" for demand in conflict.demands if demand.name != name
    ]
    together = f" together with {' and '.join(others)}" if others else " here"
    rules = [f"{rule} ({place})" if place else rule for place, rule in _in_chain(name, conflict)]
    shown = ", ".join(rules[:_RULES]) + (" ..." if len(rules) > _RULES else "")
    return f"impossible{together}, proved{f': {shown}' if shown else ''}"


def _place(origin: str) -> str:
    """The place of a line that was asked for, in brackets."""
    return f" ({origin[1:]})" if origin.startswith("@") else ""


def _in_chain(name: str, conflict: Conflict) -> Iterator[tuple[str, str]]:
    """The rules of a proof, each after one that it has a symbol in common with, if there is one."""
    left = [(place, rule) for place, rule, _ in conflict.kconfig_lines()]
    seen, position = {name}, 0
    while left:
        linked = (n for n, (_, rule) in enumerate(left) if seen & {*re.findall(r"\w+", rule)})
        position = next(linked, min(position, len(left) - 1))
        seen |= {*re.findall(r"[A-Z0-9_]\w+", left[position][1])}
        yield left.pop(position)
