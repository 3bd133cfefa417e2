"""``kresolve show``."""

from __future__ import annotations

import argparse

from kresolve.api.options import Where
from kresolve.cli.common import (
    HOLDS,
    add_json,
    add_options,
    add_values,
    load_with_helps,
    values_of,
)
from kresolve.cli.streams import say

EXAMPLES = """\
examples:
  kresolve show INET_UDP_DIAG --tree debian:6.12
  kresolve show CONFIG_IPC_NS --base allnoconfig
  kresolve show NR_CPUS --config .config --json
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("name", metavar="X", help="the symbol, with or without CONFIG_")
    add_options(parser, Where)
    add_values(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.rendering.symbols import page_text

    values = values_of(arguments)
    page = load_with_helps(arguments).show(arguments.name, **values)
    say(page.to_json() if arguments.json else page_text(page, page.base))
    return HOLDS
