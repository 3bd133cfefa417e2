"""``kresolve graph``: the dependency graph, as a picture or as data."""

from __future__ import annotations

import argparse
from pathlib import Path

from kresolve.cli.common import (
    HOLDS,
    Commands,
    add_mode_argument,
    add_tree_arguments,
    check_output,
    command,
    load,
)
from kresolve.errors import RequestError

_EXAMPLES = """\
examples:
  kresolve graph INET_UDP_DIAG -o diag.svg --tree debian:6.12
  kresolve graph DRM_AMDGPU -o amdgpu.html --base defconfig --depth 2
  kresolve graph criu -o criu.mmd --config .config
  kresolve graph -o whole.graphml

by its ending, the file is a picture (.svg, .html), a picture for Graphviz or
Mermaid to lay out (.dot, .mmd), or data (.graphml, .json); the picture of a
plan is written by: kresolve plan REQUEST... --graph FILE
"""

#: How many symbols a picture has unless another number is asked for.
_LIMIT = 60


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "graph", "the part of the dependency graph that matters", _EXAMPLES)
    parser.add_argument(
        "name", nargs="*", metavar="X", help="an option or a profile; none: the whole tree"
    )
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="where to write it"
    )
    add_tree_arguments(parser)
    add_values_arguments(parser)
    parser.add_argument(
        "--depth", type=_count, metavar="N", help="at most N steps away from the options"
    )
    parser.add_argument(
        "--limit",
        type=_count,
        metavar="N",
        help=f"at most N symbols, the nearest; default: {_LIMIT} in pictures, all in data",
    )
    parser.set_defaults(run=_graph)


def add_values_arguments(parser: argparse.ArgumentParser) -> None:
    """Where symbols may have values; without these they have none."""
    base = parser.add_mutually_exclusive_group()
    base.add_argument(
        "--base", metavar="BASE", help="show values on a base, as for plan; default: no values"
    )
    base.add_argument(
        "--config", type=Path, metavar="FILE", help="show the values of a .config or kernel image"
    )
    parser.add_argument(
        "--fragment",
        action="append",
        default=[],
        metavar="FILE",
        help="merged on top of it; may be repeated",
    )
    add_mode_argument(parser)


def base_of(arguments: argparse.Namespace) -> str | Path | None:
    """The base that --base or --config names; RequestError for a fragment without one."""
    base: str | Path | None = arguments.base if arguments.config is None else arguments.config
    if base is None and arguments.fragment:
        raise RequestError(f"--fragment {arguments.fragment[0]} needs a --base; name one")
    return base


def check_graph(path: Path | None) -> None:
    """Refuse a file for a graph that cannot be written before any work is done."""
    if path is not None:
        from kresolve.rendering.graph_file import check_ending

        check_ending(path)
        check_output(path)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"invalid number {text!r}; use 1 or more")
    return int(text)


def _graph(arguments: argparse.Namespace) -> int:
    from kresolve.rendering.graph_file import draw, is_picture
    from kresolve.rendering.terminal import TerminalProgress

    check_graph(arguments.output)
    base = base_of(arguments)
    progress = TerminalProgress()
    tree = load(arguments, progress)
    in_picture = is_picture(arguments.output)
    graph = tree.graph(
        *arguments.name,
        base=base,
        fragment=arguments.fragment,
        mode=arguments.mode,
        depth=arguments.depth,
        limit=arguments.limit or (_LIMIT if in_picture else None),
    )
    draw(graph, " ".join(arguments.name)).write(arguments.output)
    nodes, edges = graph.number_of_nodes(), graph.number_of_edges()
    progress.note(f"{nodes} nodes and {edges} edges, written to {arguments.output}")
    for note in graph.graph.get("notes", ()):
        progress.note(f"{note} (--limit N takes more)")
    return HOLDS
