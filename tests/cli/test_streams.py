"""What comes out, whatever the locale, the bytes and the standard streams are."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from kresolve.cli.shared import UNKNOWN
from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH, make_kernel

TOY = ("--tree", "toy", "--arch", ARCH)


@pytest.mark.parametrize("encoding", ["utf-8:strict", "ascii", "latin-1"])
@pytest.mark.parametrize(
    "command", ["olddefconfig odd", "lint odd", "check OWNER --config odd", "explain OWNER"]
)
def test_every_byte_comes_out(place: Place, command: str, encoding: str) -> None:
    """Bytes that are no UTF-8, and letters that a locale has not, are no error."""
    (place.work / "odd").write_bytes(b'CONFIG_OWNER="\xff \xc3\xa9"\nfoo\xff\n')
    if command.startswith("explain"):
        command += " --base odd"
    tree = () if command.startswith("check") else TOY
    done = subprocess.run(
        [sys.executable, "-m", "kresolve", *command.split(), *tree],
        cwd=place.work,
        env={**place.environment(), "PYTHONIOENCODING": encoding},
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode in (0, 1), done.stderr
    assert b"Traceback" not in done.stderr
    assert b"\xff" in done.stdout or b"\\udcff" in done.stderr


def test_a_tree_whose_name_is_no_text(place: Place) -> None:
    """A directory's name may have any bytes."""
    odd = Path(str(place.work), "a\udcffb")
    make_kernel(odd)
    done = place.run("plan", "FISH", "--tree", odd, "--arch", ARCH)
    assert done.returncode == 0, done.stderr
    assert "CONFIG_FISH=y" in done.stdout


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
def test_closed_streams_are_as_good_as_null(place: Place, closed: str) -> None:
    """Who closes a stream does not want to hear of it."""
    command = f"{sys.executable} -m kresolve plan FISH {' '.join(TOY)} -o fish.config {closed}"
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=place.work,
        env=place.environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "CONFIG_FISH=y" in (place.work / "fish.config").read_text()


def test_a_mistake_of_ours_is_not_taken_for_a_proof(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody expected ends with status 3 and one line that asks for a report."""

    def fail(*_: object, **__: object) -> None:
        raise LookupError("no such thing")

    monkeypatch.setattr("kresolve.face.planning.plan", fail)
    done = place.call("plan", "FISH", *TOY)
    assert done.returncode == UNKNOWN
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("kresolve: LookupError: no such thing (test_streams.py:")
