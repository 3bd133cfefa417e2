"""Planning: a request, one order of what is better, a search, a confirmed plan."""

from kresolve.planner.compatible import Compatible, compatible
from kresolve.planner.everybase import ANY, Land
from kresolve.planner.objective import ORDERS, Measure, View
from kresolve.planner.planning import answer, answer_all, answer_in_parts, can_be_proved
from kresolve.planner.portable import answer_everywhere
from kresolve.planner.problem import Question
from kresolve.planner.request import (
    Request,
    checked,
    from_fragment,
    from_mapping,
    merged,
    no_request,
    parse_request,
)
from kresolve.planner.result import (
    Change,
    Conflict,
    Demand,
    Missed,
    Outcome,
    Plan,
    PlanLine,
    Satisfied,
    Verified,
)
from kresolve.planner.world import Knowledge, World

__all__ = [
    "ANY",
    "ORDERS",
    "Change",
    "Compatible",
    "Conflict",
    "Demand",
    "Knowledge",
    "Land",
    "Measure",
    "Missed",
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
    "answer_everywhere",
    "answer_in_parts",
    "can_be_proved",
    "checked",
    "compatible",
    "from_fragment",
    "from_mapping",
    "merged",
    "no_request",
    "parse_request",
]
