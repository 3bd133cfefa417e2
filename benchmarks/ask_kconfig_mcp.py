"""Asks kconfig-mcp for a fix of each of some options; runs in that tool's environment.

The question comes as JSON on stdin, the answer goes as JSON to stdout.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import time
from typing import Any


def main() -> None:
    """Load the tree, then ask for one option after the other."""
    server: Any = importlib.import_module("kconfig_mcp.server")
    question = json.load(sys.stdin)
    server.kconfig_load("tree", question["kconfig"], question["config"], question["variables"])
    start = time.perf_counter()
    said = {name: server.kconfig_why_not("tree", name, "y") for name in question["request"]}
    seconds = time.perf_counter() - start
    json.dump({"fixes": {n: fix(text) for n, text in said.items()}, "seconds": seconds}, sys.stdout)


def fix(text: str) -> dict[str, str] | None:
    """The assignments that an answer proposes; None if it says that there is no fix."""
    if re.match(r"CONFIG_\w+ is already ", text):
        return {}
    found = re.search(r"^Verified fix \(\d+ change\(s\)\): (.*)$", text, re.MULTILINE)
    return None if found is None else dict(one.split("=", 1) for one in found[1].split(", "))


if __name__ == "__main__":
    main()
