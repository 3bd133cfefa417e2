"""Audit many fragments on one base, or on any: whole, repaired, or why that is impossible."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import Line, typed_value
from kresolve.evaluator import ConfMode
from kresolve.fragments.advice import advised
from kresolve.fragments.findings import LOST, Finding
from kresolve.fragments.linting import Linter
from kresolve.fragments.repair import Repair, conflict_text, repair_by
from kresolve.kconfig.model import TreeInfo
from kresolve.planner import Demand, Plan, PlanLine, Question, Request, Target
from kresolve.planner.target import ModelIndex
from kresolve.planner.universal import AnyBase
from kresolve.planner.universal_plan import answer_any_base
from kresolve.results import Result, Short

AuditVerdict: TypeAlias = Literal["whole", "repaired", "impossible", "unknown"]

#: Below this folder lie the fragments of the kernel's own tests.
SELFTESTS: Final = "tools/testing/selftests"

#: How the message of a lost line begins, before the reason.
_VALUES: Final = re.compile(r"requested .*?, actual value .*?: ")


@frozen(eq=False, repr=False)
class Audited(Short):
    """The result for one fragment: its lost lines, the lines that repair it, the impossible ones.

    ``impossible`` has a reason for each line that cannot hold here; ``verdict`` is
    "repaired" if all others hold with ``added``, "unknown" if time ran out.
    """

    name: str
    lines: int
    lost: tuple[Finding, ...]
    added: tuple[PlanLine, ...] = ()
    impossible: Mapping[str, str] = field(factory=dict)
    unknown: frozenset[str] = frozenset()
    #: Has conf confirmed that all but the impossible lines hold?  None: not asked.
    confirmed: bool | None = None

    _keys: ClassVar = (
        *("name", "verdict", "lines", "lost", "added", "impossible", "unknown", "confirmed"),
    )

    @property
    def verdict(self) -> AuditVerdict:
        """What has become of the fragment."""
        if self.unknown:
            return "unknown"
        if self.impossible:
            return "impossible"
        return "repaired" if self.lost or self.added else "whole"


@frozen(eq=False, repr=False)
class Audit(Result):
    """The result for many fragments."""

    tree: TreeInfo
    base: str
    mode: ConfMode
    fragments: tuple[Audited, ...]

    schema: ClassVar = "kresolve.audit/2"
    _rows_of: ClassVar = "fragments"

    def _summary(self) -> str:
        return f"{self.tree}, base {self.base}: {len(self.fragments)} fragments"


def audited(bare: Target, name: str, lines: Sequence[Line]) -> Audited:
    """A fragment on a base: its lost lines, with what they lack."""
    linter = Linter(bare, lines)
    findings, mended = advised(linter, linter.findings(thorough=False))
    lost = tuple(f for f in linter.lost())
    told = {finding.line: finding for finding in findings}
    return _result(name, lines, tuple(told[finding.line] for finding in lost), mended)


def audited_on_any_base(
    model_index: ModelIndex,
    mode: ConfMode,
    name: str,
    lines: Sequence[Line],
    timeout: float,
) -> Audited:
    """A fragment on any base: what has to stand beside its lines so that they always hold."""
    model = model_index.model
    empty = Target(model, "empty", (), mode, model_index)
    lost = tuple(Linter(empty, lines).lost())
    wanted = {
        line.symbol: Request(line.symbol, (value,), f"@{line.location}")
        for line in lines
        if (symbol := model.symbols.get(line.symbol))
        and (value := typed_value(line, symbol.type)) is not None
    }

    def ask(requests: tuple[Demand, ...]) -> Plan:
        return answer_any_base([AnyBase(model_index, Question(requests), mode)], timeout=timeout)

    found = _result(name, lines, lost, repair_by(ask, wanted.values()))
    said = {line.symbol for line in lines}
    return evolve(found, added=tuple(line for line in found.added if line.symbol not in said))


def _result(name: str, lines: Sequence[Line], lost: tuple[Finding, ...], mended: Repair) -> Audited:
    impossible = {
        symbol: conflict_text(symbol, conflict) for symbol, conflict in mended.impossible.items()
    }
    for finding in lost:
        lost_name = finding.line.symbol
        if lost_name in impossible or finding.rule in ("unknown", "renamed", "invalid"):
            impossible[lost_name] = _reason(finding, impossible.get(lost_name, ""))
    added = mended.plan.lines if mended.plan is not None else ()
    return Audited(name, len(lines), lost, added, impossible, mended.unknown)


def _reason(finding: Finding, proof: str) -> str:
    """Why a line cannot hold, in one sentence: the rule, and the proof."""
    text = finding.message.removeprefix(LOST).removesuffix(f"; {proof}")
    rule = _VALUES.sub("", text)
    return f"{rule}; {proof}" if proof else rule
