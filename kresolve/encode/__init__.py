"""The second witness: what conf computes, as clauses to be solved backward."""

from kresolve.encode.circuit import FALSE, TRUE, Circuit, Reason, Tristate
from kresolve.encode.encoding import Encoding
from kresolve.encode.user import FixedUser, FreeUser, PlannedUser

__all__ = [
    "FALSE",
    "TRUE",
    "Circuit",
    "Encoding",
    "FixedUser",
    "FreeUser",
    "PlannedUser",
    "Reason",
    "Tristate",
]
