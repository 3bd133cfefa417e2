"""``kresolve check``."""

from __future__ import annotations

import argparse

from kresolve.cli.common import (
    FAILS,
    HOLDS,
    UNKNOWN,
    Commands,
    add_profile_argument,
    add_tree_arguments,
    command,
)
from kresolve.cli.streams import say

_EXAMPLES = """\
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


def add(commands: Commands) -> None:
    """Add the command."""
    check = command(commands, "check", "does a .config have the requested options?", _EXAMPLES)
    check.add_argument(
        "request", nargs="+", metavar="REQUEST", help="an option, a profile or @FILE"
    )
    check.add_argument(
        "--config",
        required=True,
        metavar="FILE",
        help='a .config (compressed or not), a kernel image, or "running"',
    )
    add_profile_argument(check)
    add_tree_arguments(check)
    check.add_argument("--json", action="store_true", help="the complete answer as JSON on stdout")
    check.set_defaults(run=_check)


def _check(arguments: argparse.Namespace) -> int:
    from kresolve.api.fragments import check
    from kresolve.rendering.checks import check_report
    from kresolve.rendering.terminal import TerminalProgress

    answer = check(
        *arguments.request,
        config=arguments.config,
        profile=arguments.profile,
        tree=arguments.tree,
        arch=arguments.arch,
        cross_compile=arguments.cross_compile,
        llvm=arguments.llvm,
        shell=arguments.shell,
        progress=TerminalProgress(),
    )
    if arguments.json:
        say(answer.to_json())
    else:
        say(check_report(answer))
    return {"holds": HOLDS, "fails": FAILS}.get(answer.status, UNKNOWN)
