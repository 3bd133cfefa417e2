"""Write the kept files of a kernel tree that somebody else packed, trusting no name.

No symbolic link exists while files are written.  What every name is, a file, a
directory or a link, and where every link leads, is decided from the names
alone, before the first link is made; so none is ever followed on the way to
another one.  All of it holds for tarballs and commits alike.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from attrs import define, field

from kresolve.errors import TreeError
from kresolve.sources.selection import ESSENTIAL

#: More bytes than any link's target may have (PATH_MAX of Linux).
TARGET_LIMIT: Final = 4096

# What a kernel does not come near: its kept part is 40 MB in 6,000 files whose
# names have up to 90 bytes.
_NAME_LIMIT = 1000
_DEPTH_LIMIT = 100
_FILES_LIMIT = 200_000
_BYTES_LIMIT = 1 << 30

# How many links Linux follows on one way.
_LINKS_LIMIT = 40

_DIRECTORY = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC

# A file system may find two names equal that differ: in capitals, say.
_TAKEN = (errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.ELOOP)
_NO_NAME = (errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ)


@define
class _Link:
    target: str


@define
class TreeWriter:
    """Writes files and links below ``root``, an empty directory that nobody else changes.

    ``origin`` begins every error (the tarball's path, say), ``container`` is
    what the names come from: "tarball", "commit".  :meth:`mode` makes the
    links, so it has to be called at the end.  A name that occurs twice is an
    error, and so is one below a file or a link.
    """

    root: Path
    origin: str
    container: str
    # Every name so far: "file", "directory" or where a link leads.
    _known: dict[str, str | _Link] = field(factory=dict, init=False)
    _written: int = field(default=0, init=False)

    def checked_name(self, name: str) -> str:
        """``name`` without ``.`` and doubled slashes.

        Raises TreeError if it is absolute or has ``..`` in it.
        """
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts:
            raise self._unsafe(f"member {_short(name)} leads outside")
        return "/".join(parts)

    def is_file(self, name: str) -> bool:
        """Whether ``name``, a checked one, has been written."""
        return self._known.get(name) == "file"

    def directory(self, name: str) -> None:
        """Take note of the directory ``name``, a checked one; empty ones are not made."""
        if self._known.get(name) != "directory":
            self._enter(name, "directory")

    @contextmanager
    def file(self, name: str, size: int, *, executable: bool) -> Iterator[IO[bytes]]:
        """Open the new regular file ``name``, a checked one, to write its ``size`` bytes."""
        self._enter(name, "file")
        self._written += size
        if self._written > _BYTES_LIMIT:
            raise self._unsafe(f"more than {_BYTES_LIMIT >> 20} MiB to keep, with {_short(name)}")
        mode = 0o755 if executable else 0o644
        with self._place_of(name) as (parent, last):
            descriptor = os.open(last, _NEW_FILE, mode, dir_fd=parent)
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(descriptor, mode)
            yield file

    @contextmanager
    def written(self, name: str) -> Iterator[IO[bytes]]:
        """Open the file ``name``, which has been written, to read it."""
        with self._place_of(name) as (parent, last):
            descriptor = os.open(last, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
        with os.fdopen(descriptor, "rb") as file:
            yield file

    def link(self, name: str, target: str) -> None:
        """Have a symbolic link ``name``, a checked one, to ``target`` at the end."""
        if not target:
            raise self._unsafe(f"link {_short(name)} has no target")
        if _length(target) >= TARGET_LIMIT:
            raise self._unsafe(f"link {_short(name)} has a target that is too long for a path")
        self._enter(name, _Link(target))

    def missing(self, top: str = "") -> list[str]:
        """What the directory ``top``, "" for all of it, lacks to be a kernel tree."""
        return [name for name in ESSENTIAL if self._end_of(top, name) not in self._known]

    def tops(self) -> list[str]:
        """The directories that stand beside nothing but each other, sorted."""
        return sorted(name for name, what in self._known.items() if _is_top(name, what))

    def finish(self, top: str = "") -> None:
        """Make the symbolic links of the directory ``top``, which becomes a tree of its own.

        A dangling one is fine, its target may not be kept.  Raises TreeError
        if one leads out of ``top``, by way of others too, or into a loop.
        """
        inside = f"{top}/" if top else ""
        links = {
            name.removeprefix(inside): what.target
            for name, what in self._known.items()
            if isinstance(what, _Link) and name.startswith(inside)
        }
        for name, target in links.items():
            if self._end_of(top, name) is None:
                raise self._unsafe(
                    f"link {_short(name)} leads outside or into a loop ({_short(target)})"
                )
        for name, target in links.items():
            with self._place_of(inside + name) as (parent, last):
                os.symlink(target, last, dir_fd=parent)

    def _enter(self, name: str, what: str | _Link) -> None:
        """Take ``name`` for ``what``, and its parents for directories."""
        parts = name.split("/")
        if _length(name) > _NAME_LIMIT or len(parts) > _DEPTH_LIMIT:
            raise self._unsafe(
                f"{_short(name)} is longer than {_NAME_LIMIT} bytes or {_DEPTH_LIMIT} directories"
            )
        if name in self._known:
            raise self._twice(name)
        for count in range(1, len(parts)):
            above = "/".join(parts[:count])
            if self._known.setdefault(above, "directory") != "directory":
                raise self._twice(above)
        self._known[name] = what
        if len(self._known) > _FILES_LIMIT:
            raise self._unsafe(f"more than {_FILES_LIMIT:,} files to keep")

    def _end_of(self, top: str, name: str) -> str | None:
        """Where ``top/name`` leads once all links are made, as a name below the root.

        None if it leaves ``top`` anywhere on its way, or never ends.
        """
        inside = top.split("/") if top else []
        path = list(inside)
        ahead = name.split("/")[::-1]
        followed = 0
        while ahead:
            part = ahead.pop()
            if part in ("", "."):
                continue
            if part == "..":
                if len(path) == len(inside):
                    return None
                path.pop()
                continue
            path.append(part)
            what = self._known.get("/".join(path))
            if isinstance(what, _Link):
                followed += 1
                if what.target.startswith("/") or followed > _LINKS_LIMIT:
                    return None
                path.pop()
                ahead += what.target.split("/")[::-1]
        return "/".join(path)

    @contextmanager
    def _place_of(self, name: str) -> Iterator[tuple[int, str]]:
        """A descriptor of the directory of ``name``, made where missing, and its last part."""
        *above, last = name.split("/")
        directory = os.open(self.root, _DIRECTORY)
        try:
            for part in above:
                try:
                    below = os.open(part, _DIRECTORY, dir_fd=directory)
                except FileNotFoundError:
                    os.mkdir(part, 0o777, dir_fd=directory)
                    below = os.open(part, _DIRECTORY, dir_fd=directory)
                os.close(directory)
                directory = below
            yield directory, last
        except OSError as error:
            if error.errno in _TAKEN:
                raise self._twice(name) from error
            if error.errno in _NO_NAME:
                raise self._unsafe(f"{_short(name)}: {error.strerror}") from error
            raise
        except ValueError as error:  # a NUL, or letters that the locale lacks
            raise self._unsafe(f"{_short(name)} cannot be a name of a file here") from error
        finally:
            os.close(directory)

    def _unsafe(self, why: str) -> TreeError:
        return TreeError(f"{self.origin}: unsafe {self.container}: {why}")

    def _twice(self, name: str) -> TreeError:
        return TreeError(
            f"{self.origin}: damaged {self.container}: {_short(name)} stands in it twice, "
            "or is a file or a link and a directory"
        )


def _is_top(name: str, what: str | _Link) -> bool:
    return what == "directory" and "/" not in name


def _length(text: str) -> int:
    """How many bytes ``text`` is on disk."""
    return len(text.encode("utf-8", "replace"))


def _short(name: str) -> str:
    """``name`` as it can stand in one line."""
    return repr(name if len(name) <= 120 else f"{name[:80]}...{name[-30:]}")
