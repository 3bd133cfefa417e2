"""``kresolve audit-selftests``."""

from __future__ import annotations

import argparse
import json

from kresolve.cli.common import (
    FAILS,
    HOLDS,
    UNKNOWN,
    Commands,
    add_mode_argument,
    add_tree_arguments,
    command,
    load,
    seconds,
)
from kresolve.cli.streams import say

_EXAMPLES = """\
examples:
  kresolve audit-selftests --tree debian:6.12 --arch x86_64
  kresolve audit-selftests --tree debian:6.12 --base tinyconfig --verify conf
  kresolve audit-selftests --tree debian:7.3@trixie-backports --markdown
  kresolve audit-selftests --tree debian:6.12 --base any --only bpf --json
"""


def add(commands: Commands) -> None:
    """Add the command."""
    audit = command(
        commands,
        "audit-selftests",
        "check the config fragments of the kernel's selftests",
        _EXAMPLES,
    )
    add_tree_arguments(audit)
    audit.add_argument(
        "--base",
        default="defconfig",
        metavar="BASE",
        help='as for plan; "any": what is needed on every base; default: defconfig',
    )
    add_mode_argument(audit)
    audit.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="NAME",
        help="only fragments of this folder, such as bpf or net; may be repeated",
    )
    audit.add_argument("--verify", choices=("conf",), help="also check with the tree's own conf")
    audit.add_argument(
        "--timeout",
        type=seconds,
        default=120.0,
        metavar="SECONDS",
        help="for one fragment on any base (default: %(default)g)",
    )
    form = audit.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the complete answer as JSON on stdout")
    form.add_argument("--markdown", action="store_true", help="the table as Markdown")
    audit.set_defaults(run=_audit)


def _audit(arguments: argparse.Namespace) -> int:
    from kresolve.api.fragments import audit_selftests
    from kresolve.rendering.selftests import (
        audit_document,
        audit_markdown,
        audit_report,
        audit_summary,
    )
    from kresolve.rendering.terminal import TerminalProgress

    progress = TerminalProgress()
    tree = load(arguments, progress)
    audit = audit_selftests(
        tree=tree,
        base=arguments.base,
        mode=arguments.mode,
        only=arguments.only,
        verify=arguments.verify,
        timeout=arguments.timeout,
        progress=progress,
    )
    if arguments.json:
        info = tree.info
        where = {
            "tree": {"version": info.version, "arch": info.arch, "source": info.source},
            "toolchain": dict(info.toolchain),
            "base": arguments.base,
            "mode": arguments.mode,
        }
        say(json.dumps(audit_document(audit, where), indent=2))
    else:
        say((audit_markdown if arguments.markdown else audit_report)(audit))
    progress.note(
        audit_summary(audit, f"{tree.info}, base {arguments.base}, make {arguments.mode}")
    )
    verdicts = {one.verdict for one in audit}
    return UNKNOWN if "unknown" in verdicts else FAILS if "impossible" in verdicts else HOLDS
