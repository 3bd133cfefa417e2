"""Expressions of the Kconfig language, as immutable trees.

The classes mirror the grammar of Documentation/kbuild/kconfig-language.rst:
a symbol, a constant, a comparison, ``!``, ``&&`` and ``||``.  Chains of the
same operator are one node with many operands, so that trees stay shallow.
Values are not computed here: evaluator and encoding each do that in their own way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from attrs import frozen

from kresolve.kconfig.tristate import LETTERS, M, N, Y


@frozen(cache_hash=True)
class Const:
    """The literal n, m or y."""

    value: int

    def __str__(self) -> str:
        return LETTERS[self.value]


@frozen(cache_hash=True)
class Text:
    """A quoted constant; as a condition it is n, whatever it says."""

    value: str

    def __str__(self) -> str:
        escaped = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'


@frozen(cache_hash=True)
class Sym:
    """A symbol by its name; a bare number is a symbol that nobody defines."""

    name: str

    def __str__(self) -> str:
        return self.name


Operand: TypeAlias = Const | Text | Sym


@frozen(cache_hash=True)
class Compare:
    """``left op right``, where ``op`` is one of ``= != < <= > >=``."""

    op: str
    left: Operand
    right: Operand

    def __str__(self) -> str:
        return f"{self.left} {self.op} {self.right}"


@frozen(cache_hash=True)
class Not:
    """``!operand``."""

    operand: Expr

    def __str__(self) -> str:
        inner = str(self.operand)
        return f"!({inner})" if isinstance(self.operand, And | Or | Compare) else f"!{inner}"


@frozen(cache_hash=True)
class And:
    """``a && b && ...``, with at least two operands."""

    operands: tuple[Expr, ...]

    def __str__(self) -> str:
        return " && ".join(
            f"({operand})" if isinstance(operand, Or) else str(operand) for operand in self.operands
        )


@frozen(cache_hash=True)
class Or:
    """``a || b || ...``, with at least two operands."""

    operands: tuple[Expr, ...]

    def __str__(self) -> str:
        return " || ".join(str(operand) for operand in self.operands)


Expr: TypeAlias = Const | Text | Sym | Compare | Not | And | Or

NO: Final = Const(N)
MODULE: Final = Const(M)
YES: Final = Const(Y)

OPERATORS: Final = ("=", "!=", "<", "<=", ">", ">=")


def conjuncts(expr: Expr | None) -> Iterator[Expr]:
    """The operands of an ``&&``; the expression itself if it is none."""
    if isinstance(expr, And):
        yield from expr.operands
    elif expr is not None:
        yield expr


def conjunction(operands: Iterable[Expr]) -> Expr:
    """``&&`` of the operands, flattened; y for none of them."""
    flat: list[Expr] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, And) else (operand,))
    return YES if not flat else flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(operands: Iterable[Expr]) -> Expr:
    """``||`` of the operands, flattened; n for none of them."""
    flat: list[Expr] = []
    for operand in operands:
        flat.extend(operand.operands if isinstance(operand, Or) else (operand,))
    return NO if not flat else flat[0] if len(flat) == 1 else Or(tuple(flat))


def walk(expr: Expr) -> Iterator[Expr]:
    """An expression and all that it consists of, in the order in which it is written."""
    todo: list[Expr] = [expr]
    while todo:
        part = todo.pop()
        yield part
        match part:
            case Compare(_, left, right):
                todo += (right, left)
            case Not(operand):
                todo.append(operand)
            case And(operands) | Or(operands):
                todo.extend(reversed(operands))
            case _:
                pass


def names(expr: Expr) -> Iterator[str]:
    """The names of the symbols in an expression, in order, with repetitions.

    >>> list(names(And((Sym("A"), Not(Compare("=", Sym("B"), YES))))))
    ['A', 'B']
    """
    return (part.name for part in walk(expr) if isinstance(part, Sym))


def renamed(expr: Expr, name: Callable[[str], str]) -> Expr:
    """The expression with other names, as for a text with values: ``A (=y) && !B (=n)``."""
    match expr:
        case Sym():
            return Sym(name(expr.name))
        case Compare(op, left, right):
            sides = (Sym(name(o.name)) if isinstance(o, Sym) else o for o in (left, right))
            return Compare(op, *sides)
        case Not(operand):
            return Not(renamed(operand, name))
        case And(operands):
            return And(tuple(renamed(operand, name) for operand in operands))
        case Or(operands):
            return Or(tuple(renamed(operand, name) for operand in operands))
        case _:
            return expr


def rewrite_m(expr: Expr, modules: Expr) -> Expr:
    """``m`` becomes ``m && MODULES`` outside comparisons.

    It holds for conditions, not for default values (scripts/kconfig/menu.c,
    ``rewrite_m``).

    >>> str(rewrite_m(Or((Sym("A"), MODULE)), Sym("MODULES")))
    'A || m && MODULES'
    """
    match expr:
        case Const(1):
            return And((expr, modules))
        case Not(operand):
            return Not(rewrite_m(operand, modules))
        case And(operands):
            return conjunction(rewrite_m(operand, modules) for operand in operands)
        case Or(operands):
            return disjunction(rewrite_m(operand, modules) for operand in operands)
        case _:
            return expr


def is_n(expr: Expr) -> Expr:
    """The condition "``expr`` is n", with the comparison pushed to the leaves.

    This is how conf 6.18 and later read the condition of ``depends on A if B``
    (scripts/kconfig/expr.c, ``expr_trans_compare`` with ``= n``).

    >>> str(is_n(And((Sym("A"), Not(Sym("B"))))))
    'A = n || B != n'
    """
    match expr:
        case Not(operand):
            return is_not_n(operand)
        case And(operands):
            return disjunction(is_n(operand) for operand in operands)
        case Or(operands):
            return conjunction(is_n(operand) for operand in operands)
        case Compare():
            return Not(expr)
        case _:
            return Compare("=", expr, NO)


def is_not_n(expr: Expr) -> Expr:
    """The condition "``expr`` is not n", pushed to the leaves; see :func:`is_n`."""
    match expr:
        case Not(operand):
            return is_n(operand)
        case And() | Or():
            return Not(is_n(expr))
        case Compare():
            return expr
        case _:
            return Compare("!=", expr, NO)
