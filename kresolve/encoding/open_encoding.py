"""The rules of some nodes, over the values of others that are left open.

Each bool and tristate is a pair of variables here.  Only for the nodes that are asked for,
clauses say that these variables are what conf's rules give; all others are free.  So the
clauses allow everything that the tree allows, and more: what cannot be satisfied is
impossible, and the least cost is a bound below the true one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from kresolve.encoding.circuit import NO_VALUE, TRUE, Circuit, Tristate
from kresolve.encoding.rules import Encoding, Texts
from kresolve.encoding.user_input import ConcreteInput
from kresolve.kconfig.dependencies import Dependencies, Node
from kresolve.kconfig.expressions import Operand, Sym
from kresolve.kconfig.model import Model, Symbol
from kresolve.kconfig.tristate import LETTERS, N, Y
from kresolve.kconfig.values import Type


@frozen
class Definition:
    """What the rules of a node say: clauses, and the literals over which they are.

    ``nodes`` are those whose variables they depend on, ``lines`` the variables of all else.
    """

    clauses: tuple[tuple[int, ...], ...]
    literals: tuple[int, ...]
    nodes: tuple[Node, ...]
    lines: tuple[int, ...]


class OpenEncoding(Encoding):
    """The rules of single nodes: see :meth:`define`.

    An int, hex or string is not left open: it is encoded where it is named.
    """

    def __init__(
        self, model: Model, user: ConcreteInput, circuit: Circuit, dependencies: Dependencies
    ) -> None:
        super().__init__(model, user, circuit, dependencies)
        #: Nodes being encoded; any that are left when nothing runs were interrupted.
        self.unfinished = 0
        #: For each variable the node that it belongs to.
        self.node_of: dict[int, Node] = {}
        #: For a variable "it is y", what holds of it whatever the rules say.
        self.domain: dict[int, tuple[tuple[int, ...], ...]] = {}
        self._definitions: dict[Node, Definition] = {}
        self._said: list[tuple[Tristate, Tristate]] = []
        self._begun: set[str] = set()

    def define(self, node: Node) -> Definition:
        """The rules of a symbol, or of a choice with its members."""
        known = self._definitions.get(node)
        if known is None:
            self._said = []
            if isinstance(node, int) or self.model.symbols[node].is_bool_or_tristate:
                self.encode(node)
            elif self.model.symbols[node].type is not Type.UNKNOWN:
                self.texts_of(self.model.symbols[node])
            literals: list[int] = []
            clauses: dict[tuple[int, ...], None] = {}
            for variables, value in self._said:
                for variable, literal in zip(variables, value, strict=True):
                    if variable != literal:
                        clauses[-variable, literal] = None
                        clauses[variable, -literal] = None
                    literals += (variable, literal)
            if isinstance(node, str) and node in self.texts:
                literals += self.texts[node].values()
                literals.append(self.is_written(self.model.symbols[node]))
            known = self._definitions[node] = Definition(
                tuple(clauses), tuple(literals), *self._inputs(literals)
            )
        return known

    def encode(self, node: Node) -> None:
        """As for the whole encoding; an interruption shows in ``unfinished``."""
        self.unfinished += 1
        super().encode(node)
        self.unfinished -= 1

    def _inputs(self, literals: Iterable[int]) -> tuple[tuple[Node, ...], tuple[int, ...]]:
        """The nodes, and the other variables, that literals depend on."""
        operands_of, node_of = self.circuit.operands, self.node_of
        nodes: dict[Node, None] = {}
        others: list[int] = []
        reached: set[int] = set()
        todo = [abs(literal) for literal in literals]
        while todo:
            variable = todo.pop()
            if variable in reached:
                continue
            reached.add(variable)
            if variable in operands_of:
                todo += map(abs, operands_of[variable])
            elif variable in node_of:
                nodes[node_of[variable]] = None
            else:
                others.append(variable)
        return tuple(nodes), tuple(others)

    def put(self, name: str, value: Tristate) -> None:
        """The rules say this of a symbol's variables."""
        self._said.append((self.value_of(name), value))

    def put_choice(self, index: int, value: Tristate) -> None:
        """The rules say this of a choice's variables."""
        del self.choice_values[index]
        self._said.append((self.choice_value(index), value))

    def value_of(self, name: str) -> Tristate:
        """The variables of a bool or tristate; n for anything else."""
        known = self.values.get(name)
        if known is None:
            symbol = self.model.symbols.get(name)
            if symbol is None or not symbol.is_bool_or_tristate:
                return NO_VALUE
            known = self._variables(self.dependencies.node(name), symbol.type)
            self.values[name] = known
        return known

    def choice_value(self, index: int) -> Tristate:
        """The variables of a choice that is a symbol."""
        known = self.choice_values.get(index)
        if known is None:
            known = self.choice_values[index] = self._variables(
                index, self.model.choices[index].type
            )
        return known

    def _variables(self, node: Node, type_: Type) -> Tristate:
        some = self.circuit.variable()
        self.node_of[some] = node
        if type_ is not Type.TRISTATE:
            return Tristate(some, some)
        full = self.circuit.variable()
        self.node_of[full] = node
        # Without modules every m is a y.
        modules = [self.value_of(self.model.modules).ge_m] if self.model.modules else []
        self.domain[full] = ((-full, some), (-some, full, *modules))
        return Tristate(some, full)

    def texts_of(self, symbol: Symbol) -> Texts:
        """The texts that an int, hex or string can be."""
        if symbol.name not in self.texts and symbol.name not in self._begun:
            self._begun.add(symbol.name)
            self.encode(symbol.name)
        return self.texts.get(symbol.name, {symbol.name: TRUE})

    def shown_texts(self, operand: Operand) -> Texts:
        """As for the whole encoding; of a symbol that is not encoded yet, its variables."""
        symbol = self.model.symbols.get(operand.name) if isinstance(operand, Sym) else None
        if symbol is None or symbol.type is Type.UNKNOWN:
            return super().shown_texts(operand)
        if symbol.is_bool_or_tristate:
            self.value_of(symbol.name)
            return super().shown_texts(operand)
        return self.texts_of(symbol)

    def stored_texts(self, operand: Operand) -> Texts:
        """As for the whole encoding; of a symbol that is not encoded yet, its variables."""
        symbol = self.model.symbols.get(operand.name) if isinstance(operand, Sym) else None
        if symbol is not None and symbol.is_bool_or_tristate:
            return {LETTERS[N]: TRUE}
        return self.shown_texts(operand)

    def literals(
        self, node: Node, bool_tristate: Mapping[str, int], choices: Mapping[int, int]
    ) -> list[int]:
        """The literals "a symbol, or a choice with its members, has its value among these"."""
        if isinstance(node, str):
            return _at(self.values.get(node), bool_tristate.get(node, N))
        literals = _at(self.choice_values.get(node), choices.get(node, N))
        for member in self.model.choices[node].members:
            literals += _at(self.values.get(member), bool_tristate.get(member, N))
        return literals


def _at(variables: Tristate | None, value: int) -> list[int]:
    if variables is None:
        return []
    some, full = variables
    literals = [some if value else -some]
    if full != some:
        literals.append(full if value == Y else -full)
    return literals
