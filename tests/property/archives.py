"""Hostile archives: members that lead outside, twice, deep, through links, as tar and as git."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
import zlib
from collections.abc import Iterable, Sequence
from itertools import groupby
from pathlib import Path

from attrs import frozen
from hypothesis import strategies as st

# What a case keeps outside, and what a member may try to reach.
OUTSIDE = "outside"
PRECIOUS = "precious"

KINDS = {
    "file": tarfile.REGTYPE,
    "old file": tarfile.AREGTYPE,
    "contiguous": tarfile.CONTTYPE,
    "sparse": tarfile.GNUTYPE_SPARSE,
    "directory": tarfile.DIRTYPE,
    "link": tarfile.SYMTYPE,
    "hard link": tarfile.LNKTYPE,
    "device": tarfile.CHRTYPE,
    "disk": tarfile.BLKTYPE,
    "pipe": tarfile.FIFOTYPE,
    "unknown": b"Z",
}
FILES = ("file", "old file", "contiguous")

_GIT_MODES = {
    "file": b"100644",
    "old file": b"100664",
    "contiguous": b"100755",
    "sparse": b"100644",
    "link": b"120000",
}


@frozen
class Member:
    """One member of an archive; ``content`` of a link is where it leads."""

    name: str
    kind: str = "file"
    content: str = ""


BASE = (
    Member("Makefile", content="VERSION = 9\n"),
    Member("Kconfig", content="config base\n"),
    Member("scripts/kconfig/conf.c", content="int main;\n"),
)

_PARTS = st.sampled_from(["a", "b", "c"] * 8 + ["Kconfig", "kconfig", "scripts", ".", "", ".."])
_ODD_PARTS = st.sampled_from(
    ["n" * 255, "n" * 300, "\n", "\x1b[2J", "\udcff", "A", "é", "é", "nul\0"]
)


@st.composite
def names(draw: st.DrawFn, top: str) -> str:
    """A member's name, most often one below ``scripts/`` that others have as well."""
    start = draw(
        st.sampled_from(
            [f"{top}scripts/"] * 30
            + [f"./{top}scripts/", f"{top}./scripts//", "scripts/", "linux/", "", "/", "../", "x/"]
        )
    )
    if draw(st.integers(0, 25)) == 0:
        return start + "d/" * draw(st.sampled_from([90, 120, 600, 1500])) + "Kconfig"
    parts = draw(st.lists(_PARTS, min_size=1, max_size=3))
    if draw(st.integers(0, 20)) == 0:
        parts.insert(draw(st.integers(0, len(parts))), draw(_ODD_PARTS))
    return start + "/".join(parts)


@st.composite
def targets(draw: st.DrawFn, top: str, outside: str) -> str:
    """Where a link may lead: to its like, upwards by any number, nowhere, everywhere."""
    kind = draw(st.integers(0, 9))
    if kind < 4:
        return draw(
            st.sampled_from(["a", "b", "c", ".", "..", "a/b", "../a", "../b/..", "a/../.."])
        )
    if kind < 6:
        return "../" * draw(st.integers(1, 14)) + draw(
            st.sampled_from(["", OUTSIDE, f"{OUTSIDE}/{PRECIOUS}", "scripts/a", "Kconfig"])
        )
    if kind == 6:
        return f"{top}scripts/" + draw(st.sampled_from(["a", "b", "kconfig/conf.c", "a/b"]))
    return draw(
        st.sampled_from(
            [
                *(outside, f"{outside}/{PRECIOUS}", "/", "", "", "t" * 5000, "../" * 1300 + "a"),
                *("kconfig/conf.c", "../Makefile", "nul\0", "\n", "\udcff", "a" * 300),
            ]
        )
    )


@st.composite
def archives(draw: st.DrawFn, outside: str) -> tuple[str, list[Member]]:
    """A kernel tree and hostile members among its own, and the directory that it is in."""
    top = draw(st.sampled_from(["linux/", "linux/", ""]))
    found = [Member(top + member.name, member.kind, member.content) for member in BASE]
    kinds = st.sampled_from(["link"] * 16 + ["file"] * 10 + ["hard link"] * 4 + list(KINDS))
    for number in range(draw(st.integers(1, 7))):
        kind = draw(kinds)
        if "link" in kind:
            content = draw(targets(top, outside))
        else:
            content = f"content {number}\n" if kind in (*FILES, "sparse") else ""
            content = "\0" * 512 * (kind == "sparse") + content
        name = draw(names(top))
        if kind == "old file" and (name.endswith("/") or len(name) > 90):
            kind = "file"  # such a one is a directory
        member = Member(name, kind, content)
        found.insert(
            draw(st.integers(0, len(found))) if draw(st.booleans()) else len(found), member
        )
    return top, found


