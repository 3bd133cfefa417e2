"""The exact text that people see, on a toy kernel that no kernel release changes.

Each case is one file in ``expected/``: the command line, its exit status, and
what it wrote to stdout, to stderr and into files.  Where a path of the machine
would stand, there is ``{here}``.

When a text is changed on purpose::

    KRESOLVE_REWRITE_SNAPSHOTS=1 pytest tests/snapshots
    git diff tests/snapshots/expected

The first line rewrites every file and removes those of cases that are gone;
the second is to be read as a person would who sees the text for the first time.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import pytest

from tests.cli.conftest import Place, make_place

EXPECTED = Path(__file__).parent / "expected"
REWRITE = bool(os.environ.get("KRESOLVE_REWRITE_SNAPSHOTS"))

#: What the commands find in the working directory, beside the toy kernel.
FILES = {
    "my.config": "CONFIG_GARDEN=y\nCONFIG_POND=m\nCONFIG_CAT=y\n# CONFIG_MODULES is not set\n",
    "wanted.config": "CONFIG_FISH=m\nCONFIG_DEEP=y\n# CONFIG_SHED is not set\n",
    "prose.config": "CONFIG_GARDEN=y\nplease, some frogs\nCONFIG_POND\nCONFIG_NUMBER=0xff\n",
    "other.config": "CONFIG_FRIDGES=y\n",
    "lost.config": """\
CONFIG_EXPERT=y
CONFIG_FISH=y
CONFIG_STOVE=y
CONFIG_CAT=y
CONFIG_FROG=y
# CONFIG_GARDEN is not set
CONFIG_GARDEN=y
CONFIG_DOOR_RED=y
CONFIG_DEPTH=12
CONFIG_POND=y
CONFIG_FRIDGES=y
CONFIG_WATER=y
CONFIG_SHED=yes please
CONFIG_CAT=Y
""",
    "mine.toml": """\
name = "mine"
description = "A garden"

[[option]]
symbol = "GARDEN"
accept = ["y"]
required = true
source = "us"

[[option]]
symbol = "SHED"
accept = ["y"]
required = false
source = "us"

[[option]]
symbol = "RIVER"
one_of = ["POND"]
accept = ["y", "m"]
required = true
feature = "wet"
source = "us"

[[option]]
symbol = "DOORBELL"
accept = ["y"]
required = true
if = "PAINT"
feature = "guests"
source = "us"

[[any_of]]
name = "company"
required = true
feature = "guests"
source = "us"

[[any_of.alternative]]
name = "in the pond"
options = [
  { symbol = "FROG", accept = ["y", "m"] },
  { symbol = "FOUNTAIN", accept = ["y"], if = "WATER" },
]

[[any_of.alternative]]
name = "on the sofa"
options = [{ symbol = "CAT", accept = ["y"] }]
""",
    "comments.config": "# nothing\n\nFISH\n",
    "levels.toml": """\
name = "levels"
description = "A garden, level by level"

[[feature]]
name = "walk"
does = "one can walk in it"
default = true

[[feature]]
name = "swim"
does = "fish swim"
default = true
needs = ["walk"]

[[feature]]
name = "sit"
does = "one can sit"
needs = ["walk"]

[[feature]]
name = "cook"
does = "dinner is served"
needs = ["sit"]

[[option]]
symbol = "GARDEN"
accept = ["y"]
required = true
feature = "walk"
source = "us"

[[option]]
symbol = "WATER"
accept = ["y"]
required = true
feature = "swim"
selected_by = ["FISH", "FROG"]
fails = "swim ten metres"
message = "there is no water"
source = "us"

[[option]]
symbol = "DEEP"
accept = ["y"]
required = true
feature = "swim"
if = "GARDEN"
note = "Fish like it."
fails = "dive"
message = "the fish are hurt"
silent = true
source = "us"

[[option]]
symbol = "SHED"
accept = ["y"]
required = true
feature = "sit"
source = "us"

