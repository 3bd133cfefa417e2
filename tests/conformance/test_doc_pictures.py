"""The pictures that the documentation shows are those that kresolve makes today."""

from __future__ import annotations

import re

import pytest

from kresolve import Tree
from tests.unit.test_pictures import overlaps, without_places
from tools.pictures import HERE, texts

pytestmark = pytest.mark.picture


@pytest.fixture(scope="module")
def current(tree: Tree) -> dict[str, str]:
    """What they would be now."""
    return texts(tree)


def test_pictures_are_current(tree: Tree, current: dict[str, str]) -> None:
    """docs/pictures holds what `make pictures` writes; for another point release, its symbols."""
    assert {path.name for path in HERE.iterdir()} == set(current)
    for name, text in current.items():
        there = (HERE / name).read_text(encoding="utf-8")
        if f"Linux {tree.info.version} " in there:
            assert without_places(there) == without_places(text), (
                f"{name} is out of date: run make pictures"
            )
        else:
            symbols = re.compile(r'data-name="(\w+)"')
            assert set(symbols.findall(there)) == set(symbols.findall(text)), name


@pytest.mark.parametrize("request_", ["criu", "DRM_AMDGPU", "CONFIG_KVM"])
@pytest.mark.parametrize("base", ["allnoconfig", "defconfig"])
def test_nothing_overlaps_in_plans_of_the_kernel(tree: Tree, request_: str, base: str) -> None:
    """In the picture of a real plan no box or label lies on another."""
    assert overlaps(tree.plan(request_, base=base).graph) == []


@pytest.mark.parametrize("name", ["DRM_AMDGPU", "NR_CPUS", "HZ_250", "KVM", "BTRFS_FS"])
def test_nothing_overlaps_in_parts_of_the_graph(tree: Tree, name: str) -> None:
    """Nor in what `kresolve graph X` draws."""
    assert overlaps(tree.graph(name, base="allnoconfig", limit=60)) == []
