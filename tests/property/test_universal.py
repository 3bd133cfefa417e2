"""A fragment for every base really is one, and no smaller one is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from attrs import frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kresolve.dotconfig.lines import Line, spell
from kresolve.evaluator import ConfMode
from kresolve.kconfig.model import Model
from kresolve.planner import Demand, ModelIndex, Question, Request
from kresolve.planner.candidate_values import is_exhaustive
from kresolve.planner.line_order import in_order
from kresolve.planner.objective import global_switches
from kresolve.planner.universal import (
    AnyBase,
    NoUniversalFragment,
    UniversalFragment,
    universal_fragment,
)
from kresolve.planner.universal_plan import answer_any_base
from tests.property.kconfigs import DIALECTS, toys
from tests.property.test_plans import alternatives
from tests.property.toys import load

_TEXTS = {"int": ("1", "7", "-2"), "hex": ("0x1", "0xF"), "string": ("a", "")}


@frozen
class Case:
    """A tree as text, what is asked of it on every base, and the mode."""

    kconfig: str
    dialect: str
    requests: tuple[Demand, ...]
    mode: ConfMode

    def any_base(self) -> AnyBase:
        """All bases of the tree."""
        model = load(self.kconfig, self.dialect)
        return AnyBase(ModelIndex(model), Question(self.requests), self.mode)


@st.composite
def cases(draw: Any, dialect: str, most: int = 6) -> Case:
    """Small trees with one or two requests for bools and tristates, or any of some."""
    toy = draw(toys(dialect, most=most))
    model = load(toy.kconfig, dialect)
    names = [name for name, symbol in model.symbols.items() if symbol.is_bool_or_tristate]
    assume(names)
    wanted = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    requests: tuple[Demand, ...] = tuple(_request(draw, model, name) for name in wanted)
    if draw(st.integers(0, 2)) == 2:
        requests = (*requests[: draw(st.integers(0, 1))], alternatives(draw, model, names))
    mode: ConfMode = draw(st.sampled_from(("olddefconfig", "allnoconfig")))
    return Case(toy.kconfig, dialect, requests, mode)


def _request(draw: Any, model: Model, name: str) -> Request:
    some = (("y",), ("n",))
    more = (*some, ("m",), ("m", "y"))
    accept = draw(st.sampled_from(more if model.symbols[name].type.value == "tristate" else some))
    return Request(name, accept, f"{name}={'|'.join(accept)}")


def bases(model: Model, number: int) -> Iterator[tuple[Line, ...]]:
    """Random bases: anything said of any symbol, in any order, now and then twice."""
    random = Random(number)  # noqa: S311 - nobody has to guess it
    for _ in range(number):
        lines: list[Line] = []
        for name, symbol in model.symbols.items():
            for _ in range(random.choice((0, 1, 1, 1, 2))):
                values = _TEXTS.get(symbol.type.value, tuple("nmy"))
                value = spell(symbol.type, random.choice(values))
                lines.append(Line(name, value))
        random.shuffle(lines)
        yield tuple(lines)


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=60)
@given(data=st.data())
def test_a_fragment_for_every_base_holds_on_random_bases(dialect: str, data: st.DataObject) -> None:
    """A fragment for every base holds on 200 of them, and misses each line where it is said to."""
    case = data.draw(cases(dialect))
    any_base = case.any_base()
    found = universal_fragment([any_base])
    if isinstance(found, UniversalFragment):
        for base in bases(any_base.model, 200):
            assert any_base.holds(base, found.lines), [*map(str, base)]
        for line in found.lines:
            _, base = found.needed[line.symbol]
            fewer = [other for other in found.lines if other is not line]
            assert not any_base.holds(base, fewer), f"{line} is not missed"
    else:
        assert found.bases


def _fragments(model: Model) -> Iterator[tuple[Line, ...]]:
    offers: list[list[tuple[str, str] | None]] = []
    for name, symbol in model.symbols.items():
        if symbol.is_bool_or_tristate and model.is_assignable(symbol):
            values = "nmy" if symbol.type.value == "tristate" else "ny"
            offers.append([None, *((name, value) for value in values)])
    for drawn in itertools.product(*offers):
        yield in_order([model], dict(one for one in drawn if one is not None))


def _every_base(model: Model) -> list[tuple[Line, ...]]:
    """All bases of a small tree; of the orders of a choice's lines, two."""
    offers: list[list[Line | None]] = []
    for name, symbol in model.symbols.items():
        if symbol.is_bool_or_tristate:
            values = "nmy" if symbol.type.value == "tristate" else "ny"
            offers.append([None, *(Line(name, value) for value in values)])
    found = []
    for drawn in itertools.product(*offers):
        lines = tuple(line for line in drawn if line is not None)
        found += [lines, lines[::-1]] if model.choices else [lines]
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=40)
@given(data=st.data())
def test_no_fragment_for_every_base_is_smaller(dialect: str, data: st.DataObject) -> None:
    """On small trees the order's optimum equals brute force over all fragments and all bases."""
    case = data.draw(cases(dialect, most=3))
    any_base = case.any_base()
    model = any_base.model
    assume(all(symbol.is_bool_or_tristate for symbol in model.symbols.values()))
    every = _every_base(model)
    fragments = [*_fragments(model)]
    assume(len(every) * len(fragments) <= 60_000)
    good = [f for f in fragments if all(any_base.holds(base, f) for base in every)]
    found = universal_fragment([any_base])

    assert isinstance(found, UniversalFragment if good else NoUniversalFragment), [
        *map(str, good[:1])
    ]
    if isinstance(found, UniversalFragment):
        least = min(_costs(any_base, fragment) for fragment in good)
        assert tuple(found.costs.values()) == _costs(any_base, found.lines) == least
        for line in found.lines:
            _, base = found.needed[line.symbol]
            fewer = [other for other in found.lines if other is not line]
            assert not any_base.holds(base, fewer)
            for said in base:  # it takes all of the base
                assert any_base.holds([other for other in base if other is not said], fewer)


