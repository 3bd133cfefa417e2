"""``kresolve savedefconfig``."""

from __future__ import annotations

import argparse

from kresolve.cli.olddefconfig import add_conversion, convert

EXAMPLES = """\
examples:
  kresolve savedefconfig .config -o my_defconfig
"""


add = add_conversion


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    return convert(arguments, lambda tree, lines: tree.savedefconfig(lines))
