"""``kresolve survey``."""

from __future__ import annotations

import argparse

from kresolve.api.options import OnWhat, SurveyOptions, What, Where
from kresolve.cli.common import FAILS, HOLDS, UNKNOWN, add_options, keywords
from kresolve.cli.streams import say

EXAMPLES = """\
examples:
  kresolve survey -o all.jsonl --tree debian:6.12 --base allnoconfig --pin 64BIT
  kresolve survey DRM_XE=m TUN NF_TABLES -o some.jsonl --base defconfig

without symbols: every bool and tristate with a prompt; stopped, it goes on
where it was when it is run again
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("symbols", nargs="*", metavar="SYMBOL", help="X, or X=m")
    add_options(parser, SurveyOptions)
    add_options(parser, Where)
    add_options(parser, OnWhat, "base", "mode")
    add_options(parser, What, "pin", "forbid", "prefer", "objective")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.survey import survey
    from kresolve.rendering.terminal import TerminalProgress

    found = survey(*arguments.symbols, **keywords(survey, arguments), progress=TerminalProgress())
    say(f"{found} ({found.new} new)")
    if found.counts.get("unknown"):
        return UNKNOWN
    return FAILS if found.counts.get("impossible") else HOLDS
