"""Migrations for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import evolve

from kresolve.fragments.migrating import FATES, MigratedLine, Migration, kept_order
from kresolve.planner.fragment_file import counted
from kresolve.rendering.lines import ended


@ended
def migration_report(migration: Migration) -> Iterator[str]:
    """What becomes of the lines, by fate; of those that hold on both only what is remarkable."""
    yield f"from {migration.old} to {migration.new}, base {migration.base}, make {migration.mode}"
    for fate, steps in kept_order(migration.steps).items():
        shown = [step for step in steps if fate != "same" or step.remarks]
        yield ""
        yield f"{FATES[fate]}: {counted(len(steps), 'line')}"
        for step in shown:
            yield f"  {step}"


@ended
def migration_advice(migration: Migration, outputs: Mapping[str, str]) -> Iterator[str]:
    """What the new kernel needs besides, and what the new fragments lose all the same.

    ``outputs`` are the names of the new fragments by those of the old ones; a line
    of one that is not written has its place in the old one.
    """
    needing: dict[tuple[str, ...], list[MigratedLine]] = {}
    for step in migration.steps:
        if step.add:
            needing.setdefault(step.add, []).append(step)
    if needing:
        yield ""
        yield "also needed on the new kernel, and added:"
    for add, steps in needing.items():
        listed = ", ".join(f"{step.line.symbol} ({step.line.location})" for step in steps)
        yield f"  {', '.join(add)}: for {listed}"
    left = migration.lint.dropped if migration.lint is not None else ()
    yield ""
    if left:
        yield f"of the new fragments, {counted(len(left), 'line')} not in final .config"
    elif migration.lint is not None:
        yield "all new lines hold"
    old = {
        step.line.symbol if step.successor is None else step.successor.symbol: step.line.location
        for step in migration.steps
    }
    for finding in left:
        place = finding.line.location
        if place is not None and place.file in outputs:
            place = evolve(place, file=outputs[place.file])
        else:
            place = old.get(finding.line.symbol)
        yield f"  {place or 'added'}: {finding.line}"
    for text in migration.incomplete:
        yield f"  timed out: {text}"
