"""Does a ``.config``, or a running kernel, have what is asked for?"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, TypeAlias

from attrs import evolve, frozen

from kresolve import markup
from kresolve.lines import Line, typed_value, unquote
from kresolve.model import Model, TreeInfo
from kresolve.planner import Plan
from kresolve.semantics import Configuration
from kresolve.workbench.causes import cause
from kresolve.workbench.evidence import Evidence
from kresolve.workbench.repair import Repair, conflict_text
from kresolve.workbench.wanted import Kernel, Wanted

Verdict: TypeAlias = Literal["holds", "fails", "unknown"]
State: TypeAlias = Literal[
    "built in", "module", "on", "set", "missing", "other value", "not in this kernel", "unknown"
]

_TITLE: Final = re.compile(r"^# Linux/(\S+) (\d+\.\d+\S*)", re.MULTILINE)
_STATES: Final[Mapping[str, State]] = {"y": "built in", "m": "module", "on": "on", "n": "missing"}


@frozen
class Row:
    """One option that was looked for.

    ``symbol`` is the one that serves, or the preferred one; ``value`` is "" where
    the ``.config`` says nothing; ``holds`` is None where nobody can tell; ``why``
    says why not, where a tree was asked, or how the kernel shows it.
    """

    wanted: Wanted
    symbol: str
    value: str
    state: State
    holds: bool | None
    why: str = ""

    @property
    def fails(self) -> bool:
        """Is something required missing for sure?"""
        return self.wanted.required and self.holds is False


@frozen(eq=False)
class Check:
    """The answer to a check: ``status`` is "holds", "fails" or "unknown"."""

    status: Verdict
    config: str
    kernel: Kernel
    rows: tuple[Row, ...]
    #: The tree that was asked why, and what has to be added.
    tree: TreeInfo | None = None
    plan: Plan | None = None
    notes: tuple[str, ...] = ()

    @property
    def missing(self) -> tuple[Row, ...]:
        """The required options that are missing."""
        return tuple(row for row in self.rows if row.fails)

    def _repr_html_(self) -> str:
        rows = [
            (
                markup.code(row.symbol),
                markup.strong(row.state) if row.fails else markup.text(row.state),
                "required" if row.wanted.required else "optional",
                markup.text(row.wanted.feature),
                markup.text(row.why),
            )
            for row in self.rows
        ]
        return markup.block(
            f"{markup.strong(self.status)} {markup.text(self.config)}",
            markup.table(rows, ("option", "is", "", "for", "why")),
            "" if self.plan is None else self.plan._repr_html_(),
            *map(markup.text, self.notes),
        )


def kernel_of(text: str) -> Kernel:
    """Version and architecture of a ``.config``, from its heading, as far as it says."""
    found = _TITLE.search(text)
    if not found:
        return Kernel()
    arch = found[1]
    if arch == "x86":
        arch = "x86_64" if "\nCONFIG_X86_64=y\n" in text else "i386"
    return Kernel(found[2], arch)


def check_lines(
    wanted: Iterable[Wanted], lines: Iterable[Line], *, config: str, kernel: Kernel
) -> Check:
    """Look for options in the lines of a ``.config``; no tree is needed.

    What the ``.config`` does not mention counts as n, as it does for the build.
    """
    said = {line.symbol: line.value for line in lines}
    rows = tuple(_row(one, [_found(name, said) for name in one.symbols]) for one in wanted)
    notes = () if kernel.version else ("the .config does not say of which kernel it is",)
    return _judged(Check("holds", config, kernel, rows, notes=notes))


def check_evidence(wanted: Iterable[Wanted], evidence: Evidence, *, kernel: Kernel) -> Check:
    """Look for options in a kernel that runs and whose ``.config`` nobody can read."""
    rows = []
    for one in wanted:
        seen = [(name, evidence.look(name)) for name in one.symbols]
        name, best = next(((n, s) for n, s in seen if s and s.value != "n"), seen[0])
        if best is None:
            rows.append(Row(one, name, "", "unknown", None, "the kernel does not show it"))
            continue
        holds: bool | None = best.value in one.accept or (
            best.value == "on" and {"y", "m"} <= set(one.accept)
        )
        if best.certainty != "sure" or (best.value == "on" and not holds):
            holds = None
        word = "" if best.certainty == "sure" else ": likely off, not sure"
        rows.append(Row(one, name, best.value, _STATES[best.value], holds, best.how + word))
    note = "no .config of the running kernel can be read: this is what the kernel shows of itself"
    return _judged(Check("holds", "running", kernel, tuple(rows), notes=(note,)))


def explained(check: Check, after: Configuration, mended: Repair) -> Check:
    """The same check with a tree's word on it: why something is missing, and a plan."""
    rows = tuple(_explained(row, after, mended) for row in check.rows)
    return evolve(check, rows=rows, tree=after.model.info, plan=mended.plan)


def _found(name: str, said: Mapping[str, str]) -> tuple[str, str]:
    value = said.get(name, "")
    return name, (unquote(value) or "") if value.startswith('"') else value


def _row(one: Wanted, found: list[tuple[str, str]]) -> Row:
    """The first of some alternatives that will do, or the preferred one."""
    for name, value in found:
        if (value or "n") in one.accept:
            return Row(one, name, value, _STATES.get(value or "n", "set"), holds=True)
    name, value = next(((n, v) for n, v in found if v), found[0])
    state: State = _STATES.get(value, "other value") if value else "missing"
    return Row(one, name, value, state, holds=False)


def _judged(check: Check) -> Check:
    required = [row for row in check.rows if row.wanted.required]
    status: Verdict = "holds"
    if any(row.holds is None for row in required):
        status = "unknown"
    if any(row.holds is False for row in required):
        status = "fails"
    return evolve(check, status=status)


def _explained(row: Row, after: Configuration, mended: Repair) -> Row:
    model: Model = after.model
    known = [name for name in row.wanted.symbols if name in model.symbols]
    if not known:
        return evolve(row, state="not in this kernel", why=f"{model.info} has no such option")
    if row.holds is not False:
        return row
    name = known[0]
    symbol = model.symbols[name]
    accept = [
        typed_value(Line(name, value), symbol.type) if symbol.is_logical else value
        for value in row.wanted.accept
    ]
    wanted = next((value for value in accept if value), None)
    if wanted is None:
        return row
    if after.shown(name) in accept:
        return evolve(row, symbol=name, why=f"olddefconfig would make it {after.spelled(name)}")
    user = after.evaluation.user.lines.get(name)
    said = cause(after, name, wanted)
    if name in mended.impossible:
        proof = conflict_text(name, mended.impossible[name])
        return evolve(row, symbol=name, why=f"{said.text}; {proof}")
    if said.word == "default":
        text = "it can be set, and is not" if user is None or user.value == "n" else said.text
        return evolve(row, symbol=name, why=text)
    return evolve(row, symbol=name, why=said.text)
