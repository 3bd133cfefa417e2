"""Why an option did not get the value that a line asks for: one sentence, with its place.

This differs from why it has its value (:mod:`kresolve.explanation`): an option
that is selected as m has that value because of the select, but is not y because
its prompt does not allow y.  The sentence names what prevents the value
(scripts/kconfig/symbol.c, ``sym_calc_value``) and, of a dependency, the unmet
part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from typing import Final, Literal, TypeAlias

from attrs import frozen

from kresolve.evaluator import Configuration
from kresolve.evaluator.evaluation import Evaluation
from kresolve.kconfig.expressions import And, Compare, Expr, Not, Or, Sym, conjunction, names
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import ChoiceEntry, Menu, MenuNode, Model, Symbol
from kresolve.kconfig.tristate import LETTERS, OF_LETTER, M, N, Y
from kresolve.kconfig.values import Type

#: What decided: a word for programs.
Word: TypeAlias = Literal[
    "dependency", "promptless", "selected", "default", "choice", "modules", "range", "value"
]

#: So many selectors are named in a sentence.
_NAMED: Final = 3
#: So many conditions are told in a sentence.
_TOLD: Final = 5
#: Of so many symbols every combination of values is tried.
_TRIED: Final = 6


@frozen
class WhyNot:
    """Why a value is what it is: a word, a sentence, and the symbols that could change it."""

    word: Word
    text: str
    location: Location | None = None
    #: Symbols whose value stands in the way, each once.
    blockers: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


def why_not(after: Configuration, name: str, wanted: str) -> WhyNot:
    """Why a symbol of the tree does not end as ``wanted``.

    ``wanted`` is "n", "m" or "y" for bool and tristate, the text for others; the
    symbol's value differs from it.
    """
    symbol = after.model.symbols[name]
    if not symbol.is_bool_or_tristate:
        return _text_cause(after, symbol)
    want, have = OF_LETTER[wanted], after.tristate(name)
    visible = after.evaluation.visibility(symbol)
    if symbol.choice is not None and visible:
        return _choice_cause(after, symbol)
    if have > want:
        return _too_much(after, symbol, want, visible)
    if not after.model.has_prompt(symbol):
        return _promptless(after, symbol, want)
    if visible < want:
        return _hidden(after, symbol, want)
    return WhyNot("default", f"it can be {wanted}; another line sets it to {LETTERS[have]}")


def valued(expr: Expr, after: Configuration) -> str:
    """An expression with the values of its symbols: ``NET (=y) && !CAT (=m)``."""
    match expr:
        case Sym(name):
            if name not in after:
                known = name in after.model.symbols or name.isdigit()
                return name if known else f"{name} (undefined)"
            return f"{name} (={after.spelled(name)})"
        case Not(operand):
            inner = valued(operand, after)
            return f"!({inner})" if isinstance(operand, And | Or | Compare) else f"!{inner}"
        case Compare(op, left, right):
            return f"{valued(left, after)} {op} {valued(right, after)}"
        case And(operands):
            return " && ".join(
                f"({valued(o, after)})" if isinstance(o, Or) else valued(o, after) for o in operands
            )
        case Or(operands):
            return " || ".join(valued(o, after) for o in operands)
        case _:
            return str(expr)


def conjuncts(expr: Expr) -> Iterator[Expr]:
    """The parts of a condition that are joined by &&."""
    if isinstance(expr, And):
        for operand in expr.operands:
            yield from conjuncts(operand)
    else:
        yield expr


@frozen
class Need:
    """A condition whose value is too low: the value that it must have, its rule, and its place."""

    words: str
    condition: Expr
    place: Location
    want: int


def unmet(needs: Iterable[Need], after: Configuration) -> list[Need]:
    """Those whose condition is worth too little now."""
    return [need for need in needs if after.evaluation.value(need.condition) < need.want]


def blamed(needs: Sequence[Need], after: Configuration) -> tuple[list[Need], tuple[str, ...]]:
    """The unmet ones of some needs that the others do not imply, and the symbols that keep them so.

    A symbol or comparison does so if there are values for the others with which all
    needs are met, those too that are met now, but not while it stays as it is.  All are
    blamed that are worth too little, where there are no such values, or too many to try.
    """
    every, needs = needs, unmet(needs, after)
    leaves = dict.fromkeys(
        leaf for need in needs for leaf in _limiting(need.condition, after, need.want)
    )
    if len(leaves) > _TRIED:
        return [*needs], _names(leaves)
    tried = [
        dict(zip(leaves, values, strict=True))
        for values in product(*(_possible(leaf, after) for leaf in leaves))
    ]
    there = after.evaluation.assuming({})

    def met(some: Iterable[Need], values: Mapping[Expr, int]) -> bool:
        there.bool_tristate.update(
            (leaf.name, value)
            for leaf, value in values.items()
            if isinstance(leaf, Sym) and leaf.name in there.bool_tristate
        )
        return all(_worth(need.condition, values, there) >= need.want for need in some)

    ways = [values for values in tried if met(every, values)]
    if not ways:
        return [*needs], _names(leaves)
    told = [*needs]
    for need in needs:
        others = [other for other in told if other is not need]
        if all(met([need], values) for values in tried if met(others, values)):
            told = others
    now = {leaf: after.evaluation.value(leaf) for leaf in leaves}
    guilty = (
        leaf
        for leaf in leaves
        if any(not met(every, {**values, leaf: now[leaf]}) for values in ways)
    )
    return told, _names(guilty)


def _limiting(expr: Expr, after: Configuration, want: int, *, most: bool = False) -> Iterator[Expr]:
    """What keeps a condition from ``want``, or with ``most`` from no more: symbols.

    And comparisons of numbers and texts, which cannot all be tried.
    """
    value = after.evaluation.value(expr)
    if value <= want if most else value >= want:
        return
    match expr:
        case And(operands) | Or(operands):
            for operand in operands:
                yield from _limiting(operand, after, want, most=most)
        case Not(operand):
            yield from _limiting(operand, after, Y - want, most=not most)
        case Compare():
            known = [*names(expr)]
            if all(name in after.evaluation.bool_tristate for name in known):
                yield from map(Sym, known)
            else:
                yield expr
        case Sym():
            yield expr


def _possible(leaf: Expr, after: Configuration) -> Iterable[int]:
    """What a leaf of a condition can be worth: an undefined symbol is n."""
    if isinstance(leaf, Sym):
        symbol = after.model.symbols.get(leaf.name)
        if symbol is None or not symbol.is_bool_or_tristate:
            return (N,)
        if symbol.type is Type.TRISTATE:
            return (N, M, Y)
    return (N, Y)


def _worth(expr: Expr, values: Mapping[Expr, int], there: Evaluation) -> int:
    """What a condition is worth with other values of some comparisons, and the symbols there."""
    if expr in values:
        return values[expr]
    match expr:
        case And(operands):
            return min(_worth(operand, values, there) for operand in operands)
        case Or(operands):
            return max(_worth(operand, values, there) for operand in operands)
        case Not(operand):
            return Y - _worth(operand, values, there)
        case _:
            return there.value(expr)


def _enough(after: Configuration, symbol: Symbol, want: int) -> int:
    """What its conditions have to be worth: m is promoted for a bool, or without modules."""
    promoted = symbol.type is not Type.TRISTATE or after.evaluation.modules == N
    return min(want, M) if promoted else want


def _hidden(after: Configuration, symbol: Symbol, want: int) -> WhyNot:
    """The prompt of a symbol does not allow so much: which dependencies are in the way."""
    want = _enough(after, symbol, want)
    by_prompt = (
        list(_needs(after, index, definition, want))
        for index, definition in after.model.menu_nodes(symbol)
        if definition.prompts
    )
    hidden = [needs for needs in by_prompt if unmet(needs, after)]
    if not hidden:
        return _no_modules(after.model, symbol, "m needs modules, and there are none")
    nearest = min(hidden, key=lambda needs: len(unmet(needs, after)))
    told, culprits = blamed(nearest, after)
    text = "; ".join(
        f"{need.words} {valued(need.condition, after)} ({need.place})" for need in told[:_TOLD]
    )
    if len(told) > _TOLD:
        text += f"; and {len(told) - _TOLD} more"
    return WhyNot("dependency", text, told[0].place, culprits)


def _names(leaves: Iterable[Expr]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for leaf in leaves for name in names(leaf)))


def _needs(after: Configuration, index: int, definition: MenuNode, want: int) -> Iterator[Need]:
    """All that has to be met for a prompt to allow what is wanted."""
    seen: set[Expr] = set()
    for words, condition, place in _limits(after.model, index, definition):
        for part in conjuncts(condition):
            if part not in seen:
                seen.add(part)
                yield Need(words, part, place, want)


def _limits(model: Model, index: int, definition: MenuNode) -> Iterator[tuple[str, Expr, Location]]:
    """Every condition that a prompt is under, from the inside out."""
    for prompt in definition.prompts[:1]:
        if prompt.condition is not None:
            yield "has a prompt only if", prompt.condition, prompt.location
    while index >= 0:
        entry = model.entries[index]
        for guard in entry.depends:
            yield "depends on", guard.expr, guard.location
        if isinstance(entry, Menu):
            for guard in entry.visible:
                yield "is in a menu visible only if", guard.expr, guard.location
        if isinstance(entry, ChoiceEntry) and not model.dialect.choice_lists:
            for prompt in entry.prompts:
                if prompt.condition is not None:
                    yield "is in a choice visible only if", prompt.condition, prompt.location
        index = entry.parent


def _promptless(after: Configuration, symbol: Symbol, want: int) -> WhyNot:
    """No line sets the symbol: what it follows instead."""
    model = after.model
    place = model.location(symbol.name)
    want = _enough(after, symbol, want)
    before: list[Expr] = []  # what makes another default count
    for index, definition in model.menu_nodes(symbol):
        around = list(_guards(model, index))
        for default in definition.defaults:
            own = [default.condition] if default.condition else []
            parts = dict.fromkeys(
                (part, least)
                for condition, least in (
                    *((condition, want) for condition in (default.value, *own, *around)),
                    *((condition, Y) for condition in before),
                )
                for part in conjuncts(condition)
            )
            needs = [Need("", part, default.location, least) for part, least in parts]
            lacking = unmet(needs, after)
            if lacking and all(any(_limiting(one.condition, after, one.want)) for one in lacking):
                told, culprits = blamed(needs, after)
                text = valued(conjunction(need.condition for need in told), after)
                return WhyNot(
                    "promptless",
                    f"has no prompt, so no line sets it; its default needs {text} "
                    f"({default.location})",
                    default.location,
                    culprits,
                )
            active = conjunction([*own, *around])
            if after.evaluation.value(active):
                before.append(Not(active))
    selectors = list(dict.fromkeys(r.selector for r in model.selected_by.get(symbol.name, ())))
    if selectors:
        listed = ", ".join(selectors[:_NAMED]) + (" ..." if len(selectors) > _NAMED else "")
        return WhyNot(
            "promptless",
            f"has no prompt, so no line sets it; it is selected by {listed} ({place})",
            place,
            tuple(selectors),
        )
    return WhyNot("promptless", f"has no prompt, so no line sets it ({place})", place)


def _guards(model: Model, index: int) -> Iterator[Expr]:
    while index >= 0:
        entry = model.entries[index]
        yield from (guard.expr for guard in entry.depends)
        index = entry.parent


def _too_much(after: Configuration, symbol: Symbol, want: int, visible: int) -> WhyNot:
    """The symbol is more than a line says: selected, out of reach, or without modules."""
    model, evaluation = after.model, after.evaluation
    name = symbol.name
    for reverse in model.selected_by.get(name, ()):
        condition = reverse.select.condition
        strength = min(
            after.tristate(reverse.selector),
            evaluation.depends(reverse.definition),
            Y if condition is None else evaluation.value(condition),
        )
        if strength > want:
            return WhyNot(
                "selected",
                f"is selected by {reverse.selector} (={after[reverse.selector]}) "
                f"({reverse.select.location})",
                reverse.select.location,
                (reverse.selector,),
            )
    if want == M and symbol.type is Type.BOOL:
        return WhyNot("modules", "is a bool and cannot be m", model.location(name))
    if want == M and evaluation.modules == N:
        return _no_modules(model, symbol, "without modules m is y")
    place = model.location(name)
    if not visible and model.has_prompt(symbol):
        hidden = _hidden(after, symbol, M)
        return WhyNot("default", f"its prompt is hidden: {hidden.text}", place, hidden.blockers)
    if not model.has_prompt(symbol):
        return WhyNot("promptless", f"has no prompt, so no line sets it ({place})", place)
    return WhyNot("default", f"another line sets it to {after.spelled(name)}", place)


def _no_modules(model: Model, symbol: Symbol, text: str) -> WhyNot:
    culprits = () if model.modules is None else (model.modules,)
    return WhyNot("modules", text, model.location(symbol.name), culprits)


def _choice_cause(after: Configuration, symbol: Symbol) -> WhyNot:
    model = after.model
    assert symbol.choice is not None
    choice = model.choices[symbol.choice]
    chosen = next((m for m in choice.members if after.tristate(m) == Y), None)
    place = model.entries[choice.entry].location
    if chosen == symbol.name:
        text = f"one member of the choice at {place} must be y, and no other is"
        return WhyNot("choice", text, place, choice.members)
    text = f"the choice at {place} selects {chosen or 'none'}; only one member can be y"
    return WhyNot("choice", text, place, () if chosen is None else (chosen,))


def _text_cause(after: Configuration, symbol: Symbol) -> WhyNot:
    """Why a number or text is another one."""
    name = symbol.name
    if not after.evaluation.visibility(symbol):
        if not after.model.has_prompt(symbol):
            place = after.model.location(name)
            return WhyNot("promptless", f"has no prompt, so no line sets it ({place})", place)
        return _hidden(after, symbol, M)
    limits = after.evaluation.active_range(symbol)
    if limits is not None:
        low, high = valued(limits.low, after), valued(limits.high, after)
        text = f"out of range {low}..{high} ({limits.location})"
        return WhyNot("range", text, limits.location)
    return WhyNot(
        "default", f"another line sets it to {after.spelled(name)}", after.model.location(name)
    )
