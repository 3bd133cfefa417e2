"""Small pieces of HTML for objects that show themselves in a notebook.

All text from a tree or a file is escaped, and control characters and broken
bytes are made visible.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final

from kresolve.kconfig.printable import printable

_STYLE: Final = 'style="border-collapse:collapse;margin:.3em 0"'
#: Rows of a table that stands between other things.
MOST: Final = 40
_CELL: Final = 'style="text-align:left;vertical-align:top;padding:.15em .9em .15em 0"'


def text(value: object) -> str:
    """A value as escaped text.

    >>> text("a < b")
    'a &lt; b'
    """
    return escape(printable(str(value)))


def code(value: object) -> str:
    """A value as escaped code: a name, a line, a place."""
    return f"<code>{text(value)}</code>"


def strong(value: object) -> str:
    """A value as escaped text that stands out."""
    return f"<b>{text(value)}</b>"


def table(
    rows: Iterable[Sequence[str]], heading: Sequence[str] = (), *, most: int | None = None
) -> str:
    """Rows of HTML cells as a table; empty text if there are none.

    With ``most`` no more rows than that, and how many there are besides.
    """
    found = list(rows)
    if not found:
        return ""
    left_out = 0 if most is None else max(0, len(found) - most)
    found = found[: len(found) - left_out]
    head = "".join(f"<th {_CELL}>{text(cell)}</th>" for cell in heading)
    lines = [f"<tr>{head}</tr>"] if heading else []
    lines += [f"<tr>{''.join(f'<td {_CELL}>{cell}</td>' for cell in row)}</tr>" for row in found]
    more = f"<div>and {left_out} more</div>" if left_out else ""
    return f"<table {_STYLE}>{''.join(lines)}</table>{more}"


def block(*parts: str) -> str:
    """Pieces of HTML, one under the other, those that are empty left out."""
    return f"<div>{''.join(f'<div>{part}</div>' for part in parts if part)}</div>"
