"""Find a fragment for every base of a tree, guided by counterexamples (CEGIS).

For each tree, the circuit has the lines of the fragment *and* all lines that a base
can have, both as free variables.  A proposed fragment is put to the solver: is
there a base on which a demand fails?  If so, that base is put into the
circuit, which leaves a condition on the fragment alone; the next proposal is
the best that meets all conditions so far.  When no base is found, that is the
proof; and the fragment is the best, because it already was with fewer
conditions.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property

from attrs import field, frozen

from kresolve.dotconfig.lines import Line, spell, typed_value
from kresolve.encoding import TRUE, CandidateLines, Circuit, Encoding, SymbolicInput, cofactor
from kresolve.errors import DisagreementError
from kresolve.evaluator import ConfMode, evaluate, user_values
from kresolve.kconfig.model import Model
from kresolve.kconfig.tristate import LETTERS, OF_LETTER
from kresolve.planner.candidate_values import candidate_values
from kresolve.planner.line_order import (
    Key,
    by_preference,
    in_order,
    model_of,
    one_line_each,
    one_yes_each,
)
from kresolve.planner.objective import global_switches
from kresolve.planner.problem import EncodedTarget, Question
from kresolve.planner.request import Demand
from kresolve.planner.target import ModelIndex, Target
from kresolve.progress import SILENT, Progress
from kresolve.solver import NEVER, Deadline, IncrementalSolver, Level, LexMaxSat, Solution
from kresolve.solver.canonical import canonical_solution


@frozen(eq=False)
class AnyBase:
    """All bases of one tree, and what a fragment has to achieve on each of them."""

    model_index: ModelIndex
    question: Question
    mode: ConfMode = "olddefconfig"

    @property
    def model(self) -> Model:
        """The tree's model."""
        return self.model_index.model

    @cached_property
    def empty(self) -> Target:
        """The base that says nothing."""
        return Target(self.model, "empty", (), self.mode, self.model_index)

    @cached_property
    def demands(self) -> tuple[Demand, ...]:
        """Everything that must hold; see :class:`Question`."""
        return tuple(self.question.demands(self.empty))

    @cached_property
    def cone(self) -> list[str | int]:
        """What the demands' values are calculated from, in order."""
        names = (name for demand in self.demands for name in demand.looked_at)
        return self.model_index.dependencies.cone_in_order(names)

    def holds(self, base: Iterable[Line], fragment: Iterable[Line]) -> bool:
        """Does everything hold with a fragment on a base, by evaluation?"""
        after = evaluate(self.model, (*base, *fragment), self.mode, nodes=self.cone)
        return all(demand.holds(after.shown) for demand in self.demands)


@frozen(eq=False)
class UniversalFragment:
    """A fragment for every base.

    ``needed`` holds, for each line's symbol, a tree's number and a base in it
    on which the line is missed; ``bases`` the bases that were found on the way,
    by tree.  ``proved`` says whether the fragment is known to be the best.
    """

    lines: tuple[Line, ...]
    needed: Mapping[str, tuple[int, tuple[Line, ...]]]
    bases: tuple[tuple[int, tuple[Line, ...]], ...]
    costs: Mapping[str, int] = field(factory=dict)
    rounds: int = 0


@frozen(eq=False)
class NoUniversalFragment:
    """Bases, by tree, for which there is no one fragment; without any of them there is."""

    bases: tuple[tuple[int, tuple[Line, ...]], ...]


def universal_fragment(
    any_bases: Sequence[AnyBase], *, deadline: Deadline = NEVER, progress: Progress = SILENT
) -> UniversalFragment | NoUniversalFragment:
    """The best fragment that meets all demands on every base of all trees.

    Best has the fewest lines that switch something off or touch a gate, then
    the fewest lines for symbols that nobody asked for, then the fewest lines.
    Raises DisagreementError when the evaluator does not confirm a counterexample,
    OutOfTime when the deadline comes first.
    """
    return _Search(any_bases, deadline).run(progress)


