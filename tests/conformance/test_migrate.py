"""Migration of Kata's fragments, every statement held against conf on both trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve import Tree, migrate
from kresolve.dotconfig.lines import Line, parse_lines, typed_value
from kresolve.fragments.migrating import MigratedLine, Migration
from tests.property.toys import TREES


def values(tree: Tree, lines: list[Line]) -> dict[str, str]:
    """What the tree's own conf makes of lines, as ``merge_config.sh -n`` does."""
    text = tree.conf(lines, "allnoconfig")
    found = {}
    for line in parse_lines(text, ".config")[0]:
        value = typed_value(line, tree.model.symbols[line.symbol].type)
        assert value is not None
        found[line.symbol] = value
    return found


def kata(shared: Path) -> list[Path]:
    """Kata's fragments for x86_64, in its order."""
    fragments = shared / "kata" / "fragments"
    common = sorted((fragments / "common").glob("*.conf"))
    return [
        *(path for path in common if "!x86_64" not in path.read_text(encoding="utf-8")),
        *sorted((fragments / "x86_64").glob("*.conf")),
    ]


def lines_of(tree: Tree, texts: dict[str, str]) -> list[Line]:
    """The lines of fragments, as a tree reads them."""
    exact = tree.model.dialect.exact_unset
    return [
        line
        for name, text in texts.items()
        for line in parse_lines(text, name, exact_unset=exact)[0]
    ]


@pytest.mark.conf
@pytest.mark.long
def test_every_statement_is_true(shared_dir: Path) -> None:
    """From 6.1 to 7.3: values, fates, defaults and the new fragment are as conf says."""
    old, new = (Tree.load(TREES[name], arch="x86_64") for name in ("6.1", "7.x"))
    paths = kata(shared_dir)
    found = migrate(*paths, old=old, new=new, base="empty", mode="allnoconfig")
    texts = {str(path): path.read_text(encoding="utf-8") for path in paths}
    before, after = values(old, lines_of(old, texts)), values(new, lines_of(new, texts))
    carried = values(new, lines_of(new, dict(found.texts)))

    assert len(found.steps) > 600
    assert {step.fate for step in found.steps} >= {"gone", "renamed", "gated", "same", "new"}
    for step in found.steps:
        _is_true(step, old, new, before, after)
    for step in found.steps:
        if step.fate == "renamed":
            assert step.successor is not None
            assert carried[step.successor.symbol] == step.line.value, step
        if step.fate in ("same", "gated", "new", "regained"):
            assert carried.get(step.line.symbol, "n") == step.line.value, step
    _defaults_are_true(found, old, new, texts)


def _is_true(
    step: MigratedLine, old: Tree, new: Tree, before: dict[str, str], after: dict[str, str]
) -> None:
    """A step's values are conf's, and its fate follows from them."""
    name, wanted = step.line.symbol, step.line.value
    for tree, value, theirs in ((old, step.before, before), (new, step.after, after)):
        if value is None:
            assert name not in tree
            assert name not in theirs
        else:
            assert theirs.get(name, "n") == value, step
    held = (before.get(name, "n") == wanted, after.get(name, "n") == wanted)
    match step.fate:
        case "gone" | "renamed":
            assert held == (True, False), step
        case "gated" | "no-prompt":
            assert held == (True, False), step
            assert name in new
        case "same":
            assert held == (True, True), step
        case "new" | "regained":
            assert held == (False, True), step
        case _:
            assert held == (False, False), step


def _defaults_are_true(found: Migration, old: Tree, new: Tree, texts: dict[str, str]) -> None:
    """What an option is said to be without its line is what conf makes of it then."""
    flipped = [
        (step, remark)
        for step in found.steps
        for remark in step.remarks
        if remark.startswith("without the line")
    ]
    assert flipped
    for step, remark in flipped:
        said = [
            values(
                tree, [line for line in lines_of(tree, texts) if line.symbol != step.line.symbol]
            )
            for tree in (old, new)
        ]
        was, now = (theirs.get(step.line.symbol, "n") for theirs in said)
        assert remark.startswith(f"without the line {was} before, {now} now"), step
