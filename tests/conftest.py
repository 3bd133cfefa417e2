"""What all tests share: the real tree, the neighbour folder, Hypothesis's settings."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.database import DirectoryBasedExampleDatabase

if TYPE_CHECKING:
    from kresolve.sources import SourceTree

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"

# A test that uses one of these is marked by it, so that no mark is forgotten.
MARK_OF_FIXTURE = {"kernel_tree": "tree", "shared_dir": "shared"}

# The default run gives the same answer every time, on a busy machine too; the
# long one looks at more, and at other, examples each time.
settings.register_profile(
    "short",
    deadline=None,
    derandomize=True,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    settings.get_profile("short"),
    derandomize=False,
    max_examples=2000,
    # What failed in a run of an hour is tried first in the next one.
    database=DirectoryBasedExampleDatabase(ROOT / ".hypothesis" / "examples"),
)
settings.load_profile("short")

# A job in the background of a script, as CI may be, ignores SIGINT, and so do
# all its children; the tests of Ctrl-C need it.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark tests by the fixtures they use, before ``-m`` selects; skip what lacks a program."""
    no_dot = pytest.mark.skip(reason="dot is not installed (apt-get install graphviz)")
    for item in items:
        if item.get_closest_marker("picture") and shutil.which("dot") is None:
            item.add_marker(no_dot)
        for fixture in getattr(item, "fixturenames", ()):
            if fixture in MARK_OF_FIXTURE:
                item.add_marker(MARK_OF_FIXTURE[fixture])


@pytest.fixture(scope="session")
def kernel_tree() -> SourceTree:
    """Debian's Linux 6.12, fetched the first time and cached.

    Each process of a parallel run asks for itself: the cache stands two at once.
    """
    from kresolve.sources import find_tree

    return find_tree("debian:6.12")


@pytest.fixture(scope="session")
def shared_dir() -> Path:
    """The folder ``shared`` beside the checkout, with data that is not ours to carry."""
    if not SHARED.is_dir():
        pytest.skip("there is no ../shared")
    return SHARED
