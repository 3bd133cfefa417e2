"""What every plan keeps: it survives, nothing in it is superfluous, nothing is better."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
from attrs import evolve, frozen
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kresolve.dotconfig.lines import Line, fragment_text, spell, typed_value
from kresolve.encoding import clauses_of
from kresolve.evaluator import ConfMode
from kresolve.kconfig.model import Model
from kresolve.kconfig.storage import to_bytes
from kresolve.planner import (
    ORDERS,
    Alternative,
    AnyOf,
    Demand,
    Plan,
    Question,
    Request,
    Target,
    View,
    Want,
    answer,
)
from kresolve.planner.candidate_values import candidate_values
from kresolve.planner.line_order import in_order as lines_in_order
from kresolve.planner.objective import levels_of, measure
from kresolve.planner.problem import WholeProblem
from kresolve.planner.relaxation import Relaxation
from kresolve.solver import IncrementalSolver
from tests.property.kconfigs import toys
from tests.property.toys import conf, load, program, read

#: So many fragments are looked at, at most, to find the best one.
_MOST_FRAGMENTS: Final = 1500

Fragment: TypeAlias = tuple[Line, ...]


@frozen
class Case:
    """A target and a question in it, as text."""

    kconfig: str
    config: str
    mode: ConfMode
    question: Question

    def target(self) -> Target:
        """The target, loaded."""
        model = load(self.kconfig)
        return Target(model, "base", tuple(read(self.config, model)), self.mode)

    def __repr__(self) -> str:
        asked = ", ".join(map(str, self.question.requests))
        question = f"{asked} {self.question}, {self.mode}"
        return f"Case(\n{self.kconfig}---\n{self.config}---\n{question})"


@st.composite
def cases(draw: Any, most: int = 5) -> Case:
    """Small trees, some lines, one to three requests, now and then pins and bans."""
    toy = draw(toys(most=most))
    model = load(toy.kconfig)
    names = [name for name, symbol in model.symbols.items() if symbol.type.value != "unknown"]
    wanted = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))
    requests: tuple[Demand, ...] = tuple(_request(draw, model, name) for name in wanted)
    if draw(st.integers(0, 2)) == 2:
        # Alternatives besides one of the requests, or instead of all of them.
        requests = (*requests[: draw(st.integers(0, 1))], alternatives(draw, model, names))
    rest = [name for name in names if name not in wanted]
    pins: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    if rest and draw(st.integers(0, 3)) == 3:
        name = draw(st.sampled_from(rest))
        if model.symbols[name].is_bool_or_tristate and draw(st.booleans()):
            forbidden = (name,)
        else:
            pins = (name,)
    question = Question(
        requests,
        pins,
        forbidden,
        draw(st.sampled_from(sorted(ORDERS))),
        draw(st.sampled_from("ym")),
    )
    mode: ConfMode = draw(st.sampled_from(("olddefconfig", "allnoconfig")))
    return Case(toy.kconfig, toy.config, mode, question)


def _request(draw: Any, model: Model, name: str) -> Request:
    type_ = model.symbols[name].type.value
    accepts: dict[str, tuple[tuple[str, ...], ...]] = {
        "bool": (("y",), ("y",), ("n",)),
        "tristate": (("y",), ("m",), ("n",), ("y", "m"), ("n", "m")),
        "int": (("1",), ("7",), ("-2",), ("60",)),
        "hex": (("0x1",), ("0xF",), ("7",)),
        "string": (("a",), ("",), ('"',)),
    }
    accept = draw(st.sampled_from(accepts[type_]))
    return Request(name, accept, f"{name}={'|'.join(accept)}")


def alternatives(draw: Any, model: Model, names: Sequence[str]) -> AnyOf:
    """One to three alternatives of one or two options, now and then on a condition."""
    logical = [name for name in names if model.symbols[name].is_bool_or_tristate]
    found = []
    for _ in range(draw(st.integers(1, 3))):
        wants = []
        chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
        for name in chosen:
            condition = None
            if logical and draw(st.integers(0, 3)) == 3:
                accept = draw(st.sampled_from((("y", "m"), ("y",), ("n",))))
                condition = Want(draw(st.sampled_from(logical)), accept)
            wants.append(Want(name, _request(draw, model, name).accept, condition))
        found.append(Alternative(tuple(wants)))
    whole = AnyOf(tuple(found), "any", "any")
    return evolve(whole, origin=str(whole))


def holds(target: Target, question: Question, fragment: Fragment) -> bool:
    """Does everything that is demanded hold with a fragment, by evaluation?"""
    after = target.after(fragment)
    return all(demand.holds(after.shown) for demand in question.demands(target))


def in_order(model: Model, fragment: Fragment) -> Fragment:
    """As a fragment is written: in menu order, a choice's y behind its n lines."""

    def place(line: Line) -> tuple[bool, int]:
        member = model.symbols[line.symbol].choice is not None
        return (member and line.value == "y", list(model.symbols).index(line.symbol))

    return tuple(sorted(fragment, key=place))


