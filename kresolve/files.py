"""Writing files so that they are there as a whole, or not at all."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from kresolve.errors import ConfigFileError


def write_whole(path: Path, data: str | bytes) -> None:
    """Write a file in one step; what stood there before stays until then.

    A symbolic link stays, and what it points to is written.  What is no
    regular file (a pipe, a device, /dev/stdout) is written to as it is.
    Raises ConfigFileError with the place and the system's reason.
    """
    content = data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")
    try:
        target = Path(os.path.realpath(path))
        # Not resolved: /dev/stdout must be seen as what it is called.
        special = path.absolute().parts[1:2] in (("dev",), ("proc",))
        if special or (target.exists() and not target.is_file()):
            with path.open("wb") as file:
                file.write(content)
        else:
            _replace(target, content)
    except OSError as error:
        raise ConfigFileError(f"{path}: cannot write it: {error.strerror or error}") from error


def _replace(path: Path, content: bytes) -> None:
    scratch = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    # 0o666 minus the umask, as for any new file; an old one keeps its mode.
    descriptor = os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        with contextlib.suppress(FileNotFoundError):
            scratch.chmod(path.stat().st_mode & 0o7777)
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def check_writable(path: Path) -> None:
    """Refuse a file that cannot be written, before any work is done."""
    if path.is_dir():
        raise ConfigFileError(f"{path}: this is a directory; name a file to write")
    if not path.absolute().parent.is_dir():
        raise ConfigFileError(f"{path}: no such directory: {path.absolute().parent}")
