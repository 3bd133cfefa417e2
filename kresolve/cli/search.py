"""``kresolve search`` and ``kresolve show``: find symbols, and read about one."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from kresolve.cli.common import FAILS, HOLDS, Commands, add_tree_arguments, command, load
from kresolve.cli.graph import add_values_arguments, base_of
from kresolve.cli.streams import say

if TYPE_CHECKING:
    from kresolve.api.tree import Tree

_SEARCH_EXAMPLES = """\
examples:
  kresolve search '^INET_.*DIAG' --tree debian:6.12
  kresolve search checkpoint --base defconfig
  kresolve search 'page ?map' --in help --json

a Python regular expression; case does not matter; status 1 if nothing is found
"""
_SHOW_EXAMPLES = """\
examples:
  kresolve show INET_UDP_DIAG --tree debian:6.12
  kresolve show CONFIG_IPC_NS --base allnoconfig
  kresolve show NR_CPUS --config .config --json
"""


def add(commands: Commands) -> None:
    """Add the commands."""
    _add_search(commands)
    _add_show(commands)


def _add_search(commands: Commands) -> None:
    parser = command(
        commands, "search", "find symbols by name, prompt and help text", _SEARCH_EXAMPLES
    )
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
    parser.set_defaults(run=_search)


def _add_show(commands: Commands) -> None:
    parser = command(
        commands, "show", "all that the Kconfig files say about a symbol", _SHOW_EXAMPLES
    )
    parser.add_argument("name", metavar="X", help="the symbol, with or without CONFIG_")
    add_tree_arguments(parser)
    add_values_arguments(parser)
    parser.add_argument("--json", action="store_true", help="as JSON on stdout")
    parser.set_defaults(run=_show)


def _search(arguments: argparse.Namespace) -> int:
    from kresolve.kconfig.symbol_search import WHERE
    from kresolve.rendering.symbols import search_text

    tree, _ = _loaded(arguments)
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


def _show(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.symbols import page_text

    tree, where = _loaded(arguments)
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


def _loaded(arguments: argparse.Namespace) -> tuple[Tree, str]:
    """The tree, and what its configuration is called, if there is one."""
    from kresolve.rendering.terminal import TerminalProgress

    base = base_of(arguments)
    progress = TerminalProgress()
    tree = load(arguments, progress)
    if tree.source is None:
        progress.note("a saved model has no help texts; name the tree itself to read them")
    where = "" if base is None else " + ".join([str(base), *map(str, arguments.fragment)])
    return tree, where
