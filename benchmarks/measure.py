"""Paired measurements: in each round everything is run once, one after the other.

What else the machine does in a round, all of them suffer, so a ratio within a
round means more than any time.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from attrs import frozen

#: Runs something once and returns the seconds that it took.
Probe = Callable[[], float]


@frozen
class Measurement:
    """The seconds of some probes in the same rounds, and what else is worth knowing."""

    group: str
    case: str
    seconds: Mapping[str, Sequence[float]]
    facts: Mapping[str, Any]


def timed(work: Callable[[], object]) -> Probe:
    """A probe that measures the wall-clock time of a call."""

    def probe() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return probe


def rounds(probes: Mapping[str, Probe], count: int) -> dict[str, list[float]]:
    """Run all probes ``count`` times, each round beginning with another one."""
    names = list(probes)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    for number in range(count):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            seconds[name].append(round(probes[name](), 5))
    return seconds


def middle(seconds: Sequence[float]) -> float:
    """The median."""
    return median(seconds)


def ratio(measurement: Mapping[str, Any], one: str, other: str) -> float:
    """The median over the rounds of how long one took for each second of the other."""
    pairs = zip(measurement["seconds"][one], measurement["seconds"][other], strict=True)
    return float(median(mine / theirs for mine, theirs in pairs))
