"""A tree that is the text of one Kconfig file: its model, and what conf makes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attrs import evolve

from kresolve.kconfig.dialect import Dialect
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.kconfig.storage import from_bytes
from kresolve.sources.model_cache import parse_tree
from kresolve.sources.oracle import Oracle
from kresolve.sources.programs import base_environment


def parse_kconfig(text: str, info: TreeInfo, dialect: Dialect) -> Model:
    """The model of a Kconfig file's text; KconfigError, with the line, if it has none."""
    with _directory(text) as directory:
        environment = {**base_environment(), "srctree": str(directory)}
        return from_bytes(
            parse_tree(info, environment=environment, dialect=dialect, shell=False), "Kconfig"
        )


def conf_on_kconfig(oracle: Oracle, text: str, mode: str, lines: str) -> str:
    """The ``.config`` that a tree's conf makes of lines for a Kconfig file's text.

    Raises ToolError if conf refuses it, or cannot be built.
    """
    with _directory(text) as directory:
        variables = {**base_environment(), "srctree": str(directory)}
        environment = evolve(oracle.environment, variables=tuple(sorted(variables.items())))
        # The program is built with the tree's own variables.
        oracle.program()
        there = evolve(oracle, environment=environment)
        if mode == "olddefconfig":
            return there.run(mode, lines).config
        return there.run(mode, None, allconfig=lines).config


@contextmanager
def _directory(text: str) -> Iterator[Path]:
    """A tree with one file."""
    with tempfile.TemporaryDirectory(prefix="kresolve-case-") as scratch:
        Path(scratch, "Kconfig").write_bytes(text.encode("utf-8", "surrogateescape"))
        yield Path(scratch)
