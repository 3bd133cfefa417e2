"""Which rules a kernel's scripts/kconfig follows, where versions differ.

A dialect is part of a model from the first day: evaluator, encoder and reader
ask it, never a version number.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen


@frozen
class Dialect:
    """The differences between kernel versions that change a ``.config``."""

    #: Choices are lists of members, a later line moving its member to the
    #: front (6.10 and later); before, a choice was a symbol of its own.
    choice_lists: bool
    #: An int or hex without a value is "0" or "0x0", and a value out of range
    #: is clamped (6.11 and later); before, it was empty, and reset.
    numbers_start_at_zero: bool
    #: "is not set" has to be the whole rest of the line (6.11 and later).
    exact_unset: bool


NEWEST: Final = Dialect(choice_lists=True, numbers_start_at_zero=True, exact_unset=True)


def dialect_of(version: str) -> Dialect | None:
    """The dialect of a kernel version such as "6.12.117".

    None for versions before 6.10, whose rules are not built in yet.
    """
    found = re.match(r"(\d+)\.(\d+)", version)
    if found and (int(found[1]), int(found[2])) < (6, 11):
        return None
    return NEWEST
