"""Whether a cause is needed: what another value of that cause alone would change.

A derivation names causes that are enough; whether each is needed is another
question, and "because" may be said only of those that are.  It is answered by
calculating the one symbol anew, all others as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

from attrs import evolve

from kresolve.evaluator.evaluation import Evaluation
from kresolve.explanation.derivation import Cause, Fact, Rule, Step
from kresolve.explanation.limits import LimitFinder
from kresolve.kconfig.model import Symbol
from kresolve.kconfig.tristate import LETTERS
from kresolve.kconfig.values import NUMERIC, Type

CauseEffect: TypeAlias = Literal["value", "visibility"]

#: Steps that claim nothing of a single cause: the text only counts them.
_UNWEIGHED: Final[frozenset[Rule]] = frozenset({"not selected", "not implied", "in range"})

_NUMBER: Final = re.compile(r"0x[0-9a-fA-F]+|\d+")


def weighed(finder: LimitFinder, fact: Fact) -> Fact:
    """The fact with, at each cause, what it would change."""
    if fact.rule == "undefined":
        return fact
    return evolve(fact, steps=tuple(_weighed(finder, fact, step) for step in fact.steps))


def _weighed(finder: LimitFinder, fact: Fact, step: Step) -> Step:
    if step.rule in _UNWEIGHED or not step.causes:
        return step
    causes = [evolve(c, changes=effects(finder, fact.name, c, step)) for c in step.causes]
    return evolve(step, causes=tuple(causes))


def effects(finder: LimitFinder, name: str, cause: Cause, step: Step) -> tuple[CauseEffect, ...]:
    """What some other value of one cause would change of a symbol or choice."""
    if cause.name in finder.choice_by_name:
        return ("value",)
    if cause.name not in finder.model.symbols:
        return ()
    before = _outcome(finder, name, finder.evaluation.assuming({}))
    changes: dict[CauseEffect, None] = {}
    for other in _others(finder, cause, step):
        after = _outcome(finder, name, finder.evaluation.assuming({cause.name: other}))
        if after[0] != before[0]:
            changes["value"] = None
        if after[1] != before[1]:
            changes["visibility"] = None
    return tuple(changes)


def _outcome(finder: LimitFinder, name: str, evaluation: Evaluation) -> tuple[object, int]:
    """The value and the visibility that a symbol has in an evaluation; what a choice takes."""
    index = finder.choice_by_name.get(name)
    if index is not None:
        evaluation.calculate(index)
        members = finder.model.choices[index].members
        return [evaluation.bool_tristate.get(member) for member in members], 0
    symbol = finder.model.symbols[name]
    if finder.view(symbol) is finder.without_modules:
        evaluation.modules = 0
    calculate(evaluation, symbol)
    value = evaluation.bool_tristate[name] if symbol.is_bool_or_tristate else evaluation.text[name]
    return value, evaluation.visibility(symbol)


def calculate(evaluation: Evaluation, symbol: Symbol) -> None:
    """Calculate one symbol anew, with its choice if it is a member of one."""
    evaluation.calculate(symbol.name if symbol.choice is None else symbol.choice)
    if _is_forgotten(evaluation, symbol):
        evaluation.recalculate_forgotten(symbol.name)


def _is_forgotten(evaluation: Evaluation, symbol: Symbol) -> bool:
    """``conf_read`` up to 6.1: is a symbol's line out of range, and so no line in the end?"""
    said = evaluation.user.text.get(symbol.name)
    return (
        evaluation.model.dialect.forgets_out_of_range
        and evaluation.user.mode == "olddefconfig"
        and said is not None
        and symbol.type in NUMERIC
        and evaluation.exceeds(symbol, said)
    )


def _others(finder: LimitFinder, cause: Cause, step: Step) -> Iterator[str]:
    """Other values of a cause that may make a difference to a step."""
    symbol = finder.model.symbols[cause.name]
    if symbol.is_bool_or_tristate:
        letters = "ny" if finder.is_promoted(symbol) else LETTERS
        yield from (letter for letter in letters if letter != cause.value)
        return
    texts = [cause.value, *(premise.text for premise in step.premises)]
    if symbol.type is Type.STRING:
        words = {word for text in texts for word in re.findall(r'"([^"]*)"', text)}
        yield from sorted({"", f"{cause.value}x", *words} - {cause.value})
        return
    numbers = {
        int(word, 0 if word[:2] == "0x" else 10) for t in texts for word in _NUMBER.findall(t)
    }
    near = {number + step for number in (0, *numbers) for step in (-1, 0, 1) if number + step >= 0}
    for number in sorted(near):
        text = hex(number) if symbol.type is Type.HEX else str(number)
        if text != cause.value:
            yield text
