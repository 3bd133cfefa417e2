"""Bases: what the names mean, and what is said when there is no such base."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve.api.bases import find_base
from kresolve.api.explain_symbol import explain_symbol
from kresolve.errors import ConfigFileError
from kresolve.kconfig.model import Model
from kresolve.planner import Target
from kresolve.sources import SourceTree
from tests.property.toys import load

_KCONFIG = """\
config A
	bool "a"

config B
	bool "b"
	default y

config T
	tristate "t"
"""


@pytest.fixture
def model() -> Model:
    """A small tree."""
    return load(_KCONFIG)


def lines(model: Model, tree: Path | None, base: str | Path) -> list[str]:
    """The lines of a base."""
    source = None if tree is None else _tree(tree)
    return [str(line) for line in find_base(model, source, base).lines]


def _tree(path: Path) -> SourceTree:
    """A directory as a tree."""
    return SourceTree(path, str(path), "6.12", f"directory:{path}")


def test_targets_start_from_nothing(model: Model) -> None:
    """The all*config bases and the empty one need neither tree nor file."""
    assert lines(model, None, "empty") == []
    off = ["# CONFIG_A is not set", "# CONFIG_B is not set", "# CONFIG_T is not set"]
    assert lines(model, None, "allnoconfig") == off
    assert lines(model, None, "allyesconfig") == ["CONFIG_A=y", "CONFIG_B=y", "CONFIG_T=y"]
    assert lines(model, None, "allmodconfig") == ["CONFIG_A=y", "CONFIG_B=y", "CONFIG_T=y"]
    assert lines(model, None, "alldefconfig") == [off[0], "CONFIG_B=y", off[2]]


def test_files_are_taken_as_they_are(model: Model, tmp_path: Path) -> None:
    """A file's lines are the base, with those that say nothing set apart."""
    path = tmp_path / "config"
    path.write_text("CONFIG_A=y\nnonsense\n# CONFIG_B is not set\n")
    base = find_base(model, None, path)
    assert [str(line) for line in base.lines] == ["CONFIG_A=y", "# CONFIG_B is not set"]
    assert [str(bad) for bad in base.invalid] == [f"{path}:2: not an assignment: nonsense"]


def test_defconfigs_are_evaluated(model: Model, tmp_path: Path) -> None:
    """A NAME_defconfig of the tree is what ``make NAME_defconfig`` writes."""
    folder = tmp_path / "arch" / "toy" / "configs"
    folder.mkdir(parents=True)
    (folder / "small_defconfig").write_text("CONFIG_A=y\n")
    assert lines(model, tmp_path, "small_defconfig") == [
        "CONFIG_A=y",
        "CONFIG_B=y",
        "# CONFIG_T is not set",
    ]
    with pytest.raises(ConfigFileError, match=r"smal_defconfig.*did you mean small_defconfig\?"):
        find_base(model, _tree(tmp_path), "smal_defconfig")


@pytest.mark.parametrize(
    ("base", "parts"),
    [
        ("allnoconfg", ("allnoconfg", "no such base or file", "did you mean allnoconfig")),
        ("/no/such/file", ("/no/such/file", "cannot read it")),
        ("small_defconfig", ("small_defconfig", "a saved model has no config files")),
        ("defconfig", ("defconfig", "use --base allnoconfig")),
        ("tinyconfig", ("tinyconfig", "use --base allnoconfig")),
    ],
)
def test_wrong_bases_say_what_to_do(model: Model, base: str, parts: tuple[str, ...]) -> None:
    """The error shows the name and what would be one."""
    with pytest.raises(ConfigFileError) as caught:
        find_base(model, None, base)
    for part in parts:
        assert part in str(caught.value)


def test_a_directory_is_no_base(model: Model, tmp_path: Path) -> None:
    """A directory is named as what it is."""
    with pytest.raises(ConfigFileError, match="this is a directory"):
        find_base(model, None, tmp_path)


def test_what_a_defconfig_does_not_mention_is_told_from_what_it_says(
    model: Model, tmp_path: Path
) -> None:
    """Of a base that make makes of a defconfig, a line that is no line of it is by default."""
    folder = tmp_path / "arch" / "toy" / "configs"
    folder.mkdir(parents=True)
    (folder / "my_defconfig").write_text("CONFIG_A=y\n")
    base = find_base(model, _tree(tmp_path), "my_defconfig")
    assert {line.symbol: line.by_default for line in base.lines} == {
        "A": False,
        "B": True,
        "T": True,
    }

    target = Target(model, "my_defconfig", base.lines)
    said = {name: str(explain_symbol(target, name, base=target.base)) for name in "AB"}
    assert "A (Kconfig:1) is y: set by my_defconfig" in said["A"]
    assert "B (Kconfig:4) is y: by default in the .config of my_defconfig" in said["B"]
