"""Debian's own kernel: options that are modules are taken away without a build."""

from __future__ import annotations

import lzma
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from kresolve.planner.profiles import find_profile
from tests.boot import image, kernels, packages
from tests.boot.ablation import telling
from tests.boot.criu import booted
from tests.boot.results import Boot

SUITE = "trixie"
#: The source whose Makefiles say which module an option builds.
VERSION = "6.12"
PACKAGE = "linux-image-cloud-amd64"
#: What is not for a guest of qemu.
_USELESS = ("drivers/gpu", "drivers/scsi", "drivers/nvme", "drivers/infiniband", "sound")


class Kernel:
    """The kernel, its ``.config``, and its modules as an initramfs."""

    def __init__(self, work: Path) -> None:
        """Unpack what was not unpacked before."""
        root = packages.unpack(SUITE, [PACKAGE], work / f"debian-{SUITE}")
        (self.modules,) = (root / "usr/lib/modules").iterdir()
        release = self.modules.name
        directory = work / "kernels" / release
        directory.mkdir(parents=True, exist_ok=True)
        self.path = directory / "kernel"
        self.config = (root / "boot" / f"config-{release}").read_text(encoding="utf-8")
        shutil.copy(root / "boot" / f"vmlinuz-{release}", self.path)
        (directory / "config").write_text(self.config, encoding="utf-8")
        self.initramfs = directory / "modules.cpio.gz"
        if not self.initramfs.exists():
            self._pack()

    def _pack(self) -> None:
        """Put the modules into an initramfs, unpacked: busybox reads them so."""
        with tempfile.TemporaryDirectory(dir=self.path.parent) as scratch:
            target = Path(scratch, "lib/modules", self.modules.name)
            useless = tuple(f"kernel/{name}/" for name in _USELESS)
            for path in self.modules.rglob("*"):
                name = str(path.relative_to(self.modules))
                if path.is_file() and not name.startswith(useless):
                    place = target / name.removesuffix(".xz")
                    place.parent.mkdir(parents=True, exist_ok=True)
                    content = path.read_bytes()
                    place.write_bytes(lzma.decompress(content) if path.suffix == ".xz" else content)
            depmod = ["depmod", "--basedir", scratch, self.modules.name]
            subprocess.run(depmod, check=True)
            shutil.copy(target / "modules.dep", self.path.parent)
            # The guest's /lib is a link.
            Path(scratch, "usr").mkdir()
            Path(scratch, "lib").rename(Path(scratch, "usr/lib"))
            image.pack(Path(scratch), self.initramfs)

    def needing(self, module: str) -> set[str]:
        """The modules that cannot be loaded without one, itself among them."""
        found = set()
        for line in (self.path.parent / "modules.dep").read_text().splitlines():
            names = [Path(word).name.split(".")[0] for word in re.split(r":?\s+", line)]
            if module in names:
                found.add(names[0])
        return found


def modules_of(source: Path) -> dict[str, str]:
    """The module that each option builds, where the Makefiles of a source name one."""
    rule = re.compile(r"^obj-\$\(CONFIG_(\w+)\)\s*\+=\s*(\w+)\.o\s*$", re.MULTILINE)
    found: dict[str, str] = {}
    for place in ("net", "fs", "drivers/net"):
        for path in source.glob(f"{place}/**/Makefile"):
            found.update(rule.findall(path.read_text(errors="replace")))
    return found


def boots(names: Sequence[str], work: Path, suites: Sequence[str]) -> Iterator[Boot]:
    """Debian's kernel without the module of each option of the profile that is one."""
    kernel = Kernel(work)
    modules = modules_of(kernels.source(VERSION, work))
    profile = find_profile("criu")
    assert profile is not None
    wanted = dict.fromkeys(
        symbol
        for entry in profile.entries
        for symbol in entry.symbols
        if f"CONFIG_{symbol}=m\n" in kernel.config and symbol in modules
    )
    for symbol in wanted:
        if names and symbol not in names:
            continue
        gone = kernel.needing(modules[symbol])
        yield booted(
            kernel.path,
            suites[0],
            work,
            telling([symbol]) | {"without": sorted(gone)},
            more=[kernel.initramfs],
            name=symbol,
            what=f"Debian's {kernel.modules.name} without {modules[symbol]}.ko",
            arch="x86_64",
            without=[symbol, *(one for one in wanted if modules[one] in gone and one != symbol)],
        )
