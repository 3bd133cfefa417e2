"""Tarballs of trees: unpacked once, in full or not at all, and never trusted."""

from __future__ import annotations

import bz2
import gzip
import lzma
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from kresolve.dotconfig.packing import zstd
from kresolve.errors import TreeError
from kresolve.sources import cached_trees, find_tree
from tests.property.archives import resummed
from tests.unit.toytree import (
    KEPT,
    files_below,
    make_tree,
    member,
    snapshot,
    start_python,
    tar_bytes,
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache for this test alone."""
    place = tmp_path / "cache"
    monkeypatch.setenv("KRESOLVE_CACHE", str(place))
    return place


def _entries(cache: Path) -> list[str]:
    """What is in the cache of tarballs, but for lock files."""
    place = cache / "trees" / "tarball"
    names = [entry.name for entry in place.iterdir()] if place.is_dir() else []
    return sorted(name for name in names if not name.endswith(".lock"))


@pytest.mark.parametrize(
    ("ending", "compress"),
    [
        (".tar", bytes),
        (".tar.gz", gzip.compress),
        (".tgz", gzip.compress),
        (".tar.xz", lzma.compress),
        (".tar.bz2", bz2.compress),
        (".tar.zst", zstd().compress),
    ],
)
def test_a_tarball_is_unpacked_once(
    tmp_path: Path, ending: str, compress: Callable[[bytes], bytes]
) -> None:
    """Of every kind of tarball the kept files are in the cache, and the second time at once."""
    file = tmp_path / f"linux-9.8{ending}"
    file.write_bytes(compress(tar_bytes()))

    tree = find_tree(str(file))

    assert files_below(tree.path) == KEPT
    assert os.access(tree.path / "scripts/tool.sh", os.X_OK)
    assert tree.source == str(file)
    assert tree.version == "9.8.7-toy"
    assert tree.cached
    os.utime(tree.path / "Kconfig", ns=(1, 1))
    assert find_tree(file) == tree
    assert (tree.path / "Kconfig").stat().st_mtime_ns == 1
    assert cached_trees() == [tree]


@pytest.mark.parametrize("prefix", ["", "./", "linux/", "./linux-9.8/"])
def test_a_leading_directory_does_not_matter(tmp_path: Path, prefix: str) -> None:
    """Tarballs with one, and those packed inside the tree, give the same."""
    file = tmp_path / "linux.tar"
    file.write_bytes(tar_bytes(prefix=prefix))
    assert files_below(find_tree(file).path) == KEPT


def test_a_changed_tarball_is_another_tree(tmp_path: Path) -> None:
    """After the file has changed, what it holds now counts."""
    file = tmp_path / "linux.tar"
    file.write_bytes(tar_bytes())
    first = find_tree(file)
    file.write_bytes(tar_bytes([member("linux-9.8/net/Kconfig")]))
    second = find_tree(file)

    assert first.identity != second.identity
    assert set(files_below(second.path)) - set(files_below(first.path)) == {"net/Kconfig"}


def test_links_inside_the_tree_are_kept(tmp_path: Path) -> None:
    """Symbolic links that stay inside, dangling ones too, and hard links come along."""
    file = tmp_path / "linux.tar"
    members = [
        member("linux-9.8/scripts/relative", tarfile.SYMTYPE, target="../arch/left/boot"),
        member("linux-9.8/scripts/same", tarfile.LNKTYPE, target="linux-9.8/scripts/tool.sh"),
    ]
    file.write_bytes(tar_bytes(members))

    tree = find_tree(file)

    assert (tree.path / "scripts/relative").readlink() == Path("../arch/left/boot")
    assert (tree.path / "scripts/same").read_text() == "#!/bin/sh\n"


@pytest.mark.parametrize(
    ("ending", "compress"),
    [(".tar", bytes), (".tar.gz", gzip.compress), (".tar.xz", lzma.compress)],
)
@pytest.mark.parametrize("part", [0.0, 0.1, 0.5, 0.9])
def test_a_truncated_tarball_is_refused(
    tmp_path: Path, own_cache: Path, ending: str, compress: Callable[[bytes], bytes], part: float
) -> None:
    """Wherever a tarball breaks off: one line with its path, nothing in the cache."""
    content = tar_bytes().rstrip(b"\0")
    data = compress(content + bytes(1024 + -len(content) % 512))
    file = tmp_path / f"linux{ending}"
    file.write_bytes(data[: int(len(data) * part)])
    with pytest.raises(TreeError, match=f"linux{ending}: .*(damaged|no kernel tree)") as caught:
        find_tree(file)
    assert "\n" not in str(caught.value)
    assert _entries(own_cache) == []


def test_a_tarball_cut_between_members_is_refused(tmp_path: Path, own_cache: Path) -> None:
    """An uncompressed tarball without its end mark is noticed, although each member is whole."""
    file = tmp_path / "linux.tar"
    data = tar_bytes()
    file.write_bytes(data.rstrip(b"\0") + bytes(-len(data.rstrip(b"\0")) % 512))
    with pytest.raises(TreeError, match=r"linux\.tar: damaged or truncated tarball"):
        find_tree(file)
    assert _entries(own_cache) == []


@pytest.mark.parametrize("ending", [".tar", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst"])
def test_what_is_no_tarball_is_refused(tmp_path: Path, own_cache: Path, ending: str) -> None:
    """Any bytes under a tarball's name are one line, not a traceback."""
    file = tmp_path / f"linux{ending}"
    file.write_bytes(b"<html>not found</html>\n" * 100)
    with pytest.raises(TreeError, match=rf"{file}: damaged or truncated tarball: .") as caught:
        find_tree(file)
    assert "\n" not in str(caught.value)
    assert _entries(own_cache) == []


def test_a_flipped_bit_is_noticed(tmp_path: Path, own_cache: Path) -> None:
    """A compressed tarball that is damaged in the middle is refused."""
    data = bytearray(lzma.compress(tar_bytes()))
    data[len(data) // 2] ^= 4
    file = tmp_path / "linux.tar.xz"
    file.write_bytes(data)
    with pytest.raises(TreeError, match="damaged or truncated tarball"):
        find_tree(file)
    assert _entries(own_cache) == []


@pytest.mark.parametrize(
    "members",
    [
        [member("/etc/Kconfig")],
        [member("linux-9.8/../../Kconfig")],
        [member("../Kconfig")],
        [member("../unkept.c")],
        [member("linux-9.8/scripts/link", tarfile.SYMTYPE, target="/etc/passwd")],
        [member("linux-9.8/scripts/link", tarfile.SYMTYPE, target="../../../../outside")],
        [
            # each looks harmless by its name; the second leads out through the first
            member("linux-9.8/scripts/one", tarfile.SYMTYPE, target="../scripts"),
            member("linux-9.8/two/Kconfig", tarfile.SYMTYPE, target="../scripts/one/../../../.."),
        ],
        [
            member("linux-9.8/scripts/link", tarfile.SYMTYPE, target="."),
            member("linux-9.8/scripts/link/../../../../x/Kconfig"),
        ],
        [
            member("linux-9.8/scripts/link", tarfile.SYMTYPE, target="/usr"),
            member("linux-9.8/scripts/link/Kconfig"),
        ],
        [member("linux-9.8/scripts/loop", tarfile.SYMTYPE, target="loop")],
        [member("linux-9.8/scripts/hard", tarfile.LNKTYPE, target="/etc/passwd")],
        [member("linux-9.8/scripts/hard", tarfile.LNKTYPE, target="../../etc/passwd")],
        [member("linux-9.8/scripts/hard", tarfile.LNKTYPE, target="linux-9.8/nothing")],
        [member("linux-9.8/scripts/device", tarfile.CHRTYPE)],
        [member("linux-9.8/scripts/pipe", tarfile.FIFOTYPE)],
        [member("linux-9.8/Kconfig/Kconfig")],
        [
            # a link through the first one, whose place the third one takes then
            member("linux-9.8/scripts/a", tarfile.SYMTYPE, target="../" * 6 + "outside"),
            member("linux-9.8/scripts/a/precious", tarfile.SYMTYPE, target="relative"),
            member("linux-9.8/scripts/a", tarfile.SYMTYPE, target="."),
        ],
        [
            member("linux-9.8/scripts/a", tarfile.SYMTYPE, target="."),
            member("linux-9.8/scripts/a/b", tarfile.SYMTYPE, target="."),
        ],
        [member("linux-9.8/scripts/a", tarfile.SYMTYPE, target=".")] * 2,
        [member("linux-9.8/scripts/a"), member("linux-9.8//scripts/./a")],
        # inside the tarball, and outside of the tree in it
        [member("linux-9.8/scripts/a", tarfile.SYMTYPE, target="../../other")],
        [member("linux-9.8/scripts/a", tarfile.SYMTYPE, target="")],
        [member("linux-9.8/scripts/a", tarfile.SYMTYPE, target="a" * 5000)],
        [member("linux-9.8/scripts/" + "d/" * 1500 + "Kconfig")],
        [member("linux-9.8/scripts/" + "d" * 300)],
        [member("linux-9.8/scripts/a/" + "d" * 300, tarfile.SYMTYPE, target="a")],
    ],
)
def test_an_unsafe_tarball_is_refused(
    tmp_path: Path, own_cache: Path, members: list[tuple[tarfile.TarInfo, bytes]]
) -> None:
    """What would lead outside, or is no file, is refused; nothing is written anywhere."""
    file = tmp_path / "linux.tar"
    file.write_bytes(tar_bytes(members))
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "precious").touch()
    own_cache.mkdir()

    def outside() -> dict[str, tuple[int, int, int]]:
        found = snapshot(tmp_path)
        return {name: what for name, what in found.items() if Path(name).parts[:1] != ("cache",)}

    before = outside()
    with pytest.raises(TreeError, match=r"linux\.tar: ") as caught:
        find_tree(file)
    assert "\n" not in str(caught.value)
    assert _entries(own_cache) == []
    assert outside() == before


def _headers(*, sparse: int = 0, name: bytes = b"", repeated: int = 1) -> bytes:
    """A sparse file of a given size, or headers that announce a long name."""
    info = tarfile.TarInfo("linux-9.8/scripts/a")
    if sparse:
        info.type, info.size = tarfile.GNUTYPE_SPARSE, 0
        header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
        header[483:495] = b"\x80" + sparse.to_bytes(11, "big")
        return resummed(header)
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, len(name)
    return (info.tobuf(tarfile.GNU_FORMAT) + name + bytes(-len(name) % 512)) * repeated


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        (_headers(sparse=1 << 50), "more than 1024 MiB to keep"),
        (_headers(name=b"a" * (16 << 20)), "a header that does not end"),
        (_headers(name=b"a", repeated=3000), "damaged or truncated"),
    ],
)
def test_a_small_tarball_takes_no_large_room(
    tmp_path: Path, own_cache: Path, headers: bytes, said: str
) -> None:
    """A sparse file of petabytes, and names without end, are refused before they are there."""
    file = tmp_path / "linux.tar.gz"
    content = tar_bytes().rstrip(b"\0")
    file.write_bytes(gzip.compress(content + bytes(-len(content) % 512) + headers + bytes(1024)))
    with pytest.raises(TreeError, match=said):
        find_tree(file)
    assert _entries(own_cache) == []


