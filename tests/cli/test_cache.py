"""A cache that is damaged, read-only or full: the same answers, at most later."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.cli.conftest import Place, make_place
from tests.cli.toykernel import ARCH
from tests.unit.disks import may_mount

PLAN = ("plan", "FISH", "--tree", "toy.tar", "--arch", ARCH)

# What a tree consists of is not looked at each time, but for what every one has.
_LOOKED_AT = ("Makefile", "Kconfig", "scripts", "scripts/kconfig")


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> tuple[Place, str]:
    """A place with a tree and its model in the cache, and the plan that was made."""
    place = make_place(tmp_path_factory.mktemp("planned"))
    with tarfile.open(place.work / "toy.tar", "w") as tar:
        tar.add(place.tree, "toy")
    done = place.run(*PLAN)
    assert done.returncode == 0, done.stderr
    return place, done.stdout


def _places(cache: Path) -> list[str]:
    """What kresolve looks at in its cache, by relative name."""
    found = []
    for path in sorted(cache.rglob("*")):
        name = str(path.relative_to(cache))
        _, inside, below = name.partition("/tree/")
        if not path.name.endswith(".lock") and (not inside or below in _LOOKED_AT):
            found.append(name)
    return found


def _gone(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def _empty(path: Path) -> None:
    directory = path.is_dir()
    _gone(path)
    if directory:
        path.mkdir()
    else:
        path.touch()


def _other_kind(path: Path) -> None:
    directory = path.is_dir()
    _gone(path)
    if directory:
        path.write_text("garbage")
    else:
        path.mkdir()
        (path / "garbage").touch()


def _garbage(path: Path) -> None:
    _gone(path)
    path.write_bytes(b"x\x9c garbage")


@pytest.mark.parametrize("damage", [_gone, _empty, _other_kind, _garbage])
def test_a_damaged_cache_heals(planned: tuple[Place, str], damage: Callable[[Path], None]) -> None:
    """Whatever becomes of one thing in the cache: the same plan, and trees are listed."""
    place, expected = planned
    assert place.call(*PLAN).stdout == expected
    names = _places(place.root / "cache")
    assert {name.partition("/")[0] for name in names} == {"models", "trees"}
    for name in names:
        path = place.root / "cache" / name
        if not path.exists():
            continue  # a model that was superseded
        damage(path)
        assert (name, place.call("tree", "list").returncode) == (name, 0)
        done = place.call(*PLAN)
        assert (name, done.returncode, done.stdout) == (name, 0, expected), done.stderr
        assert place.call("tree", "list").stdout.count("\n") == 1


def test_a_damaged_tree_does_not_hide_others(place: Place) -> None:
    """`tree list` shows the trees that are whole."""
    for name in ("one", "two"):
        with tarfile.open(place.work / f"{name}.tar", "w") as tar:
            tar.add(place.tree, "toy")
        assert place.call("tree", "fetch", f"{name}.tar").returncode == 0
    (damaged,) = (place.root / "cache").glob("trees/tarball/one*/tree/Makefile")
    damaged.unlink()
    listed = place.call("tree", "list")
    assert listed.returncode == 0
    assert [line.split("\t")[1] for line in listed.stdout.splitlines()] == ["two.tar"]
    assert place.call("tree", "fetch", "one.tar").returncode == 0
    assert len(place.call("tree", "list").stdout.splitlines()) == 2


def test_a_cache_that_cannot_be_written_costs_time(planned: tuple[Place, str]) -> None:
    """Without a cache the plan is the same, said once, and nothing is left behind."""
    place, expected = planned
    nowhere = {"KRESOLVE_CACHE": "/proc/kresolve-nothing"}
    done = place.run(*PLAN, environment=nowhere)
    assert (done.returncode, done.stdout) == (0, expected), done.stderr
    assert done.stderr.count("; set $KRESOLVE_CACHE") == 2  # the tree's place, and the model's
    assert list((place.root / "tmp").iterdir()) == []
    fetched = place.run("tree", "fetch", "toy.tar", environment=nowhere)
    assert fetched.returncode == 2
    assert "there is no cache to keep it in" in fetched.stderr
    assert list((place.root / "tmp").iterdir()) == []


def _mounted(
    place: Place, script: str, environment: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """The plan, after ``script`` has mounted something on $KRESOLVE_CACHE."""
    may = may_mount(place.root / "cache")
    return subprocess.run(
        [*may, "sh", "-ec", f'{script}; exec "$0" -m kresolve "$@"', sys.executable, *PLAN],
        cwd=place.work,
        env={**place.environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_read_only_cache_is_used(planned: tuple[Place, str]) -> None:
    """What a read-only cache has is taken from it, in silence."""
    place, expected = planned
    place.call(*PLAN)
    script = 'mount --bind "$KRESOLVE_CACHE" "$KRESOLVE_CACHE"; '
    done = _mounted(place, f'{script} mount -o remount,ro,bind "$KRESOLVE_CACHE"', {})
    assert (done.returncode, done.stdout) == (0, expected), done.stderr
    assert "cannot write" not in done.stderr
    assert "reading the Kconfig files" not in done.stderr


def test_a_full_cache_costs_time(planned: tuple[Place, str], tmp_path: Path) -> None:
    """With a cache on a full disk the plan is the same, and the disk is named."""
    place, expected = planned
    script = 'mount -t tmpfs -o size=8k,nr_inodes=6 none "$KRESOLVE_CACHE"'
    done = _mounted(place, script, {"KRESOLVE_CACHE": str(tmp_path)})
    assert (done.returncode, done.stdout) == (0, expected), done.stderr
    assert f"No space left on device (the disk at {os.path.realpath(tmp_path)})" in done.stderr
