"""A library that cannot be imported, or a part of Python that is not there, is one line."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import HERE, Place
from tests.cli.toykernel import ARCH
from tests.unit.test_floors import KRESOLVE

#: Parts of Python that need a library which was not there when somebody built it.
PARTS = ("_bz2", "_ctypes", "_hashlib", "_lzma", "_ssl", "zlib")
LIBRARIES = sorted(KRESOLVE.libraries.keys() - sys.stdlib_module_names)
#: Of the libraries, those that this command may do without.
SPARED = {"backports", "compression", "pandas"}
SAID = "libx.so.0: cannot open shared object file: No such file or directory"


@pytest.mark.parametrize("name", [*PARTS, *LIBRARIES])
def test_a_library_that_is_missing_is_one_line(place: Place, name: str) -> None:
    """Without a library a command works, or one line names it, with status 2: no bug of ours."""
    shadow = place.root / "shadow"
    shadow.mkdir()
    (shadow / f"{name}.py").write_text(
        f"raise ImportError({SAID!r}, name=__name__)\n", encoding="utf-8"
    )
    done = place.run(
        *(
            "plan",
            "FISH",
            "--tree",
            "toy",
            "--arch",
            ARCH,
            "--base",
            "empty",
            "--graph",
            "plan.json",
        ),
        environment={"PYTHONPATH": f"{shadow}:{HERE}"},
    )

    assert done.returncode in ({0, 2} if name in {*PARTS, *SPARED} else {2}), done.stderr
    last = done.stderr.splitlines()[-1]
    if done.returncode:
        assert last.startswith("kresolve: ")
        assert f"cannot import {'its own ' if name in PARTS else ''}{name} ({SAID})" in last
        assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert "report" not in done.stderr


def test_a_module_of_kresolve_that_is_missing_is_a_mistake(place: Place, tmp_path: Path) -> None:
    """A kresolve that was installed by halves ends with status 3, never with Python's own 1."""
    broken = tmp_path / "broken" / "kresolve"
    broken.mkdir(parents=True)
    for name in ("__init__", "__main__", "errors"):
        (broken / f"{name}.py").write_bytes((HERE / "kresolve" / f"{name}.py").read_bytes())
    done = place.run("plan", "FISH", environment={"PYTHONPATH": str(broken.parent)})

    assert done.returncode == 3
    assert done.stderr == (
        "kresolve: No module named 'kresolve.cli': a bug in kresolve; please report it\n"
    )
