"""Explanations as Markdown: a nested list, names and lines as code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kresolve.explanation import Derivation, headline
from kresolve.planner import Plan
from kresolve.report.derivation_outline import (
    about,
    change_conflict,
    change_lines,
    change_title,
    left_out,
    outline,
)

#: What is set as code: quoted lines, places, names of symbols with their values.
_CODE: Final = re.compile(
    r"\"[^\"]*\"|'[^']*'|[\w./-]+:\d+|\b[A-Z0-9_]*[A-Z][A-Z0-9_]+\b(?:=[\w.+-]+)?"
)
_SPECIAL: Final = re.compile(r"([\\`*_<>|\[\]])")


def explanation_markdown(
    derivation: Derivation, wanted: str | None, plan: Plan | None, *, full: bool = False
) -> str:
    """A Markdown document: the sentence, the derivation, what would change it."""
    return "\n".join(_lines(derivation, wanted, plan, full=full)) + "\n"


def _lines(
    derivation: Derivation, wanted: str | None, plan: Plan | None, *, full: bool
) -> Iterator[str]:
    yield f"**{_marked(headline(derivation))}**"
    yield ""
    yield _marked(about(derivation.fact))
    yield ""
    for item in outline(derivation, full=full):
        indent = "  " * item.level
        yield f"{indent}- {_marked(item.text)}"
        for step in item.steps:
            yield f"{indent}  - {_marked(step)}"
    more = left_out(derivation, full=full)
    if more:
        yield f"- and {more} more, deeper"
    if plan is None:
        return
    yield ""
    yield f"{_marked(change_title(wanted, plan))}:"
    yield ""
    if plan.lines:
        yield "```"
        for text, why in change_lines(plan):
            yield f"# {why}"
            yield text
        yield "```"
    for line in change_conflict(plan):
        yield f"- {_marked(line.strip())}"


def _marked(text: str) -> str:
    """A sentence with what a file says, places and names as code; the rest escaped."""
    found: list[str] = []
    end = 0
    for match in _CODE.finditer(text):
        found.append(_SPECIAL.sub(r"\\\1", text[end : match.start()]))
        words = match[0]
        found.append(f"``{words}``" if "`" in words else f"`{words}`")
        end = match.end()
    return "".join([*found, _SPECIAL.sub(r"\\\1", text[end:])])
