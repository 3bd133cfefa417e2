"""Run the tree's own merge_config.sh outside of the tree."""

from __future__ import annotations

import shlex
import tempfile
from collections.abc import Sequence
from pathlib import Path

from attrs import frozen

from kresolve.errors import ToolError, TreeError
from kresolve.sources.environment import Llvm, make_arguments
from kresolve.sources.programs import base_environment, last_line, run
from kresolve.sources.tree import SourceTree

_SCRIPT = "scripts/kconfig/merge_config.sh"


@frozen
class Merged:
    """What merge_config.sh wrote and said, and how it ended."""

    config: str
    said: str
    status: int


def merge_config(
    tree: SourceTree,
    texts: Sequence[tuple[str, str]],
    *,
    arch: str,
    options: Sequence[str] = (),
    cross_compile: str | None = None,
    llvm: Llvm = False,
) -> Merged:
    """Run ``merge_config.sh OPTIONS BASE FRAGMENT...`` in an empty directory.

    ``texts`` are (name, text) of the base and the fragments.  The script calls
    the kernel's own make, which builds conf with the kernel's own rules; so it is
    slow, and independent of all that kresolve does.  Raises TreeError if the tree has no such
    script, ToolError if make fails.
    """
    script = tree.path / _SCRIPT
    if not script.is_file():
        raise TreeError(f"{tree.source}: no {_SCRIPT} in it")
    with tempfile.TemporaryDirectory(prefix="kresolve-merge-") as scratch:
        place = Path(scratch)
        words = ["$(MAKE)", "-f", shlex.quote(str(tree.path / "Makefile"))]
        words += map(str, make_arguments(arch, cross_compile, llvm))
        (place / "GNUmakefile").write_text(f"%config:\n\t+{' '.join(words)} $@\n", encoding="utf-8")
        names = []
        for number, (name, text) in enumerate(texts):
            # The script takes names apart at spaces.
            names.append(f"{number:03}-{Path(name).name.replace(' ', '_')}")
            path = place / names[-1]
            path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")
        command: list[str | Path] = ["sh", script, *options, *names]
        answer = run(command, environment=base_environment(), directory=place)
        config = place / ".config"
        if not config.exists():
            said = last_line(answer.stderr) or f"status {answer.returncode}"
            raise ToolError(f"{tree.source}: {_SCRIPT} failed: {said}")
        text = config.read_bytes().decode("utf-8", "surrogateescape")
    return Merged(text, answer.stdout, answer.returncode)
