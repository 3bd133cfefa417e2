"""Ways to a symbol: what is on every one of them, against trying all lines."""

from __future__ import annotations

from itertools import product

import pytest

from kresolve.dependency_graph import dependency_graph
from kresolve.dotconfig.lines import Line
from kresolve.errors import RequestError
from kresolve.evaluator import evaluate
from kresolve.kconfig.dependencies import Dependencies
from kresolve.kconfig.model import Model
from kresolve.planner import ModelIndex
from kresolve.planner.backbone import backbone
from tests.property.toys import load

_KCONFIG = """\
config MODULES
	bool "modules"
	modules
config A
	bool "a"
config B
	bool "b"
	depends on A
config C
	tristate "c"
	depends on B || EITHER
	select D
config D
	tristate
config EITHER
	tristate "either"
	depends on A
config X
	tristate "x"
	depends on C && D && !NOT
config NOT
	bool "not"
config AFTER
	bool "after"
	depends on X = y
config DEEP
	bool "deep"
	depends on NUMBER > 5 && A
config NEVER
	bool "never"
	depends on DEEP && NUMBER < 5
config NUMBER
	int "number"
	default 3
"""
_SAID = ("MODULES", "A", "B", "C", "EITHER", "X", "NOT", "AFTER")


@pytest.fixture(scope="module")
def model() -> Model:
    """The toy tree."""
    return load(_KCONFIG)


@pytest.mark.parametrize(
    ("name", "value"), [("X", "y"), ("X", "m"), ("C", "m"), ("AFTER", "y"), ("B", "y"), ("D", "y")]
)
def test_what_is_on_every_way_is_so_for_all_lines(model: Model, name: str, value: str) -> None:
    """Every and never are what all configurations with the symbol on have in common."""
    ways = backbone(ModelIndex(model), dependency_graph(model), name, value)
    assert ways is not None
    accepted = {"y"} if value == "y" else {"m", "y"}
    results = [
        dict(evaluate(model, map(Line, _SAID, values)))
        for values in product(*("nmy" if name in ("C", "EITHER", "X") else "ny" for name in _SAID))
    ]
    here = [values for values in results if values[name] in accepted]
    assert here
    on = {other for other in model.symbols if all(values[other] in "my" for values in here)}
    off = {other for other in model.symbols if all(values[other] == "n" for values in here)}
    off &= {other for other in model.symbols if any(values[other] in "my" for values in results)}
    cone = Dependencies(model).cone([name]) - {name}  # what the value is calculated from

    assert set(ways.every) == on & cone
    assert set(ways.never) == off & cone & model.options
    assert set(ways.some) <= cone - on - off


def test_every_some_and_never(model: Model) -> None:
    """The way to X leads over A, C and D, over one of B and EITHER, and past NOT."""
    ways = backbone(ModelIndex(model), dependency_graph(model), "X")
    assert ways is not None

    assert ways.every == ("A", "C", "D")
    assert ways.some == ("B", "EITHER")
    assert ways.never == ("NOT",)


def test_there_may_be_no_way(model: Model) -> None:
    """A symbol that no line can bring about has no way."""
    assert backbone(ModelIndex(model), dependency_graph(model), "NEVER") is None


def test_numbers_may_be_what_they_have_to_be(model: Model) -> None:
    """A way may lead over a number that somebody has to say."""
    ways = backbone(ModelIndex(model), dependency_graph(model), "DEEP")
    assert ways is not None
    assert (ways.every, ways.proved) == (("A",), True)


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("NUMBER", "y", "NUMBER=y: name a bool or tristate"),
        ("NOWHERE", "y", "NOWHERE: Linux .* has no such option"),
        ("X", "n", "X=n: name a bool or tristate"),
    ],
)
def test_only_what_can_be_on_has_ways(model: Model, name: str, value: str, told: str) -> None:
    """A number, an unknown symbol and the value n are refused."""
    with pytest.raises(RequestError, match=told):
        backbone(ModelIndex(model), dependency_graph(model), name, value)
