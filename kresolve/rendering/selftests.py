"""Audits of many fragments: a table for a terminal, and one for Markdown."""

from __future__ import annotations

from collections import Counter
from typing import Final

from kresolve.integrations.selftests import Audit, Audited
from kresolve.planner.fragment_file import counted

_COLUMNS: Final = ("fragment", "lines", "lost", "added", "verdict")


def audit_report(audit: Audit) -> str:
    """A row for each fragment, and the reasons under those that cannot be whole."""
    rows = [_row(fragment) for fragment in audit.fragments]
    widths = [max(len(cell) for cell in column) for column in zip(_COLUMNS, *rows, strict=True)]
    lines = []
    for row, fragment in zip([_COLUMNS, *rows], [None, *audit.fragments], strict=True):
        cells = [f"{row[0]:{widths[0]}}"]
        cells += [f"{cell:>{width}}" for cell, width in zip(row[1:4], widths[1:4], strict=True)]
        lines.append("  ".join([*cells, row[4]]))
        if fragment is not None:
            lines += [f"    {line.text}  # {line.why}" for line in fragment.added]
            lines += [f"    CONFIG_{name}: {why}" for name, why in fragment.impossible.items()]
    return "".join(f"{line}\n" for line in lines)


def audit_markdown(audit: Audit) -> str:
    """The table as Markdown: of each fragment that is not whole, what it lacks and why."""
    lines = [
        "| fragment | lines | lost | added lines | impossible |",
        "|---|---|---|---|---|",
    ]
    for fragment in audit.fragments:
        if fragment.verdict == "whole":
            continue
        added = ", ".join(f"`{line.text.removeprefix('CONFIG_')}`" for line in fragment.added)
        reasons = "; ".join(f"`{name}`: {_cell(why)}" for name, why in fragment.impossible.items())
        if fragment.unknown:
            reasons = "; ".join([*([reasons] if reasons else []), "not decided in time"])
        lines.append(
            f"| `{fragment.name}` | {fragment.lines} | {len(fragment.lost)} | {added} | {reasons} |"
        )
    return "".join(f"{line}\n" for line in lines)


def _cell(text: str) -> str:
    """A reason in few words: the rule, without the places of the whole proof."""
    rule, _, proof = text.partition("; impossible")
    with_others = proof.partition(", proved")[0].removeprefix(" here")
    return (rule + (f"; not{with_others}" if with_others else "")).replace("|", "\\|")


def audit_summary(audit: Audit) -> str:
    """How many fragments are whole, repaired or impossible, in one line."""
    kinds = Counter(fragment.verdict for fragment in audit.fragments)
    lost = sum(len(fragment.lost) for fragment in audit.fragments)
    lines = sum(fragment.lines for fragment in audit.fragments)
    hopeless = sum(len(fragment.impossible) for fragment in audit.fragments)
    verdicts = ", ".join(
        f"{kinds[word]} {word}" for word in ("whole", "repaired", "impossible", "unknown")
    )
    checked = [fragment for fragment in audit.fragments if fragment.confirmed is not None]
    confirmed = sum(fragment.confirmed is True for fragment in checked)
    conf = f"; conf confirms {confirmed}" if checked else ""
    return (
        f"{audit.tree}, base {audit.base}, make {audit.mode}: "
        f"{counted(len(audit.fragments), 'fragment')} ({verdicts}), {counted(lines, 'line')}, "
        f"{lost} lost, {hopeless} of them impossible{conf}"
    )


def _row(fragment: Audited) -> tuple[str, ...]:
    counts = (fragment.lines, len(fragment.lost), len(fragment.added))
    return fragment.name, *map(str, counts), fragment.verdict
