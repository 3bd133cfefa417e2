"""What the user said, as conf takes it from lines.

scripts/kconfig/confdata.c, ``conf_read_simple``: the last valid line of a
symbol counts, lines for unknown symbols and invalid values do not.  For
choices the order of lines matters, in one of two ways (see
:class:`~kresolve.dialect.Dialect`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from attrs import evolve, frozen

from kresolve.lines import Line, typed_value
from kresolve.model import Model, Symbol
from kresolve.tristate import OF_LETTER, M, N, Y
from kresolve.values import LOGICAL

#: What is done with the lines: ``make olddefconfig``; ``make defconfig`` with
#: the lines as the defconfig file; or ``make allnoconfig`` and its kin with the
#: lines as KCONFIG_ALLCONFIG (``merge_config.sh -n``).
Finish: TypeAlias = Literal[
    "olddefconfig", "defconfig", "allnoconfig", "allyesconfig", "allmodconfig", "alldefconfig"
]

#: What these targets answer where nothing was said.
ANSWERS: Final[Mapping[str, int]] = MappingProxyType(
    {"allnoconfig": N, "allmodconfig": M, "allyesconfig": Y}
)
#: These give every choice a user value again (``set_all_choice_values``, before 6.10).
RESTORING: Final = frozenset({"alldefconfig", "defconfig"})


@frozen
class ChoiceSaid:
    """What lines said about a choice before 6.10, when it was a symbol.

    ``value`` is the highest that any line for a member said, ``member`` that
    of the last y line; an m line that follows a y makes conf forget it all:
    then ``forgotten`` is true, and ``given`` false, until the target answers.
    """

    given: bool = True
    value: int = N
    member: str | None = None
    forgotten: bool = False


@frozen
class UserValues:
    """Values from lines: 0, 1, 2 for bool and tristate, text for the others.

    ``priority`` holds, for each choice that lines mention, its members from
    the front of the list; a choice without lines keeps its menu order.
    ``choices`` is its counterpart of before 6.10.  ``lines`` tells which line
    gave a value; those that a target answers by itself (allnoconfig's n) have
    none.
    """

    finish: Finish
    logical: Mapping[str, int]
    text: Mapping[str, str]
    priority: Mapping[int, tuple[str, ...]]
    choices: Mapping[int, ChoiceSaid]
    lines: Mapping[str, Line]

    def choice(self, index: int) -> ChoiceSaid:
        """What was said of a choice (before 6.10)."""
        return self.choices.get(index, ChoiceSaid())


def user_values(
    model: Model, lines: Iterable[Line] | None, finish: Finish = "olddefconfig"
) -> UserValues:
    """The user values that conf would have after reading ``lines`` for ``finish``.

    No file at all (None) is not quite the same as an empty one.
    """
    logical: dict[str, int] = {}
    text: dict[str, str] = {}
    priority: dict[int, list[str]] = {}
    choices: dict[int, ChoiceSaid] = {}
    source: dict[str, Line] = {}
    symbols = model.symbols
    for line in lines or ():
        symbol = symbols.get(line.symbol)
        if symbol is None:
            continue
        value = typed_value(line, symbol.type)
        if value is None:
            continue
        name = symbol.name
        source[name] = line
        if symbol.type not in LOGICAL:
            text[name] = value
            continue
        logical[name] = OF_LETTER[value]
        if symbol.choice is not None:
            if model.dialect.choice_lists:
                order = priority.setdefault(
                    symbol.choice, list(model.choices[symbol.choice].members)
                )
                order.remove(name)
                order.insert(0, name)
            else:
                said = choices.get(symbol.choice, ChoiceSaid())
                choices[symbol.choice] = _said(said, name, logical[name])
    if finish in ANSWERS:
        _answer(model, finish, logical, choices, read=lines is not None)
    if finish in RESTORING:
        choices = {index: evolve(said, given=True) for index, said in choices.items()}
    return UserValues(
        finish,
        logical,
        text,
        {choice: tuple(order) for choice, order in priority.items()},
        choices,
        source,
    )


def _said(said: ChoiceSaid, member: str, value: int) -> ChoiceSaid:
    """One more line for a choice's member, before 6.10."""
    forgotten = said.forgotten or (value == M and said.value == Y)
    return ChoiceSaid(
        given=said.given and not forgotten,
        value=max(said.value, value),
        member=member if value == Y else said.member,
        forgotten=forgotten,
    )


def _answer(
    model: Model,
    finish: Finish,
    logical: dict[str, int],
    choices: dict[int, ChoiceSaid],
    *,
    read: bool,
) -> None:
    """``conf_set_all_new_symbols``: the target's answer where nothing was said."""
    answer = ANSWERS[finish]
    for symbol in model.symbols.values():
        if symbol.name not in logical and _is_asked(model, symbol):
            yes = answer == N and symbol.allnoconfig_y
            logical[symbol.name] = Y if yes else answer
    if not model.dialect.choice_lists:
        for choice in model.choices:
            said = choices.get(choice.index, ChoiceSaid(given=read))
            if not said.given:
                choices[choice.index] = ChoiceSaid(
                    value=answer, member=said.member, forgotten=said.forgotten
                )


def _is_asked(model: Model, symbol: Symbol) -> bool:
    """Does a target answer for a symbol that lines do not mention?"""
    if symbol.type not in LOGICAL or not model.has_prompt(symbol):
        return False
    return symbol.choice is None or not model.dialect.choice_lists
