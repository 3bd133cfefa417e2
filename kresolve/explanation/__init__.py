"""Why values are what they are: derivations as data, reductions of them, reasons in words."""

from kresolve.explanation.derivation import Cause, Derivation, Fact, Rule, Step, Told
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.phrases import headline, sentence, step_text
from kresolve.explanation.probes import Probes, computed_at, with_probes
from kresolve.explanation.reasons import why_satisfied
from kresolve.explanation.tradition import Tradition, tradition

__all__ = [
    "Cause",
    "Derivation",
    "Deriver",
    "Fact",
    "Probes",
    "Rule",
    "Step",
    "Told",
    "Tradition",
    "computed_at",
    "headline",
    "sentence",
    "step_text",
    "tradition",
    "why_satisfied",
    "with_probes",
]
