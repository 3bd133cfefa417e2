"""What comes out, whatever the locale, the bytes and the standard streams are."""

from __future__ import annotations

import os
import subprocess
import sys
from argparse import _SubParsersAction
from pathlib import Path

import pytest

from kresolve.cli import build_parser
from kresolve.cli.common import UNKNOWN
from tests.cli.conftest import Place
from tests.cli.everycommand import COMMANDS, furnish, outputs
from tests.cli.toykernel import ARCH, make_kernel
from tests.waiting import PATIENCE

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
        timeout=PATIENCE,
    )
    assert done.returncode in (0, 1), done.stderr
    assert b"Traceback" not in done.stderr
    # Data is exact; what is for people shows the byte.
    assert (b"\xff" if command.startswith("olddefconfig") else b"\\xff") in done.stdout


def test_a_tree_whose_name_is_no_text(place: Place) -> None:
    """A directory's name may have any bytes."""
    odd = Path(str(place.work), "a\udcffb")
    make_kernel(odd)
    done = place.run("plan", "FISH", "--tree", odd, "--arch", ARCH)
    assert done.returncode == 0, done.stderr
    assert "CONFIG_FISH=y" in done.stdout


# ------------------------------------------------- streams that cannot be written

#: What the shell does to standard output (1) and standard error (2); "gone" is
#: a pipe whose reader has gone.
FAULTS = (
    *("1>&-", "1>/dev/full", "1 gone", "2>&-", "2>/dev/full", "2 gone"),
    *("1>&- 2>&-", "1>/dev/full 2>/dev/full", "1 gone 2 gone"),
)


@pytest.fixture(scope="module")
def furnished(used_place: Place) -> Place:
    """The toy kernel, and files for every command."""
    furnish(used_place)
    return used_place


def _with_fault(place: Place, command: str, fault: str) -> subprocess.CompletedProcess[bytes]:
    """A command whose standard output or error cannot be written."""
    redirection = "" if "gone" in fault else fault
    reader, gone = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [
                *("sh", "-c", f'exec "$@" {redirection}', "sh"),
                *(sys.executable, "-m", "kresolve", *command.split()),
            ],
            cwd=place.work,
            env=place.environment(),
            stdin=subprocess.DEVNULL,
            stdout=gone if "1 gone" in fault else subprocess.PIPE,
            stderr=gone if "2 gone" in fault else subprocess.PIPE,
            check=False,
            timeout=PATIENCE,
        )
    finally:
        os.close(gone)


def _written(place: Place) -> list[bytes]:
    """What a command has written as OUT, which goes."""
    found = [path.read_bytes() for path in outputs(place)]
    for path in outputs(place):
        path.unlink()
    return found


def _check_faults(place: Place, command: str, faults: tuple[str, ...]) -> None:
    """An answer that cannot be written is an error; talk that cannot be is no loss."""
    sound = place.call(*command.split())
    written = _written(place)
    for fault in faults:
        done = _with_fault(place, command, fault)
        lost = fault.startswith("1") and sound.stdout
        expected = (141 if "1 gone" in fault else 2) if lost else sound.returncode
        assert (fault, done.returncode) == (fault, expected)
        assert b"Traceback" not in (done.stderr or b"") + (done.stdout or b"")
        if fault.startswith("2"):
            assert done.stdout.decode() == sound.stdout
            assert _written(place) == written
        _written(place)


def test_every_command_is_tried() -> None:
    """No command is left out of the table."""
    (commands,) = (a for a in build_parser()._actions if isinstance(a, _SubParsersAction))
    assert set(commands.choices) <= {command.split()[0] for command in COMMANDS}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_stream_that_fails_is_no_verdict(furnished: Place, command: str) -> None:
    """Status 0 and 1 are those of an answer that could be written, whatever fails."""
    _check_faults(furnished, command, ("1>/dev/full 2>/dev/full",))


@pytest.mark.parametrize("command", ["--help", f"plan STOVE {' '.join(TOY)}"])
def test_every_way_a_stream_can_fail(furnished: Place, command: str) -> None:
    """A stream may be closed, full, or have no reader: none of it looks like a verdict."""
    _check_faults(furnished, command, FAULTS)


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS)
def test_every_fault_of_every_command(furnished: Place, command: str) -> None:
    """All commands, each with all that can happen to its streams."""
    _check_faults(furnished, command, FAULTS)


def test_an_answer_in_a_file_needs_no_stream(furnished: Place) -> None:
    """With all streams closed, what -o names is written, and the status is the true one."""
    command = f"plan FISH {' '.join(TOY)} -o OUT"
    done = _with_fault(furnished, command, "<&- >&- 2>&-")
    assert done.returncode == 0
    assert "CONFIG_FISH=y" in (furnished.work / "OUT").read_text()


def test_a_mistake_of_ours_is_not_taken_for_a_proof(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody expected ends with status 3 and one line that asks for a report."""

    def fail(*_: object, **__: object) -> None:
        raise LookupError("no such thing")

    monkeypatch.setattr("kresolve.api.planning.plan", fail)
    done = place.call("plan", "FISH", *TOY)
    assert done.returncode == UNKNOWN
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("kresolve: LookupError: no such thing (test_streams.py:")
