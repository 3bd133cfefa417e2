"""Which files of a kernel tree are kept in the cache.

The rule is by name, not by release: what Kconfig, conf, their probes and the
Makefile's configuration targets read, and what later questions need (config
fragments of the kernel's own tests).  `tests/unit/test_tree_sources.py` holds
it against a whole tree.
"""

from __future__ import annotations

from pathlib import PurePosixPath

# Part of every cache key: raise it when the rule below keeps other files.
SELECTION_VERSION = 1

# Without these a directory is no kernel tree.
ESSENTIAL = ("Kconfig", "Makefile", "scripts/kconfig")

_TOP_FILES = frozenset({"COPYING", "Kbuild", "Kconfig", "Makefile"})

# Whole directories: the tools of the configuration, and configurations.
_WHOLE = ("scripts/", "kernel/configs/", "tools/testing/kunit/configs/")

# Directories arch/*/NAME/ that architectures' Makefiles and Kconfigs call into.
_ARCH_WHOLE = frozenset({"configs", "scripts", "tools"})

# Make reads these below arch/ (MIPS keeps its rules in files named Platform).
_MAKE_NAMES = ("Makefile", "Kbuild", "Platform")


def keeps(path: str) -> bool:
    """Whether the file at ``path`` (relative to the tree, with ``/``) is kept."""
    if path in _TOP_FILES or path.startswith(_WHOLE):
        return True
    parts = PurePosixPath(path).parts
    if not parts:
        return False
    name = parts[-1]
    if "Kconfig" in name or name == ".kunitconfig":
        return True
    if parts[0] == "arch" and len(parts) > 2:
        return parts[2] in _ARCH_WHOLE or name.startswith(_MAKE_NAMES) or name.endswith(".sh")
    if path.startswith("tools/testing/selftests/"):
        return name == "config" or name.startswith("config.")
    return False
