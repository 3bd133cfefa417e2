"""Options are written once: functions, methods and commands have what their families say."""

from __future__ import annotations

import argparse
import inspect
from collections.abc import Callable
from typing import Any

import pytest
from attrs import NOTHING, Attribute, fields_dict

import kresolve
from kresolve import KresolveError, Tree
from kresolve.cli import build_parser

#: These take no options.
OTHERS = {"__version__", "any_of", "draw"}
#: The public functions and methods that take options; each function has a command of its name.
FUNCTIONS = [name for name in dir(kresolve) if name.islower() and name not in OTHERS]
METHODS = ["load", "plan", "explain", "graph", "gates", "search", "show"]
ALL: dict[str, Callable[..., Any]] = {
    **{name: getattr(kresolve, name) for name in FUNCTIONS},
    **{f"Tree.{name}": getattr(Tree, name) for name in METHODS},
}


def _options(function: Callable[..., Any]) -> dict[str, Attribute[Any]]:
    """The options of a function's families by name."""
    families: tuple[type, ...] = inspect.unwrap(getattr(function, "__func__", function)).families
    return {name: one for family in families for name, one in fields_dict(family).items()}


def _taken(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    """The keywords of a function, but progress."""
    parameters = inspect.signature(function).parameters.items()
    return {
        name: one for name, one in parameters if one.kind is one.KEYWORD_ONLY and name != "progress"
    }


@pytest.mark.parametrize("name", ALL)
def test_a_keyword_is_that_of_its_family(name: str) -> None:
    """Every keyword but progress is an option, with the type and default that stand there."""
    options, taken = _options(ALL[name]), _taken(ALL[name])
    absent = inspect.Parameter.empty

    assert {keyword: (one.default, one.annotation) for keyword, one in taken.items()} == {
        keyword: (absent if one.default is NOTHING else one.default, one.type)
        for keyword, one in options.items()
        if keyword in taken
    }


@pytest.mark.parametrize("name", ALL)
def test_help_has_a_line_for_every_option(name: str) -> None:
    """help() of functions and methods has the sentence of every option."""
    text = " ".join((inspect.getdoc(ALL[name]) or "").split())
    taken = _taken(ALL[name])
    lines = {
        keyword: str(one.metadata["sentence"])[1:]
        for keyword, one in _options(ALL[name]).items()
        if keyword in taken
    }

    assert [word for word in lines if f" {word}: " not in text or lines[word] not in text] == []


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_command_takes_the_options_of_its_function(name: str) -> None:
    """A command has every option of its function, with the same sentence, and no default."""
    (commands,) = (
        action
        for action in build_parser(name)._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    arguments = {action.dest: action for action in commands.choices[name]._actions}
    options = [
        (keyword, one)
        for keyword, one in _options(ALL[name]).items()
        if keyword in _taken(ALL[name]) and _has_flag(one)
    ]
    helps = [(arguments[keyword].help or "").replace("%%", "%") for keyword, _ in options]

    assert [
        keyword
        for (keyword, one), text in zip(options, helps, strict=True)
        if not text.startswith(one.metadata["sentence"]) or arguments[keyword].default is not None
    ] == []


def _has_flag(option: Attribute[Any]) -> bool:
    """Does the command line have it?"""
    return bool(option.metadata["spelling"].get("flag", "yes"))


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ({"prefer": "n"}, "invalid prefer 'n'; use y or m"),
        ({"objective": "best"}, "invalid objective 'best'; use default, lines or footprint"),
        ({"mode": "defconfig"}, "invalid mode 'defconfig'; use olddefconfig or allnoconfig"),
        ({"verify": "make"}, "invalid verify 'make'; use conf"),
    ],
)
def test_a_value_that_is_none_of_the_options(words: dict[str, Any], error: str) -> None:
    """A wrong word is refused before a tree is looked for, and the right ones are named."""
    with pytest.raises(KresolveError, match=error):
        kresolve.plan("X", tree="nowhere", **words)
