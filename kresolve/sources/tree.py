"""Kernel trees on disk, and those that kresolve keeps in its cache.

``trees/ORIGIN/NAME`` in the cache holds a tree, which never changes, in ``tree``, and what
people call it in the file ``source``.  ``trees/ORIGIN-specs/SPEC.json`` says which of them a
specification means until somebody asks its origin again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

from attrs import frozen

from kresolve.errors import TreeError
from kresolve.progress import Progress
from kresolve.sources import cache
from kresolve.sources.selection import ESSENTIAL, SELECTION_VERSION

_ORIGINS = ("debian", "git", "kernel.org", "tarball")


@frozen
class SourceTree:
    """A kernel tree on disk.

    ``path``: absolute, symbolic links resolved (as make resolves it).
    ``source``: what a person would call it, with the exact package version.
    ``version``: as ``make kernelversion`` says, "6.12.117".
    ``identity``: differs where the material differs.  For a tree in the cache
    its key there; for a user's directory its real path, so whoever keeps
    something derived from it has to watch the files themselves.
    """

    path: Path
    source: str
    version: str
    identity: str

    @property
    def cached(self) -> bool:
        """Whether this tree is kresolve's own copy, which nobody changes."""
        return not self.identity.startswith("directory:")


def missing_from(directory: Path) -> list[str]:
    """What ``directory`` lacks to be a kernel tree, as relative paths."""
    return [name for name in ESSENTIAL if not (directory / name).exists()]


def read_version(directory: Path) -> str:
    """The version in the top Makefile of the tree in ``directory``.

    Raises TreeError if the Makefile has none.
    """
    makefile = directory / "Makefile"
    try:
        text = makefile.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise TreeError(f"{makefile}: {error.strerror}") from error

    def value(name: str) -> str:
        match = re.search(rf"^{name}[ \t]*:?=[ \t]*([^\s#]*)", text, re.MULTILINE)
        return match[1] if match else ""

    version, patchlevel, sublevel = map(value, ("VERSION", "PATCHLEVEL", "SUBLEVEL"))
    if not version:
        raise TreeError(f"{makefile}: no VERSION = in it; is this a kernel tree?")
    # The same rule as the Makefile's own KERNELVERSION.
    if patchlevel:
        version += f".{patchlevel}" + (f".{sublevel}" if sublevel else "")
    return version + value("EXTRAVERSION")


def cached_trees() -> list[SourceTree]:
    """The complete trees in the cache, by name; a damaged one is made anew when it is named."""
    places = [cache.cache_root() / "trees" / origin for origin in _ORIGINS]
    return [
        _in_cache(entry, (entry / "source").read_text("utf-8", "surrogateescape"))
        for place in places
        if place.is_dir()
        for entry in sorted(place.iterdir())
        if not entry.name.startswith(".") and _is_whole(entry)
    ]


def keep_tree(
    origin: str, name: str, source: str, write: Callable[[Path], None], progress: Progress
) -> SourceTree:
    """The tree ``trees/ORIGIN/NAME``; ``write`` makes it in a new directory if it is not there.

    Raises TreeError if that has no version; whatever ``write`` raises passes through.
    """

    def build(content: Path) -> None:
        write(content / "tree")
        try:
            read_version(content / "tree")
        except TreeError as error:
            raise TreeError(f"{source}: its Makefile has no VERSION") from error
        (content / "source").write_text(source, encoding="utf-8", errors="surrogateescape")

    entry = cache.complete_directory(
        cache.cache_root() / "trees" / origin / cache.safe_name(f"{name}_{SELECTION_VERSION}"),
        build,
        whole=_is_whole,
        note=progress.note,
        on_wait=lambda: progress.note(f"waiting: another kresolve makes the tree of {source}"),
        durable=True,
    )
    return _in_cache(entry, source)


def known_tree(spec: str, server: str = "") -> SourceTree | None:
    """The tree that ``spec`` ("debian:6.12") meant the last time; None if it is not in the cache.

    ``server`` tells apart those that may mean different trees by it.
    """
    try:
        known = json.loads(_pointer(spec, server).read_text(encoding="utf-8"))
        place = cache.cache_root() / "trees" / spec.partition(":")[0]
        entry = place / cache.safe_name(known["entry"])
        if known["selection"] != SELECTION_VERSION or not _is_whole(entry):
            return None
        source = (entry / "source").read_text(encoding="utf-8")
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none, or damaged: fetching writes it anew
    # Another spec may have been the first that meant this tree; the package's version stays.
    return _in_cache(entry, spec + "".join(source.partition(" ")[1:]))


def remembered_tree(
    spec: str,
    fetch: Callable[[Path], SourceTree],
    progress: Progress,
    *,
    server: str = "",
    refresh: bool = False,
) -> SourceTree:
    """The tree that ``spec`` means: as it is known, or, also on ``refresh``, as ``fetch`` finds.

    ``fetch`` gets an empty directory to work in.  Of several processes one fetches.
    """
    known = None if refresh else known_tree(spec, server)
    if known:
        return known
    pointer = _pointer(spec, server)

    def waiting() -> None:
        progress.note(f"waiting: another kresolve fetches {spec}")

    with cache.building(pointer, note=progress.note, on_wait=waiting) as scratch:
        known = None if refresh else known_tree(spec, server)
        if known:
            return known
        tree = fetch(scratch)
        content = {"entry": tree.path.parent.name, "selection": SELECTION_VERSION}
        cache.remember(pointer, json.dumps(content, indent=1).encode() + b"\n")
    return tree


def _pointer(spec: str, server: str) -> Path:
    origin, _, rest = spec.partition(":")
    folder = cache.cache_root() / "trees" / f"{origin}-specs"
    return folder / f"{cache.safe_name(rest + server)}.json"


def _is_whole(entry: Path) -> bool:
    """Whether all that every kernel tree has is there; a damaged one is made anew."""
    try:
        read_version(entry / "tree")
    except TreeError:
        return False
    return (entry / "source").is_file() and not missing_from(entry / "tree")


def _in_cache(entry: Path, source: str) -> SourceTree:
    tree = (entry / "tree").resolve()
    return SourceTree(tree, source, read_version(tree), f"{entry.parent.name}:{entry.name}")
