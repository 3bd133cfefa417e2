"""What setting a symbol does to others: hides, shows, switches on or off."""

from kresolve.gating.effects import KINDS, Effect, Effects, among, cause, effects_on
from kresolve.gating.possible import Possible
from kresolve.gating.tree import effects_in_tree

__all__ = [
    "KINDS",
    "Effect",
    "Effects",
    "Possible",
    "among",
    "cause",
    "effects_in_tree",
    "effects_on",
]
