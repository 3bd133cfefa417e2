"""``kresolve olddefconfig``."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.api.options import OnWhat, Where
from kresolve.cli.common import HOLDS, add_options, add_output, check_output, keywords, load
from kresolve.cli.streams import put

if TYPE_CHECKING:
    from kresolve.api.tree import Tree
    from kresolve.dotconfig.lines import Line

EXAMPLES = """\
examples:
  kresolve olddefconfig .config -o .config.new
  kresolve olddefconfig my.config --tree debian:6.12 --arch arm64 -o out.config
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_conversion(parser)
    add_options(parser, OnWhat, "mode")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    mode = OnWhat(**keywords(OnWhat, arguments)).mode
    return convert(arguments, lambda tree, lines: tree.olddefconfig(lines, mode=mode).text())


def add_conversion(parser: argparse.ArgumentParser) -> None:
    """Add what a command takes that makes one configuration of another."""
    parser.add_argument("input", type=Path, metavar="IN", help="a .config or fragment")
    add_output(parser)
    add_options(parser, Where)


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
