"""Calling other programs: a controlled environment, clear errors, no leftovers."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from kresolve.errors import ToolError

# What a child may see of the user's environment.  Everything else (ARCH, CC,
# KCFLAGS, KCONFIG_*, MAKEFLAGS ...) would change the result without a trace in
# the model, so it has to be asked for in kresolve's own words.
_INHERITED = ("PATH", "HOME", "TMPDIR", "USER", "LOGNAME", "LD_LIBRARY_PATH")
_INHERITED_PREFIXES = ("RUSTUP_", "CARGO_")

# Where a missing program comes from, as a person would type it.
_PACKAGES = {
    "apt-cache": "apt",
    "apt-config": "apt",
    "apt-get": "apt",
    "bison": "bison",
    "dpkg-deb": "dpkg",
    "flex": "flex",
    "gcc": "gcc",
    "g++": "g++",
    "clang": "clang",
    "make": "make",
    "zstd": "zstd",
}


def base_environment() -> dict[str, str]:
    """The environment that every child of a tree starts from.

    The locale is fixed, so that no message or sort order depends on the user.
    """
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    kept.setdefault("PATH", os.defpath)
    kept["LANG"] = "C.UTF-8"
    return kept


def find_program(name: str, environment: Mapping[str, str] | None = None) -> str:
    """The path of ``name`` on the PATH of ``environment`` (default: ours).

    Raises ToolError that says how to install it.
    """
    path = None if environment is None else environment.get("PATH")
    found = shutil.which(name, path=path)
    if found is None:
        package = _PACKAGES.get(name)
        hint = f": apt-get install {package}" if package else ""
        raise ToolError(f"{name} not found{hint}")
    return found


def last_line(text: str) -> str:
    """The last line of ``text`` that is not blank, or the empty string."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def run(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    directory: Path,
) -> subprocess.CompletedProcess[str]:
    """Run ``command`` in ``directory`` with exactly ``environment``.

    Both outputs are captured; bytes that are no UTF-8 survive as surrogates.
    The exit status is the caller's to judge.  Ctrl-C kills the child.
    Raises ToolError when the program cannot be started.
    """
    program = find_program(str(command[0]), environment)
    try:
        return subprocess.run(
            [program, *map(str, command[1:])],
            env=dict(environment),
            cwd=directory,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
            check=False,
        )
    except OSError as error:
        raise ToolError(f"cannot run {program}: {error.strerror}") from error
