"""Why each line of a plan is there, and why other requests need none.

What a line is for is found by leaving it out: the requests that are then lost
need it, and the reason is the path from such a request to the line, over values
that changed, one rule at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from attrs import evolve, frozen

from kresolve.dotconfig.lines import Line, typed_value
from kresolve.evaluator.evaluation import Evaluation
from kresolve.explanation.dependency_path import WithAndWithout, dependency_path
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.reductions import readable
from kresolve.explanation.sentences import reason
from kresolve.kconfig.model import Model
from kresolve.kconfig.phrases import join_names
from kresolve.planner.problem import Question
from kresolve.planner.request import AnyOf, Demand, Request, Shown
from kresolve.planner.result import PlanLine, Role, Satisfied, Serving
from kresolve.planner.search import SearchResult


def plan_lines(result: SearchResult) -> tuple[PlanLine, ...]:
    """The lines of a plan with their roles and reasons."""
    problem = result.problem
    order = asked_in_order(encoded_target.question for encoded_target in problem.encoded_targets)
    plain = plainly_asked(encoded_target.question for encoded_target in problem.encoded_targets)
    lines: list[PlanLine] = []
    derivers: dict[int, Deriver] = {}
    for line in result.lines:
        without = result.without[line.symbol]
        lost = {
            request.name: (request, number)
            for number, encoded_target in reversed([*enumerate(problem.encoded_targets)])
            for request in encoded_target.question.requests
            if not encoded_target.holds(
                request,
                without[number].shown,
                [other for other in result.lines if other is not line],
            )
        }
        needing = [lost[name] for name in order if name in lost]
        number = needing[0][1] if needing else 0
        encoded_target, after = problem.encoded_targets[number], result.after[number]
        if number not in derivers:
            derivers[number] = Deriver(after, encoded_target.target.base)
        contrast = WithAndWithout(derivers[number], _value_in(without[number].evaluation))
        loss = Loss(
            tuple(request for request, _ in needing),
            tuple(request for request, there in needing if there == number),
            after.shown,
            contrast,
        )
        planned = plan_line(problem.model_of(line.symbol), line, plain, loss)
        if line.value == "n" and not needing and problem.objective == "footprint":
            planned = evolve(planned, why="not requested; off to keep the kernel small")
        lines.append(planned)
    return tuple(lines)


@frozen(eq=False)
class Loss:
    """The requests that are lost without a line.

    ``needing`` are the requests, ``in_target`` those of them in the one target of which
    ``shown``, the values with all lines, and ``contrast`` tell.
    """

    needing: tuple[Demand, ...]
    in_target: tuple[Demand, ...]
    shown: Shown
    contrast: WithAndWithout


def plan_line(model: Model, line: Line, plain: frozenset[str], loss: Loss) -> PlanLine:
    """A line with what people want to know of it.

    ``plain`` are the symbols that are asked for without an alternative.
    """
    needing, shown = loss.needing, loss.shown
    needed_by = tuple(request.name for request in needing)
    served = [
        request
        for request in needing
        if isinstance(request, AnyOf) and _serves(request, line, shown, model)
    ]
    if line.symbol in plain:
        role: Role = "requested"
        why = _requested(request for request in needing if request.name == line.symbol)
        why = _also(why, [name for name in needed_by if name != line.symbol])
    elif served:
        role = "requested"
        choices = [_with_name(request, shown) for request in served if request.is_choice]
        why = f"serves {join_names(choices)}" if choices else _requested(served)
        why = _also(why, [request.name for request in needing if request not in served])
    else:
        role = "disable" if line.value == "n" else "prerequisite"
        why = _spares(loss.in_target, line, shown) or dependency_path(
            loss.contrast, line.symbol, _lost_symbols(loss)
        )
    return PlanLine(
        symbol=line.symbol,
        value=line.value,
        text=str(line),
        role=role,
        why=why,
        needed_by=needed_by,
        location=model.location(line.symbol),
        prompt=model.prompt(line.symbol) or "",
        menu=model.menu_path(line.symbol),
    )


def _requested(requests: Iterable[Demand]) -> str:
    """That a line is asked for, and for what."""
    purposes = list(filter(None, (request.purpose for request in requests)))
    return f"requested for {', '.join(purposes)}" if purposes else "requested"


def _also(why: str, others: Sequence[str]) -> str:
    """A reason, and the other requests that need the line."""
    return why + (f"; needed by {join_names(others)} too" if others else "")


def _serves(request: AnyOf, line: Line, shown: Shown, model: Model) -> bool:
    """Does a line give an option of the alternative that holds its value?"""
    serves = request.serving(shown)
    return serves is not None and any(
        want.symbol == line.symbol
        and typed_value(line, model.symbols[line.symbol].type) in want.accept
        for want in serves.wants
    )


def _with_name(request: AnyOf, shown: Shown) -> str:
    """A request, with the name of the alternative that serves, if it has one."""
    serves = request.serving(shown)
    return f"{request.label} ({serves.name})" if serves and serves.name else request.label


def _spares(requests: Iterable[Demand], line: Line, shown: Shown) -> str:
    """Of a line that makes a condition fail: which option is not needed for it."""
    for request in requests:
        serves = request.serving(shown) if isinstance(request, AnyOf) else None
        for want in serves.wants if serves is not None else ():
            condition = want.condition
            spares = condition is not None and condition.symbol == line.symbol
            if spares and not want.is_needed(shown):
                return f"{want.symbol} is not needed with it"
    return ""


def _lost_symbols(loss: Loss) -> tuple[str, ...]:
    """The options by which requests are lost without a line."""
    lost: dict[str, None] = {}
    for request in loss.in_target:
        serves = request.serving(loss.shown) if isinstance(request, AnyOf) else None
        if serves is None:
            lost.update(dict.fromkeys(request.symbols))
            continue
        changed = [want.symbol for want in serves.wants if loss.contrast.changed(want.symbol)]
        conditions = [want.condition.symbol for want in serves.wants if want.condition is not None]
        lost.update(dict.fromkeys(changed or conditions or request.symbols))
    return tuple(lost)


def asked_in_order(questions: Iterable[Question]) -> list[str]:
    """The requests, by name, each once."""
    return list(
        dict.fromkeys(request.name for question in questions for request in question.requests)
    )


def plainly_asked(questions: Iterable[Question]) -> frozenset[str]:
    """The symbols that are asked for without an alternative."""
    return frozenset(
        request.symbol
        for question in questions
        for request in question.requests
        if isinstance(request, Request)
    )


def serving(requests: Iterable[Demand], shown: Shown) -> tuple[Serving, ...]:
    """Which alternatives hold, of the requests that have some."""
    results = []
    for request in requests:
        serves = request.serving(shown) if isinstance(request, AnyOf) else None
        if serves is not None and isinstance(request, AnyOf) and request.is_choice:
            needed = serves.needed(shown)
            name = serves.name or join_names(needed, len(needed)) or "nothing"
            results.append(Serving(request.name, name, needed))
    return tuple(results)


def _value_in(evaluation: Evaluation) -> Callable[[str], int | str]:
    """What a symbol is, as 0, 1, 2 or text."""

    def value(name: str) -> int | str:
        if name in evaluation.bool_tristate:
            return evaluation.bool_tristate[name]
        return evaluation.text.get(name, "")

    return value


def satisfied(result: SearchResult, number: int = 0) -> tuple[Satisfied, ...]:
    """The requests that need no line in a target, each with its reason."""
    encoded_target, after = result.problem.encoded_targets[number], result.after[number]
    in_plan = {line.symbol for line in result.lines}
    deriver = Deriver(after, encoded_target.target.base, in_plan)
    results: list[Satisfied] = []
    for request in encoded_target.question.requests:
        serves = request.serving(after.shown) if isinstance(request, AnyOf) else None
        for want in request.wants if serves is None else serves.wants:
            if want.symbol in in_plan:
                continue
            why = reason(readable(deriver.fact(want.symbol), root=False))
            if not want.is_needed(after.shown):
                why = f"not needed: requested only if {want.when}"
            elif isinstance(request, AnyOf) and request.is_choice:
                why = f"serves {_with_name(request, after.shown)}: {why}"
            results.append(Satisfied(want.symbol, after[want.symbol], why))
    return tuple(results)
