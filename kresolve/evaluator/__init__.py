"""The evaluator: what conf computes from lines (docs/semantics.md)."""

from kresolve.dotconfig.user_values import ConfMode, UserValues, more_user_values, user_values
from kresolve.evaluator.configuration import Configuration, evaluate

__all__ = [
    "ConfMode",
    "Configuration",
    "UserValues",
    "evaluate",
    "more_user_values",
    "user_values",
]
