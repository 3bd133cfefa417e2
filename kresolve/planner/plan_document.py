"""A plan as a document: what :meth:`Plan.to_dict` returns."""

from __future__ import annotations

from typing import Any

from kresolve.kconfig.location import Location
from kresolve.planner.request import Demand, Request, Want
from kresolve.planner.result import Change, Conflict, Plan, PlanLine, TargetResult

SCHEMA = "kresolve.plan/2"


def plan_document(plan: Plan) -> dict[str, Any]:
    """A plan as plain dicts and lists, ready for ``json.dumps``.

    "tree", "base", "changes" and the like are those of the first target;
    "targets" has them for each.
    """
    first = target_document(plan.targets[0])
    return {
        "schema": SCHEMA,
        "status": plan.status,
        "tree": first["tree"],
        "base": first["base"],
        "mode": first["mode"],
        "request": [demand_document(one) for one in plan.request],
        "lines": [_line(line) for line in plan.lines],
        "satisfied": first["satisfied"],
        "serving": first["serving"],
        "changes": first["changes"],
        "lost": first["lost"],
        "objective": [
            {"name": m.name, "value": m.value, "proved": m.proved} for m in plan.objective
        ],
        "verified": {"evaluator": plan.verified.evaluator, "conf": plan.verified.conf},
        "conflict": None if plan.conflict is None else conflict_document(plan.conflict),
        "targets": [target_document(target) for target in plan.targets],
        "alternatives": [[str(line) for line in lines] for lines in plan.alternatives],
        "notes": list(plan.notes),
    }


def _line(line: PlanLine) -> dict[str, Any]:
    missed = line.missed_on
    return {
        "symbol": line.symbol,
        "value": line.value,
        "text": line.text,
        "role": line.role,
        "why": line.why,
        "needed_by": list(line.needed_by),
        "location": _place(line.location),
        "prompt": line.prompt,
        "menu": list(line.menu),
        "missed_on": None
        if missed is None
        else {"tree": missed.tree.to_dict(), "lines": [str(one) for one in missed.lines]},
    }


def target_document(target: TargetResult) -> dict[str, Any]:
    """What a plan does in one target."""
    return {
        "tree": target.tree.to_dict(),
        "base": target.base,
        "mode": target.mode,
        "lines": [_line(line) for line in target.lines],
        "satisfied": [
            {"symbol": s.symbol, "value": s.value or "", "why": s.why} for s in target.satisfied
        ],
        "serving": [
            {"request": s.request, "alternative": s.alternative, "symbols": list(s.symbols)}
            for s in target.serving
        ],
        "changes": [_change(change) for change in target.changes],
        "lost": [_change(change) for change in target.lost],
        "dropped": list(target.dropped),
        "verified": {"evaluator": target.verified.evaluator, "conf": target.verified.conf},
    }


def _change(change: Change) -> dict[str, str]:
    return {"symbol": change.symbol, "before": change.before, "after": change.after}


def conflict_document(conflict: Conflict) -> dict[str, Any]:
    """Why there is no plan."""
    return {
        "symbols": list(conflict.symbols),
        "demands": [demand_document(demand) for demand in conflict.demands],
        "rules": [
            {
                "kind": rule.kind,
                "symbol": rule.symbol,
                "text": str(rule),
                "location": _place(rule.location),
            }
            for rule in conflict.rules
        ],
        "probes": [
            {"location": str(location), "line": line, "tools": tools}
            for location, line, tools in conflict.probes
        ],
        "ways_out": [
            {"give_up": [demand_document(one) for one in way.give_up], "instead": list(way.instead)}
            for way in conflict.ways_out
        ],
    }


def demand_document(demand: Demand) -> dict[str, Any]:
    """A request as data: a symbol and what it accepts, or the alternatives."""
    if isinstance(demand, Request):
        return {**want_document(demand), "from": demand.origin}
    return {
        "any_of": [
            {"name": one.name or None, "options": [want_document(want) for want in one.wants]}
            for one in demand.alternatives
        ],
        "name": demand.name,
        "from": demand.origin,
    }


def want_document(want: Want | Request) -> dict[str, Any]:
    """A symbol, what is accepted, and where that is so only on a condition, the condition."""
    found: dict[str, Any] = {"symbol": want.symbol, "accept": list(want.accept)}
    if isinstance(want, Want) and want.condition is not None:
        found["if"] = want_document(want.condition)
    return found


def _place(location: Location | None) -> str | None:
    return None if location is None else str(location)
