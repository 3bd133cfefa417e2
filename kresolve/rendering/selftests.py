"""Audits of many fragments: a table for a terminal, and one for Markdown."""

from __future__ import annotations

from collections import Counter
from typing import Final

from kresolve.integrations.selftests import Audit, Audited
from kresolve.planner.fragment_file import counted

_COLUMNS: Final = ("fragment", "lines", "lost", "added", "verdict")


def audit_report(audit: Audit) -> str:
    """A row for each fragment, and the reasons under those that cannot be whole."""
    rows = [_row(one) for one in audit.fragments]
    widths = [max(len(cell) for cell in column) for column in zip(_COLUMNS, *rows, strict=True)]
    lines = []
    for row, one in zip([_COLUMNS, *rows], [None, *audit.fragments], strict=True):
        cells = [f"{row[0]:{widths[0]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(row[1:4], widths[1:4], strict=True)]
        lines.append("  ".join([*cells, row[4]]))
        if one is not None:
            lines += [f"    {line.text}  # {line.why}" for line in one.added]
            lines += [f"    CONFIG_{name}: {why}" for name, why in one.impossible.items()]
    return "".join(f"{line}\n" for line in lines)


def audit_markdown(audit: Audit) -> str:
    """The table as Markdown: of each fragment that is not whole, what it lacks and why."""
    lines = [
        "| fragment | lines | lost | added lines | impossible |",
        "|---|---|---|---|---|",
    ]
    for one in audit.fragments:
        if one.verdict == "whole":
            continue
        added = ", ".join(f"`{line.text.removeprefix('CONFIG_')}`" for line in one.added)
        reasons = "; ".join(f"`{name}`: {_cell(why)}" for name, why in one.impossible.items())
        if one.unknown:
            reasons = "; ".join([*([reasons] if reasons else []), "not decided in time"])
        lines.append(f"| `{one.name}` | {one.lines} | {len(one.lost)} | {added} | {reasons} |")
    return "".join(f"{line}\n" for line in lines)


def _cell(text: str) -> str:
    """A reason in few words: the rule, without the places of the whole proof."""
    rule, _, proof = text.partition("; impossible")
    with_others = proof.partition(", proved")[0].removeprefix(" here")
    return (rule + (f"; not{with_others}" if with_others else "")).replace("|", "\\|")


def audit_summary(audit: Audit) -> str:
    """How many fragments are whole, repaired or impossible, in one line."""
    kinds = Counter(one.verdict for one in audit.fragments)
    lost = sum(len(one.lost) for one in audit.fragments)
    lines = sum(one.lines for one in audit.fragments)
    hopeless = sum(len(one.impossible) for one in audit.fragments)
    verdicts = ", ".join(
        f"{kinds[word]} {word}" for word in ("whole", "repaired", "impossible", "unknown")
    )
    checked = [one for one in audit.fragments if one.confirmed is not None]
    conf = f"; conf confirms {sum(one.confirmed is True for one in checked)}" if checked else ""
    return (
        f"{audit.tree}, base {audit.base}, make {audit.mode}: "
        f"{counted(len(audit.fragments), 'fragment')} ({verdicts}), {counted(lines, 'line')}, "
        f"{lost} lost, {hopeless} of them impossible{conf}"
    )


def _row(one: Audited) -> tuple[str, ...]:
    return (one.name, str(one.lines), str(len(one.lost)), str(len(one.added)), one.verdict)
