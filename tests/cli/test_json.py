"""``plan --json``, field by field: programs rely on these names and types."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

import pytest

from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH

#: A field's type: a type, a tuple of types, or a dict for an object inside a list.
Shape = Mapping[str, Any]

PLAN: Shape = {
    "schema": str,
    "status": str,
    "tree": dict,
    "base": str,
    "mode": str,
    "request": [{"symbol": str, "accept": [str], "from": str}],
    "lines": [
        {
            "symbol": str,
            "value": str,
            "text": str,
            "role": str,
            "why": str,
            "location": str,
            "menu": [str],
        }
    ],
    "satisfied": [{"symbol": str, "value": str, "why": str}],
    "changes": [{"symbol": str, "before": str, "after": str}],
    "objective": [{"name": str, "value": int, "proved": bool}],
    "verified": {"evaluator": (bool, type(None)), "conf": (bool, type(None))},
    "conflict": (dict, type(None)),
}
TREE: Shape = {"version": str, "arch": str, "source": str, "toolchain": {"CC": str}}
CONFLICT: Shape = {
    "symbols": [str],
    "demands": [{"symbol": str, "accept": [str], "from": str}],
    "rules": [{"kind": str, "symbol": str, "text": str, "location": str}],
}


def _check(value: Any, shape: Any, where: str) -> None:
    """Every promised field is there, with its type; others may be, too."""
    if isinstance(shape, Mapping):
        assert isinstance(value, dict), where
        for name, inner in shape.items():
            assert name in value, f"{where}.{name}"
            _check(value[name], inner, f"{where}.{name}")
    elif isinstance(shape, list):
        assert isinstance(value, list), where
        for number, one in enumerate(value):
            _check(one, shape[0], f"{where}[{number}]")
    else:
        assert isinstance(value, shape), f"{where}: {value!r}"


def _document(place: Place, *arguments: str) -> dict[str, Any]:
    done = place.call("plan", *arguments, "--json", "--tree", "toy", "--arch", ARCH)
    document = json.loads(done.stdout)
    assert isinstance(document, dict)
    return document


@pytest.fixture(scope="module")
def planned(used_place: Place) -> dict[str, Any]:
    """A plan with lines of all roles, something satisfied and something changed."""
    return _document(used_place, "FROG=y", "FISH=y|m", "GARDEN", "NUMBER=0x2a", "CAT=n")


@pytest.fixture(scope="module")
def impossible(used_place: Place) -> dict[str, Any]:
    """A proof that there is no plan."""
    return _document(used_place, "FROG", "CAT", "FISH", "--base", "empty")


def test_every_field_is_there(planned: dict[str, Any]) -> None:
    """A plan has each promised field, of its type, and no conflict."""
    _check(planned, PLAN, "plan")
    _check(planned["tree"], TREE, "tree")
    assert planned["conflict"] is None


def test_what_it_is_about(planned: dict[str, Any]) -> None:
    """The document says which schema, tree, base, mode and toolchain it is about."""
    assert (planned["schema"], planned["status"]) == ("kresolve.plan/2", "planned")
    assert (planned["base"], planned["mode"]) == ("defconfig", "olddefconfig")
    assert planned["tree"] == {
        "version": "6.12.0-toy",
        "arch": ARCH,
        "source": "toy",
        "toolchain": {"CC": "toycc 1.0"},
    }


def test_requests_are_as_understood(planned: dict[str, Any]) -> None:
    """Each request has the values that it takes, and where it comes from."""
    assert planned["request"] == [
        {"symbol": "FROG", "accept": ["y"], "from": "FROG=y"},
        {"symbol": "FISH", "accept": ["y", "m"], "from": "FISH=y|m"},
        {"symbol": "GARDEN", "accept": ["y"], "from": "GARDEN"},
        {"symbol": "NUMBER", "accept": ["0x2a"], "from": "NUMBER=0x2a"},
        {"symbol": "CAT", "accept": ["n"], "from": "CAT=n"},
    ]


def test_lines_can_be_used_without_kconfig(planned: dict[str, Any]) -> None:
    """A line has its text for a fragment, a role, a place and the menus to it."""
    lines = {line["symbol"]: line for line in planned["lines"]}

    assert {name: line["text"] for name, line in lines.items()} == {
        "POND": "CONFIG_POND=y",
        "FISH": "CONFIG_FISH=y",
        "FROG": "CONFIG_FROG=y",
        "NUMBER": "CONFIG_NUMBER=0x2a",
    }
    assert {name: line["value"] for name, line in lines.items()} == {
        name: line["text"].partition("=")[2] for name, line in lines.items()
    }
    roles = {name: line["role"] for name, line in lines.items()}
    assert roles == dict.fromkeys(("FISH", "FROG", "NUMBER"), "requested") | {
        "POND": "prerequisite"
    }
    assert all(re.fullmatch(r"Kconfig:\d+", line["location"]) for line in lines.values())
    assert (lines["POND"]["menu"], lines["NUMBER"]["menu"]) == (["Garden"], ["House"])


def test_lines_that_switch_off_have_their_role(used_place: Place) -> None:
    """A line that switches off what nobody asked about is called so."""
    document = _document(used_place, "FROG=y", "--fragment", str(_cat(used_place)))
    lines = {line["symbol"]: (line["role"], line["text"]) for line in document["lines"]}
    assert lines["CAT"] == ("disable", "# CONFIG_CAT is not set")


def _cat(place: Place) -> str:
    path = place.work / "cat.config"
    path.write_text("CONFIG_CAT=y\n")
    return path.name


def test_the_rest_of_the_request_is_accounted_for(planned: dict[str, Any]) -> None:
    """Each request has a line or stands among the satisfied, with a reason."""
    satisfied = {one["symbol"]: one for one in planned["satisfied"]}

    assert {name: one["value"] for name, one in satisfied.items()} == {"GARDEN": "y", "CAT": "n"}
    assert all(one["why"] for one in satisfied.values())
    said = {line["symbol"] for line in planned["lines"]}
    assert {one["symbol"] for one in planned["request"]} <= said | satisfied.keys()


def test_changes_are_all_changes(planned: dict[str, Any]) -> None:
    """All that the plan changes is listed, what nobody sees in a menu too."""
    changes = {c["symbol"]: (c["before"], c["after"]) for c in planned["changes"]}
    assert changes == {
        "POND": ("m", "y"),
        "FISH": ("n", "y"),
        "FROG": ("n", "y"),
        "NUMBER": ("0x1f", "0x2a"),
        "WATER": ("m", "y"),
    }


def test_objective_and_witnesses(planned: dict[str, Any]) -> None:
    """The levels stand in the order in which they count, each with its proof."""
    assert [one["name"] for one in planned["objective"]] == ["lost", "switched", "added", "lines"]
    assert {one["name"]: one["value"] for one in planned["objective"]}["lines"] == 4
    assert all(one["proved"] is True for one in planned["objective"])
    assert planned["verified"] == {"evaluator": True, "conf": None}


def test_the_other_objective_has_another_order(used_place: Place) -> None:
    """With --objective lines, lines are the first level."""
    document = _document(used_place, "FISH", "--objective", "lines")
    assert document["objective"][0]["name"] == "lines"


def test_impossible_has_a_conflict(impossible: dict[str, Any]) -> None:
    """A proof has the same fields, no lines, and the demands and rules in the way."""
    _check(impossible, PLAN, "plan")
    _check(impossible["conflict"], CONFLICT, "conflict")
    assert impossible["status"] == "impossible"
    assert impossible["lines"] == impossible["satisfied"] == impossible["changes"] == []

    conflict = impossible["conflict"]
    # FISH was asked for as well, and is not in the way
    assert [one["symbol"] for one in conflict["demands"]] == ["FROG", "CAT"]
    assert {"FROG", "CAT"} <= set(conflict["symbols"])
    assert any(rule["text"] == "depends on POND && !CAT" for rule in conflict["rules"])


def test_tree_show_json(used_place: Place) -> None:
    """tree show --json has what was read, and every variable that conf gets."""
    done = used_place.call("tree", "show", "toy", "--arch", ARCH, "--json")
    document = json.loads(done.stdout)

    _check(document, {**TREE, "schema": str, "variables": {"SRCARCH": str}}, "tree")
    assert document["schema"] == "kresolve.tree/1"
