"""A problem of which only those rules are encoded that a solution has leaned on so far.

The values that no encoded rule determines are open: the clauses allow all that the tree
allows, and more.  So what they cannot satisfy is impossible, and their least cost is a lower
bound.  :meth:`Relaxation.expand` takes in the rules of more nodes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Final

from kresolve.dotconfig.lines import Line
from kresolve.encoding import (
    FALSE,
    TRUE,
    CandidateLines,
    Circuit,
    Definition,
    OpenEncoding,
    clauses_of,
)
from kresolve.evaluator import Configuration
from kresolve.kconfig.dependencies import Node
from kresolve.kconfig.values import Type
from kresolve.planner.line_order import one_line_each
from kresolve.planner.objective import global_switches
from kresolve.planner.problem import EncodedTarget, Formula, Problem, Question, is_alone
from kresolve.planner.target import Target
from kresolve.solver import Level

#: The distance between a variable and its copies; nothing else has numbers so large.
_COPY: Final = 1 << 32


class Relaxation(Problem):
    """Questions in targets as clauses, for growing sets of nodes.

    With a ``circuit`` they are built into that one, where other problems may be.
    """

    def __init__(
        self, questions: Sequence[tuple[Target, Question]], circuit: Circuit | None = None
    ) -> None:
        super().__init__(_open_targets(questions, circuit))
        #: The clauses that say what the encoded rules give.
        self.rules: list[Sequence[int]] = []
        #: For each target the nodes whose rules are encoded.
        self._defined: list[set[Node]] = [set() for _ in self.encoded_targets]
        #: For each target the nodes of whose variables something is said.
        self._named: list[dict[Node, None]] = [{} for _ in self.encoded_targets]
        #: The variables in use, those of gates with what these are the conjunction of.
        self._reached: dict[int, tuple[int, ...]] = {}
        self._lines: dict[tuple[str, str], int] = {}
        #: For each line that has to be needed the number of its copy.
        self._needed: dict[Line, int] = {}
        #: For each target the nodes that the demands depend on, as far as they are encoded.
        self._relevant: list[set[Node]] = [set() for _ in self.encoded_targets]
        for number, encoded_target in enumerate(self.encoded_targets):
            model = encoded_target.target.model
            self.expand(number, roots := self.roots(number))
            self._offer(number, roots)
            # An explicit request needs its line also where that has no effect.
            self.offered.update(name for node in roots for name in model.members(node))
            for name in global_switches(model):
                self._touch(encoded_target.encoding.value_of(name))
        for clause in self.demands():
            self._touch(clause)

    def expand(self, number: int, nodes: Iterable[Node]) -> bool:
        """Take in what the rules of nodes of a target say; is any of it new?"""
        encoding, defined = self._encoding(number), self._defined[number]
        new = [node for node in dict.fromkeys(nodes) if node not in defined]
        for node in new:
            defined.add(node)
            self._name(number, node)
            definition = encoding.define(node)
            self.rules += definition.clauses
            self._touch(definition.literals)
            if node in self._relevant[number]:
                self._offer_below(number, definition)
        return bool(new)

    def _offer(self, number: int, nodes: Iterable[Node]) -> None:
        """The demands depend on these nodes: lines for them, and for what is below, may help."""
        for node in nodes:
            if node not in self._relevant[number]:
                self._relevant[number].add(node)
                if node in self._defined[number]:
                    self._offer_below(number, self._encoding(number).define(node))

    def _offer_below(self, number: int, definition: Definition) -> None:
        line_of = self.offer.line_of
        self.offered.update(line_of[line][0] for line in definition.lines if line in line_of)
        self._offer(number, definition.nodes)

    def formula(self) -> Formula:
        """Everything as clauses, as far as it is encoded."""
        lines = self.lines()
        others = [-literal for key, literal in self._lines.items() if key not in lines]
        constraints = self.constraints()
        copies = [clause for line in self._needed for clause in self.without(line)]
        clauses = [*self.rules, *one_line_each(lines), *copies]
        return Formula([TRUE, *others], self._gates(), clauses, constraints)

    def levels(self) -> list[Level]:
        """The objective's levels over all that is named; their literals are in use then."""
        while True:
            reached = len(self._reached)
            levels = super().levels()
            for literals in (*(level.soft for level in levels), *self.constraints()):
                self._touch(literals)
            if len(self._reached) == reached:
                return levels

    def known_lines(self) -> Mapping[tuple[str, str], int]:
        """The lines that have a say in what is encoded."""
        return self._lines

    def is_known(self, number: int, name: str) -> bool:
        """Is anything said of a symbol?"""
        node = self.encoded_targets[number].target.model_index.dependencies.node(name)
        return node in self._named[number]

    def open_as_in(self, configurations: Sequence[Configuration]) -> dict[int, tuple[int, Node]]:
        """The literals "what is open is as in these", one for each target, with its node."""
        literals: dict[int, tuple[int, Node]] = {}
        for number, configuration in enumerate(configurations):
            evaluation, encoding = configuration.evaluation, self._encoding(number)
            for node in self._named[number]:
                if node not in self._defined[number]:
                    for literal in encoding.literals(
                        node, evaluation.bool_tristate, evaluation.choice_values
                    ):
                        if abs(literal) in self._reached:
                            literals[literal] = number, node
        return literals

    # Lines that have to be needed

    def need(self, line: Line) -> bool:
        """Let a line be there only if some demand fails without it; is that new?

        What would be without it is said by a copy of the rules.
        """
        if line in self._needed:
            return False
        self._needed[line] = len(self._needed) + 1
        return True

    def open_in_copy(
        self, line: Line, configurations: Sequence[Configuration]
    ) -> dict[int, tuple[int, Node]]:
        """As :meth:`open_as_in`, in the copy of the rules without a line."""
        distance, below = _COPY * self._needed[line], self._below(line)
        return {
            _moved(literal, distance) if abs(literal) in below else literal: place
            for literal, place in self.open_as_in(configurations).items()
        }

    def without(self, line: Line) -> Iterator[list[int]]:
        """The rules again where a line is missing, and "some demand fails" if it is there.

        Only what depends on the line is a copy: all else is as it is.
        """
        missing, distance = self.line_literal(line), _COPY * self._needed[line]
        holds = self.circuit.all_of([self.circuit.any_of(clause) for clause in self.demands()])
        self._touch([holds])
        copied = {missing, *self._below(line)}
        gates = self._gates()
        for gate, operands in gates.items():
            if any(abs(operand) in copied for operand in operands):
                copied.add(gate)

        def copy(literal: int) -> int:
            if abs(literal) == missing:
                return FALSE if literal > 0 else TRUE
            return _moved(literal, distance) if abs(literal) in copied else literal

        own = {gate: operands for gate, operands in gates.items() if gate in copied}
        for clause in chain(self.rules, clauses_of(own)):
            if any(abs(literal) in copied for literal in clause):
                yield [copy(literal) for literal in clause]
        yield [-missing, copy(-holds)]

    def _below(self, line: Line) -> set[int]:
        """The variables of nodes that a line can have an influence on."""
        variables: set[int] = set()
        for number, one in enumerate(self.encoded_targets):
            model, dependencies = one.target.model, one.target.model_index.dependencies
            if line.symbol not in model.symbols:
                continue
            below = dependencies.dependents(dependencies.node(line.symbol), self._named[number])
            everything = model.modules is not None and dependencies.node(model.modules) in below
            node_of = self._encoding(number).node_of
            variables.update(
                variable
                for variable in self._reached
                if variable in node_of and (everything or node_of[variable] in below)
            )
        return variables

    # What is in use

    def _encoding(self, number: int) -> OpenEncoding:
        encoding = self.encoded_targets[number].encoding
        assert isinstance(encoding, OpenEncoding)
        return encoding

    def _effects(self, name: str, value: str) -> list[int]:
        return [
            encoded_target.literal(name, value)
            for encoded_target in self.encoded_targets
            if name in encoded_target.target.model.symbols
            and encoded_target.target.model.symbols[name].type is not Type.UNKNOWN
        ]

    def _name(self, number: int, node: Node) -> None:
        if node not in self._named[number]:
            self._named[number][node] = None
            model = self.encoded_targets[number].target.model
            self.encoded[number].update(dict.fromkeys(model.members(node)))

    def _touch(self, literals: Iterable[int]) -> None:
        """Take in the gates below literals, and what holds of the variables at their ends."""
        operands_of, reached, line_of = self.circuit.operands, self._reached, self.offer.line_of
        todo = [abs(literal) for literal in literals]
        while todo:
            variable = todo.pop()
            if variable in reached:
                continue
            operands = operands_of.get(variable)
            reached[variable] = operands or ()
            if operands is not None:
                todo += map(abs, operands)
                continue
            line = line_of.get(variable)
            if line is not None:
                self._lines[line] = variable
                continue
            for number in range(len(self.encoded_targets)):
                encoding = self._encoding(number)
                node = encoding.node_of.get(variable)
                if node is not None:
                    self._name(number, node)
                    for clause in encoding.domain.get(variable, ()):
                        self.rules.append(clause)
                        todo += map(abs, clause)

    def _gates(self) -> dict[int, tuple[int, ...]]:
        """The gates in use, each behind those that it depends on."""
        return {gate: operands for gate, operands in sorted(self._reached.items()) if operands}


def _open_targets(
    questions: Sequence[tuple[Target, Question]], circuit: Circuit | None
) -> Iterator[EncodedTarget]:
    """Each question with its target's encoding, all in one circuit.

    The encoding that a target keeps serves where nothing has to be encoded for this
    question only.
    """
    alone = is_alone(questions)
    offer = CandidateLines(circuit or Circuit())
    for target, question in questions:
        wanted = question.texts(target.model)
        fresh = circuit is not None or wanted or not alone
        encoding = (
            target.open_encoding(offer, wanted, alone=alone) if fresh else target.kept_encoding
        )
        yield EncodedTarget(target, question, encoding)


def _moved(literal: int, distance: int) -> int:
    return literal + distance if literal > 0 else literal - distance
