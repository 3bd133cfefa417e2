"""Why there is no plan, proved; and what to give up for one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from kresolve.encoding import Reason
from kresolve.errors import DisagreementError, KresolveError
from kresolve.explanation.probes import computed_at
from kresolve.kconfig.location import Location
from kresolve.kconfig.values import NUMERIC, Type, base_of, leading_number, valid
from kresolve.planner.line_order import one_line_each
from kresolve.planner.problem import EncodedTarget, Problem, Question, WholeProblem
from kresolve.planner.request import Demand, Request
from kresolve.planner.result import Conflict, CorrectionSet, ProbedLine
from kresolve.planner.target import Target
from kresolve.solver import (
    NEVER,
    Assignment,
    Deadline,
    IncrementalSolver,
    Level,
    LexMaxSat,
    OutOfTime,
)

#: Ways out that are looked for.
_WAYS: Final = 3


class NoStableLineError(KresolveError):
    """The demands hold only with lines whose value does not result.

    An int or hex whose range is empty, its low above its high, never ends as its line says:
    conf gives it one bound or the other (``sym_validate_range``), and the other one the
    next time.  Before 6.10, an m line can make an optional choice m, and end as n itself.
    """


def conflict(questions: Sequence[tuple[Target, Question]], deadline: Deadline = NEVER) -> Conflict:
    """The demands and rules that cannot hold together, and the ways out.

    The questions have no plan.  Every rule gets a selector here, so the proof
    is made anew, from the rules alone.  If the deadline comes first, some of
    what is named may be superfluous.  Raises NoStableLineError if the demands can hold
    all the same, DisagreementError if clauses contradict each other about that.
    """
    problem = WholeProblem(questions, explaining=True)
    circuit = problem.circuit
    demands: dict[int, Demand] = {}
    for encoded_target in problem.encoded_targets:
        for demand in encoded_target.demands:
            selector = circuit.variable()
            circuit.require((-selector, *encoded_target.demand(demand)))
            demands[selector] = demand
    rules = {literal: reason for reason, literal in circuit.selectors.items()}
    clauses = [*circuit.clauses, *one_line_each(problem.lines())]
    with IncrementalSolver(clauses, deadline) as solver:
        core = _smallest(solver, [*demands], [*rules])
        if core is None:
            no_lines = [-literal for literal in problem.lines().values()]
            raise _not_impossible(problem, solver.greedy([*demands, *rules], no_lines))
    among = {*core}
    named = tuple(sorted((rules[literal] for literal in core if literal in rules), key=_place))
    return Conflict(
        demands=tuple(dict.fromkeys(demands[literal] for literal in demands if literal in among)),
        rules=named,
        ways_out=tuple(_ways_out(questions, deadline)),
        probes=tuple(_probes(named, questions[0][0])),
    )


def _probes(rules: Sequence[Reason], target: Target) -> Iterator[ProbedLine]:
    """What rules ask programs: themselves, or by the defaults of a symbol without a prompt."""
    model, probes = target.model, target.model_index.probes
    places: dict[Location, None] = {}
    for rule in rules:
        if rule.location is not None:
            places[rule.location] = None
        for name in re.findall(r"\w+", rule.text):
            places.update(dict.fromkeys(computed_at(model, name)))
    for place in places:
        line = probes.line(place)
        if "$(" in line:
            yield ProbedLine(place, line, probes.asked(line))


def _not_impossible(problem: Problem, solution: Assignment | None) -> Exception:
    """What to say of a conflict that is none."""
    if solution is not None:
        lines = problem.plan_lines(solution)
        after = [encoded_target.target.after(lines) for encoded_target in problem.encoded_targets]
        untrue = dict.fromkeys(
            line.symbol
            for line in lines
            for configuration in after
            if line.symbol in configuration and configuration.line(line.symbol).value != line.value
        )
        hold = all(
            demand.holds(configuration.shown)
            for encoded_target, configuration in zip(problem.encoded_targets, after, strict=True)
            for demand in encoded_target.demands
        )
        if untrue and hold:
            types = {problem.model_of(name).symbols[name].type for name in untrue}
            why = ": its range is empty, so that no value lasts" if types <= NUMERIC else ""
            return NoStableLineError(
                f"only a line for {' and '.join(untrue)} that does not say what results would do"
                f"{why}"
            )
    return DisagreementError(
        "no plan was found, and no reason why: a bug in kresolve; please report it"
    )


def _place(rule: Reason) -> tuple[str, int]:
    """In the order of the files' lines."""
    return (rule.location.file, rule.location.line) if rule.location else ("", 0)


