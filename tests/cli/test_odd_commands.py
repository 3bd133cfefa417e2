"""Junk in every place of a command line: an answer or an error, never a bug."""

from __future__ import annotations

import shutil
from argparse import _SubParsersAction
from pathlib import Path
from random import Random
from typing import Final

import pytest

from kresolve.cli import build_parser
from tests.cli.conftest import make_place
from tests.cli.everycommand import COMMANDS, furnish, outputs

#: Words that are no value, a strange one, or one that does not belong there.
JUNK: Final = (
    *(
        "",
        "=",
        "=y",
        "@",
        "@@",
        "-",
        "..",
        "/",
        "é",
        "\udcff",
        "\n",
        "\t",
        "\\",
        "'",
        '"',
        "[",
        "((",
    ),
    *("*", "%s", "{0}", "\x1b[31m", "\u202e", "A" * 5000, "9" * 5000, "/" * 5000),
    *("nan", "inf", "-1", "0", "1e999", "999999999999999999999", "any", "any ", "empty", "running"),
    *("/dev/null", "/dev/zero/x", "/proc/self/mem", "toy", "toy/", "toy.tar", "house.config"),
    *("criu", "criu:", "criu:,", "criu:x", "criu:all", "git:", "git:@", "git:.@HEAD", "debian:@"),
    *(
        "FISH",
        "FISH=",
        "FISH=x",
        "FISH=y|",
        "FISH|",
        "FISH=m|m",
        "CAT,FISH",
        "DEPTH=99",
        "DEPTH=-1",
    ),
    *("DEPTH=0x", "NUMBER=0xffffffffffffffffffff", 'OWNER="', 'OWNER="a\\', "OWNER=x", "CONFIG_"),
    *("# CONFIG_FISH is not set", "UNREACHABLE", "MODULES=n", "DOOR_RED", "OUT.svg", "OUT.x"),
)


def _options() -> dict[str, list[tuple[str, bool]]]:
    """For each command its options, and whether they take a value."""
    (commands,) = (a for a in build_parser()._actions if isinstance(a, _SubParsersAction))
    return {
        name: [
            (action.option_strings[-1], action.nargs != 0)
            for action in parser._actions
            if action.option_strings and action.dest != "help"
        ]
        for name, parser in commands.choices.items()
    }


def _odd(random: Random, options: dict[str, list[tuple[str, bool]]]) -> list[str]:
    """A command line in which a word or two are replaced or added."""
    words = random.choice([command for command in COMMANDS if "fetch" not in command]).split()
    for _ in range(random.choice((1, 1, 2))):
        if random.random() < 0.5 and len(words) > 1:
            words[random.randrange(1, len(words))] = random.choice(JUNK)
        elif words[0] in options and options[words[0]]:
            option, has_value = random.choice(options[words[0]])
            words += [option, random.choice(JUNK)] if has_value else [option]
    return words


def _check(path: Path, seed: int, count: int) -> None:
    place = make_place(path)
    furnish(place)
    random, options = Random(seed), _options()  # noqa: S311 - nobody has to guess it
    for _ in range(count):
        words = _odd(random, options)
        done = place.call(*words, terminal=True)
        assert done.returncode in (0, 1, 2, 3), (words, done.stderr)
        assert "please report" not in done.stderr, (words, done.stderr)
        assert done.stdout + done.stderr, words
        for output in outputs(place):
            shutil.rmtree(output) if output.is_dir() else output.unlink()


@pytest.mark.parametrize("seed", range(8))
def test_odd_words_get_an_answer(tmp_path: Path, seed: int) -> None:
    """Whatever stands in a command line, the status is one of four and nothing is a bug."""
    _check(tmp_path, seed, 30)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100, 130))
def test_many_odd_words_get_an_answer(tmp_path: Path, seed: int) -> None:
    """The same, some thousand times."""
    _check(tmp_path, seed, 150)
