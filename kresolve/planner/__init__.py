"""Planning: a request, one order of what is better, a search, a confirmed plan."""

from kresolve.planner.objective import ORDERS, Measure, View
from kresolve.planner.planning import answer, answer_all
from kresolve.planner.problem import Question
from kresolve.planner.request import (
    Request,
    checked,
    from_fragment,
    from_mapping,
    merged,
    parse_request,
)
from kresolve.planner.result import Change, Conflict, Outcome, Plan, PlanLine, Satisfied, Verified
from kresolve.planner.world import Knowledge, World

__all__ = [
    "ORDERS",
    "Change",
    "Conflict",
    "Knowledge",
    "Measure",
    "Outcome",
    "Plan",
    "PlanLine",
    "Question",
    "Request",
    "Satisfied",
    "Verified",
    "View",
    "World",
    "answer",
    "answer_all",
    "checked",
    "from_fragment",
    "from_mapping",
    "merged",
    "parse_request",
]
