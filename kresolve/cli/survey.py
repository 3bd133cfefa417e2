"""``kresolve survey``."""

from __future__ import annotations

import argparse
from pathlib import Path

from kresolve.cli.common import (
    FAILS,
    HOLDS,
    UNKNOWN,
    Commands,
    add_base_argument,
    add_mode_argument,
    add_question_arguments,
    add_timeout_argument,
    add_tree_arguments,
    command,
    load,
)
from kresolve.cli.streams import say

_EXAMPLES = """\
examples:
  kresolve survey -o all.jsonl --tree debian:6.12 --base allnoconfig --pin 64BIT
  kresolve survey DRM_XE=m TUN NF_TABLES -o some.jsonl --base defconfig

without symbols: every bool and tristate with a prompt; stopped, it goes on
where it was when it is run again
"""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = command(commands, "survey", "a plan or a proof for many symbols", _EXAMPLES)
    parser.add_argument("symbols", nargs="*", metavar="SYMBOL", help="X, or X=m")
    parser.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="JSON lines"
    )
    add_tree_arguments(parser)
    add_base_argument(parser)
    add_mode_argument(parser)
    add_question_arguments(parser)
    add_timeout_argument(parser)
    parser.add_argument(
        "--jobs", type=int, metavar="N", help="processes (default: one for each processor)"
    )
    parser.set_defaults(run=_survey)


def _survey(arguments: argparse.Namespace) -> int:
    from kresolve.api.survey import survey
    from kresolve.rendering.terminal import TerminalProgress

    progress = TerminalProgress()
    found = survey(
        *arguments.symbols,
        output=arguments.output,
        tree=load(arguments, progress),
        base=arguments.base,
        mode=arguments.mode,
        pin=arguments.pin,
        forbid=arguments.forbid,
        objective=arguments.objective,
        prefer=arguments.prefer,
        timeout=arguments.timeout,
        jobs=arguments.jobs,
        progress=progress,
    )
    say(f"{found} ({found.new} new)")
    if found.counts.get("unknown"):
        return UNKNOWN
    return FAILS if found.counts.get("impossible") else HOLDS
