"""``kresolve search``."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kresolve.cli.common import FAILS, HOLDS, Commands, add_tree_arguments, command, load
from kresolve.cli.graph import add_values_arguments, base_of
from kresolve.cli.streams import say

if TYPE_CHECKING:
    from kresolve.api.tree import Tree

_EXAMPLES = """\
examples:
  kresolve search '^INET_.*DIAG' --tree debian:6.12
  kresolve search checkpoint --base defconfig
  kresolve search 'page ?map' --in help --json

a Python regular expression; case does not matter; status 1 if nothing is found
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "search", "find symbols by name, prompt and help text", _EXAMPLES)
    parser.add_argument("pattern", metavar="REGEX", help="what to look for")
    parser.add_argument(
        "--in",
        dest="where",
        action="append",
        choices=("name", "prompt", "help"),
        help="only there; may be repeated; default: everywhere",
    )
    add_tree_arguments(parser)
    add_values_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as JSON on stdout")
    parser.set_defaults(run=_run)


def _run(arguments: argparse.Namespace) -> int:
    from kresolve.kconfig.symbol_search import WHERE
    from kresolve.rendering.symbols import search_text

    tree, _ = load_for_values(arguments)
    found = tree.search(
        arguments.pattern,
        where=arguments.where or (),
        base=base_of(arguments),
        fragment=arguments.fragment,
        mode=arguments.mode,
    )
    if arguments.json:
        say(found.to_json())
    elif found:
        say(search_text(found))
    else:
        places = " or ".join(arguments.where or WHERE)
        tree.progress.note(f"nothing found: no {places} in {tree.info} matches {arguments.pattern}")
    return HOLDS if found else FAILS


def load_for_values(arguments: argparse.Namespace) -> tuple[Tree, str]:
    """Load the tree; the second value names the configuration whose values are shown, or is ""."""
    from kresolve.rendering.terminal import TerminalProgress

    base = base_of(arguments)
    progress = TerminalProgress()
    tree = load(arguments, progress)
    if tree.source is None:
        progress.note("a saved model has no help texts; name the tree itself to read them")
    where = "" if base is None else " + ".join([str(base), *map(str, arguments.fragment)])
    return tree, where
