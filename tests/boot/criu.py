"""A guest with Debian's CRIU: boots a kernel, and lets CRIU do what it is asked to."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.boot import image, kernels, machine, packages
from tests.boot.results import Boot, boot_of

#: Debian's suites whose CRIU is tried, the oldest first.
SUITES = ("trixie", "sid")
#: What the guest's file system is made of.
PACKAGES = ["criu", "iptables", "nftables", "iproute2", "python3", "libc6", "tar", "gzip"]
PACKAGES += ["busybox-static"]


def guest(suite: str, work: Path, arch: str = "x86_64") -> Path:
    """The initramfs with a suite's CRIU, made anew when what is in it has changed."""
    parts = [path.read_bytes() for path in sorted(image.GUEST.glob("*.[cp]*"))]
    parts.append(" ".join(PACKAGES).encode())
    target = kernels.TARGETS[arch]
    stem = f"{suite}-{arch}-{hashlib.sha256(b''.join(parts)).hexdigest()[:12]}"
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        made = work / f"{stem}.cpio.gz"
        if not made.exists():
            place = Path(scratch, "root")
            root = packages.unpack(suite, PACKAGES, place, architecture=target.debian)
            image.build(root, made, compiler=target.compiler, compat=arch == "x86_64")
    return made


def booted(
    kernel: Path,
    suite: str,
    work: Path,
    jobs: dict[str, Any],
    *,
    more: Sequence[Path] = (),
    **fields: Any,
) -> Boot:
    """Boot a kernel with a suite's CRIU and ``more`` initramfs, and let it do the operations."""

    def show(result: Mapping[str, Any]) -> None:
        if "operation" in result:
            words = "; ".join(result["messages"])
            say(f"  {result['operation']}: {result['result']} {words}".rstrip())

    say(f"{fields['name']}: {fields['what']}; CRIU of {suite}")
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        todo = image.jobs(jobs, Path(scratch, "jobs.cpio.gz"))
        told, console = machine.boot(
            kernel,
            [guest(suite, work, fields["arch"]), *more, todo],
            machine=machine.MACHINES[fields["arch"]],
            on_result=show,
        )
    (kernel.parent / f"console-{suite}.log").write_text(console, encoding="utf-8")
    config = (kernel.parent / "config").read_text(encoding="utf-8")
    return boot_of(told, config, **fields)


def say(text: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"{text}\n")
