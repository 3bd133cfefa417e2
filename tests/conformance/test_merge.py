"""Merging against the tree's own merge_config.sh: the same .config, and no loss unseen."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kresolve import Merge, Tree, merge
from kresolve.dotconfig.lines import Line, parse_lines
from kresolve.sources.merge_script import Merged, merge_config
from tests.property.toys import TREES

#: What merge_config.sh says of a line that is lost, before and from 7.0 on.
LOST = re.compile(r"(?:Value requested for |WARNING: )CONFIG_(\S+) (?:not in final|differs)")
REDEFINED = re.compile(r"Value of CONFIG_(\S+) is redefined by")

GARDEN = """\
CONFIG_NET=y
CONFIG_UNIX=y
CONFIG_MODULES=y
CONFIG_EXPERT=y
# CONFIG_SWAP is not set
CONFIG_TUN=m
CONFIG_HZ_1000=y
"""
WALL = """\
CONFIG_TUN=y
CONFIG_NETFILTER_XT_MATCH_OWNER=y
CONFIG_UNIX=m
CONFIG_SWAP=y
CONFIG_NO_SUCH_OPTION=y
# CONFIG_NO_SUCH_OPTION_EITHER is not set
CONFIG_HZ_250=y
CONFIG_NR_CPUS=999999
"""


def both(
    tree: Tree, folder: Path, options: tuple[str, ...], texts: dict[str, str]
) -> tuple[Merge, Merged]:
    """The same merge by kresolve, and by the tree's own script."""
    paths = [folder / name for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, encoding="utf-8")
    mine = merge(*paths, tree=tree, allnoconfig="-n" in options, built_in="-y" in options)
    assert tree.source is not None
    theirs = merge_config(tree.source, list(texts.items()), arch=tree.info.arch, options=options)
    return mine, theirs


def agree(mine: Merge, theirs: Merged, *, says: bool = True) -> None:
    """The same .config to the letter; of the script's complaints only false ones are missing."""
    assert mine.config == theirs.config
    lost = {finding.line.symbol for finding in mine.lost}
    named = set(LOST.findall(theirs.said))
    final = {line.symbol for line in parse_lines(theirs.config, ".config")[0]}
    off: set[str] = {line.symbol for line in mine.lines if line.value == "n"}
    if says:
        assert lost <= named
        # Up to 6.x, the script complains of "is not set" where nothing is written.
        assert named - lost <= off - final
        assert {o.later.symbol for o in mine.overlaps if o.kind == "redefined"} <= set(
            REDEFINED.findall(theirs.said)
        )


@pytest.mark.conf
def test_a_merge_is_the_scripts(tree: Tree, tmp_path: Path) -> None:
    """On 6.12, kresolve writes the script's .config and finds the lines that it says are lost."""
    mine, theirs = both(tree, tmp_path, ("-n", "-y"), {"garden": GARDEN, "wall": WALL})

    agree(mine, theirs)
    assert "NETFILTER_XT_MATCH_OWNER" in {finding.line.symbol for finding in mine.lost}


@pytest.mark.conf
@pytest.mark.long
@pytest.mark.parametrize("dialect", ["6.1", "6.12", "7.x"])
@pytest.mark.parametrize("options", [(), ("-n",), ("-r",), ("-r", "-n"), ("-y",), ("-n", "-y")])
def test_a_merge_is_the_scripts_on_every_kernel(
    dialect: str, options: tuple[str, ...], tmp_path: Path
) -> None:
    """The same on each generation of kernels, and with -r, of which the script of 7.x is silent."""
    tree = Tree.load(TREES[dialect], arch="x86_64")
    mine, theirs = both(tree, tmp_path, options, {"garden": GARDEN, "wall": WALL})

    silent = dialect == "7.x" and "-r" in options
    agree(mine, theirs, says=not silent)
    assert {finding.line.symbol for finding in mine.lost} >= {
        "NETFILTER_XT_MATCH_OWNER",
        "NO_SUCH_OPTION",
    }
    if silent:
        assert "not in final" not in theirs.said


@pytest.mark.conf
@pytest.mark.long
@pytest.mark.parametrize("dialect", ["6.1", "6.12", "7.x"])
def test_what_was_missing_is_complete(dialect: str, tmp_path: Path) -> None:
    """With --complete, what can be had is there, and the tree's own script agrees."""
    tree = Tree.load(TREES[dialect], arch="x86_64")
    path = tmp_path / "wall"
    path.write_text("CONFIG_NETFILTER_XT_MATCH_OWNER=y\nCONFIG_TUN=y\n", encoding="utf-8")
    done = merge(path, tree=tree, allnoconfig=True, complete=True)
    assert tree.source is not None
    text = "".join(f"{line}\n" for line in done.lines)
    theirs = merge_config(tree.source, [("all", text)], arch="x86_64", options=("-n",))

    assert done.status == "kept"
    assert done.config == theirs.config
    assert LOST.findall(theirs.said) == []
    lines = parse_lines(theirs.config, ".config")[0]
    assert Line("NETFILTER_XT_MATCH_OWNER", "y") in [Line(o.symbol, o.value) for o in lines]
