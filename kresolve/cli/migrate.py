"""``kresolve migrate``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.cli.common import (
    FAILS,
    HOLDS,
    Commands,
    add_advice_timeout_argument,
    add_base_arguments,
    add_toolchain_arguments,
    check_output,
    command,
)
from kresolve.cli.process import TerminatedBySignal
from kresolve.cli.streams import say
from kresolve.errors import ConfigFileError

if TYPE_CHECKING:
    from kresolve.fragments.migrating import Migration

_EXAMPLES = """\
examples:
  kresolve migrate my.config --from debian:6.1 --to debian:6.12 -o new.config
  kresolve migrate a.conf b.conf --from linux-6.1 --to linux-7.3 -o new --json

status 1: the new kernel loses lines that the old one kept
"""


def add(commands: Commands) -> None:
    """Add the command."""
    migrate = command(
        commands, "migrate", "what the next kernel does to the lines of fragments", _EXAMPLES
    )
    migrate.add_argument(
        "fragment_files", nargs="+", type=Path, metavar="FRAGMENT", help="a fragment"
    )
    for option, what in (("from", "where the fragments come from"), ("to", "where they go")):
        migrate.add_argument(
            f"--{option}",
            dest=f"{option}_tree",
            required=True,
            metavar="TREE",
            help=f"the tree {what}; as for --tree of other commands",
        )
    add_toolchain_arguments(migrate)
    add_base_arguments(migrate)
    migrate.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="the fragment for the new kernel, or a directory for them",
    )
    add_advice_timeout_argument(migrate)
    migrate.add_argument(
        "--json", action="store_true", help="the complete answer as JSON on stdout"
    )
    migrate.set_defaults(run=_migrate)


def _migrate(arguments: argparse.Namespace) -> int:
    from kresolve.api.fragments import migrate
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.migrations import migration_advice, migration_report
    from kresolve.rendering.terminal import TerminalProgress

    outputs = _outputs(arguments.output, arguments.fragment_files)
    progress = TerminalProgress()
    first: list[Migration] = []

    def known(migration: Migration) -> None:
        first.append(migration)
        if not arguments.json:
            say(migration_report(migration))

    try:
        answer = migrate(
            *arguments.fragment_files,
            old=arguments.from_tree,
            new=arguments.to_tree,
            arch=arguments.arch,
            cross_compile=arguments.cross_compile,
            llvm=arguments.llvm,
            shell=arguments.shell,
            base=arguments.base,
            fragment=arguments.fragment,
            mode=arguments.mode,
            timeout=arguments.timeout,
            known=known,
            progress=progress,
        )
    except (KeyboardInterrupt, TerminatedBySignal):
        if first and arguments.json:
            say(first[0].to_json())
        raise
    for path, output in outputs.items():
        write_whole(output, answer.texts[str(path)])
    if arguments.json:
        say(answer.to_json())
    else:
        names = {str(path): str(output) for path, output in outputs.items()}
        say(migration_advice(answer, names))
    for output in outputs.values():
        progress.note(f"written to {output}")
    return HOLDS if answer.status == "unchanged" else FAILS


def _outputs(output: Path | None, fragments: list[Path]) -> dict[Path, Path]:
    """Where each new fragment goes: the file of -o, or its own name in the directory of -o."""
    if output is None:
        return {}
    if output.is_dir():
        names = [path.name for path in fragments]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ConfigFileError(f"{output / twice}: two of the fragments have this name")
        return {path: output / path.name for path in fragments}
    check_output(output)
    if len(fragments) > 1:
        raise ConfigFileError(f"{output}: not a directory; make one for several fragments")
    return {fragments[0]: output}
