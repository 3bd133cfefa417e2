"""The three values of Kconfig: n, m and y, as 0, 1 and 2.

And is the minimum, or the maximum, not is ``2 - x`` (scripts/kconfig/expr.h,
``EXPR_AND``, ``EXPR_OR``, ``EXPR_NOT``).
"""

from __future__ import annotations

from typing import Final

N: Final = 0
M: Final = 1
Y: Final = 2

LETTERS: Final = "nmy"

OF_LETTER: Final = {"n": N, "m": M, "y": Y}


def letter(value: int) -> str:
    """The letter of a tristate value: ``letter(2) == "y"``."""
    return LETTERS[value]
