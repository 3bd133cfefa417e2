"""Explanations as text: a sentence, the derivation below it, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator

from kresolve.rendering.explanation_outline import Change, Outline
from kresolve.rendering.lines import wrapped

_INDENT = "  "


def explanation_text(outline: Outline) -> str:
    """What is printed: no final newline."""
    parts = [_head(outline), _why(outline), _change(outline.change) if outline.change else ()]
    return "\n\n".join(filter(None, map("\n".join, parts)))


def _head(outline: Outline) -> Iterator[str]:
    # One line, however long: programs and people look for it.
    yield outline.headline
    yield from wrapped(outline.about, _INDENT, _INDENT * 2)


def _why(outline: Outline) -> Iterator[str]:
    """The derivation; nothing where the first sentence has said it all."""
    items = outline.items
    if len(items) == 1 and not items[0].steps and not items[0].has_places:
        return
    yield "why:"
    for item in items:
        indent = _INDENT * (item.level + 1)
        yield from wrapped(item.text, indent, indent + _INDENT)
        for step in item.steps:
            yield from wrapped(f"- {step}", indent + _INDENT, indent + _INDENT * 2)
    if outline.left_out:
        causes = "cause" if outline.left_out == 1 else "causes"
        yield f"{_INDENT}{outline.left_out} more {causes} deeper (--depth)"


def _change(change: Change) -> Iterator[str]:
    yield from wrapped(change.title, "", _INDENT)
    for text, why in change.lines:
        yield f"{_INDENT}{text}"
        yield from wrapped(f"# {why}", _INDENT * 2, f"{_INDENT * 2}# ")
    for line in change.conflict:
        yield from wrapped(line.strip(), _indent(line), _indent(line) + _INDENT)


def _indent(line: str) -> str:
    return _INDENT + line[: len(line) - len(line.lstrip())]
