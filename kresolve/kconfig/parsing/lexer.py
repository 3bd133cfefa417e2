"""Kconfig files as statements of tokens, as conf's scanner reads them (scripts/kconfig/lexer.l).

What conf ignores with a warning is ignored with the same warning: a character that means
nothing outside of strings, a string that does not end on its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container
from typing import Final, Literal, NamedTuple

from kresolve.kconfig.parsing.macros import Macros

#: Characters of a statement: far above what any tree has.
_LONGEST: Final = 1 << 16

_BLANK: Final = " \t"
#: What C takes for blank.
SPACE: Final = " \t\n\v\f\r"
#: What an assignment has behind its name.
ASSIGNMENTS: Final = frozenset({"=", ":=", "+="})

_TOKEN: Final = re.compile(
    r"(?P<nothing>[ \t]+|\#.*|\\\n)"
    r"|(?P<word>[A-Za-z0-9_$-]+)"
    r"|(?P<mark>\|\||&&|!=|<=|>=|:=|\+=|[=<>!()])"
    r"|(?P<quote>[\"'])"
    r"|(?P<end>\n)"
    r"|(?P<other>.)"
)
_STRING_PART: Final = re.compile(r"[^$'\"\\\n]+")

TokenKind = Literal["keyword", "word", "quoted", "value"]


class Token(NamedTuple):
    """A keyword or an operator as it is written; a word, a quoted text, or an assigned value."""

    kind: TokenKind
    text: str


class Lexer:
    """Reads one file; a reader calls :meth:`statement` until it is None.

    ``readline`` gives the lines of the file, ``warn`` takes what conf would warn of, with its
    line, ``refuse`` raises an error for the present statement.
    """

    def __init__(
        self,
        readline: Callable[[], str],
        keywords: Container[str],
        macros: Macros,
        warn: Callable[[int, str], None],
    ) -> None:
        self.readline = readline
        self.keywords = keywords
        self.macros = macros
        self.warn = warn
        #: The lines read so far, and the one in which the present statement begins.
        self.line = 0
        self.statement_line = 0
        #: The present line.
        self.text = ""
        #: Did the last statement end with its file, not with its line?
        self.is_open = False
        #: Was a help text the last that was read?
        self.after_help = False
        self._at = 0
        self._next: str | None = None

    def statement(self) -> list[Token] | None:
        """The tokens of the next statement, at least one; None at the end of the file."""
        while True:
            if not self._read():
                return None
            tokens = self._tokens()
            if tokens:
                self.after_help = False
                return tokens

    def skip_help(self) -> bool:
        """Pass over the help text that begins with the next line; does it say anything?

        Its indentation is that of its first line with text; it ends before a line that
        begins without a blank, unless it is the first, or that is indented less.
        """
        says = cut = False
        indentation = last = 0
        while self._read():
            body = self.text.removesuffix("\n")
            text = body.lstrip(_BLANK)
            if text:
                if len(text) < len(body):
                    last = _width(body[: len(body) - len(text)])
                    if last < indentation:
                        self._next = self.text.lstrip(_BLANK)
                        self.line -= 1
                        break
                indentation = indentation or last
                before, nul, _ = text.partition("\0")
                says |= not cut and bool(before.strip(SPACE))
                cut |= bool(nul)
            self._next = self.readline()
            if self._next and self._next[0] not in " \t\n":
                break
        self.after_help = True
        return says

    # Lines

    def _read(self) -> bool:
        """Take the next line; False at the end of the file."""
        line, self._next = self._next, None
        if line is None:
            line = self.readline()
        self.text, self._at = line, 0
        self.line += bool(line)
        return bool(line)

    def _tokens(self) -> list[Token]:
        """The tokens up to the end of a line that does not go on."""
        self.macros.begin_statement()
        self.is_open = True
        tokens: list[Token] = []
        length, begin = 0, self.line
        while True:
            if tokens and length + self._at > _LONGEST:
                self.line = begin
                self.macros.refuse(f"a statement of more than {_LONGEST} characters")
            found = _TOKEN.match(self.text, self._at)
            if found is None:
                return tokens  # the end of the file
            kind, text, start = found.lastgroup, found[0], self._at
            self._at = found.end()
            if kind == "nothing":
                if text == "\\\n":
                    length += self._at
                    self._read()
                continue
            if kind == "end":
                self.is_open = False
                return tokens
            if kind == "other":
                self.warn(self.line, f"ignoring unsupported character {_shown(text)}")
                continue
            if not tokens:
                self.statement_line = self.line
            if kind == "word":
                self._word(text, start, tokens)
            elif kind == "quote":
                tokens.append(Token("quoted", self._string(text)))
            else:
                tokens.append(Token("keyword", text))
                if text in ASSIGNMENTS and len(tokens) == 2:
                    self._value(tokens)

    # Tokens

    def _word(self, text: str, start: int, tokens: list[Token]) -> None:
        if "$" not in text:
            tokens.append(Token("keyword" if text in self.keywords else "word", text))
            return
        # conf takes the rest of the line up to a NUL, and forgets that
        rest, nul, _ = self._rest(start).partition("\0")
        word, used = self.macros.token(rest)
        if nul:
            end = start + len(rest)
            self.text = self.text[:end] + self.text[end + 1 :]
        self._at = start + used
        if word:
            tokens.append(Token("word", word))

    def _rest(self, start: int) -> str:
        """The rest of the line without its end."""
        rest = self.text[start:].removesuffix("\n")
        if len(rest) > _LONGEST:
            self.macros.refuse(f"a statement of more than {_LONGEST} characters")
        return rest

    def _value(self, tokens: list[Token]) -> None:
        """The value of an assignment: the rest of its line."""
        if tokens[0].kind != "word" or self.after_help:
            return  # behind a help text conf does not know an assignment
        rest = self._rest(self._at)
        self._at += len(rest)
        value = rest.lstrip(_BLANK).partition("\0")[0]
        if value:
            tokens.append(Token("value", value))

    def _string(self, quote: str) -> str:
        """The text of a string up to its quote, or to the end of its line."""
        parts: list[str] = []
        while True:
            found = _STRING_PART.match(self.text, self._at)
            if found is not None:
                parts.append(found[0])
                self._at = found.end()
            letter = self.text[self._at : self._at + 1]
            if letter in ("\n", ""):
                if letter:
                    self.warn(self.statement_line, "multi-line strings not supported")
                break
            self._at += 1
            if letter == quote:
                break
            if letter == "$":
                line = self._rest(self._at)
                rest = line.partition("\0")[0]
                expansion, used = self.macros.reference(rest, 0)
                parts.append(expansion)
                if len(rest) < len(line):  # conf forgets the NUL and what is behind it
                    end = self._at + len(rest)
                    self.text = self.text[:end] + self.text[self._at + len(line) :]
                self._at += used
            elif letter == "\\":
                escaped = self.text[self._at : self._at + 1]
                if escaped != "\n":
                    parts.append(escaped)
                    self._at += 1
            else:
                parts.append(letter)
        return "".join(parts).partition("\0")[0]


def _width(blanks: str) -> int:
    r"""The columns of an indentation.

    >>> _width("  \t ")
    9
    """
    width = 0
    for letter in blanks:
        width = (width & ~7) + 8 if letter == "\t" else width + 1
    return width


def _shown(character: str) -> str:
    return f"'{character}'" if character.isprintable() else ascii(character)
