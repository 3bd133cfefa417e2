"""``kresolve plan``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.cli.common import (
    FAILS,
    HOLDS,
    UNKNOWN,
    Commands,
    add_base_arguments,
    add_profile_argument,
    add_question_arguments,
    add_timeout_argument,
    add_tree_arguments,
    check_output,
    command,
)
from kresolve.cli.kata import add_kata_arguments, plan_in_kata
from kresolve.cli.streams import put, say
from kresolve.errors import RequestError

if TYPE_CHECKING:
    from kresolve.planner import Plan

_EXAMPLES = """\
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


def add(commands: Commands) -> None:
    """Add the command."""
    plan = command(commands, "plan", "the lines that a request needs on a base", _EXAMPLES)
    plan.add_argument("request", nargs="+", metavar="REQUEST", help="an option, a profile or @FILE")
    add_tree_arguments(plan, several=True)
    add_base_arguments(plan, several=True)
    add_profile_argument(plan)
    add_question_arguments(plan)
    plan.add_argument(
        "--explicit",
        action="store_true",
        help="a line for each request, also where a default would do",
    )
    plan.add_argument(
        "--alternatives",
        type=_count,
        default=0,
        metavar="N",
        help="show up to N other plans that are as good",
    )
    plan.add_argument(
        "--split",
        action="store_true",
        help="of several targets: what is common, and a remainder for each (as Kata's common/ and "
        "ARCH/); -o writes a file for each",
    )
    add_timeout_argument(plan)
    plan.add_argument("--verify", choices=("conf",), help="also check with the tree's own conf")
    plan.add_argument("--json", action="store_true", help="the complete answer as JSON on stdout")
    plan.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the fragment there")
    plan.add_argument(
        "--graph",
        type=Path,
        metavar="FILE",
        help="a picture of the plan as well: .svg, .html, .dot, .mmd; or .graphml, .json",
    )
    add_kata_arguments(plan)
    plan.set_defaults(run=_plan)


def _count(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"invalid number {text!r}; use 0 or more")
    return int(text)


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _fewer_alternatives(plan: Plan) -> str:
    """Why there are not as many other plans as were asked for."""
    if not all(measure.proved for measure in plan.objective):
        return "other plans are not looked for while this one is not proved best (--timeout)"
    return f"no {'more' if plan.alternatives else 'other'} plan is as good"


def _plan(arguments: argparse.Namespace) -> int:
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
        return plan_in_kata(arguments)
    progress = TerminalProgress()
    answer = plan(
        *arguments.request,
        tree=arguments.tree or [None],
        arch=arguments.arch or [None],
        cross_compile=arguments.cross_compile,
        llvm=arguments.llvm,
        shell=arguments.shell,
        base=arguments.base or "defconfig",
        fragment=arguments.fragment,
        mode=arguments.mode,
        pin=arguments.pin,
        forbid=arguments.forbid,
        prefer=arguments.prefer,
        objective=arguments.objective,
        explicit=arguments.explicit,
        alternatives=arguments.alternatives,
        split=arguments.split,
        timeout=arguments.timeout,
        verify=arguments.verify,
        profile=arguments.profile,
        progress=progress,
    )
    if answer.status == "planned" and arguments.output is not None:
        answer.write(arguments.output)
    if arguments.json:
        say(answer.to_json())
    elif arguments.output is None:
        put("\n".join(answer.files("all.config").values()))
    if not arguments.json:
        progress.note(plan_report(answer))
        if answer.status == "planned" and len(answer.alternatives) < arguments.alternatives:
            progress.note(_fewer_alternatives(answer))
        if answer.status == "planned" and arguments.output is not None:
            progress.note(f"written to {', '.join(map(str, answer.files(arguments.output)))}")
    if arguments.graph is not None:
        from kresolve.rendering.graph_file import plan_picture

        plan_picture(answer).write(arguments.graph)
        progress.note(f"graph written to {arguments.graph}")
    return {"planned": HOLDS, "impossible": FAILS}.get(answer.status, UNKNOWN)
