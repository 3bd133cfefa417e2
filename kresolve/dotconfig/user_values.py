"""User values, as conf reads them from lines.

scripts/kconfig/confdata.c, ``conf_read_simple``: the last valid line of a
symbol counts, lines for unknown symbols and invalid values do not.  For
choices the order of lines matters, in one of two ways (see
:class:`~kresolve.kconfig.dialect.Dialect`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, Literal, TypeAlias

from attrs import evolve, frozen

from kresolve.dotconfig.lines import Line, typed_value
from kresolve.kconfig.model import Model, Symbol
from kresolve.kconfig.tristate import OF_LETTER, M, N, Y
from kresolve.kconfig.values import BOOL_TRISTATE

#: What is done with the lines: ``make olddefconfig``; ``make defconfig`` with
#: the lines as the defconfig file; or ``make allnoconfig`` and its kin with the
#: lines as KCONFIG_ALLCONFIG (``merge_config.sh -n``).
ConfMode: TypeAlias = Literal[
    "olddefconfig", "defconfig", "allnoconfig", "allyesconfig", "allmodconfig", "alldefconfig"
]

#: What these targets answer where nothing was said.
ANSWERS: Final[Mapping[str, int]] = MappingProxyType(
    {"allnoconfig": N, "allmodconfig": M, "allyesconfig": Y}
)
#: These give every choice a user value again (``set_all_choice_values``, before 6.10).
RESTORING: Final = frozenset({"alldefconfig", "defconfig"})


@frozen
class ChoiceUserValue:
    """The user value of a choice before 6.10, when a choice was a symbol.

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
    none.  ``read`` says whether there was a file, empty or not.
    """

    mode: ConfMode
    bool_tristate: Mapping[str, int]
    text: Mapping[str, str]
    priority: Mapping[int, tuple[str, ...]]
    choices: Mapping[int, ChoiceUserValue]
    lines: Mapping[str, Line]
    read: bool = True

    def choice(self, index: int) -> ChoiceUserValue:
        """What was said of a choice (before 6.10)."""
        return self.choices.get(index, ChoiceUserValue())


def user_values(
    model: Model, lines: Iterable[Line] | None, mode: ConfMode = "olddefconfig"
) -> UserValues:
    """The user values that conf would have after reading ``lines`` for ``mode``.

    No file at all (None) is not quite the same as an empty one.
    """
    nothing = UserValues(mode, {}, {}, {}, {}, {}, read=lines is not None)
    user = _with_lines(model, nothing, lines or ())
    if mode in ANSWERS:
        user = evolve(user, bool_tristate=_answers(model, user))
    return _with_choices_given(model, user)


def more_user_values(model: Model, user: UserValues, lines: Iterable[Line]) -> UserValues:
    """The user values that conf would have, had ``lines`` followed those that gave ``user``."""
    lines = tuple(lines)
    if not user.read and lines:
        return user_values(model, lines, user.mode)
    return _with_choices_given(model, _with_lines(model, user, lines))


def _with_lines(model: Model, user: UserValues, lines: Iterable[Line]) -> UserValues:
    """The user values after more lines, without what the target does then."""
    logical, text = dict(user.bool_tristate), dict(user.text)
    priority, choices = dict(user.priority), dict(user.choices)
    source = dict(user.lines)
    symbols = model.symbols
    for line in lines:
        symbol = symbols.get(line.symbol)
        if symbol is None:
            continue
        value = typed_value(line, symbol.type)
        if value is None:
            continue
        name = symbol.name
        source[name] = line
        if symbol.type not in BOOL_TRISTATE:
            text[name] = value
            continue
        logical[name] = OF_LETTER[value]
        if symbol.choice is not None:
            if model.dialect.choice_lists:
                order = priority.get(symbol.choice, model.choices[symbol.choice].members)
                priority[symbol.choice] = (name, *(other for other in order if other != name))
            else:
                said = choices.get(symbol.choice, ChoiceUserValue())
                choices[symbol.choice] = _said(said, name, logical[name])
    return UserValues(user.mode, logical, text, priority, choices, source, user.read)


def _said(said: ChoiceUserValue, member: str, value: int) -> ChoiceUserValue:
    """One more line for a choice's member, before 6.10."""
    forgotten = said.forgotten or (value == M and said.value == Y)
    return ChoiceUserValue(
        given=said.given and not forgotten,
        value=max(said.value, value),
        member=member if value == Y else said.member,
        forgotten=forgotten,
    )


def _answers(model: Model, user: UserValues) -> Mapping[str, int]:
    """``conf_set_all_new_symbols``: user values, and the target's answer where there is none."""
    logical = dict(user.bool_tristate)
    answer = ANSWERS[user.mode]
    for symbol in model.symbols.values():
        if symbol.name not in logical and _is_asked(model, symbol):
            yes = answer == N and symbol.allnoconfig_y
            logical[symbol.name] = Y if yes else answer
    return logical


def _with_choices_given(model: Model, user: UserValues) -> UserValues:
    """The user values of choices after the target's answers (before 6.10)."""
    choices = dict(user.choices)
    if user.mode in RESTORING:
        choices = {index: evolve(said, given=True) for index, said in choices.items()}
    elif user.mode in ANSWERS and not model.dialect.choice_lists:
        for choice in model.choices:
            said = choices.get(choice.index, ChoiceUserValue(given=user.read))
            if not said.given:
                choices[choice.index] = ChoiceUserValue(
                    value=ANSWERS[user.mode], member=said.member, forgotten=said.forgotten
                )
    return evolve(user, choices=choices)


def _is_asked(model: Model, symbol: Symbol) -> bool:
    """Does a target answer for a symbol that lines do not mention?"""
    if symbol.type not in BOOL_TRISTATE or not model.has_prompt(symbol):
        return False
    return symbol.choice is None or not model.dialect.choice_lists
