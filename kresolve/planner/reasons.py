"""Why each line of a plan is there, and why other requests need none.

What a line is for is found by leaving it out: the requests that are then lost
need it, and the way from such a request to the line leads over values that
changed, one rule at a time.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, TypeAlias

from attrs import frozen

from kresolve.explanation import Deriver, why_satisfied
from kresolve.expressions import And, Compare, Expr, Not, Or, Sym, names
from kresolve.lines import Line
from kresolve.location import Location
from kresolve.model import Menu, Model, ReverseDependency
from kresolve.planner.problem import Question, Scene
from kresolve.planner.result import PlanLine, Role, Satisfied
from kresolve.planner.search import Found
from kresolve.planner.world import Knowledge
from kresolve.solve import Assignment
from kresolve.values import Type

#: What MODULES is to a tristate, beyond what its conditions say.
_ONLY_M: Final = "can only be m with modules"


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
            why = chain(scene.world.knowledge, _changed(found, scene, without), line.symbol, here)
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
    return "requested" + (f"; needed by {_listed(others)} too" if others else "")


def _changed(found: Found, scene: Scene, without: Assignment) -> Callable[[str], bool]:
    """Has a symbol another value without a line?"""

    def changed(name: str) -> bool:
        value = scene.encoding.values.get(name)
        return value is not None and any(
            without.holds(literal) != found.solution.holds(literal) for literal in value
        )

    return changed


def chain(
    knowledge: Knowledge, changed: Callable[[str], bool], target: str, lost: tuple[str, ...]
) -> str:
    """How the nearest of the lost demands depends on a line's symbol.

    ``changed`` says which symbols have another value without the line.
    """
    model = knowledge.model
    if target == model.modules and lost and all(_is_only_m(model, name) for name in lost):
        return f"{_listed(lost)} {_ONLY_M}"
    path = _shortest(knowledge, changed, target, lost)
    if path is None:
        return f"needed by {_listed(lost)}" if lost else "a pinned or forbidden option needs it"
    steps = []
    for user, used in pairwise(path):
        rule = relation(model, user, used)
        if rule:
            steps.append(f"{user} {rule.words} ({rule.place})")
        else:
            steps.append(f"{user} {_ONLY_M if used == model.modules else f'needs {used}'}")
    return ", ".join(steps) + _others(model, path, [name for name in lost if name != path[0]])


def _others(model: Model, path: Sequence[str], more: Sequence[str]) -> str:
    """The other requests that are lost: those to which the first rule applies as well, the rest."""
    first = relation(model, path[0], path[1]) if len(path) > 1 else None
    alike: list[str] = []
    apart: list[str] = []
    for name in more:
        rule = relation(model, name, path[1]) if first is not None else None
        is_alike = rule is not None and first is not None and rule.words == first.words
        (alike if is_alike else apart).append(name)
    tail = f"; so {'does' if len(alike) == 1 else 'do'} {_listed(alike)}" if alike else ""
    return tail + (f"; needed by {_listed(apart)} too" if apart else "")


def _is_only_m(model: Model, name: str) -> bool:
    """Is it only by its type that a symbol looks at MODULES?"""
    assert model.modules is not None
    is_tristate = model.symbols[name].type is Type.TRISTATE
    return is_tristate and relation(model, name, model.modules) is None


def _shortest(
    knowledge: Knowledge, changed: Callable[[str], bool], target: str, lost: tuple[str, ...]
) -> list[str] | None:
    """The shortest way from a lost request to the target over changed values."""
    model, dependencies = knowledge.model, knowledge.dependencies
    came_from: dict[str, str] = dict.fromkeys(lost, "")
    queue = deque(lost)
    while queue:
        here = queue.popleft()
        if here == target:
            path = [here]
            while came_from[path[-1]]:
                path.append(came_from[path[-1]])
            return path[::-1]
        needed = [*dependencies.needs(dependencies.node(here))]
        if model.modules is not None and model.symbols[here].type is Type.TRISTATE:
            needed.append(model.modules)
        for node in needed:
            for name in model.choices[node].members if isinstance(node, int) else (node,):
                if name not in came_from and (name == target or changed(name)):
                    came_from[name] = here
                    queue.append(name)
    return None


@frozen
class Relation:
    """A rule by which one symbol's value depends on another's: words with its name, the place."""

    words: str
    place: Location


def relation(model: Model, user: str, used: str) -> Relation | None:
    """The rule by which one symbol's value depends on another's.

    Every tristate looks at MODULES; that alone is no rule.
    """
    only_m = used == model.modules and model.symbols[user].type is Type.TRISTATE
    for rules in _KINDS[:1] if only_m else _KINDS:
        for words, exprs, place in rules(model, user):
            for expr in exprs:
                if used in names(expr):
                    return Relation(words + (_mention(expr, used) or used), place)
    return None


def _mention(expr: Expr, used: str) -> str | None:
    """How an expression speaks of a symbol: by its name, negated, or compared."""
    match expr:
        case Sym(name):
            return used if name == used else None
        case Not(operand):
            found = _mention(operand, used)
            if found in (None, f"!{used}"):
                return found and used
            return f"!{used}" if found == used else f"!({found})"
        case And(operands) | Or(operands):
            return next((found for one in operands if (found := _mention(one, used))), None)
        case Compare():
            return str(expr) if used in names(expr) else None
    return None


#: Rules of a symbol: the words for it, the expressions that matter, the place.
_Rules: TypeAlias = Iterator[tuple[str, list[Expr], Location]]


def _dependency(model: Model, user: str) -> _Rules:
    for index, definition in model.definitions(model.symbols[user]):
        for condition, place in _guards(model, index):
            yield "depends on ", [condition], place
        for prompt in definition.prompts:
            if prompt.condition is not None:
                yield "is offered only if ", [prompt.condition], prompt.location


def _selection(model: Model, user: str) -> _Rules:
    for word, reverse in _reverses(model, user):
        yield f"is {word} by ", [Sym(reverse.selector)], reverse.select.location


def _default(model: Model, user: str) -> _Rules:
    for _, definition in model.definitions(model.symbols[user]):
        for default in definition.defaults:
            exprs = [default.value, *([default.condition] if default.condition else [])]
            yield "has a default from ", exprs, default.location


def _condition_of_selection(model: Model, user: str) -> _Rules:
    for word, reverse in _reverses(model, user):
        exprs = [condition for condition, _ in _guards(model, reverse.definition)]
        if reverse.select.condition is not None:
            exprs.append(reverse.select.condition)
        yield f"is {word} by {reverse.selector} if ", exprs, reverse.select.location


def _choice(model: Model, user: str) -> _Rules:
    index = model.symbols[user].choice
    if index is not None:
        choice = model.choices[index]
        others: list[Expr] = [Sym(member) for member in choice.members]
        yield "is in one choice with ", others, model.entries[choice.entry].location


def _reverses(model: Model, name: str) -> Iterator[tuple[str, ReverseDependency]]:
    yield from (("selected", reverse) for reverse in model.selected_by.get(name, ()))
    yield from (("implied", reverse) for reverse in model.implied_by.get(name, ()))


_KINDS: Final = (_dependency, _selection, _default, _condition_of_selection, _choice)


def _guards(model: Model, index: int) -> Iterator[tuple[Expr, Location]]:
    """The dependencies of an entry and of all entries around it, with "visible if"."""
    while index >= 0:
        entry = model.entries[index]
        for guard in entry.depends:
            yield guard.condition, guard.location
        if isinstance(entry, Menu):
            for guard in entry.visible:
                yield guard.condition, guard.location
        index = entry.parent


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


def _listed(names_: list[str] | tuple[str, ...], most: int = 4) -> str:
    """Names for a sentence, the long rest as a number."""
    shown = list(names_[:most])
    if len(names_) > most:
        return f"{', '.join(shown)} and {len(names_) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
