"""Lint against conf: exactly the lines that conf drops, on the kernel's own fragments."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kresolve import Tree, lint
from kresolve.dotconfig.lines import Line, parse_lines, typed_value

#: What kernel this is about, and with which tools the numbers below were counted.
VERSION = "6.12."
COMPILER = "gcc (Debian 12"


def fragments(tree: Tree) -> list[Path]:
    """The configs of the kernel's own tests."""
    assert tree.source is not None
    return sorted((tree.source.path / "tools/testing/selftests").glob("**/config"))


def lost_by_conf(tree: Tree, base: list[Line], lines: list[Line]) -> list[int]:
    """The numbers of the lines whose option conf gives another value."""
    text = tree.conf([*base, *lines])
    theirs = {line.symbol: line.value for line in parse_lines(text, ".config")[0]}
    found = []
    for number, line in enumerate(lines):
        symbol = tree.model.symbols.get(line.symbol)
        wanted = line.value if symbol is None else typed_value(line, symbol.type)
        value = theirs.get(line.symbol, "n")
        if symbol is not None:
            value = typed_value(Line(line.symbol, value), symbol.type) or value
        empty = line.says_not_set and value in ("", "n")  # for conf, nothing; so nothing is lost
        if wanted != value and not (wanted is None and empty):
            found.append(number)
    return found


def compared(tree: Tree, base: str, paths: list[Path], pool: ThreadPoolExecutor) -> Iterator[int]:
    """For each fragment, how many lines lint calls lost, after conf has agreed on each."""
    start = list(tree.base(base).lines)
    lints = [lint(path, tree=tree, base=base, advise=False) for path in paths]
    asked = [
        pool.submit(lost_by_conf, tree, start, [f.line for f in answer.findings])
        for answer in lints
    ]
    for path, answer, conf in zip(paths, lints, asked, strict=True):
        mine = [number for number, f in enumerate(answer.findings) if not f.survives]
        assert mine == conf.result(), path
        yield len(mine)


@pytest.mark.conf
@pytest.mark.parametrize("name", ["net/netfilter", "bpf"])
def test_lint_finds_what_conf_drops(
    tree: Tree, name: str, two_at_a_time: ThreadPoolExecutor
) -> None:
    """Of large fragments, lint names exactly the lines that conf drops."""
    paths = [path for path in fragments(tree) if str(path.parent).endswith(f"selftests/{name}")]

    assert sum(compared(tree, "tinyconfig", paths, two_at_a_time)) > 0


@pytest.mark.conf
@pytest.mark.long
@pytest.mark.parametrize(("base", "lost"), [("defconfig", 34), ("tinyconfig", 689)])
def test_all_of_the_kernels_fragments(
    tree: Tree, base: str, lost: int, two_at_a_time: ThreadPoolExecutor
) -> None:
    """Of all the kernel's own fragments, lint names exactly the lines that conf drops."""
    tools = dict(tree.info.toolchain)
    found = list(compared(tree, base, fragments(tree), two_at_a_time))

    assert len(found) > 50
    if tree.info.version.startswith(VERSION) and tools["CC"].startswith(COMPILER):
        assert len(found) == 74
        if "not found" in tools["PAHOLE"]:
            assert sum(found) == lost


@pytest.mark.conf
def test_a_fix_holds(tree: Tree, tmp_path: Path) -> None:
    """NETFILTER_XT_MATCH_OWNER without NETFILTER_ADVANCED: named, mended, and conf keeps it."""
    path = tmp_path / "owner.config"
    path.write_text("# firewall\nCONFIG_NETFILTER_XT_MATCH_OWNER=y\n", encoding="utf-8")
    answer = lint(path, tree=tree, base="defconfig")

    assert [f.line.location.line for f in answer.dropped if f.line.location] == [2]
    assert answer.dropped[0].add == ("CONFIG_NETFILTER_ADVANCED=y",)
    assert answer.fix() == (str(path),)
    lines = tree.read(path)[0]
    assert [line.symbol for line in lines] == ["NETFILTER_ADVANCED", "NETFILTER_XT_MATCH_OWNER"]
    assert lost_by_conf(tree, list(tree.base("defconfig").lines), lines) == []