def asked_for(questions: Sequence[tuple[Target, Question]]) -> Conflict:
    """All that is demanded, as a conflict of which no smaller one is known."""
    demands = dict.fromkeys(
        demand for target, question in questions for demand in question.demands(target)
    )
    return Conflict(demands=tuple(demands), rules=())


def _smallest(solver: IncrementalSolver, demands: list[int], rules: list[int]) -> list[int] | None:
    """The smallest of the cores that leaving out in one order or the other gives.

    Fewest demands come first: what is impossible alone is not told together
    with others.
    """
    best = solver.core([*demands, *rules])
    if best is not None:
        try:
            # The last ones are left out first, so all rules are there for few demands.
            orders = ([*rules, *demands], [*reversed(rules), *reversed(demands)])
            cores = [solver.minimal_core(order) for order in orders]
            among = {*demands}
            best = min(
                (core for core in cores if core is not None),
                key=lambda core: (len(among.intersection(core)), len(core)),
            )
        except OutOfTime:
            pass
    return best


def _near(encoded_target: EncodedTarget, demand: Demand) -> Iterator[Request]:
    """Requests that somebody might make instead of what is demanded, the best first.

    For y, m; for a number, those that can matter, which every bound of a range is.
    """
    for alternative in demand.alternatives:
        if len(alternative.wants) == 1 and alternative.wants[0].condition is None:
            (want,) = alternative.wants
            for value in _near_values(encoded_target, want.symbol, want.accept):
                yield Request(want.symbol, (value,), demand.origin)


def _near_values(encoded_target: EncodedTarget, name: str, accept: tuple[str, ...]) -> list[str]:
    symbol = encoded_target.target.model.symbols[name]
    if symbol.type is Type.TRISTATE:
        return [] if {"m", "n"} & {*accept} else ["m"]
    if symbol.type not in NUMERIC:
        return []
    base = base_of(symbol.type)
    asked = leading_number(accept[0], base)
    numbers = {
        text: leading_number(text, base)
        for text in encoded_target.texts(name)
        if text not in accept and valid(symbol.type, text)
    }
    return sorted(numbers, key=lambda text: (abs(numbers[text] - asked), numbers[text], text))


def _ways_out(
    questions: Sequence[tuple[Target, Question]], deadline: Deadline
) -> Iterator[CorrectionSet]:
    """The smallest sets of demands to be given up, and what could be asked instead."""
    problem = WholeProblem(questions)
    formula = problem.formula()
    circuit = problem.circuit
    demands: dict[int, Demand] = {}
    others: dict[int, list[tuple[str, int]]] = {}
    clauses = [*formula.clauses, *problem.fit_lines()]
    for encoded_target in problem.encoded_targets:
        for demand in encoded_target.demands:
            literal = circuit.variable()
            clauses.append([-literal, *encoded_target.demand(demand)])
            demands[literal] = demand
            others[literal] = [
                (str(request), circuit.any_of(encoded_target.demand(request)))
                for request in _near(encoded_target, demand)
            ]
    level = Level("given up", tuple(demands))
    gates = {
        **formula.gates,
        **circuit.definitions_of(literal for near in others.values() for _, literal in near),
    }
    try:
        with LexMaxSat(clauses, [level], deadline, facts=formula.facts, gates=gates) as optimum:
            solution = optimum.solution
            for _ in range(_WAYS):
                if solution is None or not all(optimum.proved):
                    return
                lost = [literal for literal in demands if not solution.holds(literal)]
                kept = [literal for literal in demands if solution.holds(literal)]
                given_up = dict.fromkeys(demands[literal] for literal in lost)
                instead: dict[str, int] = {}
                for given in lost:
                    for text, literal in others[given]:
                        held = [*kept, *instead.values(), literal]
                        if optimum.solver.solve(held) is not None:
                            instead[text] = literal
                            break
                yield CorrectionSet(tuple(given_up), tuple(instead))
                optimum.solver.add(lost)
                solution = optimum.another()
    except OutOfTime:
        return
