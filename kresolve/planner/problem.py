"""Requests in targets as clauses: demands, objective and candidate lines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from attrs import field, frozen

from kresolve.dotconfig.lines import Line, typed_value
from kresolve.encoding import (
    FALSE,
    TRUE,
    AndGates,
    CandidateInput,
    CandidateLines,
    Circuit,
    Encoding,
)
from kresolve.kconfig.dependencies import Node
from kresolve.kconfig.model import Model
from kresolve.kconfig.values import Type
from kresolve.planner.line_order import (
    by_preference,
    in_order,
    model_of,
    one_line_each,
    one_yes_each,
)
from kresolve.planner.objective import global_switches, levels_of, switches
from kresolve.planner.request import AnyOf, Demand, Request, Shown, Want, accepted_values
from kresolve.planner.target import Target
from kresolve.solver import Assignment, Level


@frozen
class Question:
    """What a plan has to achieve, and its objective.

    ``pins`` keep the base's value, ``forbidden`` have to end as n.  ``prefer``
    is the value to prefer where a request accepts m and y.  ``among``: if not
    None, the only lines that may be taken, as (symbol, value).  With ``explicit``
    each request needs a line that says so, also where a default would do.
    """

    requests: tuple[Demand, ...]
    pins: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    objective: str = "default"
    prefer: str = "y"
    among: frozenset[tuple[str, str]] | None = None
    explicit: bool = False

    @cached_property
    def _bans(self) -> tuple[Request, ...]:
        return tuple(Request(name, ("n",), f"--forbid {name}") for name in self.forbidden)

    @cached_property
    def asked(self) -> Mapping[str, frozenset[str]]:
        """The symbols that somebody said something about, each with the values that will do."""
        return accepted_values((*self.requests, *self._bans))

    def is_granted(self, name: str, value: str) -> bool:
        """Did somebody ask for a symbol to be so?"""
        return value in self.asked.get(name, ())

    @cached_property
    def certain(self) -> frozenset[str]:
        """The symbols that end at a value that was asked for in every plan."""
        plain = (request.symbol for request in self.requests if isinstance(request, Request))
        return frozenset((*plain, *self.forbidden))

    def texts(self, model: Model) -> dict[str, tuple[str, ...]]:
        """The numbers and texts that are asked for, or may be taken, by symbol."""
        accepted = [
            (want.symbol, want.accept) for request in self.requests for want in request.wants
        ]
        accepted += [(name, (value,)) for name, value in sorted(self.among or ())]
        texts: dict[str, tuple[str, ...]] = {}
        for name, accept in accepted:
            if not model.symbols[name].is_bool_or_tristate:
                texts[name] = tuple(dict.fromkeys((*texts.get(name, ()), *accept)))
        return texts

    def demands(self, target: Target) -> Iterable[Demand]:
        """Everything that must hold: the requests, the bans, and the pins."""
        yield from self.requests
        yield from self._bans
        for name in self.pins:
            yield Request(name, (target.before.shown(name),), f"--pin {name}")


@frozen(eq=False)
class EncodedTarget:
    """A question in a target, with the target's encoding with the candidate lines."""

    target: Target
    question: Question
    encoding: Encoding
    demands: tuple[Demand, ...] = field(init=False)

    @demands.default
    def _demanded(self) -> tuple[Demand, ...]:
        return tuple(self.question.demands(self.target))

    @property
    def circuit(self) -> Circuit:
        """The circuit, the same for all targets of a problem."""
        return self.encoding.circuit

    def literal(self, name: str, value: str) -> int:
        """The literal "the ``.config`` says this of the symbol"; see Configuration.shown."""
        symbol = self.target.model.symbols[name]
        if not symbol.is_bool_or_tristate:
            written = self.encoding.is_written(symbol)
            is_written = self.circuit.and2(written, self.texts(name).get(value, FALSE))
            return self.circuit.or2(is_written, -written) if value == "" else is_written
        literals = self.encoding.value_of(name)
        if value == "m":
            return self.circuit.and2(literals.ge_m, -literals.is_y)
        return literals.is_y if value == "y" else -literals.ge_m

    def texts(self, name: str) -> Mapping[str, int]:
        """The texts that an int, hex or string can end with, each with its literal."""
        texts = self.encoding.texts_of(self.target.model.symbols[name])
        return self.encoding.written.get(name) or texts

    def accepted(self, name: str, accept: Sequence[str], *, by_line: bool = False) -> list[int]:
        """The clause "the symbol ends with one of these values", with ``by_line`` by a line.

        Of a symbol that takes no lines none is asked for.
        """
        model, circuit = self.target.model, self.circuit
        literals = [self.literal(name, value) for value in accept]
        if not by_line or not model.is_assignable(model.symbols[name]):
            return literals
        offer = planned_input(self).offer
        pairs = zip(accept, literals, strict=True)
        return [circuit.and2(literal, offer.literal(name, value)) for value, literal in pairs]

    def demand(self, demand: Demand) -> list[int]:
        """The clause "it holds": of alternatives, one of them does."""
        by_line = self.question.explicit and demand in self.question.requests
        if isinstance(demand, Request):
            return self.accepted(demand.symbol, demand.accept, by_line=by_line)
        return [
            self.circuit.all_of(self.want(want, by_line=by_line) for want in alternative.wants)
            for alternative in demand.alternatives
        ]

    def want(self, want: Want, *, by_line: bool = False) -> int:
        """The literal "the option has a value that will do, or is not needed"."""
        holds = self.circuit.any_of(self.accepted(want.symbol, want.accept, by_line=by_line))
        if want.condition is None:
            return holds
        return self.circuit.or2(holds, -self.want(want.condition))

    def all_demands(self) -> int:
        """The literal "every demand holds"."""
        circuit = self.circuit
        return circuit.all_of([circuit.any_of(self.demand(demand)) for demand in self.demands])

    def holds(self, demand: Demand, shown: Shown, lines: Iterable[Line]) -> bool:
        """Does a demand hold where the ``.config`` shows this, by these lines?

        With ``explicit``, a request holds only by lines that say so, where it takes lines.
        """
        if not demand.holds(shown):
            return False
        if not self.question.explicit or demand not in self.question.requests:
            return True
        model = self.target.model
        said = {line.symbol: typed_value(line, model.symbols[line.symbol].type) for line in lines}

        def by_line(want: Want) -> bool:
            value = shown(want.symbol)
            takes_none = not model.is_assignable(model.symbols[want.symbol])
            return value in want.accept and (takes_none or said.get(want.symbol) == value)

        return any(
            all(by_line(want) or not want.is_needed(shown) for want in alternative.wants)
            for alternative in demand.alternatives
        )

    def all_hold(self, shown: Shown, lines: Sequence[Line]) -> bool:
        """Does every demand hold?"""
        return all(self.holds(demand, shown, lines) for demand in self.demands)


