"""The files and targets that a config target is made of.

Some defconfigs are no files: powerpc's and s390's Makefiles merge one from a
file and fragments, riscv's run two targets.  make itself is asked, without
being let do anything (``make -n``).
"""

from __future__ import annotations

import os
import shlex
import tempfile
from pathlib import Path

from attrs import frozen

from kresolve.sources.programs import base_environment, run
from kresolve.sources.tree import SourceTree

_MERGE = "merge_config.sh"
_NO_MAKE = "true"  # make -n does call $(MAKE), so that is this instead
_WITH_VALUE = ("-O", "-p", "-s")


@frozen
class MakeStep:
    """One step of a target: files that are merged, or another target."""

    files: tuple[Path, ...] = ()
    target: str = ""


def target_steps(tree: SourceTree, target: str, *, arch: str) -> tuple[MakeStep, ...] | None:
    """The steps of a config target, up to the olddefconfig that ends it.

    Empty if the target is an ordinary one, that conf makes from a file; None if
    its recipe does something else (mips' generic boards run a script).
    """
    recipe = _recipe(tree, target, arch)
    steps: list[MakeStep] = []
    for line in recipe.splitlines():
        words = shlex.split(line, comments=True) if _interesting(line) else []
        if any(word.endswith(f"/{_MERGE}") for word in words):
            steps.append(MakeStep(files=_merged(words)))
        elif words:
            steps += [
                MakeStep(target=word)
                for word in words[1:]
                if word.endswith("config") and "=" not in word
            ]
        elif "/arch/" in line and ".sh" in line:
            return None
    if all(step.target in (target, "olddefconfig") for step in steps):
        return ()
    return tuple(steps)


def _recipe(tree: SourceTree, target: str, arch: str) -> str:
    """What make would run for a target, a command a line.

    Some releases (5.10) would run a second make for all outside the tree; the
    first then stands in for it.
    """
    command: list[str | Path] = ["make", "--no-print-directory", "-rR", "-n"]
    command += ["-I", tree.path, "-f", tree.path / "Makefile"]
    command += [f"ARCH={arch}", f"MAKE={_NO_MAKE}", target]
    with tempfile.TemporaryDirectory(prefix="kresolve-") as scratch:
        place = os.path.realpath(scratch)
        environment = base_environment()
        answer = run(command, environment=environment, directory=Path(place)).stdout
        if answer.startswith(f"{_NO_MAKE} -C {place} "):
            source = os.path.realpath(tree.path)
            second = {"sub_make_done": "1", "abs_srctree": source, "abs_objtree": place}
            answer = run(command, environment=environment | second, directory=Path(place)).stdout
    return answer.replace("\\\n", " ")


def _interesting(line: str) -> bool:
    return _MERGE in line or line.lstrip().startswith(f"{_NO_MAKE} -f ")


def _merged(words: list[str]) -> tuple[Path, ...]:
    """The files in a call of merge_config.sh, up to a pipe or the next command."""
    start = next(i for i, word in enumerate(words) if word.endswith(f"/{_MERGE}")) + 1
    files: list[Path] = []
    rest = iter(words[start:])
    for word in rest:
        if word in ("|", ";", "&&", ">"):
            break
        if word in _WITH_VALUE:
            next(rest, None)
        elif not word.startswith("-"):
            files.append(Path(word))
    return tuple(files)
