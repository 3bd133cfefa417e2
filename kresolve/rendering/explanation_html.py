"""Explanations as self-contained HTML, for a file or a notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from kresolve.rendering.explanation_outline import Change, Item, Outline

#: Values and places, and the names of symbols, once the text is escaped.
_PLACE: Final = re.compile(r"(?<![\w/])([\w./-]+:\d+)(?!\w)")
_NAME: Final = re.compile(r"(?<![\w&#/.])([A-Z0-9_]*[A-Z][A-Z0-9_]+)(?![\w;/.])")

# Of the div alone: a picture in the same notebook is an svg of this class.
_STYLE: Final = """\
div.kresolve { --ink: #1f2328; --dim: #59636e; --line: #d1d9e0; --name: #0550ae; --back: #fff;
  color: var(--ink); background: var(--back); font: 14px/1.5 system-ui, sans-serif;
  max-width: 60rem; padding: .75rem 1rem; }
@media (prefers-color-scheme: dark) {
  div.kresolve { --ink: #e6edf3; --dim: #9198a1; --line: #3d444d; --name: #79c0ff;
    --back: #0d1117; } }
.kresolve .head { font-weight: 600; margin: 0; }
.kresolve .about, .kresolve .place, .kresolve .step { color: var(--dim); }
.kresolve .about { margin: 0 0 .6rem; }
.kresolve .name { color: var(--name); font-family: ui-monospace, monospace; font-size: .95em; }
.kresolve details, .kresolve .leaf { margin: .15rem 0 .15rem .4rem; padding-left: .7rem;
  border-left: 2px solid var(--line); }
.kresolve summary { cursor: pointer; }
.kresolve .step { margin: 0 0 0 1.1rem; font-size: .92em; }
.kresolve pre { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem;
  overflow-x: auto; margin: .3rem 0; }
.kresolve pre .why { color: var(--dim); }
"""


def explanation_html(outline: Outline) -> str:
    """One ``div`` with its style, for a notebook or another page."""
    return "".join(_parts(outline))


def explanation_page(outline: Outline) -> str:
    """A whole page."""
    title = escape(f"{outline.root.name} is {outline.root.value}")
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{title}</title>\n</head>\n<body>\n"
        f"{explanation_html(outline)}</body>\n</html>\n"
    )


def _parts(outline: Outline) -> Iterator[str]:
    yield f'<div class="kresolve">\n<style>\n{_STYLE}</style>\n'
    yield f'<p class="head">{_marked(outline.headline)}</p>\n'
    yield f'<p class="about">{escape(outline.about)}</p>\n'
    yield from _nested(outline.items)
    if outline.left_out:
        yield f'<p class="about">and {outline.left_out} more, deeper</p>\n'
    if outline.change is not None:
        yield from _change(outline.change)
    yield "</div>\n"


def _change(change: Change) -> Iterator[str]:
    yield f"<p>{_marked(change.title)}</p>\n"
    following = [
        *(
            f'<span class="why"># {escape(why)}</span>\n{escape(text)}\n'
            for text, why in change.lines
        ),
        *(f"{escape(line)}\n" for line in change.conflict),
    ]
    if following:
        yield f"<pre>{''.join(following)}</pre>\n"


def _nested(items: Sequence[Item]) -> Iterator[str]:
    """Facts as details within details, the first ones open."""
    open_levels: list[int] = []
    for place, item in enumerate(items):
        while open_levels and open_levels[-1] >= item.level:
            open_levels.pop()
            yield "</details>\n"
        behind = place + 1 < len(items) and items[place + 1].level > item.level
        text = _marked(item.text)
        if not behind and not item.steps:
            yield f'<div class="leaf">{text}</div>\n'
            continue
        yield f"<details{' open' if item.level < _OPEN else ''}><summary>{text}</summary>\n"
        yield from (f'<p class="step">{_marked(step)}</p>\n' for step in item.steps)
        open_levels.append(item.level)
    yield "</details>\n" * len(open_levels)


_OPEN: Final = 6


def _marked(text: str) -> str:
    """Escaped, with names and places set apart."""
    marked = _PLACE.sub(r'<span class="place">\1</span>', escape(text, quote=False))
    return _NAME.sub(r'<span class="name">\1</span>', marked)