def _costs(any_base: AnyBase, fragment: tuple[Line, ...]) -> tuple[int, int, int]:
    asked = any_base.question.asked
    unasked = [line for line in fragment if line.value not in asked.get(line.symbol, ())]
    gate = global_switches(any_base.model)
    symbols = any_base.model.symbols
    switched = [
        line
        for line in unasked
        if line.value == "n" or line.symbol in gate or symbols[line.symbol].transitional
    ]
    return len(switched), len(unasked), len(fragment)


@settings(max_examples=60)
@given(data=st.data())
def test_what_is_impossible_for_every_base_has_a_conflict(data: st.DataObject) -> None:
    """A plan for every base is planned with a base for each line, or impossible with a conflict."""
    case = data.draw(cases("7.x"))
    any_base = case.any_base()
    plan = answer_any_base([any_base])
    names = [node for node in any_base.cone if isinstance(node, str)]
    if plan.status == "planned":
        assert plan.verified.evaluator
        assert all(line.missed_on is not None and line.why for line in plan.lines)
        assert all(line.needed_by for line in plan.lines)
    elif is_exhaustive(any_base.model, any_base.model_index.texts, names):
        assert plan.status == "impossible"
        assert plan.conflict is not None
        assert plan.conflict.demands
    else:
        assert plan.status == "unknown"


def test_a_member_may_be_defined_before_its_choice() -> None:
    """The order of a choice's lines is that of its members, wherever they stand first."""
    kconfig = (
        "config TWO\n\tdepends on y\n\nconfig GATE\n\tbool 'gate'\n\n"
        "choice\n\tprompt 'c'\n\tdepends on !GATE\n\tdefault ONE\n\n"
        "config ONE\n\tbool 'one'\n\nconfig TWO\n\tbool 'two'\n\nendchoice\n"
    )
    asked = (Request("GATE", ("n",), "GATE=n"), Request("ONE", ("y",), "ONE=y"))
    plan = answer_any_base([Case(kconfig, "6.12", asked, "olddefconfig").any_base()])

    assert [line.text for line in plan.lines] == ["# CONFIG_GATE is not set", "CONFIG_ONE=y"]
