"""``kresolve tree``: fetch, list, show and save."""

from __future__ import annotations

import argparse
from pathlib import Path

from kresolve.cli.common import HOLDS, Commands, add_tree_arguments, check_output, command, load
from kresolve.cli.streams import say
from kresolve.errors import TreeError

_EXAMPLES = {
    "fetch": """\
  kresolve tree fetch debian:6.12
  kresolve tree fetch debian:5.10
""",
    "list": """\
  kresolve tree list
""",
    "show": """\
  kresolve tree show debian:6.12 --arch arm64
  kresolve tree show --tree . --json
""",
    "save": """\
  kresolve tree save linux-6.12.model --tree debian:6.12 --arch x86_64
""",
}


def add(commands: Commands) -> None:
    """Add the command."""
    all_examples = "examples:\n" + "".join(_EXAMPLES.values())
    tree = command(commands, "tree", "trees and saved models", all_examples)
    actions = tree.add_subparsers(dest="action", metavar="ACTION", required=True)
    fetch = _action(actions, "fetch", "fetch a tree, or a newer version of it")
    fetch.add_argument(
        "tree",
        metavar="TREE",
        help="debian:6.12, debian:6.12@SUITE, kernel.org:6.12.47, git:DIR@REV or a tarball",
    )
    fetch.set_defaults(run=_tree_fetch)
    listing = _action(actions, "list", "the trees in the cache")
    listing.set_defaults(run=_tree_list)
    show = _action(actions, "show", "a tree's version, architecture and toolchain")
    show.add_argument("name", nargs="?", metavar="TREE", help="the same as --tree")
    add_tree_arguments(show)
    show.add_argument("--json", action="store_true", help="as JSON, with all variables")
    show.set_defaults(run=_tree_show)
    save = _action(actions, "save", "save a model, to be used without tree and compiler")
    save.add_argument("output", type=Path, metavar="FILE", help="where to save it")
    add_tree_arguments(save)
    save.set_defaults(run=_tree_save)


def _action(actions: Commands, name: str, summary: str) -> argparse.ArgumentParser:
    return command(actions, name, summary, "examples:\n" + _EXAMPLES[name])


def _tree_fetch(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.terminal import TerminalProgress
    from kresolve.sources import find_tree
    from kresolve.sources.cache import cache_root

    tree = find_tree(arguments.tree, progress=TerminalProgress(), refresh=True)
    if tree.cached and not tree.path.is_relative_to(cache_root().resolve()):
        raise TreeError(f"{tree.source}: fetched, but there is no cache to keep it in")
    say(f"{tree.version}\t{tree.source}\t{tree.path}")
    return HOLDS


def _tree_list(arguments: argparse.Namespace) -> int:
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


def _tree_show(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.plan_text import tree_report
    from kresolve.rendering.terminal import TerminalProgress

    arguments.tree = arguments.tree or arguments.name
    tree = load(arguments, TerminalProgress())
    if arguments.json:
        say(tree.to_json())
    else:
        say(tree_report(tree.model))
    return HOLDS


def _tree_save(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.terminal import TerminalProgress

    check_output(arguments.output)
    progress = TerminalProgress()
    load(arguments, progress).save(arguments.output)
    progress.note(f"written to {arguments.output}")
    return HOLDS
