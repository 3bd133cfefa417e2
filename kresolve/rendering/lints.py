"""Results of lint as text, SARIF, and annotations for GitHub."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final
from urllib.parse import quote

from attrs import evolve

from kresolve.fragments.findings import RULES, Finding, Lint, Severity
from kresolve.planner.fragment_file import counted

#: So many lines that the same options keep out are told together.
_MANY: Final = 3

_GITHUB: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "notice"}
_SARIF: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "note"}


def lint_text(lint: Lint, *, everything: bool = False) -> str:
    """A line for each finding that is an error or a warning, or for every one.

    Lines that the same option keeps out are told together; not with ``everything``.
    The advice is not in it.
    """
    shown = [evolve(f, advice="") for f in (lint.findings if everything else lint.worse)]
    groups = [] if everything else _together(shown)
    # What is told together is told at the first of its lines.
    told = {id(finding): "" for _, group in groups for finding in group}
    told |= {id(group[0]): f"[ERROR] {_group(blocker, group)}\n" for blocker, group in groups}
    lines = [f"[ERROR] {line}\n" for line in lint.invalid]
    return "".join([*lines, *(told.get(id(finding), f"{finding}\n") for finding in shown)])


def _together(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """What keeps many lines out, with them: first what keeps out most, each line once."""
    left = [finding for finding in findings if finding.blockers]
    found: list[tuple[str, list[Finding]]] = []
    while left:
        counts = Counter(blocker for finding in left for blocker in finding.blockers)
        ((most, number),) = counts.most_common(1)
        if number < _MANY:
            break
        found.append((most, [finding for finding in left if most in finding.blockers]))
        left = [finding for finding in left if most not in finding.blockers]
    return found


def _group(blocker: str, findings: Sequence[Finding]) -> str:
    return (
        f"{findings[0].line.location}: CONFIG_{blocker} keeps {len(findings)} lines "
        f"out of the final .config: {_listed(findings)}"
    )


def _listed(findings: Iterable[Finding]) -> str:
    """Lines by their options, each with its place; the name of a file once."""
    files: dict[str, list[str]] = {}
    for finding in findings:
        place = finding.line.location
        text = f"{finding.line.symbol} (line {place.line})" if place else finding.line.symbol
        files.setdefault(place.file if place else "", []).append(text)
    return "; ".join(
        f"{file}: {', '.join(texts)}" if len(files) > 1 else ", ".join(texts)
        for file, texts in files.items()
    )


def advice_text(lint: Lint) -> str:
    """What would make lost lines survive, or that nothing does: what is the same, together."""
    groups: dict[str, list[Finding]] = {}
    for finding in lint.findings:
        if finding.advice:
            groups.setdefault(finding.advice, []).append(finding)
    lines = []
    for advice, findings in groups.items():
        line = findings[0].line
        text = f"CONFIG_{line.symbol}: {advice}"
        if len(findings) > 1:
            text = f"{advice}, for {len(findings)} lines: {_listed(findings)}"
        lines.append(f"[ADVICE] {line.location}: {text}")
    lines += [f"[ADVICE] timed out: {text}" for text in lint.repair.stopped]
    return "".join(f"{line}\n" for line in lines)


def lint_summary(lint: Lint, name: str = "") -> str:
    """What was judged on what, and how it went; ``name``: of one file among several."""
    dropped = sum(not finding.survives for finding in lint.findings)
    kinds = Counter(finding.rule for finding in lint.findings)
    named = [
        f"{number} {rule}"
        for rule in RULES
        if (number := kinds[rule]) and rule not in ("survives", "dropped")
    ]
    tail = f" ({', '.join(named)})" if named else ""
    total = len(lint.findings)
    return (
        f"{f'{name}: ' if name else ''}{lint.tree}, base {lint.base}, make {lint.mode}: "
        f"{counted(total, 'line')}, {dropped} not in final .config, "
        f"{total - dropped} {_hold(total - dropped)}{tail}"
    )


def _hold(number: int) -> str:
    return "holds" if number == 1 else "hold"


def lint_github(lint: Lint) -> str:
    """Annotations as GitHub's runner reads them from a job's output."""
    found = [
        _annotation("error", line.location.file, line.location.line, "line", f"{line.reason}")
        for line in lint.invalid
    ]
    for finding in (*lint.worse,):
        place = finding.line.location
        if place is not None:
            text = f"CONFIG_{finding.line.symbol}: {finding.text}"
            level = _GITHUB[finding.severity]
            found.append(_annotation(level, place.file, place.line, finding.rule, text))
    found += [f"::notice title=kresolve::{text}" for text in lint.repair.stopped]
    return "".join(f"{line}\n" for line in found)


def _annotation(level: str, file: str, line: int, title: str, text: str) -> str:
    """``::error file=F,line=N,title=T::message``, with what would end a part escaped."""
    name = _one_line(file).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} file={name},line={line},title=kresolve {title}::{_one_line(text)}"


def _one_line(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def lint_sarif(lints: Iterable[Lint], version: str) -> dict[str, Any]:
    """The errors, warnings and notes as SARIF 2.1.0, and what is missing among them."""
    lints = list(lints)
    missing = [text for lint in lints for text in lint.repair.stopped]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kresolve",
                        "version": version,
                        "rules": [
                            {
                                "id": rule,
                                "shortDescription": {"text": text},
                                "defaultConfiguration": {"level": _SARIF[severity]},
                            }
                            for rule, (severity, text) in RULES.items()
                            if severity != "ok"
                        ],
                    }
                },
                "invocations": [
                    {
                        "executionSuccessful": not missing,
                        "toolExecutionNotifications": [
                            {"level": "warning", "message": {"text": text}} for text in missing
                        ],
                    }
                ],
                "results": [
                    _result(f) for lint in lints for f in lint.findings if f.severity != "ok"
                ],
            }
        ],
    }


def _result(finding: Finding) -> dict[str, Any]:
    place = finding.line.location
    region = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(place.file) if place else "fragment"},
            "region": {"startLine": place.line if place else 1},
        }
    }
    return {
        "ruleId": finding.rule,
        "level": _SARIF[finding.severity],
        "message": {"text": f"CONFIG_{finding.line.symbol}: {finding.text}"},
        "locations": [region],
    }


def _uri(file: str) -> str:
    """A file's name as a URI reference: what would be a scheme, a query or no byte is escaped."""
    path = quote(os.fsencode(file))
    return f"file://{path}" if path.startswith("/") else path
