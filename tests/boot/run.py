"""``python -m tests.boot.run KIND...``: boot kernels and record what CRIU does in them.

Kinds: ``kernels`` (what the profile promises, with CRIU of two Debian suites), ``ablation``
(each required option taken away), ``kata`` (Kata's kernel without the plan's lines and with
them), ``guests`` (what guests' profiles plan, without CRIU) and ``guest-ablation``.  See README.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from kresolve import Tree
from kresolve.planner.profiles import find_profile
from tests.boot import kata, kernels, profiles
from tests.boot.criu import SUITES, booted
from tests.boot.guest.operations import OPERATIONS
from tests.boot.kernels import planned
from tests.boot.results import Boot, record

#: What any guest here needs besides what is tried.
GUEST = "qemu-boot"


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
    for kernel in KERNELS:
        if names and kernel.name not in names:
            continue
        source = kernels.source(kernel.version, work)
        fragment, _ = planned(Tree.load(source), [*kernel.requests, GUEST])
        config = kernels.configured(source, "allnoconfig", [fragment], work)
        built = kernels.built(source, config, work, series=kernel.name)
        for suite in suites:
            yield booted(built, suite, work, {}, name=kernel.name, what=kernel.what, arch="x86_64")


def ablation(names: Sequence[str], work: Path, suites: Sequence[str]) -> Iterator[Boot]:
    """Take each required option of the default set away, and look for an operation that fails."""
    version = "6.12"
    source = kernels.source(version, work)
    tree = Tree.load(source)
    asked = tree.requests("criu")
    for symbol in dict.fromkeys(name for request in asked for name in request.symbols):
        if names and symbol not in names:
            continue
        fragment, gone = planned(tree, ["criu", GUEST], [symbol])
        config = kernels.configured(source, "allnoconfig", [fragment], work)
        built = kernels.built(source, config, work, series="criu")
        jobs = {"operations": telling(symbol), "stop": True}
        what = f"{symbol} taken away from plan criu on allnoconfig of Linux {version}"
        yield booted(
            built,
            suites[0],
            work,
            jobs,
            name=symbol,
            what=what,
            arch="x86_64",
            without=[symbol, *gone],
        )


def telling(symbol: str) -> list[str]:
    """The operations of the default set, those first that the option is asked for by."""
    profile = find_profile("criu")
    assert profile is not None
    own = {entry.feature for entry in profile.entries if symbol in entry.symbols}
    asked = profile.asked()
    default = [one for one in OPERATIONS if one.features and one.features <= asked]
    return [one.name for one in sorted(default, key=lambda one: not own & one.features)]


KINDS = {
    "kernels": kernels_of,
    "ablation": ablation,
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
