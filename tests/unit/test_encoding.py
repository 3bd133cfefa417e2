"""The encoding: circuits that fold, and clauses about lines that are still to be found."""

from __future__ import annotations

import itertools

import pytest

from kresolve.dotconfig.lines import Line
from kresolve.encoding import FALSE, TRUE, Circuit, Reason, Tristate
from kresolve.kconfig.location import Location
from kresolve.planner import Question, Request, Target
from kresolve.planner.problem import WholeProblem
from kresolve.solver import IncrementalSolver
from tests.property.toys import load

_CHOICE = """\
choice
	prompt "one of three"
config A
	bool "a"
config B
	bool "b"
config C
	bool "c"
endchoice
"""


def test_constants_fold() -> None:
    """Gates of constants, of one literal and of a literal with its opposite are no gates."""
    circuit = Circuit()
    x = circuit.variable()
    before = len(circuit.clauses)
    assert circuit.all_of([]) == TRUE
    assert circuit.any_of([]) == FALSE
    assert circuit.all_of([x, TRUE, x]) == x
    assert circuit.all_of([x, FALSE]) == FALSE
    assert circuit.any_of([x, -x]) == TRUE
    assert circuit.ite(TRUE, x, FALSE) == x
    assert circuit.ite(x, TRUE, TRUE) == TRUE
    assert len(circuit.clauses) == before


def test_equal_gates_are_one_gate() -> None:
    """The same gate is built once, whatever the order of its inputs."""
    circuit = Circuit()
    x, y = circuit.variable(), circuit.variable()
    assert circuit.all_of([x, y]) == circuit.and2(y, x) == -circuit.or2(-x, -y)


def test_tristate_gates_are_minimum_maximum_and_two_minus() -> None:
    """``&&``, ``||`` and ``!`` of the three values are those of Kconfig."""
    circuit = Circuit()
    values = (Tristate(FALSE, FALSE), Tristate(TRUE, FALSE), Tristate(TRUE, TRUE))
    for (a, first), (b, second) in itertools.product(enumerate(values), repeat=2):
        assert circuit.tri_and((first, second)) == values[min(a, b)]
        assert circuit.tri_or((first, second)) == values[max(a, b)]
        assert circuit.negated(first) == values[2 - a]
        assert circuit.promoted(first, TRUE) == values[2 if a else 0]
        assert circuit.promoted(first, FALSE) == first


def test_a_rule_holds_only_with_its_selector() -> None:
    """In a circuit that explains, a rule's value is free until its selector is assumed."""
    circuit = Circuit(explaining=True)
    x = circuit.variable()
    reason = Reason("depends", "X", "A", Location("Kconfig", 1))
    value = circuit.rule(reason, Tristate(x, x))
    selector = circuit.selectors[reason]
    with IncrementalSolver(circuit.clauses) as solver:
        assert solver.solve([selector, x, -value.ge_m]) is None
        assert solver.solve([selector, -x, value.is_y]) is None
        assert solver.solve([x, -value.ge_m]) is not None


@pytest.mark.parametrize(
    "kconfig", [_CHOICE, "config C\n\tbool\n\tdepends on NOTHING\n" + _CHOICE], ids=["one", "two"]
)
@pytest.mark.parametrize(
    "said",
    [said for said in itertools.product((None, "n", "y"), repeat=3) if said.count("y") <= 1],
)
def test_lines_of_a_choice_are_encoded_in_the_order_in_which_they_are_written(
    kconfig: str, said: tuple[str | None, ...]
) -> None:
    """The clauses take a choice's lines in the order in which the plan writes them."""
    model = load(kconfig)
    target = Target(model, "base", ())
    problem = WholeProblem([(target, Question((Request("A", ("y",), "A"),)))])
    chosen = [Line(name, value) for name, value in zip("ABC", said, strict=True) if value]
    with IncrementalSolver(problem.circuit.clauses) as solver:
        solution = solver.solve(problem.fixed(chosen))
    assert solution is not None
    after = target.after(problem.plan_lines(solution))
    for name in "ABC":
        assert solution.holds(problem.encoded_targets[0].encoding.values[name].is_y) is (
            after[name] == "y"
        ), name
