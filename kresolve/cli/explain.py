"""``kresolve explain``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kresolve.cli.common import (
    FAILS,
    HOLDS,
    Commands,
    add_base_arguments,
    add_tree_arguments,
    check_output,
    command,
    load,
)
from kresolve.cli.streams import paint, say

_EXAMPLES = """\
examples:
  kresolve explain INET_UDP_DIAG --config .config
  kresolve explain INET_UDP_DIAG=y --tree debian:6.12 --base allnoconfig
  kresolve explain MEMBARRIER --base my.config --mode allnoconfig
  kresolve explain NR_CPUS --base defconfig --full
  kresolve explain HZ_250 --base defconfig --html -o why.html

X=VALUE asks what would become of such a line; the status is 1 if a line is
dropped, or ends as another value, else 0
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(
        commands, "explain", "why an option has its value, and what would change it", _EXAMPLES
    )
    parser.add_argument("symbol", metavar="X", help="an option, or X=VALUE")
    add_tree_arguments(parser)
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="a .config; the same as --base FILE"
    )
    add_base_arguments(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--markdown", action="store_true", help="as Markdown")
    form.add_argument("--html", action="store_true", help="as a page that needs nothing else")
    reach = parser.add_mutually_exclusive_group()
    reach.add_argument("--depth", type=int, metavar="N", help="how many causes deep; default: 6")
    reach.add_argument("--full", action="store_true", help="every rule, down to the last line")
    parser.add_argument(
        "--no-change",
        dest="change",
        action="store_false",
        help="do not look for the lines that would give another value",
    )
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="default: stdout")
    parser.set_defaults(run=_explain)


def _explain(arguments: argparse.Namespace) -> int:
    from kresolve.api.explain_symbol import DEPTH
    from kresolve.api.exploring import explain
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.explanation_terminal import coloured
    from kresolve.rendering.terminal import TerminalProgress

    check_output(arguments.output)
    progress = TerminalProgress()
    found = explain(
        arguments.symbol,
        tree=load(arguments, progress),
        config=arguments.config,
        base=arguments.base,
        fragment=arguments.fragment,
        mode=arguments.mode,
        depth=DEPTH if arguments.depth is None else arguments.depth,
        full=arguments.full,
        change=arguments.change,
        progress=progress,
    )
    is_text = not (arguments.json or arguments.markdown or arguments.html)
    if arguments.json:
        text = found.to_json() + "\n"
    elif arguments.markdown:
        text = found.markdown
    else:
        text = found.html if arguments.html else f"{found}\n"
    if arguments.output is not None:
        write_whole(arguments.output, text)
        progress.note(f"written to {arguments.output}")
    elif is_text and sys.stdout.isatty():
        paint(coloured(text))
    else:
        say(text)
    return FAILS if found.is_dropped else HOLDS
