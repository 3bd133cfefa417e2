"""Saved models with something else in them than kresolve writes."""

from __future__ import annotations

import copy
import json
import zlib
from contextlib import suppress
from random import Random
from typing import Any, Final

from attrs import evolve

from kresolve.kconfig.ordering import evaluation_order
from kresolve.kconfig.storage import _Reader, to_bytes

#: What is put in the place of any part.
STRANGE: Final[tuple[Any, ...]] = (
    *(0, 1, 2, 3, 5, 7, 50, -1, -2, -3, 1 << 31, -(1 << 40), 10**30, 0.5, 1e300, True, False, None),
    *("", "y", "n", "A", "../..", "/etc/passwd", "\0", "\n", "\ud800", "9" * 5_000, "x" * 70_000),
    *([], [0], [-1], [[]], [0, 0], [2, 0], [5, 0, 0], {}, {"a": 1}),
)
#: The parts of a document that are changed most.
_RULES: Final = ("entries", "entries", "exprs", "exprs", "symbols", "choices", "strings")


def unpacked(data: bytes) -> dict[str, Any]:
    """The document in a model's file."""
    document: dict[str, Any] = json.loads(zlib.decompress(data))
    return document


def packed(document: object) -> bytes:
    """A document as the content of a file."""
    return zlib.compress(json.dumps(document).encode(), 1)


def damaged(data: bytes, random: Random) -> bytes:
    """The file of a model with one to three things in it changed, or some of its bytes.

    Mostly what is changed is a rule or a symbol; and half of the time values are put into
    their new order, so that whoever looks for nothing but the order lets the file in.
    """
    if random.random() < 0.05:
        changed = bytearray(data)
        changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
        return bytes(changed)
    if random.random() < 0.05:
        text = bytearray(zlib.decompress(data))
        text[random.randrange(len(text))] = random.choice(b'0123456789-[]{},:"\\enul ')
        return zlib.compress(bytes(text))
    document = unpacked(data)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        part = document.get(random.choice(_RULES))
        _change(part if part and random.random() < 0.8 else document, random)
    return packed(document if random.random() < 0.5 else _ordered(document))


def _ordered(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its values in order, if they have one."""
    with suppress(Exception):
        model = _Reader({**document, "order": []}, own=True).model()
        model = evolve(model, order=evaluation_order(model))
        return {**document, "order": unpacked(to_bytes(model))["order"]}
    return document


def _change(inside: Any, random: Random) -> None:
    """Change something in a part of a document: deep inside as often as right at its top."""
    for _ in range(random.randrange(6)):
        inner = [one for one in _inner(inside) if isinstance(one, dict | list) and one]
        inside = random.choice(inner) if inner else inside
    if not isinstance(inside, dict | list) or not inside:
        return
    keys = [*inside] if isinstance(inside, dict) else [*range(len(inside))]
    key, other = random.choice(keys), random.choice(keys)
    match random.randrange(8):
        case 0:
            del inside[key]
        case 1 if isinstance(inside, list):
            inside.insert(random.randrange(len(inside)), copy.deepcopy(inside[key]))
        case 2:
            inside[key], inside[other] = inside[other], inside[key]
        case 3:
            inside[key] = copy.deepcopy(inside[other])
        case 4 | 5 | 6 | 7 if type(inside[key]) is int:
            inside[key] += random.choice((-2, -1, 1, 2))
        case _:
            inside[key] = copy.deepcopy(random.choice(STRANGE))


def _inner(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return [*part.values()]
    return part if isinstance(part, list) else []
