"""Hostile tarballs and commits: an error or the right tree, and nothing outside changes.

``make test`` tries hundreds of each, ``make test-long`` thousands; see "Attacks"
in docs/conformance.md.
"""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import pytest
from attrs import frozen
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from kresolve.errors import TreeError
from kresolve.sources import find_tree
from kresolve.sources.selection import keeps
from tests.property.archives import (
    FILES,
    KINDS,
    OUTSIDE,
    PRECIOUS,
    Member,
    Repository,
    archives,
    damaged,
    tarball,
)

# A stand-in that archives() can name before a case has its directory.
_ELSEWHERE = "/@elsewhere@"


@frozen
class Case:
    """A directory with a cache, deep in it, and things that nobody may change."""

    root: Path

    @property
    def cache(self) -> Path:
        """Where kresolve may write."""
        return self.root / "home" / "user" / "cache"

    def outside(self) -> dict[str, tuple[int, int, int, str]]:
        """Everything but the cache: mode, size, time and target of each entry."""
        found = {}
        for entry in [self.root, *self.root.rglob("*")]:
            if self.cache not in [entry, *entry.parents]:
                status = entry.lstat()
                target = str(entry.readlink()) if entry.is_symlink() else ""
                times = 0 if entry.is_dir() else status.st_mtime_ns
                found[str(entry)] = (status.st_mode, status.st_size, times, target)
        return found

    def leftovers(self) -> list[str]:
        """What is in the cache, but for locks."""
        return [
            str(entry)
            for origin in (self.cache / "trees").glob("*")
            for entry in origin.iterdir()
            if not entry.name.endswith(".lock")
        ]

    def read(self, spec: str) -> Path | None:
        """The tree of ``spec``; None if kresolve refused it, in one line."""
        before = self.outside()
        tree, said = None, ""
        try:
            tree = find_tree(spec).path
        except TreeError as error:
            said = str(error)
        assert "\n" not in said
        assert "\x1b" not in said
        assert self.outside() == before
        assert self.leftovers() == ([str(tree.parent)] if tree else [])
        if tree is not None:
            assert {entry.name for entry in tree.parent.iterdir()} == {"source", "tree"}
        return tree


@contextmanager
def new_case() -> Iterator[Case]:
    """A case's directory, without waiting for disks."""
    with tempfile.TemporaryDirectory(prefix="archives-") as place:
        case = Case(Path(place).resolve() / "machine")
        case.cache.mkdir(parents=True)
        for where in (case.root, case.cache.parent, case.cache.parents[1]):
            (where / OUTSIDE).mkdir()
            (where / OUTSIDE / PRECIOUS).write_text("precious\n")
        with (
            mock.patch.dict(os.environ, {"KRESOLVE_CACHE": str(case.cache)}),
            mock.patch("os.sync"),
        ):
            yield case


def _placed(members: list[Member], case: Case) -> list[Member]:
    place = str(case.root / OUTSIDE)
    return [
        Member(member.name, member.kind, member.content.replace(_ELSEWHERE, place))
        for member in members
    ]


def _plain(name: str) -> str:
    return "/".join(part for part in name.split("/") if part not in ("", "."))


def _kept(name: str) -> bool:
    return keeps(name) or keeps(name.partition("/")[2])


def _check_tree(tree: Path, top: str, members: list[Member]) -> None:
    """Hold a tree against the archive that it is from, without kresolve's help."""
    expected: dict[str, Member] = {}
    for member in members:
        name = _plain(member.name)
        if member.kind != "directory" and _kept(name):
            assert name not in expected, "twice, and accepted"
            expected[name] = member
    below = {name.removeprefix(top): it for name, it in expected.items() if name.startswith(top)}
    found = {}
    for directory, inside, files in os.walk(tree):
        for name in [*inside, *files]:
            path = Path(directory, name)
            if path.is_symlink() or not path.is_dir():
                found[str(path.relative_to(tree))] = path
    assert found.keys() == below.keys()
    for name, path in found.items():
        member = below[name]
        if member.kind == "link":
            assert path.readlink() == Path(member.content)
            assert Path(os.path.realpath(path)).is_relative_to(tree)
            assert _reachable(path) != errno.ELOOP
        else:
            while member.kind == "hard link":
                member = expected[_plain(member.content)]
            assert not path.is_symlink()
            assert path.read_text() == member.content
            assert path.stat().st_nlink == 1


def _reachable(path: Path) -> int:
    try:
        path.stat()
    except OSError as error:
        return error.errno or -1
    return 0


def _harmless(members: list[Member]) -> bool:
    """Whether nothing about an archive is odd, by rules that are narrower than kresolve's."""
    names = [_plain(member.name) for member in members]
    return (
        len(set(names)) == len(names)
        and not any(".." in name or "\0" in name for name in names)
        and all(member.name == _plain(member.name) for member in members)
        and not any(one.startswith(f"{other}/") for one in names for other in names)
        and all(len(part) <= 255 for name in names for part in name.split("/"))
        and all(name.count("/") < 50 for name in names)
        and all(
            member.kind in FILES
            or (member.kind == "link" and member.content in ("kconfig/conf.c", "\n"))
            for member in members
        )
    )


