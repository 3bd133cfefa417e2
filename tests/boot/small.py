"""A small guest, without CRIU: does a kernel boot, and find what its machine has?"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve, frozen

from tests.boot import image, kernels, machine, packages
from tests.boot.results import Row

_GUEST = Path(__file__).with_name("probe")
#: Commands of busybox that the guest's script uses.
_COMMANDS = (
    "sh mount umount printf head tr cat grep ls mkdir ip brctl ping unshare true reboot"
).split()
#: What a kernel says that cannot go on, and the time before it.
_COMPLAINT = re.compile(r"unpacking failed|Failed to execute|Kernel panic")
_SPOKEN = re.compile(r"Linux version|as init process")
_TIME = re.compile(r"^\[ *[0-9.]+\] ")
#: What init does on any machine, in this order.
ANYWHERE = ("init", "proc", "sysfs", "dev", "tmpfs", "users", "threads")
#: What the kernel itself does, seen from outside.
KERNEL_SPEAKS = "the kernel's own messages"


@frozen
class Offer:
    """What a machine has: qemu's options for it, and the checks that find it from inside."""

    options: tuple[str, ...]
    checks: tuple[str, ...]
    words: tuple[str, ...] = ()


def offers(directory: Path) -> dict[str, Offer]:
    """What virtio has, by a word; the files behind it are made in a directory."""
    disk = directory / "disk"
    disk.write_bytes(b"kresolve".ljust(1 << 20, b"\0"))
    share = directory / "share"
    share.mkdir()
    (share / "file").write_text("kresolve\n", encoding="utf-8")
    ext4 = directory / "ext4"
    subprocess.run(
        ["/usr/sbin/mke2fs", "-q", "-t", "ext4", "-d", str(share), str(ext4), "8M"],
        stdout=subprocess.DEVNULL,
        check=True,
    )
    pmem = directory / "pmem"
    pmem.write_bytes(b"kresolve".ljust(1 << 27, b"\0"))

    def drive(name: str, file: Path, device: str) -> str:
        source = f"if=none,id={name},format=raw,readonly=on,file={file}"
        return f"-drive {source} -device {device},drive={name}"

    source = f"local,id=s,security_model=none,path={share}"
    memory = f"memory-backend-file,id=m,share=on,size=128M,mem-path={pmem}"
    plain = {
        "disk": (drive("disk", disk, "virtio-blk-pci"), "disk", ""),
        "ext4": (drive("ext4", ext4, "virtio-blk-pci"), "ext4", ""),
        "network": ("-netdev user,id=net -device virtio-net-pci,netdev=net", "network", ""),
        "netboot": ("", "network_of_the_kernel", "ip=dhcp"),
        "console": (
            "-device virtio-serial-pci -chardev null,id=other -device virtconsole,chardev=other",
            "console",
            "",
        ),
        "scsi": (f"-device virtio-scsi-pci {drive('scsi', disk, 'scsi-hd')}", "scsi_disk", ""),
        "9p": (f"-fsdev {source} -device virtio-9p-pci,fsdev=s,mount_tag=share", "share_9p", ""),
        "random": ("-device virtio-rng-pci", "random", ""),
        "balloon": ("-device virtio-balloon-pci", "balloon", ""),
        "pmem": (f"-object {memory} -device virtio-pmem-pci,memdev=m", "pmem", ""),
        "desktop": ("-device virtio-keyboard-pci -device virtio-gpu-pci", "input gpu", ""),
        "container": ("", "overlay cgroups namespaces veth bridge vsock", ""),
    }
    return {
        name: Offer(*(tuple(words.split()) for words in three)) for name, three in plain.items()
    }


def guest(work: Path, arch: str) -> Path:
    """The initramfs of the small guest."""
    found = work / f"small-{arch}.cpio.gz"
    if found.exists():
        return found
    target = kernels.TARGETS[arch]
    root = packages.unpack(
        "trixie",
        ["busybox-static"],
        work / f"busybox-{arch}",
        alone=True,
        architecture=target.debian,
    )
    with tempfile.TemporaryDirectory(prefix="kresolve-boot-") as scratch:
        top = Path(scratch)
        for name in ("bin", "proc", "sys", "dev", "tmp", "mnt"):
            (top / name).mkdir()
        (top / "bin/busybox").write_bytes((root / "usr/bin/busybox").read_bytes())
        (top / "bin/busybox").chmod(0o755)
        for name in _COMMANDS:
            (top / "bin" / name).symlink_to("busybox")
        source = str(_GUEST / "probe.c")
        words = [target.compiler, "-O1", "-static", "-pthread", "-o", str(top / "probe"), source]
        subprocess.run(words, check=True)
        (top / "init").write_bytes((_GUEST / "init.sh").read_bytes())
        (top / "init").chmod(0o755)
        image.pack(top, found)
    return found


def tried(
    kernel: Path, work: Path, *, arch: str = "x86_64", has: Sequence[str] = (), hvc: bool = False
) -> tuple[list[Row], str]:
    """Boot a kernel; how each check went, and the console.

    ``has`` names what the machine offers besides its serial port, ``hvc`` puts the console
    on virtio instead of that port.  Where the guest was silent, ``init`` has failed with the
    last that the kernel said.
    """
    with tempfile.TemporaryDirectory(dir=work) as scratch:
        directory = Path(scratch)
        every = offers(directory)
        chosen = [every[name] for name in has]
        checks = [*ANYWHERE, *(check for offer in chosen for check in offer.checks)]
        (directory / "more").mkdir()
        (directory / "more/checks").write_text("\n".join([*checks, ""]), encoding="utf-8")
        image.pack(directory / "more", directory / "checks.cpio.gz")
        this = machine.MACHINES[arch]
        more = tuple(word for offer in chosen for word in offer.options)
        this = evolve(this, options=this.options + more)
        if hvc:
            port = (
                "-device virtio-serial-pci -chardev stdio,id=port -device virtconsole,chardev=port"
            )
            this = evolve(this, console="hvc0", port=tuple(port.split()))
        words = [word for offer in chosen for word in offer.words]
        told, console = machine.boot(
            kernel,
            [guest(work, arch), directory / "checks.cpio.gz"],
            machine=this,
            limit=120,
            memory="512,slots=1,maxmem=1G",
            words=words,
        )
    return rows_of(told, console, checks), console


def rows_of(told: Sequence[Mapping[str, Any]], console: str, checks: Sequence[str]) -> list[Row]:
    """A row for each check, and first of all whether the kernel itself spoke."""
    answers = {one["operation"]: one for one in told if "operation" in one}
    words = [line.strip() for line in console.splitlines() if line.strip()]
    own = [line for line in words if not line.startswith("@@ ")]
    speaks = any(_SPOKEN.search(line) for line in own)
    rows = [Row(KERNEL_SPEAKS, "ok" if speaks else "failed")]
    for check in checks:
        if check in answers:
            one = answers[check]
            rows.append(Row(check, one["result"], one["messages"]))
        else:
            complaints = [_TIME.sub("", line) for line in own if _COMPLAINT.search(line)]
            said = complaints or own[-1:] or ["nothing on the console"]
            rows.append(Row(check, "failed", said[:3]))
            break
    return rows
