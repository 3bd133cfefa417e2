"""The child process in which a tree is parsed.

It gets a job as a JSON file, and answers with a file: the model's bytes, or an
error.  Its environment is exactly conf's, its
working directory an empty scratch directory that commands may write into.
"""

from __future__ import annotations

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from attrs import evolve

from kresolve.dialect import SOURCES, recognise
from kresolve.errors import KresolveError
from kresolve.model import TreeInfo


def run(job: dict[str, Any]) -> bytes:
    """Parse, lower, encode.  Raises KresolveError or Kconfiglib's error."""
    from kresolve.frontend.loading import stamp
    from kresolve.frontend.lowering import lower
    from kresolve.frontend.parser import parse
    from kresolve.modelfile import to_bytes

    values: dict[str, Any] = {
        name: tuple(map(tuple, value)) if isinstance(value, list) else value
        for name, value in job["info"].items()
    }
    info = TreeInfo(**values)
    raw = parse(job["kconfig"])
    tree = Path(raw.srctree)
    dialect, unknown = recognise(_sources(tree))
    model = lower(raw, info, dialect)
    warnings = [
        f"scripts/kconfig: not recognised: {rule}; taken as in the newest known kernels"
        for rule in unknown
    ]
    return to_bytes(
        evolve(
            model,
            info=evolve(info, stamp=stamp(tree, model.files)),
            warnings=(*model.warnings, *warnings),
        )
    )


def _sources(tree: Path) -> dict[str, str]:
    """The sources of the tree's conf that tell its dialect."""
    found: dict[str, str] = {}
    for name in SOURCES:
        with contextlib.suppress(OSError):
            path = tree / "scripts" / "kconfig" / name
            found[name] = path.read_text(encoding="utf-8", errors="replace")
    return found


def main(job_file: str) -> None:
    """Read a job, do it, and write the answer to the file that the job names."""
    job = json.loads(Path(job_file).read_text(encoding="utf-8"))
    sys.setrecursionlimit(20_000)
    try:
        answer = b"model\n" + run(job)
    except KresolveError as error:
        answer = _failure(str(error))
    except RecursionError:
        answer = _failure("an expression or a chain of files is nested too deeply")
    except Exception as error:  # noqa: BLE001 - the parent tells it to the user
        # Kconfiglib raises KconfigError, OSError and others for bad files.
        answer = _failure(" ".join(str(error).split()) or type(error).__name__)
    Path(job["answer"]).write_bytes(answer)


def _failure(text: str) -> bytes:
    return b"error\n" + text.encode("utf-8", "surrogateescape")
