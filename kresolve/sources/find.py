"""Find a kernel tree by its specification.

A directory, a tarball, Debian's, kernel.org's, or a commit of a git repository.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from attrs import frozen

from kresolve.errors import TreeError
from kresolve.progress import SILENT, Progress
from kresolve.sources import cache, debian, git, kernel_org
from kresolve.sources.archive import COMPRESSIONS, compression_of, unpack_tree
from kresolve.sources.cache_entry import is_whole
from kresolve.sources.selection import SELECTION_VERSION
from kresolve.sources.tree_writer import missing_from
from kresolve.sources.version import read_version

# Places of trees in the cache, trees/NAME/.
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


def find_tree(
    spec: str | Path | None, *, progress: Progress = SILENT, refresh: bool = False
) -> SourceTree:
    """The tree that ``spec`` names; see interface.md.

    ``spec``: a directory, a tarball, ``debian:6.12``, ``debian:6.12@SUITE``,
    ``kernel.org:6.12.47``, ``git:DIR@REV``, or None for the current directory.
    A Path is never taken for a scheme.  Fetching and unpacking happen once and
    show on ``progress``; ``refresh`` asks the archive again whether there is
    something newer (``debian:``), or has changed (``kernel.org:``).

    Raises TreeError (one line) if there is no such tree, ToolError if a program
    that fetching needs is missing, KresolveError if the cache is not writable.
    """
    if spec is None:
        return _current_directory()
    if isinstance(spec, str):
        if not spec:
            raise TreeError("the name of the tree is empty")
        scheme, colon, rest = spec.partition(":")
        if colon and scheme == "debian":
            return _from_debian(spec, rest, progress, refresh=refresh)
        if colon and scheme == "git":
            found = git.fetch(rest, progress=progress)
            return _cached(found.directory, git.shown(rest, found.commit))
        if colon and scheme == "kernel.org":
            return _cached(kernel_org.fetch(rest, progress=progress, refresh=refresh), spec)
    path = Path(spec)
    if path.is_dir():
        return _user_directory(path, str(spec))
    if not path.exists():
        raise TreeError(f"{spec}: no such directory or tarball")
    if compression_of(path.name) is None:
        raise TreeError(
            f"{spec}: neither a kernel directory nor a tarball ({', '.join(COMPRESSIONS)})"
        )
    return _from_tarball(path, str(spec), progress)


def cached_trees() -> list[SourceTree]:
    """The complete trees in the cache, by name; a damaged one is made anew when it is named."""
    found = []
    for origin in _ORIGINS:
        base = cache.cache_root() / "trees" / origin
        if base.is_dir():
            for entry in sorted(base.iterdir()):
                if not entry.name.startswith(".") and is_whole(entry):
                    source = (entry / "source").read_text("utf-8", "surrogateescape")
                    found.append(_cached(entry, source))
    return found


def _current_directory() -> SourceTree:
    here = Path.cwd()
    missing = missing_from(here)
    if missing:
        raise TreeError(
            f"no tree named, and {here} is not a kernel tree (no {', no '.join(missing)}): "
            "name one, as in --tree DIRECTORY, --tree linux-6.12.tar.xz or --tree debian:6.12"
        )
    return _user_directory(here, str(here))


def _user_directory(path: Path, source: str) -> SourceTree:
    missing = missing_from(path)
    if missing:
        raise TreeError(f"{source}: not a kernel tree: no {', no '.join(missing)} in it")
    real = path.resolve()
    return SourceTree(
        path=real,
        source=source,
        version=read_version(real),
        identity=f"directory:{real}",
    )


def _from_debian(spec: str, rest: str, progress: Progress, *, refresh: bool) -> SourceTree:
    entry = debian.fetch(rest, progress=progress, refresh=refresh)
    return _cached(entry.directory, f"{spec} ({entry.package_version})")


def _from_tarball(path: Path, source: str, progress: Progress) -> SourceTree:
    real = path.resolve()
    try:
        status = real.stat()
        if not real.is_file():
            raise TreeError(f"{source}: neither a kernel directory nor a tarball's file")
        # Reading 150 MB to hash them would cost a second at every call.
        what = f"{real}\0{status.st_size}\0{status.st_mtime_ns}\0{SELECTION_VERSION}"
        key = hashlib.sha256(what.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        name = f"{cache.safe_name(real.name)}-{key}"
        entry = cache.cache_root() / "trees" / "tarball" / name

        def build(scratch: Path) -> None:
            with (
                progress.task(f"unpacking {real.name}", status.st_size, unit="bytes") as task,
                real.open("rb") as stream,
            ):
                compression = compression_of(real.name)
                assert compression is not None  # the caller looked
                unpack_tree(
                    stream, compression, scratch / "tree", origin=source, on_read=task.update
                )
            read_version(scratch / "tree")  # a tree that has none is never used
            (scratch / "source").write_text(source, encoding="utf-8", errors="surrogateescape")

        entry = cache.complete_directory(
            entry,
            build,
            whole=is_whole,
            note=progress.note,
            on_wait=lambda: progress.note(f"waiting: another kresolve unpacks {real.name}"),
            durable=True,
        )
    except PermissionError as error:
        raise TreeError(f"{source}: {error.strerror}") from error
    return _cached(entry, source)


def _cached(entry: Path, source: str) -> SourceTree:
    tree = (entry / "tree").resolve()
    return SourceTree(
        path=tree,
        source=source,
        version=read_version(tree),
        identity=f"{entry.parent.name}:{entry.name}",
    )
