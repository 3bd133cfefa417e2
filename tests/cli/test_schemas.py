"""The documents that commands print and results give, by the JSON Schemas in docs/schemas."""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from kresolve.cli import build_parser
from tests.cli.conftest import Place
from tests.cli.everycommand import COMMANDS, TOY, furnish
from tests.cli.validation import faults
from tests.conftest import ROOT
from tools.schemas import HERE, schemas, text_of

#: Commands of which the document is a result's, besides those that every command has.
MORE = (
    f"plan FISH STOVE FROG --forbid CAT --base empty {TOY} --json",
    f"plan FISH --base any {TOY} --json",
    f"plan FISH|STOVE --base allnoconfig --base defconfig --split {TOY} --json",
    f"plan FISH|SHED --alternatives 3 {TOY} --json",
    f"minimize good.config --for CAT {TOY} --json",
    f"plan SHED|FISH=m FISH {TOY} --json",
    f"plan FISH --kata kata {TOY} --json",
    f"check criu:all FISH|CAT=m --config house.config {TOY} --json",
    f"explain NUMBER --base empty --full {TOY} --json",
    f"gates GARDEN {TOY} --json",
    f"search . {TOY} --base defconfig --json",
    f"show DOOR_RED --base defconfig {TOY} --json",
    f"merge empty house.config good.config -o OUT --complete {TOY} --json",
    f"lint --kata kata {TOY} --json",
    f"audit-selftests --base any {TOY} --json",
)


@pytest.fixture(scope="module")
def place(used_place: Place) -> Place:
    """The toy kernel with all that the commands name."""
    furnish(used_place)
    return used_place


def test_the_published_schemas_are_those_of_the_classes() -> None:
    """docs/schemas has the schema of every document, as ``make schemas`` writes it."""
    made = {name: text_of(schema) for name, schema in schemas().items()}
    assert made == {path.name: path.read_text(encoding="utf-8") for path in HERE.iterdir()}


@pytest.mark.parametrize("name", sorted(schemas()))
def test_a_schema_is_one(name: str) -> None:
    """Each is a JSON Schema, and every object in it refuses keys that it does not name."""
    schema = schemas()[name]
    Draft202012Validator.check_schema(schema)
    for part in (schema, *schema.get("$defs", {}).values()):
        assert part["type"] == "string" or part["additionalProperties"] is False


@pytest.mark.parametrize("command", [*(one for one in COMMANDS if "--json" in one), *MORE])
def test_a_command_prints_what_its_schema_says(place: Place, command: str) -> None:
    """With --json, a command prints a document (with --each, a list) that its schema allows."""
    done = place.call(*command.split())
    found = json.loads(done.stdout)

    assert found
    for one in found if isinstance(found, list) else [found]:
        assert faults(one) == []


def test_every_command_that_has_json_is_among_them() -> None:
    """No command with --json is left out of the test above."""
    tried = {re.sub(r"^(tree )?(\S+).*", r"\1\2", one) for one in COMMANDS if "--json" in one}
    commands = _commands(build_parser())
    assert {name for name, one in commands if "--json" in one._option_string_actions} == tried


def _commands(
    parser: argparse.ArgumentParser, before: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, inner in action.choices.items():
                yield f"{before}{name}", inner
                yield from _commands(inner, f"{before}{name} ")


def test_a_line_of_a_survey_is_a_plan_with_its_terms(place: Place) -> None:
    """Each line of a survey's file is a SurveyedPlan, as the schema of a survey defines it."""
    output = place.work / "survey.jsonl"
    place.call(*f"survey FISH STOVE CAT -o {output} --jobs 1".split(), *TOY.split())
    lines = [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]

    assert [line["symbol"] for line in lines] == ["FISH", "STOVE", "CAT"]
    assert [faults(line, "kresolve.survey/2", "SurveyedPlan") for line in lines] == [[], [], []]


@pytest.mark.parametrize("options", [(), ("--base", "defconfig")])
def test_a_graph_as_data_is_what_its_schema_says(place: Place, options: tuple[str, ...]) -> None:
    """The JSON file of a graph, and that of a plan's, are allowed by the schema."""
    place.call("graph", "FISH", *TOY.split(), *options, "-o", "OUT.json")
    assert faults(json.loads((place.work / "OUT.json").read_text(encoding="utf-8"))) == []
    place.call("plan", "FISH", *TOY.split(), *options, "--graph", "OUT.json")
    assert faults(json.loads((place.work / "OUT.json").read_text(encoding="utf-8"))) == []


def test_the_reference_names_every_document() -> None:
    """docs/reference.md names every schema, links to its file, and names no other."""
    page = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    names = {schema["title"] for schema in schemas().values()}

    assert set(re.findall(r"kresolve\.[a-z]+/[0-9]+", page)) == names
    assert set(re.findall(r"\(schemas/([^)]+)\)", page)) == set(schemas())
