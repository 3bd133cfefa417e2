"""``kresolve lint``."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.api.options import LintOptions, OnWhat, Where
from kresolve.cli.common import (
    FAILS,
    HOLDS,
    add_json,
    add_options,
    check_output,
    keywords,
    load,
)
from kresolve.cli.process import TerminatedBySignal
from kresolve.cli.streams import say
from kresolve.errors import RequestError

if TYPE_CHECKING:
    from kresolve.api.fragments import Judgement
    from kresolve.fragments.findings import Lint
    from kresolve.progress import Progress

EXAMPLES = """\
examples:
  kresolve lint net.config container.config --tree debian:6.12 --base defconfig
  kresolve lint net.config --fix
  kresolve lint net.config --github
  kresolve lint base.conf net.conf --base empty --mode allnoconfig --sarif
  kresolve lint --kata fragments --tree debian:6.12 --arch arm64

the fragments are merged in the order given, on top of the base; status 0 says
that nothing is worse than a note, 1 that there are errors or warnings
"""


def add(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    parser.add_argument("files", nargs="*", type=Path, metavar="FRAGMENT", help="a fragment")
    parser.add_argument(
        "--kata",
        type=Path,
        metavar="DIR",
        help="the fragments that Kata Containers takes of its directory, merged as it does",
    )
    add_options(parser, Where)
    add_options(parser, OnWhat)
    parser.add_argument(
        "--each", action="store_true", help="check each fragment by itself, not merged"
    )
    parser.add_argument("--all", action="store_true", help="also notes, and the lines that hold")
    parser.add_argument(
        "--fix", action="store_true", help="rewrite the fragments, keeping comments and order"
    )
    add_options(parser, LintOptions)
    form = parser.add_mutually_exclusive_group()
    add_json(form)
    form.add_argument("--sarif", action="store_true", help="as SARIF 2.1.0 on stdout")
    form.add_argument("--github", action="store_true", help="as annotations of GitHub's CI")


def run(arguments: argparse.Namespace) -> int:
    """Run the command; the exit status."""
    from kresolve.api.fragments import Judgement, distinct
    from kresolve.integrations.kata_files import read_kata
    from kresolve.rendering.terminal import TerminalProgress

    progress = TerminalProgress()
    tree = load(arguments, progress)
    files: list[Path] = arguments.files
    whitelist: frozenset[str] = frozenset()
    if arguments.kata is not None:
        kata = read_kata(arguments.kata, tree.model)
        files = [kata.root / name for name in kata.texts]
        whitelist = kata.whitelist
        arguments.base, arguments.mode = "empty", "allnoconfig"
    elif not files:
        raise RequestError("no fragment given; name one, or use --kata DIR")
    named = distinct(files)
    for path in named:
        tree.read(path)  # a file that cannot be read is refused before anything is said
        if arguments.fix:
            check_output(Path(path))

    def judged(group: list[str | Path]) -> Judgement:
        return Judgement.of(group, tree, on, whitelist, progress)

    how = LintOptions(**keywords(LintOptions, arguments))
    on = OnWhat(**keywords(OnWhat, arguments))
    output = _Output(arguments, progress)
    groups = [[path] for path in named] if arguments.each else [named]
    try:
        for group in groups:
            judgement = judged(group)
            if arguments.fix:
                judgement = _fixed(judgement, partial(judged, group), how.timeout, progress)
            output.judged(judgement.lint, str(group[0]) if arguments.each else "")
            if how.advise:
                output.advised(judgement.advised(how.timeout, progress))
    except (KeyboardInterrupt, TerminatedBySignal):
        output.broken_off(len(groups))
        raise
    output.end()
    return HOLDS if all(answer.status == "clean" for answer in output.answers) else FAILS


def _fixed(
    judgement: Judgement,
    again: Callable[[], Judgement],
    timeout: float | None,
    progress: Progress,
) -> Judgement:
    """Rewrite the files; twice where a line has become one by that, which may need others."""
    for _ in range(2):
        lint = judgement.advised(timeout, progress)
        changed = lint.fix()
        for name in changed:
            progress.note(f"rewritten: {name}")
        if changed:
            judgement = again()
        if not lint.has_unread:
            break
    return judgement


class _Output:
    """Prints findings as they come: the text at once, the advice after it.

    An annotation includes its advice, and JSON and SARIF are one document.
    """

    def __init__(self, arguments: argparse.Namespace, progress: Progress) -> None:
        self.arguments = arguments
        self.progress = progress
        self.as_text = not (arguments.json or arguments.sarif or arguments.github)
        self.answers: list[Lint] = []
        self.names: list[str] = []
        #: So many of the answers have their annotations printed.
        self.annotated = 0

    def judged(self, lint: Lint, name: str) -> None:
        """Take a judgement without advice; the summary has the name."""
        from kresolve.rendering.lints import lint_summary, lint_text

        self._annotate()
        self.answers.append(lint)
        self.names.append(name)
        if self.as_text:
            say(lint_text(lint, everything=self.arguments.all))
            self.progress.note(lint_summary(lint, name))

    def advised(self, lint: Lint) -> None:
        """Take the last judgement with its advice."""
        from kresolve.rendering.lints import advice_text

        self.answers[-1] = lint
        if self.as_text:
            say(advice_text(lint))
        self._annotate()

    def broken_off(self, total: int) -> None:
        """Print what is known of ``total`` judgements when the run is ended, and that it is so."""
        from kresolve.fragments.findings import interrupted

        if self.answers:
            self.answers[-1] = interrupted(self.answers[-1], total - len(self.answers))
            self._finish()

    def end(self) -> None:
        """Print what is printed at the end."""
        from kresolve.rendering.lints import lint_summary

        self._finish()
        if not self.as_text:
            for name, answer in zip(self.names, self.answers, strict=True):
                self.progress.note(lint_summary(answer, name))

    def _finish(self) -> None:
        import kresolve
        from kresolve.rendering.lints import lint_sarif

        self._annotate()
        if self.arguments.json:
            documents = [answer.to_dict() for answer in self.answers]
            found = documents if self.arguments.each else documents[0]
            say(json.dumps(found, indent=2))
        elif self.arguments.sarif:
            found = lint_sarif(self.answers, kresolve.__version__)
            say(json.dumps(found, indent=2))

    def _annotate(self) -> None:
        from kresolve.rendering.lints import lint_github

        if self.arguments.github:
            say("".join(map(lint_github, self.answers[self.annotated :])))
            self.annotated = len(self.answers)