@frozen(eq=False)
class Formula:
    """A problem as clauses.

    ``facts``, ``gates`` and ``clauses`` say what lines do, ``constraints`` what makes them
    a plan.
    """

    facts: list[int]
    gates: AndGates
    clauses: list[Sequence[int]]
    constraints: list[list[int]]


class Problem:
    """Questions in targets as clauses.

    There is one fragment for all of them.  Lines are offered for what the demands depend on,
    and for nothing else: no other line can be needed.  ``encoded`` are, for each target, the
    symbols that the clauses know.
    """

    def __init__(self, encoded_targets: Iterable[EncodedTarget]) -> None:
        self.encoded_targets = tuple(encoded_targets)
        self.offer: CandidateLines = planned_input(self.encoded_targets[0]).offer
        self.circuit = self.offer.circuit
        self.encoded: list[dict[str, None]] = [{} for _ in self.encoded_targets]
        self.offered: set[str] = set()

    def roots(self, number: int) -> list[Node]:
        """The nodes that a target's demands look at; and MODULES, without which every m is y."""
        encoded_target = self.encoded_targets[number]
        modules = encoded_target.target.model.modules
        asked = (name for demand in encoded_target.demands for name in demand.looked_at)
        node = encoded_target.target.model_index.dependencies.node
        return [*dict.fromkeys(map(node, (*asked, *([modules] if modules else []))))]

    @property
    def objective(self) -> str:
        """The order by which plans are judged."""
        return self.encoded_targets[0].question.objective

    @property
    def prefer(self) -> str:
        """The value to prefer where a request takes m and y."""
        return self.encoded_targets[0].question.prefer

    def lines(self) -> dict[tuple[str, str], int]:
        """The offered lines: for (symbol, value) the literal "this is in the plan"."""
        among = self.encoded_targets[0].question.among
        return {
            key: literal
            for key, literal in self.known_lines().items()
            if key[0] in self.offered and (among is None or key in among)
        }

    def known_lines(self) -> Mapping[tuple[str, str], int]:
        """The lines, offered or not, that the clauses know."""
        return self.offer.lines

    def constraints(self) -> list[list[int]]:
        """What makes lines a plan: the demands hold, and the lines are fit for one."""
        return [*self.demands(), *self.fit_lines()]

    def demands(self) -> list[list[int]]:
        """The clauses "the demands hold"."""
        return [
            encoded_target.demand(demand)
            for encoded_target in self.encoded_targets
            for demand in encoded_target.demands
        ]

    def fit_lines(self) -> list[list[int]]:
        """Each line says what results, and a choice gets one y.

        In several targets a line has to take effect in one of them.
        """
        clauses: list[list[int]] = []
        if self.encoded_targets[0].question.among is None:
            for (name, value), literal in self.lines().items():
                clauses.append([-literal, *self._effects(name, value)])
        return [*clauses, *one_yes_each(self.models, self.lines())]

    def _effects(self, name: str, value: str) -> list[int]:
        """For each target that knows a line's symbol, the literal "the line takes effect"."""
        return [
            encoded_target.literal(name, value)
            for number, encoded_target in enumerate(self.encoded_targets)
            if name in self.encoded[number]
            and encoded_target.target.model.symbols[name].type is not Type.UNKNOWN
        ]

    def levels(self) -> list[Level]:
        """The objective's levels over the encoded symbols, then what is preferred among equals.

        That is the alternative that stands first, then y or m, as the question says.
        """
        wanted: dict[str, list[int]] = {
            "lost": [],
            "switched": [],
            "dropped": [],
            "added": [],
            "lines": [],
        }
        alternatives: list[int] = []
        preferred: list[int] = []
        lines = self.lines()
        for number, encoded_target in enumerate(self.encoded_targets):
            self._want(number, wanted)
            for request in encoded_target.question.requests:
                preferred += self._preferred(encoded_target, request)
                if isinstance(request, AnyOf):
                    each = encoded_target.demand(request)
                    alternatives += [self.circuit.any_of(each[:n]) for n in range(1, len(each))]
            # Of numbers and texts that would all do, the first that is offered.
            offered_texts = planned_input(encoded_target).offered_texts
            for (name, text), literal in lines.items():
                offered = offered_texts.get(name, ())
                if not encoded_target.question.is_granted(name, text) and text in offered:
                    preferred += [-literal] * (offered.index(text) + 1)
        for (name, text), literal in lines.items():
            wanted["lines"].append(-literal)
            if self._switches(name, text):
                wanted["switched"].append(-literal)
            if len(self.encoded_targets) > 1:
                wanted["dropped"] += [
                    self.circuit.or2(-literal, effect) for effect in self._effects(name, text)
                ]
        names = levels_of(self.objective, len(self.encoded_targets))
        return [
            *(Level(name, _open(wanted[name])) for name in names),
            Level("alternatives", _open(alternatives)),
            Level("preferred", _open(preferred)),
        ]

    def _preferred(self, encoded_target: EncodedTarget, request: Demand) -> Iterator[int]:
        """Of what accepts the preferred value and another one, that it does not end as that."""
        for want in request.wants:
            if len(want.accept) > 1 and self.prefer in want.accept:
                preferred = encoded_target.literal(want.symbol, self.prefer)
                if isinstance(request, AnyOf):
                    other = self.circuit.any_of(encoded_target.accepted(want.symbol, want.accept))
                    preferred = self.circuit.or2(preferred, -other)
                yield preferred

    def _want(self, number: int, wanted: Mapping[str, list[int]]) -> None:
        """What one target would keep, and do without."""
        encoded_target = self.encoded_targets[number]
        model, before = encoded_target.target.model, encoded_target.target.before
        question, encoding = encoded_target.question, encoded_target.encoding
        for name in self.encoded[number]:
            if name in question.certain or not model.is_option(name):
                continue
            old = before.tristate(name)
            level = "lost" if old else "added"
            value = encoding.value_of(name)
            kept = -value.ge_m
            if old:
                kept = value.is_y if old == 2 else value.ge_m
            wanted[level].append(self._or_asked(encoded_target, name, kept))
        wanted["switched"] += [
            self._or_asked(encoded_target, name, encoded_target.literal(name, before[name]))
            for name in global_switches(model)
            if name not in question.certain
        ]

    def _or_asked(self, encoded_target: EncodedTarget, name: str, kept: int) -> int:
        """The literal "a symbol is kept as it was, or ends as some alternative asks"."""
        if name not in encoded_target.question.asked:
            return kept
        accepted = sorted(encoded_target.question.asked[name])
        return self.circuit.any_of([kept, *encoded_target.accepted(name, accepted)])

    def _switches(self, name: str, text: str) -> bool:
        return any(
            not encoded_target.question.is_granted(name, text)
            and name in encoded_target.target.model.symbols
            and switches(Line(name, text), encoded_target.target.before)
            for encoded_target in self.encoded_targets
        )

    # Plans

    @property
    def models(self) -> tuple[Model, ...]:
        """The models of the targets."""
        return tuple(encoded_target.target.model for encoded_target in self.encoded_targets)

    def model_of(self, name: str) -> Model:
        """The first target's model that has a symbol."""
        return model_of(self.models, name)

    def plan_lines(self, solution: Assignment) -> tuple[Line, ...]:
        """The lines of a solution."""
        values = {name: v for (name, v), literal in self.lines().items() if solution.holds(literal)}
        return in_order(self.models, values)

    @property
    def menu_order(self) -> list[int]:
        """The literals of all offered lines, those to be preferred first."""
        lines = self.lines()
        return [lines[key] for key in by_preference(self.models, lines)]

    def line_literal(self, line: Line) -> int:
        """The literal "this line is in the plan"."""
        value = typed_value(line, self.model_of(line.symbol).symbols[line.symbol].type)
        assert value is not None
        return self.offer.lines[line.symbol, value]

    def fixed(self, lines: Iterable[Line]) -> list[int]:
        """Assumptions under which exactly these lines are in the plan."""
        chosen = {self.line_literal(line) for line in lines}
        return [literal if literal in chosen else -literal for literal in self.lines().values()]


