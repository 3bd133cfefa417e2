"""Kata's own fragments: CRIU's lines found, placed, and confirmed by conf and merge_config.sh."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kresolve import Tree, lint
from kresolve.api.kata import plan_kata
from kresolve.dotconfig.lines import parse_lines
from kresolve.integrations.kata import kata_target
from kresolve.integrations.kata_files import Kata, read_kata
from kresolve.sources.merge_script import merge_config
from tests.property.toys import TREES

MISSING = {"CHECKPOINT_RESTORE", "UNIX_DIAG", "INET_DIAG", "INET_UDP_DIAG", "NETLINK_DIAG"}

#: Lines beyond the whitelist that are lost without any change, by kernel and architecture.
GONE_IN_7 = {"PROC_SYSCTL", "CRYPTO_FIPS", "CRYPTO_ANSI_CPRNG", "CRYPTO_GHASH"}
GONE_IN_7 |= {"NF_CT_PROTO_UDPLITE"}
LOST: dict[tuple[str, str], set[str]] = {
    ("6.12", "s390"): {"HAVE_EBPF_JIT", "VIRTIO_MEM"},
    ("7.x", "x86_64"): GONE_IN_7,
    ("7.x", "arm64"): GONE_IN_7
    | {"ARM64_PAN", "CRYPTO_AES_ARM64", "CRYPTO_AES_ARM64_CE", "ARM64_WORKAROUND_REPEAT_TLBI"},
    ("7.x", "s390"): GONE_IN_7
    | {"HAVE_EBPF_JIT", "CRYPTO_DES_S390", "CRYPTO_SHA3_256_S390", "CRYPTO_SHA3_512_S390"},
    ("7.x", "riscv"): GONE_IN_7,
}

#: The comment above the block by which crypto.conf restores what EXPERT switches off.
BLOCKS = {
    "common/crypto.conf": "# EXPERT disables many options",
    "x86_64/crypto.conf": "# x86-specific options disabled by CONFIG_EXPERT",
}


@pytest.fixture
def fragments(shared_dir: Path, tmp_path: Path) -> Path:
    """A copy of Kata's fragments."""
    return Path(shutil.copytree(shared_dir / "kata" / "fragments", tmp_path / "fragments"))


def without_block(fragments: Path) -> set[str]:
    """Take the block out that restores what EXPERT switches off; the options in it."""
    named: set[str] = set()
    for name, heading in BLOCKS.items():
        path = fragments / name
        lines = path.read_text(encoding="utf-8").split("\n")
        start = next(number for number, line in enumerate(lines) if line.startswith(heading))
        end = next(number for number in range(start, len(lines)) if not lines[number].strip())
        named |= {line.symbol for line in parse_lines("\n".join(lines[start:end]), name)[0]}
        path.write_text("\n".join(lines[:start] + lines[end:]), encoding="utf-8")
    return named


def kata_of(tree: Tree, fragments: Path) -> Kata:
    """The fragments as a build of a kernel takes them."""
    return read_kata(fragments, tree.model)


@pytest.mark.conf
def test_kata_lacks_five_lines(tree: Tree, fragments: Path) -> None:
    """On 6.12, x86_64, just the five lines are proposed; conf keeps them and loses nothing else."""
    change = plan_kata("criu", kata=fragments, trees=[tree])
    (one,) = change.plans

    assert change.status == "planned"
    assert {line.symbol for line in one.plan.lines} == MISSING
    assert {placed.file for placed in one.placed} == {
        "common/namespaces.conf",
        "common/network.conf",
    }
    assert one.lost == one.lost_before == ()
    change.apply()
    target = kata_target(kata_of(tree, fragments), tree.model_index)
    assert tree.conf(target.lines, target.mode) == target.before.text()
    assert all(target.before[name] == "y" for name in MISSING)
    assert plan_kata("criu", kata=fragments, trees=[tree]).diff == ""


