"""Choices, in both of conf's ways (scripts/kconfig/symbol.c, ``sym_calc_choice``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kresolve.kconfig.expressions import Sym
from kresolve.kconfig.model import Choice, ChoiceEntry
from kresolve.kconfig.tristate import M, N, Y
from kresolve.kconfig.values import Type

if TYPE_CHECKING:
    from kresolve.evaluator.evaluation import Evaluation


def list_choice(evaluation: Evaluation, index: int) -> None:
    """Since 6.10: one visible member of a list is y."""
    choice = evaluation.model.choices[index]
    symbols = evaluation.model.symbols
    said = evaluation.user.bool_tristate
    visible = [m for m in choice.members if evaluation.visibility(symbols[m]) != N]
    shown = set(visible)
    order = evaluation.user.priority.get(index, choice.members)
    chosen = next((m for m in order if m in shown and said.get(m) == Y), None)
    by_user = chosen is not None
    if chosen is None:
        chosen = default_member(evaluation, choice, visible)
        if chosen is not None and said.get(chosen) == N:
            chosen = None
    if chosen is None:
        chosen = next((m for m in visible if m not in said), None)
    if chosen is None:
        chosen = next((m for m in reversed(order) if m in shown), None)
    for member in choice.members:
        evaluation.set_value(member, Y if member == chosen else N, written=member in shown)
        evaluation.causes[member] = _cause(chosen=member == chosen, by_user=by_user)


def symbol_choice(evaluation: Evaluation, index: int) -> None:
    """Before 6.10: the choice is a symbol with a value, which bounds its members'."""
    model = evaluation.model
    choice = model.choices[index]
    evaluation.choice_values[index] = value = _symbol_value(evaluation, choice)
    visible = {m: evaluation.visibility(model.symbols[m]) for m in choice.members}
    chosen: str | None = None
    by_user = False
    if value == Y:
        chosen = evaluation.user.choice(index).member
        by_user = chosen is not None and visible[chosen] != N
        if not by_user:
            chosen = default_member(evaluation, choice, [m for m in choice.members if visible[m]])
        if chosen is None:
            # Nothing to choose from: the choice is n after all.
            evaluation.choice_values[index] = N
            evaluation.forget_dependencies(model.descendants(choice.entry))
    for member in choice.members:
        if visible[member] == Y:
            evaluation.set_value(member, Y if member == chosen else N, written=True)
            evaluation.causes[member] = _cause(chosen=member == chosen, by_user=by_user)
        else:
            symbol = model.symbols[member]
            own, written, cause = evaluation.bool_or_tristate(symbol, visible[member])
            evaluation.set_value(member, own, written=written)
            evaluation.causes[member] = cause


def _symbol_value(evaluation: Evaluation, choice: Choice) -> int:
    """The value of a choice as a symbol: its mode."""
    entry = evaluation.model.entries[choice.entry]
    assert isinstance(entry, ChoiceEntry)
    shown = [evaluation.prompt(choice.entry, prompt) for prompt in entry.prompts]
    promoted = choice.type is Type.BOOL or evaluation.modules == N
    visible = max(shown, default=N)
    said = evaluation.user.choice(choice.index)
    value = min(said.value, Y if visible and promoted else visible) if said.given else N
    if not choice.optional and shown:
        value = max(value, min(shown[-1], M))
    return Y if value == M and promoted else value


def default_member(evaluation: Evaluation, choice: Choice, visible: Sequence[str]) -> str | None:
    """``sym_choice_default``: the first active default that is visible, or the first member."""
    entry = evaluation.model.entries[choice.entry]
    assert isinstance(entry, ChoiceEntry)
    if evaluation.depends(choice.entry):
        for default in entry.defaults:
            active = default.condition is None or evaluation.value(default.condition)
            if active and isinstance(default.value, Sym) and default.value.name in visible:
                return default.value.name
    return visible[0] if visible else None


def _cause(*, chosen: bool, by_user: bool) -> tuple[str, None]:
    return ("user" if by_user else "chosen") if chosen else "not chosen", None
