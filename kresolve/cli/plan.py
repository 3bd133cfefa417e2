"""``kresolve plan``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.api.options import KataOptions, OnBases, PlanOptions, Targets, What
from kresolve.cli.common import (
    FAILS,
    HOLDS,
    UNKNOWN,
    add_json,
    add_options,
    add_output,
    add_requests,
    check_output,
    keywords,
)
from kresolve.cli.streams import put, say
from kresolve.errors import RequestError

if TYPE_CHECKING:
    from kresolve.planner import Plan

EXAMPLES = """\
examples:
  kresolve plan criu --tree debian:6.12 --base allnoconfig -o criu.config
  kresolve plan INET_UDP_DIAG TUN=m --base defconfig --verify conf
  kresolve plan 'NETFILTER_XT_MARK=y|m' --base .config --json
  kresolve plan 'IP_NF_FILTER|NF_TABLES' --base .config
  kresolve plan @wanted.config --base tinyconfig --pin EXPERT --objective lines
  kresolve plan IPC_NS --base allnoconfig --alternatives 3
  kresolve plan criu --tree debian:6.1 --tree debian:6.12 --arch arm64
  kresolve plan criu --tree debian:6.12 --base any -o portable.config
  kresolve plan criu --tree debian:6.12 --kata fragments --apply

a request is a profile (criu, criu:lazy-pages), X or X=y, X=m, 'X=y|m', X=n,
'X|Y' for any of these ('A & B if C|D': A, and B where C is on; or D), or @FILE
for every line of a fragment
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    add_requests(parser)
    add_options(parser, Targets)
    add_options(parser, OnBases)
    add_options(parser, What)
    add_options(parser, PlanOptions)
    add_json(parser)
    add_output(parser, "write the fragment there")
    parser.add_argument(
        "--graph",
        type=Path,
        metavar="FILE",
        help="a picture of the plan as well: .svg, .html, .dot, .mmd; or .graphml, .json",
    )
    kata = parser.add_argument_group("Kata Containers")
    add_options(kata, KataOptions, "kata", "sets")
    kata.add_argument("--apply", action="store_true", help="change the files in DIR")


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _fewer_alternatives(plan: Plan) -> str:
    """Why there are not as many other plans as were asked for."""
    if not all(measure.proved for measure in plan.objective):
        return "other plans are not looked for while this one is not proved best (--timeout)"
    return f"no {'more' if plan.alternatives else 'other'} plan is as good"


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.planning import plan
    from kresolve.rendering.plan_text import plan_report
    from kresolve.rendering.terminal import TerminalProgress

    check_output(arguments.output)
    if arguments.graph is not None:
        from kresolve.cli.graph import check_graph

        check_graph(arguments.graph)
        if arguments.output is not None and _same(arguments.output, arguments.graph):
            raise RequestError(
                f"{arguments.graph}: named for both the fragment and the picture; use two files"
            )
    if arguments.kata is not None:
        from kresolve.cli.kata import plan_in_kata

        return plan_in_kata(arguments)
    progress = TerminalProgress()
    answer = plan(*arguments.request, **keywords(plan, arguments), progress=progress)
    if answer.status == "planned" and arguments.output is not None:
        answer.write(arguments.output)
    if arguments.json:
        say(answer.to_json())
    elif arguments.output is None:
        put("\n".join(answer.files("all.config").values()))
    if not arguments.json:
        progress.note(plan_report(answer))
        if answer.status == "planned" and len(answer.alternatives) < (arguments.alternatives or 0):
            progress.note(_fewer_alternatives(answer))
        if answer.status == "planned" and arguments.output is not None:
            progress.note(f"written to {', '.join(map(str, answer.files(arguments.output)))}")
    if arguments.graph is not None:
        from kresolve.rendering.graph_file import plan_picture

        plan_picture(answer).write(arguments.graph)
        progress.note(f"graph written to {arguments.graph}")
    return {"planned": HOLDS, "impossible": FAILS}.get(answer.status, UNKNOWN)
