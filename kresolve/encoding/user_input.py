"""User values as literals: of known lines, of lines to be found, and of any base."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kresolve.dotconfig.user_values import ConfMode, UserValues
from kresolve.encoding.circuit import FALSE, NO_VALUE, TRUE, Circuit, Tristate
from kresolve.kconfig.model import Model, Symbol
from kresolve.kconfig.tristate import LETTERS, M, N, Y


class UserValueLiterals(NamedTuple):
    """A user value: is there one, is it at least m, is it y?"""

    given: int
    ge_m: int
    is_y: int


class ChoiceValueLiterals(NamedTuple):
    """The user value of a choice before 6.10; see
    :class:`kresolve.dotconfig.user_values.ChoiceUserValue`.

    ``last`` tells for each member whether the last y line was for it.
    """

    given: int
    value: Tristate
    last: Mapping[str, int]
    forgotten: int


class ChoiceOrderLiterals(NamedTuple):
    """Which member is first and which last in a choice's list, where that is open.

    A member counts only if it could; if none is picked, menu order decides.
    """

    first: Mapping[str, int]
    last: Mapping[str, int]


NO_USER_VALUE = UserValueLiterals(FALSE, FALSE, FALSE)


class ConcreteInput:
    """The user values that the encoding starts from; here, those of known lines."""

    def __init__(self, model: Model, values: UserValues) -> None:
        self.model = model
        self.values = values

    @property
    def mode(self) -> ConfMode:
        """What is done with the lines."""
        return self.values.mode

    def user_value(self, symbol: Symbol) -> UserValueLiterals:
        """The user value of a bool or tristate."""
        value = self.values.bool_tristate.get(symbol.name)
        if value is None:
            return NO_USER_VALUE
        return UserValueLiterals(TRUE, _literal(value), _literal(value == Y))

    def texts(self, symbol: Symbol) -> Sequence[tuple[str, int]]:
        """The user values that another symbol may have: at most one literal holds."""
        value = self.values.text.get(symbol.name)
        return () if value is None else ((value, TRUE),)

    def wanted_texts(self, symbol: Symbol) -> Sequence[str]:
        """Texts that somebody may ask about, whether or not they can come about."""
        return ()

    def order(self, choice: int) -> Sequence[str]:
        """The members of a choice from the front of its list, new lines apart."""
        return self.values.priority.get(choice, self.model.choices[choice].members)

    def picks(self, choice: int) -> ChoiceOrderLiterals | None:
        """Which other orders there could be."""
        return None

    def choice(self, index: int) -> ChoiceValueLiterals:
        """What was said of a choice before 6.10, new lines apart."""
        user_value = self.values.choice(index)
        return ChoiceValueLiterals(
            _literal(user_value.given),
            Tristate(_literal(user_value.value), _literal(user_value.value == Y)),
            {} if user_value.member is None else {user_value.member: TRUE},
            _literal(user_value.forgotten),
        )

    def new_lines(self, name: str) -> tuple[int, int]:
        """For a choice's member: is there a new line that says y, one that says n?"""
        return FALSE, FALSE

    def new_value(self, symbol: Symbol) -> Tristate:
        """What a new line says of a bool or tristate; n if there is none."""
        return NO_VALUE


class CandidateLines:
    """Lines to be found: a literal "this line is in the plan" for each (symbol, value).

    Several targets may share one: the fragment is the same in all of them.
    """

    def __init__(self, circuit: Circuit) -> None:
        self.circuit = circuit
        self.lines: dict[tuple[str, str], int] = {}
        #: For each literal its line.
        self.line_of: dict[int, tuple[str, str]] = {}

    def literal(self, name: str, value: str) -> int:
        """The literal of a line."""
        known = self.lines.get((name, value))
        if known is None:
            known = self.lines[name, value] = self.circuit.variable()
            self.line_of[known] = name, value
        return known


