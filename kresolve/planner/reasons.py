"""Why each line of a plan is there, and why other requests need none.

What a line is for is found by leaving it out: the requests that are then lost
need it, and the way from such a request to the line leads over values that
changed, one rule at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from kresolve.explanation import Deriver, why_satisfied
from kresolve.lines import Line
from kresolve.model import Model
from kresolve.planner.chains import Contrast, chain, listed
from kresolve.planner.problem import Question, Scene
from kresolve.planner.result import PlanLine, Role, Satisfied
from kresolve.planner.search import Found
from kresolve.semantics.evaluation import Evaluation
from kresolve.solve import Assignment


def plan_lines(found: Found) -> tuple[PlanLine, ...]:
    """The lines of a plan with their roles and reasons."""
    problem = found.problem
    asked = asked_in_order(scene.question for scene in problem.scenes)
    lines: list[PlanLine] = []
    for line in found.lines:
        without = found.without[line.symbol]
        lost = {
            request.symbol: scene
            for scene in reversed(problem.scenes)
            for request in scene.question.requests
            if not scene.satisfied(without, request)
        }
        needed_by = tuple(sorted(lost, key=asked.index))
        scene = lost[needed_by[0]] if needed_by else found.scene
        here = tuple(name for name in needed_by if lost[name] is scene)
        if line.value == "n" and not needed_by and problem.objective == "footprint":
            why = "keeps the kernel small: nobody asked for it"
        elif line.symbol in asked:
            why = requested(line.symbol, needed_by)
        else:
            number = problem.scenes.index(scene)
            there = found.after[number].evaluation
            contrast = Contrast(scene.world.model, there, _elsewhere(scene, without, there))
            why = chain(contrast, line.symbol, here)
        lines.append(plan_line(problem.model_of(line.symbol), line, asked, needed_by, why))
    return tuple(lines)


def plan_line(
    model: Model, line: Line, asked: Sequence[str], needed_by: tuple[str, ...], why: str
) -> PlanLine:
    """A line with what people want to know of it."""
    role: Role = (
        "requested" if line.symbol in asked else "disable" if line.value == "n" else "prerequisite"
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


def asked_in_order(questions: Iterable[Question]) -> list[str]:
    """The requested symbols, each once."""
    return list(dict.fromkeys(request.symbol for one in questions for request in one.requests))


def requested(name: str, needed_by: Sequence[str]) -> str:
    """Why a requested line is there."""
    others = [other for other in needed_by if other != name]
    return "requested" + (f"; needed by {listed(others)} too" if others else "")


def _elsewhere(scene: Scene, without: Assignment, there: Evaluation) -> Callable[[str], int | str]:
    """What a symbol is in a solution; as it is with the plan, where the encoding has no say."""
    values, texts = scene.encoding.values, scene.encoding.texts

    def elsewhere(name: str) -> int | str:
        if name in values:
            value = values[name]
            return sum(1 for literal in (value.some, value.full) if without.holds(literal))
        if name in texts:
            held = (text for text, literal in texts[name].items() if without.holds(literal))
            return next(held, "")
        return there.logical[name] if name in there.logical else there.text.get(name, "")

    return elsewhere


def satisfied(found: Found, number: int = 0) -> tuple[Satisfied, ...]:
    """The requests that need no line in a world, each with its reason."""
    scene, after = found.problem.scenes[number], found.after[number]
    said = {line.symbol for line in found.lines}
    deriver = Deriver(after, scene.world.base, said)
    return tuple(
        Satisfied(request.symbol, after[request.symbol], why_satisfied(deriver, request.symbol))
        for request in scene.question.requests
        if request.symbol not in said
    )
