"""``kresolve search``."""

from __future__ import annotations

import argparse

from kresolve.api.options import SearchOptions, Where
from kresolve.cli.common import (
    FAILS,
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
  kresolve search '^INET_.*DIAG' --tree debian:6.12
  kresolve search checkpoint --base defconfig
  kresolve search 'page ?map' --in help --json

a Python regular expression; case does not matter; status 1 if nothing is found
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("pattern", metavar="REGEX", help="what to look for")
    add_options(parser, SearchOptions)
    add_options(parser, Where)
    add_values(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.kconfig.symbol_search import WHERE
    from kresolve.rendering.symbols import search_text

    values = values_of(arguments)
    tree = load_with_helps(arguments)
    found = tree.search(arguments.pattern, where=arguments.where or (), **values)
    if arguments.json:
        say(found.to_json())
    elif found:
        say(search_text(found))
    else:
        places = " or ".join(arguments.where or WHERE)
        tree.progress.note(f"nothing found: no {places} in {tree.info} matches {arguments.pattern}")
    return HOLDS if found else FAILS
