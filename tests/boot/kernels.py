"""Kernels to boot: planned, configured by the tree's own make, and built out of tree."""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from attrs import frozen

from kresolve import Tree
from tests.boot import packages

#: What any guest here needs besides what is tried.
GUEST = "qemu-boot"
#: Where each kernel's source comes from.
SUITES: Mapping[str, str] = {"6.1": "bookworm", "6.12": "trixie", "7.3": "trixie-backports"}


@frozen
class Target:
    """An architecture to build for: make's ARCH and image, the compiler's prefix, Debian's word."""

    arch: str
    image: str
    debian: str
    prefix: str = ""

    @property
    def compiler(self) -> str:
        """The C compiler for it."""
        return f"{self.prefix}gcc"


TARGETS: Mapping[str, Target] = {
    "x86_64": Target("x86_64", "bzImage", "amd64"),
    "arm64": Target("arm64", "Image.gz", "arm64", "aarch64-linux-gnu-"),
}


def source(version: str, work: Path) -> Path:
    """The whole source of a kernel, from Debian's package; the caller keeps ``work``."""
    tree = work / f"linux-{version}"
    if tree.is_dir():
        return tree
    package = f"linux-source-{version}"
    root = packages.unpack(SUITES[version], [package], work / package, alone=True)
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        (archive,) = (root / "usr/src").glob(f"{package}.tar.*")
        subprocess.run(["tar", "-x", "-C", scratch, "-f", str(archive)], check=True)
        (unpacked,) = Path(scratch).iterdir()
        shutil.move(unpacked, tree)
    shutil.rmtree(root)
    return tree


def planned(
    tree: Tree, requests: Sequence[str], forbid: Sequence[str] = ()
) -> tuple[str, list[str]]:
    """The fragment of a plan on allnoconfig; the requests that had to go for what is forbidden."""
    left = [one for one in tree.requests(*requests) if not set(one.symbols) & set(forbid)]
    gone: list[str] = []
    while True:
        plan = tree.plan(*left, base="allnoconfig", forbid=forbid)
        if plan.status == "planned":
            return plan.fragment, gone
        if plan.conflict is None:
            raise RuntimeError(f"no plan without {', '.join(forbid)}: {plan.status}")
        found = [one for one in left if one in plan.conflict.demands]
        if not found:
            raise RuntimeError(f"no plan without {', '.join(forbid)}: {plan.conflict.demands}")
        gone += [name for one in found for name in one.symbols]
        left = [one for one in left if one not in found]


def configured(
    tree: Path, base: str, fragments: Iterable[str], work: Path, *, arch: str = "x86_64"
) -> str:
    """The ``.config`` that make writes for a base with fragments appended to it."""
    with tempfile.TemporaryDirectory(dir=work) as objects:
        config = Path(objects, ".config")
        _make(tree, Path(objects), arch, base)
        with config.open("a", encoding="utf-8") as file:
            file.writelines(fragments)
        _make(tree, Path(objects), arch, "olddefconfig")
        return config.read_text(encoding="utf-8")


def merged(
    tree: Path, fragments: Sequence[Path], more: str, work: Path, *, arch: str = "x86_64"
) -> str:
    """The ``.config`` that Kata's build makes: fragments as KCONFIG_ALLCONFIG of allnoconfig."""
    with tempfile.TemporaryDirectory(dir=work) as objects:
        together = Path(objects, "merged")
        texts = [path.read_text(encoding="utf-8") for path in fragments]
        together.write_text("\n".join([*texts, more]), encoding="utf-8")
        _make(tree, Path(objects), arch, "allnoconfig", KCONFIG_ALLCONFIG=str(together))
        return Path(objects, ".config").read_text(encoding="utf-8")


def built(
    tree: Path,
    config: str,
    work: Path,
    *,
    arch: str = "x86_64",
    series: str = "kernels",
    like: str = "",
) -> Path:
    """The kernel of a ``.config``; one that was built before is not built again.

    The object files of a ``series`` are kept, and make rebuilds what a change of the ``.config``
    touches: much less than all where the kernels of a series differ in an option or two.  Where
    each of them is ``like`` one ``.config``, make begins with the objects of that one each time.
    """
    digest = hashlib.sha256(f"{tree.name} {arch}\n{config}".encode()).hexdigest()[:16]
    kernel = work / "kernels" / digest / "kernel"
    if kernel.exists():
        return kernel
    kernel.parent.mkdir(parents=True, exist_ok=True)
    (kernel.parent / "config").write_text(config, encoding="utf-8")
    log = kernel.parent / "build.log"
    objects = work / "objects" / f"{tree.name}-{arch}-{series}"
    if like:
        first = objects.with_name(f"{objects.name}.first")
        if not first.exists():
            _compiled(tree, like, objects, arch, log)
            # Whole or not at all, whenever this is interrupted.
            part = first.with_suffix(".part")
            shutil.rmtree(part, ignore_errors=True)
            shutil.copytree(objects, part, symlinks=True)
            part.rename(first)
        # They go back to where they were made: make keeps the names of files.
        shutil.rmtree(objects, ignore_errors=True)
        shutil.copytree(first, objects, symlinks=True)
    content = _compiled(tree, config, objects, arch, log)
    if (objects / ".config").read_text(encoding="utf-8") != config:
        raise RuntimeError(f"{kernel.parent}/config: make has changed it; it is not conf's")
    kernel.write_bytes(content)
    return kernel


def _compiled(tree: Path, config: str, objects: Path, arch: str, log: Path) -> bytes:
    """What make builds from a ``.config`` in a directory of objects."""
    objects.mkdir(parents=True, exist_ok=True)
    (objects / ".config").write_text(config, encoding="utf-8")
    name = TARGETS[arch].image
    _make(tree, objects, arch, f"-j{len(os.sched_getaffinity(0))}", name, log=log)
    image = objects / "arch" / ("x86" if arch == "x86_64" else arch) / "boot" / name
    content = image.read_bytes()
    return gzip.decompress(content) if image.suffix == ".gz" else content


def _make(
    tree: Path, objects: Path, arch: str, *words: str, log: Path | None = None, **more: str
) -> None:
    """Run the tree's make, with ccache where there is one; RuntimeError with its last words."""
    prefix = TARGETS[arch].prefix
    compiler = f"{prefix}gcc"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": os.environ.get("HOME", "/"),
        "CCACHE_DIR": str(tree.parent / "ccache"),
        # The same objects from one day to the next, so that ccache has them.
        "KBUILD_BUILD_TIMESTAMP": "1970-01-01",
        "KBUILD_BUILD_USER": "kresolve",
        "KBUILD_BUILD_HOST": "boot",
        **more,
    }
    command = ["make", "-s", "-C", str(tree), f"O={objects}", f"ARCH={TARGETS[arch].arch}"]
    if prefix:
        command.append(f"CROSS_COMPILE={prefix}")
    if log is not None and shutil.which("ccache"):
        command.append(f"CC=ccache {compiler}")
    answer = subprocess.run(
        [*command, *words],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if log is not None:
        log.write_text(answer.stdout, encoding="utf-8")
    if answer.returncode:
        last = "\n".join(answer.stdout.splitlines()[-20:])
        raise RuntimeError(f"make {' '.join(words)}, ARCH={arch}, in {tree}:\n{last}")
