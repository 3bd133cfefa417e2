"""Make text safe to print: without control characters that a terminal would obey."""

from __future__ import annotations


def printable(text: str, keep: str = "\n\t") -> str:
    r"""A text in which whatever cannot be printed is written out as an escape.

    That is every control character, every character that turns the direction of
    writing, separators of lines and paragraphs, and bytes that were no UTF-8.
    ``keep`` are those that stay: for a text of one line, none.

    >>> print(printable("a\x1b[31m\u202e\udcff b"))
    a\x1b[31m\u202e\xff b
    >>> print(printable("two\nlines", keep=""))
    two\nlines
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else _escaped(c) for c in text)


def _escaped(character: str) -> str:
    byte = ord(character) - 0xDC00
    return f"\\x{byte:02x}" if 0x80 <= byte <= 0xFF else ascii(character)[1:-1]
