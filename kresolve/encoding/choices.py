"""Choices as circuits, in both of conf's ways (scripts/kconfig/symbol.c, ``sym_calc_choice``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kresolve.dotconfig.user_values import ANSWERS, RESTORING
from kresolve.encoding.circuit import FALSE, NO_VALUE, TRUE, Circuit, Reason, Tristate
from kresolve.kconfig.expressions import Sym
from kresolve.kconfig.model import Choice, ChoiceEntry
from kresolve.kconfig.tristate import N, Y
from kresolve.kconfig.values import Type

if TYPE_CHECKING:
    from kresolve.encoding.rules import Encoding


class _Winner:
    """The selected member: rules in order, each for when none before it decides."""

    def __init__(self, circuit: Circuit, members: Iterable[str]) -> None:
        self.circuit = circuit
        self.cases: dict[str, list[int]] = {member: [] for member in members}
        self.rest = TRUE

    def take(self, candidates: Iterable[tuple[str, int]]) -> None:
        """The first member whose condition holds is chosen."""
        for member, condition in candidates:
            case = self.circuit.and2(self.rest, condition)
            self.cases[member].append(case)
            self.rest = self.circuit.and2(self.rest, -condition)

    def chosen(self, member: str) -> int:
        """Is it this one?"""
        return self.circuit.any_of(self.cases[member])


def list_choice(encoding: Encoding, index: int) -> None:
    """Since 6.10: one visible member of a list is y."""
    circuit, user = encoding.circuit, encoding.user
    symbols = encoding.model.symbols
    choice = encoding.model.choices[index]
    members = choice.members
    visible = {m: encoding.visibility(symbols[m]).ge_m for m in members}
    user_values = {m: user.user_value(symbols[m]) for m in members}
    new_yes = {m: user.new_lines(m)[0] for m in members}
    new_no = {m: user.new_lines(m)[1] for m in members}
    order, picks = user.order(index), user.picks(index)
    winner = _Winner(circuit, members)
    # A new y line stands in front; then the base's order.
    winner.take((m, circuit.and2(visible[m], new_yes[m])) for m in members)
    old_yes = {m: circuit.all_of((visible[m], user_values[m].is_y, -new_no[m])) for m in order}
    if picks is not None:
        winner.take((m, circuit.and2(old_yes[m], picks.first[m])) for m in order)
    winner.take(old_yes.items())
    # The default, unless the user said n to it.
    by_default = _default(encoding, choice, visible)
    winner.take(
        (m, circuit.and2(by_default[m], -circuit.and2(user_values[m].given, -user_values[m].is_y)))
        for m in members
    )
    # The first visible member that the user said nothing about.
    winner.take((m, circuit.and2(visible[m], -user_values[m].given)) for m in members)
    # The last visible one of the list: new n lines stand before the rest of it.
    old = {m: circuit.all_of((visible[m], -new_no[m], -new_yes[m])) for m in reversed(order)}
    if picks is not None:
        winner.take((m, circuit.and2(old[m], picks.last[m])) for m in old)
    winner.take(old.items())
    winner.take((m, visible[m]) for m in sorted(members, key=encoding.model.menu_index.__getitem__))
    for member in members:
        chosen = circuit.from_bool(winner.chosen(member))
        encoding.put(member, circuit.rule(_reason(encoding, choice, member), chosen))


def symbol_choice(encoding: Encoding, index: int) -> None:
    """Before 6.10: the choice is a symbol with a value, which bounds its members'."""
    circuit, user = encoding.circuit, encoding.user
    symbols = encoding.model.symbols
    choice = encoding.model.choices[index]
    members = choice.members
    mode = _mode(encoding, choice)
    with encoding.choice_as(index, mode):
        visible = {m: encoding.visibility(symbols[m]) for m in members}
    some = {m: value.ge_m for m, value in visible.items()}
    # With nothing to choose from, a choice that would be y is n after all.
    empty = circuit.and2(mode.is_y, -circuit.any_of(some.values()))
    encoding.put_choice(index, circuit.tri_and((mode, circuit.from_bool(-empty))))
    winner = _Winner(circuit, members)
    # The last y line counts, if its member is visible: a new one, or the base's.
    new_yes = {m: user.new_lines(m)[0] for m in members}
    any_new = circuit.any_of(new_yes.values())
    winner.take((m, circuit.and2(some[m], new_yes[m])) for m in members)
    last = user.choice(index).last
    winner.take((m, circuit.all_of((some[m], literal, -any_new))) for m, literal in last.items())
    winner.take(_default(encoding, choice, some).items())
    for member in members:
        symbol = symbols[member]
        chosen = circuit.and2(mode.is_y, winner.chosen(member))
        value = circuit.tri_ite(
            visible[member].is_y,
            circuit.from_bool(chosen),
            encoding.bool_or_tristate(symbol, visible[member]),
        )
        encoding.put(member, circuit.rule(_reason(encoding, choice, member), value))


def _mode(encoding: Encoding, choice: Choice) -> Tristate:
    """The value of a choice as a symbol."""
    circuit, user, model = encoding.circuit, encoding.user, encoding.model
    entry = model.entries[choice.entry]
    assert isinstance(entry, ChoiceEntry)
    shown = [encoding.prompt(choice.entry, prompt) for prompt in entry.prompts]
    if not shown:
        return NO_VALUE
    promotion = (
        TRUE
        if choice.type is Type.BOOL or model.modules is None
        else -encoding.value_of(model.modules).ge_m
    )
    visible = circuit.promoted(circuit.tri_or(shown), promotion)
    base = user.choice(choice.index)
    lines = [user.new_value(model.symbols[member]) for member in choice.members]
    some = circuit.any_of([base.value.ge_m, *(line.ge_m for line in lines)])
    full = circuit.any_of([base.value.is_y, *(line.is_y for line in lines)])
    user_value = Tristate(circuit.and2(base.given, some), circuit.and2(base.given, full))
    if user.mode not in RESTORING:
        # An m line after a y line makes conf forget that there was any; the
        # target answers then, if it answers at all.
        new_module = circuit.any_of([circuit.and2(line.ge_m, -line.is_y) for line in lines])
        forgotten = circuit.or2(base.forgotten, circuit.and2(base.value.is_y, new_module))
        answer = ANSWERS.get(user.mode, N)
        answered = Tristate(TRUE if answer else FALSE, TRUE if answer == Y else FALSE)
        user_value = circuit.tri_ite(forgotten, answered, user_value)
    value = circuit.tri_and((user_value, visible))
    if not choice.optional:
        value = circuit.tri_or((value, Tristate(shown[-1].ge_m, FALSE)))
    return circuit.promoted(value, promotion)


def _default(encoding: Encoding, choice: Choice, visible: Mapping[str, int]) -> dict[str, int]:
    """``sym_choice_default``: for each member, whether it is the default."""
    circuit = encoding.circuit
    entry = encoding.model.entries[choice.entry]
    assert isinstance(entry, ChoiceEntry)
    winner = _Winner(circuit, choice.members)
    around = encoding.depends(choice.entry).ge_m
    for default in entry.defaults:
        if isinstance(default.value, Sym) and default.value.name in visible:
            name = default.value.name
            active = encoding.condition(default.condition).ge_m
            winner.take([(name, circuit.all_of((around, active, visible[name])))])
    winner.take((member, visible[member]) for member in choice.members)
    return {member: winner.chosen(member) for member in choice.members}


def _reason(encoding: Encoding, choice: Choice, member: str) -> Reason:
    text = f"{member} is a member of this choice"
    return Reason("choice", member, text, encoding.model.entries[choice.entry].location)
