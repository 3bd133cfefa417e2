"""Programs that were missing when a tree was read, where that decides a value."""

from __future__ import annotations

from typing import Final

from kresolve.evaluator import Configuration
from kresolve.explanation import Probes, computed_at
from kresolve.explanation.why_not import WhyNot, why_not

#: So many symbols behind a cause are looked at.
_MOST: Final = 20


def with_tools(after: Configuration, why: WhyNot, probes: Probes) -> str:
    """A cause in its sentence, with the programs whose absence has a part in it."""
    missing = missing_tools(after, why, probes)
    return f"{why.text}; {missing}" if missing else why.text


def missing_tools(after: Configuration, why: WhyNot, probes: Probes) -> str:
    """Which programs were not there that have a part in a cause, in one clause; empty for none.

    It is followed from the symbols in the way to those that keep these out.
    """
    found: dict[str, None] = {}
    seen: set[str] = set()
    todo = list(why.blockers)
    while todo and len(seen) < _MOST:
        name = todo.pop(0)
        symbol = after.model.symbols.get(name)
        if symbol is None or name in seen:
            continue
        seen.add(name)
        for place in computed_at(after.model, name):
            if missing := probes.missing(probes.line(place)):
                found[missing] = None
        if symbol.is_bool_or_tristate and after[name] == "n":
            todo += why_not(after, name, "y").blockers
    return " and ".join(found)
