"""How a request depends on a line: the path from one to the other, rule by rule.

The path leads through the derivation of what was requested, over symbols that have
another value without the line.  What a value is derived from is enough to settle it: if
it is another one without the line, so is something that it was derived from.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import TypeAlias

from attrs import field, frozen

from kresolve.evaluator.evaluation import Evaluation
from kresolve.explanation.derivation import Step
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.sentences import rests_on
from kresolve.kconfig.location import Location
from kresolve.kconfig.phrases import at, join_names


@frozen
class Relation:
    """A rule by which one symbol's value depends on another's: words with its name, the place."""

    words: str
    place: Location | None
    step: Step

    def __str__(self) -> str:
        return f"{self.words}{at(self.place)}"


def values_in(evaluation: Evaluation) -> Callable[[str], int | str]:
    """The values of an evaluation by name, as :class:`WithAndWithout` asks for them."""
    return lambda name: evaluation.bool_tristate.get(name, evaluation.text.get(name, ""))


#: A symbol, and the rule by which it rests on the next one.
PathStep: TypeAlias = tuple[str, Relation]


@frozen(eq=False)
class WithAndWithout:
    """The facts with a line, and the values without it, by name."""

    deriver: Deriver
    without_line: Callable[[str], int | str]
    _changed: dict[str, bool] = field(init=False, factory=dict)

    def changed(self, name: str) -> bool:
        """Has a symbol another value without the line?"""
        if name not in self._changed:
            other = self.without_line(name)
            evaluation = self.deriver.finder.evaluation
            self._changed[name] = other != (
                evaluation.bool_tristate.get(name, 0)
                if isinstance(other, int)
                else evaluation.text.get(name, "")
            )
        return self._changed[name]

    def relations(self, user: str) -> dict[str, Relation]:
        """The changed symbols that a symbol's value is derived from, each with a rule."""
        relations: dict[str, Relation] = {}
        found = self._all_relations(user)
        if self.deriver.finder.model.symbols[user].is_bool_or_tristate:
            # What a value cannot do without comes before what only makes it the default.
            found = iter(sorted(found, key=lambda step: step[1].step.rule == "default"))
        for name, relation in found:
            if name != user and self.changed(name):
                relations.setdefault(name, relation)
        return relations

    def _all_relations(self, user: str) -> Iterator[PathStep]:
        finder = self.deriver.finder
        fact = self.deriver.fact(user)
        for step in fact.steps:
            for cause in step.causes:
                index = finder.choice_by_name.get(cause.name)
                selector = step.premises[0].symbol if step.premises else ""
                if step.rule == "offered" and selector and self.changed(selector):
                    continue  # what the selector depends on is told of it
                if index is None:
                    words, place = rests_on(fact, step, cause.name)
                    yield cause.name, Relation(words, place, step)
                elif not fact.is_choice:
                    choice = self.deriver.fact(cause.name)
                    for member in finder.model.choices[index].members:
                        words = f"is in one choice with {member}"
                        yield member, Relation(words, choice.location, step)
                    yield from self._all_relations(cause.name)


def dependency_path(contrast: WithAndWithout, target: str, lost: tuple[str, ...]) -> str:
    """How the nearest of the lost requests depends on a line's symbol, and who else does."""
    path = shortest_path(contrast, target, lost)
    if not path:
        return f"needed by {join_names(lost)}" if lost else "a pinned or forbidden option needs it"
    first, relation = path[0]
    second = path[1][0] if len(path) > 1 else target
    alike: list[str] = []
    apart: list[str] = []
    for name in lost:
        if name != first:
            other = contrast.relations(name).get(second)
            same = other is not None and other.words == relation.words
            (alike if same else apart).append(name)
    steps = [f"{user} {rule}" for user, rule in path]
    text = ", ".join(steps)
    if alike and relation.place is None:
        text = ", ".join([f"{join_names([first, *alike])} {relation}", *steps[1:]])
    elif alike:
        text += f"; so {'does' if len(alike) == 1 else 'do'} {join_names(alike)}"
    return text + (f"; needed by {join_names(apart)} too" if apart else "")


def shortest_path(contrast: WithAndWithout, target: str, lost: Sequence[str]) -> list[PathStep]:
    """The shortest way from a lost request to the target: each symbol, by which rule it goes on.

    Empty if there is none.
    """
    came_from: dict[str, PathStep | None] = dict.fromkeys(lost)
    queue = deque(came_from)
    while queue:
        name = queue.popleft()
        if name == target:
            path: list[PathStep] = []
            step = came_from[name]
            while step is not None:
                path.append(step)
                step = came_from[step[0]]
            return path[::-1]
        for other, relation in contrast.relations(name).items():
            if other not in came_from:
                came_from[other] = (name, relation)
                queue.append(other)
    return []
