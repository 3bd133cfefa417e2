"""Find a kernel tree by its specification.

A directory, a tarball, Debian's, kernel.org's, or a commit of a git repository.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from kresolve.errors import TreeError
from kresolve.progress import SILENT, Progress
from kresolve.sources import debian
from kresolve.sources.tree import SourceTree, keep_tree, missing_from, read_version


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
            return debian.fetch(rest, progress=progress, refresh=refresh)
        if colon and scheme == "git":
            from kresolve.sources import git

            return git.fetch(rest, progress=progress)
        if colon and scheme == "kernel.org":
            from kresolve.sources import kernel_org

            return kernel_org.fetch(rest, progress=progress, refresh=refresh)
    path = Path(spec)
    if path.is_dir():
        return _user_directory(path, str(spec))
    if not path.exists():
        raise TreeError(f"{spec}: no such directory or tarball")
    from kresolve.sources.archive import COMPRESSIONS

    if not path.name.lower().endswith(tuple(COMPRESSIONS)):
        raise TreeError(
            f"{spec}: neither a kernel directory nor a tarball ({', '.join(COMPRESSIONS)})"
        )
    return _from_tarball(path, str(spec), progress)


def _current_directory() -> SourceTree:
    current = Path.cwd()
    missing = missing_from(current)
    if missing:
        raise TreeError(
            f"no tree named, and {current} is not a kernel tree (no {', no '.join(missing)}): "
            "name one, as in --tree DIRECTORY, --tree linux-6.12.tar.xz or --tree debian:6.12"
        )
    return _user_directory(current, str(current))


def _user_directory(path: Path, source: str) -> SourceTree:
    missing = missing_from(path)
    if missing:
        raise TreeError(f"{source}: not a kernel tree: no {', no '.join(missing)} in it")
    real = path.resolve()
    return SourceTree(real, source, read_version(real), identity=f"directory:{real}")


def _from_tarball(path: Path, source: str, progress: Progress) -> SourceTree:
    real = path.resolve()
    try:
        status = real.stat()
        if not real.is_file():
            raise TreeError(f"{source}: neither a kernel directory nor a tarball's file")
        # Reading 150 MB to hash them would cost a second at every call.
        what = f"{real}\0{status.st_size}\0{status.st_mtime_ns}"
        key = hashlib.sha256(what.encode("utf-8", "surrogateescape")).hexdigest()[:16]

        def unpack(tree: Path) -> None:
            from kresolve.sources.archive import unpack_file

            unpack_file(real, tree, source, progress)

        return keep_tree("tarball", f"{real.name}-{key}", source, unpack, progress)
    except PermissionError as error:
        raise TreeError(f"{source}: {error.strerror}") from error
