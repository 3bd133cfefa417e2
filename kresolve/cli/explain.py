"""``kresolve explain``."""

from __future__ import annotations

import argparse
import sys

from kresolve.api.options import ExplainOptions, OnWhat, Where
from kresolve.cli.common import FAILS, HOLDS, add_options, add_output, check_output, keywords
from kresolve.cli.streams import paint, say

EXAMPLES = """\
examples:
  kresolve explain INET_UDP_DIAG --config .config
  kresolve explain INET_UDP_DIAG=y --tree debian:6.12 --base allnoconfig
  kresolve explain MEMBARRIER --base my.config --mode allnoconfig
  kresolve explain NR_CPUS --base defconfig --full
  kresolve explain HZ_250 --base defconfig --html -o why.html

X=VALUE asks what would become of such a line; the status is 1 if a line is
dropped, or ends as another value, else 0
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("symbol", metavar="X", help="an option, or X=VALUE")
    add_options(parser, Where)
    add_options(parser, ExplainOptions, "config")
    add_options(parser, OnWhat)
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="as JSON")
    form.add_argument("--markdown", action="store_true", help="as Markdown")
    form.add_argument("--html", action="store_true", help="as a page that needs nothing else")
    add_options(parser.add_mutually_exclusive_group(), ExplainOptions, "depth", "full")
    add_options(parser, ExplainOptions, "change")
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.exploring import explain
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.explanation_terminal import coloured
    from kresolve.rendering.terminal import TerminalProgress

    check_output(arguments.output)
    progress = TerminalProgress()
    found = explain(arguments.symbol, **keywords(explain, arguments), progress=progress)
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
