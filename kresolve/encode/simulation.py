"""A circuit run forward: what is true when some inputs are, and what a change changes.

Without a rule's selectors a circuit is a function of its inputs, so nothing
has to be solved for that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

from attrs import field, frozen

from kresolve.encode.circuit import FALSE, TRUE, Circuit


@frozen(eq=False)
class Outcome:
    """Which literals hold: those of a simulation, apart from what was changed."""

    _values: Mapping[int, bool] = field(repr=False)
    _changed: Mapping[int, bool] = field(factory=dict, repr=False)

    def holds(self, literal: int) -> bool:
        """Is a literal true here?"""
        variable = abs(literal)
        value = self._changed.get(variable)
        if value is None:
            value = self._values.get(variable, False)
        return value == (literal > 0)


class Simulation:
    """The values of gates, each behind what it depends on; inputs not named are false."""

    def __init__(self, circuit: Circuit, gates: Iterable[int], inputs: Iterable[int]) -> None:
        self._operands = {gate: circuit.operands(gate) for gate in gates}
        self._values: dict[int, bool] = {TRUE: True, **dict.fromkeys(inputs, True)}
        self._used_by: dict[int, list[int]] = {}
        values = self._values
        for gate, operands in self._operands.items():
            values[gate] = all(values.get(abs(o), False) == (o > 0) for o in operands)

    @property
    def outcome(self) -> Outcome:
        """What holds with the inputs as they are."""
        return Outcome(self._values)

    def without(self, literal: int) -> Outcome:
        """What would hold if this input were false."""
        values, operands, used_by = self._values, self._operands, self._fan_out()
        changed = {literal: False}
        todo = list(used_by.get(literal, ()))
        heapify(todo)
        done = 0
        while todo:
            gate = heappop(todo)
            if gate == done:
                continue
            done = gate
            value = True
            for operand in operands[gate]:
                variable = operand if operand > 0 else -operand
                here = changed.get(variable)
                if here is None:
                    here = values.get(variable, False)
                if here != (operand > 0):
                    value = False
                    break
            if value != values[gate]:
                changed[gate] = value
                for user in used_by.get(gate, ()):
                    heappush(todo, user)
        return Outcome(values, changed)

    def _fan_out(self) -> Mapping[int, list[int]]:
        """For each variable, the gates that look at it."""
        if not self._used_by:
            for gate, operands in self._operands.items():
                for operand in operands:
                    self._used_by.setdefault(abs(operand), []).append(gate)
        return self._used_by


def cofactor(circuit: Circuit, root: int, inputs: Iterable[int]) -> int:
    """What a literal of the circuit becomes where these inputs hold.

    ``inputs`` are literals of variables that no gate defines: true or false.
    """
    became = {abs(literal): TRUE if literal > 0 else FALSE for literal in inputs}
    for gate in circuit.gates_below([root]):
        operands = circuit.operands(gate)
        if any(abs(operand) in became for operand in operands):
            became[gate] = circuit.all_of(
                [
                    became.get(operand, operand) if operand > 0 else -became.get(-operand, -operand)
                    for operand in operands
                ]
            )
    found = became.get(abs(root), abs(root))
    return found if root > 0 else -found
