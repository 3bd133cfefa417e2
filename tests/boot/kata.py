"""Kata's guest kernel, from Kata's own fragments: as it is, and with what a request needs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from kresolve import Tree
from kresolve.api.kata import plan_kata
from kresolve.integrations.kata_files import read_kata
from tests.boot import kernels
from tests.boot.criu import booted
from tests.boot.guest.operations import OPERATIONS
from tests.boot.results import Boot

#: A copy of Kata's directory of fragments; without it there is nothing to build.
FRAGMENTS = Path(__file__).parents[3] / "shared/kata/fragments"
REQUEST = "criu"
#: Kernels that are made of Kata's fragments: version and architecture.
KERNELS = (("6.12", "x86_64"), ("7.3", "x86_64"), ("6.12", "arm64"))


def boots(names: Sequence[str], work: Path, suites: Sequence[str]) -> Iterator[Boot]:
    """Build Kata's kernel without the plan's lines and with them; boot both, with each CRIU."""
    jobs = {"operations": [one.name for one in OPERATIONS if one.features]}
    for version, arch in KERNELS:
        name = f"kata-{version}-{arch}"
        if names and name not in names:
            continue
        source = kernels.source(version, work)
        tree = Tree.load(source, arch=arch, cross_compile=kernels.TARGETS[arch].prefix or None)
        change = plan_kata(REQUEST, kata=FRAGMENTS, trees=[tree], verify="conf")
        lines = [line.text for line in change.plans[0].plan.lines]
        for when, config in zip(
            ("before", "after"), configs(source, tree, lines, work), strict=True
        ):
            kernel = kernels.built(source, config, work, arch=arch, series="kata")
            with_them = f" with the {len(lines)} lines of plan criu" if when == "after" else ""
            what = f"Kata's fragments{with_them}, Linux {version} {arch}"
            for suite in suites:
                yield booted(kernel, suite, work, jobs, name=f"{name}-{when}", what=what, arch=arch)


def configs(source: Path, tree: Tree, lines: Iterable[str], work: Path) -> tuple[str, str]:
    """The ``.config`` that Kata's build makes, without the lines and with them."""
    arch = tree.info.arch
    kata = read_kata(FRAGMENTS, tree.model)
    files = [kata.root / name for name in kata.texts]
    before, after = (
        kernels.merged(source, files, more, work, arch=arch) for more in ("", "\n".join(lines))
    )
    return before, after
