"""Results in Python: data as ``--json`` prints it, a table, a text, and a short line."""

from __future__ import annotations

import json
import os
import sys
import types
from collections.abc import Callable, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

import kresolve
from kresolve import Tree
from kresolve.errors import ToolError
from kresolve.results import Result, Short
from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH
from tests.cli.validation import faults


def _parts(result: Result) -> list[str]:
    """The lines of what a result is made of: what somebody types next."""
    names = [name for name in dir(result) if not name.startswith("_")]
    values = [getattr(result, name) for name in names]
    lists = [value for value in values if isinstance(value, tuple)]
    return [repr(value) for value in (*values, *chain(*lists)) if isinstance(value, Short)]


def _there(result: Result | None) -> Result:
    assert result is not None
    return result


#: Each kind of result, and the command that prints its document, if one does.
RESULTS: Mapping[str, tuple[Callable[[Tree], Result], str | None]] = {
    "plan": (lambda toy: toy.plan("FISH", base="empty"), "plan FISH --base empty --json"),
    "no plan": (
        lambda toy: toy.plan("FISH", base="empty", forbid="GARDEN"),
        "plan FISH --base empty --forbid GARDEN --json",
    ),
    "conflict": (
        lambda toy: _there(toy.plan("FISH", base="empty", forbid="GARDEN").conflict),
        None,
    ),
    "target": (lambda toy: toy.plan("FISH", base="empty").targets[0], None),
    "check": (
        lambda toy: kresolve.check("FISH", "CAT", config="my.config", tree=toy),
        "check FISH CAT --config my.config --json",
    ),
    "explain": (
        lambda toy: toy.explain("FISH=y", base="empty"),
        "explain FISH=y --base empty --json",
    ),
    "lint": (
        lambda toy: kresolve.lint("my.config", tree=toy, base="empty"),
        "lint my.config --base empty --json",
    ),
    "merge": (
        lambda toy: kresolve.merge("empty", "my.config", tree=toy),
        "merge empty my.config -o merged --json",
    ),
    "migrate": (
        lambda toy: kresolve.migrate("my.config", old=toy, new=toy),
        f"migrate my.config --from toy --to toy --arch {ARCH} --json",
    ),
    "minimize": (
        lambda toy: kresolve.minimize("my.config", tree=toy, base="empty"),
        "minimize my.config --base empty --json",
    ),
    "olddefconfig": (lambda toy: toy.olddefconfig("my.config"), None),
    "graph": (lambda toy: toy.graph("FISH"), None),
    "gates": (lambda toy: toy.gates("GARDEN"), "gates GARDEN --json"),
    "gates on a base": (
        lambda toy: toy.gates("GARDEN", base="empty"),
        "gates GARDEN --base empty --json",
    ),
    "search": (lambda toy: toy.search("swim"), "search swim --json"),
    "show": (lambda toy: toy.show("FISH"), "show FISH --json"),
    "show on a base": (
        lambda toy: toy.show("FISH", base="empty"),
        "show FISH --base empty --json",
    ),
    "survey": (
        lambda toy: kresolve.survey("FISH", tree=toy, output="survey.jsonl", jobs=1),
        None,
    ),
    "backbone": (lambda toy: _there(toy.backbone("FISH")), None),
    "tree": (lambda toy: toy, "tree show --json"),
}


@pytest.fixture
def toy(used_place: Place, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """The toy kernel, loaded, with its place as working directory, and a fragment there."""
    monkeypatch.chdir(used_place.work)
    for name in set(os.environ) - set(used_place.environment()):
        monkeypatch.delenv(name)
    for name, value in used_place.environment().items():
        monkeypatch.setenv(name, value)
    Path("my.config").write_text("CONFIG_CAT=y\nCONFIG_FISH=y\nCONFIG_PAINT=y\n")
    return Tree.load("toy", arch=ARCH)


@pytest.mark.parametrize("kind", RESULTS)
def test_a_result_is_the_document_of_its_command(kind: str, toy: Tree, used_place: Place) -> None:
    """to_dict() and to_json() are what the schema says, and what the command prints."""
    make, command = RESULTS[kind]
    result = make(toy)
    document = result.to_dict()

    if result.schema is None:
        assert faults(document, "kresolve.plan/2", type(result).__name__) == []
    else:
        assert faults(document) == []
    assert json.loads(result.to_json()) == document
    if command is not None:
        on_toy = () if "toy" in command else ("--tree", "toy", "--arch", ARCH)
        assert json.loads(used_place.call(*command.split(), *on_toy).stdout) == document


@pytest.mark.parametrize("kind", RESULTS)
def test_a_result_shows_itself_in_one_short_line(kind: str, toy: Tree) -> None:
    """repr() says in a line what kind of result it is and how it came out."""
    result = RESULTS[kind][0](toy)
    line = repr(result)

    assert line.startswith(f"<{type(result).__name__} ")
    for short in (line, *_parts(result)):
        assert len(short.splitlines()) == 1
        assert len(short) < 300, short


@pytest.mark.parametrize("kind", RESULTS)
def test_a_result_becomes_a_table(kind: str, toy: Tree, monkeypatch: pytest.MonkeyPatch) -> None:
    """to_frame() hands pandas a list of rows that all have the same columns."""
    pandas = types.ModuleType("pandas")
    pandas.DataFrame = list  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pandas", pandas)
    rows: list[Mapping[str, Any]] = list(RESULTS[kind][0](toy).to_frame())

    assert kind in {"merge", "no plan"} or rows
    assert len({tuple(row) for row in rows}) <= 1 or kind in {"graph", "show"}


def test_a_table_without_pandas_says_what_to_install(
    toy: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without pandas, to_frame() is a clear error, and nothing else needs it."""
    monkeypatch.setitem(sys.modules, "pandas", None)

    with pytest.raises(ToolError, match="pip install pandas"):
        toy.plan("FISH", base="empty").to_frame()


def test_a_result_prints_as_what_it_is_for(toy: Tree) -> None:
    """A plan prints as its fragment, a configuration as the .config, a line as itself."""
    plan = toy.plan("FISH", base="empty")
    impossible = toy.plan("FISH", base="empty", forbid="GARDEN")
    configuration = toy.olddefconfig("my.config")

    assert str(plan) == plan.fragment
    assert str(plan.lines[0]) == plan.lines[0].text
    assert str(impossible) == "# FISH: impossible\n"
    assert str(configuration) == configuration.text()
    assert str(kresolve.merge("empty", "my.config", tree=toy)).startswith("#\n# Automatically")
    minimal = kresolve.minimize("my.config", tree=toy, base="empty")
    assert str(minimal) == "".join(f"{line}\n" for line in minimal.lines)


def test_names_may_have_their_prefix(toy: Tree) -> None:
    """A tree and a configuration take CONFIG_FISH for FISH; a name that is not there is one."""
    configuration = toy.olddefconfig("my.config")

    assert toy["CONFIG_FISH"] is toy["FISH"]
    assert configuration["CONFIG_CAT"] == configuration["CAT"] == "y"
    assert configuration["CONFIG_DEPTH"] == configuration["DEPTH"]
    assert "CONFIG_CAT" in configuration
    assert "CONFIG_NOWHERE" not in configuration
    assert configuration.get("CONFIG_NOWHERE") is None
    with pytest.raises(KeyError, match="NOWHERE"):
        configuration["CONFIG_NOWHERE"]
    with pytest.raises(KeyError, match="CATT"):
        toy["CONFIG_CATT"]