def attack_by_tarball(archive: tuple[str, list[Member]]) -> None:
    """Have kresolve read a tarball, and look at all that came of it."""
    top, members = archive
    with new_case() as case:
        members = _placed(members, case)
        file = case.root / "linux.tar"
        file.write_bytes(tarball(members))
        tree = case.read(str(file))
        if tree is not None:
            _check_tree(tree, top, members)
        assert tree is not None or not _harmless(members)


def attack_by_commit(archive: tuple[str, list[Member]]) -> None:
    """Have kresolve read a commit, and look at all that came of it."""
    top, members = archive
    with new_case() as case:
        members = [
            # git's names end at a NUL, so there is none in them
            Member(member.name.removeprefix(top).replace("\0", ""), member.kind, member.content)
            for member in _placed(members, case)
            if member.kind in ("file", "link")
        ]
        repository = Repository.make(case.root / "repository")
        tree = case.read(f"git:{repository.path}@{repository.commit(members)}")
        if tree is not None:
            _check_tree(tree, "", [member for member in members if keeps(_plain(member.name))])
        assert tree is not None or not _harmless(members)


def attack_by_damage(
    archive: tuple[str, list[Member]], changes: list[tuple[int, int, int]]
) -> None:
    """Have kresolve read a tarball with bytes changed, its headers' sums right."""
    with new_case() as case:
        file = case.root / "linux.tar"
        file.write_bytes(damaged(tarball(_placed(archive[1], case)), changes))
        tree = case.read(str(file))
        if tree is not None:
            for path in tree.rglob("*"):
                assert Path(os.path.realpath(path)).is_relative_to(tree)


_ARCHIVES = archives(_ELSEWHERE)
# Most of them in the fields of headers that mean something: sizes, kinds, sparse maps.
_CHANGES = st.lists(
    st.tuples(
        st.integers(0, 40),
        st.one_of(
            st.integers(0, 511), st.sampled_from([100, 124, 124, 135, 156, 156, 386, 482, 504])
        ),
        st.one_of(st.integers(0, 255), st.sampled_from(b"\x80\xff01257xgLKSZ=\n ")),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=200)
@given(archive=_ARCHIVES)
def test_a_hostile_tarball_changes_nothing_outside(archive: tuple[str, list[Member]]) -> None:
    """Whatever members a tarball has: one line of error, or what it says is the tree."""
    attack_by_tarball(archive)


@settings(max_examples=100)
@given(archive=_ARCHIVES)
def test_a_hostile_commit_changes_nothing_outside(archive: tuple[str, list[Member]]) -> None:
    """Whatever entries the trees of a commit have: one line of error, or what it says."""
    attack_by_commit(archive)


@settings(max_examples=150)
@given(archive=_ARCHIVES, changes=_CHANGES)
def test_a_damaged_tarball_changes_nothing_outside(
    archive: tuple[str, list[Member]], changes: list[tuple[int, int, int]]
) -> None:
    """Whatever bytes stand in headers: one line of error, or a tree without ways out."""
    attack_by_damage(archive, changes)


@pytest.mark.long
@settings(max_examples=6000)
@given(archive=_ARCHIVES)
def test_thousands_of_hostile_tarballs(archive: tuple[str, list[Member]]) -> None:
    """As above, with other examples each time."""
    attack_by_tarball(archive)


@pytest.mark.long
@settings(max_examples=5000)
@given(archive=_ARCHIVES)
def test_thousands_of_hostile_commits(archive: tuple[str, list[Member]]) -> None:
    """As above, with other examples each time."""
    attack_by_commit(archive)


@pytest.mark.long
@settings(max_examples=5000)
@given(archive=_ARCHIVES, changes=_CHANGES)
def test_thousands_of_damaged_tarballs(
    archive: tuple[str, list[Member]], changes: list[tuple[int, int, int]]
) -> None:
    """As above, with other examples each time."""
    attack_by_damage(archive, changes)


_UNSHRUNK = settings(database=None, max_examples=5000, phases=[Phase.generate])


@pytest.mark.parametrize("kind", KINDS)
def test_archives_have_members_of_every_kind(kind: str) -> None:
    """The generator leaves out no kind of member."""
    found = find(
        _ARCHIVES,
        lambda archive: any(member.kind == kind for member in archive[1][:-1]),
        settings=_UNSHRUNK,
    )
    assert kind in {member.kind for member in found[1]}


@pytest.mark.parametrize("part", ["..", "d/d/d/d", "n" * 255, "\0", "\n", "\udcff", "//"])
def test_archives_have_names_of_every_kind(part: str) -> None:
    """The generator makes names that lead upwards, that are deep, long or odd."""
    found = find(
        _ARCHIVES,
        lambda archive: any(part in member.name for member in archive[1]),
        settings=_UNSHRUNK,
    )
    assert any(part in member.name for member in found[1])
