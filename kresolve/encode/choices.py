"""Choices as circuits, in both of conf's ways (scripts/kconfig/symbol.c, ``sym_calc_choice``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from kresolve.encode.circuit import FALSE, NO_VALUE, TRUE, Circuit, Reason, Tristate
from kresolve.expressions import Sym
from kresolve.model import Choice, ChoiceEntry
from kresolve.tristate import N, Y
from kresolve.uservalues import ANSWERS, RESTORING
from kresolve.values import Type

if TYPE_CHECKING:
    from kresolve.encode.encoding import Encoding


class _Winner:
    """Who is chosen: rules in order, each for the case that none before it decided."""

    def __init__(self, circuit: Circuit, members: Iterable[str]) -> None:
        self.circuit = circuit
        self.cases: dict[str, list[int]] = {member: [] for member in members}
        self.rest = TRUE

    def take(self, candidates: Iterable[tuple[str, int]]) -> None:
        """The first member whose condition holds is chosen."""
        for member, condition in candidates:
            here = self.circuit.both(self.rest, condition)
            self.cases[member].append(here)
            self.rest = self.circuit.both(self.rest, -condition)

    def chosen(self, member: str) -> int:
        """Is it this one?"""
        return self.circuit.any_of(self.cases[member])


def list_choice(encoding: Encoding, index: int) -> None:
    """Since 6.10: one visible member of a list is y."""
    circuit, user = encoding.circuit, encoding.user
    symbols = encoding.model.symbols
    choice = encoding.model.choices[index]
    members = choice.members
    visible = {m: encoding.visibility(symbols[m]).some for m in members}
    said = {m: user.said(symbols[m]) for m in members}
    new_yes = {m: user.new_lines(m)[0] for m in members}
    new_no = {m: user.new_lines(m)[1] for m in members}
    order, picks = user.order(index), user.picks(index)
    winner = _Winner(circuit, members)
    # A new y line stands in front; then the base's order.
    winner.take((m, circuit.both(visible[m], new_yes[m])) for m in members)
    old_yes = {m: circuit.all_of((visible[m], said[m].full, -new_no[m])) for m in order}
    if picks is not None:
        winner.take((m, circuit.both(old_yes[m], picks.first[m])) for m in order)
    winner.take(old_yes.items())
    # The default, unless the user said n to it.
    by_default = _default(encoding, choice, visible)
    winner.take(
        (m, circuit.both(by_default[m], -circuit.both(said[m].given, -said[m].full)))
        for m in members
    )
    # The first visible member that the user said nothing about.
    winner.take((m, circuit.both(visible[m], -said[m].given)) for m in members)
    # The last visible one of the list: new n lines stand before the rest of it.
    old = {m: circuit.all_of((visible[m], -new_no[m], -new_yes[m])) for m in reversed(order)}
    if picks is not None:
        winner.take((m, circuit.both(old[m], picks.last[m])) for m in old)
    winner.take(old.items())
    winner.take((m, visible[m]) for m in sorted(members, key=encoding.model.rank.__getitem__))
    for member in members:
        chosen = circuit.logical(winner.chosen(member))
        encoding.values[member] = circuit.rule(_reason(encoding, choice, member), chosen)


def symbol_choice(encoding: Encoding, index: int) -> None:
    """Before 6.10: the choice is a symbol with a value, which bounds its members'."""
    circuit, user = encoding.circuit, encoding.user
    symbols = encoding.model.symbols
    choice = encoding.model.choices[index]
    members = choice.members
    encoding.choice_values[index] = mode = _mode(encoding, choice)
    visible = {m: encoding.visibility(symbols[m]) for m in members}
    some = {m: value.some for m, value in visible.items()}
    # With nothing to choose from, a choice that would be y is n after all.
    empty = circuit.both(mode.full, -circuit.any_of(some.values()))
    encoding.choice_values[index] = circuit.lowest((mode, circuit.logical(-empty)))
    encoding.forget_dependencies(encoding.model.inside(choice.entry))
    winner = _Winner(circuit, members)
    # The last y line counts, if its member is visible: a new one, or the base's.
    new_yes = {m: user.new_lines(m)[0] for m in members}
    any_new = circuit.any_of(new_yes.values())
    winner.take((m, circuit.both(some[m], new_yes[m])) for m in members)
    last = user.choice(index).last
    winner.take((m, circuit.all_of((some[m], literal, -any_new))) for m, literal in last.items())
    winner.take(_default(encoding, choice, some).items())
    for member in members:
        symbol = symbols[member]
        chosen = circuit.both(mode.full, winner.chosen(member))
        value = circuit.select(
            visible[member].full,
            circuit.logical(chosen),
            encoding.bool_or_tristate(symbol, visible[member]),
        )
        encoding.values[member] = circuit.rule(_reason(encoding, choice, member), value)


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
        else -encoding.value_of(model.modules).some
    )
    visible = circuit.promoted(circuit.highest(shown), promotion)
    base = user.choice(choice.index)
    lines = [user.said_new(model.symbols[member]) for member in choice.members]
    some = circuit.any_of([base.value.some, *(line.some for line in lines)])
    full = circuit.any_of([base.value.full, *(line.full for line in lines)])
    said = Tristate(circuit.both(base.given, some), circuit.both(base.given, full))
    if user.finish not in RESTORING:
        # An m line after a y line makes conf forget that there was any; the
        # target answers then, if it answers at all.
        new_module = circuit.any_of([circuit.both(line.some, -line.full) for line in lines])
        forgotten = circuit.either(base.forgotten, circuit.both(base.value.full, new_module))
        answer = ANSWERS.get(user.finish, N)
        answered = Tristate(TRUE if answer else FALSE, TRUE if answer == Y else FALSE)
        said = circuit.select(forgotten, answered, said)
    value = circuit.lowest((said, visible))
    if not choice.optional:
        value = circuit.highest((value, Tristate(shown[-1].some, FALSE)))
    return circuit.promoted(value, promotion)


def _default(encoding: Encoding, choice: Choice, visible: Mapping[str, int]) -> dict[str, int]:
    """``sym_choice_default``: for each member, whether it is the default."""
    circuit = encoding.circuit
    entry = encoding.model.entries[choice.entry]
    assert isinstance(entry, ChoiceEntry)
    winner = _Winner(circuit, choice.members)
    around = encoding.depends(choice.entry).some
    for default in entry.defaults:
        if isinstance(default.value, Sym) and default.value.name in visible:
            name = default.value.name
            active = encoding.condition(default.condition).some
            winner.take([(name, circuit.all_of((around, active, visible[name])))])
    winner.take((member, visible[member]) for member in choice.members)
    return {member: winner.chosen(member) for member in choice.members}


def _reason(encoding: Encoding, choice: Choice, member: str) -> Reason:
    return Reason("choice", member, "", encoding.model.entries[choice.entry].location)
