"""``kresolve plan --kata``: a plan inside Kata's directory of fragments."""

from __future__ import annotations

import argparse

from kresolve.api.options import Targets
from kresolve.cli.common import FAILS, HOLDS, UNKNOWN, keywords
from kresolve.cli.streams import put, say
from kresolve.errors import RequestError


def plan_in_kata(arguments: argparse.Namespace) -> int:
    """Run ``kresolve plan REQUEST... --kata DIR``."""
    from kresolve.api.kata import plan_kata
    from kresolve.dotconfig.files import write_whole
    from kresolve.rendering.kata import kata_report
    from kresolve.rendering.terminal import TerminalProgress

    for option, value in (
        ("--base", arguments.base),
        ("--fragment", arguments.fragment),
        ("--split", arguments.split),
        ("--alternatives", arguments.alternatives),
        ("--graph", arguments.graph),
    ):
        if value:
            raise RequestError(f"{option}: Kata's fragments are the base; not with --kata")
    progress = TerminalProgress()
    trees = Targets(**keywords(Targets, arguments)).load(progress)
    change = plan_kata(
        *arguments.request, trees=trees, **keywords(plan_kata, arguments), progress=progress
    )
    if arguments.output is not None:
        write_whole(arguments.output, change.diff)
        progress.note(f"written to {arguments.output}")
    if arguments.json:
        say(change.to_json())
    elif arguments.output is None:
        put(change.diff)
    for one in change.plans:
        progress.note(kata_report(one))
    if change.status == "planned":
        progress.note(f"confirmed by {', '.join(change.witnesses)}")
        if arguments.apply:
            for name in change.apply():
                progress.note(f"changed: {name}")
        if change.texts:
            progress.note(change.version_note)
    return {"planned": HOLDS, "impossible": FAILS}.get(change.status, UNKNOWN)
