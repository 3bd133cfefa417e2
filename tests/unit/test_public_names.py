"""What ``import kresolve`` gives: names that are seen, typed, and imported when they are used."""

from __future__ import annotations

import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import kresolve

ROOT = Path(__file__).parents[2]

#: A user's script, and what mypy knows of it.
SCRIPT = """\
import kresolve
from kresolve import Tree, plan

p = plan("criu", tree="debian:6.12", base="allnoconfig")
reveal_type(p)
reveal_type(p.lines)
reveal_type(Tree.load("x").plan("y").fragment)
reveal_type(kresolve.lint)
kresolve.plann
"""
KNOWN = [
    "kresolve.planner.result.Plan",
    "tuple[kresolve.planner.result.PlanLine, ...]",
    "str",
    r"def \(.* -> kresolve\.fragments\.linting\.Lint",
]


def _python(code: str) -> str:
    """What a fresh Python prints."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def _mypy(folder: Path, *options: str) -> list[str]:
    """What mypy --strict says of the script, in a folder of its own."""
    (folder / "script.py").write_text(SCRIPT, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *options, "script.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()


def _check(said: list[str]) -> None:
    *revealed, wrong, _ = said
    assert len(revealed) == len(KNOWN), said
    for line, expected in zip(revealed, KNOWN, strict=True):
        assert re.search(f'Revealed type is "({re.escape(expected)}|{expected})', line), line
    assert "Module has no attribute" in wrong


def test_the_public_names_are_seen() -> None:
    """dir() and TAB show the public names before any is imported, and no others."""
    shown = _python("import kresolve; print(*dir(kresolve))").split()
    assert shown == sorted([*kresolve.__all__, "__version__"])


def test_importing_kresolve_imports_nothing_else() -> None:
    """`import kresolve` costs one small module and no library, until a name is used."""
    code = (
        "import sys; before = set(sys.modules); import kresolve\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*new - sys.stdlib_module_names)\n"
        "print(*[name for name in sys.modules if name.startswith('kresolve.')])"
    )
    assert _python(code) == "kresolve\n\n"


@pytest.mark.parametrize("name", kresolve.__all__)
def test_a_public_name_is_the_one_that_type_checkers_see(name: str) -> None:
    """A name comes at run time from the module from which a type checker has it."""
    source = Path(kresolve.__file__).read_text(encoding="utf-8")
    pattern = rf"^    from (kresolve\.[\w.]+) import (?:.*, )?{name}(?:,.*)?$"
    assert re.findall(pattern, source, re.MULTILINE) == [f"kresolve.{kresolve._HOMES[name]}"]


def test_a_users_script_has_types(tmp_path: Path) -> None:
    """mypy --strict sees the real types in a user's script, and a name that does not exist."""
    _check(_mypy(tmp_path))


@pytest.mark.long
def test_the_wheel_has_types(tmp_path: Path) -> None:
    """The same with kresolve installed from its wheel, which brings data and types along."""
    pip = [sys.executable, "-m", "pip"]
    wheels = tmp_path / "wheels"
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(wheels), str(ROOT)], check=True)
    (wheel,) = wheels.iterdir()
    place = tmp_path / "venv"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    subprocess.run([*pip, "--python", str(python), "install", "--no-deps", str(wheel)], check=True)
    (site,) = place.glob("lib/python*/site-packages")
    for needed in ("py.typed", "data", "sources/replay.c"):
        assert (site / "kresolve" / needed).exists()
    # Its dependencies, from here; mypy sees them at the place where they are found first.
    (site / "others.pth").write_text(
        "\n".join(path for path in sys.path if path.endswith("site-packages")), encoding="utf-8"
    )

    _check(_mypy(tmp_path, "--python-executable", str(python)))
