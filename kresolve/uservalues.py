"""What the user said, as conf takes it from lines.

scripts/kconfig/confdata.c, ``conf_read_simple``: the last valid line of a
symbol counts, lines for unknown symbols and invalid values do not, and each
line for a member moves it to the front of its choice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from attrs import frozen

from kresolve.lines import Line, typed_value
from kresolve.model import Model
from kresolve.tristate import OF_LETTER
from kresolve.values import LOGICAL

#: What is done with the lines: ``make olddefconfig``, or ``make allnoconfig``
#: with the lines as KCONFIG_ALLCONFIG (``merge_config.sh -n``), and its kin.
Finish: TypeAlias = Literal[
    "olddefconfig", "allnoconfig", "allyesconfig", "allmodconfig", "alldefconfig"
]

_ANSWER: dict[str, int] = {"allnoconfig": 0, "allmodconfig": 1, "allyesconfig": 2}


@frozen
class UserValues:
    """Values from lines: 0, 1, 2 for bool and tristate, text for the others.

    ``priority`` holds, for each choice that lines mention, its members from
    the front of the list; a choice without lines keeps its menu order.
    ``lines`` tells which line gave a value; those that a target answers by
    itself (allnoconfig's n) have none.
    """

    logical: Mapping[str, int]
    text: Mapping[str, str]
    priority: Mapping[int, tuple[str, ...]]
    lines: Mapping[str, Line]


def user_values(model: Model, lines: Iterable[Line], finish: Finish = "olddefconfig") -> UserValues:
    """The user values that conf would have after reading ``lines`` for ``finish``."""
    logical: dict[str, int] = {}
    text: dict[str, str] = {}
    priority: dict[int, list[str]] = {}
    source: dict[str, Line] = {}
    symbols = model.symbols
    for line in lines:
        symbol = symbols.get(line.symbol)
        if symbol is None:
            continue
        value = typed_value(line, symbol.type)
        if value is None:
            continue
        source[symbol.name] = line
        if symbol.type in LOGICAL:
            logical[symbol.name] = OF_LETTER[value]
        else:
            text[symbol.name] = value
        if symbol.choice is not None:
            order = priority.setdefault(symbol.choice, list(model.choices[symbol.choice].members))
            if symbol.name in order:
                order.remove(symbol.name)
                order.insert(0, symbol.name)
    answer = _ANSWER.get(finish)
    if answer is not None:
        for symbol in symbols.values():
            if (
                symbol.type in LOGICAL
                and symbol.choice is None
                and symbol.name not in logical
                and model.has_prompt(symbol)
            ):
                logical[symbol.name] = answer
    return UserValues(
        logical, text, {choice: tuple(order) for choice, order in priority.items()}, source
    )
