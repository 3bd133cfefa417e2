"""Debian packages of any suite, unpacked into a directory; nothing is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from kresolve.sources.apt import PrivateApt
from kresolve.sources.apt_sources import sources_of_suite


def unpack(
    suite: str, names: list[str], directory: Path, *, alone: bool = False, architecture: str = ""
) -> Path:
    """Unpack packages of a suite, with what they depend on unless they are to stand ``alone``.

    ``architecture``: whose packages, in Debian's words; this machine's by default.  The mirror
    and its keys are those of this machine's apt.  A directory that is there already is left as
    it is.  Raises RuntimeError with apt's words.
    """
    if directory.is_dir():
        return directory
    with tempfile.TemporaryDirectory(prefix="kresolve-boot-") as scratch:
        state = Path(scratch, "apt")
        state.mkdir()
        apt = PrivateApt(state, architecture)
        apt.use_sources(sources_of_suite(apt.configured_sources(), suite)[:1])
        if complaint := apt.update():
            raise RuntimeError(f"suite {suite}: {complaint}")
        downloads = state / "cache" / "archives"
        if alone:
            command = ["download", *names]
            downloads = state / "download"
            downloads.mkdir()
        else:
            command = ["install", "--yes", "--download-only", "--no-install-recommends", *names]
        status, output = apt._run(downloads, lambda percent: None, *command)
        if status:
            raise RuntimeError(f"suite {suite}: {output}")
        target = Path(scratch, "root")
        for name in ("bin", "sbin", "lib", "lib64"):
            (target / "usr" / name).mkdir(parents=True)
            (target / name).symlink_to(f"usr/{name}")
        for package in sorted(downloads.glob("*.deb")):
            _unpack(package, target)
        directory.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(target, directory)
    return directory


def _unpack(package: Path, target: Path) -> None:
    reading = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(package)], stdout=subprocess.PIPE)
    # The links from /bin to /usr/bin are to stay, whatever a package says.
    subprocess.run(
        ["tar", "-x", "-C", str(target), "--keep-directory-symlink"],
        stdin=reading.stdout,
        check=True,
    )
    if reading.wait():
        raise RuntimeError(f"{package.name}: dpkg-deb ended with {reading.returncode}")
