"""The first witness: what conf computes, forward (docs/semantics.md)."""

from kresolve.semantics.configuration import Configuration, evaluate
from kresolve.uservalues import Finish, UserValues, user_values

__all__ = ["Configuration", "Finish", "UserValues", "evaluate", "user_values"]
