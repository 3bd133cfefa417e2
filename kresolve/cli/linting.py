"""``kresolve lint``."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.cli.shared import (
    FAILS,
    HOLDS,
    Commands,
    add_base_arguments,
    add_tree_arguments,
    check_output,
    command,
    load,
)
from kresolve.cli.streams import say
from kresolve.errors import RequestError

if TYPE_CHECKING:
    from kresolve.workbench.linting import Lint

_EXAMPLES = """\
examples:
  kresolve lint net.config container.config --tree debian:6.12 --base defconfig
  kresolve lint net.config --fix
  kresolve lint net.config --github
  kresolve lint base.conf net.conf --base empty --finish allnoconfig --sarif
  kresolve lint --kata fragments --tree debian:6.12 --arch arm64

the fragments are merged in the order given, on top of the base; status 0 says
that nothing is worse than a note, 1 that there are errors or warnings
"""


def add(commands: Commands) -> None:
    """Add the command."""
    lint = command(
        commands,
        "lint",
        "which lines do not survive, are redundant, conflict, or are unknown",
        _EXAMPLES,
    )
    lint.add_argument("fragment_files", nargs="*", type=Path, metavar="FRAGMENT", help="a fragment")
    lint.add_argument(
        "--kata",
        type=Path,
        metavar="DIR",
        help="the fragments that Kata Containers takes of its directory, merged as it does",
    )
    add_tree_arguments(lint)
    add_base_arguments(lint)
    lint.add_argument(
        "--each", action="store_true", help="judge each fragment by itself, not merged"
    )
    lint.add_argument("--all", action="store_true", help="also notes, and the lines that hold")
    lint.add_argument(
        "--fix", action="store_true", help="rewrite the fragments, keeping comments and order"
    )
    lint.add_argument(
        "--no-advice", action="store_true", help="do not look for the lines that are missing"
    )
    form = lint.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true", help="the whole answer as JSON on stdout")
    form.add_argument("--sarif", action="store_true", help="as SARIF 2.1.0 on stdout")
    form.add_argument("--github", action="store_true", help="as annotations of GitHub's CI")
    lint.set_defaults(run=_lint)


def _lint(arguments: argparse.Namespace) -> int:
    import kresolve
    from kresolve.face.fragments import distinct, lint
    from kresolve.report.lints import (
        lint_document,
        lint_github,
        lint_sarif,
        lint_summary,
        lint_text,
    )
    from kresolve.report.terminal import TerminalProgress
    from kresolve.workbench.katafiles import read_kata

    progress = TerminalProgress()
    tree = load(arguments, progress)
    files: list[Path] = arguments.fragment_files
    whitelist: frozenset[str] = frozenset()
    if arguments.kata is not None:
        kata = read_kata(arguments.kata, tree.model)
        files = [kata.root / name for name in kata.texts]
        whitelist = kata.whitelist
        arguments.base, arguments.finish = "empty", "allnoconfig"
    elif not files:
        raise RequestError("nothing to judge; name a fragment, or --kata DIR")
    named = distinct(files)
    for path in named if arguments.fix else ():
        check_output(Path(path))
    groups = [[path] for path in named] if arguments.each else [named]

    def judged(group: list[str | Path], *, advise: bool) -> Lint:
        return lint(
            *group,
            tree=tree,
            base=arguments.base,
            fragment=arguments.fragment,
            finish=arguments.finish,
            whitelist=whitelist,
            advise=advise,
            progress=progress,
        )

    answers = [judged(group, advise=arguments.fix or not arguments.no_advice) for group in groups]
    for number, answer in enumerate(answers if arguments.fix else ()):
        changed = answer.fix()
        for name in changed:
            progress.note(f"rewritten: {name}")
        if changed:
            answers[number] = judged(groups[number], advise=not arguments.no_advice)
    if arguments.json:
        documents = [lint_document(answer) for answer in answers]
        say(json.dumps(documents if arguments.each else documents[0], indent=2))
    elif arguments.sarif:
        say(json.dumps(lint_sarif(answers, kresolve.__version__), indent=2))
    elif arguments.github:
        say("".join(map(lint_github, answers)))
    else:
        say("".join(lint_text(a, everything=arguments.all) for a in answers))
    names = [str(group[0]) if arguments.each else "" for group in groups]
    for name, answer in zip(names, answers, strict=True):
        progress.note(lint_summary(answer, name))
    return HOLDS if all(answer.status == "clean" for answer in answers) else FAILS
