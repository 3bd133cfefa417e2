"""``python -m tests.boot.run KIND...``: boot kernels and record what CRIU does in them.

Kinds: ``kernels`` (what the profile promises, with CRIU of two Debian suites), ``ablation``
(each required option taken away), ``modules`` (Debian's own kernel without the module of each
option that is one), ``kata`` (Kata's kernel without the plan's lines and with them), ``guests``
(what guests' profiles plan, without CRIU) and ``guest-ablation``.  See README.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from kresolve import Tree
from tests.boot import ablation, debian, kata, kernels, profiles
from tests.boot.criu import SUITES, booted
from tests.boot.kernels import GUEST, planned
from tests.boot.results import Boot, record


@frozen
class Kernel:
    """A kernel to boot: what is planned on allnoconfig, of which version."""

    name: str
    version: str
    requests: tuple[str, ...]

    @property
    def what(self) -> str:
        """The question that it answers."""
        return f"plan {' '.join(self.requests)} on allnoconfig of Linux {self.version}"


KERNELS = (
    Kernel("criu", "6.12", ("criu",)),
    Kernel("criu-all", "6.12", ("criu:all",)),
    Kernel("criu-17", "6.12", ("criu-17",)),
    Kernel("criu-7.3", "7.3", ("criu",)),
    Kernel("criu-all-7.3", "7.3", ("criu:all",)),
)


def kernels_of(names: Sequence[str], work: Path, suites: Sequence[str]) -> Iterator[Boot]:
    """Plan, build and boot; each operation in each kernel, with each CRIU."""
    if not names or "debian" in names:
        own = debian.Kernel(work)
        for suite in suites:
            yield booted(
                own.path,
                suite,
                work,
                {},
                more=[own.initramfs],
                name="debian",
                what=f"Debian's own {own.modules.name}",
                arch="x86_64",
            )
    for kernel in KERNELS:
        if names and kernel.name not in names:
            continue
        source = kernels.source(kernel.version, work)
        fragment, _ = planned(Tree.load(source), [*kernel.requests, GUEST])
        config = kernels.configured(source, "allnoconfig", [fragment], work)
        built = kernels.built(source, config, work, series=kernel.name)
        for suite in suites:
            yield booted(built, suite, work, {}, name=kernel.name, what=kernel.what, arch="x86_64")


KINDS = {
    "kernels": kernels_of,
    "ablation": ablation.boots,
    "modules": debian.boots,
    "kata": kata.boots,
    "guests": profiles.boots,
    "guest-ablation": profiles.ablation,
}


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.boot.run", description=__doc__)
    parser.add_argument("kind", choices=KINDS, nargs="+")
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="only these")
    parser.add_argument("--suite", nargs="+", default=SUITES, choices=SUITES)
    parser.add_argument("--work", type=Path, required=True, help="where to keep what is built")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    for kind in arguments.kind:
        for boot in KINDS[kind](arguments.only, arguments.work.resolve(), arguments.suite):
            record(kind, boot)


if __name__ == "__main__":
    main()
