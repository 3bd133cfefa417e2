"""A request in a world as clauses: what must hold, what is wanted, what is offered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import frozen

from kresolve.encode import FALSE, TRUE, Circuit, Encoding, PlannedUser, Tristate
from kresolve.lines import Line, spell, typed_value
from kresolve.model import Model, Symbol
from kresolve.planner.objective import ORDERS, gates, switches
from kresolve.planner.request import Request
from kresolve.planner.texts import offered_texts
from kresolve.planner.world import World
from kresolve.solve import Level, Solution


@frozen
class Question:
    """What a plan has to achieve, and by which order it is judged.

    ``pins`` keep the base's value, ``forbidden`` have to end as n.  ``prefer``
    is the value to prefer where a request accepts m and y.
    """

    requests: tuple[Request, ...]
    pins: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    objective: str = "default"
    prefer: str = "y"

    @property
    def asked(self) -> frozenset[str]:
        """The symbols that somebody said something about."""
        return frozenset(r.symbol for r in self.requests) | frozenset(self.forbidden)

    def demands(self, world: World) -> Iterable[tuple[str, tuple[str, ...], str]]:
        """Everything that must hold: (symbol, accepted values, why)."""
        for request in self.requests:
            yield request.symbol, request.accept, request.origin
        for name in self.forbidden:
            yield name, ("n",), f"--forbid {name}"
        for name in self.pins:
            yield name, (world.before[name],), f"--pin {name}"


class Problem:
    """The clauses of a question in a world, for a growing set of symbols.

    Lines are offered for what the demands depend on, and for nothing else: no
    other line can be needed for them.
    """

    def __init__(self, world: World, question: Question, *, explaining: bool = False) -> None:
        self.world = world
        self.question = question
        model, knowledge = world.model, world.knowledge
        self.circuit = Circuit(explaining=explaining)
        names = [name for name, _, _ in question.demands(world)]
        # Without modules every m is a y, so MODULES matters to all.
        roots = [*names, *([model.modules] if model.modules else [])]
        self.cone = frozenset(knowledge.dependencies.cone(map(knowledge.dependencies.node, roots)))
        texts = offered_texts(model, knowledge.texts, world.user, world.before, question.requests)
        self.user = PlannedUser(model, world.user, self.circuit, texts, self.is_in_cone)
        self.encoding = Encoding(model, self.user, self.circuit, knowledge.dependencies)
        self.add(names)
        self.add(gates(model))

    def is_in_cone(self, symbol: Symbol) -> bool:
        """Do the demands depend on a symbol?"""
        return (symbol.name if symbol.choice is None else symbol.choice) in self.cone

    def add(self, names: Iterable[str]) -> None:
        """Take symbols, and all that they depend on, into account."""
        self.encoding.add(names)

    def literal(self, name: str, value: str) -> int:
        """The literal "the symbol ends with this value"."""
        symbol = self.world.model.symbols[name]
        if not symbol.is_logical:
            texts = self.encoding.written.get(name) or self.encoding.texts[name]
            return texts.get(value, FALSE)
        here: Tristate = self.encoding.value_of(name)
        return {
            "n": -here.some,
            "m": self.circuit.both(here.some, -here.full),
            "y": here.full,
        }[value]

    def demand(self, name: str, accept: Sequence[str]) -> list[int]:
        """The clause "the symbol ends with one of these values"."""
        return [self.literal(name, value) for value in accept]

    def constraints(self) -> list[list[int]]:
        """What makes lines a plan: the demands hold, and each line says what results."""
        found = [self.demand(name, accept) for name, accept, _ in self.question.demands(self.world)]
        members: dict[int, list[int]] = {}
        for (name, value), literal in self.user.lines.items():
            found.append([-literal, self.literal(name, value)])
            choice = self.world.model.symbols[name].choice
            if choice is not None and value == "y":
                members.setdefault(choice, []).append(literal)
        for literals in members.values():
            found += [[-a, -b] for i, a in enumerate(literals) for b in literals[i + 1 :]]
        return found

    def levels(self) -> list[Level]:
        """The objective's levels over the encoded symbols, then the preferred values."""
        model, before = self.world.model, self.world.before
        asked = self.question.asked
        wanted: dict[str, list[int]] = {"lost": [], "switched": [], "added": [], "lines": []}
        for name, value in self.encoding.values.items():
            if name in asked or name not in model.options:
                continue
            old = before.tristate(name)
            if old:
                wanted["lost"].append(value.full if old == 2 else value.some)
            else:
                wanted["added"].append(-value.some)
        for name in gates(model):
            if name not in asked:
                wanted["switched"].append(self.literal(name, before[name]))
        for (name, text), literal in self.user.lines.items():
            wanted["lines"].append(-literal)
            if name not in asked and switches(Line(name, text), before):
                wanted["switched"].append(-literal)
        preferred = [
            self.literal(request.symbol, self.question.prefer)
            for request in self.question.requests
            if len(request.accept) > 1 and self.question.prefer in request.accept
        ]
        # Of numbers and texts that would all do, the first that is offered.
        for (name, text), literal in self.user.lines.items():
            offered = self.user.offered_texts.get(name, ())
            if name not in asked and text in offered:
                preferred += [-literal] * (offered.index(text) + 1)
        names = ORDERS[self.question.objective]
        return [
            *(Level(name, _open(wanted[name])) for name in names),
            Level("preferred", _open(preferred)),
        ]

    def plan_lines(self, solution: Solution) -> tuple[Line, ...]:
        """The lines of a solution: in menu order, the y of a choice behind its n."""
        model = self.world.model
        said = {
            name: value
            for (name, value), literal in self.user.lines.items()
            if solution.holds(literal)
        }
        found: list[Line] = []
        last_of_choice: dict[int, Line] = {}
        for name, symbol in model.symbols.items():
            if name in said:
                line = Line(name, spell(symbol.type, said[name]))
                if symbol.choice is not None and said[name] == "y":
                    last_of_choice[symbol.choice] = line
                else:
                    found.append(line)
        for choice, line in last_of_choice.items():
            found.insert(_behind(model, model.choices[choice].members, line, found), line)
        return tuple(found)

    def fixed(self, lines: Iterable[Line]) -> list[int]:
        """Assumptions under which exactly these lines are in the plan."""
        symbols = self.world.model.symbols
        said = {(line.symbol, typed_value(line, symbols[line.symbol].type)) for line in lines}
        return [literal if key in said else -literal for key, literal in self.user.lines.items()]

    def line_literal(self, line: Line) -> int:
        """The literal "this line is in the plan"."""
        value = typed_value(line, self.world.model.symbols[line.symbol].type)
        assert value is not None
        return self.user.lines[line.symbol, value]

    def all_demands(self) -> int:
        """The literal "every demand holds"."""
        circuit = self.circuit
        return circuit.all_of(
            [
                circuit.any_of(self.demand(name, accept))
                for name, accept, _ in self.question.demands(self.world)
            ]
        )

    def satisfied(self, solution: Solution, request: Request) -> bool:
        """Does a request hold in a solution?"""
        return any(solution.holds(self.literal(request.symbol, value)) for value in request.accept)


def _open(literals: Iterable[int]) -> tuple[int, ...]:
    """Literals whose truth is not settled already; impossible ones count."""
    return tuple(literal for literal in literals if literal != TRUE)


def _behind(model: Model, members: Sequence[str], line: Line, lines: list[Line]) -> int:
    """Where a choice's y line goes: behind its members' n lines, else in menu order."""
    own = [place for place, other in enumerate(lines) if other.symbol in members]
    if own:
        return own[-1] + 1
    return sum(model.rank[other.symbol] < model.rank[line.symbol] for other in lines)
