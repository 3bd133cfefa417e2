"""``kresolve survey``: its file, its processes, and how they end."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kresolve import Tree, survey
from kresolve.api.workers import in_order
from kresolve.errors import ConfigFileError, ToolError
from tests.cli.conftest import HERE, Place
from tests.cli.toykernel import ARCH
from tests.waiting import PATIENCE, is_running, wait_for

TOY = ("--tree", "toy", "--arch", ARCH)


def _surveyed(place: Place) -> list[str]:
    """What the lines of a survey's file are about."""
    lines = (place.work / "all.jsonl").read_text().splitlines()
    return [json.loads(line)["symbol"] for line in lines]


def test_a_survey_goes_on_where_it_was(place: Place) -> None:
    """Run again, a survey does what is left, and a line that was cut off."""
    assert place.call("survey", "FISH", "-o", "all.jsonl", *TOY).returncode == 0
    with (place.work / "all.jsonl").open("a") as file:
        file.write('{"symbol": "ST')
    done = place.call("survey", "FISH", "STOVE", "-o", "all.jsonl", *TOY)

    assert (done.returncode, done.stdout) == (1, "1 planned, 1 impossible (1 new)\n")
    assert _surveyed(place) == ["FISH", "STOVE"]


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[" * 100_000,
        "[]",
        "3",
        '{"asked": []}',
        '{"tree": {"version": 1, "arch": {}}, "base": [], "asked": [], "status": "planned"}',
        "9" * 5_000,
        "\udcff\0",
    ],
)
def test_a_damaged_line_is_named(used_place: Place, line: str) -> None:
    """A line that no survey has written is refused by its number, and left as it is."""
    path = used_place.work / "damaged.jsonl"
    path.write_text(f"{line}\n", errors="surrogateescape")
    before = path.read_bytes()
    done = used_place.call("survey", "FISH", "-o", path, *TOY)

    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"{path}:1: not a line of a survey" in done.stderr
    assert path.read_bytes() == before


def test_a_status_that_there_is_not_is_damage(place: Place) -> None:
    """Everything in a line that is used is looked at before."""
    place.call("survey", "FISH", "-o", "all.jsonl", *TOY)
    path = place.work / "all.jsonl"
    path.write_text(path.read_text().replace('"status": "planned"', '"status": "perhaps"', 1))
    done = place.call("survey", "FISH", "-o", "all.jsonl", *TOY)
    assert (done.returncode, "all.jsonl:1: not a line of a survey" in done.stderr) == (2, True)


def test_two_surveys_of_one_file(used_place: Place) -> None:
    """While one survey writes a file, another is refused and told by whom."""
    path = used_place.work / "locked.jsonl"
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = used_place.run("survey", "FISH", "-o", "locked.jsonl", *TOY)
    said = f"another survey (process {os.getpid()}) is writing it"
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert path.read_text() == ""
    assert used_place.run("survey", "FISH", "-o", "locked.jsonl", *TOY).returncode == 0


def test_two_threads_do_not_survey_into_one_file(used_place: Place, tmp_path: Path) -> None:
    """A survey in another thread of the same process counts as another."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KRESOLVE_CACHE", str(used_place.root / "cache"))
        tree = Tree.load(used_place.tree, arch=ARCH)

    class Nested(ThreadPoolExecutor):
        """Where the first survey works, a second one is started."""

        def submit(self, *_: object, **__: object) -> object:  # type: ignore[override]
            return survey("CAT", output=output, tree=tree)

    output = tmp_path / "all.jsonl"
    with Nested(1) as executor, pytest.raises(ConfigFileError, match="another survey"):
        survey("FISH", output=output, tree=tree, executor=executor)


@pytest.mark.parametrize("name", ["/dev/null", "pipe"])
def test_only_a_file_can_be_gone_on_with(used_place: Place, name: str) -> None:
    """A survey reads what it has written, so a device or a pipe will not do."""
    if name == "pipe":
        os.mkfifo(used_place.work / "pipe")
    done = used_place.call("survey", "FISH", "-o", name, *TOY)
    assert (done.returncode, f"{name}: not a regular file" in done.stderr) == (2, True)


# ----------------------------------------------------------------- processes


def _number(batch: tuple[str, int]) -> int:
    """Which process works, with its files in a folder."""
    folder, number = batch
    Path(folder, f"{number}-{os.getpid()}").touch()
    return os.getpid()


def _killed_once(batch: tuple[str, int]) -> int:
    """The first time, the system ends the process."""
    folder, number = batch
    mark = Path(folder, "killed")
    if number == 1 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def _killed_always(batch: tuple[str, int]) -> int:
    """The system ends the process whenever it comes to this."""
    if batch[1] == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return batch[1]


class _Notes:
    """A progress that keeps what is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def task(self, *_: object, **__: object) -> object:
        """None is shown."""
        raise AssertionError

    def note(self, text: str) -> None:
        """Keep it."""
        self.told.append(text)


