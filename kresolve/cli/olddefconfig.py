"""``kresolve olddefconfig``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.cli.common import (
    HOLDS,
    Commands,
    add_mode_argument,
    add_tree_arguments,
    check_output,
    command,
    load,
)
from kresolve.cli.streams import put

if TYPE_CHECKING:
    from kresolve.api.tree import Tree
    from kresolve.dotconfig.lines import Line

_EXAMPLES = """\
examples:
  kresolve olddefconfig .config -o .config.new
  kresolve olddefconfig my.config --tree debian:6.12 --arch arm64 -o out.config
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "olddefconfig",
        "the .config that conf would write, without conf",
        _EXAMPLES,
    )
    parser.add_argument("input", type=Path, metavar="IN", help="a .config or fragment")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="default: stdout")
    add_tree_arguments(parser)
    add_mode_argument(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    return convert(
        arguments,
        lambda tree, lines: tree.olddefconfig(lines, mode=arguments.mode).text(),
    )


def convert(arguments: argparse.Namespace, text_of: Callable[[Tree, list[Line]], str]) -> int:
    """Read a configuration, and write the text that ``text_of`` makes of it."""
    from kresolve.api.bases import invalid_lines
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.terminal import TerminalProgress

    check_output(arguments.output)
    progress = TerminalProgress()
    tree = load(arguments, progress)
    lines, bad = tree.read(arguments.input)
    for line in (*bad, *invalid_lines(tree.model, lines)):
        progress.note(f"warning: {line}")
    text = text_of(tree, lines)
    if arguments.output is None:
        put(text)
    else:
        write_whole(arguments.output, text)
        progress.note(f"written to {arguments.output}")
    return HOLDS
