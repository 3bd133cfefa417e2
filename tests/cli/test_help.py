"""Help: every command shows examples, and each of them is a command that kresolve takes."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Iterator

import pytest

from kresolve.cli import build_parser


def _parsers(
    parser: argparse.ArgumentParser, name: str = "kresolve"
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    """A parser and those of its commands, by what a person types."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for word, below in action.choices.items():
                yield from _parsers(below, f"{name} {word}")


PARSERS = dict(_parsers(build_parser()))
EXAMPLES = sorted(
    {
        line.strip()
        for parser in PARSERS.values()
        for line in parser.format_help().splitlines()
        if line.strip().startswith("kresolve ") and not line.startswith(("usage", "kresolve"))
    }
)


def test_there_are_commands() -> None:
    """The help knows the commands that interface.md promises so far."""
    assert {"kresolve plan", "kresolve olddefconfig", "kresolve tree"} <= PARSERS.keys()
    assert {f"kresolve tree {word}" for word in ("fetch", "list", "show", "save")} <= PARSERS.keys()
    assert EXAMPLES


@pytest.mark.parametrize("name", PARSERS)
def test_every_help_shows_examples(name: str) -> None:
    """The help of each command has an example of that command."""
    lines = [line.strip() for line in PARSERS[name].format_help().splitlines()]
    assert "examples:" in lines
    assert [line for line in lines if f"{line} ".startswith(f"{name} ") and "..." not in line]


@pytest.mark.parametrize("name", PARSERS)
def test_every_argument_is_explained(name: str) -> None:
    """No argument stands in a help without a word about it."""
    unexplained = [
        action.metavar or action.dest
        for action in PARSERS[name]._actions
        if not action.help and not isinstance(action, argparse._SubParsersAction)
    ]
    assert unexplained == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_examples_are_commands(example: str, capsys: pytest.CaptureFixture[str]) -> None:
    """An example can be typed as it stands."""
    program, *arguments = shlex.split(example)
    assert program == "kresolve"
    try:
        parsed = build_parser().parse_args(arguments)
    except SystemExit:
        pytest.fail(capsys.readouterr().err)
    assert callable(parsed.run)


@pytest.mark.parametrize("name", PARSERS)
def test_help_is_data(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """--help goes to stdout, fits a terminal, and ends with status 0."""
    with pytest.raises(SystemExit) as done:
        build_parser().parse_args([*name.split()[1:], "--help"])

    said = capsys.readouterr()
    assert (done.value.code, said.err) == (0, "")
    assert said.out.startswith("usage: kresolve")
    assert max(map(len, said.out.splitlines())) <= 80
