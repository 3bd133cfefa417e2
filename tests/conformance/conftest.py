"""The real tree with its model, loaded once a process."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import pytest

from kresolve import Tree
from kresolve.sources import SourceTree
from kresolve.sources.tree import known_tree
from tests.conformance.matrix import TREES


@pytest.fixture(scope="session")
def tree(kernel_tree: SourceTree) -> Tree:
    """Linux 6.12 for x86_64; ``kernel_tree`` has fetched it."""
    return Tree.load("debian:6.12", arch="x86_64")


@lru_cache(maxsize=3)  # tests of one tree come one after the other
def cached_tree(name: str, arch: str) -> Tree:
    """One of the trees of the conformance run; the test is skipped if it is not at hand."""
    if known_tree(name) is None:
        pytest.skip(f"not in the cache; fetch it: kresolve tree fetch {name}")
    return Tree.load(name, arch=arch)


@pytest.fixture(scope="session", params=TREES)
def each_tree(request: pytest.FixtureRequest) -> Tree:
    """Each kernel of the conformance run for x86_64, as far as the cache has it."""
    return cached_tree(request.param, "x86_64")


@pytest.fixture(scope="session")
def two_at_a_time() -> Iterator[ThreadPoolExecutor]:
    """Threads that wait for conf: a run is one process of some seconds."""
    with ThreadPoolExecutor(2) as pool:
        yield pool
