"""The tree's own conf: built from the tree, run outside of it.

conf is compiled from copies of its sources, so a tree that has been built in
(where ``make O=`` refuses) serves as well, and nothing is written into it.
Every run has an empty directory of its own, because conf writes more than the
``.config``; so any number of runs may go on at once.
"""

from __future__ import annotations

import hashlib
import os
import platform
import shutil
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import ClassVar

from attrs import frozen

from kresolve.errors import ToolError, TreeError
from kresolve.progress import SILENT, Progress
from kresolve.sources.cache import cache_root, complete_directory
from kresolve.sources.environment import Environment, Llvm, make_arguments
from kresolve.sources.programs import base_environment, find_program, last_line, run
from kresolve.sources.tree import SourceTree

_SOURCES = "scripts/kconfig"
_SHARED_HEADERS = "scripts/include"  # absent before 6.9
_MARK = "kresolve-objects"

# Modes that ask no questions.  conf takes a mode that it does not know for one
# that asks all of them.
_FROM_NOTHING = frozenset(
    {"allnoconfig", "alldefconfig", "allyesconfig", "allmodconfig", "randconfig", "defconfig"}
)
_READS_CONFIG = frozenset(
    {"olddefconfig", "savedefconfig", "syncconfig", "listnewconfig", "helpnewconfig"}
    | {"yes2modconfig", "mod2yesconfig", "mod2noconfig"}
)


@frozen
class OracleResult:
    """What conf made of a configuration.

    ``config``: the ``.config`` written (for ``savedefconfig`` the minimal one;
    for ``listnewconfig`` and ``helpnewconfig``, which write none, what it said).
    ``warnings``: conf's standard error.  ``seconds``: its wall-clock time.
    """

    config: str
    warnings: str
    seconds: float


@frozen
class Oracle:
    """The conf of one tree, in one environment.  Safe to use from threads."""

    tree: SourceTree
    environment: Environment
    progress: Progress = SILENT

    #: Compiler flags and C files that a subclass adds to conf's own.
    added: ClassVar[tuple[str | Path, ...]] = ()

    def added_variables(self, directory: Path) -> dict[str, str]:
        """Variables that a subclass adds to conf's environment, for a run in a directory."""
        return {}

    def program(self) -> Path:
        """The path of the conf program; builds it unless the cache has it.

        Raises ToolError if flex, bison or the host compiler is missing or fails,
        TreeError if the tree has no sources of conf.
        """
        sources = _conf_sources(self.tree)
        # Where another C library is (in a container, say), it may not run.
        digest = hashlib.sha256(f"{platform.machine()} {platform.libc_ver()}".encode())
        for relative, path in sources:
            content = path.read_bytes()
            digest.update(f"{relative}\0{len(content)}\0".encode())
            digest.update(content)
        key = f"{self.tree.version}-{digest.hexdigest()[:16]}"
        if self.added:
            parts = [part.read_bytes() if isinstance(part, Path) else b"" for part in self.added]
            key += f"-{type(self).__name__}-{hashlib.sha256(b''.join(parts)).hexdigest()[:8]}"

        def build(directory: Path) -> None:
            with self.progress.task(f"building conf of {self.tree.version}"):
                _build_conf(self.tree, self.environment, sources, directory, self.added)

        place = cache_root() / "conf" / key
        return complete_directory(place, build, whole=_runs, note=self.progress.note) / "conf"

    def run(
        self,
        mode: str,
        config: str | None = None,
        *,
        allconfig: str | None = None,
        extra: Mapping[str, str] = {},
    ) -> OracleResult:
        """Run ``conf --MODE`` and return the configuration that it writes.

        ``mode``: olddefconfig, allnoconfig, alldefconfig, allyesconfig,
        allmodconfig, randconfig, savedefconfig, ``defconfig=FILE`` (absolute, or
        relative to the tree), ...  ``config``: content of ``.config`` before;
        None is an empty file for modes that read one.  ``allconfig``: content
        of the file that KCONFIG_ALLCONFIG names.  ``extra``: more variables, as
        KCONFIG_SEED and KCONFIG_PROBABILITY.

        Raises ToolError with conf's last line if conf fails.
        """
        name, _, file = mode.partition("=")
        if name not in _FROM_NOTHING | _READS_CONFIG:
            raise ToolError(f"conf is never run with --{name} here")
        program = self.program()
        if config is None and name in _READS_CONFIG:
            config = ""
        with tempfile.TemporaryDirectory(prefix="kresolve-conf-") as scratch:
            directory = Path(scratch)
            variables = {**self.environment.as_dict(), **extra}
            variables["KCONFIG_CONFIG"] = ".config"
            variables |= self.added_variables(directory)
            if config is not None:
                _write(directory / ".config", config)
            if allconfig is not None:
                _write(directory / "all.config", allconfig)
                variables["KCONFIG_ALLCONFIG"] = str(directory / "all.config")
            if name == "savedefconfig":
                file = "defconfig"  # its output; never outside of our directory
            option = f"--{name}={file}" if file else f"--{name}"
            kconfig = variables.get("KBUILD_KCONFIG") or "Kconfig"
            start = time.monotonic()
            answer = run([program, option, kconfig], environment=variables, directory=directory)
            seconds = time.monotonic() - start
            if answer.returncode:
                said = last_line(answer.stderr) or f"status {answer.returncode}"
                raise ToolError(f"{self.tree.source}: conf --{mode} failed: {said}")
            written = directory / (file if name == "savedefconfig" else ".config")
            says_only = name in ("listnewconfig", "helpnewconfig")
            text = answer.stdout if says_only else _read(written, mode)
        return OracleResult(config=text, warnings=answer.stderr, seconds=seconds)


