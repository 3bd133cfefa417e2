"""Explanations as text: a sentence, the derivation below it, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from kresolve.explanation import Derivation, headline
from kresolve.planner import Plan
from kresolve.rendering.explanation_outline import (
    about,
    change_conflict,
    change_lines,
    change_title,
    left_out,
    outline,
)
from kresolve.rendering.wrapping import wrapped

_INDENT = "  "


def explanation_text(
    derivation: Derivation, wanted: str | None, plan: Plan | None, *, full: bool = False
) -> str:
    """What is printed: no final newline."""
    parts = ["\n".join(_head(derivation)), "\n".join(_why(derivation, full=full))]
    if plan is not None:
        parts.append("\n".join(_change(wanted, plan)))
    return "\n\n".join(part for part in parts if part)


def _head(derivation: Derivation) -> Iterator[str]:
    # One line, however long: programs and people look for it.
    yield headline(derivation)
    yield from wrapped(about(derivation.fact), _INDENT, _INDENT * 2)


def _why(derivation: Derivation, *, full: bool) -> Iterator[str]:
    """The derivation; nothing where the first sentence has said it all."""
    items = list(outline(derivation, full=full))
    if len(items) == 1 and not items[0].steps and not items[0].has_places:
        return
    yield "why:"
    for item in items:
        indent = _INDENT * (item.level + 1)
        yield from wrapped(item.text, indent, indent + _INDENT)
        for step in item.steps:
            yield from wrapped(f"- {step}", indent + _INDENT, indent + _INDENT * 2)
    more = left_out(derivation, full=full)
    if more:
        causes = "cause" if more == 1 else "causes"
        yield f"{_INDENT}{more} more {causes} deeper (--depth)"


def _change(wanted: str | None, plan: Plan) -> Iterator[str]:
    yield from wrapped(change_title(wanted, plan), "", _INDENT)
    for text, why in change_lines(plan):
        yield f"{_INDENT}{text}"
        yield from wrapped(f"# {why}", _INDENT * 2, f"{_INDENT * 2}# ")
    for line in change_conflict(plan):
        yield from wrapped(line.strip(), _indent(line), _indent(line) + _INDENT)


def _indent(line: str) -> str:
    return _INDENT + line[: len(line) - len(line.lstrip())]
