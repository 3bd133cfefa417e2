"""Models as files: nothing is lost, nothing damaged is taken."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

from kresolve.errors import ModelError
from kresolve.evaluator import evaluate
from kresolve.kconfig.model import Model
from kresolve.kconfig.storage import from_bytes, info_of, to_bytes
from tests.property.kconfigs import DIALECTS, toys
from tests.property.toys import load, read

_KCONFIG = """\
config A
	bool "a"
	default y if B > 5
	help
		Help.

config B
	int "b"
	range 1 C

config C
	int
	default 10
"""


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_a_model_is_read_back_equal(dialect: str, data: st.DataObject) -> None:
    """A model that was saved and loaded is equal in every part and means the same."""
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    again = from_bytes(to_bytes(model), "again")
    for field in fields(Model):
        assert getattr(again, field.name) == getattr(model, field.name), field.name
    lines = read(toy.config, model)
    assert evaluate(again, lines).text() == evaluate(model, lines).text()


def test_the_same_model_gives_the_same_bytes() -> None:
    """Saved twice, or loaded and saved again, a model is the same file."""
    model = load(_KCONFIG)
    data = to_bytes(model)
    assert to_bytes(model) == data
    assert to_bytes(from_bytes(data, "again")) == data


def test_the_head_of_a_file_says_what_it_is_of() -> None:
    """What was read is known from the beginning of the file, of which the rest may be missing."""
    model = load(_KCONFIG)

    assert info_of(to_bytes(model)[:-20], "some.model") == model.info


@pytest.mark.parametrize("read", [from_bytes, info_of])
@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no model",
        to_bytes(load(_KCONFIG))[:20],
        zlib.compress(b"[]"),
        zlib.compress(b"{"),
        zlib.compress(b"\xff\xfe"),
        zlib.compress(json.dumps({"format": "kresolve.model/0"}).encode()),
        zlib.compress(json.dumps({}).encode()),
    ],
    ids=["empty", "text", "cut", "list", "no json", "no text", "old", "no format"],
)
def test_damaged_files_are_refused(data: bytes, read: Callable[[bytes, str], object]) -> None:
    """What is no whole model of this format is a ModelError that names the file."""
    with pytest.raises(ModelError, match=r"^some\.model: "):
        read(data, "some.model")


@given(st.data())
def test_a_file_with_a_part_missing_is_refused(data: st.DataObject) -> None:
    """Whichever part of the document is missing, the file is refused, not half read."""
    document = json.loads(zlib.decompress(to_bytes(load(_KCONFIG))))
    del document[data.draw(st.sampled_from(sorted(document)))]
    with pytest.raises(ModelError, match=r"^some\.model: "):
        from_bytes(zlib.compress(json.dumps(document).encode()), "some.model")


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("entries", []),
        ("order", []),
        ("choices", []),
        ("modules", "NOPE"),
    ],
)
def test_parts_that_do_not_fit_together_are_refused(part: str, value: object) -> None:
    """A file that is whole, but whose parts are not of one model, is no model."""
    model = load("choice\n\tprompt 'c'\nconfig A\n\tbool 'a'\nendchoice\nconfig B\n\tbool 'b'\n")
    document = json.loads(zlib.decompress(to_bytes(model)))
    whole = zlib.compress(json.dumps(document).encode())
    assert from_bytes(whole, "f").order == model.order
    broken = zlib.compress(json.dumps({**document, part: value}).encode())
    with pytest.raises(ModelError, match="f: this is not a saved model, or it is damaged"):
        from_bytes(broken, "f")


def test_a_file_that_unpacks_without_end_is_refused() -> None:
    """What is far larger than any kernel's model is not unpacked to its end."""
    with pytest.raises(ModelError):
        from_bytes(zlib.compress(b" " * (1 << 29), 9), "f")