def tarball(members: Iterable[Member]) -> bytes:
    """The members as an uncompressed tarball."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            info = tarfile.TarInfo(member.name)
            info.type = KINDS[member.kind]
            info.mode = 0o644
            content = b""
            if "link" in member.kind:
                info.linkname = member.content
            else:
                content = member.content.encode().lstrip(b"\0")
                info.size = len(content)
            if any("\0" in text for text in (member.name, member.content)):
                # only such a header can say it
                info.pax_headers = {"path": member.name}
                if "link" in member.kind:
                    info.pax_headers["linkpath"] = member.content
                info.name, info.linkname = "placeholder", "placeholder"
            header = bytearray(info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape"))
            if member.kind == "sparse":
                hole = len(member.content) - len(content)
                header[-512 + 386 : -512 + 410] = b"%011o\0%011o\0" % (hole, len(content))
                header[-512 + 483 : -512 + 495] = b"%011o\0" % len(member.content)
                header[-512:] = resummed(header[-512:])
            tar.fileobj.write(bytes(header))
            tar.fileobj.write(content + bytes(-len(content) % 512))
    return buffer.getvalue()


def damaged(data: bytes, changes: Sequence[tuple[int, int, int]]) -> bytes:
    """``data`` with bytes changed, (block, offset, byte) each, and headers' sums right again."""
    blocks = [bytearray(data[start : start + 512]) for start in range(0, len(data), 512)]
    for block, offset, byte in changes:
        chosen = blocks[block % len(blocks)]
        chosen[offset % len(chosen)] = byte
        if chosen[257:262] == b"ustar":
            chosen[:] = resummed(chosen)
    return b"".join(blocks)


def resummed(header: bytes | bytearray) -> bytes:
    """A header whose sum is right again."""
    blank = header[:148] + b" " * 8 + header[156:]
    return bytes(blank[:148] + b"%06o\0 " % sum(blank) + blank[156:])


@frozen
class Repository:
    """A git repository that takes any object, without git's help."""

    path: Path

    @classmethod
    def make(cls, path: Path) -> Repository:
        """An empty one."""
        for name in ("objects", "refs"):
            (path / ".git" / name).mkdir(parents=True)
        (path / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
        return cls(path)

    def store(self, kind: str, content: bytes) -> str:
        """Write an object; its id."""
        data = f"{kind} {len(content)}\0".encode() + content
        name = hashlib.sha1(data, usedforsecurity=False).hexdigest()
        place = self.path / ".git" / "objects" / name[:2] / name[2:]
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(zlib.compress(data, 1))
        return name

    def commit(self, members: Sequence[Member]) -> str:
        """A commit of what git has a mode for, in this order; its id."""
        kept = [member for member in members if member.kind in _GIT_MODES]
        tree = self._tree([(member.name.split("/"), member) for member in kept])
        who = "nobody <nobody@example.org> 0 +0000"
        return self.store("commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\nx\n".encode())

    def _tree(self, members: Sequence[tuple[list[str], Member]]) -> str:
        entries = []
        # Only neighbours share a directory: others make a second one of its name.
        for part, group in groupby(members, key=lambda item: (item[0][0], len(item[0]) > 1)):
            inside = list(group)
            name = os.fsencode(part[0]).replace(b"\0", b"")
            if part[1]:
                if len(inside) == 1 and len(inside[0][0]) > 200:
                    name = os.fsencode("/".join(inside[0][0]))  # one name with slashes in it
                    entries.append(self._blob(name, inside[0][1]))
                    continue
                below = self._tree([(parts[1:], member) for parts, member in inside])
                entries.append(b"40000 " + name + b"\0" + bytes.fromhex(below))
            else:
                entries += [self._blob(name, member) for _, member in inside]
        return self.store("tree", b"".join(entries))

    def _blob(self, name: bytes, member: Member) -> bytes:
        blob = self.store("blob", os.fsencode(member.content))
        return _GIT_MODES[member.kind] + b" " + name + b"\0" + bytes.fromhex(blob)
