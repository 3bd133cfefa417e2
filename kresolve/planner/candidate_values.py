"""The values of ints, hexes and strings that a plan may set.

A number can only matter by being below, at or above a constant that it is
compared with, or another number; so values around the constants of its group
are enough.  For strings, the constants and something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from kresolve.evaluator import UserValues
from kresolve.kconfig.model import Model
from kresolve.kconfig.value_domains import ValueDomains
from kresolve.kconfig.values import NUMERIC, Type, base_of, leading_number, valid

#: Groups of up to so many symbols with a prompt get all values that can matter.
_LARGEST: Final = 3
#: A text that stands for "any other".
PLACEHOLDER: Final = "x"


def candidate_values(
    model: Model,
    relations: ValueDomains,
    base: UserValues,
    before: Mapping[str, str],
    wanted: Mapping[str, Sequence[str]],
) -> Mapping[str, tuple[str, ...]]:
    """For each int, hex and string that can matter, the values to offer lines for.

    Those ``wanted`` come first, then those that are nearest to what the symbol
    is ``before``.
    """
    found: dict[str, tuple[str, ...]] = {}
    groups = {relations.group_of[name] for name in wanted}
    groups |= {relations.group_of[name] for name in relations.compared}
    for index in sorted(groups):
        names, constants = relations.groups[index]
        pool = [*constants, *(base.text[name] for name in names if name in base.text)]
        pool += [text for name in names for text in wanted.get(name, ())]
        reach = min(len(_said(model, names)), _LARGEST)
        for name in names:
            type_ = model.symbols[name].type
            now = before.get(name, "")
            texts = _numbers(pool, type_, reach, now) if type_ in NUMERIC else _strings(pool)
            found[name] = tuple(dict.fromkeys((*wanted.get(name, ()), *texts)))
    return found


def is_exhaustive(model: Model, relations: ValueDomains, names: Iterable[str]) -> bool:
    """Are the offered values of all these symbols all that can matter?

    If not, that no plan was found is no proof that there is none.
    """
    return not any(
        name in relations.compared
        and not model.symbols[name].is_bool_or_tristate
        and len(_said(model, relations.groups[relations.group_of[name]][0]))
        > (0 if name in relations.sorted else _LARGEST)
        for name in names
    )


def _said(model: Model, names: Iterable[str]) -> list[str]:
    """Those of the symbols that a line can say something about."""
    return [name for name in names if model.is_assignable(model.symbols[name])]


def _numbers(pool: Sequence[str], type_: Type, reach: int, now: str) -> Iterable[str]:
    """The numbers around those in the pool as values of a type, nearest to now first."""
    met = {0} | {
        leading_number(text, 16 if text[:2] in ("0x", "0X") else 10)
        for text in pool
        if valid(Type.INT, text) or valid(Type.HEX, text)
    }
    near = {number + step for number in met for step in range(-reach, reach + 1)}
    centre = leading_number(now, base_of(type_))
    for number in sorted(near, key=lambda n: (abs(n - centre), n)):
        text = str(number) if type_ is Type.INT else hex(number)
        if valid(type_, text):
            yield text
    # What is no number to a comparison, without 0x or too large, is one by its spelling.
    yield from (text for text in pool if valid(type_, text))


def _strings(pool: Iterable[str]) -> Iterable[str]:
    yield from pool
    yield ""
    yield PLACEHOLDER
    yield from (text + PLACEHOLDER for text in pool)
