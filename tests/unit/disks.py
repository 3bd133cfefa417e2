"""File systems that one process mounts, and nobody else sees."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest


def may_mount(place: Path) -> list[str]:
    """What begins the command of a process that may mount; skips where none may."""
    may = ["unshare", "--user", "--map-root-user", "--mount"]
    try:
        subprocess.run([*may, "mount", "-t", "tmpfs", "none", place], check=True, timeout=60)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("nothing can be mounted here")
    return may
