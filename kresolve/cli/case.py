"""``kresolve case``."""

from __future__ import annotations

import argparse
from pathlib import Path

from kresolve.cli.common import (
    FAILS,
    HOLDS,
    INTERRUPTED,
    UNKNOWN,
    Parser,
    add_output,
    check_output,
)
from kresolve.cli.process import TerminatedBySignal
from kresolve.cli.streams import put
from kresolve.errors import RequestError

EXAMPLES = """\
examples:
  kresolve case plan NFT_NAT --tree debian:6.12 --base allnoconfig -o nft.case
  kresolve case explain INET_UDP_DIAG=y --tree debian:6.12 --base .config
  kresolve case lint net.config --tree debian:6.12 --base defconfig

COMMAND is plan, check, explain, lint or migrate, with the arguments that it
takes; -o names the file of the case.  The case holds the question, the Kconfig
lines that its answer leans on, the lines of the base that matter, the answer,
and the .config that conf makes of it, where conf can be run.  It has no paths
and no help texts; read it before you send it.

Ctrl-C ends the search for a smaller case, and the smallest so far is written.
Status 1: the case has another answer than the question, because that leans on
more than Kconfig lines and a base; 3: conf disagrees with the case
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.usage = "kresolve case [-h] COMMAND ARGUMENT... [-o FILE]"
    parser.add_argument(
        "question", nargs=argparse.REMAINDER, metavar="COMMAND ARGUMENT...", help="what to ask"
    )
    add_output(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    import kresolve
    from kresolve.api.case_making import CaseMaker
    from kresolve.api.case_question import COMMANDS
    from kresolve.cli import build_parser
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.terminal import TerminalProgress

    behind = Parser(prog="kresolve case", add_help=False, allow_abbrev=False)
    behind.add_argument("-o", "--output", type=Path)
    named, words = behind.parse_known_args(arguments.question)
    output: Path | None = named.output or arguments.output
    check_output(output)
    if not words or words[0] not in COMMANDS:
        name = words[0] if words else "no command"
        raise RequestError(f"{name}: no case can be made of it; use {', '.join(COMMANDS)}")
    options = vars(build_parser(words[0]).parse_args(words))
    progress = TerminalProgress()
    maker = CaseMaker(words[0], options, progress)
    status = HOLDS
    try:
        maker.shrink()
    except (KeyboardInterrupt, TerminatedBySignal) as end:
        progress.note("interrupted: the case could be smaller")
        status = 128 + end.number if isinstance(end, TerminatedBySignal) else INTERRUPTED
    made = maker.made(kresolve.__version__)
    if output is None:
        put(str(made.case))
    else:
        write_whole(output, str(made.case))
        progress.note(f"written to {output}")
    if made.note:
        progress.note(f"conf was not asked: {made.note}")
    if made.other is not None:
        progress.note(
            "the answer leans on more than Kconfig lines and a base; the case does not have: "
            f"{made.other}"
        )
    if made.agreed is False:
        progress.note("conf makes something else of this case: it shows a bug in kresolve")
        return UNKNOWN
    return status or (HOLDS if made.other is None else FAILS)
