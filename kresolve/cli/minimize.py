"""``kresolve minimize``."""

from __future__ import annotations

import argparse
from pathlib import Path

from kresolve.api.options import MinimizeOptions, OnWhat, Where
from kresolve.cli.common import (
    HOLDS,
    add_json,
    add_options,
    add_output,
    check_output,
    keywords,
)
from kresolve.cli.streams import put, say

EXAMPLES = """\
examples:
  kresolve minimize my.config --base defconfig -o less.config
  kresolve minimize common.config net.config --base allnoconfig
  kresolve minimize my.config --base tinyconfig --for criu

without --for, the lines that are left make the same .config as all of them
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FRAGMENT", help="merged in order")
    add_options(parser, Where)
    add_options(parser, OnWhat, "base", "mode")
    add_options(parser, MinimizeOptions)
    add_output(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.minimizing import minimize
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.terminal import TerminalProgress

    check_output(arguments.output)
    progress = TerminalProgress()
    found = minimize(*arguments.files, **keywords(minimize, arguments), progress=progress)
    text = str(found)
    if arguments.output is not None:
        write_whole(arguments.output, text)
    if arguments.json:
        say(found.to_json())
        return HOLDS
    if arguments.output is None:
        put(text)
    for dropped in found.dropped:
        progress.note(f"{dropped.line.location}: {dropped.line}: {dropped.why}")
    total = len(found.lines) + len(found.dropped)
    fewest = "proved fewest" if found.proved else "not proved fewest"
    progress.note(f"{len(found.lines)} of {total} lines; {fewest}")
    if arguments.output is not None:
        progress.note(f"written to {arguments.output}")
    return HOLDS
