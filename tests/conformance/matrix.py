"""What the conformance command compares: tasks, their order, what they depend on.

A task is some comparisons on one tree and architecture that are done, recorded
and repeated together.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal

from attrs import frozen

import kresolve
from kresolve import Tree

TREES: Final = (
    "debian:5.10@bullseye",
    "debian:6.1",
    "debian:6.12",
    "debian:7.3@trixie-backports",
)
ARCHES: Final = ("x86_64", "arm64", "riscv", "s390", "powerpc", "i386", "arm")

#: The architecture that gets all the random configs; the others get a share.
MOST: Final = "x86_64"
SHARE: Final = 5

#: Inputs that are made of one randconfig; fragments that share an encoding.
AT_ONCE: Final = 5

#: Targets whose ``.config`` is a base; fragments of the kernel on top of one.
MADE_BY_MAKE: Final = ("defconfig", "tinyconfig")
BASES: Final = (
    *("allnoconfig", "alldefconfig", "allyesconfig", "allmodconfig", *MADE_BY_MAKE),
    *("defconfig + kvm_guest.config", "defconfig + nopm.config", "defconfig + xen.config"),
)

Kind = Literal["random", "clauses", "base", "savedefconfig", "defconfig", "debian"]

#: Where the comparisons of a kind are made, besides what all have in common.
_MADE_IN: Final[Mapping[Kind, tuple[str, ...]]] = {
    "random": ("witnesses.py",),
    "clauses": ("witnesses.py", "fragments.py"),
    "base": ("witnesses.py",),
    "savedefconfig": ("witnesses.py",),
    "defconfig": ("real.py",),
    "debian": ("real.py", "debian_configs.py"),
}
_COMMON: Final = ("comparison.py", "configs.py")

#: Parts of kresolve that decide nothing of what is compared.
_WITHOUT_A_SAY: Final = (
    *("api", "cli", "dependency_graph", "explanation", "fragments", "integrations", "planner"),
    *("rendering", "__init__.py", "__main__.py", "progress.py", "sources/merge_script.py"),
    *("evaluator/effects.py", "evaluator/interval_evaluator.py", "evaluator/tree_effects.py"),
    *("kconfig/help_texts.py", "kconfig/intervals.py", "kconfig/markup.py"),
    *("kconfig/pattern_matching.py", "kconfig/symbol_search.py"),
    # how a tree is fetched: what came of it is part of a result's identity
    *("sources/debian.py", "sources/apt.py", "sources/apt_sources.py"),
    *("sources/kernel_org.py", "sources/git.py", "sources/archive.py"),
)


@frozen
class Task:
    """Some comparisons: which kind, and which of its kind (a number or a base)."""

    tree: str
    arch: str
    kind: Kind
    which: str

    def __str__(self) -> str:
        return f"{self.tree} {self.arch} {self.kind} {self.which}"

    @property
    def seed(self) -> int:
        """Where this task's randomness starts: other tasks, other inputs."""
        return zlib.crc32(str(self).encode()) % (1 << 30)


@frozen
class Identity:
    """All that a result depends on besides the task: a result counts while it is the same."""

    key: str
    version: str
    toolchain: tuple[tuple[str, str], ...]


def tasks(trees: Sequence[str], arches: Sequence[str], configs: int) -> Iterator[Task]:
    """The tasks for so many random configs, in rounds.

    Each round goes through all trees and architectures, so that whoever stops
    early has something of everything.  Only the first has bases.
    """
    most = _groups(configs)
    few = _groups(configs / SHARE)
    for number in range(max(most, few)):
        for tree in trees:
            for arch in arches:
                if number >= (most if arch == MOST else few):
                    continue
                yield Task(tree, arch, "random", str(number))
                yield Task(tree, arch, "clauses", str(number))
                if number == 0:
                    yield Task(tree, arch, "savedefconfig", "0")
                    for base in BASES:
                        yield Task(tree, arch, "base", base)
                    yield Task(tree, arch, "defconfig", "all")
                    yield Task(tree, arch, "debian", "all")


def _groups(configs: float) -> int:
    return max(1, -int(-configs // AT_ONCE))


def code_digest(kind: Kind | None = None) -> str:
    """kresolve's version and a digest of its files that have a say in what is compared.

    For a kind, what makes its comparisons counts too.
    """
    folder = Path(kresolve.__file__).parent
    digest = hashlib.sha256()
    for path in sorted((*folder.rglob("*.py"), *folder.rglob("*.c"))):
        relative = path.relative_to(folder)
        if not {relative.parts[0], relative.as_posix()} & set(_WITHOUT_A_SAY):
            digest.update(f"{relative}\0".encode() + path.read_bytes())
    for name in (*_COMMON, *_MADE_IN[kind]) if kind else ():
        digest.update(Path(__file__).with_name(name).read_bytes())
    return f"{kresolve.__version__}+{digest.hexdigest()[:12]}"


def identity(tree: Tree, kind: Kind) -> Identity:
    """What results on a loaded tree depend on: its files, its conf, the toolchain, the code."""
    info = tree.info
    conf = tree.oracle.program().parent.name
    code = code_digest(kind)
    parts = (code, info.version, info.arch, info.stamp, conf, info.variables, info.toolchain)
    key = hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]
    return Identity(key, info.version, info.toolchain)