def offers(target: Target, question: Question) -> list[list[Line | None]]:
    """For each symbol that takes lines, those that a fragment may have for it."""
    model = target.model
    wanted = question.texts(model)
    texts = candidate_values(model, target.model_index.texts, target.user, target.before, wanted)
    found: list[list[Line | None]] = []
    for name, symbol in model.symbols.items():
        if not model.is_assignable(symbol):
            continue
        values: tuple[str, ...] = texts.get(name, ())
        if symbol.is_bool_or_tristate:
            values = ("n", "m", "y") if symbol.type.value == "tristate" else ("n", "y")
        lines = [Line(name, spell(symbol.type, value)) for value in values]
        found.append([None, *lines])
    return found


def fragments(target: Target, question: Question) -> Iterator[Fragment]:
    """All fragments for a small target."""
    for drawn in itertools.product(*offers(target, question)):
        yield in_order(target.model, tuple(line for line in drawn if line is not None))


def says_what_results(target: Target, fragment: Fragment) -> bool:
    """Is each line's value the one that results, and at most one y in a choice?"""
    after = target.after(fragment)
    symbols = target.model.symbols
    chosen = [
        symbols[line.symbol].choice
        for line in fragment
        if line.value == "y" and symbols[line.symbol].choice is not None
    ]
    return len(chosen) == len(set(chosen)) and all(
        spell(symbols[line.symbol].type, after[line.symbol]) == line.value for line in fragment
    )


def key(fragment: Fragment) -> frozenset[tuple[str, str]]:
    """A fragment without the order of its lines."""
    return frozenset((line.symbol, line.value) for line in fragment)


def small(target: Target, question: Question) -> bool:
    """Are there few enough fragments to look at all of them?"""
    number = 1
    for lines in offers(target, question):
        number *= len(lines)
    return number <= _MOST_FRAGMENTS


def best_by_force(target: Target, question: Question) -> dict[Fragment, tuple[int, ...]]:
    """The fragments that are plans, each with its measures in the objective's order.

    A plan achieves what is demanded, says what results, and has no line
    without which all that is demanded holds as well.
    """
    good = {key(f): f for f in fragments(target, question) if holds(target, question, f)}
    found: dict[Fragment, tuple[int, ...]] = {}
    for said, fragment in good.items():
        # Lines that only keep the kernel small are allowed where that is the aim.
        only_small = {"n"} if question.objective == "footprint" else set()
        needed = all(said - {one} not in good for one in said if one[1] not in only_small)
        if needed and says_what_results(target, fragment):
            view = View(target.before, target.after(fragment), question.asked)
            values = measure([view], fragment)
            found[fragment] = tuple(values[name] for name in levels_of(question.objective, 1))
    return found


