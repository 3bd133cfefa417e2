"""``kresolve minimize``."""

from __future__ import annotations

import argparse
from pathlib import Path

from kresolve.cli.common import (
    HOLDS,
    Commands,
    add_base_argument,
    add_mode_argument,
    add_timeout_argument,
    add_tree_arguments,
    check_output,
    command,
    load,
)
from kresolve.cli.streams import put, say

_EXAMPLES = """\
examples:
  kresolve minimize my.config --base defconfig -o less.config
  kresolve minimize common.config net.config --base allnoconfig
  kresolve minimize my.config --base tinyconfig --for criu

without --for, the lines that are left make the same .config as all of them
"""


def add(commands: Commands) -> None:
    """Add the command."""
    summary = "the fewest lines of fragments that do the same"
    parser = command(commands, "minimize", summary, _EXAMPLES)
    parser.add_argument("files", nargs="+", type=Path, metavar="FRAGMENT", help="merged in order")
    parser.add_argument(
        "--for",
        dest="keep",
        action="append",
        default=[],
        metavar="REQUEST",
        help="keep only what this request needs; may be repeated",
    )
    add_tree_arguments(parser)
    add_base_argument(parser)
    add_mode_argument(parser)
    add_timeout_argument(parser)
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: stdout")
    parser.add_argument("--json", action="store_true", help="the complete answer as JSON on stdout")
    parser.set_defaults(run=_minimize)


def _minimize(arguments: argparse.Namespace) -> int:
    from kresolve.api.minimizing import minimize
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.terminal import TerminalProgress

    check_output(arguments.output)
    progress = TerminalProgress()
    found = minimize(
        *arguments.files,
        tree=load(arguments, progress),
        base=arguments.base,
        mode=arguments.mode,
        keep=arguments.keep,
        timeout=arguments.timeout,
        progress=progress,
    )
    text = str(found)
    if arguments.output is not None:
        write_whole(arguments.output, text)
    if arguments.json:
        say(found.to_json())
        return HOLDS
    if arguments.output is None:
        put(text)
    for line, why in found.dropped:
        progress.note(f"{line.location}: {line}: {why}")
    total = len(found.lines) + len(found.dropped)
    fewest = "proved fewest" if found.proved else "not proved fewest"
    progress.note(f"{len(found.lines)} of {total} lines; {fewest}")
    if arguments.output is not None:
        progress.note(f"written to {arguments.output}")
    return HOLDS
