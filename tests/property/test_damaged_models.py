"""A saved model may come from anybody: it is refused, or every answer about it is right."""

from __future__ import annotations

from contextlib import suppress
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kresolve import Tree
from kresolve.dotconfig.lines import Line
from kresolve.encoding import Circuit, ConcreteInput, Simulation
from kresolve.errors import ModelError, RequestError
from kresolve.evaluator import evaluate, user_values
from kresolve.evaluator.savedefconfig import savedefconfig
from kresolve.kconfig.model import Model
from kresolve.kconfig.storage import from_bytes, to_bytes
from tests.property.damagedmodels import damaged
from tests.property.kconfigs import DIALECTS, toys
from tests.property.test_witnesses import differences, encoded
from tests.property.toys import MODES, load, read

#: Files made of each random tree.
_FILES = 5


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_a_damaged_model_is_refused_or_answers_rightly(dialect: str, data: st.DataObject) -> None:
    """Evaluator and clauses agree on whatever is let in, and no question ends in an exception."""
    toy = data.draw(toys(dialect))
    whole = load(toy.kconfig, dialect)
    lines = read(toy.config, whole)
    random = Random(data.draw(st.integers(0, 1 << 64)))  # noqa: S311 - not for secrets
    for _ in range(_FILES):
        model = _read(damaged(to_bytes(whole), random))
        if model is not None:
            _agree(model, lines)
            _answers(model, lines, random)


def _read(data: bytes) -> Model | None:
    """The model, or None where it is refused with a line that names the file."""
    try:
        return from_bytes(data, "some.model")
    except ModelError as error:
        said = str(error)
    assert said.startswith("some.model: ")
    assert "\n" not in said
    assert len(said) < 1_000
    return None


def _agree(model: Model, lines: list[Line]) -> None:
    for mode in MODES:
        encoding = encoded(model, ConcreteInput(model, user_values(model, lines, mode)), Circuit())
        expected = evaluate(model, lines, mode)
        assert differences(encoding, Simulation({}, ()).outcome, expected) == []
        assert expected.text().startswith("#\n")


def _answers(model: Model, lines: list[Line], random: Random) -> None:
    """Ask for one symbol what people ask for, and show it."""
    tree = Tree(model)
    assert from_bytes(to_bytes(model), "again").order == model.order
    assert isinstance(savedefconfig(model, lines), tuple)
    name = random.choice([*model.symbols])
    with suppress(RequestError):  # not every symbol can be asked for
        assert tree.explain(name, base="alldefconfig")._repr_html_()
        assert tree.plan(name, base="allnoconfig")._repr_html_()