def make_target(
    tree: SourceTree,
    target: str,
    *,
    arch: str,
    cross_compile: str | None = None,
    llvm: Llvm = False,
    config: str | None = None,
    extra: Mapping[str, str] = {},
) -> OracleResult:
    """Run the kernel's own ``make ARCH=... TARGET`` in an empty object directory.

    The slow and independent way, for tests: it builds conf with the kernel's
    own rules.  ``config``: content of ``.config`` before.  ``extra``: more
    variables for make's environment.  The result's ``config`` is the ``.config``
    afterwards (``defconfig`` for the target savedefconfig).

    Raises ToolError if make fails, as it does on a tree that has been built in.
    """
    with tempfile.TemporaryDirectory(prefix="kresolve-make-") as scratch:
        directory = Path(scratch)
        if config is not None:
            _write(directory / ".config", config)
        command: list[str | Path] = ["make", "-f", tree.path / "Makefile"]
        command += make_arguments(arch, cross_compile, llvm)
        start = time.monotonic()
        answer = run(
            [*command, target],
            environment={**base_environment(), **extra},
            directory=directory,
        )
        seconds = time.monotonic() - start
        if answer.returncode:
            said = _first_error(answer.stderr) or f"status {answer.returncode}"
            raise ToolError(f"{tree.source}: make {target} failed: {said}")
        written = "defconfig" if target == "savedefconfig" else ".config"
        text = _read(directory / written, target)
    return OracleResult(config=text, warnings=answer.stderr, seconds=seconds)


def _conf_sources(tree: SourceTree) -> list[tuple[str, Path]]:
    """The files conf is built from (no leftovers of a build), by relative name."""
    sources = []
    for folder in (_SOURCES, _SHARED_HEADERS):
        for path in sorted((tree.path / folder).glob("*")):
            written = path.suffix in (".c", ".h", ".l", ".y") or path.name == "Makefile"
            generated = ".tab." in path.name or ".lex." in path.name
            if written and not generated:
                sources.append((f"{folder}/{path.name}", path))
    if not any(name == f"{_SOURCES}/conf.c" for name, _ in sources):
        raise TreeError(f"{tree.source}: no {_SOURCES}/conf.c in it, so conf cannot be built")
    return sources


def _build_conf(
    tree: SourceTree,
    environment: Environment,
    sources: list[tuple[str, Path]],
    destination: Path,
    added: Iterable[str | Path],
) -> None:
    variables = environment.as_dict()
    children = base_environment()
    compiler = variables.get("HOSTCC", "gcc").split()
    for program in ("flex", "bison", compiler[0]):
        find_program(program, children)
    with tempfile.TemporaryDirectory(prefix="kresolve-build-") as scratch:
        root = Path(scratch)
        for relative, path in sources:
            (root / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, root / relative)
        place = root / _SOURCES

        def call(*command: str | Path) -> None:
            answer = run(command, environment=children, directory=place)
            if answer.returncode:
                said = _first_error(answer.stderr) or f"status {answer.returncode}"
                raise ToolError(f"{tree.source}: building conf: {command[0]}: {said}")

        units = []
        for name in _object_names(place, children):
            unit = name.removesuffix(".o") + ".c"
            if unit.endswith(".lex.c"):
                call("flex", "-o", unit, "-L", unit.removesuffix(".lex.c") + ".l")
            elif unit.endswith(".tab.c"):
                header = unit.removesuffix(".c") + ".h"
                grammar = unit.removesuffix(".tab.c") + ".y"
                call("bison", "-o", unit, f"--defines={header}", "-t", "-l", grammar)
            units.append(unit)
        include = root / _SHARED_HEADERS
        flags = ["-O2", "-std=gnu11", "-w", "-I", ".", "-I", str(include)]
        call(*compiler, *flags, *added, "-o", "conf.out", *units)
        shutil.copy(place / "conf.out", destination / "conf")
        (destination / "sum").write_text(_sum(destination / "conf"), encoding="utf-8")


def _runs(place: Path) -> bool:
    """Whether the program in a place of the cache is what was built."""
    try:
        known = (place / "sum").read_text(encoding="utf-8") == _sum(place / "conf")
    except (OSError, ValueError):
        return False
    return known and os.access(place / "conf", os.X_OK)


def _sum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _object_names(place: Path, environment: Mapping[str, str]) -> list[str]:
    """The object files that conf consists of, as the tree's Makefile lists them."""
    rule = f"kresolve: ; @echo {_MARK} $(conf-objs)"
    command = ["make", "-rR", "--no-print-directory", "-f", "Makefile", f"--eval={rule}"]
    answer = run([*command, "src=.", "obj=.", "kresolve"], environment=environment, directory=place)
    for line in answer.stdout.splitlines():
        if line.startswith(_MARK):
            names = line.removeprefix(_MARK).split()
            # the grammar's header has to be there before the scanner is compiled,
            # and all are compiled in one go, so any order will do
            if names:
                return names
    said = last_line(answer.stderr) or "no conf-objs"
    raise ToolError(f"{_SOURCES}/Makefile does not say what conf consists of: {said}")


def _first_error(text: str) -> str:
    for line in text.splitlines():
        if "error" in line.lower() or "***" in line:
            return line.strip()
    return last_line(text)


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")


def _read(path: Path, mode: str) -> str:
    try:
        return path.read_bytes().decode("utf-8", "surrogateescape")
    except FileNotFoundError as error:
        raise ToolError(f"{mode} wrote no {path.name}") from error
