"""How a request depends on a line: the path from one to the other, rule by rule.

The path consists of symbols that have another value without the line, and of the
rules by which each depends on the next: a select where it is selected, a prompt's
condition where a line sets it, any condition that the next symbol raises.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final, TypeAlias

from attrs import field, frozen

from kresolve.evaluator.evaluation import Evaluation
from kresolve.kconfig.expressions import And, Compare, Expr, Not, Or, Sym, conjunction, names
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Menu, Model, ReverseDependency
from kresolve.kconfig.tristate import M
from kresolve.kconfig.values import BOOL_TRISTATE

#: So long an "or" is told in full.
_LONGEST: Final = 48


@frozen
class Relation:
    """A rule by which one symbol's value depends on another's: words with its name, the place."""

    words: str
    place: Location | None

    def __str__(self) -> str:
        return f"{self.words} ({self.place})" if self.place else self.words


@frozen
class _Rule:
    """A rule of a symbol.

    ``words`` introduce the expression ``told``.  The rule matters only if that has a higher
    value with the line; of a select or imply, the whole of ``reverse``.
    """

    words: str
    told: Expr
    place: Location
    reverse: ReverseDependency | None = None


_Rules: TypeAlias = Callable[[Model, str], Iterator[_Rule]]


@frozen(eq=False)
class WithAndWithout:
    """The values with a line, and without it.

    ``there`` are those with it; ``elsewhere`` says what a symbol would be without.
    """

    model: Model
    with_line: Evaluation
    without_line: Callable[[str], int | str]
    _without: Evaluation = field(init=False)
    _changed: dict[str, bool] = field(init=False, factory=dict)

    @_without.default
    def _(self) -> Evaluation:
        return self.with_line.assuming({})

    def changed(self, name: str) -> bool:
        """Has a symbol another value without the line?"""
        if name not in self._changed:
            other = self.without_line(name)
            if isinstance(other, int):
                self._changed[name] = other != self.with_line.bool_tristate.get(name, 0)
                self._without.bool_tristate[name] = other
            else:
                self._changed[name] = other != self.with_line.text.get(name, "")
                self._without.text[name] = other
        return self._changed[name]

    def gain(self, expr: Expr) -> int:
        """How much more an expression is worth with the line: -2 to 2."""
        # All names are asked about, so that their values without the line are known.
        if not sum(map(self.changed, names(expr))):
            return 0
        return self.with_line.value(expr) - self._without.value(expr)

    def relations(self, user: str, *, strict: bool = True) -> dict[str, Relation]:
        """The changed symbols that a symbol's value rests on, each with a rule.

        Without ``strict``, whatever rule names them.
        """
        found: dict[str, Relation] = {}
        for rule in self._rules(user, strict=strict):
            for name in names(rule.told):
                if name not in found and self.changed(name):
                    found[name] = Relation(
                        rule.words + (_mention(rule.told, name) or name), rule.place
                    )
        modules = self.model.modules
        if (
            modules is not None
            and self.with_line.bool_tristate.get(user) == M
            and self.changed(modules)
        ):
            found.setdefault(modules, Relation("can only be m with modules", None))
        return found

    def _rules(self, user: str, *, strict: bool) -> Iterator[_Rule]:
        is_logical = self.model.symbols[user].type in BOOL_TRISTATE
        gain = self.gain(Sym(user))
        cause, decided = self.with_line.causes.get(user, ("", None))
        kinds = _BY_CAUSE.get(cause, _KINDS) if strict and (gain > 0 or not is_logical) else _KINDS
        for kind in kinds:
            for rule in kind(self.model, user):
                if not any(map(self.changed, names(rule.told))):
                    continue  # most rules have nothing to do with the line
                if not strict or kind is _choice:
                    yield rule
                elif kind is _default and decided is not None and rule.place != decided.location:
                    continue
                elif not is_logical or self.gain(_weighed(self.model, rule)) * gain > 0:
                    yield rule


#: A symbol, and the rule by which it rests on the next one.
PathStep: TypeAlias = tuple[str, Relation]


def dependency_path(contrast: WithAndWithout, target: str, lost: tuple[str, ...]) -> str:
    """How the nearest of the lost requests depends on a line's symbol, and who else does."""
    way = shortest_path(contrast, target, lost)
    if not way:
        return f"needed by {join_names(lost)}" if lost else "a pinned or forbidden option needs it"
    first, relation = way[0]
    second = way[1][0] if len(way) > 1 else target
    alike: list[str] = []
    apart: list[str] = []
    for name in lost:
        if name != first:
            other = contrast.relations(name).get(second)
            same = other is not None and other.words == relation.words
            (alike if same else apart).append(name)
    steps = [f"{user} {rule}" for user, rule in way]
    told = ", ".join(steps)
    if alike and relation.place is None:
        told = ", ".join([f"{join_names([first, *alike])} {relation}", *steps[1:]])
    elif alike:
        told += f"; so {'does' if len(alike) == 1 else 'do'} {join_names(alike)}"
    return told + (f"; needed by {join_names(apart)} too" if apart else "")


