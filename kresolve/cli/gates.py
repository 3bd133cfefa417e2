"""``kresolve gates``: what setting an option does to others."""

from __future__ import annotations

import argparse

from kresolve.cli.common import FAILS, HOLDS, Commands, add_tree_arguments, command, load
from kresolve.cli.graph import add_values_arguments, base_of
from kresolve.cli.streams import say

_EXAMPLES = """\
examples:
  kresolve gates EXPERT --tree debian:6.12
  kresolve gates EXPERT --base defconfig --json
  kresolve gates EXPERT --base empty --mode allnoconfig --among criu
  kresolve gates MODULES --config .config

with a base or .config: exactly what differs between a line that says n and one
that sets X; without: what is so in every configuration of the tree
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands, "gates", "what setting X hides, shows, switches on or off", _EXAMPLES
    )
    parser.add_argument("name", metavar="X", help="the option: X, or X=m")
    add_tree_arguments(parser)
    add_values_arguments(parser)
    parser.add_argument(
        "--among",
        action="append",
        default=[],
        metavar="REQUEST",
        help="only effects on these: an option, a profile or @FILE; may be repeated",
    )
    parser.add_argument("--json", action="store_true", help="as JSON on stdout")
    parser.set_defaults(run=_gates)


def _gates(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.effects import gates_report, refusal
    from kresolve.rendering.terminal import TerminalProgress

    base = base_of(arguments)
    progress = TerminalProgress()
    tree = load(arguments, progress)
    with progress.task("looking at all symbols"):
        found = tree.gates(
            arguments.name,
            base=base,
            fragment=arguments.fragment,
            mode=arguments.mode,
            among=arguments.among,
        )
    if arguments.json:
        say(found.to_json())
    elif found.holds:
        say(gates_report(found, tree.info))
    else:
        say(refusal(found))
    return HOLDS if found.holds else FAILS
