"""Debian's source packages: apt on a private state, offline from a toy archive of our own."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from attrs import define, field

from kresolve.errors import ToolError, TreeError
from kresolve.progress import Task
from kresolve.sources import SourceTree, cached_trees, find_tree
from tests.unit.toyarchive import Archive
from tests.unit.toytree import KEPT, files_below, snapshot, start_python
from tests.waiting import FOREVER, wait_for

needs_apt = pytest.mark.skipif(not shutil.which("apt-get"), reason="no apt here")


@define
class Recorder:
    """A Progress that remembers."""

    tasks: list[tuple[str, float | None, str]] = field(factory=list)
    notes: list[str] = field(factory=list)
    reached: dict[str, float] = field(factory=dict)

    @contextmanager
    def task(
        self, description: str, total: float | None = None, *, unit: str = ""
    ) -> Iterator[Task]:
        """Remember the task, and how far it came."""
        self.tasks.append((description, total, unit))
        recorder = self

        class Bar:
            def update(self, completed: float, total: float | None = None) -> None:
                recorder.reached[description] = completed

        yield Bar()

    def note(self, text: str) -> None:
        """Remember the line."""
        self.notes.append(text)


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache for this test alone."""
    place = tmp_path / "cache"
    monkeypatch.setenv("KRESOLVE_CACHE", str(place))
    return place


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """An archive with suite ``alpha``, the only one apt is configured for."""
    root = tmp_path / "archive"
    root.mkdir()
    configure(tmp_path, root, monkeypatch)
    result = Archive(root)
    result.add("alpha", "9.8.7-1")
    return result


def configure(
    place: Path, root: Path, monkeypatch: pytest.MonkeyPatch, option: str = "trusted=yes"
) -> None:
    """Let apt know only the suite alpha of ``root``."""
    (place / "toy.list").write_text(f"deb [{option}] file:{root} alpha main\n")
    (place / "apt.conf").write_text(
        f'Dir::Etc::sourcelist "{place}/toy.list";\nDir::Etc::sourceparts "/dev/null";\n'
    )
    monkeypatch.setenv("APT_CONFIG", str(place / "apt.conf"))


def _forbid_apt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "nothing"))


def _trees(cache: Path) -> list[str]:
    """The names in the cache of Debian's trees, but for lock files."""
    place = cache / "trees" / "debian"
    names = [entry.name for entry in place.iterdir()] if place.is_dir() else []
    return sorted(name for name in names if not name.endswith(".lock"))


def _specs(cache: Path) -> list[str]:
    names = [entry.name for entry in (cache / "trees" / "debian-specs").iterdir()]
    return sorted(name for name in names if not name.endswith(".lock"))


# ------------------------------------------------------------------ fetching


