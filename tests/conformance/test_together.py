"""Random options asked for together: conf keeps the plan, or the whole tree has none."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Final

import pytest

from kresolve import Tree
from kresolve.dotconfig.lines import Line
from tests.conformance.debian_configs import debian_configs
from tests.conformance.test_targets import lost
from tests.conformance.wholetree import WholeTree

pytestmark = pytest.mark.conf

CLOUD: Final = "Debian's amd64 cloud config"
BASES: Final = ("allnoconfig", "defconfig", CLOUD)


def check(tree: Tree, base: str, size: int, count: int) -> None:
    """So many random requests of so many options on a base."""
    place = _cloud() if base == CLOUD else base
    lines: Sequence[Line] = tree.target(place).lines
    random = Random(f"{base} {size}")  # noqa: S311 - nobody has to guess it
    names = sorted(tree.model.options)
    planned = 0
    with WholeTree(tree, lines) as whole:
        for _ in range(count):
            request = [
                f"{name}=y|m" if tree.model.symbols[name].type.value == "tristate" else name
                for name in random.sample(names, size)
            ]
            found = tree.plan(request, base=place)
            assert found.status in ("planned", "impossible"), (request, found.notes)
            if found.status == "planned":
                planned += 1
                assert all(level.proved for level in found.objective), request
                assert lost(tree, lines, found, found.request) == [], request
            else:
                accepted = [(w.symbol, w.accept) for one in found.request for w in one.wants]
                assert not whole.allows(accepted), request
    assert planned > 0


def _cloud() -> str:
    for path in debian_configs("debian:6.12", "x86_64"):
        if "cloud" in path.name:
            return str(path)
    pytest.skip("Debian's package has no cloud config")


def test_three_pairs(tree: Tree) -> None:
    """A sample of the pairs below."""
    check(tree, "allnoconfig", size=2, count=3)


@pytest.mark.long
@pytest.mark.parametrize("base", BASES)
def test_pairs(tree: Tree, base: str) -> None:
    """Two random options at a time."""
    check(tree, base, size=2, count=30)


@pytest.mark.long
@pytest.mark.parametrize("base", BASES)
def test_tens(tree: Tree, base: str) -> None:
    """Ten random options at a time."""
    check(tree, base, size=10, count=12)
