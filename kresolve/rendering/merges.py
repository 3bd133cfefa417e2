"""Merges for people, in the words of merge_config.sh."""

from __future__ import annotations

from collections.abc import Iterator

from kresolve.fragments.merging import Merge
from kresolve.planner.fragment_file import counted
from kresolve.rendering.lines import ended


@ended
def merge_report(merge: Merge, *, redundant: bool = False, quiet: bool = False) -> Iterator[str]:
    """What merge_config.sh would say, and what it does not.

    ``redundant`` is -r: tell of values that two files give alike; ``quiet`` is
    -Q: do not tell of redefined ones.
    """
    yield f"Using {merge.base} as base"
    for fragment in merge.fragments:
        yield f"Merging {fragment}"
        if not quiet:
            yield from _overlaps(merge, fragment, redundant=redundant)
    yield from _lost(merge)


def _overlaps(merge: Merge, fragment: str, *, redundant: bool) -> Iterator[str]:
    for overlap in merge.overlaps:
        if overlap.fragment != fragment:
            continue
        name = f"CONFIG_{overlap.later.symbol}"
        if overlap.kind == "redundant":
            if redundant:
                yield f"Value of {name} is redundant by fragment {fragment}:"
            continue
        if overlap.kind == "redefined":
            yield f"Value of {name} is redefined by fragment {fragment}:"
        yield f"Previous  value: {overlap.earlier} ({merge.place(overlap.earlier)})"
        yield f"New value:       {overlap.later} ({merge.place(overlap.later)})"
        if overlap.kind == "kept":
            yield "-y passed, will not demote y to m"
        yield ""


def _lost(merge: Merge) -> Iterator[str]:
    for finding in merge.lost:
        name = f"CONFIG_{finding.line.symbol}"
        message = finding.text.removeprefix("not in final .config: ")
        yield f"Value requested for {name} not in final .config"
        yield f"Requested value:  {finding.line} ({merge.place(finding.line)})"
        yield f"Actual value:     {finding.result}"
        yield f"Why:              {message}"
        yield ""
    if merge.completed and merge.repair.plan is not None:
        for line in merge.repair.plan.lines:
            yield f"Added: {line.text}  # {line.why}"


def merge_summary(merge: Merge) -> str:
    """How it went, in one line."""
    lost = counted(len(merge.lost), "line") if merge.lost else "nothing"
    return f"{merge.tree}, make {merge.mode}: {counted(len(merge.lines), 'line')}, {lost} lost"
