"""Lint against conf on fragments that other projects keep, each on top of x86_64's defconfig."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve import Tree
from kresolve.dotconfig.config_file import read_config
from kresolve.dotconfig.lines import Line, fragment_text, parse_lines, typed_value
from kresolve.fragments.linting import Linter
from tests.conformance.configs import replaying
from tests.conformance.conftest import cached_tree

TREES = ("debian:6.12", "debian:7.3@trixie-backports")
#: The folders of fragments, and which of each is in the default run.
FRAGMENTS = {"kernelci": 9, "buildroot": 10, "yocto": 300, "syzkaller": 9}


def fragments(shared: Path, folder: str) -> list[Path]:
    """The fragments of a folder."""
    found = (path for path in sorted((shared / "corpora" / folder).rglob("*")) if path.is_file())
    return [path for path in found if path.suffix in (".cfg", ".config")]


def lost_by_conf(tree: Tree, base: str, fragment: str) -> list[int]:
    """The numbers of the lines that conf, given the texts as they are, does not keep."""
    exact = tree.model.dialect.exact_unset
    text = replaying(tree).run("olddefconfig", base + fragment).config
    written = {line.symbol: line for line in parse_lines(text, ".config")[0]}

    def value(line: Line) -> str | None:
        symbol = tree.model.symbols.get(line.symbol)
        return line.value if symbol is None else typed_value(line, symbol.type)

    return [
        line.location.line
        for line in parse_lines(fragment, "fragment", exact_unset=exact)[0]
        if line.location is not None
        and value(line) != value(written.get(line.symbol, Line(line.symbol, "n")))
    ]


def agrees(tree: Tree, paths: list[Path]) -> tuple[int, int]:
    """How many lines there are and how many lint calls lost, after conf has agreed on each."""
    base = fragment_text(tree.base("defconfig").lines)
    lines = lost = 0
    for path in paths:
        findings = Linter(tree.target("defconfig"), tree.read(path)[0]).findings(thorough=False)
        mine = [f.line.location.line for f in findings if f.line.location and not f.survives]
        assert mine == lost_by_conf(tree, base, read_config(path)), path
        lines += len(findings)
        lost += len(mine)
    return lines, lost


@pytest.mark.conf
@pytest.mark.parametrize("name", TREES)
def test_lint_loses_what_conf_loses(name: str, shared_dir: Path) -> None:
    """Of some fragments of each project, lint names exactly the lines that conf drops."""
    tree = cached_tree(name, "x86_64")
    some = [fragments(shared_dir, folder)[number] for folder, number in FRAGMENTS.items()]

    lines, lost = agrees(tree, some)

    assert lines > lost > 0


@pytest.mark.conf
@pytest.mark.long
@pytest.mark.parametrize("name", TREES)
@pytest.mark.parametrize("folder", FRAGMENTS)
def test_every_fragment(name: str, folder: str, shared_dir: Path) -> None:
    """Of every fragment, lint names exactly the lines that conf drops."""
    lines, lost = agrees(cached_tree(name, "x86_64"), fragments(shared_dir, folder))

    assert lines > lost > 0
