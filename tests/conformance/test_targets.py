"""Plans for several targets and for every base, judged by the conf of every tree involved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from random import Random
from typing import Final

import pytest

from kresolve import Plan, Tree, plan
from kresolve.dotconfig.lines import Line, fragment_text, parse_lines, read_lines
from kresolve.errors import KresolveError
from kresolve.planner import Demand
from tests.conformance.configs import random_config, replaying
from tests.conformance.debian_configs import debian_configs
from tests.conformance.test_plans import REQUEST

pytestmark = pytest.mark.conf

KERNELS: Final = ("debian:6.1", "debian:6.12", "debian:7.3@trixie-backports")
TARGETS: Final = ("allnoconfig", "tinyconfig", "defconfig", "allyesconfig", "allmodconfig")


@lru_cache
def loaded(name: str, arch: str) -> Tree:
    """A tree; skips where it cannot be had."""
    try:
        return Tree.load(name, arch=arch)
    except KresolveError as error:
        pytest.skip(str(error))


def lost(tree: Tree, base: Sequence[Line], found: Plan, requests: Iterable[Demand]) -> list[str]:
    """The requests that conf does not keep when a plan is appended to a base."""
    text = fragment_text([*base, *found.assignments])
    written, _ = parse_lines(replaying(tree).run("olddefconfig", text).config, "conf")
    values = {line.symbol: line.value for line in written}
    return [
        str(request)
        for request in requests
        if not request.holds(lambda name: values.get(name, "n"))
    ]


def lost_on(
    tree: Tree, bases: Iterable[Sequence[Line]], found: Plan, requests: Sequence[Demand]
) -> list[str]:
    """The requests that conf does not keep on some of many bases."""
    with ThreadPoolExecutor(2) as pool:
        each = pool.map(lambda base: lost(tree, base, found, requests), bases)
        return [text for texts in each for text in texts]


def random_bases(tree: Tree, count: int, seed: int = 0) -> list[Sequence[Line]]:
    """What ``conf --randconfig`` writes, with many seeds and densities."""
    return [
        parse_lines(random_config(replaying(tree), 1000 * seed + number).config, "random")[0]
        for number in range(count)
    ]


@pytest.fixture(scope="module")
def portable(tree: Tree) -> Plan:
    """One fragment for every base of 6.12, x86_64."""
    return tree.plan(REQUEST, base="any")


def test_criu_on_every_base(portable: Plan, tree: Tree) -> None:
    """The traditional 17 options need 29 lines on every base, proved, each missed on some base."""
    assert portable.status == "planned"
    assert len(portable.lines) <= 29
    assert all(level.proved for level in portable.objective)
    for line in portable.lines:
        assert line.missed_on is not None
        fewer = [one for one in portable.assignments if one.symbol != line.symbol]
        after = tree.olddefconfig([*line.missed_on.lines, *fewer])
        assert any(after[name] != "y" for name in REQUEST), line.text


def test_criu_on_the_targets(portable: Plan, tree: Tree) -> None:
    """conf keeps all 17 on what make targets write; the bare 17 lines it does not keep on all."""
    requests = tree.requests(*REQUEST)
    bases = [tree.base(name).lines for name in TARGETS]
    assert lost_on(tree, bases, portable, requests) == []


def test_criu_on_random_bases(portable: Plan, tree: Tree) -> None:
    """conf keeps all 17 on random bases, on which the bare 17 lines do not hold."""
    requests = tree.requests(*REQUEST)
    bases = random_bases(tree, 8)
    assert lost_on(tree, bases, portable, requests) == []
    bare = [tree.olddefconfig([*base, *(Line(name, "y") for name in REQUEST)]) for base in bases]
    assert sum(all(one[name] == "y" for name in REQUEST) for one in bare) < len(bare)


@pytest.mark.long
def test_criu_on_many_bases(portable: Plan, tree: Tree) -> None:
    """conf keeps all 17 on 200 random bases and on every config of Debian's kernels."""
    requests = tree.requests(*REQUEST)
    bases = random_bases(tree, 200, seed=1)
    bases += [read_lines(path)[0] for path in debian_configs("debian:6.12", "x86_64")]
    assert lost_on(tree, bases, portable, requests) == []


@pytest.mark.long
@pytest.mark.parametrize("request_", [REQUEST, ("criu",)], ids=["17", "profile"])
def test_criu_on_every_base_of_nine_trees(request_: tuple[str, ...]) -> None:
    """One fragment holds on every base of three kernels and three architectures."""
    trees = [loaded(name, arch) for name in KERNELS for arch in ("x86_64", "arm64", "s390")]
    found = plan(request_, tree=trees, base="any")
    assert found.status == "planned"
    assert all(level.proved for level in found.objective)
    for tree in trees:
        requests = tree.requests(*request_)
        bases = [*random_bases(tree, 4, seed=2), tree.base("allnoconfig").lines]
        assert lost_on(tree, bases, found, requests) == [], tree.info


