"""Expressions: their text, and the two rewritings of conf's parser."""

from __future__ import annotations

import pytest

from kresolve.kconfig.expressions import (
    MODULE,
    NO,
    OPERATORS,
    YES,
    And,
    Compare,
    Const,
    Expr,
    Not,
    Or,
    Sym,
    Text,
    conjunction,
    disjunction,
    is_n,
    names,
    rewrite_m,
)
from kresolve.kconfig.model import MenuNode
from tests.property.toys import load

A, B, C = Sym("A"), Sym("B"), Sym("C")

_WRITTEN: list[Expr] = [
    A,
    NO,
    YES,
    Not(A),
    Not(Not(A)),
    Not(And((A, B))),
    Not(Compare("=", A, B)),
    And((A, Or((B, C)), Not(Or((A, B))))),
    Or((And((A, B)), C)),
    Or((A, Compare("<=", A, Sym("12")), Not(B))),
    *(Compare(op, A, Text('a "quoted" \\ text')) for op in OPERATORS),
    Compare("!=", Sym("UNDEFINED"), MODULE),
]


@pytest.mark.parametrize("expr", _WRITTEN, ids=str)
def test_what_is_written_is_read_back(expr: Expr) -> None:
    """The text of an expression, put into a Kconfig file, is parsed into the same expression."""
    model = load(f"config X\n\tbool\n\tdefault {expr}\nconfig A\n\ttristate\n")
    entry = model.entries[0]
    assert isinstance(entry, MenuNode)
    assert entry.defaults[0].value == expr
    assert str(entry.defaults[0].value) == str(expr)


def test_chains_are_one_node() -> None:
    """Conjunctions and disjunctions are flat, and those of one or no operand are none."""
    assert conjunction([A, And((B, C))]) == And((A, B, C))
    assert disjunction([Or((A, B)), C]) == Or((A, B, C))
    assert conjunction([A]) == disjunction([A]) == A
    assert conjunction([]) == YES
    assert disjunction([]) == NO


def test_long_chains_are_no_deep_trees() -> None:
    """A select chain of thousands of operands is parsed, written and searched without recursion."""
    text = " || ".join(f"S{number}" for number in range(3000))
    model = load(f"config X\n\tbool\n\tdepends on {text}\n")
    condition = model.entries[0].depends[0].expr
    assert isinstance(condition, Or)
    assert len(condition.operands) == 3000
    assert str(condition) == text
    assert list(names(condition)) == text.split(" || ")


def test_names_are_in_order_with_repetitions() -> None:
    """Names come as they are written; constants are no names, a bare number is one."""
    expr = Or((Compare("<", B, Sym("5")), Not(A), And((B, YES)), Compare("=", C, Text("A"))))
    assert list(names(expr)) == ["B", "5", "A", "B", "C"]


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (MODULE, "m && MODULES"),
        (And((A, MODULE)), "A && m && MODULES"),
        (Not(MODULE), "!(m && MODULES)"),
        (Or((MODULE, B)), "m && MODULES || B"),
        (Compare("=", A, MODULE), "A = m"),
        (YES, "y"),
    ],
)
def test_m_in_a_condition_needs_modules(expr: Expr, expected: str) -> None:
    """Outside comparisons m becomes m && MODULES (menu.c, rewrite_m)."""
    assert str(rewrite_m(expr, Sym("MODULES"))) == expected


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        (A, "A = n"),
        (Not(A), "A != n"),
        (Not(Not(A)), "A = n"),
        (And((A, B)), "A = n || B = n"),
        (Or((A, B)), "A = n && B = n"),
        (Not(Or((A, B))), "!(A = n && B = n)"),
        (Compare("=", A, B), "!(A = B)"),
        (Not(Compare("=", A, B)), "A = B"),
        (And((A, Not(Or((B, C))))), "A = n || !(B = n && C = n)"),
        (Const(1), "m = n"),
    ],
)
def test_is_n_is_pushed_to_the_leaves(expr: Expr, expected: str) -> None:
    """``B = n`` of "depends on A if B" ends at the leaves (expr.c, expr_trans_compare)."""
    assert str(is_n(expr)) == expected
