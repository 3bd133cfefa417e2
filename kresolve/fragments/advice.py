"""Advice that makes lost lines survive: what to add, why, and what works instead.

The lines are those of one plan for all that is lost, so the reason why a line is
needed may be another lost line; the advice says so, rule by rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from attrs import evolve, frozen

from kresolve.dotconfig.lines import (
    Line,
)
from kresolve.explanation.dependency_path import Relation, WithAndWithout, shortest_path, values_in
from kresolve.explanation.deriving import Deriver
from kresolve.fragments.findings import Finding
from kresolve.fragments.linting import Linter
from kresolve.fragments.repair import Repair, conflict_text, repair
from kresolve.kconfig.expressions import Or, Sym, walk
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Default, Limit, Model
from kresolve.kconfig.phrases import join_names
from kresolve.planner import Conflict, Plan, Question, Request, Target, answer
from kresolve.planner.compatible import compatible
from kresolve.planner.result import CorrectionSet
from kresolve.progress import ADVICE_TIMEOUT, SILENT, Progress
from kresolve.solver import Deadline

#: So many rules are told between a lost line and what it lacks.
_RULES: Final = 4
#: So many other lines are tried for one of the plan's, and for all of them.
_OTHERS: Final = 3
_TRIED: Final = 12
#: For so many lines that exclude each other ways out are looked for.
_WAYS: Final = 8


@frozen
class Advice:
    """What to do about one lost line: the words, and the lines to add."""

    text: str
    add: tuple[str, ...] = ()


@frozen
class Exchange:
    """Lines to take out, and lines to write, so that others survive.

    ``places`` says where the lines stand that are given up, by option.
    """

    way: CorrectionSet
    new: tuple[Line, ...]
    places: Mapping[str, str]

    def __str__(self) -> str:
        new = {line.symbol: line for line in self.new}
        parts: list[str] = []
        for demand in self.way.give_up:
            place = self.places[demand.name]
            line = new.pop(demand.name, None)
            parts.append(f"remove {place}" if line is None else f"replace {place} by {line}")
        if self.way.instead:
            parts[-1] += f" ({' and '.join(self.way.instead)} also works)"
        if new:
            parts.append(f"add {', '.join(map(str, new.values()))}")
        return " and ".join(parts)


class Adviser:
    """Advice from one plan for all lost lines of some fragments.

    ``target`` has the fragments' ``lines`` on top, ``lost`` says where each lost
    option's line stands.  When the deadline has come, nothing more is tried.
    """

    def __init__(
        self,
        target: Target,
        lines: Sequence[Line],
        plan: Plan | None,
        lost: Mapping[str, Location | None],
        deadline: Deadline,
    ) -> None:
        self.target = target
        self.plan = plan
        self._lines = lines
        self._written = {line.symbol for line in lines}
        self._lost = lost
        self._deadline = deadline
        self._tries = _TRIED
        self._ways = _WAYS
        self._instead: dict[tuple[str, str], bool] = {}
        if plan is not None:
            self._after = target.after(plan.assignments)
            deriver = Deriver(self._after, target.base)
            self._contrast = WithAndWithout(deriver, values_in(target.before.evaluation))

    def adding(self, request: Request, message: str) -> Advice | None:
        """The plan's lines for a lost line, beside its ``message``; None if there are none."""
        if self.plan is None:
            return None
        name = request.symbol
        lines = [
            line
            for line in self.plan.lines
            if name in line.needed_by and line.symbol not in (name, *self._lost)
        ]
        if not lines:
            return None
        steps: dict[str, None] = {}
        through: dict[str, None] = {}
        instead: dict[str, None] = {}
        for line in lines:
            way = shortest_path(self._contrast, line.symbol, [name])
            for number, (user, relation) in enumerate(way):
                if user in self._lost and user != name:
                    if number > 1 or user not in message:
                        through[user] = None
                    break
                used = way[number + 1][0] if number + 1 < len(way) else line.symbol
                if user != name or used not in message:
                    steps[f"{user} {relation}"] = None
                if used == line.symbol:
                    instead.update(dict.fromkeys(self._alternatives(request, user, used, relation)))
        add = tuple(line.text for line in lines)
        text = f"add {', '.join(add)}"
        for other in through:
            text += f", which CONFIG_{other} ({self._lost[other]}) needs"
        if steps:
            more = "; ..." if len(steps) > _RULES else ""
            text += f": {'; '.join([*steps][:_RULES])}{more}"
        return Advice("; ".join([text, *instead]), add)

    def _alternatives(
        self, request: Request, user: str, used: str, relation: Relation
    ) -> Iterator[str]:
        """That other options would do in the place of one that the plan has chosen."""
        others = [
            other
            for other in dict.fromkeys(_beside(self.target.model, user, used, relation))
            if other in self.target.model.options
            and other not in self._written
            and self._after[other] == "n"
        ]
        will_do = [other for other in others[:_OTHERS] if self._does(request, other, used)]
        if will_do:
            yield f"{join_names(will_do).replace(' and ', ' or ')} instead of {used} also works"

    def _does(self, request: Request, other: str, used: str) -> bool:
        """Can a line be had with another option, and without the one that the plan has?"""
        key = (request.symbol, other)
        if key not in self._instead:
            if self._tries <= 0 or self._deadline.left == 0:
                return False
            self._tries -= 1
            is_bool = self.target.model.symbols[other].type == "bool"
            wanted = (
                request,
                Request(other, ("y",) if is_bool else ("y", "m"), other),
                Request(used, ("n",), used),
            )
            self._instead[key] = compatible(self.target, wanted, self._deadline).kept == wanted
        return self._instead[key]

    def ways_out(self, request: Request, conflict: Conflict) -> Iterator[Exchange]:
        """What to take out of the fragments, and what to write, so that a line survives."""
        for way in conflict.ways_out:
            given_up = {demand.name for demand in way.give_up}
            if request.symbol in given_up or not given_up <= self._written:
                continue
            if self._ways <= 0 or self._deadline.left == 0:
                return
            self._ways -= 1
            rest = tuple(each for each in conflict.demands if each.name not in given_up)
            kept = tuple(line for line in self.target.lines if line.symbol not in given_up)
            target = evolve(self.target, lines=kept)
            plan = answer(target, Question(rest), timeout=self._deadline.left)
            if plan.status == "planned":
                lines = [line for line in self._lines if line.symbol in given_up]
                places = {
                    name: join_names([str(o.location or o) for o in lines if o.symbol == name])
                    for name in given_up
                }
                yield Exchange(way, plan.assignments, places)


