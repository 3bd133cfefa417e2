"""Bounds: what an expression can be worth while symbols are open."""

from __future__ import annotations

from itertools import product

import pytest

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import evaluate
from kresolve.kconfig.expressions import Expr
from kresolve.kconfig.intervals import OFF, OPEN, ExpressionIntervals, Interval
from kresolve.kconfig.model import MenuNode, Model
from tests.property.toys import load

_CONDITIONS = (
    "A",
    "!A",
    "A && B",
    "A || !B",
    "A = y",
    "A != n && T",
    "T = m",
    "T > n",
    "!(A && T)",
    "A || UNKNOWN",
    "UNKNOWN = n",
    "T = B",
)
_KCONFIG = """\
config A
	bool "a"
config B
	bool "b"
config T
	tristate "t"
config M
	bool "m"
	modules
""" + "".join(
    f'config X{number}\n\tbool "x"\n\tdepends on {text}\n'
    for number, text in enumerate(_CONDITIONS)
)


@pytest.fixture(scope="module")
def model() -> Model:
    """A tree with each condition as a dependency."""
    return load(_KCONFIG)


def _condition(model: Model, number: int) -> Expr:
    entry = model.entries[model.symbols[f"X{number}"].menu_nodes[0]]
    assert isinstance(entry, MenuNode)
    return entry.depends[0].expr


@pytest.mark.parametrize("number", range(len(_CONDITIONS)), ids=_CONDITIONS)
def test_bounds_are_never_left(model: Model, number: int) -> None:
    """Whatever the open symbols become, the evaluator's value lies within the bounds."""
    condition = _condition(model, number)
    seen: set[int] = set()
    for a, b, t in product("ny", "ny", "nmy"):
        lines = [Line("M", "y"), Line("A", a), Line("B", b), Line("T", t)]
        evaluation = evaluate(model, lines).evaluation
        value = evaluation.value(condition)
        seen.add(value)
        exact = ExpressionIntervals(
            model,
            lambda name, now=evaluation.bool_tristate: Interval(now[name], now[name]),  # type: ignore[misc]
        )
        assert exact(condition) == Interval(value, value)
    low, high = ExpressionIntervals(model, lambda _: OPEN)(condition)
    assert low <= min(seen)
    assert max(seen) <= high


def test_bounds_settle_what_is_settled(model: Model) -> None:
    """With A off, "A && B" is off, and "A = y" cannot hold, whatever B is."""
    off = ExpressionIntervals(model, lambda name: OFF if name == "A" else OPEN)

    assert off(_condition(model, 2)) == OFF
    assert off(_condition(model, 4)) == OFF
    assert off(_condition(model, 3)) == OPEN
    assert off(None) == Interval(2, 2)
