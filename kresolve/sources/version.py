"""The version of a kernel tree, as its Makefile says."""

from __future__ import annotations

import re
from pathlib import Path

from kresolve.errors import TreeError

_NAMES = ("VERSION", "PATCHLEVEL", "SUBLEVEL", "EXTRAVERSION")


def read_version(directory: Path) -> str:
    """The version in the top Makefile of the tree in ``directory``.

    Raises TreeError if the Makefile has none.
    """
    makefile = directory / "Makefile"
    try:
        text = makefile.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise TreeError(f"{makefile}: {error.strerror}") from error
    found: dict[str, str] = {}
    for name in _NAMES:
        match = re.search(rf"^{name}[ \t]*:?=[ \t]*([^\s#]*)", text, re.MULTILINE)
        if match:
            found[name] = match[1]
    if not found.get("VERSION"):
        raise TreeError(f"{makefile}: no VERSION = in it; is this a kernel tree?")
    # the same rule as the Makefile's own KERNELVERSION
    version = found["VERSION"]
    if found.get("PATCHLEVEL"):
        version += f".{found['PATCHLEVEL']}"
        if found.get("SUBLEVEL"):
            version += f".{found['SUBLEVEL']}"
    return version + found.get("EXTRAVERSION", "")
