"""Other people's tools that answer the same question, each in an environment of its own.

They are installed from PyPI, at the versions that stand here, into the cache; none
of their code is part of this project.  What they answer is judged by conf alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol

from attrs import frozen

from kresolve import Tree
from kresolve.dotconfig.lines import Line, fragment_text
from kresolve.sources.cache import cache_root

#: Seconds for one answer.
_PATIENCE: Final = 900


class PeerError(Exception):
    """A tool that cannot be had here, or that fails, and why."""


@frozen
class Answer:
    """A configuration that shall have what was asked for.

    ``config`` is for conf to read; ``lines`` counts those added to the base, None
    where the tool writes a whole ``.config``.  ``seconds`` is what the command
    took, ``loaded`` what the answer took once the tree was in memory, where that
    can be told.
    """

    config: str
    lines: int | None
    seconds: float
    loaded: float | None


class Peer(Protocol):
    """A tool, ready to be asked."""

    @property
    def name(self) -> str:
        """Its name and version."""

    def answer(self, base: str, request: Sequence[str]) -> Answer:
        """What it makes of a ``.config`` that conf wrote, for options that shall be y."""


@frozen(eq=False)
class KconfigMcp:
    """kconfig-mcp: a fix for one option at a time; the union of all fixes is its answer."""

    tree: Tree
    python: Path
    name: str = "kconfig-mcp 0.1.0"

    @classmethod
    def installed(cls, tree: Tree) -> KconfigMcp:
        """Installed in the cache."""
        return cls(tree, _environment("kconfig-mcp==0.1.0", sys.executable))

    def answer(self, base: str, request: Sequence[str]) -> Answer:
        """The base with the union of the fixes."""
        fixes, loaded, seconds = self.fixes(base, request)
        union: dict[str, str] = {}
        for fix in fixes.values():
            union.update(fix or {})
        lines = [Line(name, value) for name, value in union.items()]
        return Answer(base + fragment_text(lines), len(lines), seconds, loaded)

    def fixes(
        self, base: str, request: Sequence[str]
    ) -> tuple[Mapping[str, Mapping[str, str] | None], float, float]:
        """The fix for each option alone, None where it has none.

        And the seconds that all of them took, without and with loading the tree.
        """
        assert self.tree.source is not None
        with tempfile.TemporaryDirectory(prefix="kresolve-bench-") as scratch:
            config = Path(scratch) / "base.config"
            config.write_text(base, encoding="utf-8")
            question = {
                "kconfig": str(self.tree.source.path / "Kconfig"),
                "config": str(config),
                "variables": dict(self.tree.info.variables),
                "request": list(request),
            }
            driver = Path(__file__).with_name("ask_kconfig_mcp.py")
            said, seconds = _run([self.python, driver], json.dumps(question))
        found = json.loads(said)
        return found["fixes"], found["seconds"], seconds


@frozen(eq=False)
class Klocalizer:
    """klocalizer of kmax: a whole ``.config`` near the base, found by Z3."""

    tree: Tree
    python: Path
    name: str = "klocalizer 4.10"

    @classmethod
    def installed(cls, tree: Tree) -> Klocalizer:
        """Installed in the cache; it needs a newer Python than kresolve."""
        return cls(tree, _environment("kmax==4.10", _newer_python()))

    def answer(self, base: str, request: Sequence[str]) -> Answer:
        """The ``.config`` that it writes; the first time it makes its formulas, some minutes."""
        with tempfile.TemporaryDirectory(prefix="kresolve-bench-") as scratch:
            start, output = Path(scratch) / "base.config", Path(scratch) / "out.config"
            start.write_text(base, encoding="utf-8")
            _, seconds = _run(
                [
                    *(self.python, self.python.with_name("klocalizer"), "--quiet"),
                    *("--linux-ksrc", self._copy(), "--formulas", self._place / "formulas"),
                    *("--disable-downloading-formulas", "-a", self.tree.info.arch),
                    *("--repair", start, "-o", output),
                    *(word for name in request for word in ("--define", f"CONFIG_{name}")),
                ]
            )
            config = output.read_text(encoding="utf-8")
        return Answer(config, None, seconds, None)

    @property
    def _place(self) -> Path:
        return cache_root() / "peers" / f"klocalizer-{self.tree.info.version}"

    def _copy(self) -> Path:
        """A copy of the tree, because klocalizer writes where it reads."""
        assert self.tree.source is not None
        copy = self._place / "tree"
        if not copy.exists():
            rest = self._place / "copying"
            shutil.rmtree(rest, ignore_errors=True)
            shutil.copytree(self.tree.source.path, rest, symlinks=True)
            rest.rename(copy)
        return copy


def _environment(package: str, python: str) -> Path:
    """The Python of a virtual environment in the cache that has a package."""
    place = cache_root() / "peers" / package.replace("==", "-")
    program, ready = place / "bin" / "python", place / "ready"
    if not ready.exists():
        shutil.rmtree(place, ignore_errors=True)
        place.parent.mkdir(parents=True, exist_ok=True)
        _run([python, "-m", "venv", place])
        _run([program, "-m", "pip", "install", "--quiet", package, "setuptools"])
        ready.touch()
    return program


def _newer_python() -> str:
    """A Python of 3.12 or newer: this one, one in the PATH, or one of pyenv's."""
    if sys.version_info >= (3, 12):
        return sys.executable
    versions = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    named = [shutil.which(f"python3.{minor}") for minor in range(12, 16)]
    for program in (*named, *map(str, sorted(versions.glob("3.1[2-9]*/bin/python")))):
        if program and _works(program):
            return program
    raise PeerError("kmax 4.10 needs Python 3.12 or newer, and there is none")


def _works(program: str) -> bool:
    """Is it more than what a version manager puts into the PATH?"""
    return not subprocess.run([program, "-V"], capture_output=True, check=False).returncode


def _run(command: Sequence[str | Path], question: str = "") -> tuple[str, float]:
    """What a command says, and the seconds that it takes; its neighbours come first in the PATH.

    Raises PeerError if it fails, or takes too long.
    """
    folder = str(Path(command[0]).parent)
    start = time.perf_counter()
    try:
        answer = subprocess.run(
            command,
            input=question,
            capture_output=True,
            text=True,
            check=True,
            timeout=_PATIENCE,
            env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
        )
    except subprocess.CalledProcessError as error:
        raise PeerError(f"{command[0]} failed: {error.stderr[-2000:]}") from error
    except subprocess.TimeoutExpired as error:
        raise PeerError(f"{command[0]} took longer than {_PATIENCE} s") from error
    return answer.stdout, time.perf_counter() - start
