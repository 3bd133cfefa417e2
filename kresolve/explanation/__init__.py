"""Why values are what they are: derivations as data, reductions of them, reasons in words."""

from kresolve.explanation.derivation import Cause, Derivation, Fact, Rule, Step, Told
from kresolve.explanation.deriving import Deriver

__all__ = [
    "Cause",
    "Derivation",
    "Deriver",
    "Fact",
    "Rule",
    "Step",
    "Told",
]
