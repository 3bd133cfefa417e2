"""Finding a tree by its name, and its version."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from kresolve.errors import TreeError
from kresolve.sources import find_tree, read_version
from tests.unit.toytree import make_tree, snapshot


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache for this test alone."""
    place = tmp_path / "cache"
    monkeypatch.setenv("KRESOLVE_CACHE", str(place))
    return place


# -------------------------------------------------------------- directories


def test_a_directory_is_taken_as_it_is(tmp_path: Path) -> None:
    """A user's directory is not copied, and its real path is known."""
    real = make_tree(tmp_path / "linux")
    (tmp_path / "link").symlink_to(real)
    before = snapshot(real)

    for spec in (str(tmp_path / "link"), tmp_path / "link"):
        tree = find_tree(spec)
        assert tree.path == real
        assert tree.source == str(tmp_path / "link")
        assert tree.version == "9.8.7-toy"
        assert tree.identity == f"directory:{real}"
        assert not tree.cached
    assert snapshot(real) == before


def test_the_current_directory_is_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a name, the current directory is taken if it is a kernel tree."""
    monkeypatch.chdir(make_tree(tmp_path / "linux"))
    assert find_tree(None).path == tmp_path / "linux"

    monkeypatch.chdir(tmp_path)
    with pytest.raises(TreeError, match=r"not a kernel tree .*--tree debian:6\.12"):
        find_tree(None)


@pytest.mark.parametrize("missing", ["Kconfig", "Makefile", "scripts/kconfig"])
def test_what_is_missing_is_named(tmp_path: Path, missing: str) -> None:
    """A directory that is no kernel tree is refused with what it lacks."""
    path = make_tree(tmp_path / "linux")
    shutil.move(path / missing, tmp_path / "away")
    with pytest.raises(TreeError, match=f"linux: not a kernel tree: no {missing} in it"):
        find_tree(path)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ("", "the name of the tree is empty"),
        ("nowhere", "nowhere: no such directory or tarball"),
        ("nowhere.tar.xz", "no such directory or tarball"),
        ("kernel.org:six", "name a release, as in kernel.org:6.12.47"),
        ("git:nowhere@v6.12", "no directory nowhere"),
        ("debian:", "debian:: name a version, as in debian:6.12"),
        ("debian:bookworm", "debian:bookworm: name a version"),
        ("debian:6.12@", "debian:6.12@: name a suite after @"),
        ("debian:6.12@a b", "name a suite after @"),
    ],
)
def test_bad_names_are_explained(spec: str, expected: str) -> None:
    """Every wrong name is one line that says what would be right."""
    with pytest.raises(TreeError, match=re.escape(expected)):
        find_tree(spec)


def test_a_path_is_never_a_scheme(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Path names a directory, whatever it is called."""
    make_tree(tmp_path / "debian:6.12")
    monkeypatch.chdir(tmp_path)
    assert find_tree(Path("debian:6.12")).version == "9.8.7-toy"
    assert find_tree("./debian:6.12").version == "9.8.7-toy"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("VERSION = 6\nPATCHLEVEL = 12\nSUBLEVEL = 117\nEXTRAVERSION =\n", "6.12.117"),
        ("VERSION = 7\nPATCHLEVEL = 0\nSUBLEVEL = 0\nEXTRAVERSION = -rc1\n", "7.0.0-rc1"),
        ("# c\nVERSION=6\nPATCHLEVEL=1\nSUBLEVEL =\n\nEXTRAVERSION =\nNAME = x", "6.1"),
    ],
)
def test_the_version_is_the_makefiles(tmp_path: Path, text: str, version: str) -> None:
    """The version is put together as the Makefile does it."""
    (tmp_path / "Makefile").write_text(text)
    assert read_version(tmp_path) == version


def test_a_makefile_without_version_is_refused(tmp_path: Path) -> None:
    """Another project's Makefile does not pass for the kernel's."""
    make_tree(tmp_path / "linux", Makefile="all:\n")
    with pytest.raises(TreeError, match="linux/Makefile: no VERSION"):
        find_tree(tmp_path / "linux")