def disliked(target: Target, question: Question, fragment: Fragment) -> tuple[int, int]:
    """What is not preferred: later alternatives that serve; options that end as the other value."""
    after = target.after(fragment)
    later = sum(
        next(n for n, one in enumerate(request.alternatives) if one.holds(after.shown))
        for request in question.requests
    )
    return later, sum(
        after.shown(want.symbol) in {*want.accept} - {question.prefer}
        for request in question.requests
        for want in request.wants
        if len(want.accept) > 1 and question.prefer in want.accept
    )


@settings(max_examples=200)
@given(cases(most=8))
def test_a_plan_survives_and_needs_its_lines(case: Case) -> None:
    """With a plan's lines every demand holds; without any single one some demand does not."""
    target = case.target()
    plan = answer(target, case.question)
    if plan.status == "planned":
        lines = plan.assignments
        assert holds(target, case.question, lines)
        small = "n" if case.question.objective == "footprint" else ""
        for line in lines:
            if line.value == small:
                continue
            fewer = tuple(other for other in lines if other is not line)
            assert not holds(target, case.question, fewer), f"{line} is superfluous"
        for told_line in plan.lines:
            others = case.question.pins or case.question.forbidden
            assert told_line.needed_by or others or told_line.value == small


@settings(max_examples=200)
@given(cases(most=8))
def test_a_reason_leads_to_its_line(case: Case) -> None:
    """Why a line is there that nobody asked for is told rule by rule, from a request to it."""
    lines = answer(case.target(), case.question).lines
    assert [line for line in lines if line.why.startswith("needed by")] == []


@settings(max_examples=200)
@given(cases(most=8))
def test_a_plan_says_what_results(case: Case) -> None:
    """Every line's value is the one the symbol ends with, in menu order, one y a choice."""
    target = case.target()
    lines = answer(target, case.question).assignments
    assert says_what_results(target, lines)
    logical = [line for line in lines if target.model.symbols[line.symbol].choice is None]
    order = list(target.model.symbols)
    assert logical == sorted(logical, key=lambda line: order.index(line.symbol))


@settings(max_examples=150)
@given(cases(most=4))
def test_a_plan_is_the_best_there_is(case: Case) -> None:
    """No fragment is better in the objective's order, and none exists where none was found."""
    target = case.target()
    assume(small(target, case.question))
    plan = answer(target, case.question)
    found = best_by_force(target, case.question)

    assert (plan.status == "planned") == bool(found), (plan.fragment, next(iter(found), None))
    if found:
        best = min(found.values())
        measures = tuple(m.value for m in plan.objective)
        better = [f for f, values in found.items() if values == best]
        assert measures == best, f"better: {[[*map(str, f)] for f in better]}, {best}"
        assert all(m.proved for m in plan.objective)
        least = min(disliked(target, case.question, fragment) for fragment in better)
        assert disliked(target, case.question, plan.assignments) == least


@pytest.mark.tree
@pytest.mark.conf
@settings(max_examples=80)
@given(cases(most=8), st.data())
def test_conf_says_that_one_of_the_alternatives_holds(case: Case, data: st.DataObject) -> None:
    """In the .config that conf writes of a plan's lines, one of the alternatives holds."""
    target = case.target()
    names = [name for name, one in target.model.symbols.items() if one.type.value != "unknown"]
    asked = alternatives(data.draw, target.model, names)
    plan = answer(target, Question((asked,)))
    assume(plan.status == "planned")
    text = f"{case.config}\n{fragment_text(plan.assignments)}"
    [written] = conf(program("6.12"), case.kconfig, [text], case.mode)
    symbols = target.model.symbols
    values = {
        line.symbol: typed_value(line, symbols[line.symbol].type)
        for line in read(written, target.model)
    }

    def shown(name: str) -> str:
        return values.get(name) or ("n" if symbols[name].is_bool_or_tristate else "")

    assert asked.holds(shown), written


