"""Surveys of random options on real trees: each planned or proved impossible, and checked.

A plan is confirmed by the evaluator as it is made; a sample is put to conf.
"Impossible" is confirmed by the encoding of the whole tree, not of a cone.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any, Final

import pytest
from attrs import frozen

from kresolve import Tree, survey
from kresolve.dotconfig.lines import fragment_text, parse_lines
from kresolve.errors import KresolveError
from tests.conformance.wholetree import WholeTree
from tests.replaying import replaying

pytestmark = pytest.mark.conf


@frozen
class Case:
    """A survey: the tree, how many options, of what kind, and how many go to conf."""

    tree: str
    arch: str
    count: int
    sample: int
    value: str = ""
    base: str = "allnoconfig"
    extra: str = ""
    seed: int = 20

    def __str__(self) -> str:
        asked = f"{self.count} {self.value or 'y or m'}"
        return f"{self.tree} {self.arch} {asked} on {self.base} {self.extra}".strip()

    def start(self, tree: Tree, folder: Path) -> str | Path:
        """The base, in a file if a line was added to it."""
        if not self.extra:
            return self.base
        path = folder / "base.config"
        lines = [*tree.base(self.base).lines, *parse_lines(self.extra, "extra")[0]]
        path.write_text(fragment_text(lines), encoding="utf-8")
        return path


SMALL: Final = Case("debian:6.12", "x86_64", 24, 4)
CASES: Final = (
    Case("debian:6.1", "x86_64", 500, 60),
    Case("debian:6.12", "x86_64", 500, 60),
    Case("debian:7.3@trixie-backports", "x86_64", 500, 60),
    Case("debian:6.12", "arm64", 100, 20),
    Case("debian:6.12", "x86_64", 100, 20, value="m", base="defconfig"),
    *(
        Case(tree, "x86_64", 200, 20, value="m", extra="CONFIG_MODULES=y")
        for tree in ("debian:6.1", "debian:6.12", "debian:7.3@trixie-backports")
    ),
)


@lru_cache(maxsize=2)
def loaded(tree: str, arch: str) -> Tree:
    """The tree; skips where it is not in the cache and cannot be fetched."""
    try:
        return Tree.load(tree, arch=arch)
    except KresolveError as error:
        pytest.skip(str(error))


def options(case: Case, tree: Tree) -> list[str]:
    """Random options with a prompt; tristates alone, where m is asked for."""
    model = tree.model
    names = sorted(
        name
        for name in model.options
        if case.value != "m" or model.symbols[name].type.value == "tristate"
    )
    chosen = Random(case.seed).sample(names, case.count)  # noqa: S311 - nobody has to guess it
    return [f"{name}={case.value}" if case.value else name for name in chosen]


def pins(case: Case, tree: Tree) -> list[str]:
    """What has to stay: 64 bits, and modules where they were added."""
    wanted = ("64BIT", *(("MODULES",) if case.extra else ()))
    return [name for name in wanted if name in tree.model.options]


def surveyed(case: Case, tree: Tree, base: str | Path, output: Path) -> list[dict[str, Any]]:
    """The lines of the survey's file."""
    survey(*options(case, tree), output=output, tree=tree, base=base, pin=pins(case, tree))
    return [json.loads(line) for line in output.read_text(encoding="utf-8").splitlines()]


def check(case: Case, folder: Path) -> None:
    """Make a survey and put it to the other witnesses."""
    tree = loaded(case.tree, case.arch)
    base = case.start(tree, folder)
    found = surveyed(case, tree, base, folder / "survey.jsonl")
    assert [one["asked"].partition("=")[0] for one in found] == [
        text.partition("=")[0] for text in options(case, tree)
    ]
    assert [one["asked"] for one in found if one["status"] == "unknown"] == []
    planned = [one for one in found if one["status"] == "planned"]
    assert all(one["verified"]["evaluator"] for one in planned)
    assert all(level["proved"] for one in planned for level in one["objective"])

    sample = Random(case.seed).sample(planned, min(case.sample, len(planned)))  # noqa: S311
    with ThreadPoolExecutor(2) as pool:
        assert [text for text in pool.map(lambda one: lost(tree, base, one), sample) if text] == []

    impossible = [one for one in found if one["status"] == "impossible"]
    assert whole_tree_allows(tree, case, base, impossible) == []
    assert all(one["conflict"]["demands"] for one in impossible)


def lost(tree: Tree, base: str | Path, one: dict[str, Any]) -> str:
    """What conf makes of a plan's lines, if that is not what was asked for."""
    lines, _ = parse_lines("\n".join(line["text"] for line in one["lines"]), "plan")
    oracle = replaying(tree.oracle)
    text = fragment_text([*tree.base(base).lines, *lines])
    written, _ = parse_lines(oracle.run("olddefconfig", text).config, "conf")
    values = {line.symbol: line.value for line in written}
    (request,) = one["request"]
    value = values.get(request["symbol"], "n")
    missing = [line for line in lines if values.get(line.symbol, "n") != line.value]
    if value not in request["accept"] or missing:
        return f"{one['asked']}: {value}; {[*map(str, missing)]}"
    return ""


def whole_tree_allows(
    tree: Tree, case: Case, base: str | Path, found: list[dict[str, Any]]
) -> list[str]:
    """Those of impossible requests that the clauses of the whole tree do not refute."""
    with WholeTree(tree, tree.base(base).lines, pins(case, tree)) as whole:
        return [
            one["asked"]
            for one in found
            if whole.allows((each["symbol"], each["accept"]) for each in one["request"])
        ]


def test_a_small_survey(tmp_path: Path) -> None:
    """Two dozen random options of 6.12 end planned or impossible, and all witnesses agree."""
    check(SMALL, tmp_path)


def test_a_survey_that_was_killed_goes_on(tmp_path: Path, tree: Tree) -> None:
    """What a file has is not planned again, and a line that was cut off is written anew."""
    output = tmp_path / "survey.jsonl"
    survey("TUN", "UNIX", output=output, tree=tree, base="allnoconfig", jobs=1)
    whole = output.read_bytes()
    output.write_bytes(whole[:-40])

    again = survey("TUN", "UNIX", "INET", output=output, tree=tree, base="allnoconfig", jobs=1)

    assert again.new == 2
    assert output.read_bytes().startswith(whole)
    assert [json.loads(line)["symbol"] for line in output.read_bytes().splitlines()] == [
        "TUN",
        "UNIX",
        "INET",
    ]
    with pytest.raises(KresolveError, match="use another file"):
        survey("TUN", output=output, tree=tree, base="defconfig", jobs=1)


def test_any_executor_will_do(tmp_path: Path, tree: Tree) -> None:
    """A survey takes the Executor that it is given, and leaves it open."""
    with ThreadPoolExecutor(1) as pool:
        found = survey("TUN", output=tmp_path / "one", tree=tree, base="allnoconfig", executor=pool)
        assert found.counts["planned"] == 1
        assert pool.submit(int, "1").result() == 1


@pytest.mark.long
@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_large_survey(case: Case, tmp_path: Path) -> None:
    """Hundreds of random options of each tree, and all witnesses agree."""
    check(case, tmp_path)