class CandidateInput(ConcreteInput):
    """A known base, and lines to be found on top of it.

    Lines are offered for symbols that take them; a choice's members can be said
    again, because that moves them to the front.  ``offered_texts`` holds the
    values that an int, hex or string may get by a line.  With ``alone`` false,
    other targets share the candidate lines, and a line that repeats what this
    base has may be there for one of them.  That a plan has at most one line for
    a symbol is not encoded here.
    """

    def __init__(
        self,
        model: Model,
        base: UserValues,
        offer: CandidateLines,
        offered_texts: Mapping[str, Sequence[str]],
        *,
        alone: bool = True,
    ) -> None:
        super().__init__(model, base)
        self.offer = offer
        self.alone = alone
        self.circuit = offer.circuit
        self.offered_texts = offered_texts
        self._offered: dict[str, tuple[int, int, int]] = {}
        self._texts: dict[str, tuple[tuple[str, int], ...]] = {}

    def line(self, symbol: Symbol) -> tuple[int, int, int]:
        """The literals of the lines that say n, m and y."""
        known = self._offered.get(symbol.name)
        if known is None:
            known = self._offered[symbol.name] = self._offer(symbol)
        return known

    def _offer(self, symbol: Symbol) -> tuple[int, int, int]:
        if not self.model.is_assignable(symbol):
            return FALSE, FALSE, FALSE
        has_already = self.values.bool_tristate.get(symbol.name) if symbol.choice is None else None
        literals = [FALSE, FALSE, FALSE]
        for value in (N, M, Y):
            if value == M and symbol.type.value != "tristate":
                continue
            if value != has_already or not self.alone:
                literals[value] = self.offer.literal(symbol.name, LETTERS[value])
        return literals[N], literals[M], literals[Y]

    def base_user_value(self, symbol: Symbol) -> UserValueLiterals:
        """The user value of the base alone."""
        return super().user_value(symbol)

    def user_value(self, symbol: Symbol) -> UserValueLiterals:
        """The base's value under the new lines."""
        no, module, yes = self.line(symbol)
        base = self.base_user_value(symbol)
        circuit = self.circuit
        return UserValueLiterals(
            circuit.any_of((base.given, no, module, yes)),
            circuit.any_of((module, yes, circuit.and2(base.ge_m, -no))),
            circuit.or2(yes, circuit.all_of((base.is_y, -no, -module))),
        )

    def new_lines(self, name: str) -> tuple[int, int]:
        """The literals of the new lines."""
        no, _, yes = self.line(self.model.symbols[name])
        return yes, no

    def new_value(self, symbol: Symbol) -> Tristate:
        """The new lines' value."""
        _, module, yes = self.line(symbol)
        return Tristate(self.circuit.or2(module, yes), yes)

    def texts(self, symbol: Symbol) -> Sequence[tuple[str, int]]:
        """The offered values, then the base's."""
        known = self._texts.get(symbol.name)
        if known is None:
            known = self._texts[symbol.name] = tuple(self._under_new_lines(symbol))
        return known

    def wanted_texts(self, symbol: Symbol) -> Sequence[str]:
        """The offered values."""
        return self.offered_texts.get(symbol.name, ())

    def base_texts(self, symbol: Symbol) -> Sequence[tuple[str, int]]:
        """The texts that the base alone may give."""
        return super().texts(symbol)

    def _under_new_lines(self, symbol: Symbol) -> list[tuple[str, int]]:
        base = self.base_texts(symbol)
        known = base[0][0] if self.alone and base else None
        result: list[tuple[str, int]] = []
        none_new = TRUE
        if self.model.is_assignable(symbol):
            for text in self.offered_texts.get(symbol.name, ()):
                if text != known:
                    literal = self.offer.literal(symbol.name, text)
                    result.append((text, self.circuit.and2(literal, none_new)))
                    none_new = self.circuit.and2(none_new, -literal)
        result += [(text, self.circuit.and2(literal, none_new)) for text, literal in base]
        return result


