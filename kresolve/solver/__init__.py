"""Solving: assignments, cores, and the best assignment by ordered levels.

The only package that knows python-sat.
"""

from kresolve.solver.deadline import NEVER, Deadline, OutOfTime
from kresolve.solver.incremental import Assignment, IncrementalSolver, Solution
from kresolve.solver.lex_max_sat import Level, LexMaxSat

__all__ = [
    "NEVER",
    "Assignment",
    "Deadline",
    "IncrementalSolver",
    "Level",
    "LexMaxSat",
    "OutOfTime",
    "Solution",
]
