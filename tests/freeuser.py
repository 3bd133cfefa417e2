"""What the user says as variables, to be assumed: for tests that ask clauses about given lines."""

from __future__ import annotations

from kresolve.encode import Circuit, FixedUser
from kresolve.encode.user import Said, free_value
from kresolve.model import Model, Symbol
from kresolve.tristate import Y
from kresolve.uservalues import UserValues


class FreeUser(FixedUser):
    """Every bool or tristate may have any user value; the rest is as fixed."""

    def __init__(self, model: Model, values: UserValues, circuit: Circuit) -> None:
        super().__init__(model, values)
        self.circuit = circuit
        self.free: dict[str, Said] = {}

    def said(self, symbol: Symbol) -> Said:
        """Free variables, the same for each call."""
        known = self.free.get(symbol.name)
        if known is None:
            known = self.free[symbol.name] = free_value(
                self.circuit, [self.circuit.variable() for _ in range(3)]
            )
        return known

    def assumptions(self) -> list[int]:
        """The literals that fix every user value to the fixed one."""
        found: list[int] = []
        for name, said in self.free.items():
            value = self.values.logical.get(name)
            found.append(said.given if value is not None else -said.given)
            found.append(said.some if value else -said.some)
            found.append(said.full if value == Y else -said.full)
        return found
