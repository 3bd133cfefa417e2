"""A sample of the conformance run: something of every kernel, on x86_64 and on one more."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.conftest import cached_tree
from tests.conformance.kinds import compare
from tests.conformance.matrix import ARCHES, BASES, TREES, Kind, Task, tasks

pytestmark = [pytest.mark.conf, pytest.mark.tree]

#: What the default run takes, the same on each tree, and the other architectures of it.
SAMPLE: tuple[tuple[Kind, str], ...] = (
    ("random", "0"),
    ("clauses", "0"),
    ("savedefconfig", "0"),
    ("base", "allyesconfig"),
)
OTHERS = dict(zip(TREES, ("arm64", "s390", "riscv", "powerpc"), strict=True))


def _differences(task: Task, folder: Path) -> tuple[str, ...]:
    outcome = compare(cached_tree(task.tree, task.arch), task, folder)
    assert outcome.skipped or outcome.count
    return outcome.differences


@pytest.mark.parametrize("kind", SAMPLE, ids=lambda kind: kind[0])
@pytest.mark.parametrize("name", TREES)
def test_a_sample_of_each_kernel(name: str, kind: tuple[Kind, str], tmp_path: Path) -> None:
    """On x86_64 and on another architecture, all witnesses say the same."""
    for arch in ("x86_64", OTHERS[name]):
        assert _differences(Task(name, arch, *kind), tmp_path) == ()


@pytest.mark.long
@pytest.mark.parametrize("arch", ARCHES)
@pytest.mark.parametrize("name", TREES)
def test_each_kernel_on_each_architecture(name: str, arch: str, tmp_path: Path) -> None:
    """The first round of the conformance run, on every tree and architecture."""
    slow = set(BASES) - {"tinyconfig"}  # they take minutes
    for task in [task for task in tasks([name], [arch], 1) if task.which not in slow]:
        assert _differences(task, tmp_path) == (), task
