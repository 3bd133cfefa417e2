"""``kresolve merge``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from kresolve.cli.common import (
    FAILS,
    HOLDS,
    Commands,
    add_tree_arguments,
    check_output,
    command,
    load,
)
from kresolve.cli.streams import say

_EXAMPLES = """\
examples:
  kresolve merge defconfig net.config container.config -o .config
  kresolve merge -n common/base.conf common/net.conf -o .config --complete
  kresolve merge -m -r base.config net.config -O build

the options are those of the kernel's merge_config.sh; status 1: a line is lost
"""


def add(commands: Commands) -> None:
    """Add the command."""
    merge = command(commands, "merge", "merge_config.sh, with lost lines found", _EXAMPLES)
    merge.add_argument(
        "base_file", metavar="BASE", help="a fragment or .config, or a base such as defconfig"
    )
    merge.add_argument("fragment_files", nargs="*", type=Path, metavar="FRAGMENT", help="merged in")
    add_tree_arguments(merge)
    merge.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="default: KCONFIG_CONFIG, or .config in the directory of -O",
    )
    merge.add_argument(
        "-O", "--directory", type=Path, metavar="DIR", help="where .config goes; default: here"
    )
    merge.add_argument("-m", dest="only", action="store_true", help="only merge, do not run make")
    merge.add_argument(
        "-n", dest="allno", action="store_true", help="use allnoconfig instead of alldefconfig"
    )
    merge.add_argument("-r", dest="redundant", action="store_true", help="list redundant values")
    merge.add_argument("-y", dest="built_in", action="store_true", help="an m does not replace a y")
    merge.add_argument(
        "-s", dest="strict", action="store_true", help="fail if a value is redefined"
    )
    merge.add_argument(
        "-Q", dest="quiet", action="store_true", help="do not report redefined values"
    )
    merge.add_argument(
        "--complete", action="store_true", help="add the lines that the lost ones need"
    )
    merge.add_argument("--json", action="store_true", help="the complete answer as JSON on stdout")
    merge.set_defaults(run=_merge)


def _merge(arguments: argparse.Namespace) -> int:
    from kresolve.api.fragments import merge
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.merges import merge_report, merge_summary
    from kresolve.rendering.terminal import TerminalProgress

    output = _output(arguments)
    check_output(output)
    progress = TerminalProgress()
    answer = merge(
        arguments.base_file,
        *arguments.fragment_files,
        tree=load(arguments, progress),
        allnoconfig=arguments.allno,
        only_merged=arguments.only,
        built_in=arguments.built_in,
        strict=arguments.strict,
        complete=arguments.complete,
        progress=progress,
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