class _EncodedAnyBase:
    """A tree with candidate lines: its circuit, and its bases as variables."""

    def __init__(self, any_base: AnyBase, offer: CandidateLines) -> None:
        self.any_base = any_base
        model, question = any_base.model, any_base.question
        user = user_values(model, (), any_base.mode)
        texts = candidate_values(model, any_base.model_index.texts, user, {}, question.texts(model))
        self.user = SymbolicInput(model, user, offer, texts)
        encoding = Encoding(model, self.user, offer.circuit, any_base.model_index.dependencies)
        encoding.add(name for demand in any_base.demands for name in demand.looked_at)
        self.encoded_target = EncodedTarget(any_base.empty, question, encoding)
        self.demand = self.encoded_target.all_demands()
        self.solver: IncrementalSolver | None = None

    def adversarial_phases(self) -> list[int]:
        """Base values to be tried first: everything said, and said to be off."""
        return [
            literal
            for user_value in self.user.free.values()
            for literal in (user_value.given, -user_value.ge_m, -user_value.is_y)
        ]

    def inputs(self) -> list[int]:
        """The variables that decide what a base says."""
        return [literal for inputs in self.user.inputs.values() for literal in inputs]

    def minimal_base_order(self) -> list[int]:
        """Literals of a base that says little: nothing, then what is off, late symbols first."""
        user, rank = self.user, self.any_base.model.menu_index
        names = sorted({*user.free, *user.free_texts}, key=rank.__getitem__, reverse=True)
        logical = [user.free[name] for name in names if name in user.free]
        texts = [literal for name in names for _, literal in user.free_texts.get(name, ())]
        silent = [*(user_value.given for user_value in logical), *texts]
        off = [one for user_value in logical for one in (user_value.ge_m, user_value.is_y)]
        return [-one for one in (*silent, *off, *self.inputs())]

    def said_by(self, base: Solution) -> tuple[Line, ...]:
        """The base of a solution as lines."""
        symbols = self.any_base.model.symbols
        lines: list[Line] = []
        for name, user_value in self.user.free.items():
            if base.holds(user_value.given):
                lines.append(
                    Line(name, LETTERS[base.holds(user_value.ge_m) + base.holds(user_value.is_y)])
                )
        for name, texts in self.user.free_texts.items():
            for text, literal in texts:
                if base.holds(literal):
                    lines.append(Line(name, spell(symbols[name].type, text)))
        return self._ordered(lines, base)

    def _ordered(self, lines: Iterable[Line], base: Solution) -> tuple[Line, ...]:
        """A choice's lines so that those stand first and last that the solution picks.

        Where it picks nobody, the list is as in the choice: a later line stands in front.
        """
        model, picks = self.any_base.model, self.user.free_orders
        symbols = model.symbols

        def place(line: Line) -> int:
            choice = symbols[line.symbol].choice
            if choice is None or choice not in picks:
                return 0
            if line.value == "m":
                forgets = self.user.forgets(choice)
                return 2 if base.holds(forgets) else -2
            if line.value == "y" and base.holds(picks[choice].first[line.symbol]):
                return 1  # the last line stands in front
            return -1 if base.holds(picks[choice].last[line.symbol]) else 0

        def position(name: str) -> int:
            choice = symbols[name].choice
            # A member may be defined before the choice: its rank says nothing of the list.
            return (
                model.menu_index[name]
                if choice is None
                else model.choices[choice].members.index(name)
            )

        return tuple(sorted(lines, key=lambda line: (place(line), -position(line.symbol))))


