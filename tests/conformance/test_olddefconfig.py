"""``kresolve olddefconfig`` and the tree's own conf write the same bytes."""

from __future__ import annotations

import difflib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kresolve import Tree
from kresolve.dotconfig.lines import Line, parse_lines
from kresolve.sources.oracle import make_target
from tests.conformance.configs import CONSTRUCTS, PROBABILITIES, hard_config, harden, replaying

pytestmark = pytest.mark.conf

SAMPLE = tuple(range(1, 7))
#: The long run takes this many seeds, this many in one test.
LONG, AT_ONCE = 120, 6

_BATCHES = [range(first, first + AT_ONCE) for first in range(1001, 1001 + LONG, AT_ONCE)]


def _difference(tree: Tree, seed: int, directory: Path) -> str:
    """Where conf's answer and ours differ for a seed's input; empty if they do not."""
    data = hard_config(tree, seed).data
    path = directory / f"{seed}.config"
    path.write_bytes(data)
    theirs = replaying(tree).run("olddefconfig", data.decode("utf-8", "surrogateescape")).config
    mine = tree.olddefconfig(path).text()
    return _diff(theirs, mine, f"seed {seed}")


def _diff(theirs: str, mine: str, name: str) -> str:
    if theirs == mine:
        return ""
    lines = difflib.unified_diff(
        theirs.splitlines(), mine.splitlines(), f"conf, {name}", f"kresolve, {name}", "", "", 0, ""
    )
    return "\n".join(list(lines)[:40]) or f"{name}: line ends differ"


def test_the_hard_inputs_are_hard(tree: Tree) -> None:
    """The generator makes every construct that it promises, and repeats itself."""
    everything = tree.olddefconfig(tree.base("allmodconfig").lines).text()
    made = [harden(everything, tree.model, seed) for seed in SAMPLE]

    assert frozenset[str]().union(*(one.constructs for one in made)) == CONSTRUCTS
    assert made == [harden(everything, tree.model, seed) for seed in SAMPLE]
    assert len({one.data for one in made}) == len(SAMPLE)
    assert len({PROBABILITIES[seed % len(PROBABILITIES)] for seed in SAMPLE}) == len(SAMPLE)
    assert any(b"\r\n" in one.data for one in made)


def test_hard_inputs(tree: Tree, two_at_a_time: ThreadPoolExecutor, tmp_path: Path) -> None:
    """A sample of hard inputs becomes, byte for byte, what conf makes of it."""
    found = two_at_a_time.map(lambda seed: _difference(tree, seed, tmp_path), SAMPLE)
    assert list(filter(None, found)) == []


@pytest.mark.long
@pytest.mark.parametrize("seeds", _BATCHES, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
def test_more_hard_inputs(
    tree: Tree, two_at_a_time: ThreadPoolExecutor, tmp_path: Path, seeds: range
) -> None:
    """As the sample, for more than a hundred other seeds."""
    found = two_at_a_time.map(lambda seed: _difference(tree, seed, tmp_path), seeds)
    assert list(filter(None, found)) == []


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 13))
def test_hard_fragments_finished_with_allnoconfig(tree: Tree, seed: int) -> None:
    """``merge_config.sh -n`` makes the same of a hard input as mode=allnoconfig."""
    text = hard_config(tree, seed).data.decode("utf-8", "surrogateescape")
    theirs = replaying(tree).run("allnoconfig", None, allconfig=text).config
    lines, _ = parse_lines(text, "hard.config")
    mine = tree.olddefconfig(lines, mode="allnoconfig").text()
    assert _diff(theirs, mine, f"seed {seed}") == ""


# ------------------------------------------------------------------- bases

#: How conf is called for a base, as scripts/kconfig/Makefile does.
_CONF_MODES = {
    "allnoconfig": "allnoconfig",
    "alldefconfig": "alldefconfig",
    "allyesconfig": "allyesconfig",
    "allmodconfig": "allmodconfig",
    "defconfig": "defconfig=arch/x86/configs/x86_64_defconfig",
    "i386_defconfig": "defconfig=arch/x86/configs/i386_defconfig",
    "empty": "olddefconfig",
}


def _assignments(text: str) -> list[tuple[str, str]]:
    lines, bad = parse_lines(text, "conf")
    assert bad == []
    return [(line.symbol, line.value) for line in lines]


def _pairs(lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.symbol, line.value) for line in lines]


def _of_base(tree: Tree, name: str) -> list[tuple[str, str]]:
    """A base's lines; those of the empty one after olddefconfig."""
    base = tree.base(name)
    assert base.invalid == ()
    return _pairs(base.lines if name != "empty" else tree.olddefconfig(base.lines).lines)


def test_bases_are_what_conf_writes(tree: Tree, two_at_a_time: ThreadPoolExecutor) -> None:
    """Each base has the lines, in the order, that conf writes for its target."""
    theirs = two_at_a_time.map(lambda mode: tree.oracle.run(mode).config, _CONF_MODES.values())
    wrong = {
        name: set(_of_base(tree, name)) ^ set(_assignments(text))
        for name, text in zip(_CONF_MODES, theirs, strict=True)
        if _of_base(tree, name) != _assignments(text)
    }
    assert wrong == {}


def test_the_empty_base_says_nothing(tree: Tree) -> None:
    """The base "empty" is a file without lines, not what olddefconfig makes of it."""
    assert tree.base("empty").lines == ()


def _make_differs(tree: Tree, name: str) -> str:
    """Where ``make NAME`` and the base differ; empty if they do not."""
    assert tree.source is not None
    target, config = (name, None) if name != "empty" else ("olddefconfig", "")
    theirs = make_target(tree.source, target, arch="x86_64", config=config).config
    mine = tree.olddefconfig(tree.base(name).lines).text()
    return _diff(theirs, mine, name)


def test_tinyconfig_is_what_make_writes(tree: Tree) -> None:
    """The base tinyconfig is, byte for byte, what the kernel's own make target writes."""
    assert _make_differs(tree, "tinyconfig") == ""


@pytest.mark.long
@pytest.mark.parametrize("name", [*_CONF_MODES, "tinyconfig"])
def test_bases_are_what_make_writes(tree: Tree, name: str) -> None:
    """Each base is, byte for byte, what the kernel's own make target writes."""
    assert _make_differs(tree, name) == ""