@pytest.mark.conf
def test_what_expert_costs(tree: Tree, fragments: Path) -> None:
    """Without the block: all that EXPERT switches off is listed, as conf with and without says."""
    restored = without_block(fragments)
    change = plan_kata("criu", kata=fragments, trees=[tree])
    (one,) = change.plans
    kata = kata_of(tree, fragments)
    lines = kata.lines(tree.model)
    named = {line.symbol for line in lines}
    configs = []
    for kept in (lines, [line for line in lines if line.symbol != "EXPERT"]):
        text = tree.conf(kept, "allnoconfig")
        configs.append({line.symbol: line.value for line in parse_lines(text, "conf")[0]})
    after, before = configs
    lost = {
        name
        for name in tree.model.options - named - {"EXPERT"}
        if before.get(name, "n") == "y" and after.get(name, "n") == "n"
    }

    assert set(one.off["EXPERT"]) == lost
    # By hand they found what is listed here, but for some (and some that other kernels have).
    assert restored & set(tree.model.options) - lost <= {"CRC_OPTIMIZATIONS", "X86_ESPFIX64"}
    assert lost - restored == {
        "PCIEASPM_DEFAULT",
        "SYSFS_SYSCALL",
        "VGA_CONSOLE",
        "VM_EVENT_COUNTERS",
        "X86_VSYSCALL_EMULATION",
    }
    assert {line.symbol for line in one.plan.lines} == MISSING | {"MEMBARRIER", "PROC_PAGE_MONITOR"}


@pytest.mark.conf
@pytest.mark.long
@pytest.mark.parametrize("arch", ["x86_64", "arm64", "s390", "riscv"])
@pytest.mark.parametrize("dialect", ["6.12", "7.x"])
def test_every_kernel_and_architecture(dialect: str, arch: str, fragments: Path) -> None:
    """CRIU's lines survive Kata's own merge; what else is lost is lost without them, too."""
    tree = Tree.load(TREES[dialect], arch=arch)
    change = plan_kata("criu", kata=fragments, trees=[tree], verify="conf")
    (one,) = change.plans

    assert change.status == "planned"
    assert change.witnesses == ("evaluator", "conf", "merge_config.sh")
    assert {line.symbol for line in one.plan.lines} >= MISSING
    assert {finding.line.symbol for finding in one.lost} == LOST.get((dialect, arch), set())
    assert one.newly_lost == ()
    change.apply()
    assert tree.source is not None
    kata = kata_of(tree, fragments)
    theirs = merge_config(
        tree.source, list(kata.texts.items()), arch=arch, options=("-r", "-n")
    ).config
    for name in MISSING:
        assert f"CONFIG_{name}=y\n" in theirs


@pytest.mark.conf
@pytest.mark.long
@pytest.mark.parametrize("arch", ["x86_64", "arm64", "s390", "riscv"])
def test_what_7_loses_is_explained_and_mended(arch: str, fragments: Path) -> None:
    """On 7.3, where merge_config.sh -r is silent, each lost line has a reason; most are mended."""
    tree = Tree.load(TREES["7.x"], arch=arch)
    kata = kata_of(tree, fragments)
    paths = [fragments / name for name in kata.texts]
    options = {"tree": tree, "base": "empty", "mode": "allnoconfig", "whitelist": kata.whitelist}
    found = lint(*paths, **options)  # type: ignore[arg-type]
    lost = {f.line.symbol: f for f in found.dropped if f.rule != "whitelisted"}
    assert set(lost) == LOST["7.x", arch]
    for finding in lost.values():
        assert finding.add or "no such option" in finding.message or finding.location, finding
    found.fix()
    left = lint(*paths, **options)  # type: ignore[arg-type]
    still = {f.line.symbol for f in left.dropped if f.rule != "whitelisted"}

    assert still < set(lost)
    assert not still & {"PROC_SYSCTL", "CRYPTO_FIPS"}
    for name in still:
        assert name not in tree or "impossible" in lost[name].message, lost[name]
    target = kata_target(kata_of(tree, fragments), tree.model_index)
    assert tree.conf(target.lines, target.mode) == target.before.text()


@pytest.mark.conf
@pytest.mark.long
def test_several_architectures_at_once(fragments: Path) -> None:
    """One change serves x86_64 and arm64: the lines in common/ are there for both."""
    trees = [Tree.load(TREES["6.12"], arch=arch) for arch in ("x86_64", "arm64")]
    change = plan_kata("criu", kata=fragments, trees=trees)

    assert change.status == "planned"
    assert {line.symbol for line in change.plans[0].plan.lines} == MISSING
    assert change.plans[1].plan.lines == ()
    assert all(name.startswith("common/") for name in change.texts)
