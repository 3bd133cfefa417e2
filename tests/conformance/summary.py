"""What all results say together: a JSON report, and a table for the documentation."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kresolve.dotconfig.files import write_whole
from tests.conformance.ledger import Outcome
from tests.conformance.matrix import Identity, Kind, Task

BEGIN: Final = "<!-- table: written by make conformance -->"
END: Final = "<!-- end of the table -->"

Result = tuple[Task, Identity, Outcome]

#: The columns, by the kinds of tasks.
_COLUMNS: Final[Mapping[Kind, str]] = {
    "random": "random configs",
    "clauses": "fragments, clauses",
    "base": "bases",
    "savedefconfig": "savedefconfig",
    "defconfig": "defconfigs",
    "debian": "Debian's",
}


def report(results: Iterable[Result], code: str, planned: int) -> dict[str, Any]:
    """The results as data: one row for each tree and architecture, and totals."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    done = 0
    for task, identity, outcome in results:
        done += 1
        row = rows.setdefault(
            (task.tree, task.arch),
            {
                "tree": task.tree,
                "arch": task.arch,
                "version": identity.version,
                "toolchain": dict(identity.toolchain),
                **{kind: {"compared": 0, "differences": 0} for kind in _COLUMNS},
                "skipped": [],
                "differences": [],
                "conf": {"runs": 0, "seconds": 0.0},
            },
        )
        row[task.kind]["compared"] += outcome.count
        row[task.kind]["differences"] += len(outcome.differences)
        row["differences"] += [f"{task}, {text}" for text in outcome.differences]
        if outcome.skipped:
            row["skipped"].append(f"{task.kind} {task.which}: {outcome.skipped}")
        row["conf"]["runs"] += outcome.runs
        row["conf"]["seconds"] = round(row["conf"]["seconds"] + outcome.conf_seconds, 2)
    table = list(rows.values())
    return {
        "kresolve": code,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "python": platform.python_version(),
        "tasks": {"planned": planned, "done": done},
        "totals": {
            **{
                kind: {
                    what: sum(row[kind][what] for row in table)
                    for what in ("compared", "differences")
                }
                for kind in _COLUMNS
            },
            "skipped": sum(len(row["skipped"]) for row in table),
            "conf": {
                "runs": sum(row["conf"]["runs"] for row in table),
                "seconds": round(sum(row["conf"]["seconds"] for row in table), 1),
            },
        },
        "rows": table,
    }


def differences(data: Mapping[str, Any]) -> list[str]:
    """Every difference of a report."""
    return [text for row in data["rows"] for text in row["differences"]]


def markdown(data: Mapping[str, Any]) -> str:
    """The table of a report."""
    tools = sorted(
        {
            f"{version}" if tool in version.lower() else f"{tool} {version}"
            for row in data["rows"]
            for tool, shown in row["toolchain"].items()
            if (version := shown.partition(" (this machine's")[0]) != "not found"
        }
    )
    total = data["totals"]
    head = (
        f"kresolve {data['kresolve']}, {data['date'][:10]}, Python {data['python']}; "
        f"{'; '.join(tools)}. {data['tasks']['done']} of {data['tasks']['planned']} tasks, "
        f"{total['conf']['runs']} runs of conf."
    )
    lines = [
        head,
        "",
        f"| Linux | architecture | {' | '.join(_COLUMNS.values())} |",
        f"|---|---|{'--:|' * len(_COLUMNS)}",
        *(
            f"| {row['version']} | {row['arch']} | "
            + " | ".join(_cell(row[kind]) for kind in _COLUMNS)
            + " |"
            for row in data["rows"]
        ),
        f"| all | all | {' | '.join(_cell(total[kind]) for kind in _COLUMNS)} |",
    ]
    skipped = [
        f"- {row['version']} {row['arch']}, {text}"
        for row in data["rows"]
        for text in row["skipped"]
    ]
    if skipped:
        lines += ["", "Skipped:", "", *skipped]
    return "\n".join(lines)


def _cell(counts: Mapping[str, int]) -> str:
    text = str(counts["compared"])
    return f"{text}, **{counts['differences']} differ**" if counts["differences"] else text


def put_table(page: Path, data: Mapping[str, Any]) -> None:
    """Replace the table in a page; all around the marks stays as it is.

    ValueError if the page has no marks.
    """
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{page}: no place for the table between {BEGIN} and {END}")
    new = f"{before}{BEGIN}\n\n{markdown(data)}\n\n{END}{after}"
    write_whole(page, new.encode())
