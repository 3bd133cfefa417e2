"""Values of symbols: types, numbers, comparisons.

The rules are those of scripts/kconfig/symbol.c (``sym_string_valid``) and
scripts/kconfig/expr.c (``expr_parse_string``, ``__expr_calc_value``), whose
numbers are read by C's ``strtoll`` and ``strtoull``.
"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final


class Type(StrEnum):
    """The type of a symbol; UNKNOWN is a symbol that no file defines."""

    BOOL = "bool"
    TRISTATE = "tristate"
    INT = "int"
    HEX = "hex"
    STRING = "string"
    UNKNOWN = "unknown"


BOOL_TRISTATE: Final = frozenset({Type.BOOL, Type.TRISTATE})
NUMERIC: Final = frozenset({Type.INT, Type.HEX})

_INT: Final = re.compile(r"-?(0|[1-9][0-9]*)")
_HEX: Final = re.compile(r"(0[xX])?[0-9a-fA-F]+")
_NUMBER: Final = {
    10: re.compile(r"[ \t\n\v\f\r]*([+-]?)([0-9]+)"),
    16: re.compile(r"[ \t\n\v\f\r]*([+-]?)(?:0[xX](?=[0-9a-fA-F]))?([0-9a-fA-F]+)"),
    8: re.compile(r"[ \t\n\v\f\r]*([+-]?)([0-7]+)"),
}
#: More are out of every range, and Python reads no more than some thousands.
_DIGITS: Final = 40
_U64: Final = 1 << 64
_S64: Final = 1 << 63


def valid(type_: Type, text: str) -> bool:
    """Is ``text`` a value that a symbol of this type can take from a line?

    ``text`` is the value itself: without quotes for a string.
    """
    if type_ is Type.INT:
        return _INT.fullmatch(text) is not None
    if type_ is Type.HEX:
        return _HEX.fullmatch(text) is not None
    if type_ is Type.STRING:
        return "\n" not in text and "\0" not in text
    if type_ is Type.BOOL:
        return text[:1] in ("y", "n")
    if type_ is Type.TRISTATE:
        return text[:1] in ("y", "m", "n")
    return False


def base_of(type_: Type) -> int:
    """The base in which conf reads numbers of this type; 0 is C's "guess"."""
    return {Type.INT: 10, Type.HEX: 16}.get(type_, 0)


def strtoll(text: str, base: int) -> tuple[int, int, bool]:
    """C's ``strtoll``: (value, characters read, whether it was out of range)."""
    value, used = _leading_number(text, base)
    if not -_S64 <= value < _S64:
        return (max(-_S64, min(_S64 - 1, value)), used, True)
    return value, used, False


def leading_number(text: str, base: int) -> int:
    """The number that ``text`` begins with, 0 if it does not begin with one."""
    return strtoll(text, base)[0]


def _leading_number(text: str, base: int) -> tuple[int, int]:
    if base == 0:
        start = text.lstrip(" \t\n\v\f\r").lstrip("+-")
        hexadecimal = re.match(r"0[xX][0-9a-fA-F]", start)
        base = 16 if hexadecimal else 8 if start.startswith("0") else 10
    found = _NUMBER[base].match(text)
    if not found:
        return 0, 0
    value = int(found[2].lstrip("0")[:_DIGITS] or "0", base)
    return (-value if found[1] == "-" else value), found.end()


def _parse(text: str, type_: Type) -> tuple[str, int]:
    """How a comparison reads one side: ("string" | "signed" | "unsigned", value)."""
    if type_ in BOOL_TRISTATE:
        return "signed", {"n": 0, "m": 1, "y": 2}.get(text, -1)
    if type_ is Type.HEX:
        value, used = _leading_number(text, 16)
        out_of_range = not -_U64 < value < _U64
        kind = "unsigned"
        value %= _U64
    else:
        value, used, out_of_range = strtoll(text, base_of(type_))
        kind = "signed"
    whole = used == len(text) and used > 0 and text[-1] in "0123456789abcdefABCDEF"
    return (kind, value) if whole and not out_of_range else ("string", 0)


@lru_cache(maxsize=65536)
def compare(op: str, left: str, left_type: Type, right: str, right_type: Type) -> bool:
    """``left op right`` as conf decides it.

    By text only when both sides are of string type; otherwise as numbers, each
    read by its own type, and as text when one of them is no number.

    >>> compare("<", "9", Type.INT, "10", Type.UNKNOWN)
    True
    >>> compare("<", "9", Type.STRING, "10", Type.STRING)
    False
    """
    order: int
    kinds = (("string", 0), ("string", 0))
    if not (left_type is Type.STRING and right_type is Type.STRING):
        kinds = (_parse(left, left_type), _parse(right, right_type))
    (left_kind, left_number), (right_kind, right_number) = kinds
    if "string" in (left_kind, right_kind):
        a, b = left.encode("utf-8", "surrogateescape"), right.encode("utf-8", "surrogateescape")
        order = (a > b) - (a < b)
    else:
        if "unsigned" in (left_kind, right_kind):
            left_number, right_number = left_number % _U64, right_number % _U64
        order = (left_number > right_number) - (left_number < right_number)
    match op:
        case "=":
            return order == 0
        case "!=":
            return order != 0
        case "<":
            return order < 0
        case "<=":
            return order <= 0
        case ">":
            return order > 0
        case _:
            return order >= 0
