"""Parse Kconfig files into a model: Kconfiglib, and the grammar that it lacks.

Only this package uses Kconfiglib.  A tree is parsed in a child process
(:mod:`kresolve.sources.model_cache`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path


def stamp(tree: Path, files: Iterable[str]) -> str:
    """A digest of the sizes and times of a tree's Kconfig files and scripts."""
    digest = hashlib.sha256()
    scripts = sorted((*tree.glob("scripts/*.sh"), *tree.glob("arch/*/tools/*.sh")))
    for path in (*(tree / name for name in files), *scripts):
        try:
            found = path.stat()
            digest.update(os.fsencode(f"{path}\0{found.st_mtime_ns}\0{found.st_size}\n"))
        except OSError:
            digest.update(os.fsencode(f"{path}\0gone\n"))
    return digest.hexdigest()
