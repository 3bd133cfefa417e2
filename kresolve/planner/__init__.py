"""Planning: a request, one order of what is better, a search, a confirmed plan."""

from kresolve.planner.chains import listed
from kresolve.planner.compatible import Compatible, compatible
from kresolve.planner.everybase import ANY, Land
from kresolve.planner.objective import ORDERS, Measure, View
from kresolve.planner.planning import answer, answer_all, answer_in_parts, can_be_proved
from kresolve.planner.portable import answer_everywhere
from kresolve.planner.problem import Question
from kresolve.planner.request import (
    ON,
    Alternative,
    AnyOf,
    Demand,
    Request,
    Want,
    accepted_values,
    alternatives_of,
    checked,
    from_fragment,
    from_mapping,
    has_option,
    lacking,
    merged,
    requested,
)
from kresolve.planner.requesttext import (
    Term,
    any_of,
    listed_values,
    no_request,
    parse_request,
    parse_terms,
    request_name,
    value_text,
)
from kresolve.planner.result import (
    Change,
    Conflict,
    Missed,
    Outcome,
    Plan,
    PlanLine,
    Satisfied,
    Serving,
    Verified,
)
from kresolve.planner.world import Knowledge, World

__all__ = [
    "ANY",
    "ON",
    "ORDERS",
    "Alternative",
    "AnyOf",
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
    "Serving",
    "Term",
    "Verified",
    "View",
    "Want",
    "World",
    "accepted_values",
    "alternatives_of",
    "answer",
    "answer_all",
    "answer_everywhere",
    "answer_in_parts",
    "any_of",
    "can_be_proved",
    "checked",
    "compatible",
    "from_fragment",
    "from_mapping",
    "has_option",
    "lacking",
    "listed",
    "listed_values",
    "merged",
    "no_request",
    "parse_request",
    "parse_terms",
    "request_name",
    "requested",
    "value_text",
]
