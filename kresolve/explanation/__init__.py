"""Why values are what they are: derivations as data, reductions of them, reasons as sentences."""

from kresolve.explanation.customary import CustomaryEffect, customary_effect
from kresolve.explanation.derivation import Cause, Derivation, Fact, Premise, Rule, Step
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.probes import Probes, computed_at, with_probes
from kresolve.explanation.sentences import headline, reason, sentence, step_text

__all__ = [
    "Cause",
    "CustomaryEffect",
    "Derivation",
    "Deriver",
    "Fact",
    "Premise",
    "Probes",
    "Rule",
    "Step",
    "computed_at",
    "customary_effect",
    "headline",
    "reason",
    "sentence",
    "step_text",
    "with_probes",
]