@settings(max_examples=150)
@given(cases(most=4))
def test_impossible_means_no_fragment_at_all(case: Case) -> None:
    """Where the verdict is "impossible", no fragment whatever achieves what is demanded.

    Where it is "unknown" there is one, but one that does not say what results; or texts
    are put in the order of letters, so that any text could matter.
    """
    target = case.target()
    assume(small(target, case.question))
    plan = answer(target, case.question)
    assume(plan.status != "planned")
    there = [one for one in fragments(target, case.question) if holds(target, case.question, one)]
    if plan.status == "impossible":
        assert not there, [*map(str, there[0])]
    else:
        assert there or "not every value of a number or text was tried" in plan.notes[-1]


@settings(max_examples=200)
@given(cases(most=8))
def test_a_conflict_is_a_conflict_and_no_larger_than_it_has_to_be(case: Case) -> None:
    """What a conflict names cannot hold together; without any one of them the rest can."""
    target = case.target()
    plan = answer(target, case.question)
    assert (plan.conflict is not None) == (plan.status == "impossible")
    assume(plan.conflict is not None)
    assert plan.conflict is not None
    assert plan.conflict.demands
    places = [place for place, _, _ in plan.conflict.kconfig_lines()]
    assert len(places) == len({*places}), "a Kconfig line is told twice"
    problem = WholeProblem([(target, case.question)], explaining=True)
    circuit = problem.circuit
    named = [circuit.selectors[rule] for rule in plan.conflict.rules]
    for demand in plan.conflict.demands:
        selector = circuit.variable()
        circuit.require((-selector, *problem.encoded_targets[0].demand(demand)))
        named.append(selector)
    with IncrementalSolver(circuit.clauses) as solver:
        assert solver.solve(named) is None
        for one in named:
            assert solver.solve([other for other in named if other != one]) is not None


@settings(max_examples=150)
@given(cases(most=8), st.data())
def test_clauses_know_what_any_fragment_does(case: Case, data: st.DataObject) -> None:
    """The clauses of a problem give every symbol the value that the evaluator gives it."""
    target = case.target()
    problem = WholeProblem([(target, case.question)])
    problem.add(0, target.model.symbols)
    problem.offered.update(target.model.symbols)
    said: dict[str, str] = {}
    chosen: set[int] = set()
    for name, value in problem.lines():
        choice = target.model.symbols[name].choice
        taken = name in said or (value == "y" and choice in chosen)
        if not taken and data.draw(st.booleans()):
            said[name] = value
            if choice is not None and value == "y":
                chosen.add(choice)
    lines = in_order(
        target.model,
        tuple(Line(n, spell(target.model.symbols[n].type, v)) for n, v in said.items()),
    )
    with IncrementalSolver(problem.circuit.clauses) as solver:
        solution = solver.solve(problem.fixed(lines))
    assert solution is not None
    after = target.after(lines)
    for name, result in problem.encoded_targets[0].encoding.values.items():
        mine = "nmy"[solution.holds(result.ge_m) + solution.holds(result.is_y)]
        assert mine == after[name], name
    for name, texts in problem.encoded_targets[0].encoding.texts.items():
        held = [text for text, literal in texts.items() if solution.holds(literal)]
        assert held == [after[name]], name


