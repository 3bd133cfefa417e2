"""Plans for programs: JSON documents with a schema's name in them."""

from __future__ import annotations

from typing import Any

from kresolve.location import Location
from kresolve.model import Model
from kresolve.planner import Conflict, Plan
from kresolve.report.text import rule_text

SCHEMA = "kresolve.plan/1"


def plan_document(plan: Plan) -> dict[str, Any]:
    """A plan as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": SCHEMA,
        "status": plan.status,
        "tree": {
            "version": plan.tree.version,
            "arch": plan.tree.arch,
            "source": plan.tree.source,
            "toolchain": dict(plan.tree.toolchain),
        },
        "base": plan.base,
        "finish": plan.finish,
        "request": [
            {"symbol": r.symbol, "accept": list(r.accept), "from": r.origin} for r in plan.request
        ],
        "lines": [
            {
                "symbol": line.symbol,
                "value": line.value,
                "text": line.text,
                "role": line.role,
                "why": line.why,
                "needed_by": list(line.needed_by),
                "location": _place(line.location),
                "prompt": line.prompt,
                "menu": list(line.menu),
            }
            for line in plan.lines
        ],
        "satisfied": [{"symbol": s.symbol, "value": s.value, "why": s.why} for s in plan.satisfied],
        "changes": [
            {"symbol": c.symbol, "before": c.before, "after": c.after} for c in plan.changes
        ],
        "lost": [{"symbol": c.symbol, "before": c.before, "after": c.after} for c in plan.lost],
        "objective": [
            {"name": m.name, "value": m.value, "proved": m.proved} for m in plan.objective
        ],
        "verified": {"evaluator": plan.verified.evaluator, "conf": plan.verified.conf},
        "conflict": _conflict(plan.conflict),
        "notes": list(plan.notes),
    }


def _conflict(conflict: Conflict | None) -> dict[str, Any] | None:
    if conflict is None:
        return None
    return {
        "symbols": list(conflict.symbols),
        "demands": [
            {"symbol": name, "accept": list(accept), "from": origin}
            for name, accept, origin in conflict.demands
        ],
        "rules": [
            {
                "kind": rule.kind,
                "symbol": rule.symbol,
                "text": rule_text(rule),
                "location": _place(rule.location),
            }
            for rule in conflict.rules
        ],
    }


def _place(location: Location | None) -> str | None:
    return None if location is None else str(location)


def tree_document(model: Model) -> dict[str, Any]:
    """What a model was read from, with every variable that conf gets."""
    info = model.info
    return {
        "schema": "kresolve.tree/1",
        "version": info.version,
        "source": info.source,
        "arch": info.arch,
        "srcarch": info.srcarch,
        "defconfig": info.defconfig,
        "toolchain": dict(info.toolchain),
        "variables": dict(info.variables),
        "files": len(model.files),
        "symbols": len(model.symbols),
        "choices": len(model.choices),
        "warnings": list(model.warnings),
    }
