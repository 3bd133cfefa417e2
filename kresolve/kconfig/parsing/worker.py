"""The child process in which a tree is parsed.

It gets a job as a JSON file, and answers with a file: the model's bytes, or an
error.  Its environment is exactly conf's, its
working directory an empty scratch directory that commands may write into.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from attrs import evolve

from kresolve.errors import KresolveError, cannot_import
from kresolve.kconfig import dialect
from kresolve.kconfig.model import TreeInfo
from kresolve.kconfig.printable import printable

#: An error is read by a person.
_LONGEST: Final = 2_000


def run(job: dict[str, Any]) -> bytes:
    """Parse, lower, encode.  Raises KresolveError or Kconfiglib's error."""
    from kresolve.kconfig.parsing import grammar, stamp
    from kresolve.kconfig.parsing.lowering import lower
    from kresolve.kconfig.parsing.parser import parse
    from kresolve.kconfig.parsing.sanity import check_sanity
    from kresolve.kconfig.storage import to_bytes

    values: dict[str, Any] = {
        name: tuple(map(tuple, value)) if isinstance(value, list) else value
        for name, value in job["info"].items()
    }
    info = TreeInfo(**values)
    sources = _sources(Path(job["conf"]), {*dialect.SOURCES, *grammar.SOURCES}, grammar.OLD_NAMES)
    known = grammar.read_grammar(sources)
    rules, unknown = dialect.recognise(sources)
    if job["dialect"] is not None:
        rules, unknown = dialect.Dialect(**job["dialect"]), ()
    raw = parse(job["kconfig"], known, shell_allowed=job["shell"])
    model = lower(raw, info, rules)
    check_sanity(model, known)
    warnings = [
        f"scripts/kconfig: not recognised: {rule}; taken as in the newest known kernels"
        for rule in unknown
    ]
    return to_bytes(
        evolve(
            model,
            info=evolve(info, stamp=stamp(Path(raw.srctree), model.files)),
            warnings=(*model.warnings, *warnings),
        )
    )


def _sources(tree: Path, names: Iterable[str], old_names: Mapping[str, str]) -> dict[str, str]:
    """The sources of the tree's conf that tell its rules, by their names of today."""
    found: dict[str, str] = {}
    for name in names:
        for called in (name, old_names.get(name, name)):
            path = tree / "scripts" / "kconfig" / called
            if path.is_file():
                found[name] = path.read_text(encoding="utf-8", errors="replace")
                break
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
    except ImportError as error:
        answer = _failure(cannot_import(error) or str(error), b"library")
    except Exception as error:  # noqa: BLE001 - the parent tells it to the user
        # Kconfiglib raises KconfigError, OSError and others for bad files.
        answer = _failure(str(error) or type(error).__name__)
    Path(job["answer"]).write_bytes(answer)


def _failure(text: str, kind: bytes = b"error") -> bytes:
    """One line, and nothing in it that a terminal would obey."""
    line = " ".join(text.split())
    shown = line if len(line) <= _LONGEST else f"{line[:_LONGEST]}..."
    return kind + b"\n" + printable(shown, keep="").encode()
