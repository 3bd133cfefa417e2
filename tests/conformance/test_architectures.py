"""Nine architectures: read without complaint, by the host's compiler and by cross compilers."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve

from kresolve import Tree
from kresolve.dotconfig.lines import Line, parse_lines
from kresolve.errors import KresolveError
from kresolve.sources import SourceTree
from kresolve.sources.oracle import make_target
from tests.conformance.configs import hard_config, replaying
from tests.conformance.conftest import cached_tree
from tests.conformance.matrix import ARCHES, TREES

pytestmark = [pytest.mark.conf, pytest.mark.tree]

ALL: Final = (*ARCHES, "mips", "loongarch")

#: The prefixes of Debian's cross compilers (gcc-aarch64-linux-gnu and so on).
PREFIXES: Final[Mapping[str, str]] = {
    "arm64": "aarch64-linux-gnu-",
    "arm": "arm-linux-gnueabihf-",
    "riscv": "riscv64-linux-gnu-",
    "s390": "s390x-linux-gnu-",
    "powerpc": "powerpc64le-linux-gnu-",
    "mips": "mips64el-linux-gnuabi64-",
    "loongarch": "loongarch64-linux-gnu-",
    "i386": "i686-linux-gnu-",
}


def _complaints(name: str, arch: str) -> list[str]:
    """What kresolve warns of when it reads a tree, and conf does not."""
    tree = cached_tree(name, arch)
    assert len(tree.model.symbols) > 5000
    said = replaying(tree).run("alldefconfig").warnings
    return [warning for warning in tree.model.warnings if warning not in said]


@pytest.mark.parametrize(
    ("name", "arch"), list(zip(TREES, ("arm", "mips", "loongarch", "i386"), strict=True))
)
def test_some_are_read_without_a_complaint(name: str, arch: str) -> None:
    """Reading a tree brings no warning that conf does not give, on one architecture of each."""
    assert _complaints(name, arch) == []


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "arch"),
    [
        (name, arch)
        for name in TREES
        for arch in ALL
        if (name, arch) != (TREES[0], "loongarch")  # 5.19 brought it
    ],
)
def test_all_are_read_without_a_complaint(name: str, arch: str) -> None:
    """As the sample, for every tree and architecture."""
    assert _complaints(name, arch) == []


@pytest.mark.long
@pytest.mark.parametrize("arch", PREFIXES)
def test_with_a_cross_compiler(arch: str) -> None:
    """With a cross compiler, hard inputs become what conf makes of them, and defconfig make's."""
    prefix = PREFIXES[arch]
    if shutil.which(f"{prefix}gcc") is None:
        pytest.skip(f"no {prefix}gcc here")
    cached_tree("debian:6.12", arch)  # skips without the tree
    tree = Tree.load("debian:6.12", arch=arch, cross_compile=prefix)
    assert tree.source is not None

    assert dict(tree.info.toolchain)["CC"].startswith(f"{prefix}gcc")
    assert "not for" not in dict(tree.info.toolchain)["CC"]
    for seed in range(3):
        text = hard_config(tree, seed).data.decode("utf-8", "surrogateescape")
        lines, _ = parse_lines(text, "hard", exact_unset=tree.model.dialect.exact_unset)
        assert replaying(tree).run("olddefconfig", text).config == tree.olddefconfig(lines).text()
    made = make_target(tree.source, "defconfig", arch=arch, cross_compile=prefix).config
    assert tree.olddefconfig(tree.base("defconfig").lines).text() == made


def test_a_base_that_only_make_can_make(
    kernel_tree: SourceTree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """mips merges boards with a script of its own: the base is what make writes."""
    monkeypatch.setenv("KRESOLVE_CACHE", str(tmp_path))  # where nobody else removes the model
    tree = Tree.load(kernel_tree.path, arch="mips")
    lines = tree.base("32r2el_defconfig").lines
    assert Line("CPU_LITTLE_ENDIAN", "y") in [evolve(line, location=None) for line in lines]
    assert tree.olddefconfig(lines)["CPU_MIPS32_R2"] == "y"

    silent = Tree.load(kernel_tree.path, arch="mips", shell=False)
    with pytest.raises(KresolveError, match="--no-shell refuses"):
        silent.base("32r2el_defconfig")


@pytest.mark.parametrize("name", ["debian:5.10@bullseye", "debian:6.12"])
def test_a_base_that_is_another_name(name: str) -> None:
    """powerpc's pseries_le_defconfig stands for another target that merges files."""
    tree = cached_tree(name, "powerpc")
    assert tree.source is not None
    made = make_target(tree.source, "pseries_le_defconfig", arch="powerpc").config
    assert tree.olddefconfig(tree.base("pseries_le_defconfig").lines).text() == made
