"""Toy trees: Kconfig text to a model in milliseconds, and to what conf makes of it.

Parsing runs in one child process that lives as long as the tests, because
Kconfiglib reads the environment of its process; see kresolve/kconfig/parsing/worker.py.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal

from attrs import asdict

from kresolve.dotconfig.lines import Line, parse_lines
from kresolve.dotconfig.user_values import ConfMode
from kresolve.errors import KconfigError
from kresolve.kconfig.dialect import GENERATIONS, VERSIONS
from kresolve.kconfig.model import Model
from kresolve.kconfig.storage import from_bytes
from kresolve.sources import find_tree, probe_environment
from kresolve.sources.oracle import Oracle

#: Where Debian has a kernel of each.
TREES: Final = {
    "5.10": "debian:5.10@bullseye",
    "6.1": "debian:6.1",
    "6.12": "debian:6.12",
    "7.x": "debian:7.3@trixie-backports",
}

MODES: Final[tuple[ConfMode, ...]] = (
    "olddefconfig",
    "allnoconfig",
    "alldefconfig",
    "allyesconfig",
    "allmodconfig",
)

_CHILD: Final = """\
import json, os, sys
sys.path[:] = {path!r}
sys.setrecursionlimit(20_000)
answer = os.fdopen(os.dup(1), "wb")
os.dup2(2, 1)
from kresolve.errors import KresolveError
from kresolve.kconfig.parsing import worker
for line in sys.stdin.buffer:
    job = json.loads(line)
    os.environ["srctree"] = job.pop("srctree")
    try:
        kind, data = b"model", worker.run(job)
    except Exception as error:
        known = isinstance(error, KresolveError)
        text = str(error) if known else type(error).__name__ + ": " + str(error)
        kind, data = b"error", text.encode()
    answer.write(b"%s %d\\n" % (kind, len(data)) + data)
    answer.flush()
"""


class _Parser:
    """The child process."""

    def __init__(self) -> None:
        environment = {name: os.environ[name] for name in ("PATH",) if name in os.environ}
        with tempfile.TemporaryDirectory(prefix="kresolve-toys-") as scratch:
            self.child = subprocess.Popen(
                [sys.executable, "-I", "-B", "-c", _CHILD.format(path=sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=scratch,
                env=environment,
            )

    def parse(self, directory: Path, dialect: str, conf: Path | None = None) -> bytes:
        """The model's bytes; KconfigError with what the child said.

        With ``conf``, a tree, its conf says what is refused; otherwise only ``dialect`` counts.
        """
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        info = {"arch": "toy", "srcarch": "toy", "source": "toy", "version": VERSIONS[dialect]}
        job: dict[str, object] = {
            "info": info,
            "dialect": None if conf else asdict(GENERATIONS[dialect]),
            "srctree": str(directory),
        }
        job |= {"conf": str(conf or ""), "kconfig": "Kconfig", "shell": False}
        self.child.stdin.write(json.dumps(job).encode() + b"\n")
        self.child.stdin.flush()
        head = self.child.stdout.readline().split()
        assert head, "the parsing child has died; its last words are above"
        kind, size = head
        data = self.child.stdout.read(int(size))
        if kind == b"error":
            raise KconfigError(data.decode())
        return data

    def close(self) -> None:
        """End the child."""
        with self.child:
            assert self.child.stdin is not None
            self.child.stdin.close()


@cache
def parser() -> _Parser:
    """The child that parses, started when it is first asked for."""
    child = _Parser()
    atexit.register(child.close)
    return child


@lru_cache(maxsize=256)
def load(kconfig: str, dialect: str = "6.12") -> Model:
    """The model of a Kconfig file; KconfigError if it has none."""
    with tempfile.TemporaryDirectory(prefix="kresolve-toy-") as scratch:
        directory = Path(scratch)
        write_kconfig(directory, kconfig)
        return from_bytes(parser().parse(directory, dialect), "toy")


def write_kconfig(directory: Path, kconfig: str) -> None:
    """Write the one file of a toy tree."""
    (directory / "Kconfig").write_text(kconfig, encoding="utf-8", newline="")


def read(text: str, model: Model) -> list[Line]:
    """The assignments in the text of a ``.config``."""
    return parse_lines(text, "base", exact_unset=model.dialect.exact_unset)[0]


@cache
def program(dialect: str) -> Path:
    """The conf of a generation of kernels; its tree is fetched the first time."""
    tree = find_tree(TREES[dialect])
    return Oracle(tree, probe_environment(tree)).program()


class ConfError(Exception):
    """conf refused a toy tree."""


def conf(
    program: Path,
    kconfig: str,
    configs: Iterable[str],
    mode: ConfMode | Literal["savedefconfig"] = "olddefconfig",
) -> list[str]:
    """The ``.config``, or with savedefconfig the smallest, that conf writes from some texts."""
    found = []
    with tempfile.TemporaryDirectory(prefix="kresolve-toy-") as scratch:
        tree = Path(scratch, "tree")
        tree.mkdir()
        write_kconfig(tree, kconfig)
        for number, config in enumerate(configs):
            place = Path(scratch, str(number))
            place.mkdir()
            found.append(_run(program, tree, place, config, mode))
    return found


def _run(program: Path, tree: Path, place: Path, config: str, mode: str) -> str:
    environment = {"PATH": os.environ["PATH"], "srctree": str(tree), "KCONFIG_CONFIG": ".config"}
    option, given, written = f"--{mode}", ".config", ".config"
    if mode == "savedefconfig":
        option, written = "--savedefconfig=smallest", "smallest"
    elif mode == "defconfig":
        option, given = f"--defconfig={place / 'start'}", "start"
    elif mode != "olddefconfig":
        # also an empty one: before 6.10 it makes a difference whether a file was read
        given = environment["KCONFIG_ALLCONFIG"] = "all.config"
    (place / given).write_text(config, encoding="utf-8", newline="")
    done = subprocess.run(
        [str(program), option, "Kconfig"],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ConfError(done.stderr)
    return (place / written).read_bytes().decode()
