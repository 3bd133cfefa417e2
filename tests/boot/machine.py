"""A guest under qemu: boots a kernel, and reads what it prints."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import frozen


@frozen
class Machine:
    """How to start a guest of an architecture."""

    program: str
    options: tuple[str, ...]
    console: str
    port: tuple[str, ...] = ("-serial", "stdio")


#: Emulated processors, on every host alike: what /dev/kvm promises it does not always keep.
#: Without SMAP: the emulator reads a far return's stack as the kernel would, which SMAP forbids,
#: and CRIU sends a 32-bit task on its way by a far return.
MACHINES: Mapping[str, Machine] = {
    "x86_64": Machine("qemu-system-x86_64", ("-accel", "tcg", "-cpu", "max,-smap"), "ttyS0"),
    "arm64": Machine(
        "qemu-system-aarch64", ("-M", "virt", "-accel", "tcg", "-cpu", "max"), "ttyAMA0"
    ),
}


def boot(
    kernel: Path,
    images: Iterable[Path],
    *,
    machine: Machine = MACHINES["x86_64"],
    limit: int = 1800,
    memory: str = "2048",
    words: Sequence[str] = ("quiet",),
    on_result: Callable[[Mapping[str, Any]], None] = lambda result: None,
) -> tuple[list[dict[str, Any]], str]:
    """What the guest told, and all that stood on its console.  ``limit`` in seconds.

    ``words`` are added to the kernel's command line.

    Results come as they are printed.  A guest that ends without a word of its own has told
    nothing more: the caller sees that no ``done`` is among the results.
    """
    told: list[dict[str, Any]] = []
    console: list[str] = []
    with tempfile.NamedTemporaryFile(suffix=".cpio") as initrd:
        for image in images:
            initrd.write(image.read_bytes())
        initrd.flush()
        command = [
            "timeout",
            str(limit),
            machine.program,
            *machine.options,
            *("-m", memory, "-smp", "1", "-nodefaults", "-no-reboot", "-display", "none"),
            *(*machine.port, "-kernel", str(kernel), "-initrd", initrd.name),
            *("-append", " ".join([f"console={machine.console} panic=-1 rdinit=/init", *words])),
        ]
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
        ) as guest:
            assert guest.stdout is not None
            for line in guest.stdout:
                console.append(line)
                if line.startswith("@@ "):
                    result = json.loads(line[3:])
                    told.append(result)
                    on_result(result)
    return told, "".join(console)
