"""``kresolve graph``: the dependency graph, as a picture or as data."""

from __future__ import annotations

import argparse
from pathlib import Path

from kresolve.api.options import PICTURE_LIMIT, GraphOptions, Where
from kresolve.cli.common import (
    HOLDS,
    add_options,
    add_output,
    add_values,
    check_output,
    load,
    values_of,
)

EXAMPLES = """\
examples:
  kresolve graph INET_UDP_DIAG -o diag.svg --tree debian:6.12
  kresolve graph DRM_AMDGPU -o amdgpu.html --base defconfig --depth 2
  kresolve graph criu -o criu.mmd --config .config
  kresolve graph -o whole.graphml

by its ending, the file is a picture (.svg, .html), a picture for Graphviz or
Mermaid to lay out (.dot, .mmd), or data (.graphml, .json); the picture of a
plan is written by: kresolve plan REQUEST... --graph FILE
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "name", nargs="*", metavar="X", help="an option or a profile; none: the whole tree"
    )
    add_output(parser, "where to write it", required=True)
    add_options(parser, Where)
    add_values(parser)
    add_options(parser, GraphOptions)


def check_graph(path: Path) -> None:
    """Refuse a file for a graph that cannot be written before any work is done."""
    from kresolve.rendering.graph_file import check_ending

    check_ending(path)
    check_output(path)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.rendering.graph_file import draw, is_picture
    from kresolve.rendering.terminal import TerminalProgress

    check_graph(arguments.output)
    values = values_of(arguments)
    progress = TerminalProgress()
    tree = load(arguments, progress)
    most = PICTURE_LIMIT if is_picture(arguments.output) else None
    graph = tree.graph(
        *arguments.name, **values, depth=arguments.depth, limit=arguments.limit or most
    )
    draw(graph, " ".join(arguments.name)).write(arguments.output)
    nodes, edges = graph.number_of_nodes(), graph.number_of_edges()
    progress.note(f"{nodes} nodes and {edges} edges, written to {arguments.output}")
    for note in graph.graph.get("notes", ()):
        progress.note(f"{note} (--limit N takes more)")
    return HOLDS