def _beside(model: Model, user: str, used: str, relation: Relation) -> Iterator[str]:
    """Options that could do for one what another does: in the same "or", or that select it."""
    if relation.step.rule == "select":
        selectors = (reverse.selector for reverse in model.selected_by[user])
        yield from (name for name in selectors if name != used)
        return
    for premise in relation.step.premises:
        match premise.statement:
            case Limit(expr=expr):
                conditions = [expr]
            case Default(value, condition):
                conditions = [value, condition]
            case _:
                conditions = []
        for part in (part for condition in conditions if condition for part in walk(condition)):
            if isinstance(part, Or) and Sym(used) in part.operands:
                names = (other.name for other in part.operands if isinstance(other, Sym))
                yield from (name for name in names if name != used)


def advised(
    linter: Linter,
    findings: Sequence[Finding],
    progress: Progress = SILENT,
    timeout: float | None = ADVICE_TIMEOUT,
) -> tuple[list[Finding], Repair]:
    """The findings with the lines to add, and the plan that they come from.

    The plan keeps what the fragments' other lines gave.  After ``timeout`` seconds it
    ends with what is known by then.
    """
    deadline = Deadline.after(timeout)
    requests = linter.requests(findings)
    if not requests:
        return list(findings), Repair(None)
    asked = {request.symbol for request in requests}
    others = [finding for finding in findings if finding.line.symbol not in asked]
    repaired = repair(
        linter.target,
        requests,
        progress,
        timeout=timeout,
        broken=lambda plan: _broken(linter, others, plan),
    )
    lost = {finding.line.symbol: finding.line.location for finding in findings if finding.is_lost}
    adviser = Adviser(linter.target, linter.lines, repaired.plan, lost, deadline)
    return [_with_advice(finding, repaired, adviser) for finding in findings], repaired


def _broken(linter: Linter, findings: Iterable[Finding], plan: Plan) -> list[Request]:
    """Requests for lines that survived so far and would not with a plan."""
    after = linter.target.after(plan.assignments)
    return [
        f.request
        for f in findings
        if ((f.survives and linter.counts(f.line)) or f.meant is not None)
        and after.shown(f.line.symbol) != f.wanted
    ]


def _with_advice(finding: Finding, repaired: Repair, adviser: Adviser) -> Finding:
    if not finding.is_lost:
        return finding
    name = finding.line.symbol
    if name in repaired.impossible:
        conflict = repaired.impossible[name]
        ways = ", or ".join(map(str, adviser.ways_out(finding.request, conflict)))
        proof = conflict_text(name, conflict)
        return evolve(finding, advice=f"{proof}; {ways}" if ways else proof)
    advice = adviser.adding(finding.request, finding.message)
    return finding if advice is None else evolve(finding, advice=advice.text, add=advice.add)
