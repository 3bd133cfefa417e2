"""What a Kconfig line says of a symbol, in words: the one place for all reports.

A phrase is a predicate whose subject is the symbol: ``depends on A``, ``is selected
by B``, ``has "default y if C"``.  Evaluator, clauses, explanations and proofs take
theirs from here, so that a fact reads the same wherever it is told.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal, TypeAlias

from kresolve.kconfig.expressions import Expr
from kresolve.kconfig.model import Default, LimitWord, Range, Select

#: So many names stand in a sentence, the rest is counted.
MOST: Final = 4

#: What acts on another symbol than that in whose entry it stands.
Reverse: TypeAlias = Literal["select", "imply"]

NO_PROMPT: Final = "has no prompt, so no line sets it"
ONE_MEMBER: Final = "only one member can be y"

_LIMITS: Final[Mapping[LimitWord, str]] = {
    "depends on": "depends on {}",
    "if": "depends on {}",
    "prompt if": "has a prompt only if {}",
    "visible if": "is in a menu visible only if {}",
    "choice if": "is in a choice visible only if {}",
    "choice": "is in a choice that does not allow it",
    "default if": "has a default only if {}",
    "select if": "is selected only if {}",
}


def limited_by(word: LimitWord, condition: Expr | str | None) -> str:
    """``depends on A``, ``has a prompt only if A``."""
    return _LIMITS[word].format(condition)


def default_line(default: Default) -> str:
    """A default in the words of a Kconfig file."""
    return f"default {default.value}{_if(default.condition)}"


def range_line(bounds: Range) -> str:
    """A range in the words of a Kconfig file."""
    return f"range {bounds.low} {bounds.high}{_if(bounds.condition)}"


def select_line(word: str, select: Select) -> str:
    """A select or imply in the words of a Kconfig file."""
    return f"{word} {select.target}{_if(select.condition)}"


def has_line(line: str) -> str:
    """``has "default y"``."""
    return f"has {in_quotes(line)}"


def reversed_by(word: Reverse, selector: str, condition: Expr | str | None = None) -> str:
    """``is selected by A if B``."""
    how = {"select": "selected", "imply": "implied"}[word]
    return f"is {how} by {selector}{_if(condition)}"


def _if(condition: Expr | str | None) -> str:
    return f" if {condition}" if condition else ""


def in_quotes(text: str) -> str:
    """What a file says, in quotes that it does not have itself."""
    mark = "'" if '"' in text else '"'
    return f"{mark}{text}{mark}"


def at(*parts: object) -> str:
    """The place of something, and what else belongs in brackets behind it: `` (a; b)``."""
    kept = "; ".join(str(part) for part in parts if part)
    return f" ({kept})" if kept else ""


def series(parts: Sequence[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return f" {last} ".join(filter(None, (", ".join(parts[:-1]), *parts[-1:])))


def join_names(names: Sequence[str], most: int = MOST) -> str:
    """Names in a sentence, the long rest as a number."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return series(names)
