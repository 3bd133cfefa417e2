"""Run a circuit forward: which literals hold for some inputs, and what each input changes.

Without a rule's selectors a circuit is a function of its inputs, so nothing
has to be solved for that.  All cases are run at once, one bit of an integer
for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import field, frozen

from kresolve.encoding.circuit import FALSE, TRUE, AndGates, Circuit


@frozen(eq=False)
class SimulatedValues:
    """Which literals hold in one of a simulation's cases."""

    _values: Mapping[int, int] = field(repr=False)
    _case: int

    def holds(self, literal: int) -> bool:
        """Is a literal true here?  A variable that no gate depends on is false."""
        value = self._values.get(literal)
        return literal < 0 if value is None else bool(value >> self._case & 1)


class Simulation:
    """Runs gates on inputs, and on all of them but one; inputs not named are false."""

    def __init__(self, gates: AndGates, inputs: Iterable[int]) -> None:
        distinct = list(dict.fromkeys(inputs))
        every = (2 << len(distinct)) - 1
        #: For each literal the cases in which it is true; input number k is missing in case k.
        self._values: dict[int, int] = {TRUE: every, FALSE: 0}
        self._case = {literal: number for number, literal in enumerate(distinct, 1)}
        values = self._values
        for literal, case in self._case.items():
            values[-literal] = 1 << case
            values[literal] = every ^ values[-literal]
        for gate, operands in gates.items():
            value = every
            for operand in operands:
                known = values.get(operand)
                if known is not None:
                    value &= known
                elif operand > 0:
                    value = 0
            values[gate] = value
            values[-gate] = every ^ value

    @property
    def outcome(self) -> SimulatedValues:
        """What holds with the inputs as they are."""
        return SimulatedValues(self._values, 0)

    def without(self, literal: int) -> SimulatedValues:
        """What would hold if this input were false."""
        return SimulatedValues(self._values, self._case[literal])


def cofactor(circuit: Circuit, root: int, inputs: Iterable[int]) -> int:
    """What a literal of the circuit becomes where these inputs hold.

    ``inputs`` are literals of variables that no gate defines: true or false.
    """
    became = {abs(literal): TRUE if literal > 0 else FALSE for literal in inputs}
    for gate, operands in circuit.definitions_of([root]).items():
        if any(abs(operand) in became for operand in operands):
            became[gate] = circuit.all_of(
                [
                    became.get(operand, operand) if operand > 0 else -became.get(-operand, -operand)
                    for operand in operands
                ]
            )
    found = became.get(abs(root), abs(root))
    return found if root > 0 else -found