def join_names(names_: Sequence[str], most: int = 4) -> str:
    """Names for a sentence, the long rest as a number."""
    shown = list(names_[:most])
    if len(names_) > most:
        return f"{', '.join(shown)} and {len(names_) - most} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def shortest_path(contrast: WithAndWithout, target: str, lost: Sequence[str]) -> list[PathStep]:
    """The shortest way from a lost request to the target: each symbol, by which rule it goes on.

    Over rules that have to do with the change if there is such a way.
    """
    return _shortest(contrast, target, lost, strict=True) or _shortest(
        contrast, target, lost, strict=False
    )


def _shortest(
    contrast: WithAndWithout, target: str, lost: Sequence[str], *, strict: bool
) -> list[PathStep]:
    """The shortest way from a lost request to the target; empty if there is none."""
    came_from: dict[str, PathStep | None] = dict.fromkeys(lost)
    queue = deque(came_from)
    while queue:
        here = queue.popleft()
        if here == target:
            way: list[PathStep] = []
            step = came_from[here]
            while step is not None:
                way.append(step)
                step = came_from[step[0]]
            return way[::-1]
        for name, rule in contrast.relations(here, strict=strict).items():
            if name not in came_from:
                came_from[name] = (here, rule)
                queue.append(name)
    return []


def _mention(expr: Expr, used: str, *, negated: bool = False) -> str | None:
    """What an expression says of a symbol: its name, negated or compared, or the whole "or"."""
    match expr:
        case Sym(name):
            return f"{'!' if negated else ''}{name}" if name == used else None
        case Not(operand):
            return _mention(operand, used, negated=not negated)
        case And(operands) | Or(operands):
            found = (_mention(one, used, negated=negated) for one in operands)
            told = next((one for one in found if one), None)
            if told is None or isinstance(expr, Or) == negated:
                return told
            whole = str(Not(expr) if negated else expr)
            return whole if len(whole) <= _LONGEST else f"{told} or others"
        case Compare():
            told = str(Not(expr) if negated else expr)
            return told if used in names(expr) else None
    return None


def _guards(model: Model, index: int) -> Iterator[tuple[Expr, Location]]:
    """The dependencies of an entry and of all entries around it."""
    while index >= 0:
        for guard in model.entries[index].depends:
            yield guard.expr, guard.location
        index = model.entries[index].parent


def _depends(model: Model, user: str) -> Iterator[_Rule]:
    for index, _ in model.menu_nodes(model.symbols[user]):
        for condition, place in _guards(model, index):
            yield _Rule("depends on ", condition, place)


def _prompt(model: Model, user: str) -> Iterator[_Rule]:
    for index, definition in model.menu_nodes(model.symbols[user]):
        for prompt in definition.prompts:
            if prompt.condition is not None:
                yield _Rule("has a prompt only if ", prompt.condition, prompt.location)
        while index >= 0:
            entry = model.entries[index]
            for guard in entry.visible if isinstance(entry, Menu) else ():
                yield _Rule("is visible only if ", guard.expr, guard.location)
            index = entry.parent


def _default(model: Model, user: str) -> Iterator[_Rule]:
    for _, definition in model.menu_nodes(model.symbols[user]):
        for default in definition.defaults:
            yield _Rule("has a default from ", default.value, default.location)
            if default.condition is not None:
                words = f"has default {default.value} if "
                yield _Rule(words, default.condition, default.location)


def _range(model: Model, user: str) -> Iterator[_Rule]:
    for _, definition in model.menu_nodes(model.symbols[user]):
        for one in definition.ranges:
            for bound in (one.low, one.high):
                yield _Rule("has a range with ", bound, one.location)
            if one.condition is not None:
                words = f"has range {one.low} {one.high} if "
                yield _Rule(words, one.condition, one.location)


def _selection(model: Model, user: str) -> Iterator[_Rule]:
    for word, reverse in _reverses(model, user):
        selector, place = reverse.selector, reverse.select.location
        yield _Rule(f"is {word} by ", Sym(selector), place, reverse)
        if reverse.select.condition is not None:
            words = f"is {word} by {selector} if "
            yield _Rule(words, reverse.select.condition, place, reverse)


def _choice(model: Model, user: str) -> Iterator[_Rule]:
    index = model.symbols[user].choice
    if index is not None:
        choice = model.choices[index]
        place = model.entries[choice.entry].location
        for member in choice.members:
            yield _Rule("is in one choice with ", Sym(member), place)


def _reverses(model: Model, name: str) -> Iterator[tuple[str, ReverseDependency]]:
    yield from (("selected", reverse) for reverse in model.selected_by.get(name, ()))
    yield from (("implied", reverse) for reverse in model.implied_by.get(name, ()))


def _weighed(model: Model, rule: _Rule) -> Expr:
    """What has to be worth more for a rule to have a part in it."""
    if rule.reverse is None:
        return rule.told
    guards = (condition for condition, _ in _guards(model, rule.reverse.definition))
    own = rule.reverse.select.condition
    return conjunction([Sym(rule.reverse.selector), *([] if own is None else [own]), *guards])


_KINDS: Final[tuple[_Rules, ...]] = (_depends, _prompt, _selection, _default, _range, _choice)
#: The rules that can make a value more, by what decided it.
_BY_CAUSE: Final[Mapping[str, tuple[_Rules, ...]]] = {
    "user": (_depends, _prompt, _range, _choice),
    "default": (_depends, _default, _range),
    "implied": (_selection, _depends),
    "selected": (_selection,),
    "range": (_range,),
    "chosen": (_depends, _prompt, _choice),
}
