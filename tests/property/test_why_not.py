"""Whom lint blames on random trees: exactly those that keep a line from what it asks for."""

from __future__ import annotations

from itertools import product
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kresolve.evaluator import Configuration, evaluate
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.why_not import why_not
from kresolve.kconfig.expressions import names
from kresolve.kconfig.model import Model, Symbol
from kresolve.kconfig.tristate import OF_LETTER
from tests.property.kconfigs import DIALECTS, toys
from tests.property.toys import load, read

#: What decides where conditions keep a line out.
LIMITING: Final = ("depends", "hidden", "limited")
#: Of so many symbols all values are tried.
_MOST: Final = 4


def values_of(model: Model, name: str) -> str:
    """The values that a bool or tristate can have; none of any other name."""
    symbol = model.symbols.get(name)
    return (
        ""
        if symbol is None or not symbol.is_bool_or_tristate
        else "ny"
        if symbol.type == "bool"
        else "nmy"
    )


def limits(model: Model, symbol: Symbol) -> set[str]:
    """The names in all conditions of a symbol's only prompt."""
    ((index, definition),) = model.menu_nodes(symbol)
    found = {
        name
        for prompt in definition.prompts
        if prompt.condition is not None
        for name in names(prompt.condition)
    }
    while index >= 0:
        entry = model.entries[index]
        for guard in (*entry.depends, *getattr(entry, "visible", ())):
            found |= {*names(guard.expr)}
        index = entry.parent
    return found


def reaches(after: Configuration, name: str, want: str, values: dict[str, str]) -> bool:
    """Could a line make a symbol so much, had others these values?"""
    there = after.evaluation.assuming(values)
    return there.visibility(after.model.symbols[name]) >= OF_LETTER[want]


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_blame_is_counterfactual(dialect: str, data: st.DataObject) -> None:
    """Each symbol that is blamed matters to some way of mending it; no other mends it alone."""
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    after = evaluate(model, read(toy.config, model))
    deriver = Deriver(after, "base", every=True)
    for name, symbol in model.symbols.items():
        if (
            not symbol.is_bool_or_tristate
            or symbol.choice is not None
            or len(symbol.menu_nodes) > 1
        ):
            continue
        for want in values_of(model, name)[1:]:
            if after.tristate(name) >= OF_LETTER[want] or reaches(after, name, want, {}):
                continue
            found = why_not(deriver, name, want)
            if (
                found.fact.rule not in LIMITING
                or not found.fact.prompt
                or model.modules in found.blockers
            ):
                continue
            told = found.blockers
            for other in limits(model, symbol) - {*told, model.modules}:
                for value in values_of(model, other):
                    assert not reaches(after, name, want, {other: value}), (name, want, other)
            if len(told) > _MOST or not all(values_of(model, one) for one in told):
                continue
            ways = [
                way
                for values in product(*(values_of(model, one) for one in told))
                if reaches(after, name, want, way := dict(zip(told, values, strict=True)))
            ]
            for one in told if ways else ():
                assert any(
                    not reaches(after, name, want, {**way, one: after[one]}) for way in ways
                ), (name, want, one)