@pytest.mark.long
def test_criu_in_twenty_four_worlds() -> None:
    """One fragment holds on two bases of three kernels and four architectures."""
    arches = ("x86_64", "arm64", "s390", "riscv")
    trees = [loaded(name, arch) for name in KERNELS for arch in arches]
    bases = ("allnoconfig", "defconfig")
    found = plan(REQUEST, tree=trees, base=bases)
    assert found.status == "planned"
    assert all(level.proved for level in found.objective)
    assert len(found.targets) == len(trees) * len(bases)
    for tree in trees:
        lines = [tree.base(base).lines for base in bases]
        assert lost_on(tree, lines, found, tree.requests(*REQUEST)) == [], tree.info


def test_two_kernels_and_two_bases(tree: Tree) -> None:
    """One fragment for two bases holds on both, and is no longer than the two together."""
    found = tree.plan(REQUEST, base=["allnoconfig", "defconfig"])
    apart = [tree.plan(REQUEST, base=base) for base in ("allnoconfig", "defconfig")]
    assert found.status == "planned"
    together = {line.symbol for one in apart for line in one.lines}
    assert len(found.lines) <= len(together)
    assert [target.base for target in found.targets] == ["allnoconfig", "defconfig"]
    for base in ("allnoconfig", "defconfig"):
        assert lost(tree, tree.base(base).lines, found, tree.requests(*REQUEST)) == []


@pytest.mark.long
def test_random_options_on_every_base(tree: Tree) -> None:
    """For 50 random options there is a fragment that conf keeps on 20 bases, or a conflict."""
    names = Random(50).sample(sorted(tree.model.options), 50)  # noqa: S311
    bases = random_bases(tree, 20, seed=3)
    for name in names:
        text = f"{name}=y|m" if tree.model.symbols[name].type.value == "tristate" else name
        found = tree.plan(text, base="any")
        check_portable(tree, found, bases)


@pytest.mark.long
def test_selftests_on_every_base(tree: Tree) -> None:
    """For ten of the kernel's own test fragments the same."""
    assert tree.source is not None
    folder = tree.source.path / "tools/testing/selftests"
    files = sorted(folder.glob("*/config"))[::5][:10]
    assert len(files) == 10
    bases = random_bases(tree, 20, seed=4)
    for file in files:
        check_portable(tree, tree.plan(file, base="any"), bases)


def check_portable(tree: Tree, found: Plan, bases: Sequence[Sequence[Line]]) -> None:
    """A plan for every base holds on some of them; or its conflict says why there is none."""
    assert found.status != "unknown", found.notes
    if found.status == "planned":
        assert lost_on(tree, bases, found, found.request) == []
    else:
        assert found.conflict is not None
        assert found.conflict.demands


CASES: Final = (
    ("debian:6.12", "allnoconfig", ("INET_UDP_DIAG=m", "IPV6=m")),
    ("debian:6.12", "tinyconfig", ("NR_CPUS=512",)),
    ("debian:6.12", "allnoconfig", ("MEDIA_TUNER_TDA18271=y|m",)),
    ("debian:6.12", "defconfig", ("DRM_XE_DISPLAY", "DRM_XE=m")),
)


@pytest.mark.parametrize(("name", "base", "request_"), CASES, ids=str)
def test_what_peers_call_hard(name: str, base: str, request_: tuple[str, ...]) -> None:
    """Modules, numbers, drivers that only a chain reaches: planned, and kept by conf."""
    tree = loaded(name, "x86_64")
    found = tree.plan(*request_, base=base)
    assert found.status == "planned"
    assert all(level.proved for level in found.objective)
    assert lost(tree, tree.base(base).lines, found, tree.requests(*request_)) == []


def test_what_7_3_excludes() -> None:
    """Two conflicts of 7.3 are told by the lines that make them."""
    tree = loaded("debian:7.3@trixie-backports", "x86_64")
    found = tree.plan("CHECKPOINT_RESTORE", "MSEAL_SYSTEM_MAPPINGS", base="defconfig")
    assert found.conflict is not None
    (rule,) = found.conflict.rules
    assert (rule.kind, rule.text) == ("depends", "depends on !CHECKPOINT_RESTORE")

    found = tree.plan("IP_NF_FILTER", "PREEMPT_RT", base="defconfig")
    assert found.conflict is not None
    assert "depends on !PREEMPT_RT" in [rule.text for rule in found.conflict.rules]
    assert "depends on NETFILTER_XTABLES_LEGACY" in [rule.text for rule in found.conflict.rules]
