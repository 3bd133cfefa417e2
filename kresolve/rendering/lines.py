"""Long text in lines for a terminal, options' names kept whole."""

from __future__ import annotations

import textwrap
from typing import Final

_WIDTH: Final = 98


def wrapped(text: str, indent: str, rest: str | None = None) -> list[str]:
    """The lines of a text; ``rest`` begins the second and later ones: two blanks further in."""
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  " if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