def test_no_more_processes_than_tasks(tmp_path: Path) -> None:
    """A hundred thousand jobs for three tasks are at most three processes."""
    batches = [(str(tmp_path), number) for number in range(3)]
    found = set(in_order(_number, batches, jobs=100_000))
    assert 1 <= len(found) <= 3


def test_no_more_processes_than_twice_the_processors(tmp_path: Path) -> None:
    """A hundred thousand jobs for many tasks are at most two for each processor."""
    batches = [(str(tmp_path), number) for number in range(500)]
    found = set(in_order(_number, batches, jobs=100_000))
    assert 1 <= len(found) <= 2 * len(os.sched_getaffinity(0))


def test_a_process_that_is_killed_is_told(tmp_path: Path) -> None:
    """What a killed process was at is done again: every result is there, once, in order."""
    notes = _Notes()
    batches = [(str(tmp_path), number) for number in range(6)]
    found = list(in_order(_killed_once, batches, jobs=2, progress=notes))  # type: ignore[arg-type]
    assert found == list(range(6))
    assert notes.told == [
        (
            "a worker process was killed (is there too little memory?); "
            "its work is repeated, 1 at a time"
        )
    ]


def test_processes_that_are_always_killed_are_an_error(tmp_path: Path) -> None:
    """What comes before is kept, and then there is an end of it."""
    batches = [(str(tmp_path), number) for number in range(3)]
    results = in_order(_killed_always, batches, jobs=2)
    assert next(results) == 0
    with pytest.raises(ToolError, match="killed again and again"):
        next(results)


_SLOW = """
import os, sys, time
from pathlib import Path
from kresolve.cli.process import TerminatedBySignal, ending_orderly
from kresolve.api.workers import in_order

def work(number):
    Path(sys.argv[1], str(os.getpid())).touch()
    time.sleep(3000)

if __name__ == "__main__":
    try:
        with ending_orderly():
            list(in_order(work, [0, 1], jobs=2))
    except (TerminatedBySignal, KeyboardInterrupt):
        sys.exit(3)
"""


def _take_signals() -> None:
    """Undo what nohup, or a shell that puts a command in the background, has a child ignore."""
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL", "SIGQUIT"])
def test_processes_end_with_their_parent(tmp_path: Path, number: str) -> None:
    """Whatever signal ends the parent, no process is left that works on, and none complains."""
    script, folder = tmp_path / "slow.py", tmp_path / "pids"
    script.write_text(_SLOW)
    folder.mkdir()
    child = subprocess.Popen(
        [sys.executable, script, folder],
        env={**os.environ, "PYTHONPATH": str(HERE)},
        stderr=subprocess.PIPE,
        start_new_session=True,
        preexec_fn=_take_signals,  # noqa: PLW1509
    )
    wait_for(lambda: len(list(folder.iterdir())) == 2, "both processes")
    os.kill(child.pid, getattr(signal, number))
    # This ends when no process has the other end of the pipe any more.
    _, said = child.communicate(timeout=PATIENCE)

    assert said == b""
    pids = [int(path.name) for path in folder.iterdir()]
    wait_for(lambda: not any(map(is_running, pids)), "the end of both processes")
