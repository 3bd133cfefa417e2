"""``kresolve savedefconfig``."""

from __future__ import annotations

import argparse
from pathlib import Path

from kresolve.cli.common import Commands, add_tree_arguments, command
from kresolve.cli.olddefconfig import convert

_EXAMPLES = """\
examples:
  kresolve savedefconfig .config -o my_defconfig
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands,
        "savedefconfig",
        "the smallest .config, as make savedefconfig writes it",
        _EXAMPLES,
    )
    parser.add_argument("input", type=Path, metavar="IN", help="a .config")
    parser.add_argument("-o", "--output", type=Path, metavar="OUT", help="default: stdout")
    add_tree_arguments(parser)
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    return convert(arguments, lambda tree, lines: tree.savedefconfig(lines))
