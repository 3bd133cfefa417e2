"""The smallest ``.config``: what conf writes for ``make savedefconfig``.

scripts/kconfig/confdata.c, ``conf_write_defconfig``: a line for each symbol
that the user can change and that differs from its default.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve

from kresolve.dotconfig.lines import Line, spell
from kresolve.evaluator.choices import default_member
from kresolve.evaluator.configuration import Configuration, evaluate, remembered
from kresolve.evaluator.evaluation import Evaluation
from kresolve.kconfig.expressions import Const, Sym, Text
from kresolve.kconfig.model import Model, Symbol
from kresolve.kconfig.tristate import LETTERS, M, N, Y
from kresolve.kconfig.values import BOOL_TRISTATE, Type


def savedefconfig(model: Model, lines: Iterable[Line]) -> tuple[Line, ...]:
    """The lines that ``conf --savedefconfig`` writes for a ``.config``."""
    return tuple(_lines(_again(evaluate(model, lines))))


def _again(read: Configuration) -> Configuration:
    """What conf calculates for writing, once more, after it has for reading.

    It knows of modules from the start then, and has forgotten some of what the
    user said: numbers out of range, and, before 6.10, that a choice is y if one
    of its visible members has no line (``sym_calc_choice``).
    """
    model, first = read.model, read.evaluation
    said = first.user
    choices = dict(said.choices)
    for index, value in first.choice_values.items():
        members = model.choices[index].members
        if value == Y and any(
            member not in said.bool_tristate and first.visibility(model.symbols[member])
            for member in members
        ):
            choices[index] = evolve(said.choice(index), given=False)
    # Any other mode than olddefconfig, so that nothing more is forgotten.
    second = Evaluation(model, evolve(remembered(first), mode="defconfig", choices=choices))
    second.modules = first.modules
    second.run()
    return Configuration(model, "defconfig", second, second.user)


def _lines(configuration: Configuration) -> Iterator[Line]:
    model, evaluation = configuration.model, configuration.evaluation
    for name in model.symbols:
        symbol = model.symbols[name]
        if (
            name in evaluation.written
            and _is_changeable(evaluation, symbol)
            and configuration[name] != _default(evaluation, symbol)
            and not _is_default_member(evaluation, symbol)
        ):
            value = spell(symbol.type, configuration[name])
            yield Line(name, value, literal=symbol.type not in BOOL_TRISTATE)


def _is_changeable(evaluation: Evaluation, symbol: Symbol) -> bool:
    """``sym_is_changeable``: more visible than what selects it."""
    return evaluation.visibility(symbol) > _selected(evaluation, symbol)


def _selected(evaluation: Evaluation, symbol: Symbol) -> int:
    if symbol.choice is not None:
        return N
    sources = evaluation.model.selected_by.get(symbol.name, ())
    return evaluation.reverse(sources, promoted=_is_promoted(evaluation, symbol))


def _is_promoted(evaluation: Evaluation, symbol: Symbol) -> bool:
    if symbol.type is Type.TRISTATE:
        return evaluation.modules == N
    return symbol.type is Type.BOOL


def _default(evaluation: Evaluation, symbol: Symbol) -> str:
    """``sym_get_string_default``: the value without the user, ranges apart."""
    value, text = N, ""
    for index in symbol.menu_nodes:
        default, strength = evaluation.default(index, evaluation.model.entries[index])
        if default is not None:
            if symbol.type in BOOL_TRISTATE:
                value = min(evaluation.value(default.value), strength)
            elif isinstance(default.value, Sym | Const | Text):
                text = evaluation.stored_text(default.value)
            break
    if symbol.type not in BOOL_TRISTATE:
        if not text and evaluation.model.dialect.numbers_start_at_zero:
            return {Type.INT: "0", Type.HEX: "0x0"}.get(symbol.type, "")
        return text
    value = max(value, _selected(evaluation, symbol))
    is_member = symbol.choice is not None
    if value == M and (symbol.type is Type.BOOL or (evaluation.modules == N and not is_member)):
        value = Y
    if not is_member:
        implied = evaluation.model.implied_by.get(symbol.name, ())
        promoted = _is_promoted(evaluation, symbol)
        value = max(value, evaluation.reverse(implied, promoted=promoted))
    return LETTERS[value]


def _is_default_member(evaluation: Evaluation, symbol: Symbol) -> bool:
    """Is it y as the default of its choice?"""
    if symbol.choice is None or evaluation.bool_tristate[symbol.name] != Y:
        return False
    choice = evaluation.model.choices[symbol.choice]
    if choice.optional or symbol.type is not Type.BOOL:
        return False
    shown = [m for m in choice.members if evaluation.visibility(evaluation.model.symbols[m]) != N]
    return default_member(evaluation, choice, shown) == symbol.name
