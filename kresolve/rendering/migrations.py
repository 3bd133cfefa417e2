"""Migrations for people and programs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from attrs import evolve

from kresolve.fragments.migrating import FATES, MigratedLine, Migration, kept_order
from kresolve.planner.fragment_file import counted

MIGRATE_SCHEMA: Final = "kresolve.migrate/1"


def migration_report(migration: Migration) -> str:
    """What becomes of the lines, by fate; of those that hold on both only what is remarkable."""
    return "".join(f"{line}\n" for line in _lines(migration))


def migration_advice(migration: Migration, outputs: Mapping[str, str]) -> str:
    """What the new kernel needs besides, and what the new fragments lose all the same.

    ``outputs`` are the names of the new fragments by those of the old ones; a line
    of one that is not written has its place in the old one.
    """
    return "".join(f"{line}\n" for line in _advice(migration, outputs))


def _lines(migration: Migration) -> Iterator[str]:
    yield f"from {migration.old} to {migration.new}, base {migration.base}, make {migration.mode}"
    for fate, steps in kept_order(migration.steps).items():
        shown = [step for step in steps if fate != "same" or step.remarks]
        yield ""
        yield f"{FATES[fate]}: {counted(len(steps), 'line')}"
        for step in shown:
            yield f"  {step}"


def _advice(migration: Migration, outputs: Mapping[str, str]) -> Iterator[str]:
    needing: dict[tuple[str, ...], list[MigratedLine]] = {}
    for step in migration.steps:
        if step.add:
            needing.setdefault(step.add, []).append(step)
    if needing:
        yield ""
        yield "needed besides on the new kernel, and added:"
    for add, steps in needing.items():
        listed = ", ".join(f"{step.line.symbol} ({step.line.location})" for step in steps)
        yield f"  {', '.join(add)}: for {listed}"
    left = migration.lint.dropped if migration.lint is not None else ()
    yield ""
    lost = counted(len(left), "line") if left else "nothing"
    yield f"of the new fragments, {lost} not in final .config"
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
    for text in _stopped(migration):
        yield f"  the time was out: {text}"


def _stopped(migration: Migration) -> tuple[str, ...]:
    """What is missing of the advice."""
    if migration.lint is None:
        return ("ended before all advice was found",)
    return migration.lint.repair.stopped


def migration_document(migration: Migration) -> dict[str, Any]:
    """A migration as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": MIGRATE_SCHEMA,
        "status": migration.status,
        "from": {"version": migration.old.version, "source": migration.old.source},
        "to": {"version": migration.new.version, "source": migration.new.source},
        "arch": migration.new.arch,
        "base": migration.base,
        "mode": migration.mode,
        "incomplete": list(_stopped(migration)),
        "lines": [_step(step) for step in migration.steps],
        "fragments": dict(migration.texts),
        "lost": [
            {"symbol": f.line.symbol, "text": str(f.line), "message": f.text}
            for f in (migration.lint.dropped if migration.lint is not None else ())
        ],
    }


def _step(step: MigratedLine) -> dict[str, Any]:
    place = step.line.location
    return {
        "file": place.file if place else None,
        "line": place.line if place else None,
        "symbol": step.line.symbol,
        "text": str(step.line),
        "fate": step.fate,
        "before": step.before,
        "after": step.after,
        "message": step.message,
        "remarks": list(step.remarks),
        "successor": step.successor.symbol if step.successor else None,
        "how": step.successor.how if step.successor else None,
        "add": list(step.add),
        "location": str(step.location) if step.location else None,
    }
