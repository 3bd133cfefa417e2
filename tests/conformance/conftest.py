"""The real tree with its model, loaded once a process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from kresolve import Tree
from kresolve.trees import SourceTree


@pytest.fixture(scope="session")
def tree(kernel_tree: SourceTree) -> Tree:
    """Linux 6.12 for x86_64; ``kernel_tree`` has fetched it."""
    return Tree.load("debian:6.12", arch="x86_64")


@pytest.fixture(scope="session")
def two_at_a_time() -> Iterator[ThreadPoolExecutor]:
    """Threads that wait for conf: a run is one process of some seconds."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
