"""The kernel of the default set without each option: what fails then?"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

from kresolve import Tree
from kresolve.planner.profiles import find_profile
from tests.boot import kernels
from tests.boot.criu import booted, say
from tests.boot.guest.operations import OPERATIONS
from tests.boot.kernels import GUEST, planned
from tests.boot.results import Boot, recorded, values_of

#: Taken away in one kernel each: a build takes long, and of these each has operations that use
#: nothing of the others (`evidence.py` sees to that).
TOGETHER = (
    ("UTS_NS", "IPC_NS", "PID_NS", "NET_NS"),
    (
        "EVENTFD",
        "SIGNALFD",
        "TIMERFD",
        "INOTIFY_USER",
        "UNIX98_PTYS",
        "AIO",
        "MEMFD_CREATE",
        "NF_TABLES_IPV6",
    ),
    ("FHANDLE", "RSEQ", "SYSVIPC", "NF_TABLES_IPV4"),
    ("EPOLL", "USER_NS", "IPV6"),
    ("NF_TABLES_IPV6",),
    ("NETDEVICES", "NF_TABLES_IPV4", "NF_TABLES_IPV6"),
)
#: The kernels that are tried: the last one for what it needs and the first one does not.
VERSIONS = ("6.12", "7.3")


def boots(names: Sequence[str], work: Path, suites: Sequence[str]) -> Iterator[Boot]:
    """Take each option away that the kernel of the default set has, and see what fails."""
    known: set[str] = set()
    for version in VERSIONS:
        source = kernels.source(version, work)
        tree = Tree.load(source)
        plain = planned(tree, ["criu", GUEST])[:1]
        whole = kernels.configured(source, "allnoconfig", plain, work)
        for symbols in taken(tree, whole, known):
            if names and not {*names} & {*symbols}:
                continue
            fragment, gone = planned(tree, ["criu", GUEST], symbols)
            config = kernels.configured(source, "allnoconfig", [fragment], work)
            built = kernels.built(source, config, work, series="criu", like=whole)
            name = " ".join(symbols)
            try:
                yield booted(
                    built,
                    suites[0],
                    work,
                    telling(symbols),
                    name=name,
                    what=f"plan criu on allnoconfig of Linux {version} without {name}",
                    arch="x86_64",
                    without=dict.fromkeys([*symbols, *gone]),
                )
            except RuntimeError as error:
                say(f"  {name}: {error}")
        known |= {name for request in tree.requests("criu:all") for name in request.symbols}


def taken(tree: Tree, config: str, known: Collection[str]) -> Iterator[tuple[str, ...]]:
    """What to take away: what a ``.config`` has of the profile, but for Debian's modules.

    ``known`` is what was taken away from another kernel.
    """
    modules = {symbol for boot in recorded("modules") for symbol in boot.without}
    there = values_of(config, ["criu"])
    every = [name for request in tree.requests("criu:all") for name in request.symbols]
    together = {name for group in TOGETHER for name in group}
    for symbol in dict.fromkeys(every):
        if symbol in there and symbol not in together | modules | {*known}:
            yield (symbol,)
    yield from () if known else TOGETHER


def telling(symbols: Sequence[str]) -> dict[str, Any]:
    """What to do: all that the options are asked for by, then others until one fails."""
    profile = find_profile("criu")
    assert profile is not None
    tried = set[str]().union(*(one.features for one in OPERATIONS))
    own = {entry.feature for entry in profile.entries if {*symbols} & {*entry.symbols}}
    # What a feature of no operation's is for, others need.
    own |= {one.name for one in profile.features.values() if {*one.needs} & (own - tried)}
    first = [one.name for one in OPERATIONS if {"start", *own} & one.features]
    default = [one for one in OPERATIONS if one.features and one.features <= profile.asked()]
    others = [one.name for one in default if one.name not in first]
    return {"operations": first + others, "enough": len(first)}
