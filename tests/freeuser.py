"""What the user says as variables, to be assumed: for tests that ask clauses about given lines."""

from __future__ import annotations

from kresolve.dotconfig.user_values import UserValues
from kresolve.encoding import Circuit, ConcreteInput
from kresolve.encoding.user_input import UserValueLiterals, free_value
from kresolve.kconfig.model import Model, Symbol
from kresolve.kconfig.tristate import Y


class FreeUser(ConcreteInput):
    """Every bool or tristate may have any user value; the rest is as fixed."""

    def __init__(self, model: Model, values: UserValues, circuit: Circuit) -> None:
        super().__init__(model, values)
        self.circuit = circuit
        self.free: dict[str, UserValueLiterals] = {}

    def user_value(self, symbol: Symbol) -> UserValueLiterals:
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
            value = self.values.bool_tristate.get(name)
            found.append(said.given if value is not None else -said.given)
            found.append(said.ge_m if value else -said.ge_m)
            found.append(said.is_y if value == Y else -said.is_y)
        return found
