"""What the pages show that commands print, and the numbers they quote: ``make docs-output``.

A console block that shows output is run as it stands, all of its commands, in the order of the
page and in one directory for the page; blocks that show none are not run.  What is shown is then
what a terminal shows, stdout and stderr together, where ``...`` stands for anything, as in
doctest.  Compared is it like this:

- progress ("planning ..."), which a terminal takes away again, is left out on both sides;
- where kernel and compiler are others than those on the page, numbers and toolchains count for
  nothing.

The numbers that sentences quote are computed by tools/docnumbers.py.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from attrs import frozen

from kresolve import Tree
from kresolve.dotconfig.files import write_whole
from tools import docnumbers

ROOT: Final = Path(__file__).parents[1]
KATA: Final = ROOT.parent / "shared" / "kata" / "fragments"

_FENCE: Final = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_PROGRESS: Final = re.compile(r"^[a-z]+ing\b[^\n]* \.\.\.(?: \d+ %)?\n", re.MULTILINE)
_TOOLCHAIN: Final = re.compile(r"^((?:# )?toolchain:) .*$", re.MULTILINE)

#: What lies in the working directory of a page, beside what its commands make.
FILES: Final[Mapping[str, Mapping[str, str]]] = {
    "docs/how-to.md": {
        "net.config": "CONFIG_NET=y\nCONFIG_INET=y\nCONFIG_NETFILTER=y\n"
        "CONFIG_NETFILTER_XT_MATCH_OWNER=y\n",
        "container.config": "CONFIG_NAMESPACES=y\nCONFIG_CGROUPS=y\n",
    },
}
#: Pages whose commands run in seconds on Linux 6.12; the rest takes longer, or needs more.
QUICK: Final = ("README.md", "docs/how-to.md", "docs/tutorial.md")
SLOW: Final = ("docs/tutorial-kata.md",)


@frozen
class Step:
    """A command of a block, and what the page shows of it."""

    command: str
    shown: str


@frozen
class Block:
    """A console block: where it begins and ends in the page's text, and its steps."""

    start: int
    end: int
    steps: tuple[Step, ...]


def blocks(text: str) -> Iterator[Block]:
    r"""The console blocks of a page that show output.

    >>> text = "```console\n$ a \\\n>   b\nx\ny\n$ c\n```\n\n```console\n$ d\n```\n"
    >>> [(step.command, step.shown) for block in blocks(text) for step in block.steps]
    [('a \\\n  b', 'x\ny\n'), ('c', '')]
    """
    for match in _FENCE.finditer(text):
        steps: list[list[str]] = []
        for line in match[1].splitlines():
            if line.startswith("$ "):
                steps.append([line[2:], ""])
            elif line.startswith("> ") and not steps[-1][1]:
                steps[-1][0] += f"\n{line[2:]}"
            else:
                steps[-1][1] += f"{line}\n"
        if any(shown for _, shown in steps):
            yield Block(match.start(1), match.end(1), tuple(Step(*step) for step in steps))


def compared(text: str, *, exact: bool = True) -> str:
    r"""What counts in an output.

    >>> compared("planning ...\nLinux 6.12.117, 5 lines\n")
    'Linux 6.12.117, 5 lines\n'
    >>> compared("# toolchain: gcc 12\nLinux 6.12.117, 5 lines\n", exact=False)
    '# toolchain: N\nLinux N, N lines\n'
    """
    text = _PROGRESS.sub("", text)
    return text if exact else re.sub(r"\d[\d.]*", "N", _TOOLCHAIN.sub(r"\1 N", text))


def agrees(shown: str, printed: str, *, exact: bool = True) -> bool:
    """Is what a page shows what a command printed?"""
    want, got = compared(shown, exact=exact), compared(printed, exact=exact)
    # As a line of its own it stands for any number of lines, also for none.
    want = re.sub(r"^\.\.\.\n", "...", want, flags=re.MULTILINE)
    return doctest.OutputChecker().check_output(want, got, doctest.ELLIPSIS)


def renewed(shown: str, printed: str) -> str:
    r"""What a page should show now: as much as it did, with "..." where it had them.

    >>> renewed("a\nb 1\n...\nz\n", "a\nb 2\nc\nd\nz\n")
    'a\nb 2\n...\nz\n'
    >>> renewed("a: ...\nb\n", "a: 1\nc\nd\n")
    'a: ...\nc\nd\n'
    """
    if not shown or agrees(shown, printed):
        return shown
    new = compared(printed).splitlines()
    parts = [
        part.splitlines() for part in re.split(r"^\.\.\.\n", compared(shown), flags=re.MULTILINE)
    ]
    found: list[str] = []
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if number == 0:
            lines = new if last else new[: len(part)]
        elif last:
            lines = new[len(new) - len(part) :]
        else:
            first = new.index((get_close_matches(part[0], new, 1) or new)[0])
            lines = new[first : first + len(part)]
        if number:
            found.append("...")
        elided = [line for line in part if "..." in line]
        found += [next((old for old in elided if agrees(old, line)), line) for line in lines]
    return "".join(f"{line}\n" for line in found)


def run(page: str, text: str) -> Iterator[tuple[Block, list[str]]]:
    """Run the blocks of a page: each with what its steps printed."""
    with tempfile.TemporaryDirectory(prefix="kresolve-docs-") as folder:
        work, program = Path(folder, "work"), Path(folder, "bin", "kresolve")
        work.mkdir()
        for name, content in FILES.get(page, {}).items():
            (work / name).write_text(content, encoding="utf-8")
        if page in SLOW:
            shutil.copytree(KATA, work / "configs" / "fragments")
        program.parent.mkdir()
        python = shlex.quote(sys.executable)
        program.write_text(f'#!/bin/sh\nexec {python} -m kresolve "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        environment = {
            **os.environ,
            "PATH": f"{program.parent}:{os.environ['PATH']}",
            "PYTHONPATH": str(ROOT),
        }
        for block in blocks(text):
            printed = [
                subprocess.run(
                    ["bash", "-c", step.command],
                    cwd=work,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    check=False,
                    encoding="utf-8",
                ).stdout
                for step in block.steps
            ]
            yield block, printed


def faults(page: str) -> list[str]:
    """The commands of a page that print something else than it shows."""
    text = (ROOT / page).read_text(encoding="utf-8")
    exact = is_of_this_machine(text)
    return [
        f"{page}: $ {step.command}\n{now}"
        for block, printed in run(page, text)
        for step, now in zip(block.steps, printed, strict=True)
        if step.shown and not agrees(step.shown, now, exact=exact)
    ]


def is_of_this_machine(text: str) -> bool:
    """Were a page's outputs made with the kernel and the compiler that are here?"""
    info = Tree.load("debian:6.12", arch="x86_64").info
    return info.version in text and dict(info.toolchain)["CC"] in text


def rewritten(page: str) -> str:
    """The text of a page with the outputs of today."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block, printed in reversed([*run(page, text)]):
        new = "".join(
            "$ " + step.command.replace("\n", "\n> ") + "\n" + renewed(step.shown, now)
            for step, now in zip(block.steps, printed, strict=True)
        )
        text = text[: block.start] + new + text[block.end :]
    return text


def main(pages: Iterable[str]) -> None:
    """Write the outputs and the numbers of the pages that are named, or of all, anew."""
    for page in [*pages] or (*QUICK, *SLOW):
        write_whole(ROOT / page, rewritten(page))
        sys.stdout.write(f"{page}\n")
    docnumbers.main()


if __name__ == "__main__":
    main(sys.argv[1:])
