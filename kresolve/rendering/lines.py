"""Text from lines; long text in lines for a terminal, options' names kept whole."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Final, ParamSpec

_P = ParamSpec("_P")

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


def joined(lines: Callable[_P, Iterable[str]]) -> Callable[_P, str]:
    """A function that returns what ``lines`` yields as one text, without a newline at its end."""

    @wraps(lines)
    def text(*args: _P.args, **kwargs: _P.kwargs) -> str:
        return "\n".join(lines(*args, **kwargs))

    return text


def ended(lines: Callable[_P, Iterable[str]]) -> Callable[_P, str]:
    """A function that returns what ``lines`` yields as one text, each line with its newline."""

    @wraps(lines)
    def text(*args: _P.args, **kwargs: _P.kwargs) -> str:
        return "".join(f"{line}\n" for line in lines(*args, **kwargs))

    return text
