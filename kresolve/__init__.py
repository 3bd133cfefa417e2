"""Which config-fragment lines make Linux kernel options survive, proved.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> print(p.fragment)  # doctest: +SKIP
"""

from kresolve.api import Tree, plan
from kresolve.errors import KresolveError
from kresolve.planner import Plan

__all__ = ["KresolveError", "Plan", "Tree", "plan"]
__version__ = "0.1.0"
