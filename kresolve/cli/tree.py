"""``kresolve tree``: fetch, list, show and save."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from kresolve.api.options import Where
from kresolve.cli.common import HOLDS, add_json, add_options, check_output, load
from kresolve.cli.streams import say
from kresolve.errors import TreeError

_FETCH = """\
  kresolve tree fetch debian:6.12
  kresolve tree fetch debian:5.10
"""
_LIST = """\
  kresolve tree list
"""
_SHOW = """\
  kresolve tree show debian:6.12 --arch arm64
  kresolve tree show --tree . --json
"""
_SAVE = """\
  kresolve tree save linux-6.12.model --tree debian:6.12 --arch x86_64
"""
EXAMPLES = f"examples:\n{_FETCH}{_LIST}{_SHOW}{_SAVE}"


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def action(
        name: str, run: Callable[[argparse.Namespace], int], summary: str, examples: str
    ) -> argparse.ArgumentParser:
        added = actions.add_parser(
            name,
            help=summary,
            description=summary,
            epilog=f"examples:\n{examples}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        added.set_defaults(run=run)
        return added

    fetch = action("fetch", _fetch, "fetch a tree, or a newer version of it", _FETCH)
    fetch.add_argument(
        "tree",
        metavar="TREE",
        help="debian:6.12, debian:6.12@SUITE, kernel.org:6.12.47, git:DIR@REV or a tarball",
    )
    action("list", _list, "the trees in the cache", _LIST)
    show = action("show", _show, "a tree's version, architecture and toolchain", _SHOW)
    show.add_argument("name", nargs="?", metavar="TREE", help="the same as --tree")
    add_options(show, Where)
    add_json(show)
    save = action("save", _save, "save a model, to be used without tree and compiler", _SAVE)
    save.add_argument("output", type=Path, metavar="FILE", help="where to save it")
    add_options(save, Where)


def _fetch(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.terminal import TerminalProgress
    from kresolve.sources import find_tree
    from kresolve.sources.cache import cache_root

    tree = find_tree(arguments.tree, progress=TerminalProgress(), refresh=True)
    if tree.cached and not tree.path.is_relative_to(cache_root().resolve()):
        raise TreeError(f"{tree.source}: fetched, but there is no cache to keep it in")
    say(f"{tree.version}\t{tree.source}\t{tree.path}")
    return HOLDS


def _list(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.terminal import TerminalProgress
    from kresolve.sources import cached_trees
    from kresolve.sources.cache import cache_root

    trees = cached_trees()
    for tree in trees:
        say(f"{tree.version}\t{tree.source}\t{tree.path}")
    if not trees:
        TerminalProgress().note(
            f"no trees in {cache_root()}; kresolve tree fetch debian:6.12 fetches one"
        )
    return HOLDS


def _show(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.plan_text import tree_report
    from kresolve.rendering.terminal import TerminalProgress

    arguments.tree = arguments.tree or arguments.name
    tree = load(arguments, TerminalProgress())
    if arguments.json:
        say(tree.to_json())
    else:
        say(tree_report(tree.model))
    return HOLDS


def _save(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.terminal import TerminalProgress

    check_output(arguments.output)
    progress = TerminalProgress()
    load(arguments, progress).save(arguments.output)
    progress.note(f"written to {arguments.output}")
    return HOLDS
