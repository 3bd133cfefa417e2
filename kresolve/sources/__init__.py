"""Kernel trees: find or fetch one, and ask make what conf would get.

``find_tree`` gives a :class:`SourceTree`; ``probe_environment`` gives the
:class:`Environment` of one architecture and toolchain.
"""

from kresolve.sources.environment import (
    Environment,
    default_arch,
    environment_fingerprint,
    known_architectures,
    probe_environment,
)
from kresolve.sources.find import find_tree
from kresolve.sources.tree import SourceTree, cached_trees, read_version

__all__ = [
    "Environment",
    "SourceTree",
    "cached_trees",
    "default_arch",
    "environment_fingerprint",
    "find_tree",
    "known_architectures",
    "probe_environment",
    "read_version",
]
