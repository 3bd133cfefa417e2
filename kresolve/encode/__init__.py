"""The second witness: what conf computes, as clauses to be solved backward."""

from kresolve.encode.circuit import FALSE, TRUE, Circuit, Gates, Reason, Tristate
from kresolve.encode.encoding import Encoding
from kresolve.encode.simulation import Outcome, Simulation, cofactor
from kresolve.encode.user import AnyUser, FixedUser, Offer, PlannedUser

__all__ = [
    "FALSE",
    "TRUE",
    "AnyUser",
    "Circuit",
    "Encoding",
    "FixedUser",
    "Gates",
    "Offer",
    "Outcome",
    "PlannedUser",
    "Reason",
    "Simulation",
    "Tristate",
    "cofactor",
]
