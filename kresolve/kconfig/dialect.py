"""Which rules a tree's scripts/kconfig follows, where kernels differ.

The rules are recognised in the tree's own sources, not by its version: a
backport counts, a new release needs no new table.  A dialect is part of a
model; evaluator, encoder and reader ask it and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from attrs import frozen


@frozen
class Dialect:
    """The differences that change a ``.config``."""

    #: Choices are lists of members, a later line moving its member to the
    #: front (since 6.10); before, a choice was a symbol of its own.
    choice_lists: bool = True
    #: An int or hex without a value is "0" or "0x0" (in 6.12), not empty (in 6.1).
    numbers_start_at_zero: bool = True
    #: A user value out of range is forgotten once it has been read (in 6.1, not in 6.12).
    forgets_out_of_range: bool = False
    #: "is not set" has to be the whole rest of the line (in 6.12, not in 6.1).
    exact_unset: bool = True
    #: ``BOOL != y`` in a condition goes through a wrong pointer (in 6.12).
    misreads_unequal: bool = True
    #: A menu with nothing in it gets its "end of" comment, too (in 6.1, not in 5.10).
    ends_empty_menus: bool = True


#: Of each generation of rules, one kernel version.
VERSIONS: Final[Mapping[str, str]] = {"5.10": "5.10", "6.1": "6.1", "6.12": "6.12", "7.x": "7.3"}

#: The rules of each generation.
GENERATIONS: Final[Mapping[str, Dialect]] = {
    "5.10": Dialect(
        choice_lists=False,
        numbers_start_at_zero=False,
        forgets_out_of_range=True,
        exact_unset=False,
        misreads_unequal=False,
        ends_empty_menus=False,
    ),
    "6.1": Dialect(
        choice_lists=False,
        numbers_start_at_zero=False,
        forgets_out_of_range=True,
        exact_unset=False,
        misreads_unequal=False,
    ),
    "6.12": Dialect(),
    "7.x": Dialect(),
}


#: For each rule, the file and the texts that tell it is there, and that it is not.
_MARKS: Final[Mapping[str, tuple[str, str, str]]] = {
    "choice_lists": ("parser.y", r"choice_members", r"P_CHOICE"),
    "numbers_start_at_zero": ("symbol.c", r'newval\.val = "0x0"', r"newval = symbol_empty\.curr"),
    "forgets_out_of_range": (
        "confdata.c",
        r"sym_string_within_range\(sym, sym->def",
        r"int conf_read\(",
    ),
    "exact_unset": (
        "confdata.c",
        r'[^n]cmp\(p, "is not set"\)',
        r'strncmp\(p, "is not set", 10\)',
    ),
    "ends_empty_menus": ("confdata.c", r"end_check:", r"# end of %s"),
    "misreads_unequal": (
        "expr.c",
        r"expr_alloc_one\(E_NOT, e->left\.expr\)",
        r"e->type = E_NOT;\s*e->left\.expr = expr_alloc_symbol",
    ),
}

#: The sources of conf that :func:`recognise` looks at, below scripts/kconfig.
SOURCES: Final = tuple(dict.fromkeys(file for file, _, _ in _MARKS.values()))


def recognise(sources: Mapping[str, str]) -> tuple[Dialect, tuple[str, ...]]:
    """The dialect that conf's sources implement, and what was not recognised.

    ``sources`` maps the names in :data:`SOURCES` to their texts.  A rule that
    is neither there nor known to be absent is taken as in the newest kernels,
    and named.
    """
    found: dict[str, bool] = {}
    unknown: list[str] = []
    for rule, (file, present, absent) in _MARKS.items():
        text = sources.get(file, "")
        if re.search(present, text):
            found[rule] = True
        elif re.search(absent, text):
            found[rule] = False
        else:
            unknown.append(rule)
    return Dialect(**found), tuple(unknown)


def hash_bucket(name: str) -> int:
    """Where conf's hash table up to 6.1 has a symbol (``strhash``, SYMBOL_HASHSIZE).

    ``for_all_symbols`` goes through it in this order.
    """
    value = 2166136261
    for byte in name.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value % 9973
