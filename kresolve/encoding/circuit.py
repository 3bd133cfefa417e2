"""Boolean circuits as clauses: AND gates, constants, and the rule behind each clause.

Literals are integers as in DIMACS.  Gates are Tseitin's, both directions, so
that fixing the inputs fixes everything.  Equal gates are one gate, and gates
of constants are constants: most of a kernel tree folds away.

A tristate value is a pair of literals, "m or more" and "y"
(:data:`Tristate`); bool values have the same literal twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final, NamedTuple, TypeAlias

from attrs import frozen

from kresolve.kconfig.location import Location

TRUE: Final = 1
FALSE: Final = -1

#: Gates with the literals of which each is the conjunction, each gate behind
#: those that it depends on.
AndGates: TypeAlias = Mapping[int, tuple[int, ...]]


class Tristate(NamedTuple):
    """A tristate value: is it at least m, is it y?"""

    ge_m: int
    is_y: int


NO_VALUE: Final = Tristate(FALSE, FALSE)
FULL_VALUE: Final = Tristate(TRUE, TRUE)


@frozen
class Reason:
    """A rule of the tree that a part of the circuit stands for.

    ``kind`` is the kernel's word: depends, prompt, default, select, imply,
    range or choice.  ``text`` is what the rule says, in a sentence.
    """

    kind: str
    symbol: str
    text: str
    location: Location | None

    _keys: ClassVar = ("kind", "symbol", "text=str", "location")

    def __str__(self) -> str:
        return self.text


def clauses_of(gates: AndGates) -> Iterator[list[int]]:
    """The definitions of gates as clauses."""
    for gate, operands in gates.items():
        for literal in operands:
            yield [-gate, literal]
        yield [gate, *[-literal for literal in operands]]


class Circuit:
    """Clauses under construction.

    With ``explaining``, every rule gets a selector: a literal that has to be
    assumed for the rule to hold, so that a core of assumptions names rules.
    """

    def __init__(self, *, explaining: bool = False) -> None:
        self.top = TRUE
        self.explaining = explaining
        self.selectors: dict[Reason, int] = {}
        self._required: list[list[int]] = [[TRUE]]
        self._gates: dict[tuple[int, ...], int] = {}
        #: For each gate the literals of which it is the conjunction.
        self._operands: dict[int, tuple[int, ...]] = {}

    @property
    def operands(self) -> AndGates:
        """For each gate the literals of which it is the conjunction."""
        return self._operands

    @property
    def required(self) -> list[list[int]]:
        """The clauses that have to hold whatever the gates are."""
        return [*self._required]

    @property
    def clauses(self) -> list[list[int]]:
        """All clauses: those required, and the definitions of all gates."""
        return [*self._required, *clauses_of(self._operands)]

    def clauses_below(self, literals: Iterable[int]) -> list[list[int]]:
        """The clauses required, and the definitions of what some literals depend on."""
        return [*self._required, *clauses_of(self.definitions_of(literals))]

    def definitions_of(self, literals: Iterable[int]) -> AndGates:
        """The gates that some literals depend on."""
        known = self._operands
        reached: set[int] = set()
        todo = set(map(abs, literals))
        while todo:
            reached |= todo
            above = todo
            todo = set()
            for gate in above:
                if gate in known:
                    todo.update(map(abs, known[gate]))
            todo -= reached
        return {gate: known[gate] for gate in sorted(reached) if gate in known}

    def variable(self) -> int:
        """A new variable, free."""
        self.top += 1
        return self.top

    def all_of(self, literals: Iterable[int]) -> int:
        """The literal of a conjunction."""
        operands = dict.fromkeys(literals)
        operands.pop(TRUE, None)
        if FALSE in operands:
            return FALSE
        for literal in operands:
            if -literal in operands:
                return FALSE
        if len(operands) < 2:
            return next(iter(operands), TRUE)
        key = tuple(sorted(operands))
        gate = self._gates.get(key)
        if gate is None:
            gate = self.variable()
            self._gates[key] = gate
            self._operands[gate] = key
        return gate

    def any_of(self, literals: Iterable[int]) -> int:
        """The literal of a disjunction."""
        return -self.all_of([-literal for literal in literals])

    def and2(self, a: int, b: int) -> int:
        """``a`` and ``b``."""
        if a in (TRUE, b):
            return b
        if b == TRUE:
            return a
        return self.all_of((a, b))

    def or2(self, a: int, b: int) -> int:
        """``a`` or ``b``."""
        return -self.and2(-a, -b)

    def ite(self, condition: int, then: int, otherwise: int) -> int:
        """``then`` if ``condition``, else ``otherwise``."""
        if condition == TRUE or then == otherwise:
            return then
        if condition == FALSE:
            return otherwise
        return self.or2(self.and2(condition, then), self.and2(-condition, otherwise))

    def require(self, literals: Sequence[int]) -> None:
        """Add a clause: one of the literals holds."""
        if TRUE not in literals:
            self._required.append([literal for literal in literals if literal != FALSE])

    # Tristate values

    def tri_and(self, values: Iterable[Tristate]) -> Tristate:
        """``&&``: the minimum."""
        pairs = list(values)
        if len(pairs) == 1:
            return pairs[0]
        return Tristate(self.all_of([p.ge_m for p in pairs]), self.all_of([p.is_y for p in pairs]))

    def tri_or(self, values: Iterable[Tristate]) -> Tristate:
        """``||``: the maximum."""
        pairs = list(values)
        if len(pairs) == 1:
            return pairs[0]
        return Tristate(self.any_of([p.ge_m for p in pairs]), self.any_of([p.is_y for p in pairs]))

    def negated(self, value: Tristate) -> Tristate:
        """``!``: two minus the value."""
        return Tristate(-value.is_y, -value.ge_m)

    def tri_ite(self, condition: int, then: Tristate, otherwise: Tristate) -> Tristate:
        """``then`` if ``condition``, else ``otherwise``."""
        return Tristate(
            self.ite(condition, then.ge_m, otherwise.ge_m),
            self.ite(condition, then.is_y, otherwise.is_y),
        )

    def promoted(self, value: Tristate, always: int) -> Tristate:
        """m becomes y where ``always`` holds (a bool, or no modules)."""
        return Tristate(value.ge_m, self.or2(value.is_y, self.and2(value.ge_m, always)))

    def from_bool(self, literal: int) -> Tristate:
        """y if the literal holds, else n."""
        return Tristate(literal, literal)

    # Rules

    def rule_of_texts(
        self, reason: Reason, texts: Mapping[str, int], wanted: Iterable[str]
    ) -> dict[str, int]:
        """Cases among texts, as far as the rule holds.

        Without it, any of the texts could be, and any of those ``wanted``.
        """
        cases = {**dict.fromkeys(wanted, FALSE), **texts}
        return {text: self.rule(reason, self.from_bool(cases[text])).ge_m for text in cases}

    def rule(self, reason: Reason, value: Tristate) -> Tristate:
        """``value`` as far as the rule holds; any value when its selector does not."""
        if not self.explaining:
            return value
        free = self.variable()
        pair = Tristate(free, free)
        if value.ge_m != value.is_y:
            pair = Tristate(free, self.variable())
            self.require((-pair.is_y, pair.ge_m))
        selector = self.selectors.get(reason)
        if selector is None:
            selector = self.selectors[reason] = self.variable()
        for mine, given in dict.fromkeys(zip(pair, value, strict=True)):
            self.require((-selector, -mine, given))
            self.require((-selector, mine, -given))
        return pair