def test_a_tarball_of_something_else_is_refused(tmp_path: Path, own_cache: Path) -> None:
    """A tarball without kernel tree, or with two, is one line."""
    file = tmp_path / "linux.tar"
    with tarfile.open(file, "w") as tar:
        tar.add(__file__, arcname="project-1.0/Kconfig")
    with pytest.raises(TreeError, match=r"linux\.tar: no kernel tree in it"):
        find_tree(file)

    with tarfile.open(file, "w") as tar:
        tar.add(make_tree(tmp_path / "toy"), arcname="one")
        tar.add(tmp_path / "toy", arcname="two")
    with pytest.raises(TreeError, match=r"linux\.tar: more than one kernel tree in it \(one, two"):
        find_tree(file)
    assert _entries(own_cache) == []


def test_a_file_that_is_no_tarball_is_refused(tmp_path: Path) -> None:
    """A file with another ending is not guessed at."""
    (tmp_path / "vmlinux").touch()
    with pytest.raises(TreeError, match="neither a kernel directory nor a tarball"):
        find_tree(tmp_path / "vmlinux")


UNPACK = """
import sys, time
from contextlib import nullcontext
from kresolve.sources import find_tree

class Slow:
    def task(self, *arguments, **options):
        return nullcontext(self)
    def note(self, text):
        pass
    def update(self, completed, total=None):
        print("reading", flush=True)
        time.sleep(60)

find_tree(sys.argv[1], progress=Slow())
"""


def test_a_killed_unpacking_is_repeated(tmp_path: Path, own_cache: Path) -> None:
    """After kill -9 in the middle of unpacking, the next call unpacks anew and cleans up."""
    file = tmp_path / "linux.tar.gz"
    file.write_bytes(gzip.compress(tar_bytes()))
    with start_python(UNPACK, file, cache=own_cache) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "reading\n"
        child.kill()
    assert len(_entries(own_cache)) == 1  # the leftover
    assert cached_trees() == []

    tree = find_tree(file)

    assert files_below(tree.path) == KEPT
    assert _entries(own_cache) == [tree.path.parent.name]
