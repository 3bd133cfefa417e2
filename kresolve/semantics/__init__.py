"""The first witness: what conf computes, forward (docs/semantics.md)."""

from kresolve.semantics.configuration import Configuration, evaluate
from kresolve.semantics.savedefconfig import savedefconfig
from kresolve.uservalues import Finish, UserValues, user_values

__all__ = ["Configuration", "Finish", "UserValues", "evaluate", "savedefconfig", "user_values"]
