"""Write the kept files of a kernel tree that somebody else packed, trusting no name.

Files are written before any symbolic link exists, so no file can be written
through a link, and a link that leads outside is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from attrs import define, field

from kresolve.errors import TreeError
from kresolve.trees.selection import ESSENTIAL


def missing_from(directory: Path) -> list[str]:
    """What ``directory`` lacks to be a kernel tree, as relative paths."""
    return [name for name in ESSENTIAL if not (directory / name).exists()]


@define
class TreeWriter:
    """Writes files and links below ``root``, an empty directory.

    ``origin`` begins every error (the tarball's path, say), ``container`` is
    what the names come from: "tarball", "commit".  :meth:`finish` makes the
    links, so it has to be called at the end.
    """

    root: Path
    origin: str
    container: str
    _links: list[tuple[Path, str]] = field(factory=list, init=False)

    def checked_name(self, name: str) -> str:
        """``name`` without ``.`` and doubled slashes.

        Raises TreeError if it is absolute or has ``..`` in it.
        """
        parts = [part for part in name.split("/") if part not in ("", ".")]
        if name.startswith("/") or ".." in parts:
            raise TreeError(
                f"{self.origin}: unsafe {self.container}: member {name!r} leads outside"
            )
        return "/".join(parts)

    @contextmanager
    def file(self, name: str, *, executable: bool) -> Iterator[IO[bytes]]:
        """Open the regular file ``name``, a checked one, to write its content.

        Raises TreeError if the name was that of a directory, or the reverse.
        """
        path = self.root / name
        with self._room_for(path, name), path.open("wb") as file:
            yield file
        path.chmod(0o755 if executable else 0o644)

    def link(self, name: str, target: str) -> None:
        """Have a symbolic link ``name``, a checked one, to ``target`` at the end."""
        self._links.append((self.root / name, target))

    def finish(self) -> None:
        """Make the symbolic links.

        A dangling one is fine, its target may not be kept.  Raises TreeError
        if one leads outside the root, by way of others too, or into a loop.
        """
        for path, target in self._links:
            with self._room_for(path, path.name):
                path.unlink(missing_ok=True)
                path.symlink_to(target)
        inside = self.root.resolve()
        unsafe = f"{self.origin}: unsafe {self.container}:"
        for path, target in self._links:
            # only now: a link may lead through another one
            try:
                real = path.resolve()
            except (OSError, RuntimeError) as error:
                raise TreeError(f"{unsafe} {path.name} is a loop") from error
            if Path(target).is_absolute() or not real.is_relative_to(inside):
                name = path.relative_to(self.root)
                raise TreeError(f"{unsafe} link {name} leads outside ({target})")

    @contextmanager
    def _room_for(self, path: Path, name: str) -> Iterator[None]:
        """Have the parent of ``path``; a name of two kinds is an error of the container."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            yield
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise TreeError(
                f"{self.origin}: damaged {self.container}: {name} is a directory and is not"
            ) from error
