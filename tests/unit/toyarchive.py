"""A Debian archive in a directory, with packages of the toy tree."""

from __future__ import annotations

import hashlib
import lzma
import shutil
import subprocess
from pathlib import Path

from attrs import define, field

from tests.unit.toytree import tar_bytes


@define
class Archive:
    """Suites with packages below ``root``, unsigned."""

    root: Path
    suites: dict[str, list[bytes]] = field(factory=dict)

    def add(self, suite: str, version: str, upstream: str = "9.8", *, broken: str = "") -> None:
        """Publish linux-source-UPSTREAM in ``suite``, ``broken`` in some way."""
        name = f"linux-source-{upstream}"
        deb = self._package(name, version, broken)
        content = deb.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        if broken == "hash":
            digest = "0" * 64
        fields = {
            "Package": name,
            "Version": version,
            "Architecture": "all",
            "Maintainer": "Nobody <nobody@example.org>",
            "Filename": str(deb.relative_to(self.root)),
            "Size": str(len(content)),
            "SHA256": digest,
            "Description": "toy",
        }
        stanza = "".join(f"{key}: {value}\n" for key, value in fields.items()) + "\n"
        self.suites.setdefault(suite, []).append(stanza.encode())
        self._write_lists(suite)
        if broken == "missing":
            deb.unlink()

    def alias(self, name: str, suite: str) -> None:
        """Let ``suite`` be reached as ``name`` too, as "stable" is."""
        (self.root / "dists" / name).symlink_to(suite)

    def _package(self, name: str, version: str, broken: str) -> Path:
        work = self.root / "work"
        shutil.rmtree(work, ignore_errors=True)
        (work / "DEBIAN").mkdir(parents=True)
        (work / "usr/src").mkdir(parents=True)
        (work / "DEBIAN/control").write_text(
            f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
            "Maintainer: Nobody <nobody@example.org>\nDescription: toy\n"
        )
        packed = lzma.compress(tar_bytes(prefix=f"{name}/"))
        if broken == "tarball":
            packed = packed[:-100]
        if broken != "empty":
            (work / f"usr/src/{name}.tar.xz").write_bytes(packed)
        deb = self.root / "pool" / f"{name}_{version}_all.deb"
        deb.parent.mkdir(exist_ok=True)
        command = ["dpkg-deb", "--build", "--root-owner-group", str(work), str(deb)]
        subprocess.run(command, check=True, capture_output=True)
        return deb

    def _write_lists(self, suite: str) -> None:
        place = self.root / "dists" / suite
        machine = subprocess.run(
            ["dpkg", "--print-architecture"], check=True, capture_output=True, text=True
        ).stdout.strip()
        relative = f"main/binary-{machine}/Packages"
        packages = b"".join(self.suites[suite])
        (place / relative).parent.mkdir(parents=True, exist_ok=True)
        (place / relative).write_bytes(packages)
        digest = hashlib.sha256(packages).hexdigest()
        (place / "Release").write_text(
            f"Suite: {suite}\nCodename: {suite}\nArchitectures: {machine}\nComponents: main\n"
            f"Date: Thu, 01 Jan 2026 00:00:00 UTC\nSHA256:\n {digest} {len(packages)} {relative}\n"
        )
