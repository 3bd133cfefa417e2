"""The lowest and highest value of an expression while some of its symbols are open.

The values of symbols are not calculated here: each symbol has a lowest and a highest
value that it may take, and an expression gets the lowest and the highest that
follow (and is the minimum, or the maximum, not is 2 minus the value;
scripts/kconfig/expr.c, ``expr_calc_value``).  The bounds are safe: no choice of
values leads outside.  They need not be tight: that two symbols exclude each
other is not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from kresolve.kconfig.expressions import And, Compare, Const, Expr, Not, Operand, Or, Sym
from kresolve.kconfig.model import Model
from kresolve.kconfig.tristate import LETTERS, N, Y
from kresolve.kconfig.values import Type, compare


class Interval(NamedTuple):
    """The lowest and the highest value that something may have."""

    low: int
    high: int


OFF: Final = Interval(N, N)
OPEN: Final = Interval(N, Y)
ON: Final = Interval(Y, Y)


class ExpressionIntervals:
    """The bounds of a model's expressions; ``of_symbol`` gives those of its symbols."""

    def __init__(self, model: Model, of_symbol: Callable[[str], Interval]) -> None:
        self.model = model
        self.of_symbol = of_symbol

    def __call__(self, expr: Expr | None) -> Interval:
        """The bounds of an expression; of no condition at all, y."""
        match expr:
            case None:
                return ON
            case Sym(name):
                symbol = self.model.symbols.get(name)
                return (
                    OFF
                    if symbol is None or not symbol.is_bool_or_tristate
                    else self.of_symbol(name)
                )
            case Const(value):
                return Interval(value, value)
            case Not(operand):
                low, high = self(operand)
                return Interval(Y - high, Y - low)
            case And(operands):
                return interval_and(self(operand) for operand in operands)
            case Or(operands):
                return interval_or(self(operand) for operand in operands)
            case Compare():
                return self._compare(expr)
            case _:
                return OFF

    def _compare(self, expr: Compare) -> Interval:
        left, right = self._texts(expr.left), self._texts(expr.right)
        if left is None or right is None:
            return OPEN
        types = self._type(expr.left), self._type(expr.right)
        found = {compare(expr.op, a, types[0], b, types[1]) for a in left for b in right}
        return Interval(N if False in found else Y, Y if True in found else N)

    def _texts(self, operand: Operand) -> tuple[str, ...] | None:
        """The texts that one side of a comparison can be; None where there is no end of them."""
        match operand:
            case Sym(name):
                symbol = self.model.symbols.get(name)
                if symbol is None:
                    return (name,)
                if not symbol.is_bool_or_tristate:
                    return None
                low, high = self.of_symbol(name)
                odd = symbol.type is Type.BOOL and low != high
                return tuple(LETTERS[v] for v in range(low, high + 1) if not (odd and v == 1))
            case Const(value):
                return (LETTERS[value],)
            case _:
                return (operand.value,)

    def _type(self, operand: Operand) -> Type:
        if isinstance(operand, Sym):
            symbol = self.model.symbols.get(operand.name)
            return Type.UNKNOWN if symbol is None else symbol.type
        return Type.TRISTATE if isinstance(operand, Const) else Type.UNKNOWN


def interval_and(found: Iterable[Interval]) -> Interval:
    """The bounds of ``&&``; y for nothing."""
    low = high = Y
    for bounds in found:
        low, high = min(low, bounds.low), min(high, bounds.high)
    return Interval(low, high)


def interval_or(found: Iterable[Interval]) -> Interval:
    """The bounds of ``||``; n for nothing.

    >>> interval_or([Interval(0, 2), Interval(1, 1)])
    Interval(low=1, high=2)
    """
    low = high = N
    for bounds in found:
        low, high = max(low, bounds.low), max(high, bounds.high)
    return Interval(low, high)


def united(first: Interval, second: Interval) -> Interval:
    """The bounds of what is one of two things.

    >>> united(ON, OFF)
    Interval(low=0, high=2)
    """
    return Interval(min(first.low, second.low), max(first.high, second.high))
