"""The three witnesses agree on random trees: evaluator, clauses and conf."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kresolve.dotconfig.lines import Line
from kresolve.encoding import FALSE, TRUE, Circuit, ConcreteInput, Encoding, Simulation
from kresolve.evaluator import Configuration, ConfMode, evaluate, user_values
from kresolve.evaluator.savedefconfig import savedefconfig
from kresolve.kconfig.model import Model
from kresolve.solver import Assignment, IncrementalSolver
from tests.freeuser import FreeUser
from tests.property.kconfigs import DIALECTS, Toy, toys
from tests.property.toys import MODES, conf, load, program, read


def differences(encoding: Encoding, solution: Assignment, expected: Configuration) -> list[str]:
    """Where a solution of the clauses is not the configuration of the evaluator."""
    found = []
    symbols = encoding.model.symbols
    for name, value in encoding.values.items():
        mine = "nmy"[solution.holds(value.ge_m) + solution.holds(value.is_y)]
        if mine != expected[name]:
            found.append(f"{name}: clauses {mine}, evaluator {expected[name]}")
    for name, texts in encoding.texts.items():
        if solution.holds(encoding.is_written(symbols[name])) != (name in expected.written):
            found.append(f"{name}: written or not")
        # before 6.11 conf may write another text than the one it calculated with
        texts = encoding.written.get(name) or texts
        held = [text for text, literal in texts.items() if solution.holds(literal)]
        if held != [expected[name]]:
            found.append(f"{name}: clauses {held}, evaluator {expected[name]!r}")
    return found


def encoded(model: Model, user: ConcreteInput, circuit: Circuit) -> Encoding:
    """Everything about a model in clauses."""
    encoding = Encoding(model, user, circuit)
    encoding.add(model.symbols)
    for name in encoding.texts:
        encoding.is_written(model.symbols[name])
    return encoding


def other_than(encoding: Encoding, solution: Assignment) -> list[int]:
    """The clause "something has another value than in this solution"."""
    literals = [literal for value in encoding.values.values() for literal in value]
    literals += [literal for texts in encoding.texts.values() for literal in texts.values()]
    return [-literal if solution.holds(literal) else literal for literal in literals]


def lines_of(toy: Toy, model: Model) -> list[Line]:
    """The lines of a toy, as the reader gives them."""
    return read(toy.config, model)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_clauses_with_free_lines_say_what_the_evaluator_says(
    dialect: str, data: st.DataObject
) -> None:
    """With every line assumed, the clauses have one solution, and it is the evaluator's."""
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    for mode in ("olddefconfig", "allnoconfig"):
        lines = lines_of(toy, model)
        circuit = Circuit()
        user = FreeUser(model, user_values(model, lines, mode), circuit)
        encoding = encoded(model, user, circuit)

        assumed = user.assumptions()
        with IncrementalSolver(circuit.clauses) as solver:
            solution = solver.solve(assumed)
        assert solution is not None
        assert differences(encoding, solution, evaluate(model, lines, mode)) == []
        with IncrementalSolver([*circuit.clauses, other_than(encoding, solution)]) as solver:
            assert solver.solve(assumed) is None


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_clauses_with_fixed_lines_fold_into_constants(dialect: str, data: st.DataObject) -> None:
    """With the lines known beforehand, every value is a constant, and the evaluator's."""
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    for mode in MODES:
        lines = lines_of(toy, model)
        circuit = Circuit()
        user = ConcreteInput(model, user_values(model, lines, mode))
        encoding = encoded(model, user, circuit)

        literals = {literal for value in encoding.values.values() for literal in value}
        literals |= {literal for texts in encoding.texts.values() for literal in texts.values()}
        assert literals <= {TRUE, FALSE}
        expected = evaluate(model, lines, mode)
        assert differences(encoding, Simulation({}, ()).outcome, expected) == []


@given(toys())
def test_explaining_clauses_with_all_rules_say_the_same(toy: Toy) -> None:
    """With every rule's selector assumed, the clauses that explain are those that do not."""
    model = load(toy.kconfig)
    lines = lines_of(toy, model)
    circuit = Circuit(explaining=True)
    user = FreeUser(model, user_values(model, lines), circuit)
    encoding = encoded(model, user, circuit)

    with IncrementalSolver(circuit.clauses) as solver:
        solution = solver.solve([*user.assumptions(), *circuit.selectors.values()])
    assert solution is not None
    assert differences(encoding, solution, evaluate(model, lines)) == []


def agree_with_conf(toy: Toy, mode: ConfMode, dialect: str = "6.12") -> None:
    """The evaluator and conf write the same file, byte for byte."""
    model = load(toy.kconfig, dialect)
    mine = evaluate(model, lines_of(toy, model), mode).text()
    [theirs] = conf(program(dialect), toy.kconfig, [toy.config], mode)
    assert mine == theirs


@pytest.mark.tree
@pytest.mark.conf
@settings(max_examples=300)
@given(toys())
def test_olddefconfig_is_confs(toy: Toy) -> None:
    """The evaluator writes the ``.config`` of ``make olddefconfig`` to the letter."""
    agree_with_conf(toy, "olddefconfig")


@pytest.mark.tree
@pytest.mark.conf
@pytest.mark.parametrize("mode", MODES[1:])
@settings(max_examples=100)
@given(toy=toys())
def test_all_configs_are_confs(mode: ConfMode, toy: Toy) -> None:
    """The evaluator writes what all*config with KCONFIG_ALLCONFIG writes to the letter."""
    agree_with_conf(toy, mode)


@pytest.mark.tree
@pytest.mark.conf
@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=60)
@given(data=st.data())
def test_defconfig_and_savedefconfig_are_confs(dialect: str, data: st.DataObject) -> None:
    """For these conf calculates everything twice, and so does the evaluator."""
    toy = data.draw(toys(dialect))
    agree_with_conf(toy, "defconfig", dialect)
    model = load(toy.kconfig, dialect)
    mine = [str(line) for line in savedefconfig(model, lines_of(toy, model))]
    [theirs] = conf(program(dialect), toy.kconfig, [toy.config], "savedefconfig")
    # 6.12 can write a member twice that has a second definition
    assert mine == list(dict.fromkeys(theirs.splitlines()))


@pytest.mark.tree
@pytest.mark.conf
@settings(max_examples=30)
@given(toys(most=25))
def test_larger_trees_are_confs(toy: Toy) -> None:
    """Larger trees make no difference."""
    agree_with_conf(toy, "olddefconfig")


@pytest.mark.long
@pytest.mark.tree
@pytest.mark.conf
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=300)
@given(data=st.data())
def test_every_generation_is_confs(dialect: str, mode: ConfMode, data: st.DataObject) -> None:
    """The evaluator writes what the conf of each generation of kernels writes to the letter."""
    agree_with_conf(data.draw(toys(dialect)), mode, dialect)
