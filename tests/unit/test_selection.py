"""Which files of a kernel tree are kept, and that they are enough."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from kresolve.errors import KresolveError
from kresolve.sources import SourceTree, find_tree, known_architectures, probe_environment
from kresolve.sources.apt import PrivateApt
from kresolve.sources.oracle import Oracle
from kresolve.sources.selection import keeps


@pytest.mark.parametrize(
    "path",
    [
        *("Makefile", "Kbuild", "Kconfig", "COPYING", "Documentation/Kconfig"),
        *("drivers/net/Kconfig", "lib/Kconfig.debug", "arch/powerpc/platforms/Kconfig.cputype"),
        *("scripts/kconfig/conf.c", "scripts/cc-version.sh", "scripts/Kbuild.include"),
        *("arch/x86/Makefile", "arch/x86/Makefile_32.cpu", "arch/mips/Kbuild.platforms"),
        *("arch/mips/loongson64/Platform", "arch/x86/um/Makefile", "arch/powerpc/tools/check.sh"),
        *("arch/x86/configs/x86_64_defconfig", "arch/arm/configs/multi_v7_defconfig"),
        *("kernel/configs/tiny.config", "tools/testing/selftests/net/config"),
        *("tools/testing/selftests/bpf/config.x86_64", "lib/kunit/.kunitconfig"),
    ],
)
def test_what_configuration_needs_is_kept(path: str) -> None:
    """Kconfig files, conf and the tools it calls, make's rules and configurations are kept."""
    assert keeps(path)


@pytest.mark.parametrize(
    "path",
    [
        *("", "MAINTAINERS", "kernel/fork.c", "drivers/net/Makefile", "include/linux/kconfig.h"),
        *("arch/x86/kernel/cpu/common.c", "tools/perf/Makefile", "tools/testing/selftests/run.sh"),
        *("Documentation/kbuild/makefiles.rst", "arch/arm/boot/dts/toy.dts"),
    ],
)
def test_what_it_does_not_need_is_dropped(path: str) -> None:
    """The rest, nine tenths of a tree, is not."""
    assert not keeps(path)


def test_every_sourced_file_is_kept(kernel_tree: SourceTree) -> None:
    """No Kconfig file of the kept tree sources a file that was not kept."""
    architectures = [path.parent.name for path in kernel_tree.path.glob("arch/*/Kconfig")]
    missing = []
    for file in kernel_tree.path.rglob("*Kconfig*"):
        if "scripts/kconfig/tests" in str(file) or file.is_dir():
            continue
        text = file.read_text(encoding="utf-8", errors="replace")
        for name in re.findall(r'^source\s+"([^"]+)"', text, re.MULTILINE):
            for arch in architectures if "$(SRCARCH)" in name else [""]:
                wanted = name.replace("$(SRCARCH)", arch)
                if "$" not in wanted and not (kernel_tree.path / wanted).is_file():
                    missing.append(f"{file}: {wanted}")
    assert missing == []


def test_the_kept_tree_is_small(kernel_tree: SourceTree) -> None:
    """About one hundredth of a tree's 1.4 GB is kept."""
    files = [path for path in kernel_tree.path.rglob("*") if path.is_file()]
    assert 1000 < len(files) < 10_000
    assert sum(path.stat().st_size for path in files) < 30_000_000


@pytest.fixture
def roomy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory, and a cache, for gigabytes: gone at the end of the test."""
    place = tmp_path / "roomy"
    place.mkdir()
    monkeypatch.setenv("KRESOLVE_CACHE", str(place / "cache"))
    yield place
    shutil.rmtree(place)


def _fetch_whole(place: Path) -> tuple[SourceTree, SourceTree]:
    """Debian's 6.12 as it comes, and what find_tree keeps of it."""
    (place / "apt").mkdir()
    apt = PrivateApt(place / "apt")
    apt.update()
    deb = apt.download(apt.versions("linux-source-6.12")[0])
    subprocess.run(["dpkg-deb", "--extract", deb, place / "deb"], check=True)
    (tarball,) = (place / "deb/usr/src").glob("*.tar.xz")
    (place / "whole").mkdir()
    unpack = ["tar", "-xf", str(tarball), "-C", str(place / "whole"), "--strip-components=1"]
    subprocess.run(unpack, check=True)
    return find_tree(place / "whole"), find_tree(tarball)


def _variables(tree: SourceTree, arch: str) -> object:
    try:
        values = probe_environment(tree, arch=arch).variables
    except KresolveError as error:
        return str(error).replace(tree.source, "TREE")
    return [(name, value.replace(str(tree.path), "TREE")) for name, value in values]


def _configuration(tree: SourceTree, arch: str, mode: str, seed: str) -> str:
    oracle = Oracle(tree, probe_environment(tree, arch=arch))
    return oracle.run(mode, extra={"KCONFIG_SEED": seed} if seed else {}).config


@pytest.mark.skipif(not shutil.which("apt-get"), reason="no apt here")
@pytest.mark.long
@pytest.mark.tree
@pytest.mark.conf
def test_the_kept_files_are_enough(roomy: Path) -> None:
    """From the kept files make and conf get the same as from the whole tree, everywhere."""
    trees = _fetch_whole(roomy)

    for arch in known_architectures(trees[0]):
        whole, kept = (_variables(tree, arch) for tree in trees)
        assert kept == whole, arch

    runs = [("allnoconfig", ""), ("allyesconfig", ""), ("allmodconfig", "")]
    runs += [("randconfig", str(seed)) for seed in range(3)]
    for arch in ("x86_64", "arm64", "riscv"):
        for mode, seed in runs:
            one = partial(_configuration, arch=arch, mode=mode, seed=seed)
            with ThreadPoolExecutor(2) as pool:
                whole, kept = pool.map(one, trees)
            assert kept == whole, (arch, mode, seed)
