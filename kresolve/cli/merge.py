"""``kresolve merge``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from kresolve.api.options import MergeOptions, Where
from kresolve.cli.common import (
    FAILS,
    HOLDS,
    add_json,
    add_options,
    add_output,
    check_output,
    keywords,
)
from kresolve.cli.streams import say

EXAMPLES = """\
examples:
  kresolve merge defconfig net.config container.config -o .config
  kresolve merge -n common/base.conf common/net.conf -o .config --complete
  kresolve merge -m -r base.config net.config -O build

the options are those of the kernel's merge_config.sh; status 1: a line is lost
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument(
        "base_file", metavar="BASE", help="a fragment or .config, or a base such as defconfig"
    )
    parser.add_argument("files", nargs="*", type=Path, metavar="FRAGMENT", help="merged in")
    add_options(parser, Where)
    add_output(parser, "default: KCONFIG_CONFIG, or .config in the directory of -O")
    parser.add_argument(
        "-O", "--directory", type=Path, metavar="DIR", help="where .config goes; default: here"
    )
    add_options(parser, MergeOptions)
    parser.add_argument("-r", dest="redundant", action="store_true", help="list redundant values")
    parser.add_argument(
        "-Q", dest="quiet", action="store_true", help="do not report redefined values"
    )
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.fragments import merge
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.merges import merge_report, merge_summary
    from kresolve.rendering.terminal import TerminalProgress

    output = _output(arguments)
    check_output(output)
    progress = TerminalProgress()
    answer = merge(
        arguments.base_file, *arguments.files, **keywords(merge, arguments), progress=progress
    )
    write_whole(output, answer.config)
    if arguments.json:
        say(answer.to_json())
    else:
        say(merge_report(answer, redundant=arguments.redundant, quiet=arguments.quiet))
    progress.note(merge_summary(answer))
    progress.note(f"written to {output}")
    return HOLDS if answer.status == "kept" else FAILS


def _output(arguments: argparse.Namespace) -> Path:
    """Where the ``.config`` goes, as merge_config.sh decides it."""
    if arguments.output is not None:
        return Path(arguments.output)
    if arguments.directory is not None:
        return Path(arguments.directory) / ".config"
    return Path(os.environ.get("KCONFIG_CONFIG") or ".config")
