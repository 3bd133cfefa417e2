"""Debian's own kernel configurations: the packages linux-config-VERSION.

They are fetched by apt, as the trees are, and never installed; the cache keeps
the files ``config.*.xz`` of one package in one directory.
"""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from kresolve.errors import TreeError
from kresolve.progress import SILENT, Progress
from kresolve.sources import cache, debian
from kresolve.sources.apt import PrivateApt
from kresolve.sources.programs import find_program

PREFIX: Final = "linux-config-"

#: Debian's architectures that are of an ``ARCH=``, and that it has kernels for.
ARCHITECTURES: Final[Mapping[str, tuple[str, ...]]] = {
    "x86_64": ("amd64",),
    "i386": ("i386",),
    "arm64": ("arm64",),
    "arm": ("armhf", "armel"),
    "riscv": ("riscv64",),
    "s390": ("s390x",),
    "powerpc": ("ppc64el",),
}


def debian_configs(tree: str, arch: str, *, progress: Progress = SILENT) -> list[Path]:
    """The configurations that Debian has for a tree ``debian:VERSION[@SUITE]``.

    Empty if its suites have no such package for an architecture, or for none.
    """
    scheme, _, spec = tree.partition(":")
    if scheme != "debian":
        return []
    return [
        path
        for architecture in ARCHITECTURES.get(arch, ())
        for path in sorted(_fetched(spec, architecture, progress).glob("config.*"))
    ]


def _fetched(spec: str, architecture: str, progress: Progress) -> Path:
    """The directory of a package's files; asks the archive once."""
    version, _, suite = spec.partition("@")
    place = cache.cache_root() / "configs" / cache.safe_name(f"{spec}_{architecture}")

    def build(directory: Path) -> None:
        state = directory / "apt"
        state.mkdir()
        apt = PrivateApt(state, architecture)
        try:
            package = debian.choose(apt, version, suite, progress, prefix=PREFIX)
        except TreeError as error:
            if "no package" not in str(error):
                raise
        else:
            _unpack(apt.download(package), directory)
            (directory / "package").write_text(f"{package.name} {package.version}\n")
        shutil.rmtree(state)

    return cache.complete_directory(place, build)


def _unpack(deb: Path, directory: Path) -> None:
    """The configurations of a package, and nothing else of it."""
    command = [find_program("dpkg-deb"), "--fsys-tarfile", str(deb)]
    content = subprocess.run(command, check=True, capture_output=True).stdout
    (directory / "content").write_bytes(content)
    with tarfile.open(directory / "content") as files:
        for member in files:
            name = member.name.rpartition("/")[2]
            data = files.extractfile(member) if name.startswith("config.") else None
            if data is not None:
                (directory / name).write_bytes(data.read())
    (directory / "content").unlink()
