"""``kresolve gates``: what setting an option does to others."""

from __future__ import annotations

import argparse

from kresolve.api.options import GatesOptions, Where
from kresolve.cli.common import (
    FAILS,
    HOLDS,
    add_json,
    add_options,
    add_values,
    load,
    values_of,
)
from kresolve.cli.streams import say

EXAMPLES = """\
examples:
  kresolve gates EXPERT --tree debian:6.12
  kresolve gates EXPERT --base defconfig --json
  kresolve gates EXPERT --base empty --mode allnoconfig --among criu
  kresolve gates MODULES --config .config

with a base or .config: exactly what differs between a line that says n and one
that sets X; without: what is so in every configuration of the tree
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", metavar="X", help="the option: X, or X=m")
    add_options(parser, Where)
    add_values(parser)
    add_options(parser, GatesOptions)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.rendering.effects import gates_report, refusal
    from kresolve.rendering.terminal import TerminalProgress

    values = values_of(arguments)
    progress = TerminalProgress()
    tree = load(arguments, progress)
    with progress.task("looking at all symbols"):
        found = tree.gates(arguments.name, **values, among=arguments.among or ())
    if arguments.json:
        say(found.to_json())
    else:
        say(gates_report(found, tree.info) if found.holds else refusal(found))
    return HOLDS if found.holds else FAILS
