"""A place to run kresolve in, where all that it leaves behind is seen."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import pytest
from attrs import frozen

import kresolve
from kresolve.cli import main
from tests.cli.toykernel import ARCH, make_kernel
from tests.unit.toytree import files_below
from tests.waiting import PATIENCE

#: Where this kresolve is, for child processes that run elsewhere.
HERE = Path(kresolve.__file__).parents[1]


class Terminal(io.StringIO):
    """A text that takes itself for a terminal."""

    def isatty(self) -> bool:
        """Yes."""
        return True


@frozen
class Place:
    """A working directory, a cache, a home and a directory for temporary files."""

    root: Path

    @property
    def work(self) -> Path:
        """The working directory."""
        return self.root / "work"

    @property
    def tree(self) -> Path:
        """The toy kernel in the working directory."""
        return self.work / "toy"

    def environment(self) -> dict[str, str]:
        """A user's environment, with nothing of ours but the PATH."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root / "home"),
            "TMPDIR": str(self.root / "tmp"),
            "KRESOLVE_CACHE": str(self.root / "cache"),
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "LC_ALL": "C.UTF-8",
            "TERM": "dumb",
        }

    def run(
        self,
        *arguments: str | Path,
        stdout: int = subprocess.PIPE,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """``kresolve ARGUMENTS`` in the working directory."""
        return subprocess.run(
            [sys.executable, "-m", "kresolve", *map(str, arguments)],
            cwd=self.work,
            env={**self.environment(), **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    def call(
        self, *arguments: str | Path, terminal: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """As :meth:`run`, in this process: five times as fast.

        With ``terminal``, stdout takes itself for one, without colours.
        """
        out, err = Terminal() if terminal else io.StringIO(), io.StringIO()
        with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
            patch.chdir(self.work)
            patch.setattr(tempfile, "tempdir", str(self.root / "tmp"))
            for name in set(os.environ) - set(self.environment()):
                patch.delenv(name)
            for name, value in self.environment().items():
                patch.setenv(name, value)
            try:
                status = main([*map(str, arguments)])
            except SystemExit as done:
                status = done.code if isinstance(done.code, int) else 1
        return subprocess.CompletedProcess(arguments, status, out.getvalue(), err.getvalue())

    def toy(self, command: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        """A command that takes --tree and --arch, on the toy kernel."""
        return self.run(command, *arguments, "--tree", "toy", "--arch", ARCH)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """As :meth:`run`, without waiting; in a session of its own, as from a terminal."""
        return subprocess.Popen(
            [sys.executable, "-m", "kresolve", *map(str, arguments)],
            cwd=self.work,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def leftovers(self) -> list[str]:
        """Files in the cache (locks, which stay on purpose, apart), and in tmp and home."""
        return [
            f"{folder}/{name}"
            for folder in ("cache", "tmp", "home")
            for name in files_below(self.root / folder)
            if not (folder == "cache" and name.endswith(".lock"))
        ] + [str(path) for path in (self.root / "tmp").iterdir() if path.is_dir()]

    def files(self) -> list[str]:
        """The files in the working directory, the toy kernel's apart."""
        return [name for name in files_below(self.work) if not name.startswith("toy/")]


def make_place(root: Path) -> Place:
    """An empty place, with the toy kernel in its working directory."""
    for folder in ("work", "cache", "tmp", "home"):
        (root / folder).mkdir(parents=True)
    make_kernel(root / "work" / "toy")
    return Place(root)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A place of its own for a test, where nothing has been read yet."""
    return make_place(tmp_path)


@pytest.fixture(scope="module")
def used_place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A place that the tests of a module share: the toy kernel is in its cache."""
    used = make_place(tmp_path_factory.mktemp("used"))
    used.toy("tree", "show").check_returncode()
    return used
