"""``kresolve audit-selftests``."""

from __future__ import annotations

import argparse

from kresolve.api.options import AuditOptions, Where
from kresolve.cli.common import (
    FAILS,
    HOLDS,
    UNKNOWN,
    add_json,
    add_options,
    keywords,
    load,
)
from kresolve.cli.streams import say

EXAMPLES = """\
examples:
  kresolve audit-selftests --tree debian:6.12 --arch x86_64
  kresolve audit-selftests --tree debian:6.12 --base tinyconfig --verify conf
  kresolve audit-selftests --tree debian:7.3@trixie-backports --markdown
  kresolve audit-selftests --tree debian:6.12 --base any --only bpf --json
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_options(parser, Where)
    add_options(parser, AuditOptions)
    form = parser.add_mutually_exclusive_group()
    add_json(form)
    form.add_argument("--markdown", action="store_true", help="the table as Markdown")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.fragments import audit_selftests
    from kresolve.rendering.selftests import audit_markdown, audit_report, audit_summary
    from kresolve.rendering.terminal import TerminalProgress

    progress = TerminalProgress()
    tree = load(arguments, progress)
    how = AuditOptions(**keywords(AuditOptions, arguments))
    audit = audit_selftests(tree, how, progress)
    if arguments.json:
        say(audit.to_json())
    else:
        say((audit_markdown if arguments.markdown else audit_report)(audit))
    progress.note(audit_summary(audit))
    verdicts = {one.verdict for one in audit.fragments}
    return UNKNOWN if "unknown" in verdicts else FAILS if "impossible" in verdicts else HOLDS
