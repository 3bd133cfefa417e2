"""Planning: a request, one order of what is better, a search, a confirmed plan."""

from kresolve.planner.objective import ORDERS, Measure
from kresolve.planner.planning import answer
from kresolve.planner.problem import Question
from kresolve.planner.request import (
    Request,
    checked,
    from_fragment,
    from_mapping,
    merged,
    parse_request,
)
from kresolve.planner.result import Change, Conflict, Plan, PlanLine, Satisfied, Verified
from kresolve.planner.world import Knowledge, World

__all__ = [
    "ORDERS",
    "Change",
    "Conflict",
    "Knowledge",
    "Measure",
    "Plan",
    "PlanLine",
    "Question",
    "Request",
    "Satisfied",
    "Verified",
    "World",
    "answer",
    "checked",
    "from_fragment",
    "from_mapping",
    "merged",
    "parse_request",
]
