"""Evaluation from what changed gives what evaluation of the whole gives, in every field."""

from __future__ import annotations

from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import Configuration, ConfMode, evaluate
from tests.property.kconfigs import DIALECTS, toys
from tests.property.toys import MODES, load, read
from tests.sameresult import everything

#: For this one conf can calculate everything twice.
_TWICE: Final[tuple[ConfMode, ...]] = ("defconfig",)

_ONE_IN_TEN = st.integers(0, 9)


def parts(data: st.DataObject, lines: list[Line]) -> list[list[Line]]:
    """Lines cut into some parts, of which some may be empty."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(lines)), max_size=4)))
    return [lines[first:last] for first, last in zip([0, *cuts], [*cuts, len(lines)], strict=True)]


def selection(data: st.DataObject, lines: list[Line]) -> list[Line]:
    """Some of the lines, in another order."""
    order = data.draw(st.permutations(lines))
    return order[: data.draw(st.integers(0, len(order)))]


@pytest.mark.parametrize("dialect", DIALECTS)
@given(mode=st.sampled_from((*MODES, *_TWICE)), data=st.data())
def test_more_lines(dialect: str, mode: ConfMode, data: st.DataObject) -> None:
    """Lines that follow others give what all of them give at once, and change nothing before."""
    toy = data.draw(toys(dialect, most=16))
    model = load(toy.kconfig, dialect)
    first, *others = parts(data, read(toy.config, model))
    start = last = evaluate(model, first, mode)
    untouched = everything(start)
    lines: list[Line] = []
    for more in others:
        lines += more
        last = last.with_lines(more)
        whole = everything(evaluate(model, [*first, *lines], mode))
        assert everything(last) == whole
        at_once = start.with_lines(lines)
        assert everything(at_once) == whole
        differ = [name for name in model.symbols if start.get(name) != last.get(name)]
        assert start.changes(last) == start.changes(at_once) == at_once.changes(start) == differ
    assert everything(start) == untouched


@pytest.mark.parametrize("dialect", DIALECTS)
@given(mode=st.sampled_from((*MODES, *_TWICE)), data=st.data())
def test_other_lines(dialect: str, mode: ConfMode, data: st.DataObject) -> None:
    """Lines taken away, moved and changed give what they give by themselves, every time."""
    toy = data.draw(toys(dialect, most=16))
    model = load(toy.kconfig, dialect)
    lines = read(toy.config, model)
    last: Configuration | None = None
    for _ in range(4):
        some = None if data.draw(_ONE_IN_TEN) == 0 else selection(data, lines)
        last = evaluate(model, some, mode, since=last)
        assert everything(last) == everything(evaluate(model, some, mode))
        if lines:
            both = [*(some or ()), *lines]
            assert everything(last.with_lines(lines)) == everything(evaluate(model, both, mode))
