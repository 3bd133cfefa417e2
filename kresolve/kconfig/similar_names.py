"""Propose option names that are similar to an unknown one: misspelled or shortened.

A proposal should be right nearly always; otherwise there is none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

#: In a shorter name one letter is too much of it: SFI is not EFI.
_SHORTEST: Final = 4
#: More proposals than these say nothing.
_MOST: Final = 3


def misspelled(name: str, known: Iterable[str]) -> list[str]:
    """The known names that have one letter more, less or other, two swapped, or parts in order.

    >>> misspelled("ISO9669_FS", ["ISO9660_FS", "UDF_FS"])
    ['ISO9660_FS']
    >>> misspelled("CACHE_TEST", ["TEST_CACHE", "CACHE"])
    ['TEST_CACHE']
    """
    folded = name.casefold()
    parts = sorted(folded.split("_"))
    found = [
        other
        for other in known
        if abs(len(other) - len(name)) <= 1
        and (
            (len(name) >= _SHORTEST and _one_edit(folded, other.casefold()))
            or (len(other) == len(name) and sorted(other.casefold().split("_")) == parts)
        )
    ]
    return found if len(found) <= _MOST else []


def like_names(name: str, known: Iterable[str]) -> list[str]:
    """The names that may be meant: misspelled ones, or the one that only has a part in front.

    Capitals and CONFIG_ make no difference.

    >>> like_names("VRF", ["NET_VRF", "NET_VRF_TEST", "NET"])
    ['NET_VRF']
    >>> like_names("NFT_META", ["NFT_MASQ", "NFT"])
    []
    """
    bare = name if name in known else name.upper().removeprefix("CONFIG_")
    names = list(known)
    found = misspelled(bare, names)
    if not found:
        end, parts = f"_{bare.casefold()}", bare.count("_") + 1
        longer = [one for one in names if one.count("_") == parts and one.casefold().endswith(end)]
        found = longer if len(longer) == 1 else []
    return found


def did_you_mean_option(name: str, known: Iterable[str], prefix: str = "") -> str:
    """The tail of an error text: ``; did you mean X?`` or nothing; ``prefix`` before each name."""
    near = like_names(name, known)
    return f"; did you mean {' or '.join(prefix + word for word in near)}?" if near else ""


def _one_edit(one: str, other: str) -> bool:
    """Is one text the other with at most one letter more, less or other, or two swapped?"""
    shorter = min(len(one), len(other))
    start = next((i for i in range(shorter) if one[i] != other[i]), shorter)
    end = next((i for i in range(shorter - start) if one[-1 - i] != other[-1 - i]), shorter - start)
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    if len(left) <= 1 and len(right) <= 1:
        return True
    return len(left) == len(right) == 2 and left == right[::-1]
