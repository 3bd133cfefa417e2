"""The hooks in .pre-commit-hooks.yaml, run by the real pre-commit program."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import HERE, Place
from tests.cli.toykernel import ARCH
from tests.unit.test_docs import project_files

pytestmark = pytest.mark.long

_CONFIG = """\
repos:
  - repo: {repository}
    rev: v1
    hooks:
      - id: {hook}
        args: [--tree, toy, --arch, {arch}, --base, empty]
"""
_FILES = {
    ".gitignore": "toy/\n",
    "kept.config": "CONFIG_CAT=y\n",
    "fragments/lost.config": "CONFIG_DOORBELL=y\nCONFIG_CATT=y\n",
    "my_defconfig": "CONFIG_FISH=m\n",
    "nginx.conf": "user nginx;\n",
    "config.txt": "colour = blue\n",
}


def _git(folder: Path, *arguments: str) -> None:
    words = ["git", "-c", "user.name=t", "-c", "user.email=t@localhost", *arguments]
    subprocess.run(words, cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pre-commit in an environment of its own."""
    folder = tmp_path_factory.mktemp("pre-commit")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    words = [str(folder / "bin" / "pip"), "install", "--quiet", "pre-commit"]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"pre-commit cannot be installed: {done.stderr.strip()[-200:]}")
    return folder / "bin" / "pre-commit"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """This checkout, as it is now, as a repository with a tag."""
    folder = tmp_path_factory.mktemp("repository")
    for path in project_files():
        copy = folder / path.relative_to(HERE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    _git(folder, "init", "--quiet")
    _git(folder, "add", "--all", "--force")
    _git(folder, "commit", "--quiet", "--message", "as it is")
    _git(folder, "tag", "v1")
    return folder


def test_the_hooks_take_fragments_only_and_mend_them(
    place: Place, program: Path, repository: Path
) -> None:
    """pre-commit gives the hooks fragments, nothing else, and shows what they say."""
    for name, text in _FILES.items():
        (place.work / name).parent.mkdir(exist_ok=True)
        (place.work / name).write_text(text, encoding="utf-8")
    _git(place.work, "init", "--quiet")

    def run(hook: str) -> subprocess.CompletedProcess[str]:
        config = _CONFIG.format(repository=repository, hook=hook, arch=ARCH)
        (place.work / ".pre-commit-config.yaml").write_text(config, encoding="utf-8")
        _git(place.work, "add", "--all")
        return subprocess.run(
            [program, "run", "--all-files", "--verbose"],
            cwd=place.work,
            env={
                **os.environ,
                "PRE_COMMIT_HOME": str(place.root / "pre-commit"),
                "KRESOLVE_CACHE": str(place.root / "cache"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    done = run("kresolve-lint")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "[ERROR] fragments/lost.config:1: CONFIG_DOORBELL" in done.stdout
    assert "[ERROR] my_defconfig:1: CONFIG_FISH" in done.stdout
    assert "nginx.conf" not in done.stdout
    assert "config.txt" not in done.stdout
    # One run for all files, whose summaries say whose they are.
    summaries = [line for line in done.stdout.splitlines() if "not in final .config, " in line]
    names = ["fragments/lost.config", "kept.config", "my_defconfig"]
    assert [line.partition(": ")[0] for line in summaries] == names
    assert done.stdout.count("reading the Kconfig files") == 1

    done = run("kresolve-lint-fix")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "files were modified by this hook" in done.stdout
    assert "CONFIG_GARDEN=y" in (place.work / "my_defconfig").read_text(encoding="utf-8")
    assert (place.work / "kept.config").read_text(encoding="utf-8") == _FILES["kept.config"]