@needs_apt
def test_a_tree_is_fetched_and_kept(
    archive: Archive, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kept files arrive, the exact version is known, and apt is not needed again."""
    progress = Recorder()
    tree = find_tree("debian:9.8", progress=progress)

    assert tree.source == "debian:9.8 (9.8.7-1)"
    assert tree.version == "9.8.7-toy"
    assert files_below(tree.path) == KEPT
    assert cached_trees() == [tree]
    assert not list(own_cache.rglob("*.deb"))
    assert not [path for path in own_cache.rglob("*") if ".tmp-" in path.name]

    _forbid_apt(tmp_path, monkeypatch)
    assert find_tree("debian:9.8") == tree


@needs_apt
def test_progress_is_shown(archive: Archive) -> None:
    """Lists, download and unpacking have a bar each, the latter two in bytes, all to the end."""
    progress = Recorder()
    find_tree("debian:9.8", progress=progress)

    assert [(task, unit) for task, _, unit in progress.tasks] == [
        ("reading Debian's package lists", ""),
        ("downloading linux-source-9.8 9.8.7-1", "bytes"),
        ("unpacking linux-source-9.8 9.8.7-1", "bytes"),
    ]
    assert {task: total for task, total, _ in progress.tasks} == progress.reached
    assert progress.notes == []


@needs_apt
def test_refresh_asks_again(archive: Archive, own_cache: Path) -> None:
    """A newer version is taken when asked for, not before; the old tree stays where it is."""
    old = find_tree("debian:9.8")
    archive.add("alpha", "9.8.10-1")
    assert find_tree("debian:9.8") == old

    new = find_tree("debian:9.8", refresh=True)

    assert new.source == "debian:9.8 (9.8.10-1)"
    assert new.identity != old.identity
    assert find_tree("debian:9.8") == new
    assert len(_trees(own_cache)) == 2
    assert find_tree("debian:9.8", refresh=True) == new


@needs_apt
def test_the_newest_wins(archive: Archive) -> None:
    """Of several versions the newest by Debian's order is taken, epoch and all."""
    archive.add("alpha", "9.8.12-1~bpo1")
    archive.add("alpha", "1:9.8.2-1")
    archive.add("alpha", "9.8.11-1")
    assert find_tree("debian:9.8").source == "debian:9.8 (1:9.8.2-1)"


@needs_apt
def test_another_suite_of_the_same_mirror(archive: Archive, own_cache: Path) -> None:
    """@SUITE reaches a suite that apt is not configured for, and its updates."""
    archive.add("beta", "9.8.20-1")
    archive.add("beta", "7.0-1", "7.0")
    tree = find_tree("debian:9.8@beta")
    assert tree.source == "debian:9.8@beta (9.8.20-1)"
    assert find_tree("debian:9.8").source == "debian:9.8 (9.8.7-1)"

    archive.add("beta-updates", "9.8.21-1")
    assert find_tree("debian:9.8@beta") == tree
    assert find_tree("debian:9.8@beta", refresh=True).source == "debian:9.8@beta (9.8.21-1)"
    assert _specs(own_cache) == ["9.8.json", "9.8@beta.json"]


@needs_apt
def test_a_version_of_another_suite_is_found(
    archive: Archive, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What apt's suites lack comes from the archive's others, the newest, and a note says which."""
    archive.add("beta", "5.10.1-1", "5.10")
    archive.add("gamma-backports", "5.10.9-1~bpo", "5.10")
    archive.add("gamma", "6.0-1", "6.0")
    archive.add("delta", "5.10.99-1", "5.10")  # has no name that archives give in turn
    archive.alias("oldoldstable", "beta")
    archive.alias("stable", "gamma")
    progress = Recorder()

    tree = find_tree("debian:5.10", progress=progress)

    assert tree.source == "debian:5.10 (5.10.9-1~bpo)"
    (note,) = progress.notes
    assert "linux-source-5.10 5.10.9-1~bpo is in suite gamma-backports" in note
    assert _specs(own_cache) == ["5.10.json"]
    _forbid_apt(tmp_path, monkeypatch)
    assert find_tree("debian:5.10") == tree


@needs_apt
def test_the_configured_suites_come_first(archive: Archive) -> None:
    """A newer version elsewhere is not looked for while apt's own suites have one."""
    archive.add("beta", "9.8.99-1")
    archive.alias("unstable", "beta")
    progress = Recorder()

    assert find_tree("debian:9.8", progress=progress).source == "debian:9.8 (9.8.7-1)"
    assert progress.notes == []


@needs_apt
def test_a_version_that_no_suite_has_lists_them_all(archive: Archive) -> None:
    """The error names what is there, in all suites that were asked."""
    archive.add("beta", "5.10.1-1", "5.10")
    archive.alias("oldstable", "beta")
    with pytest.raises(TreeError, match="nor in others of the same archives") as caught:
        find_tree("debian:4.19")
    assert "there is linux-source-5.10, linux-source-9.8" in str(caught.value)


@needs_apt
@pytest.mark.parametrize(("version", "suite"), [("9.9", "unstable"), ("4.19", "oldoldstable")])
def test_a_version_beyond_all_is_not_looked_for_in_every_suite(
    archive: Archive, version: str, suite: str
) -> None:
    """Newer than unstable, or older than oldoldstable: one more list is enough to say no."""
    archive.add("beta", "5.10.1-1", "5.10")
    archive.alias("oldoldstable", "beta")
    archive.add("gamma", "9.8.9-1", "9.8")
    archive.alias("unstable", "gamma")
    progress = Recorder()
    with pytest.raises(TreeError, match=f"nor in {suite} ") as caught:
        find_tree(f"debian:{version}", progress=progress)
    assert "linux-source-9.8" in str(caught.value)
    assert [name for name, _, _ in progress.tasks] == [
        "reading Debian's package lists",
        f"reading the package lists of Debian's {suite}",
    ]


@needs_apt
@pytest.mark.parametrize("version", ["9.9", "5.9"])
def test_a_version_within_the_ends_is_found(archive: Archive, version: str) -> None:
    """A version that apt's own suites are all older or newer than is looked for everywhere."""
    archive.add("beta", "5.9.1-1", "5.9")
    archive.alias("oldoldstable", "beta")
    archive.add("gamma", "9.9.1-1", "9.9")
    archive.alias("unstable", "gamma")
    assert find_tree(f"debian:{version}").version == "9.8.7-toy"


@needs_apt
def test_the_systems_apt_is_left_alone(archive: Archive) -> None:
    """The system's package lists and caches are as they were."""
    places = [Path("/var/lib/apt/lists"), Path("/var/cache/apt")]
    before = [snapshot(place) for place in places if place.is_dir()]
    find_tree("debian:9.8")
    assert [snapshot(place) for place in places if place.is_dir()] == before


# -------------------------------------------------------------------- errors


@needs_apt
def test_a_missing_package_lists_what_is_there(archive: Archive, own_cache: Path) -> None:
    """The error names the packages that exist, and how to name a suite."""
    archive.add("alpha", "10.1-1", "10.1")
    with pytest.raises(TreeError, match=r"no package linux-source-9\.9") as caught:
        find_tree("debian:9.9")
    text = str(caught.value)
    assert "there is linux-source-9.8, linux-source-10.1" in text
    assert "debian:9.9@SUITE" in text
    assert _trees(own_cache) == _specs(own_cache) == []


@needs_apt
def test_a_missing_suite_is_named(archive: Archive) -> None:
    """A suite that the mirror does not have is one line with apt's reason."""
    with pytest.raises(TreeError, match=r"debian:9\.8@gamma: apt cannot read suite gamma: .*gamma"):
        find_tree("debian:9.8@gamma")


@needs_apt
def test_a_suite_without_the_package_is_named(archive: Archive) -> None:
    """The error says in which suite the package is not."""
    archive.add("beta", "7.0-1", "7.0")
    with pytest.raises(TreeError, match=r"in suite beta \(there is linux-source-7\.0\)"):
        find_tree("debian:9.8@beta")


@needs_apt
def test_an_unreachable_archive_is_apts_last_word(
    archive: Archive, own_cache: Path, tmp_path: Path
) -> None:
    """When the archive is away, apt's own error is shown, and what is cached still works."""
    tree = find_tree("debian:9.8")
    archive.root.rename(tmp_path / "away")

    with pytest.raises(TreeError, match=r"debian:9\.9: apt: .*(File not found|Release)") as caught:
        find_tree("debian:9.9")
    assert "\n" not in str(caught.value)
    with pytest.raises(TreeError, match=r"debian:9\.8: apt: "):
        find_tree("debian:9.8", refresh=True)
    assert find_tree("debian:9.8") == tree


@needs_apt
def test_a_key_that_is_missing_is_explained(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A suite that nobody here vouches for is refused, with the package that may help."""
    archive.add("beta", "9.8.20-1")
    configure(tmp_path, archive.root, monkeypatch, option="arch=all,amd64")
    with pytest.raises(TreeError, match=r"key of suite beta is not trusted.*archive-keyring"):
        find_tree("debian:9.8@beta")


@needs_apt
@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ("hash", r"linux-source-9\.9 1-1: apt: .*(Hash|unexpected|mismatch)"),
        ("missing", r"linux-source-9\.9 1-1: apt: .*"),
        ("empty", r"linux-source-9\.9 1-1: no tarball linux-source-"),
        ("tarball", r"linux-source-9\.9 1-1: damaged or truncated tarball"),
    ],
)
def test_a_damaged_package_leaves_nothing(
    archive: Archive, own_cache: Path, broken: str, expected: str
) -> None:
    """Whatever is wrong with the package: one line, and nothing in the cache."""
    archive.add("alpha", "1-1", "9.9", broken=broken)
    with pytest.raises(TreeError, match=expected) as caught:
        find_tree("debian:9.9")
    assert "\n" not in str(caught.value)
    assert _trees(own_cache) == _specs(own_cache) == []


def test_without_apt_the_error_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine without apt, debian: trees cannot be fetched, in one line."""
    _forbid_apt(tmp_path, monkeypatch)
    with pytest.raises(ToolError, match=r"apt-get not found.*debian:"):
        find_tree("debian:9.8")


@needs_apt
def test_a_damaged_note_in_the_cache_is_rewritten(archive: Archive, own_cache: Path) -> None:
    """A pointer that cannot be read is no obstacle: the tree is looked up anew."""
    tree = find_tree("debian:9.8")
    pointer = own_cache / "trees/debian-specs/9.8.json"
    good = pointer.read_bytes()
    for bad in (b"", b"{", b"[]", b'{"entry": 1}', b"\xff"):
        pointer.write_bytes(bad)
        assert find_tree("debian:9.8") == tree
        assert pointer.read_bytes() == good


# ------------------------------------------------- interruption, concurrency

FETCH = """
import signal, sys, time
from contextlib import contextmanager
from kresolve.sources import find_tree

signal.signal(signal.SIGINT, signal.default_int_handler)  # even if we are in the background

class Slow:
    @contextmanager
    def task(self, description, *arguments, **options):
        print(description.split()[0], flush=True)
        if description.startswith(sys.argv[2]):
            time.sleep(60)
        yield self
    def note(self, text):
        print("note", flush=True)
    def update(self, completed, total=None):
        pass

print(find_tree(sys.argv[1], progress=Slow()).identity, flush=True)
"""


@needs_apt
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
@pytest.mark.parametrize("when", ["reading", "downloading", "unpacking"])
def test_an_interrupted_fetch_is_repeated(
    archive: Archive, own_cache: Path, when: str, how: signal.Signals
) -> None:
    """Killed or stopped by Ctrl-C at any stage, nothing counts, and the next run works."""
    with start_python(FETCH, "debian:9.8", when, cache=own_cache) as child:
        assert child.stdout is not None
        while child.stdout.readline() != f"{when}\n":
            pass
        child.send_signal(how)
    assert cached_trees() == []
    if how == signal.SIGINT:
        assert _trees(own_cache) == _specs(own_cache) == []

    tree = find_tree("debian:9.8")

    assert _trees(own_cache) == [tree.path.parent.name]
    assert _specs(own_cache) == ["9.8.json"]


def _is_gone(group: int) -> bool:
    """Are all processes of the group gone?"""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


@needs_apt
def test_ctrl_c_stops_apt(
    archive: Archive, own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Interrupted while apt works, kresolve ends apt too."""
    bin_directory = tmp_path / "bin"
    bin_directory.mkdir()
    slow = bin_directory / "apt-get"
    slow.write_text(f"#!/bin/sh\necho $$ >{tmp_path}/pid\nsleep {FOREVER} &\nwait\n")
    slow.chmod(0o755)
    monkeypatch.setenv("PATH", f"{bin_directory}{os.pathsep}{os.environ['PATH']}")
    with start_python(FETCH, "debian:9.8", "never", cache=own_cache) as child:
        pid = tmp_path / "pid"
        wait_for(lambda: pid.exists() and pid.read_text(), "the start of apt-get")
        child.send_signal(signal.SIGINT)

    wait_for(lambda: _is_gone(int(pid.read_text())), "the end of apt-get")
    assert _trees(own_cache) == _specs(own_cache) == []


@needs_apt
def test_two_processes_fetch_once(archive: Archive, own_cache: Path) -> None:
    """Started together, one fetches, the other waits, says so, and gets the same tree."""
    first = start_python(FETCH.replace("60", "1"), "debian:9.8", "downloading", cache=own_cache)
    assert first.stdout is not None
    assert first.stdout.readline() == "reading\n"
    second = start_python(FETCH, "debian:9.8", "never", cache=own_cache)

    told = first.communicate()[0].split()
    assert told[:-1] == ["downloading", "unpacking"]
    assert second.communicate()[0].split() == ["note", told[-1]]


@needs_apt
def test_hooks_of_other_programs_do_not_run(
    archive: Archive, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the system runs after an update is not run for ours."""
    config = tmp_path / "apt.conf"
    hooks = ("Pre-Invoke", "Post-Invoke", "Post-Invoke-Success")
    lines = [f'APT::Update::{hook} {{ "touch {tmp_path}/{hook}"; }};\n' for hook in hooks]
    config.write_text(config.read_text() + "".join(lines))
    find_tree("debian:9.8")
    assert [hook for hook in hooks if (tmp_path / hook).exists()] == []


# ---------------------------------------------------------------- real tree


def test_debians_tree_is_complete(kernel_tree: SourceTree) -> None:
    """debian:6.12 is a 6.12 kernel, and says which package it came from."""
    assert kernel_tree.version.startswith("6.12.")
    assert kernel_tree.source.startswith(f"debian:6.12 ({kernel_tree.version}")
    assert (kernel_tree.path / "arch/x86/configs/x86_64_defconfig").is_file()