class _Search:
    """The state of the search: conditions on the fragment, each from a base."""

    def __init__(self, any_bases: Sequence[AnyBase], deadline: Deadline) -> None:
        self.deadline = deadline
        self.circuit = Circuit()
        self.offer = CandidateLines(self.circuit)
        self.any_bases = any_bases
        self.models = [any_base.model for any_base in any_bases]
        self.sides = [_EncodedAnyBase(any_base, self.offer) for any_base in any_bases]
        # Only what the demands of some tree look at is worth a line.
        looked_at = {
            abs(operand)
            for operands in self.circuit.definitions_of(side.demand for side in self.sides).values()
            for operand in operands
        } | {abs(side.demand) for side in self.sides}
        self.lines = {
            key: literal for key, literal in self.offer.lines.items() if literal in looked_at
        }
        self.unused = [
            literal for key, literal in self.offer.lines.items() if key not in self.lines
        ]
        #: (tree, base, condition on the fragment)
        self.found: list[tuple[int, tuple[Line, ...], int]] = []

    def run(self, progress: Progress) -> UniversalFragment | NoUniversalFragment:
        with progress.task("looking for a fragment for every base") as task:
            for number in range(len(self.sides)):
                self.start(number)
            rounds = 0
            while True:
                rounds += 1
                task.update(rounds)
                proposal = self.proposal()
                if proposal is None:
                    return self.no_fragment()
                lines, costs = proposal
                refuted = [
                    self.find_counterexample(number, lines) for number in range(len(self.sides))
                ]
                if not any(refuted):
                    break
        needed = {line.symbol: self.where_missed(lines, line) for line in lines}
        return UniversalFragment(
            lines,
            needed,
            tuple((any_base, base) for any_base, base, _ in self.found),
            costs,
            rounds,
        )

    def start(self, number: int) -> None:
        """Open a tree's session, and begin with the bases that say nothing and n to all."""
        side = self.sides[number]
        gates = self.circuit.definitions_of([side.demand, *side.user.results()])
        facts = [TRUE, *(-literal for literal in self.unused)]
        side.solver = IncrementalSolver(
            self.circuit.required, self.deadline, facts=facts, gates=gates
        )
        side.solver.prefer(side.adversarial_phases())
        self.condition(number, (), [-literal for literal in side.inputs()])

    def condition(self, number: int, base: tuple[Line, ...], settings: Iterable[int]) -> None:
        """A base that was found: what it asks of the fragment."""
        condition = cofactor(self.circuit, self.sides[number].demand, settings)
        self.found.append((number, base, condition))

    def proposal(self) -> tuple[tuple[Line, ...], Mapping[str, int]] | None:
        """The best fragment that meets all conditions so far."""
        conditions = [condition for _, _, condition in self.found]
        clauses = [*self.circuit.required, *([condition] for condition in conditions)]
        clauses += one_line_each(self.lines)
        clauses += one_yes_each(self.models, self.lines)
        levels = [
            Level(
                "switched",
                tuple(-literal for key, literal in self.lines.items() if self.switches(key)),
            ),
            Level(
                "unasked",
                tuple(-literal for key, literal in self.lines.items() if not self.is_asked(key)),
            ),
            Level("lines", tuple(-literal for literal in self.lines.values())),
        ]
        gates = self.circuit.definitions_of(conditions)
        with LexMaxSat(clauses, levels, self.deadline, gates=gates) as optimum:
            if optimum.solution is None:
                return None
            order = [self.lines[key] for key in by_preference(self.models, self.lines)]
            best = canonical_solution(optimum, order)
            best = optimum.with_costs(best)
        values = {
            name: value for (name, value), literal in self.lines.items() if best.holds(literal)
        }
        costs = {level.name: cost for level, cost in zip(levels, best.costs, strict=True)}
        return in_order(self.models, values), costs

    def is_asked(self, key: Key) -> bool:
        """Does somebody ask for what a line says?"""
        return any(any_base.question.is_granted(*key) for any_base in self.any_bases)

    def switches(self, key: Key) -> bool:
        """Does a line that nobody asked for say n, or a number, turn a gate, or use an old name?"""
        name, value = key
        if self.is_asked(key):
            return False
        known = [model for model in self.models if name in model.symbols]
        is_gate = any(name in global_switches(model) for model in known)
        is_old = any(model.symbols[name].transitional for model in known)
        return is_gate or is_old or not OF_LETTER.get(value)

    def find_counterexample(self, number: int, lines: tuple[Line, ...]) -> bool:
        """Look for bases of a tree on which a fragment fails, one for each demand."""
        side = self.sides[number]
        assert side.solver is not None
        fixed = self.fixed(lines)
        pending = [
            self.circuit.any_of(side.encoded_target.demand(each))
            for each in side.encoded_target.demands
        ]
        refuted = False
        while pending:
            base = side.solver.solve([*fixed, -pending[0]])
            if base is None:
                pending.pop(0)
                continue
            refuted = True
            pending = [demand for demand in pending[1:] if base.holds(demand)]
            held = [each if base.holds(each) else -each for each in side.inputs()]
            self.condition(number, self.confirmed(number, side.said_by(base), lines), held)
        return refuted

    def confirmed(
        self, number: int, base: tuple[Line, ...], fragment: tuple[Line, ...]
    ) -> tuple[Line, ...]:
        """A base; the evaluator has to agree that a fragment fails on it."""
        any_base = self.any_bases[number]
        if any_base.holds(base, fragment):
            raise DisagreementError(
                f"clauses and evaluator disagree about a base of {any_base.model.info}; "
                "please report this"
            )
        return base

    def fixed(self, lines: Iterable[Line]) -> list[int]:
        """Assumptions under which exactly these lines are in the fragment."""
        chosen = {self.literal(line) for line in lines}
        return [literal if literal in chosen else -literal for literal in self.lines.values()]

    def literal(self, line: Line) -> int:
        """The literal of a line."""
        model = model_of(self.models, line.symbol)
        value = typed_value(line, model.symbols[line.symbol].type)
        assert value is not None
        return self.lines[line.symbol, value]

    def where_missed(self, lines: tuple[Line, ...], line: Line) -> tuple[int, tuple[Line, ...]]:
        """A base on which a fragment fails without one of its lines.

        It says no more than it must, and is named by the problem alone: of what
        comes late in menu order it says nothing if it can, then n where it can.
        """
        fewer = tuple(other for other in lines if other is not line)
        fixed = self.fixed(fewer)
        for number, side in enumerate(self.sides):
            assert side.solver is not None
            nothing = [-literal for literal in side.inputs()]
            if side.solver.solve([*fixed, *nothing, -side.demand]) is not None:
                return number, ()
        for number, side in enumerate(self.sides):
            assert side.solver is not None
            quiet = side.minimal_base_order()
            side.solver.prefer(quiet)
            base = side.solver.greedy([*fixed, -side.demand], quiet)
            if base is not None:
                return number, self.confirmed(number, side.said_by(base), fewer)
        raise DisagreementError(f"{line} is needed on no base: a bug in kresolve; please report it")

    def no_fragment(self) -> NoUniversalFragment:
        """The bases that exclude each other."""
        selectors = {self.circuit.variable(): found for found in self.found}
        clauses = self.circuit.clauses_below([condition for _, _, condition in self.found])
        clauses += one_line_each(self.lines)
        clauses += one_yes_each(self.models, self.lines)
        clauses += [[-selector, found[2]] for selector, found in selectors.items()]
        with IncrementalSolver(clauses) as solver:
            core = solver.minimal_core(list(selectors)) or []
        return NoUniversalFragment(tuple(selectors[literal][:2] for literal in core))
