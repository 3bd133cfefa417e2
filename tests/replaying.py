"""A conf that runs each command of the Kconfig files once, and remembers the answer.

conf spends nearly all its time in the commands that Kconfig files ask about the
toolchain.  Tests run it thousands of times, so they have a second build of the
same sources, whose ``popen`` (replay.c) repeats what commands said.  That takes
a tenth to a quarter of the time.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import ClassVar

from attrs import frozen

from kresolve.sources.cache import cache_root
from kresolve.sources.environment import Environment, environment_fingerprint
from kresolve.sources.oracle import Oracle
from kresolve.sources.tree import SourceTree


@frozen
class ReplayingOracle(Oracle):
    """The conf of one tree, which runs each command once for a tree and toolchain."""

    added: ClassVar[tuple[str | Path, ...]] = (
        "-Dpopen=kresolve_popen",
        "-Dpclose=kresolve_pclose",
        Path(__file__).with_name("replay.c"),
    )

    def answers(self) -> Path:
        """The directory of the commands' answers: one for each tree, environment and toolchain."""
        return cache_root() / "answers" / _answers_key(self.tree, self.environment)

    def added_variables(self, directory: Path) -> dict[str, str]:
        """Where replay.c keeps the answers."""
        answers = self.answers()
        answers.mkdir(parents=True, exist_ok=True)
        # where it is, conf does not touch a file for each option
        auto = directory / "auto.conf"
        auto.touch()
        return {"KRESOLVE_ANSWERS": str(answers), "KCONFIG_AUTOCONFIG": str(auto)}


def replaying(oracle: Oracle) -> ReplayingOracle:
    """The same conf, which remembers what commands answer."""
    return ReplayingOracle(oracle.tree, oracle.environment, oracle.progress)


def _answers_key(tree: SourceTree, environment: Environment) -> str:
    """Differs wherever a command of the tree's Kconfig files might answer otherwise."""
    variables = environment.as_dict()
    fingerprint = environment_fingerprint(
        tree,
        environment.arch,
        variables.get("CROSS_COMPILE") or None,
        variables.get("LLVM") or False,
    )
    asked = (tree.identity, fingerprint, environment.variables, environment.toolchain)
    digest = hashlib.sha256(repr(asked).encode("utf-8", "surrogateescape"))
    if not tree.cached:  # its scripts, which commands call, may be edited
        for folder in ("scripts", f"arch/{environment.srcarch}"):
            for path in sorted((tree.path / folder).rglob("*")):
                status = path.lstat()
                digest.update(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return f"{tree.version}-{environment.arch}-{digest.hexdigest()[:24]}"
