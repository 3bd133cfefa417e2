"""Does a kernel boot that a guest's profile plans, and does it need each option?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from attrs import frozen

from kresolve import Tree
from tests.boot import kernels, small
from tests.boot.results import Boot, values_of


@frozen
class Guest:
    """A kernel planned from profiles on allnoconfig, and the machine that it is booted in."""

    name: str
    requests: tuple[str, ...]
    version: str = "6.12"
    arch: str = "x86_64"
    has: tuple[str, ...] = ()
    hvc: bool = False

    @property
    def what(self) -> str:
        """The question that it answers."""
        where = " with its console on virtio" if self.hvc else ""
        return f"plan {' '.join(self.requests)} on allnoconfig of Linux {self.version}{where}"


_VIRTIO = ("disk", "network")
_CONTAINER = (*_VIRTIO, "ext4", "scsi", "container")
GUESTS = (
    Guest("qemu-boot", ("qemu-boot",)),
    Guest("qemu-boot-7.3", ("qemu-boot",), version="7.3"),
    Guest("qemu-boot-arm64", ("qemu-boot",), arch="arm64"),
    Guest("kvm-guest", ("kvm-guest",), has=_VIRTIO),
    Guest("kvm-guest-hvc0", ("kvm-guest", "kvm-guest:console"), has=_VIRTIO, hvc=True),
    Guest("kvm-guest-all", ("kvm-guest:all",), has=(*_VIRTIO, "9p", "scsi", "netboot", "desktop")),
    Guest("kata-guest", ("kata-guest",), has=_CONTAINER),
    Guest("kata-guest-hvc0", ("kata-guest",), has=_CONTAINER, hvc=True),
    Guest(
        "kata-guest-all",
        ("kata-guest:all",),
        has=(*_CONTAINER, "9p", "random", "balloon", "pmem"),
    ),
)


def boots(names: Sequence[str], work: Path, suites: Sequence[str]) -> Iterator[Boot]:
    """Plan, build and boot each guest; no suite's CRIU is in it."""
    for guest in GUESTS:
        if not names or guest.name in names:
            yield _booted(guest, work)


def ablation(names: Sequence[str], work: Path, suites: Sequence[str]) -> Iterator[Boot]:
    """Take away each option that qemu-boot asks for; no suite's CRIU is in the guest."""
    for guest in GUESTS:
        if guest.name in ("qemu-boot", "qemu-boot-arm64"):
            for request in _tree(guest, work).requests(*guest.requests):
                for symbol in request.symbols:
                    if not names or symbol in names:
                        yield _booted(guest, work, without=symbol)


def _tree(guest: Guest, work: Path) -> Tree:
    prefix = kernels.TARGETS[guest.arch].prefix or None
    source = kernels.source(guest.version, work)
    return Tree.load(str(source), arch=guest.arch, cross_compile=prefix)


def _booted(guest: Guest, work: Path, without: str = "") -> Boot:
    forbid = [without] if without else []
    tree = _tree(guest, work)
    fragment, gone = kernels.planned(tree, guest.requests, forbid)
    source = kernels.source(guest.version, work)
    config = kernels.configured(source, "allnoconfig", [fragment], work, arch=guest.arch)
    kernel = kernels.built(source, config, work, arch=guest.arch, series="small")
    rows, console = small.tried(kernel, work, arch=guest.arch, has=guest.has, hvc=guest.hvc)
    (kernel.parent / "console.log").write_text(console, encoding="utf-8")
    profile = guest.requests[0].partition(":")[0]
    return Boot(
        name="-".join([guest.name, *forbid]),
        what=f"{without} taken away from {guest.what}" if without else guest.what,
        release=tree.info.version,
        arch=guest.arch,
        criu="",
        values=values_of(config, [profile]),
        rows=tuple(rows),
        without=(*forbid, *gone),
    )
