"""Why values are what they are: derivations as data, reductions of them, reasons in words."""

from kresolve.explanation.derivation import Cause, Derivation, Fact, Rule, Step, Told
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.phrases import headline, sentence, step_text
from kresolve.explanation.probes import Probes, with_probes

__all__ = [
    "Cause",
    "Derivation",
    "Deriver",
    "Fact",
    "Probes",
    "Rule",
    "Step",
    "Told",
    "headline",
    "sentence",
    "step_text",
    "with_probes",
]
