"""Reasons for plans, in one clause each: for a line, for a request without one.

Both are read off the derivations of the configuration that results: a line is
needed by a request because its symbol stands among what the request's value
rests on, and the way there is the reason.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from itertools import pairwise

from kresolve.explanation.derivation import Fact, Step
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.phrases import sentence
from kresolve.explanation.reductions import readable
from kresolve.explanation.scene import Limit
from kresolve.expressions import names
from kresolve.location import Location
from kresolve.model import Definition

#: So many requests are named, the rest is counted.
_MOST = 4


def why_line(deriver: Deriver, symbol: str, needed_by: Sequence[str]) -> str:
    """Which request needs a line for a symbol, by which rules, and what is lost without it.

    ``deriver`` explains the configuration with the plan's lines; ``needed_by``
    are the requests that do not hold without this one, in the order of asking.

    The way from the nearest of them leads over values that rest on each other;
    where there is none, as for a line that works by m and y alone, the
    requests are only named.
    """
    if not needed_by:
        return "a pinned or forbidden option needs it"
    path = way(deriver, needed_by, symbol)
    if path is None:
        return f"needed by {_listed(needed_by)}"
    if len(path) == 1:
        others = [name for name in needed_by if name != symbol]
        return "requested" + (f"; needed by {_listed(others)} too" if others else "")
    hops = ", ".join(hop(deriver, user, used) for user, used in pairwise(path))
    others = [name for name in needed_by if name != path[0]]
    so = "does" if len(others) == 1 else "do"
    return hops + (f"; so {so} {_listed(others)}" if others else "")


def why_satisfied(deriver: Deriver, symbol: str) -> str:
    """Why a symbol has its value without a line of the plan: a sentence without its subject."""
    return reason(readable(deriver.fact(symbol), root=False))


def reason(fact: Fact) -> str:
    """What stands behind "X is y" in the sentence of a fact.

    >>> reason(Fact("X", "n", "undefined"))
    'no Kconfig file of this architecture defines it'
    """
    text = sentence(fact)
    start = f"{fact.name} is "
    if text.startswith(start):
        for word in (": ", " by ", " because "):
            value, found, rest = text.removeprefix(start).partition(word)
            if found and " " not in value:
                return rest
    return text


def way(deriver: Deriver, starts: Sequence[str], target: str) -> list[str] | None:
    """The shortest way from one of some values to another that it rests on, or None."""
    came_from: dict[str, str] = dict.fromkeys(starts, "")
    queue = deque(starts)
    while queue:
        here = queue.popleft()
        if here == target:
            path = [here]
            while came_from[path[-1]]:
                path.append(came_from[path[-1]])
            return [name for name in reversed(path) if not deriver.fact(name).is_choice]
        for cause in _nearest_first(deriver, here):
            if cause not in came_from:
                came_from[cause] = here
                queue.append(cause)
    return None


def _nearest_first(deriver: Deriver, name: str) -> Iterator[str]:
    """What a fact rests on; of a choice also its members, whose lines compete."""
    fact = deriver.fact(name)
    yield from (cause.name for cause in fact.causes)
    if fact.is_choice:
        index = deriver.scene.choice_by_name[name]
        yield from deriver.scene.model.choices[index].members


def hop(deriver: Deriver, user: str, used: str) -> str:
    """The rule by which one symbol's value rests on another's, with its place."""
    for step in deriver.fact(user).steps:
        if any(cause.name == used for cause in step.causes):
            words = _hop(deriver, user, used, step)
            if words:
                return words
    return _member(deriver, user, used) or f"{user} needs {used}"


def _hop(deriver: Deriver, user: str, used: str, step: Step) -> str:
    told = step.told[0] if step.told else None
    match step.rule:
        case "select" | "imply" if told is not None:
            verb = "selected" if step.rule == "select" else "implied"
            return f"{user} is {verb} by {told.symbol}{_place(told.location)}"
        case "not selected" | "not implied":
            return _would(user, used, step)
        case "default" | "passed over" if told is not None:
            return f'{user} has "{told.text}"{_place(told.location)}'
        case "range" | "in range" if told is not None:
            return f'{user} has "{told.text}"{_place(told.location)}'
        case _:
            return next(_limits(deriver, user, used), "")


def _would(user: str, used: str, step: Step) -> str:
    """What a symbol would force or propose, were it on."""
    for told in step.told:
        if told.symbol == used:
            verb = "select" if step.rule == "not selected" else "imply"
            return f"{used} would {verb} {user}{_place(told.location)}"
    return ""


def _limits(deriver: Deriver, user: str, used: str) -> Iterator[str]:
    """The dependencies and prompt conditions of a symbol that name another."""
    scene = deriver.scene
    symbol = scene.model.symbols.get(user)
    indices = () if symbol is None else symbol.definitions
    for index in indices:
        definition = scene.model.entries[index]
        assert isinstance(definition, Definition)
        for limit in scene.limits(index):
            if _mentions(limit, used):
                yield f"{user} depends on {used}{_place(limit.location)}"
        for prompt in definition.prompts:
            for limit in scene.prompt_limits(index, prompt):
                if _mentions(limit, used):
                    yield f"{user} is offered only if {limit.expr}{_place(limit.location)}"


def _mentions(limit: Limit, name: str) -> bool:
    return limit.expr is not None and name in names(limit.expr)


def _member(deriver: Deriver, user: str, used: str) -> str:
    """That two symbols are members of one choice, or that one hangs on the choice of the other."""
    symbols = deriver.scene.model.symbols
    mine, other = symbols.get(user), symbols.get(used)
    if mine is None or other is None or other.choice is None:
        return ""
    place = deriver.fact(deriver.scene.choice_name(other.choice)).location
    verb = "is in one choice with" if mine.choice == other.choice else "hangs on the choice of"
    return f"{user} {verb} {used}{_place(place)}"


def _place(location: Location | None) -> str:
    return f" ({location})" if location else ""


def _listed(found: Sequence[str]) -> str:
    """Names for a sentence, the long rest as a number."""
    shown = list(found[:_MOST])
    if len(found) > _MOST:
        return f"{', '.join(shown)} and {len(found) - _MOST} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)
