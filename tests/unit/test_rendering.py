"""Reports: the same facts for people and for programs."""

from __future__ import annotations

import json

import pytest
from attrs import evolve

from kresolve.api.tree import Tree
from kresolve.planner import Plan, Question, Target, answer, checked, parse_request
from kresolve.planner.result import ProbedLine
from kresolve.rendering.plan_text import plan_report, tree_report
from tests.property.toys import load

_KCONFIG = """\
menu "Drivers"

config BUS
	bool "a bus"

config DEVICE
	bool "a device"
	depends on BUS

config ALWAYS
	def_bool y

endmenu
"""


def planned(*requests: str, forbid: tuple[str, ...] = ()) -> Plan:
    """A plan in the toy tree."""
    model = load(_KCONFIG)
    asked = tuple(checked(model, *parse_request(text), text) for text in requests)
    return answer(Target(model, "empty", ()), Question(asked, forbidden=forbid))


def test_a_plan_for_people() -> None:
    """The report says where, how good, what needs no line, and who has confirmed it."""
    assert plan_report(planned("DEVICE", "ALWAYS")).splitlines() == [
        "Linux 6.12 toy (toy), base empty, make olddefconfig",
        (
            "2 lines, proved best: nothing lost, nothing switched off, no global switch changed, "
            "1 more option on"
        ),
        "1 request needs no line:",
        '  ALWAYS=y: it has "default y" (Kconfig:11)',
        "2 symbols changed in all (--json lists them)",
        "confirmed by evaluator",
    ]


def test_a_plan_for_programs() -> None:
    """The document has every fact of the plan, as JSON can carry it."""
    document = planned("DEVICE", "ALWAYS").to_dict()
    assert json.loads(json.dumps(document)) == document
    assert document["schema"] == "kresolve.plan/2"
    assert document["status"] == "planned"
    assert document["lines"][0] == {
        "symbol": "BUS",
        "value": "y",
        "text": "CONFIG_BUS=y",
        "role": "prerequisite",
        "why": "DEVICE depends on BUS (Kconfig:8)",
        "needed_by": ["DEVICE"],
        "location": "Kconfig:3",
        "prompt": "a bus",
        "missed_on": None,
        "menu": ["Drivers"],
    }
    assert document["request"][0] == {"symbol": "DEVICE", "accept": ["y"], "from": "DEVICE"}
    assert document["changes"] == [
        {"symbol": "BUS", "before": "n", "after": "y"},
        {"symbol": "DEVICE", "before": "n", "after": "y"},
    ]
    assert document["verified"] == {"evaluator": True, "conf": None}
    assert document["conflict"] is None


def test_a_conflict_for_people_and_programs() -> None:
    """An impossible request is told with the demands and rules that stand against it."""
    plan = planned("DEVICE", forbid=("BUS",))
    text = plan_report(plan)
    assert "impossible, proved: DEVICE" in text
    assert "  BUS=n  (--forbid BUS)" in text
    assert "  Kconfig:8: depends on BUS" in text
    document = plan.to_dict()
    assert document["status"] == "impossible"
    assert document["lines"] == []
    assert {d["symbol"] for d in document["conflict"]["demands"]} == {"BUS", "DEVICE"}
    places = [rule["location"] for rule in document["conflict"]["rules"]]
    assert all(f"{place}: " in text for place in places)


def test_a_line_that_asks_a_program_is_told_once() -> None:
    """What a Kconfig line asks of a program stands beside the rule, not on a line of its own."""
    plan = planned("DEVICE", forbid=("BUS",))
    assert plan.conflict is not None
    (rule,) = plan.conflict.rules
    assert rule.location is not None
    probe = ProbedLine(rule.location, "depends on $(has-bus)", "GCC was not found")
    conflict = evolve(plan.conflict, probes=(probe,))
    plan = evolve(plan, conflict=conflict)

    told = "depends on BUS  (written: depends on $(has-bus); GCC was not found)"
    assert f"  Kconfig:8: {told}" in plan_report(plan).splitlines()
    assert plan_report(plan).count("Kconfig:8") == 1
    assert conflict._repr_html_().count("Kconfig:8") == 1


@pytest.mark.parametrize("part", ["version", "6.12", "Kconfig files", "3, 2 of them with a prompt"])
def test_a_tree_for_people(part: str) -> None:
    """The report on a tree says what was read and how much there is."""
    assert part in tree_report(load(_KCONFIG))


def test_a_tree_for_programs() -> None:
    """The document on a tree counts what is in it."""
    document = Tree(load(_KCONFIG)).to_dict()
    assert json.loads(json.dumps(document)) == document
    assert (document["symbols"], document["choices"], document["files"]) == (3, 0, 1)