class SymbolicInput(CandidateInput):
    """Any base at all, and lines to be found on top of it.

    Whatever a ``.config`` can set is a free variable: a value or
    none, the order of a choice's lines, and of numbers and texts those in
    ``offered_texts``, which can make a difference.  ``values`` are those of
    the empty base: what the mode answers where nothing is said.
    """

    def __init__(
        self,
        model: Model,
        empty: UserValues,
        offer: CandidateLines,
        offered_texts: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__(model, empty, offer, offered_texts, alone=False)
        #: For each symbol the variables that decide what a base says of it.
        self.inputs: dict[str, tuple[int, ...]] = {}
        self.free: dict[str, UserValueLiterals] = {}
        self.free_texts: dict[str, tuple[tuple[str, int], ...]] = {}
        self.free_orders: dict[int, ChoiceOrderLiterals] = {}
        self._forgotten: dict[int, int] = {}

    def forgets(self, choice: int) -> int:
        """The variable that says whether an m line follows a y line, where both are there."""
        return self._forgotten.get(choice, FALSE)

    def base_user_value(self, symbol: Symbol) -> UserValueLiterals:
        """Free variables; where the mode answers, there always is a value."""
        known = self.free.get(symbol.name)
        if known is None:
            known = free_value(self.circuit, self._inputs(symbol.name, 3))
            if symbol.type.value != "tristate":
                known = UserValueLiterals(known.given, known.is_y, known.is_y)
            self.free[symbol.name] = known
        answered = symbol.name in self.values.bool_tristate
        return UserValueLiterals(TRUE, known.ge_m, known.is_y) if answered else known

    def base_texts(self, symbol: Symbol) -> Sequence[tuple[str, int]]:
        """Each text that can make a difference, or none."""
        known = self.free_texts.get(symbol.name)
        if known is None:
            texts = self.offered_texts.get(symbol.name, ())
            result: list[tuple[str, int]] = []
            none_before = TRUE
            for text, variable in zip(texts, self._inputs(symbol.name, len(texts)), strict=True):
                result.append((text, self.circuit.and2(variable, none_before)))
                none_before = self.circuit.and2(none_before, -variable)
            known = self.free_texts[symbol.name] = tuple(result)
        return known

    def _inputs(self, name: str, count: int) -> list[int]:
        variables = [self.circuit.variable() for _ in range(count)]
        self.inputs[name] = (*self.inputs.get(name, ()), *variables)
        return variables

    def results(self) -> list[int]:
        """What the base says, by its variables."""
        literals = [literal for user_value in self.free.values() for literal in user_value]
        return literals + [literal for texts in self.free_texts.values() for _, literal in texts]

    def picks(self, choice: int) -> ChoiceOrderLiterals:
        """Anyone can stand first, anyone last."""
        known = self.free_orders.get(choice)
        if known is None:
            members = self.model.choices[choice].members
            known = self.free_orders[choice] = ChoiceOrderLiterals(
                {member: self._inputs(member, 1)[0] for member in members},
                {member: self._inputs(member, 1)[0] for member in members},
            )
        return known

    def choice(self, index: int) -> ChoiceValueLiterals:
        """Before 6.10: as the free lines say; which y line is the last is open."""
        circuit = self.circuit
        members = self.model.choices[index].members
        user_values = {m: self.base_user_value(self.model.symbols[m]) for m in members}
        value = Tristate(
            circuit.any_of([one.ge_m for one in user_values.values()]),
            circuit.any_of([one.is_y for one in user_values.values()]),
        )
        # An m line after a y line makes conf forget that there was any.
        module = circuit.any_of([circuit.and2(one.ge_m, -one.is_y) for one in user_values.values()])
        if index not in self._forgotten:
            self._forgotten[index] = self._inputs(members[0], 1)[0]
        forgotten = circuit.all_of((self._forgotten[index], value.is_y, module))
        first = self.picks(index).first
        last: dict[str, int] = {}
        rest = TRUE
        for candidates in ([(m, first[m]) for m in members], [(m, TRUE) for m in members]):
            for member, picked in candidates:
                is_last = circuit.all_of((rest, user_values[member].is_y, picked))
                last[member] = circuit.or2(last.get(member, FALSE), is_last)
                rest = circuit.and2(rest, -is_last)
        return ChoiceValueLiterals(TRUE, value, last, forgotten)


def free_value(circuit: Circuit, inputs: Sequence[int]) -> UserValueLiterals:
    """A user value about which nothing is known, by three inputs."""
    given, some, full = inputs
    some = circuit.and2(given, some)
    return UserValueLiterals(given, some, circuit.and2(some, full))


def _literal(value: object) -> int:
    return TRUE if value else FALSE
