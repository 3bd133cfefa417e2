"""Explanations on a terminal: names, places and quoted lines in colours."""

from __future__ import annotations

from typing import ClassVar

from rich.console import Console
from rich.highlighter import RegexHighlighter
from rich.theme import Theme

from kresolve.kconfig.printable import printable

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
    """Finds names, places and quoted lines in the text of an explanation."""

    base_style = "kresolve."
    highlights: ClassVar[list[str]] = [
        r"(?P<name>\b[A-Z0-9_]*[A-Z][A-Z0-9_]+\b)",
        r"\b(?:is|be|only|=)[ ]?(?P<value>[nmy]|\d+)\b",
        r"(?P<quoted>\"[^\"]*\")",
        r"(?P<place>[\w./-]+:\d+)",
        r"(?P<comment>^ +# .*$)",
    ]


def coloured(text: str) -> str:
    """A text as standard output's terminal shows it, in colours if it has them."""
    console = Console(highlighter=_Highlighter(), theme=_THEME, soft_wrap=True, emoji=False)
    with console.capture() as shown:
        console.print(printable(text), markup=False, end="")
    return shown.get()
