"""A tree's place in the cache: ``tree/``, and ``source``, a file with its name."""

from __future__ import annotations

from pathlib import Path

from kresolve.errors import TreeError
from kresolve.trees.version import read_version
from kresolve.trees.writing import missing_from


def is_whole(entry: Path) -> bool:
    """Whether all that every kernel tree has is there; a damaged one is made anew."""
    try:
        read_version(entry / "tree")
    except TreeError:
        return False
    return (entry / "source").is_file() and not missing_from(entry / "tree")
