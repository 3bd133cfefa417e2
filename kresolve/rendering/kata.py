"""Changes in Kata's directory, for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kresolve.fragments.findings import Finding
from kresolve.integrations.kata import KataPlan
from kresolve.planner.fragment_file import counted
from kresolve.rendering.lines import joined
from kresolve.rendering.plan_text import plan_report

_LISTED: Final = 60


@joined
def kata_report(change: KataPlan) -> Iterator[str]:
    """What is said beside the diff, for one kernel."""
    plan, kata = change.plan, change.kata
    if plan.status != "planned":
        yield plan_report(plan)
        return
    yield (
        f"{plan.tree}, Kata's {counted(len(kata.texts), 'fragment')} for {kata.arch}: "
        f"{counted(len(plan.lines), 'line') if plan.lines else 'nothing'} to add"
    )
    for placed in change.placed:
        before = f" (was {placed.replaced})" if placed.replaced is not None else ""
        yield f"  {placed.file}: {placed.line.text}{before}  # {placed.line.why}"
    if plan.satisfied:
        yield f"{counted(len(plan.satisfied), 'request')} already satisfied"
    for gate, names in change.off.items():
        yield (
            f"CONFIG_{gate} in the fragments switches off {counted(len(names), 'option')} "
            f"that no fragment names: {_listed(names)}"
        )
    if change.newly_lost:
        yield "newly lost, which is an error:"
        yield from _lost(change.newly_lost)
    old = [finding for finding in change.lost if finding not in change.newly_lost]
    if old:
        yield "lost beyond the whitelist, as before (kresolve lint --kata says more):"
        yield from _lost(old)
    elif not change.newly_lost:
        yield "nothing lost beyond the whitelist"
    yield from change.notes


def _lost(findings: tuple[Finding, ...] | list[Finding]) -> Iterator[str]:
    for finding in findings:
        yield f"  {finding.line.location}: CONFIG_{finding.line.symbol}: {finding.text}"


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names[:_LISTED]) + (" ..." if names[_LISTED:] else "")
