"""Variables, functions and their expansion, as conf has them (scripts/kconfig/preprocess.c).

A hostile tree gets an error instead of all memory: the limits are far above what any tree needs.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final, NoReturn

from attrs import define

#: Characters of what a reference becomes.
_LONGEST: Final = 1 << 16
#: References that are expanded for one statement.
_MOST_EXPANSIONS: Final = 10_000
#: Lines that append to a variable.
_MOST_APPENDS: Final = 1_000
#: References inside each other, or in the values of others.
_DEEPEST: Final = 150
#: conf's own limit: a function's arguments, and its name.
_MOST_ARGUMENTS: Final = 16

_PAREN: Final = re.compile(r"[()]")
_SPLIT: Final = re.compile(r"[(),]")
_TOKEN_PART: Final = re.compile(r"[A-Za-z0-9_-]*")
_NUMBER: Final = re.compile(r"[ \t\n\v\f\r]*\+?([0-9]+)")


@define
class _Variable:
    value: str
    is_simple: bool
    depth: int = 0


class Macros:
    """The variables of a tree, and what references to them expand to.

    ``functions`` are the built-in ones, with the number of their arguments;
    ``refuse`` raises the error for the statement that is being read.
    """

    def __init__(
        self,
        functions: Mapping[str, tuple[int, Callable[..., str]]],
        refuse: Callable[[str], NoReturn],
    ) -> None:
        self.functions = functions
        self.refuse = refuse
        self.variables: dict[str, _Variable] = {}
        self._depth = 0
        self._expansions = 0
        self._appends = 0

    def begin_statement(self) -> None:
        """Count anew for the next statement."""
        self._expansions = 0

    def assign(self, name: str, operator: str, value: str) -> None:
        """``name = value``, ``:=`` or ``+=``; ``+=`` keeps the flavour of a variable."""
        old = self.variables.get(name)
        if operator == "+=":
            self._appends += 1
            if self._appends > _MOST_APPENDS:
                self.refuse(f"more than {_MOST_APPENDS} times +=")
        is_simple = operator == ":="
        if operator == "+=" and old is not None:
            is_simple = old.is_simple
        if is_simple:
            value = self.expand(value)
        if operator == "+=" and old is not None:
            value = self._bounded(f"{old.value} {value}")
        self.variables[name] = _Variable(value, is_simple)

    def expand(self, text: str, arguments: Sequence[str] = ()) -> str:
        """A text with all its references expanded."""
        parts: list[str] = []
        start = 0
        while (at := text.find("$", start)) >= 0:
            parts.append(text[start:at])
            expansion, start = self.reference(text, at + 1, arguments)
            parts.append(expansion)
        return self._bounded("".join((*parts, text[start:])))

    def token(self, text: str) -> tuple[str, int]:
        """The word at the start of a text, expanded, and where it ends."""
        parts: list[str] = []
        at = 0
        while True:
            found = _TOKEN_PART.match(text, at)
            assert found is not None
            parts.append(found[0])
            at = found.end()
            if not text.startswith("$", at):
                return self._bounded("".join(parts)), at
            expansion, at = self.reference(text, at + 1)
            parts.append(expansion)

    def reference(self, text: str, start: int, arguments: Sequence[str] = ()) -> tuple[str, int]:
        """What the reference behind a ``$`` becomes, and where it ends; "$" alone is text."""
        if not text.startswith("(", start):
            return "$", start
        self._expansions += 1
        if self._expansions > _MOST_EXPANSIONS:
            self.refuse(f"more than {_MOST_EXPANSIONS} macros to expand")
        end = _closing(text, start + 1)
        if end is None:
            self.refuse(f"unterminated reference to '{text[start + 1 : start + 60]}': missing ')'")
        if self._depth >= _DEEPEST:
            self.refuse(f"macros nested more than {_DEEPEST} deep")
        self._depth += 1
        value = self._value(text[start + 1 : end], arguments)
        self._depth -= 1
        return value, end + 1

    def _value(self, clause: str, arguments: Sequence[str]) -> str:
        """What stands between the parentheses of a reference becomes."""
        number = _NUMBER.fullmatch(clause)
        which = int(number[1].lstrip("0")[:9] or 0) if number else 0
        if 0 < which <= len(arguments):
            return arguments[which - 1]
        words = _arguments(clause)
        if len(words) > _MOST_ARGUMENTS:
            self.refuse(f"more than {_MOST_ARGUMENTS - 1} arguments of a function")
        name, *given = (self.expand(word, arguments) for word in words)
        variable = self.variables.get(name)
        if variable is not None:
            return self._variable(name, variable, given)
        if name in self.functions:
            number_of, function = self.functions[name]
            if len(given) != number_of:
                few = "few" if len(given) < number_of else "many"
                self.refuse(f"too {few} function arguments passed to '{name}'")
            return self._bounded(function(*given))
        return "" if given else os.environ.get(name, "")

    def _variable(self, name: str, variable: _Variable, given: Sequence[str]) -> str:
        if variable.is_simple:
            return variable.value  # it was expanded when it was set
        if variable.depth and not given:
            self.refuse(f"the variable '{name}' references itself")
        variable.depth += 1
        value = self.expand(variable.value, given)
        variable.depth -= 1
        return value

    def _bounded(self, text: str) -> str:
        if len(text) > _LONGEST:
            self.refuse(f"a macro that expands to more than {_LONGEST} characters")
        return text


def _closing(text: str, start: int) -> int | None:
    """Where the parenthesis is that closes the one before ``start``."""
    nested = 0
    for found in _PAREN.finditer(text, start):
        if found[0] == "(":
            nested += 1
        elif nested:
            nested -= 1
        else:
            return found.start()
    return None


def _arguments(clause: str) -> list[str]:
    """A clause at its commas, those inside parentheses apart.

    >>> _arguments("if,$(x,y),z")
    ['if', '$(x,y)', 'z']
    """
    found: list[str] = []
    start = nested = 0
    for mark in _SPLIT.finditer(clause):
        if mark[0] == "," and nested == 0:
            found.append(clause[start : mark.start()])
            start = mark.end()
        else:
            nested += (mark[0] == "(") - (mark[0] == ")")
    return [*found, clause[start:]]
