"""Explanations on a terminal: names, places and quoted lines in colours."""

from __future__ import annotations

import sys
from typing import ClassVar

from rich.console import Console
from rich.highlighter import RegexHighlighter
from rich.theme import Theme

_THEME = Theme(
    {
        "kresolve.place": "dim",
        "kresolve.quoted": "green",
        "kresolve.name": "bold cyan",
        "kresolve.value": "bold",
        "kresolve.comment": "dim",
    }
)


class _Highlighter(RegexHighlighter):
    """What is what in an explanation."""

    base_style = "kresolve."
    highlights: ClassVar[list[str]] = [
        r"(?P<name>\b[A-Z0-9_]*[A-Z][A-Z0-9_]+\b)",
        r"\b(?:is|be|only|=)[ ]?(?P<value>[nmy]|\d+)\b",
        r"(?P<quoted>\"[^\"]*\")",
        r"(?P<place>[\w./-]+:\d+)",
        r"(?P<comment>^ +# .*$)",
    ]


def show(text: str, *, colours: bool = True) -> None:
    """Write a text to standard output, in colours where that is a terminal that has them."""
    if not colours or not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    console = Console(highlighter=_Highlighter(), theme=_THEME, soft_wrap=True)
    console.print(text, markup=False, end="")
