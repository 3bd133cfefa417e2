"""The documents of checks, judgements, merges and migrations: what their ``to_dict`` returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kresolve.fragments.checking import Check, Row
from kresolve.fragments.features import FeatureCheck, every
from kresolve.fragments.linting import Lint
from kresolve.fragments.merging import Merge
from kresolve.fragments.migrating import MigratedLine, Migration
from kresolve.planner.plan_document import want_document


def check_document(check: Check) -> dict[str, Any]:
    """A check as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": "kresolve.check/1",
        "status": check.status,
        "config": check.config,
        "kernel": {"version": check.kernel.version, "arch": check.kernel.arch},
        "options": [
            {
                "symbol": row.symbol,
                "any_of": [] if row.item.is_plain else list(_ways(row)),
                "accept": list(row.item.accept),
                "required": row.item.required,
                "feature": row.item.feature or None,
                "value": row.value or None,
                "state": row.state,
                "holds": row.holds,
                "why": row.why,
                "note": row.item.entry.note,
                "source": row.item.entry.source,
                "from": row.item.origin,
            }
            for row in check.rows
        ],
        "features": list(map(_feature_document, check.features)),
        "tree": None if check.tree is None else check.tree.to_dict(),
        "plan": None if check.plan is None else check.plan.to_dict(),
        "notes": list(check.notes),
    }


def _feature_document(one: FeatureCheck) -> dict[str, Any]:
    """A feature: will it work, and because of what not."""
    return {
        "profile": one.profile.name,
        "name": one.name,
        "does": one.feature.does,
        "default": one.feature.default,
        "asked": one.asked,
        "works": one.works,
        "needs": list(one.feature.needs),
        "lacks": list(one.lacks),
        "because": [
            {
                "symbol": row.symbol,
                "value": row.value or None,
                "state": row.state,
                "holds": row.holds,
                "why": row.why,
                "selected_by": list(row.selected_by),
                "message": row.item.entry.message or None,
                "silent": row.item.entry.silent,
            }
            for row in one.missing
        ],
    }


def _ways(row: Row) -> Iterator[dict[str, Any]]:
    """The alternatives of a row, with what is known of each of their options."""
    for way, parts in zip(row.item.alternatives, row.ways, strict=True):
        yield {
            "name": way.name or None,
            "holds": every(part.serves for part in parts),
            "options": [
                {
                    **want_document(part.want),
                    "needed": part.needed,
                    "value": part.value or None,
                    "state": part.state,
                    "holds": part.holds,
                    "why": part.why,
                }
                for part in parts
            ],
        }


def lint_document(lint: Lint) -> dict[str, Any]:
    """A judgement as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": "kresolve.lint/1",
        "status": lint.status,
        "tree": lint.tree.to_dict(),
        "base": lint.base,
        "mode": lint.mode,
        "lines": [
            {
                "file": f.line.location.file if f.line.location else None,
                "line": f.line.location.line if f.line.location else None,
                "symbol": f.line.symbol,
                "text": str(f.line),
                "rule": f.rule,
                "severity": f.severity,
                "survives": f.survives,
                "wanted": f.wanted,
                "value": f.value,
                "message": f.text,
                "add": list(f.add),
                "blockers": list(f.blockers),
                "location": str(f.location) if f.location else None,
                "related": str(f.related) if f.related else None,
                "affected": list(f.affected),
                "successor": f.successor.symbol if f.successor else None,
            }
            for f in lint.findings
        ],
        "bad": [
            {"file": b.location.file, "line": b.location.line, "text": b.text, "reason": b.reason}
            for b in lint.invalid
        ],
        "incomplete": list(lint.repair.stopped),
        "plan": None if lint.repair.plan is None else lint.repair.plan.to_dict(),
    }


def merge_document(merge: Merge) -> dict[str, Any]:
    """A merge as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": "kresolve.merge/1",
        "status": merge.status,
        "base": merge.base,
        "fragments": list(merge.fragments),
        "mode": merge.mode,
        "overlaps": [
            {
                "kind": overlap.kind,
                "symbol": overlap.later.symbol,
                "fragment": overlap.fragment,
                "earlier": {"text": str(overlap.earlier), "place": merge.place(overlap.earlier)},
                "later": {"text": str(overlap.later), "place": merge.place(overlap.later)},
            }
            for overlap in merge.overlaps
        ],
        "lost": [
            {
                "symbol": f.line.symbol,
                "text": str(f.line),
                "place": merge.place(f.line),
                "value": f.value,
                "rule": f.rule,
                "message": f.text,
            }
            for f in merge.lost
        ],
        "plan": None if merge.repair.plan is None else merge.repair.plan.to_dict(),
    }


def migration_document(migration: Migration) -> dict[str, Any]:
    """A migration as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": "kresolve.migrate/1",
        "status": migration.status,
        "from": {"version": migration.old.version, "source": migration.old.source},
        "to": {"version": migration.new.version, "source": migration.new.source},
        "arch": migration.new.arch,
        "base": migration.base,
        "mode": migration.mode,
        "incomplete": list(migration.incomplete),
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
