"""The first witness: what conf computes, forward (docs/semantics.md)."""

from kresolve.semantics.configuration import Configuration, evaluate
from kresolve.semantics.savedefconfig import savedefconfig
from kresolve.uservalues import Finish, UserValues, more_user_values, user_values

__all__ = [
    "Configuration",
    "Finish",
    "UserValues",
    "evaluate",
    "more_user_values",
    "savedefconfig",
    "user_values",
]
