"""Bases by name: the ``.config`` that a make target would write, as lines.

scripts/kconfig/Makefile says what each target does; conf.c what conf does for
it.  The evaluator computes everything, except for targets that are made of
other files or targets: what these are is asked of make.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, TypeAlias

from attrs import evolve, frozen

from kresolve.dotconfig.lines import (
    InvalidLine,
    Line,
    check_any,
    invalid_value,
    parse_lines,
    read_lines,
    typed_value,
)
from kresolve.errors import ConfigFileError, TreeError, did_you_mean
from kresolve.evaluator import evaluate
from kresolve.kconfig.model import Model
from kresolve.kconfig.values import Type
from kresolve.sources import SourceTree

#: Targets that start from nothing.
_TARGETS: Final = ("allnoconfig", "alldefconfig", "allyesconfig", "allmodconfig")
NAMES: Final = (*_TARGETS, "defconfig", "tinyconfig", "empty", "running")

#: The ``.config`` that the tree's own make writes for a target.
Make: TypeAlias = Callable[[str], str]


@frozen
class Base:
    """A base: its name for people, its lines, and its invalid lines."""

    name: str
    lines: tuple[Line, ...]
    invalid: tuple[InvalidLine, ...] = ()


def find_base(
    model: Model, tree: SourceTree | None, base: str | Path, make: Make | None = None
) -> Base:
    """The base that ``base`` names: a make target, "empty", "running" or a file.

    ``tree`` is where configs and fragments of the kernel are read from; None
    when only a model is at hand, where such targets are a ConfigFileError.
    ``make`` runs make for targets that a script of the tree makes, which are a
    TreeError without it.
    """
    name = str(base)
    if isinstance(base, str):
        if name == "empty":
            return Base(name, ())
        if name in _TARGETS:
            return Base(name, evaluate(model, None, name).lines)  # type: ignore[arg-type]
        if name == "running":
            return _from_file(model, running_config(), name)
        if name in ("defconfig", "tinyconfig") or (
            name.endswith("_defconfig") and not Path(name).exists()
        ):
            return _TreeConfigs(model, tree, name, make).target(name)
    path = Path(base)
    if not path.exists() and "/" not in name:
        if find_fragments(model, tree, name) != (path,):
            raise ConfigFileError(
                f"{name}: a fragment of the kernel, not a base; use --fragment {name}"
            )
        raise ConfigFileError(
            f"{name}: no such base or file; a base is {', '.join(NAMES)}, a NAME_defconfig "
            f"or a .config file{did_you_mean(name, NAMES)}"
        )
    return _from_file(model, path, name)


def find_fragments(model: Model, tree: SourceTree | None, name: str | Path) -> tuple[Path, ...]:
    """The files that a fragment's name stands for.

    A file of that name; else, as for ``make NAME.config``, the fragments of the
    tree (kernel/configs and the architecture's).
    """
    path = Path(name)
    if path.exists() or tree is None or "/" in str(name) or not str(name).endswith(".config"):
        return (path,)
    return _TreeConfigs(model, tree, str(name)).fragments(str(name)) or (path,)


def _from_file(model: Model, path: Path, name: str) -> Base:
    if path.is_dir():
        raise ConfigFileError(f"{path}: this is a directory, not a .config")
    lines, bad = read_lines(path, exact_unset=model.dialect.exact_unset)
    check_any(lines, path, "; for a base without lines use empty")
    return Base(name, tuple(lines), tuple(bad))


class _TreeConfigs:
    """Targets that start from files of the tree."""

    def __init__(
        self, model: Model, tree: SourceTree | None, name: str, make: Make | None = None
    ) -> None:
        if tree is None:
            raise ConfigFileError(
                f"{name}: a saved model has no config files; use --base allnoconfig, empty or a "
                "file, or name the tree itself"
            )
        self.model = model
        self.tree = tree
        self.make = make
        self.folder = tree.path / "arch" / model.info.srcarch / "configs"

    def read(self, paths: Iterable[Path]) -> tuple[list[Line], list[InvalidLine]]:
        """The lines of several files, one behind the other."""
        lines: list[Line] = []
        bad: list[InvalidLine] = []
        for path in paths:
            more, worse = read_lines(path, exact_unset=self.model.dialect.exact_unset)
            lines += more
            bad += worse
        return lines, bad

    def fragments(self, name: str) -> tuple[Path, ...]:
        """The fragments of a name, the kernel's before the architecture's."""
        folders = (self.tree.path / "kernel" / "configs", self.folder)
        return tuple(path for folder in folders if (path := folder / name).is_file())

    def target(self, name: str) -> Base:
        """What a config target writes."""
        if name == "tinyconfig":
            return self.tinyconfig()
        file_name = self.model.info.defconfig if name == "defconfig" else name
        path = self.folder / file_name
        if path.is_file():
            lines, bad = self.read([path])
            return Base(name, made_of_defconfig(self.model, lines), tuple(bad))
        return self.made_of_others(name, file_name)

    def made_of_others(self, name: str, target: str) -> Base:
        """A target that merges files, or that runs others."""
        from kresolve.sources.make_targets import target_steps

        steps = target_steps(self.tree, target, arch=self.model.info.arch)
        if steps is None:
            return self.made_by_script(name, target)
        if not steps:
            known = sorted(found.name for found in self.folder.glob("*_defconfig"))
            raise ConfigFileError(
                f"{name}: {self.model.info} has no arch/{self.model.info.srcarch}/configs/{target}"
                f"{did_you_mean(target, known)}"
            )
        lines: list[Line] = []
        for step in steps:
            more = list(step.files)
            if step.target.endswith(".config"):
                more += self.fragments(step.target)
            elif step.target != "olddefconfig" and step.target:
                lines = list(self.target(step.target).lines)
            lines = list(evaluate(self.model, (*lines, *self.read(more)[0])).lines)
        return Base(name, tuple(lines))

    def made_by_script(self, name: str, target: str) -> Base:
        """A target whose recipe only make can follow."""
        if self.make is None:
            raise TreeError(
                f"{target}: {self.tree.source} makes it with a script of its own; "
                f"make it there, and name the .config as the base"
            )
        lines, _ = parse_lines(
            self.make(target), target, exact_unset=self.model.dialect.exact_unset
        )
        return Base(name, tuple(lines))

    def tinyconfig(self) -> Base:
        """allnoconfig, with tiny-base.config if there is one, then the tiny.config fragments."""
        start = self.tree.path / "kernel" / "configs" / "tiny-base.config"
        given = self.read([start])[0] if start.is_file() else None
        fragments = self.fragments("tiny.config")
        if not fragments:
            raise ConfigFileError(
                f"tinyconfig: {self.model.info} has no kernel/configs/tiny.config"
            )
        lines = [*evaluate(self.model, given, "allnoconfig").lines, *self.read(fragments)[0]]
        return Base("tinyconfig", evaluate(self.model, lines).lines)


def made_of_defconfig(model: Model, lines: Iterable[Line]) -> tuple[Line, ...]:
    """The ``.config`` of a defconfig file's lines; what they do not say is marked so."""
    lines = list(lines)
    said = {line.symbol for line in lines}
    made = evaluate(model, lines, "defconfig").lines
    return tuple(evolve(line, by_default=line.symbol not in said) for line in made)


def running_config(exists: Callable[[Path], bool] = Path.exists) -> Path:
    """The file with the config of the kernel that runs here.

    Raises ConfigFileError, with the places where it was looked for.
    """
    release = platform.release()
    places = [
        Path("/proc/config.gz"),
        Path(f"/boot/config-{release}"),
        Path(f"/lib/modules/{release}/config"),
    ]
    for place in places:
        if exists(place):
            return place
    raise ConfigFileError(
        f"running: no config of kernel {release} in {', '.join(map(str, places))}"
    )


def invalid_lines(model: Model, lines: Iterable[Line]) -> list[InvalidLine]:
    """The lines that conf ignores, because the value is none of the symbol's type."""
    symbols = model.symbols
    return [
        InvalidLine(
            str(line),
            invalid_value(line, type_, settable=model.is_assignable(symbols[line.symbol])),
            line.location,
        )
        for line in lines
        if line.symbol in symbols
        and line.location is not None
        and (type_ := symbols[line.symbol].type) is not Type.UNKNOWN
        and typed_value(line, type_) is None
    ]
