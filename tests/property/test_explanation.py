"""Explanations are true: what they name is enough, and where they say "because" it is needed."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kresolve.explanation import Derivation, Deriver
from kresolve.lines import Line, quote
from kresolve.model import Model, Symbol
from kresolve.semantics import Configuration, Finish, evaluate
from kresolve.values import Type
from tests.property.kconfigs import DIALECTS, Toy, toys
from tests.property.toys import FINISHES, load, read

FINISH = st.sampled_from(list(FINISHES))


def said(derivation: Derivation) -> set[str]:
    """The symbols whose lines a derivation names."""
    return {told.symbol for told in derivation.told if told.kind == "line"}


def silent(derivation: Derivation) -> set[str]:
    """The symbols of which a derivation says that there is no line for them."""
    return {told.symbol for told in derivation.told if told.kind in ("no line", "answer")}


def noise(model: Model, random: Random, without: set[str], share: float) -> list[Line]:
    """Lines for a share of the symbols, some left out."""
    chosen = [s for s in model.symbols.values() if random.random() < share]
    random.shuffle(chosen)
    return [
        Line(symbol.name, any_value(symbol, random))
        for symbol in chosen
        if symbol.name not in without and symbol.type is not Type.UNKNOWN
    ]


def any_value(symbol: Symbol, random: Random) -> str:
    """A value as it stands in a line for a symbol."""
    if symbol.type is Type.BOOL:
        return random.choice("ny")
    if symbol.type is Type.TRISTATE:
        return random.choice("nmy")
    if symbol.type is Type.STRING:
        return quote(random.choice(("", "a", "y", "0")))
    number = random.randrange(20)
    return hex(number) if symbol.type is Type.HEX else str(number)


def replayed(
    found: Configuration,
    lines: Iterable[Line],
    derivation: Derivation,
    random: Random,
    share: float,
) -> list[str]:
    """The value that results from the lines that are named: alone, and among other lines."""
    kept = [line for line in lines if line.symbol in said(derivation)]
    values = []
    for others in (0.0, share):
        without = said(derivation) | silent(derivation)
        more = noise(found.model, random, without, others)
        values.append(evaluate(found.model, [*kept, *more], found.finish)[derivation.root])
    return values


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data(), finish=FINISH, seed=st.integers(0, 2**32))
def test_what_a_derivation_tells_is_enough(
    dialect: str, data: st.DataObject, finish: Finish, seed: int
) -> None:
    """The lines that a derivation names, and those it says are absent, settle the value."""
    toy: Toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    lines = read(toy.config, model)
    found = evaluate(model, lines, finish)
    random = Random(seed)  # noqa: S311 - nobody has to guess it
    deriver = Deriver(found, "base")
    for name in found:
        derivation = deriver.derivation(name)
        assert derivation.value == found[name]
        values = replayed(found, lines, derivation, random, 0.7)
        assert values == [found[name]] * 2, (name, derivation.fact)