class WholeProblem(Problem):
    """All rules on which the demands depend, as functions of the lines."""

    def __init__(
        self, questions: Sequence[tuple[Target, Question]], *, explaining: bool = False
    ) -> None:
        offer = CandidateLines(Circuit(explaining=explaining))
        alone = is_alone(questions)
        super().__init__(
            EncodedTarget(
                target, question, target.encoded(offer, question.texts(target.model), alone=alone)
            )
            for target, question in questions
        )
        for number, encoded_target in enumerate(self.encoded_targets):
            model = encoded_target.target.model
            cone = encoded_target.target.model_index.dependencies.cone(self.roots(number))
            names = [name for node in cone for name in model.members(node)]
            self.offered.update(names)
            self.add(number, [*names, *global_switches(model)])
        if not alone:
            # A line that serves one target has to be known in the others, too.
            for number, encoded_target in enumerate(self.encoded_targets):
                model = encoded_target.target.model
                known = self.offered & model.symbols.keys()
                self.add(number, sorted(n for n in known if model.is_assignable(model.symbols[n])))

    def add(self, number: int, names: Iterable[str]) -> None:
        """Encode symbols of a target, and all that they depend on."""
        encoded_target = self.encoded_targets[number]
        model = encoded_target.target.model
        dependencies = encoded_target.target.model_index.dependencies
        encoded_target.encoding.add(names)
        for node in sorted(dependencies.cone(map(dependencies.node, names)), key=str):
            self.encoded[number].update(dict.fromkeys(model.members(node)))

    def formula(self) -> Formula:
        """Everything as clauses."""
        constraints, lines = self.constraints(), self.lines()
        roots = [literal for clause in constraints for literal in clause]
        for encoded_target, names in zip(self.encoded_targets, self.encoded, strict=True):
            values = encoded_target.encoding.values
            roots += [literal for name in names if name in values for literal in values[name]]
        gates = self.circuit.definitions_of(roots)
        clauses: list[Sequence[int]] = [*self.circuit.required, *one_line_each(lines)]
        others = [-literal for key, literal in self.offer.lines.items() if key not in lines]
        return Formula([TRUE, *others], gates, clauses, constraints)


def is_alone(questions: Sequence[tuple[Target, Question]]) -> bool:
    """Does no line that repeats what the base says matter: for another target, or as explicit?"""
    return len(questions) == 1 and not questions[0][1].explicit


def planned_input(encoded_target: EncodedTarget) -> CandidateInput:
    """The base of a target, with the lines that are offered."""
    user = encoded_target.encoding.user
    assert isinstance(user, CandidateInput)
    return user


def _open(literals: Iterable[int]) -> tuple[int, ...]:
    """Literals whose truth is not settled already; impossible ones count."""
    return tuple(literal for literal in literals if literal != TRUE)