[[option]]
symbol = "STOVE"
accept = ["y"]
required = true
feature = "cook"
source = "us"
""",
    "binary.config": "CONFIG_A=y\n\0",
}
ON_TOY = "--tree toy --arch left"

#: Commands by case; several of a kind stand in one file.
CASES: dict[str, list[str]] = {
    "plan": [f"plan FISH {ON_TOY} --base allnoconfig"],
    "plan-of-all-kinds": [
        f"plan FROG=y NUMBER=0x2a DOORBELL GARDEN {ON_TOY} --base my.config -o f.config"
    ],
    "plan-from-a-file": [
        f"plan @wanted.config 'CHIMNEY=n' {ON_TOY} --objective lines --prefer m --pin PAINT"
    ],
    "plan-for-merge-config-n": [f"plan SHED OWNER='\"me\"' {ON_TOY} --mode allnoconfig"],
    "plan-nothing-to-add": [f"plan GARDEN POND=y|m WATER=m {ON_TOY}"],
    "plan-json": [f"plan FISH NUMBER=0x1f {ON_TOY} --base empty --json"],
    "plan-any-of": [
        f"plan 'FROG|FISH=m|CAT' {ON_TOY} --base empty",
        f"plan 'STOVE|GARDEN|GARDNE' 'POND & FOUNTAIN if WATER|DEEP' {ON_TOY} --base my.config",
        f"plan mine:guests --profile mine.toml {ON_TOY} --base empty",
        f"plan 'FROG|CAT=m' {ON_TOY} --base empty --base my.config",
        f"plan 'DEEP|CAT' WATER {ON_TOY} --base any",
    ],
    "plan-any-of-json": [f"plan 'FROG|FISH & SHED if WATER' {ON_TOY} --base my.config --json"],
    "impossible-any-of": [f"plan 'STOVE|FRIDGE & CAT|FROG=m' {ON_TOY} --forbid POND --pin KITCHEN"],
    "impossible": [f"plan STOVE FISH {ON_TOY}"],
    "impossible-together": [
        f"plan FROG DEEP {ON_TOY} --base my.config --pin CAT --forbid SHED",
        f"plan DOOR_BLUE DOOR_GREEN {ON_TOY}",
    ],
    "impossible-json": [f"plan FROG=y CAT {ON_TOY} --json"],
    "check": [
        "check GARDEN=y CAT=y SHED 'POND=y|m' NUMBER=0x1f --config my.config",
        f"check GARDEN=y SHED FROG 'POND=y|m' STOVE FOUNTAIN --config my.config {ON_TOY}",
        "check mine:wet --profile mine.toml --config my.config",
    ],
    "check-features": [
        "check levels --profile levels.toml --config my.config",
        "check levels:cook --profile levels.toml --config wanted.config",
        f"check levels --profile levels.toml --config my.config {ON_TOY}",
        "check levels GARDEN SHED --profile levels.toml --config my.config --json",
    ],
    "profiles": [
        "profiles levels --profile levels.toml",
        "profiles mine --profile mine.toml",
        "profiles levels --profile levels.toml --json",
    ],
    "plan-features": [f"plan levels --profile levels.toml {ON_TOY} --base empty"],
    "check-any-of": [
        "check 'FROG|POND=m' 'FROG|FISH=y|m|DEPTH=9' 'CAT & SHED if GARDEN' --config my.config",
        "check 'CAT & GARDEN|FROG' 'FISH if SHED' 'CAT & FISH if SHED' --config my.config",
        "check mine:guests --profile mine.toml --config my.config",
        f"check 'FROG|STOVE' mine:guests --profile mine.toml --config wanted.config {ON_TOY}",
    ],
    "check-any-of-json": ["check 'FROG|POND & SHED if GARDEN' --config my.config --json"],
    "check-json": [f"check GARDEN FRIDGE --config my.config {ON_TOY} --json"],
    "lint": [
        f"lint lost.config {ON_TOY} --base empty --all",
        f"lint my.config {ON_TOY} --base my.config",
        f"lint lost.config {ON_TOY} --mode allnoconfig --base empty --github",
    ],
    "olddefconfig": [f"olddefconfig prose.config {ON_TOY}"],
    "tree-show": [f"tree show {ON_TOY}"],
    "gates": [
        f"gates GARDEN {ON_TOY}",
        f"gates GARDEN {ON_TOY} --base empty",
        f"gates EXPERT {ON_TOY} --base empty --mode allnoconfig",
        f"gates FISH {ON_TOY} --base empty",
    ],
    "search": [
        f"search swim {ON_TOY} --base my.config",
        f"search '^f|door' {ON_TOY}",
        f"search whale {ON_TOY}",
    ],
    "show": [
        f"show FISH {ON_TOY} --base my.config",
        f"show DOOR_GREEN {ON_TOY} --base my.config",
        f"show WATER {ON_TOY} --base defconfig",
        f"show CONFIG_DEPTH {ON_TOY}",
    ],
    "show-json": [f"show FOUNTAIN {ON_TOY} --base my.config --json"],
    "errors": [
        f"plan FISHS {ON_TOY}",
        f"plan POOL {ON_TOY}",
        f"plan SHED=m {ON_TOY}",
        f"plan SHED=yes {ON_TOY}",
        f"plan DEPTH {ON_TOY}",
        f"plan DEPTH=x {ON_TOY}",
        f"plan FISH=y FISH=n {ON_TOY}",
        f"plan 'FISH and CAT' {ON_TOY}",
        f"plan 'FISHS|POOL' {ON_TOY}",
        f"plan 'FISH|SHED=m' {ON_TOY}",
        f"plan 'FISH||SHED' {ON_TOY}",
        f"plan 'FISH|y' {ON_TOY}",
        f"plan 'FISH if DEPTH' {ON_TOY}",
        f"plan 'OWNER=us|them' {ON_TOY}",
        f"plan 'FISH|CAT' {ON_TOY} --pin 'FISH|CAT'",
        f"gates 'FISH|CAT' {ON_TOY}",
        f"plan @other.config {ON_TOY}",
        f"plan @prose.config {ON_TOY}",
        f"plan @nowhere.config {ON_TOY}",
        f"plan criu {ON_TOY}",
        f"plan levels:coko --profile levels.toml {ON_TOY}",
        f"plan kriu:lazy-pages {ON_TOY}",
        f"plan FISH {ON_TOY} --pin POOL",
        f"plan FISH {ON_TOY} --forbid OWNER",
        f"plan FISH {ON_TOY} --base tinyconfg",
        f"plan FISH {ON_TOY} --base lefft_defconfig",
        f"plan FISH {ON_TOY} --base binary.config",
        f"plan FISH {ON_TOY} --base comments.config",
        "check FISH --config comments.config",
        f"explain FISH --config comments.config {ON_TOY}",
        "profiles leevls --profile levels.toml",
        f"plan FISH {ON_TOY} -o toy",
        f"plan FISH {ON_TOY} -o nowhere/f.config",
        f"olddefconfig nowhere.config {ON_TOY}",
        f"graph FISHS -o x.dot {ON_TOY}",
        f"graph FISH -o x.png {ON_TOY}",
        f"gates DEPTH=3 {ON_TOY}",
        f"search '(' {ON_TOY}",
        f"show FISHS {ON_TOY}",
        "plan FISH --tree nowhere",
        "plan FISH --tree my.config",
        "plan FISH --tree toy --arch lefft",
    ],
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """The toy kernel and the files, with the kernel read already."""
    place = make_place(tmp_path_factory.mktemp("snapshots"))
    place.call("tree", "show", *shlex.split(ON_TOY))
    for name, text in FILES.items():
        (place.work / name).write_text(text, encoding="utf-8")
    return place


def _seen(place: Place, command: str) -> str:
    """A command and all that a person sees of it."""
    output = place.work / "f.config"
    output.unlink(missing_ok=True)
    done = place.call(*shlex.split(command))
    parts = [f"$ kresolve {command}\n"]
    for name, text in (
        ("stdout", done.stdout),
        ("stderr", done.stderr),
        ("f.config", output.read_text(encoding="utf-8") if output.exists() else ""),
    ):
        if text:
            parts.append(f"--- {name}\n{text}")
            if not text.endswith("\n"):
                parts.append("(no newline at the end)\n")
    parts.append(f"--- status {done.returncode}\n")
    return "".join(parts).replace(str(place.work), "{here}")


@pytest.mark.parametrize("name", CASES)
def test_people_see(here: Place, name: str) -> None:
    """A command shows, to the letter, what is written down for it."""
    seen = "\n".join(_seen(here, command) for command in CASES[name])
    file = EXPECTED / f"{name}.txt"
    if REWRITE:
        EXPECTED.mkdir(exist_ok=True)
        file.write_text(seen, encoding="utf-8")
    assert seen == file.read_text(encoding="utf-8")


def test_every_snapshot_has_a_case() -> None:
    """No file in ``expected/`` is left over from a case that is gone."""
    leftover = {file.stem: file for file in EXPECTED.iterdir() if file.stem not in CASES}
    if REWRITE:
        for file in leftover.values():
            file.unlink()
        leftover = {}
    assert leftover == {}


def test_snapshots_do_not_know_the_machine() -> None:
    """No snapshot holds a path, a user's name or a version of this machine's tools."""
    for file in EXPECTED.iterdir():
        text = file.read_text(encoding="utf-8")
        for word in ("tmp/", "home/", "root/", "gcc", "Python"):
            assert word not in text, file.name
