"""The file system of the guest, as an initramfs."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

GUEST = Path(__file__).with_name("guest")
#: What is not needed of the packages.
_USELESS = (
    "usr/share",
    "usr/include",
    "usr/lib/*/gconv",
    "usr/lib/*/perl*",
    "usr/lib/*/*.a",
    "usr/lib/python3*/test",
    "usr/lib/python3*/idlelib",
    "usr/lib/python3*/ensurepip",
    "var",
)
_INIT = """\
#!/usr/bin/busybox sh
# CRIU cannot tell mounts of the first root file system from others: move to a tmpfs.
b=/usr/bin/busybox
$b mkdir -p /new.root
$b mount -t tmpfs -o size=90% tmpfs /new.root || $b mount -t ramfs ramfs /new.root
for i in /*; do
    case $i in /new.root|/dev|/proc|/sys|/init) ;; *) $b cp -a $i /new.root/ ;; esac
done
$b mkdir -p /new.root/dev /new.root/proc /new.root/sys
$b mknod /new.root/dev/console c 5 1
$b mknod /new.root/dev/null c 1 3
exec $b switch_root -c /dev/console /new.root /usr/bin/python3 -B /guest/main.py
"""


def build(root: Path, image: Path, *, compiler: str = "gcc", compat: bool = True) -> Path:
    """The initramfs of an unpacked root, with the guest's programs in it."""
    if image.exists():
        return image
    with tempfile.TemporaryDirectory(prefix="kresolve-boot-") as scratch:
        target = Path(scratch, "root")
        shutil.copytree(root, target, symlinks=True)
        for pattern in _USELESS:
            for path in target.glob(pattern):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()
        for name in _PROGRAMS:
            link = target / "usr" / name
            if not link.exists() and not link.is_symlink():
                link.symlink_to("/usr/bin/busybox")
        objects = ["-O1", "-static", "-w", "-o", str(target / "objects")]
        subprocess.run([compiler, *objects, str(GUEST / "objects.c")], check=True)
        if compat:
            flags = ["-m32", "-O1", "-nostdlib", "-static", "-fno-pic", "-fno-stack-protector"]
            words = [compiler, *flags, "-w", "-o", str(target / "compat"), str(GUEST / "compat.c")]
            subprocess.run(words, check=True)
        (target / "guest").mkdir()
        for name in ("main.py", "operations.py"):
            shutil.copy(GUEST / name, target / "guest")
        (target / "etc").mkdir(exist_ok=True)
        (target / "etc/passwd").write_text("root:x:0:0:root:/:/bin/sh\n")
        init = target / "init"
        init.write_text(_INIT)
        init.chmod(0o755)
        pack(target, image)
    return image


#: Commands that busybox does for the guest.  The kernel looks for modprobe in /sbin.
_PROGRAMS = (
    "bin/sh bin/mount bin/umount bin/unshare bin/nsenter bin/chroot bin/cat bin/hostname bin/grep"
    " bin/mkdir bin/env bin/sleep sbin/pivot_root sbin/reboot sbin/rmmod sbin/modprobe"
).split()


def jobs(work: Mapping[str, Any], image: Path) -> Path:
    """A second initramfs, unpacked over the first, that tells the guest what to do."""
    with tempfile.TemporaryDirectory(prefix="kresolve-boot-") as scratch:
        Path(scratch, "jobs.json").write_text(json.dumps(work), encoding="utf-8")
        pack(Path(scratch), image)
    return image


def pack(directory: Path, image: Path) -> None:
    """A directory as a compressed cpio archive."""
    names = sorted(str(path.relative_to(directory)) for path in directory.rglob("*"))
    archive = subprocess.run(
        ["cpio", "--create", "--format=newc", "--quiet", "--null", "--owner=+0:+0"],
        cwd=directory,
        input="\0".join([".", *names]).encode(),
        stdout=subprocess.PIPE,
        check=True,
    ).stdout
    image.parent.mkdir(parents=True, exist_ok=True)
    temporary = image.with_suffix(".part")
    temporary.write_bytes(gzip.compress(archive, 1))
    temporary.rename(image)
