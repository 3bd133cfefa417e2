"""Solving: assignments, cores, and the best assignment by ordered levels.

The only package that knows python-sat.
"""

from kresolve.solve.deadline import NEVER, Deadline, OutOfTime
from kresolve.solve.optimum import Level, Optimum
from kresolve.solve.session import Assignment, Session, Solution

__all__ = [
    "NEVER",
    "Assignment",
    "Deadline",
    "Level",
    "Optimum",
    "OutOfTime",
    "Session",
    "Solution",
]
