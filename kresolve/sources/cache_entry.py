"""A tree's place in the cache: ``tree/``, and ``source``, a file with its name."""

from __future__ import annotations

from pathlib import Path

from kresolve.errors import TreeError
from kresolve.sources.tree_writer import missing_from
from kresolve.sources.version import read_version


def is_whole(entry: Path) -> bool:
    """Whether all that every kernel tree has is there; a damaged one is made anew."""
    try:
        read_version(entry / "tree")
    except TreeError:
        return False
    return (entry / "source").is_file() and not missing_from(entry / "tree")
