"""``kresolve show``."""

from __future__ import annotations

import argparse

from kresolve.cli.common import HOLDS, Commands, add_tree_arguments, command
from kresolve.cli.graph import add_values_arguments, base_of
from kresolve.cli.search import load_for_values
from kresolve.cli.streams import say

_EXAMPLES = """\
examples:
  kresolve show INET_UDP_DIAG --tree debian:6.12
  kresolve show CONFIG_IPC_NS --base allnoconfig
  kresolve show NR_CPUS --config .config --json
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "show", "all that the Kconfig files say about a symbol", _EXAMPLES)
    parser.add_argument("name", metavar="X", help="the symbol, with or without CONFIG_")
    add_tree_arguments(parser)
    add_values_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as JSON on stdout")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.symbols import page_text

    tree, where = load_for_values(arguments)
    page = tree.show(
        arguments.name,
        base=base_of(arguments),
        fragment=arguments.fragment,
        mode=arguments.mode,
    )
    if arguments.json:
        say(page.to_json())
    else:
        say(page_text(page, where))
    return HOLDS
