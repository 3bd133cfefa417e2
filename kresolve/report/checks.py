"""Checks for people and programs: the table, and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kresolve.planner.fragment import counted
from kresolve.report.document import plan_document, want_document
from kresolve.workbench.checking import Check, Row, every

CHECK_SCHEMA = "kresolve.check/1"


def check_document(check: Check) -> dict[str, Any]:
    """A check as plain dicts and lists, ready for ``json.dumps``."""
    tree = check.tree
    return {
        "schema": CHECK_SCHEMA,
        "status": check.status,
        "config": check.config,
        "kernel": {"version": check.kernel.version, "arch": check.kernel.arch},
        "options": [
            {
                "symbol": row.symbol,
                "any_of": [] if row.wanted.is_plain else list(_ways(row)),
                "accept": list(row.wanted.accept),
                "required": row.wanted.required,
                "feature": row.wanted.feature or None,
                "value": row.value or None,
                "state": row.state,
                "holds": row.holds,
                "why": row.why,
                "note": row.wanted.note,
                "source": row.wanted.source,
                "from": row.wanted.origin,
            }
            for row in check.rows
        ],
        "tree": None
        if tree is None
        else {
            "version": tree.version,
            "arch": tree.arch,
            "source": tree.source,
            "toolchain": dict(tree.toolchain),
        },
        "plan": None if check.plan is None else plan_document(check.plan),
        "notes": list(check.notes),
    }


def _ways(row: Row) -> Iterator[dict[str, Any]]:
    """The alternatives of a row, with what is known of each of their options."""
    for way, parts in zip(row.wanted.alternatives, row.ways, strict=True):
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


def check_report(check: Check) -> str:
    """The table, by what the options are for, and the verdict."""
    return "\n".join(_lines(check)) + "\n"


def _lines(check: Check) -> Iterator[str]:
    kernel = " ".join(part for part in (check.kernel.version, check.kernel.arch) if part)
    yield f"{check.config}{f': Linux {kernel}' if kernel else ''}"
    yield from check.notes
    width = max((len(row.symbol) for row in check.rows), default=0)
    for title, rows in _groups(check):
        yield ""
        yield title
        for row in rows:
            yield f"  {row.symbol:{width}}  {_state(row)}"
    yield ""
    yield _verdict(check)
    yield from _plan(check)


def _groups(check: Check) -> Iterator[tuple[str, list[Row]]]:
    """The rows by feature, what is required before what is optional."""
    found: dict[tuple[str, bool], list[Row]] = {}
    for row in check.rows:
        found.setdefault((row.wanted.feature, row.wanted.required), []).append(row)
    for (feature, required), rows in sorted(
        found.items(),
        key=lambda item: (item[0][0] != "", _place(check, item[0][0]), not item[0][1]),
    ):
        word = "required" if required else "optional"
        yield (f"{feature}, {word}:" if feature else f"{word}:"), rows


def _place(check: Check, feature: str) -> int:
    return [row.wanted.feature for row in check.rows].index(feature)


def _state(row: Row) -> str:
    # Of alternatives, the reason says what each one lacks.
    text = str(row.part or (row.state if row.holds else ""))
    mark = {True: "   ", False: " ! ", None: " ? "}[row.holds]
    return f"{mark}{': '.join(filter(None, (text, row.why)))}".rstrip()


def _verdict(check: Check) -> str:
    required = [row for row in check.rows if row.wanted.required]
    missing = [row.symbol for row in required if row.holds is False]
    unsure = [row.symbol for row in required if row.holds is None]
    if missing:
        tail = f"; {len(unsure)} cannot be told" if unsure else ""
        return (
            f"does not hold: {len(missing)} of {counted(len(required), 'required option')} "
            f"missing: {', '.join(missing)}{tail}"
        )
    if unsure:
        return (
            f"cannot tell: {len(unsure)} of {counted(len(required), 'required option')} "
            f"not shown by the kernel: {', '.join(unsure)}"
        )
    return f"holds: all of {counted(len(required), 'required option')}"


def _plan(check: Check) -> Iterator[str]:
    plan = check.plan
    if plan is None:
        return
    yield ""
    yield f"add to this .config, on {plan.tree}:"
    for line in plan.lines:
        yield f"  {line.text}  # {line.why}"
