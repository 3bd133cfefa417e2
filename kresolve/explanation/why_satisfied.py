"""Why a request needs no line: one sentence, from the derivation of its value."""

from __future__ import annotations

from kresolve.explanation.derivation import Fact
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.reductions import readable
from kresolve.explanation.sentences import sentence


def why_satisfied(deriver: Deriver, symbol: str) -> str:
    """Why a symbol has its value without a line of the plan: a sentence without its subject."""
    return reason(readable(deriver.fact(symbol), root=False))


def reason(fact: Fact) -> str:
    """What stands behind "X is y" in the sentence of a fact.

    >>> reason(Fact("X", "n", "undefined"))
    'no Kconfig file of this architecture defines it'
    """
    text = sentence(fact)
    start = f"{fact.name} is "
    if text.startswith(start):
        for word in (": ", " by ", " because "):
            value, found, rest = text.removeprefix(start).partition(word)
            if found and " " not in value:
                return rest
    return text
