"""What the user says, as literals: fixed lines, lines to be found, or both."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from kresolve.encode.circuit import FALSE, NO_VALUE, TRUE, Circuit, Tristate
from kresolve.model import Model, Symbol
from kresolve.tristate import LETTERS, M, N, Y
from kresolve.uservalues import ChoiceSaid, Finish, UserValues


class Said(NamedTuple):
    """A user value: is there one, is it at least m, is it y?"""

    given: int
    some: int
    full: int


UNSAID = Said(FALSE, FALSE, FALSE)


class User(Protocol):
    """Where the encoding learns what the user says."""

    @property
    def finish(self) -> Finish:
        """What is done with the lines."""

    def said(self, symbol: Symbol) -> Said:
        """The user value of a bool or tristate."""

    def texts(self, symbol: Symbol) -> Sequence[tuple[str, int]]:
        """The user values that another symbol may have: at most one literal holds."""

    def wanted_texts(self, symbol: Symbol) -> Sequence[str]:
        """Texts that somebody may ask about, whether or not they can come about."""

    def order(self, choice: int) -> Sequence[str]:
        """The members of a choice from the front of its list, new lines apart."""

    def choice(self, index: int) -> ChoiceSaid:
        """What was said of a choice before 6.10, new lines apart."""

    def new_lines(self, name: str) -> tuple[int, int]:
        """For a choice's member: is there a new line that says y, one that says n?"""

    def said_new(self, symbol: Symbol) -> Tristate:
        """What a new line says of a bool or tristate; n if there is none."""


class FixedUser:
    """The lines are known."""

    def __init__(self, model: Model, values: UserValues) -> None:
        self.model = model
        self.values = values

    @property
    def finish(self) -> Finish:
        """As for the fixed values."""
        return self.values.finish

    def said(self, symbol: Symbol) -> Said:
        """The fixed value."""
        value = self.values.logical.get(symbol.name)
        if value is None:
            return UNSAID
        return Said(TRUE, TRUE if value else FALSE, TRUE if value == Y else FALSE)

    def texts(self, symbol: Symbol) -> Sequence[tuple[str, int]]:
        """The fixed value."""
        value = self.values.text.get(symbol.name)
        return () if value is None else ((value, TRUE),)

    def wanted_texts(self, symbol: Symbol) -> Sequence[str]:
        """None."""
        return ()

    def order(self, choice: int) -> Sequence[str]:
        """The order that the lines give."""
        return self.values.priority.get(choice, self.model.choices[choice].members)

    def choice(self, index: int) -> ChoiceSaid:
        """What the lines say."""
        return self.values.choice(index)

    def new_lines(self, name: str) -> tuple[int, int]:
        """None are new."""
        return FALSE, FALSE

    def said_new(self, symbol: Symbol) -> Tristate:
        """None are new."""
        return NO_VALUE


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
            given, some, full = (self.circuit.variable() for _ in range(3))
            self.circuit.require((-some, given))
            self.circuit.require((-full, some))
            known = self.free[symbol.name] = Said(given, some, full)
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


class PlannedUser(FixedUser):
    """A known base, and lines to be found on top of it.

    ``lines`` maps (symbol, value) to the literal "this line is in the plan".
    Lines are offered for symbols with a prompt, except one that the base has
    already; a choice's members can be said again, because that moves them to
    the front.  ``offered_texts`` holds the values that are worth a line of an
    int, hex or string; ``matters`` says which symbols are worth one at all.
    """

    def __init__(
        self,
        model: Model,
        base: UserValues,
        circuit: Circuit,
        offered_texts: Mapping[str, Sequence[str]],
        matters: Callable[[Symbol], bool],
    ) -> None:
        super().__init__(model, base)
        self.matters = matters
        self.circuit = circuit
        self.offered_texts = offered_texts
        self.lines: dict[tuple[str, str], int] = {}
        self._offered: dict[str, tuple[int, int, int]] = {}
        self._texts: dict[str, tuple[tuple[str, int], ...]] = {}

    def line(self, symbol: Symbol) -> tuple[int, int, int]:
        """The literals of the lines that say n, m and y; at most one holds."""
        known = self._offered.get(symbol.name)
        if known is None:
            known = self._offered[symbol.name] = self._offer(symbol)
        return known

    def _offer(self, symbol: Symbol) -> tuple[int, int, int]:
        if symbol.name not in self.model.options or not self.matters(symbol):
            return FALSE, FALSE, FALSE
        has_already = self.values.logical.get(symbol.name) if symbol.choice is None else None
        found = [FALSE, FALSE, FALSE]
        for value in (N, M, Y):
            if value == has_already or (value == M and symbol.type.value != "tristate"):
                continue
            literal = found[value] = self.circuit.variable()
            self.lines[symbol.name, LETTERS[value]] = literal
        for first, second in ((N, M), (N, Y), (M, Y)):
            self.circuit.require((-found[first], -found[second]))
        return found[N], found[M], found[Y]

    def said(self, symbol: Symbol) -> Said:
        """The base's value under the new lines."""
        no, module, yes = self.line(symbol)
        base = super().said(symbol)
        circuit = self.circuit
        return Said(
            circuit.any_of((base.given, no, module, yes)),
            circuit.any_of((module, yes, circuit.both(base.some, -no))),
            circuit.either(yes, circuit.all_of((base.full, -no, -module))),
        )

    def new_lines(self, name: str) -> tuple[int, int]:
        """The literals of the new lines."""
        no, _, yes = self.line(self.model.symbols[name])
        return yes, no

    def said_new(self, symbol: Symbol) -> Tristate:
        """The new lines' value."""
        _, module, yes = self.line(symbol)
        return Tristate(self.circuit.either(module, yes), yes)

    def texts(self, symbol: Symbol) -> Sequence[tuple[str, int]]:
        """The offered values, then the base's."""
        known = self._texts.get(symbol.name)
        if known is None:
            known = self._texts[symbol.name] = tuple(self._offer_texts(symbol))
        return known

    def wanted_texts(self, symbol: Symbol) -> Sequence[str]:
        """The offered values."""
        return self.offered_texts.get(symbol.name, ())

    def _offer_texts(self, symbol: Symbol) -> Iterator[tuple[str, int]]:
        base = self.values.text.get(symbol.name)
        none_new = TRUE
        for text in self.offered_texts.get(symbol.name, ()):
            if text != base and self.model.has_prompt(symbol) and self.matters(symbol):
                literal = self.circuit.variable()
                self.lines[symbol.name, text] = literal
                here = self.circuit.both(literal, none_new)
                none_new = self.circuit.both(none_new, -literal)
                yield text, here
        if base is not None:
            yield base, none_new
