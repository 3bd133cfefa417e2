"""Migrations for people and programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from kresolve.planner.fragment import counted
from kresolve.workbench.migrating import FATES, Migration, Step, kept_order

MIGRATE_SCHEMA: Final = "kresolve.migrate/1"


def migration_report(migration: Migration) -> str:
    """What becomes of the lines, by fate; of those that hold on both only what is remarkable."""
    return "".join(f"{line}\n" for line in _lines(migration))


def _lines(migration: Migration) -> Iterator[str]:
    yield f"from {migration.old} to {migration.new}, base {migration.base}, make {migration.finish}"
    for fate, steps in kept_order(migration.steps).items():
        shown = [step for step in steps if fate != "same" or step.remarks]
        yield ""
        yield f"{FATES[fate]}: {counted(len(steps), 'line')}"
        for step in shown:
            yield f"  {step}"
    left = migration.lint.dropped if migration.lint is not None else ()
    yield ""
    lost = counted(len(left), "line") if left else "nothing"
    yield f"of the new fragments, {lost} not in final .config"
    for finding in left:
        yield f"  {finding.line.location}: {finding.line}"


def migration_document(migration: Migration) -> dict[str, Any]:
    """A migration as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": MIGRATE_SCHEMA,
        "status": migration.status,
        "from": {"version": migration.old.version, "source": migration.old.source},
        "to": {"version": migration.new.version, "source": migration.new.source},
        "arch": migration.new.arch,
        "base": migration.base,
        "finish": migration.finish,
        "lines": [_step(step) for step in migration.steps],
        "fragments": dict(migration.texts),
        "lost": [
            {"symbol": f.line.symbol, "text": str(f.line), "message": f.text}
            for f in (migration.lint.dropped if migration.lint is not None else ())
        ],
    }


def _step(step: Step) -> dict[str, Any]:
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
