"""Searching and reading symbols of the real tree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kresolve import Tree
from kresolve.kconfig.model import MenuNode
from kresolve.rendering.symbols import page_text


def test_every_help_text_is_found_and_ends_where_it_should(tree: Tree) -> None:
    """Each of the tree's help texts begins behind its "help" and takes in no other entry."""
    assert tree.source is not None
    word = re.compile(r"\s*(---)?help(---)?\s*$")
    files: dict[str, list[str]] = {}
    seen = empty = 0
    for entry in tree.model.entries:
        if not isinstance(entry, MenuNode) or not entry.help_line:
            continue
        name = entry.location.file
        if name not in files:
            path: Path = tree.source.path / name
            files[name] = path.read_text(encoding="utf-8", errors="replace").split("\n")
        lines = files[name]
        assert word.match(lines[entry.help_line - 2]), entry.location
        text = tree._helps.of(entry)
        seen += 1
        empty += not text
        assert not re.search(
            r"^(config|menuconfig) [A-Z0-9_]+$|^(endmenu|endif|endchoice)$", text, re.MULTILINE
        )
        rest = lines[entry.help_line - 1 :]
        shown = [line for line in text.split("\n") if line]
        assert [line.split() for line in rest if line.strip()][: len(shown)] == [
            line.split() for line in shown
        ]
    assert seen > 10_000
    assert empty < 10


def test_search_finds_what_grep_finds(tree: Tree) -> None:
    """A word that stands only in a help text leads to its symbol, with the value on a base."""
    found = tree.search("CONFIG_CHECKPOINT_REST", base="defconfig")
    assert [(one.symbol, one.where, one.value) for one in found] == [
        ("CHECKPOINT_RESTORE", "name", "n")
    ]
    helped = {one.symbol for one in tree.search("ss tool", where=("help",))}
    assert "INET_UDP_DIAG" in helped
    assert not tree.search("no such words anywhere")


@pytest.mark.parametrize("base", ["allnoconfig", "defconfig"])
def test_pages_say_what_the_evaluator_says(tree: Tree, base: str) -> None:
    """For symbols all over the tree, values, parts and active lines are the configuration's."""
    configuration = tree.target(base).before
    names = [*tree.model.symbols][::900]
    for name in (*names, "NR_CPUS", "HZ_250", "KCMP", "CRYPTO_LIB_SHA256"):
        page = tree.show(name, base=base)
        assert page.value == configuration[name]
        for shown in page.definitions:
            for guard in shown.guards:
                for other, value in guard.condition.symbols.items():
                    assert configuration[other] == value
            assert sum(bool(default.active) for default in shown.defaults) <= 1
        if page.cause == "selected":
            assert page.selected_by[0].strength in {"m", "y"}
        assert page_text(page, base).startswith(name)
        assert page.to_dict()["symbol"] == name


def test_a_saved_model_has_no_help_texts(tree: Tree, tmp_path: Path) -> None:
    """Without the files of the tree everything else is shown all the same."""
    tree.save(tmp_path / "saved")
    saved = Tree.load(tmp_path / "saved")
    whole, bare = tree.show("INET_UDP_DIAG"), saved.show("INET_UDP_DIAG")
    assert whole.definitions[0].help
    assert bare.definitions[0].help == ""
    assert bare.definitions[0].guards == whole.definitions[0].guards
    assert not saved.search("ss tool", where=("help",))
