"""The tutorial about Kata, typed as it stands."""

from __future__ import annotations

import doctest
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

PAGE = ROOT / "docs" / "tutorial-kata.md"
CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = "--- end of command"


def steps() -> list[tuple[str, str]]:
    """The commands of the page, each with what it is to say."""
    found: list[tuple[str, str]] = []
    for block in CONSOLE.findall(PAGE.read_text(encoding="utf-8")):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), ""))
            else:
                found[-1] = (found[-1][0], f"{found[-1][1]}{line}\n")
    return found


@pytest.mark.conf
@pytest.mark.tree
@pytest.mark.long
def test_the_tutorial_about_kata(shared_dir: Path, tmp_path: Path) -> None:
    """Every command of the page says, on Kata's own fragments, what the page shows."""
    kernel = tmp_path / "kata-containers" / "tools" / "packaging" / "kernel"
    shutil.copytree(shared_dir / "kata" / "fragments", kernel / "configs" / "fragments")
    script = f'kresolve() {{ "{sys.executable}" -m kresolve "$@"; }}\n'
    for command, _ in steps():
        script += f"{{ {command}\n}} 2>&1\necho '{MARK}'\n"
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    said = done.stdout.split(f"{MARK}\n")
    checker = doctest.OutputChecker()
    options = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

    assert len(steps()) >= 8
    for (command, expected), text in zip(steps(), said, strict=False):
        quiet = re.sub(r"^(?:reading the Kconfig|building conf).*\n", "", text, flags=re.MULTILINE)
        assert checker.check_output(expected, quiet, options), f"$ {command}\n{text}"
    assert done.stderr == ""
