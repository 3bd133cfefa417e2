"""Parsing a tree in a child process, and keeping the model in the cache."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from attrs import asdict

from kresolve.errors import KconfigError, ToolError
from kresolve.model import Model, TreeInfo
from kresolve.modelfile import from_bytes

_CHILD = (
    "import sys; sys.path[:] = {path!r}; from kresolve.frontend.worker import main; sys.exit(main())"
)


def parse_tree(
    info: TreeInfo, *, environment: Mapping[str, str], kconfig: str = "Kconfig"
) -> bytes:
    """Parse the Kconfig files below ``environment["srctree"]`` into a model's bytes.

    ``environment`` is the whole environment of the child, as make would give
    it to conf.  Nothing is written outside a scratch directory that is gone
    afterwards.  Raises KconfigError with file and line for what cannot be read.
    """
    job = {"info": asdict(info), "kconfig": kconfig}
    with tempfile.TemporaryDirectory(prefix="kresolve-") as scratch:
        done = subprocess.run(
            [sys.executable, "-I", "-B", "-c", _CHILD.format(path=sys.path)],
            input=json.dumps(job).encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=scratch,
            env=dict(environment),
            check=False,
        )
    kind, _, content = done.stdout.partition(b"\n")
    if kind == b"model":
        return content
    if kind == b"error":
        raise KconfigError(content.decode("utf-8", "surrogateescape"))
    last = done.stderr.decode("utf-8", "replace").strip().splitlines()
    raise ToolError(f"parsing {info.source} failed: {last[-1] if last else done.returncode}")
