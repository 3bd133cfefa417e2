"""``kresolve migrate``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.api.options import MigrateOptions, OnWhat, Where
from kresolve.cli.common import (
    FAILS,
    HOLDS,
    add_json,
    add_options,
    add_output,
    check_output,
    keywords,
)
from kresolve.cli.process import TerminatedBySignal
from kresolve.cli.streams import say
from kresolve.errors import ConfigFileError

if TYPE_CHECKING:
    from kresolve.fragments.migrating import Migration

EXAMPLES = """\
examples:
  kresolve migrate my.config --from debian:6.1 --to debian:6.12 -o new.config
  kresolve migrate a.conf b.conf --from linux-6.1 --to linux-7.3 -o new --json

status 1: the new kernel loses lines that the old one kept
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", nargs="+", type=Path, metavar="FRAGMENT", help="a fragment")
    add_options(parser, MigrateOptions)
    add_options(parser, Where, "arch", "cross_compile", "llvm", "shell")
    add_options(parser, OnWhat)
    add_output(parser, "the fragment for the new kernel, or a directory for them")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.fragments import migrate
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.migrations import migration_advice, migration_report
    from kresolve.rendering.terminal import TerminalProgress

    outputs = _outputs(arguments.output, arguments.files)
    progress = TerminalProgress()
    first: list[Migration] = []

    def known(migration: Migration) -> None:
        first.append(migration)
        if not arguments.json:
            say(migration_report(migration))

    try:
        answer = migrate(
            *arguments.files, **keywords(migrate, arguments), known=known, progress=progress
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