@settings(max_examples=150)
@given(cases(most=8), st.data())
def test_rules_taken_in_one_by_one_know_what_any_fragment_does(
    case: Case, data: st.DataObject
) -> None:
    """With every rule taken in, in any order, a relaxation gives what the evaluator gives.

    With some of them, it allows that.
    """
    target = case.target()
    model = target.model
    problem = Relaxation([(target, case.question)])
    order = data.draw(st.permutations(model.order))
    some = data.draw(st.integers(0, len(order)))
    for number, nodes in enumerate((order[:some], order)):
        problem.expand(0, nodes)
        problem.offered.update(model.symbols)
        formula = problem.formula()
        said: dict[str, str] = {}
        chosen: set[int] = set()
        for name, value in problem.lines():
            choice = model.symbols[name].choice
            taken = name in said or (value == "y" and choice in chosen)
            if not taken and data.draw(st.booleans()):
                said[name] = value
                if choice is not None and value == "y":
                    chosen.add(choice)
        lines = lines_in_order([model], said)
        after = target.after(lines)
        as_it_is = problem.open_as_in([after])
        assert number == 0 or not as_it_is
        clauses = [*formula.clauses, *clauses_of(formula.gates)]
        with IncrementalSolver(clauses, facts=formula.facts) as solver:
            solution = solver.solve([*problem.fixed(lines), *as_it_is])
        assert solution is not None
        encoding = problem.encoded_targets[0].encoding
        for name in problem.encoded[0] if nodes is order else ():
            if model.symbols[name].is_bool_or_tristate:
                result = encoding.value_of(name)
                held = "nmy"[solution.holds(result.ge_m) + solution.holds(result.is_y)]
                assert held == after[name], name


@given(cases())
def test_an_explicit_plan_has_a_line_for_each_request(case: Case) -> None:
    """Where there is a plan there is an explicit one: its requests hold, each said by a line."""
    target, question = case.target(), evolve(case.question, explicit=True)
    plan = answer(target, question)
    assert plan.status == answer(target, case.question).status
    if plan.status == "planned":
        model, said = target.model, {line.symbol for line in plan.lines}
        plain = [one.symbol for one in question.requests if isinstance(one, Request)]
        assert {name for name in plain if model.is_assignable(model.symbols[name])} <= said
        assert holds(target, question, plan.assignments)


# The same answer every time

_AGAIN: Final = """\
import pickle, sys
sys.path[:] = {path!r}
from kresolve.kconfig.storage import from_bytes
from kresolve.planner import Target, answer
from tests.property.test_plans import told
with open({file!r}, "rb") as file:
    for data, lines, mode, question in pickle.load(file):
        target = Target(from_bytes(data, "toy"), "base", lines, mode)
        print(told(answer(target, question)))
"""


def told(plan: Plan) -> str:
    """All that a plan says."""
    return plan.to_json(indent=None)


@settings(max_examples=100)
@given(cases(most=8))
def test_the_same_question_has_the_same_answer(case: Case) -> None:
    """Asked twice, a question is answered twice with the same words."""
    first = told(answer(case.target(), case.question))
    assert told(answer(case.target(), case.question)) == first


def test_the_answer_does_not_depend_on_the_hash_seed() -> None:
    """Processes with other hash seeds, which order sets otherwise, answer with the same words."""
    import pickle

    asked: list[Case] = []

    @settings(max_examples=40)
    @given(cases(most=10))
    def collect(case: Case) -> None:
        asked.append(case)

    collect()
    jobs = []
    for case in asked:
        target = case.target()
        jobs.append((to_bytes(target.model), target.lines, target.mode, case.question))
    with tempfile.TemporaryDirectory(prefix="kresolve-") as scratch:
        file = Path(scratch, "jobs")
        file.write_bytes(pickle.dumps(jobs))
        answers = {
            _answers_with_hash_seed(seed, _AGAIN.format(path=sys.path, file=str(file)))
            for seed in ("0", "1", "4711")
        }
    assert len(answers) == 1
    assert answers.pop().count("\n") == len(jobs)


def _answers_with_hash_seed(seed: str, program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


@settings(max_examples=150)
@given(cases(most=10))
def test_what_a_world_remembers_changes_no_answer(case: Case) -> None:
    """Asked again, and after other questions, a target that remembers gives the same plan."""
    first = told(answer(case.target(), case.question))
    target = case.target()
    for name in target.model.options:
        answer(target, Question((Request(name, ("y",), name),)))
    assert told(answer(target, case.question)) == first
    assert told(answer(target, case.question)) == first
