"""The cache: complete or absent, built once, whoever is killed when."""

from __future__ import annotations

import errno
import os
import shutil
import threading
from pathlib import Path

import pytest
from attrs import evolve

from kresolve.errors import KresolveError
from kresolve.kconfig.model import Model
from kresolve.kconfig.storage import to_bytes
from kresolve.sources import cache, model_cache
from kresolve.sources.model_cache import cached_models
from tests.property.toys import load
from tests.unit.toytree import start_python

BUILD = """
import sys, time
from pathlib import Path
from kresolve.sources.cache import complete_directory

def build(directory):
    with open(sys.argv[2], "a") as log:
        log.write("built\\n")
    (directory / "first").write_text("1")
    print("half", flush=True)
    time.sleep(float(sys.argv[3]))
    (directory / "second").write_text("2")

complete_directory(Path(sys.argv[1]), build)
print("done", flush=True)
"""


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache for this test alone."""
    place = tmp_path / "cache"
    monkeypatch.setenv("KRESOLVE_CACHE", str(place))
    return place


def _two_files(directory: Path) -> None:
    (directory / "first").write_text("1")
    (directory / "second").write_text("2")


def _never(directory: Path) -> None:
    raise AssertionError(directory)


def _visible(directory: Path) -> list[str]:
    return sorted(entry.name for entry in directory.iterdir() if not entry.name.startswith("."))


def test_the_user_chooses_the_place(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """$KRESOLVE_CACHE wins; without it, or empty, the platform's user cache is taken."""
    assert cache.cache_root() == own_cache
    monkeypatch.setenv("KRESOLVE_CACHE", "")
    monkeypatch.setenv("XDG_CACHE_HOME", "/nowhere/at/all")
    assert cache.cache_root() == Path("/nowhere/at/all/kresolve")


def test_a_directory_is_built_once(own_cache: Path) -> None:
    """The second call finds what the first one built."""
    place = own_cache / "a" / "b"

    assert cache.complete_directory(place, _two_files) == place
    assert cache.complete_directory(place, _never, durable=True) == place
    assert _visible(place) == ["first", "second"]


def test_a_failed_build_leaves_nothing(own_cache: Path) -> None:
    """What the builder raises comes through, nothing stays, and the next build works."""
    place = own_cache / "entry"

    def fail(directory: Path) -> None:
        _two_files(directory)
        raise ValueError("no luck")

    with pytest.raises(ValueError, match="no luck"):
        cache.complete_directory(place, fail)
    assert [entry.name for entry in own_cache.iterdir()] == [".entry.lock"]
    cache.complete_directory(place, _two_files)


def test_a_killed_builder_leaves_nothing_that_counts(own_cache: Path, tmp_path: Path) -> None:
    """After kill -9 in the middle there is no entry; the next build works and cleans up."""
    place = own_cache / "entry"
    child = start_python(BUILD, place, tmp_path / "log", "60", cache=own_cache)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == "half\n"
        child.kill()

    assert not place.exists()
    assert len(list(own_cache.iterdir())) == 2  # the lock and the leftover
    cache.complete_directory(place, _two_files)
    assert sorted(entry.name for entry in own_cache.iterdir()) == [".entry.lock", "entry"]


def test_two_processes_build_once(own_cache: Path, tmp_path: Path) -> None:
    """Whoever comes second waits and gets what the first one built."""
    log = tmp_path / "log"
    children = [
        start_python(BUILD, own_cache / "entry", log, "0.3", cache=own_cache) for _ in range(2)
    ]

    said = [child.communicate()[0] for child in children]

    assert sorted(said) == ["done\n", "half\ndone\n"]
    assert log.read_text() == "built\n"
    assert _visible(own_cache / "entry") == ["first", "second"]


