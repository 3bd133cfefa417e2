"""Bases by name: the ``.config`` that a make target would write, as lines.

scripts/kconfig/Makefile says what each target does; conf.c what conf does for
it.  Everything is computed by the evaluator.
"""

from __future__ import annotations

import platform
from collections.abc import Callable
from pathlib import Path
from typing import Final

from attrs import frozen

from kresolve.errors import ConfigFileError, did_you_mean
from kresolve.lines import BadLine, Line, read_lines
from kresolve.model import Model
from kresolve.semantics import evaluate

#: Targets that start from nothing.
_TARGETS: Final = ("allnoconfig", "alldefconfig", "allyesconfig", "allmodconfig")
NAMES: Final = (*_TARGETS, "defconfig", "tinyconfig", "empty", "running")


@frozen
class Base:
    """A base: what people call it, its lines, and lines of it that say nothing."""

    name: str
    lines: tuple[Line, ...]
    bad: tuple[BadLine, ...] = ()


def find_base(model: Model, tree: Path | None, base: str | Path) -> Base:
    """The base that ``base`` names: a make target, "empty", "running" or a file.

    ``tree`` is where configs and fragments of the kernel are read from; None
    when only a model is at hand, where such targets are a ConfigFileError.
    """
    name = str(base)
    if isinstance(base, str):
        if name == "empty":
            return Base(name, ())
        if name in _TARGETS:
            return Base(name, evaluate(model, None, name).lines)  # type: ignore[arg-type]
        if name == "defconfig":
            return _defconfig(model, _files(tree, name), model.info.defconfig, name)
        if name == "tinyconfig":
            return _tinyconfig(model, _files(tree, name))
        if name == "running":
            return _from_file(model, _running(), name)
        if name.endswith("_defconfig") and not Path(name).exists():
            return _defconfig(model, _files(tree, name), name, name)
    path = Path(base)
    if not path.exists() and "/" not in name:
        raise ConfigFileError(
            f"{name}: no such base or file; a base is {', '.join(NAMES)}, a NAME_defconfig "
            f"or a .config file{did_you_mean(name, NAMES)}"
        )
    return _from_file(model, path, name)


def _files(tree: Path | None, name: str) -> Path:
    if tree is None:
        raise ConfigFileError(f"{name}: a saved model has no config files; name a file or a tree")
    return tree


def _from_file(model: Model, path: Path, name: str) -> Base:
    if path.is_dir():
        raise ConfigFileError(f"{path}: this is a directory, not a .config")
    lines, bad = read_lines(path, exact_unset=model.dialect.exact_unset)
    return Base(name, tuple(lines), tuple(bad))


def _written(model: Model, path: Path) -> Base:
    """What ``conf --defconfig=FILE`` writes."""
    lines, bad = read_lines(path, exact_unset=model.dialect.exact_unset)
    return Base(path.name, evaluate(model, lines, "defconfig").lines, tuple(bad))


def _defconfig(model: Model, tree: Path, file_name: str, name: str) -> Base:
    folder = tree / "arch" / model.info.srcarch / "configs"
    path = folder / file_name
    if not path.is_file():
        known = sorted(found.name for found in folder.glob("*_defconfig"))
        raise ConfigFileError(
            f"{name}: {model.info} has no arch/{model.info.srcarch}/configs/{file_name}"
            f"{did_you_mean(file_name, known)}"
        )
    base = _written(model, path)
    return Base(name, base.lines, base.bad)


def _tinyconfig(model: Model, tree: Path) -> Base:
    """allnoconfig with tiny-base.config (6.1 and later), then the tiny.config fragments."""
    lines: list[Line] = []
    start = tree / "kernel" / "configs" / "tiny-base.config"
    if start.is_file():
        lines += read_lines(start, exact_unset=model.dialect.exact_unset)[0]
    lines = list(evaluate(model, lines, "allnoconfig").lines)
    fragments = [
        path
        for folder in ("kernel", f"arch/{model.info.srcarch}")
        if (path := tree / folder / "configs" / "tiny.config").is_file()
    ]
    if not fragments:
        raise ConfigFileError(f"tinyconfig: {model.info} has no kernel/configs/tiny.config")
    for path in fragments:
        lines += read_lines(path, exact_unset=model.dialect.exact_unset)[0]
    return Base("tinyconfig", evaluate(model, lines).lines)


def _running(exists: Callable[[Path], bool] = Path.exists) -> Path:
    """The config of the kernel that runs here."""
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
