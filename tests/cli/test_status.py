"""Exit statuses, and that what is data goes to stdout and everything else does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kresolve import __version__
from tests.cli.conftest import Place


def test_planned_is_0(used_place: Place) -> None:
    """A plan ends with status 0, the fragment on stdout and the talk on stderr."""
    done = used_place.toy("plan", "FISH", "--base", "allnoconfig")

    assert done.returncode == 0
    lines = [line for line in done.stdout.splitlines() if line and not line.startswith("# ")]
    assert lines == ["CONFIG_GARDEN=y", "CONFIG_POND=y", "CONFIG_FISH=y"]
    assert "confirmed by evaluator" in done.stderr
    assert "CONFIG_" not in done.stderr


def test_impossible_is_1(used_place: Place) -> None:
    """What is proved impossible ends with status 1 and no data, and says what is in the way."""
    done = used_place.toy("plan", "STOVE")

    assert (done.returncode, done.stdout) == (1, "")
    assert "impossible, proved: STOVE" in done.stderr
    assert "house/Kconfig:8: depends on KITCHEN && CHIMNEY" in done.stderr


def test_wrong_is_2(used_place: Place) -> None:
    """A name that does not exist ends with status 2, one line and a proposal."""
    done = used_place.toy("plan", "FISHH")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "kresolve: FISHH: Linux 6.12.0-toy left has no such option; did you mean FISH?"
    ]


@pytest.mark.conf
def test_a_witness_that_disagrees_is_3(used_place: Place) -> None:
    """When conf (the toy's writes nonsense) contradicts, that is status 3 and no plan."""
    done = used_place.toy("plan", "FISH", "--verify", "conf", "-o", "doubtful.config")

    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.splitlines()[-1].startswith("kresolve: conf and the evaluator disagree")
    assert "doubtful.config" not in used_place.files()


def test_nothing_to_add_is_0(used_place: Place) -> None:
    """What the base has already is a plan without lines."""
    done = used_place.toy("plan", "GARDEN")

    assert done.returncode == 0
    assert "CONFIG_" not in done.stdout
    assert "nothing to add" in done.stderr


def test_json_is_all_of_stdout(used_place: Place) -> None:
    """With --json, stdout is one JSON document, and stderr nothing but progress."""
    for request, status in (("FISH", 0), ("STOVE", 1)):
        done = used_place.toy("plan", request, "--json")
        assert done.returncode == status
        assert json.loads(done.stdout)["request"][0]["symbol"] == request
        assert all(line.endswith(" ...") for line in done.stderr.splitlines())


def test_wrong_with_json_has_no_data(used_place: Place) -> None:
    """An error is a line on stderr with --json too; stdout stays empty."""
    done = used_place.toy("plan", "FISHH", "--json")

    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1


def test_the_output_file_has_the_fragment(used_place: Place) -> None:
    """With -o the file has what stdout would have had, and stdout nothing."""
    shown = used_place.toy("plan", "FROG", "--base", "empty")
    written = used_place.toy("plan", "FROG", "--base", "empty", "-o", "frog.config")

    assert (written.returncode, written.stdout) == (0, "")
    assert (used_place.work / "frog.config").read_text() == shown.stdout
    assert "written to frog.config" in written.stderr


def test_fragment_and_json_together(used_place: Place) -> None:
    """-o and --json write the fragment to the file and the document to stdout."""
    done = used_place.toy("plan", "FISH", "-o", "fish.config", "--json")

    assert done.returncode == 0
    lines = [line["text"] for line in json.loads(done.stdout)["lines"]]
    written = (used_place.work / "fish.config").read_text().splitlines()
    assert [line for line in written if line and not line.startswith("# ")] == lines


def test_a_plan_appended_to_its_base_holds(used_place: Place) -> None:
    """Base and fragment put together go through olddefconfig as the plan says."""
    used_place.toy("plan", "DOORBELL", "-o", "bell.config").check_returncode()
    base = (used_place.tree / "arch/left/configs/left_defconfig").read_text()
    fragment = (used_place.work / "bell.config").read_text()
    (used_place.work / "merged.config").write_text(base + fragment)
    done = used_place.toy("olddefconfig", "merged.config")

    assert done.returncode == 0
    assert {"CONFIG_DOORBELL=y", "CONFIG_DOOR_BLUE=y", "CONFIG_POND=m"} <= set(
        done.stdout.splitlines()
    )
    assert [line for line in done.stderr.splitlines() if not line.endswith("...")] == []


def test_olddefconfig_goes_round(used_place: Place) -> None:
    """What olddefconfig writes stays as it is when it is read again, from gzip too."""
    import gzip

    (used_place.work / "in.config").write_text("CONFIG_GARDEN=y\nCONFIG_POND=m\n")
    used_place.toy("olddefconfig", "in.config", "-o", "out.config").check_returncode()
    text = (used_place.work / "out.config").read_bytes()
    (used_place.work / "out.config.gz").write_bytes(gzip.compress(text))

    for name in ("out.config", "out.config.gz"):
        assert used_place.toy("olddefconfig", name).stdout.encode() == text


def test_lines_that_say_nothing_are_warned_of(used_place: Place) -> None:
    """olddefconfig says which lines of its input are none, with their place, and goes on."""
    (used_place.work / "odd.config").write_text("CONFIG_GARDEN=y\nGARDEN=y\nCONFIG_POND\n")
    done = used_place.toy("olddefconfig", "odd.config")

    assert done.returncode == 0
    assert "CONFIG_GARDEN=y" in done.stdout.splitlines()
    warnings = [line for line in done.stderr.splitlines() if line.startswith("warning: ")]
    assert [warning.split(": ")[1] for warning in warnings] == ["odd.config:2", "odd.config:3"]


def test_the_tree_is_the_current_directory_by_default(used_place: Place) -> None:
    """Without --tree the kernel that one stands in is meant."""
    named = used_place.toy("plan", "FISH")
    done = subprocess.run(
        [sys.executable, "-m", "kresolve", "plan", "FISH", "--arch", "left"],
        cwd=used_place.tree,
        env=used_place.environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == named.stdout


def test_trees_are_shown_and_saved(used_place: Place) -> None:
    """tree show tells what was read; tree save makes a file that answers in the tree's place."""
    shown = used_place.run("tree", "show", "toy", "--arch", "left", "--json")
    document = json.loads(shown.stdout)
    assert (document["version"], document["arch"], document["symbols"]) == (
        "6.12.0-toy",
        "left",
        24,
    )
    used_place.toy("tree", "save", "toy.model").check_returncode()

    by_tree = used_place.toy("plan", "FISH", "--base", "allnoconfig")
    by_model = used_place.run("plan", "FISH", "--base", "allnoconfig", "--tree", "toy.model")
    assert by_model.stdout == by_tree.stdout


def test_the_version_is_data(used_place: Place) -> None:
    """--version says one line on stdout."""
    done = used_place.run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"kresolve {__version__}\n", "")


def test_standard_input_is_not_touched(used_place: Place) -> None:
    """A plan reads nothing from stdin: in a loop over lines of a file it steals none."""
    script = (
        "while read line; do "
        '"$0" -m kresolve plan "$line" --tree toy --arch left --base empty >"$line.config" '
        "2>/dev/null; done"
    )
    subprocess.run(
        ["sh", "-c", script, sys.executable],
        input="FISH\nFROG\n",
        cwd=used_place.work,
        env=used_place.environment(),
        text=True,
        check=True,
    )
    assert {"FISH.config", "FROG.config"} <= set(used_place.files())


# ------------------------------------------------------------ output files


def test_an_existing_file_is_replaced_with_its_mode(used_place: Place) -> None:
    """-o keeps the permissions of the file that it replaces."""
    target = used_place.work / "kept.config"
    target.write_text("old\n")
    target.chmod(0o640)
    used_place.toy("plan", "FISH", "-o", target.name).check_returncode()

    assert "CONFIG_FISH=y" in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o640


def test_a_new_file_follows_the_umask(used_place: Place) -> None:
    """-o makes a file as any other program would: 0666 without the umask."""
    mask = os.umask(0o027)
    try:
        used_place.toy("plan", "FISH", "-o", "masked.config").check_returncode()
    finally:
        os.umask(mask)
    assert (used_place.work / "masked.config").stat().st_mode & 0o777 == 0o640


def test_without_a_plan_the_file_is_left_alone(used_place: Place) -> None:
    """When the request is impossible, -o neither makes nor touches its file."""
    old = used_place.work / "old.config"
    old.write_text("as it was\n")
    before = old.stat()
    done = used_place.toy("plan", "STOVE", "-o", "old.config")
    assert used_place.toy("plan", "STOVE", "-o", "new.config").returncode == 1

    assert done.returncode == 1
    assert (old.read_text(), old.stat().st_mtime_ns) == ("as it was\n", before.st_mtime_ns)
    assert "new.config" not in used_place.files()


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "FISH", "-o", "link"),
        ("olddefconfig", "toy/arch/left/configs/left_defconfig", "-o", "link"),
        ("tree", "save", "link"),
    ],
    ids=lambda command: command[0],
)
def test_links_are_followed(place: Place, command: tuple[str, ...]) -> None:
    """An output that is a symbolic link is written where the link leads, and stays a link."""
    target = place.work / "elsewhere" / "target"
    target.parent.mkdir()
    target.write_text("old\n")
    link = place.work / "link"
    link.symlink_to("elsewhere/target")
    place.toy(*command).check_returncode()

    assert link.is_symlink()
    assert target.read_bytes() != b"old\n"


