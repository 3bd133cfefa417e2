"""Values: what is one, and comparisons as C would make them."""

from __future__ import annotations

import pytest

from kresolve.kconfig.values import Type, base_of, compare, leading_number, strtoll, valid

BOOL, TRISTATE, INT, HEX = Type.BOOL, Type.TRISTATE, Type.INT, Type.HEX
STRING, UNKNOWN = Type.STRING, Type.UNKNOWN
_MOST, _LEAST = 2**63 - 1, -(2**63)


@pytest.mark.parametrize(
    ("type_", "good", "bad"),
    [
        (BOOL, ("y", "n", "yes", "no", "y "), ("m", "Y", "1", "", '"y"', " y")),
        (TRISTATE, ("y", "m", "n", "mod"), ("M", "2", "", '"m"')),
        (INT, ("0", "1", "-1", "-0", "99999999999999999999"), ("", "00", "+1", "0x1", "1 ", "-")),
        (HEX, ("0x0", "0XfF", "10", "abc", "00"), ("", "0x", "0xg", "-1", "0x 1")),
        (STRING, ("", "anything", '"'), ()),
        (UNKNOWN, (), ("y", "1", "")),
    ],
)
def test_valid_values(type_: Type, good: tuple[str, ...], bad: tuple[str, ...]) -> None:
    """Each type takes the texts that sym_string_valid takes, and no others."""
    assert [text for text in good if not valid(type_, text)] == []
    assert [text for text in bad if valid(type_, text)] == []


@pytest.mark.parametrize(
    ("text", "base", "expected"),
    [
        ("", 10, (0, 0, False)),
        ("x", 10, (0, 0, False)),
        ("12", 10, (12, 2, False)),
        ("  12x", 10, (12, 4, False)),
        ("\t-7", 10, (-7, 3, False)),
        ("+7", 10, (7, 2, False)),
        ("--7", 10, (0, 0, False)),
        ("0x1f", 10, (0, 1, False)),
        ("9" * 5_000, 10, (_MOST, 5_000, True)),
        ("-0x" + "f" * 5_000, 16, (_LEAST, 5_003, True)),
        ("0" * 5_000 + "7", 10, (7, 5_001, False)),
        ("0x1f", 16, (31, 4, False)),
        ("1f", 16, (31, 2, False)),
        ("0x", 16, (0, 1, False)),
        ("0xg", 16, (0, 1, False)),
        ("0x1f", 0, (31, 4, False)),
        ("017", 0, (15, 3, False)),
        ("08", 0, (0, 1, False)),
        ("0", 0, (0, 1, False)),
        ("-0x10", 0, (-16, 5, False)),
        ("0x", 0, (0, 1, False)),
        (str(_MOST), 10, (_MOST, 19, False)),
        (str(_MOST + 1), 10, (_MOST, 19, True)),
        (str(_LEAST), 10, (_LEAST, 20, False)),
        (str(_LEAST - 1), 10, (_LEAST, 20, True)),
        ("9" * 40, 10, (_MOST, 40, True)),
    ],
)
def test_numbers_are_read_as_c_reads_them(
    text: str, base: int, expected: tuple[int, int, bool]
) -> None:
    """strtoll gives value, length and range as the C function does."""
    assert strtoll(text, base) == expected
    assert leading_number(text, base) == expected[0]


def test_bases() -> None:
    """int is read in base 10, hex in 16, everything else as C guesses."""
    assert [base_of(t) for t in (INT, HEX, STRING, UNKNOWN, BOOL)] == [10, 16, 0, 0, 0]


_COMPARED = [
    # by text only where both are strings
    ("9", STRING, "10", STRING, 1),
    ("9", STRING, "10", UNKNOWN, -1),
    ("9", INT, "10", STRING, -1),
    ("10", STRING, "0xa", STRING, 1),
    ("10", STRING, "0xa", UNKNOWN, 0),
    # bool and tristate count
    ("n", TRISTATE, "m", TRISTATE, -1),
    ("y", BOOL, "m", TRISTATE, 1),
    ("y", BOOL, "2", UNKNOWN, 0),
    ("n", BOOL, "0", INT, 0),
    ("y", TRISTATE, "y", STRING, 0),  # "y" is no number: by text
    # bases by type
    ("10", INT, "10", HEX, -1),
    ("0x10", HEX, "16", INT, 0),
    ("010", UNKNOWN, "8", INT, 0),
    ("010", INT, "10", INT, 0),
    # what is no number is compared as text
    ("", INT, "0", UNKNOWN, -1),
    ("abc", STRING, "5", INT, 1),
    ("UNDEF", UNKNOWN, "UNDEF", UNKNOWN, 0),
    ("UNDEF", UNKNOWN, "n", TRISTATE, -1),
    ("5 ", STRING, "5", INT, 1),
    ("99999999999999999999", INT, "5", INT, 1),  # out of range: "9" > "5"
    # with an unsigned side all is unsigned
    ("0xffffffffffffffff", HEX, "-1", INT, 0),
    ("0x1", HEX, "-1", INT, -1),
    ("0x10000000000000000", HEX, "0x2", HEX, -1),  # out of range: by text
]


@pytest.mark.parametrize(("left", "left_type", "right", "right_type", "order"), _COMPARED)
def test_comparisons(left: str, left_type: Type, right: str, right_type: Type, order: int) -> None:
    """Two values are compared as numbers or texts as expr_calc_value does."""
    outcomes = {
        "=": order == 0,
        "!=": order != 0,
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
    }
    for op, expected in outcomes.items():
        assert compare(op, left, left_type, right, right_type) is expected, op
    mirrored = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "=": "=", "!=": "!="}
    for op, expected in outcomes.items():
        assert compare(mirrored[op], right, right_type, left, left_type) is expected, op
