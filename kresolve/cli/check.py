"""``kresolve check``."""

from __future__ import annotations

import argparse

from kresolve.api.options import CheckOptions, Where
from kresolve.cli.common import FAILS, HOLDS, UNKNOWN, add_json, add_options, add_requests, keywords
from kresolve.cli.streams import say

EXAMPLES = """\
examples:
  kresolve check criu --config /boot/config-6.12
  kresolve check criu:lazy-pages,time-ns --config running
  kresolve check docker --config vmlinuz --json
  kresolve check 'IP_NF_FILTER|NF_TABLES' --config .config
  kresolve check criu:all --config .config --tree debian:6.12
  kresolve check mine TUN=y --profile mine.toml --config .config

without --tree it compares; with --tree it says why something is missing and
what to add
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_requests(parser)
    add_options(parser, CheckOptions)
    add_options(parser, Where)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.fragments import check
    from kresolve.rendering.checks import check_report
    from kresolve.rendering.terminal import TerminalProgress

    answer = check(*arguments.request, **keywords(check, arguments), progress=TerminalProgress())
    say(answer.to_json() if arguments.json else check_report(answer))
    return {"holds": HOLDS, "fails": FAILS}.get(answer.status, UNKNOWN)