def test_threads_build_once(own_cache: Path) -> None:
    """Threads of one process exclude each other too, and the waiting ones are told."""
    built: list[Path] = []
    waited = threading.Event()

    def build(directory: Path) -> None:
        built.append(directory)
        assert waited.wait(20)

    threads = [
        threading.Thread(
            target=cache.complete_directory,
            args=(own_cache / "entry", build),
            kwargs={"on_wait": waited.set},
        )
        for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(built) == 1


def test_a_reader_needs_no_lock(own_cache: Path) -> None:
    """A complete entry is there at once, even while somebody holds its lock."""
    place = cache.complete_directory(own_cache / "entry", _two_files)

    with cache.building(place):
        assert cache.complete_directory(place, _never) == place


def test_a_cache_that_cannot_be_written_is_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it would hold is made once elsewhere; a note names the variable that moves it."""
    (tmp_path / "file").touch()
    monkeypatch.setenv("KRESOLVE_CACHE", str(tmp_path / "file"))
    notes: list[str] = []

    place = cache.complete_directory(tmp_path / "file" / "x" / "y", _two_files, note=notes.append)
    again = cache.complete_directory(tmp_path / "file" / "x" / "y", _never, note=notes.append)

    assert again == place
    assert place.parts[-2:] == ("x", "y")
    assert _visible(place) == ["first", "second"]
    (note,) = notes
    assert f"cannot write {tmp_path}/file/x/y: " in note
    assert "$KRESOLVE_CACHE" in note
    with pytest.raises(KresolveError, match="cannot write"):
        cache.write_atomically(tmp_path / "file" / "x", b"")
    cache.remember(tmp_path / "file" / "x", b"")
    assert (tmp_path / "file").is_file()


def test_a_cache_that_fills_up_is_done_without(own_cache: Path) -> None:
    """What finds no room in it is made elsewhere; what finds none there is one line."""

    def fill(directory: Path) -> None:
        if everywhere or directory.is_relative_to(own_cache):
            raise OSError(errno.ENOSPC, "No space left on device", str(directory))
        _two_files(directory)

    everywhere = False
    assert _visible(cache.complete_directory(own_cache / "entry", fill)) == ["first", "second"]
    everywhere = True
    with pytest.raises(KresolveError, match=r"cannot write .*: No space left on device \(the disk"):
        cache.complete_directory(own_cache / "other", fill)
    assert _visible(own_cache) == []


def test_what_has_the_wrong_kind_gives_way(own_cache: Path) -> None:
    """A file in place of a directory of the cache, or the reverse, is replaced."""
    own_cache.mkdir()
    (own_cache / "some").write_text("no directory")
    place = cache.complete_directory(own_cache / "some" / "entry", _two_files)
    (own_cache / "some" / ".entry.lock").unlink()
    (own_cache / "some" / ".entry.lock").mkdir()
    shutil.rmtree(place)
    place.write_text("no directory")
    assert cache.complete_directory(place, _two_files) == place
    assert _visible(place) == ["first", "second"]
    cache.write_atomically(place, b"a file")
    assert place.read_bytes() == b"a file"


def test_writing_is_all_or_nothing(tmp_path: Path) -> None:
    """A file is replaced as a whole; when that fails, the old one and nothing else is there."""
    file = tmp_path / "some" / "file"
    cache.write_atomically(file, b"old")
    cache.write_atomically(file, b"new")
    assert file.read_bytes() == b"new"

    with pytest.raises(KresolveError, match="cannot write"):
        cache.write_atomically(file / "below", b"new")
    assert [entry.name for entry in file.parent.iterdir()] == ["file"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6.12.117-1~deb12u1", "6.12.117-1_deb12u1"),
        ("2:6.12/..", "2_6.12_.."),
        ("../x y", "_x_y"),
        ("", "_"),
    ],
)
def test_names_are_safe(text: str, expected: str) -> None:
    """Names in the cache mean nothing to a shell, to make, or to the file system."""
    assert cache.safe_name(text) == expected


def _saved(place: Path, version: str, arch: str, key: str, title: str = "") -> Path:
    """A model in the cache, each newer than the one before."""
    model = load('config A\n\tbool "a"\n')
    info = evolve(model.info, version=version, srcarch="x86" if "86" in arch else arch)
    path = place / "models" / f"{version}-{arch}-{key}.model"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(to_bytes(evolve(model, info=info, title=title)))
    count = len(list(path.parent.iterdir()))
    os.utime(path, (count, count))
    return path


def test_the_newest_model_of_each_version_is_read(
    own_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the architecture's models, one a version is read, and only when it is its turn."""
    _saved(own_cache, "6.12.1", "x86_64", "a", "old")
    _saved(own_cache, "6.12.1", "i386", "b", "new")
    _saved(own_cache, "6.1.9", "x86_64", "c")
    _saved(own_cache, "7.3", "x86_64", "d")
    _saved(own_cache, "5.10", "arm64", "e")
    _saved(own_cache, "6.6", "x86_64", "f").write_bytes(b"damaged")
    read: list[Path] = []
    whole = model_cache._cached

    def noted(path: Path) -> Model | None:
        read.append(path)
        return whole(path)

    monkeypatch.setattr(model_cache, "_cached", noted)
    models = cached_models("x86", but="7.3")

    assert next(models).info.version == "6.1.9"
    assert len(read) == 1
    assert [(model.info.version, model.title) for model in models] == [("6.12.1", "new")]
    assert len(read) == 2


def test_models_that_newer_ones_superseded_go(own_cache: Path) -> None:
    """Of one version and architecture the newest stay; nothing else is touched."""
    other = _saved(own_cache, "6.12.1", "x86", "a")
    saved = [_saved(own_cache, "6.12.1", "x86_64", f"{number}") for number in range(9)]
    model_cache._prune(saved[-1])

    assert {*other.parent.iterdir()} == {other, *saved[3:]}


def test_models_may_vanish_at_any_time(own_cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What another process removes meanwhile is no error, here or there."""
    saved = [_saved(own_cache, "6.12.1", "x86_64", f"{number}") for number in range(9)]
    found = model_cache._newest_first(saved[0].parent)
    for path in saved:
        path.unlink()
    monkeypatch.setattr(model_cache, "_newest_first", lambda folder: found)
    model_cache._prune(saved[-1])

    assert list(cached_models("x86")) == []
