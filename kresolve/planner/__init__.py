"""Planning: from a request to the best plan, confirmed by the evaluator."""

from kresolve.kconfig.phrases import join_names
from kresolve.planner.compatible import Compatible, compatible
from kresolve.planner.objective import ORDERS, Measure, View
from kresolve.planner.planning import answer, answer_all, answer_in_parts, can_be_proved
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
from kresolve.planner.request_text import (
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
    Counterexample,
    Plan,
    PlanLine,
    Satisfied,
    Serving,
    TargetResult,
    Verified,
)
from kresolve.planner.target import ModelIndex, Target
from kresolve.planner.universal import ANY, AnyBase
from kresolve.planner.universal_plan import answer_any_base

__all__ = [
    "ANY",
    "ON",
    "ORDERS",
    "Alternative",
    "AnyBase",
    "AnyOf",
    "Change",
    "Compatible",
    "Conflict",
    "Counterexample",
    "Demand",
    "Measure",
    "ModelIndex",
    "Plan",
    "PlanLine",
    "Question",
    "Request",
    "Satisfied",
    "Serving",
    "Target",
    "TargetResult",
    "Term",
    "Verified",
    "View",
    "Want",
    "accepted_values",
    "alternatives_of",
    "answer",
    "answer_all",
    "answer_any_base",
    "answer_in_parts",
    "any_of",
    "can_be_proved",
    "checked",
    "compatible",
    "from_fragment",
    "from_mapping",
    "has_option",
    "join_names",
    "lacking",
    "listed_values",
    "merged",
    "no_request",
    "parse_request",
    "parse_terms",
    "request_name",
    "requested",
    "value_text",
]