@pytest.mark.parametrize(
    "command",
    [
        ("plan", "FISH", "-o", "pipe"),
        ("olddefconfig", "toy/arch/left/configs/left_defconfig", "-o", "pipe"),
        ("tree", "save", "pipe"),
    ],
    ids=lambda command: command[0],
)
def test_pipes_are_written_into(place: Place, command: tuple[str, ...]) -> None:
    """An output that is a named pipe gets the data, and stays a pipe."""
    pipe = place.work / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        place.toy(*command).check_returncode()
        assert pipe.is_fifo()
        assert os.read(reader, 1 << 16)
    finally:
        os.close(reader)


# ----------------------------------------------------- whoever reads has gone

COMMANDS = [
    ("plan", "FISH", "--tree", "toy", "--arch", "left"),
    ("plan", "FISH", "--tree", "toy", "--arch", "left", "--json"),
    ("olddefconfig", "toy/arch/left/configs/left_defconfig", "--tree", "toy", "--arch", "left"),
    ("tree", "show", "toy", "--arch", "left"),
    ("--help",),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_broken_pipe_is_quiet(used_place: Place, command: tuple[str, ...]) -> None:
    """When nobody reads stdout any more, there is no traceback and no complaint."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = used_place.run(*command, stdout=writer)
    finally:
        os.close(writer)
    assert "Error" not in done.stderr
    assert "Traceback" not in done.stderr
    assert done.returncode in (0, 141)


@pytest.mark.parametrize("command", COMMANDS[:4], ids=" ".join)
def test_a_full_disk_is_an_error(used_place: Place, command: tuple[str, ...]) -> None:
    """When stdout cannot be written, that is one line and not status 0."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = used_place.run(*command, stdout=full.fileno())
    complaints = [line for line in done.stderr.splitlines() if "No space left" in line]
    assert "Traceback" not in done.stderr
    assert [line.startswith("kresolve: ") for line in complaints] == [True]
    assert done.returncode == 2


def test_a_number_without_a_line_is_missing_for_a_reason(place: Place) -> None:
    """What nobody sees is 0, and olddefconfig would not write it: that is no way to have it."""
    (place.work / "dry.config").write_text("# CONFIG_POND is not set\n")
    done = place.toy("check", "DEPTH=0", "--config", "dry.config")

    assert done.returncode == 1
    assert "missing: depends on POND (=n) (Kconfig:" in done.stdout
    assert "olddefconfig would make it" not in done.stdout
