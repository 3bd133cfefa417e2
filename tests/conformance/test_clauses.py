"""Evaluator and clauses, which know nothing of each other, agree on a whole tree."""

from __future__ import annotations

import pytest

from kresolve import Tree
from kresolve.kconfig.dependencies import Dependencies
from tests.conformance.fragments import compared
from tests.conformance.matrix import AT_ONCE


@pytest.fixture(scope="module")
def dependencies(tree: Tree) -> Dependencies:
    """The dependencies of the tree, which each encoding would find out again."""
    return Dependencies(tree.model)


def _check(tree: Tree, dependencies: Dependencies, seed: int, count: int) -> None:
    """Compare the witnesses on ``count`` fragments that share an encoding."""
    found = list(compared(tree.model, 1000 * seed, count, dependencies))
    assert [one.differences for one in found] == [()] * count
    # the fragments were not all the same, nor without effect
    assert all(len(set(one.evaluated.values())) > 2 for one in found)
    assert len({one.evaluated.text() for one in found}) == count


def test_on_random_fragments(tree: Tree, dependencies: Dependencies) -> None:
    """On random lines, every symbol of the tree has the same value for both."""
    _check(tree, dependencies, seed=1, count=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
def test_on_more_random_fragments(tree: Tree, dependencies: Dependencies, seed: int) -> None:
    """As the sample, for other seeds; each with other numbers, texts and choices."""
    _check(tree, dependencies, seed, AT_ONCE)
