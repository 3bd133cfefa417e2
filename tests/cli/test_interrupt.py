"""Ctrl-C, or SIGTERM, at any stage: no traceback, nothing left, and the next run works."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from attrs import frozen

from kresolve import Tree
from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH, KCONFIG, MAKEFILE, make_kernel
from tests.waiting import FOREVER, PATIENCE, is_running, wait_for

TOY = ("--tree", "toy", "--arch", ARCH)


@frozen
class Way:
    """How a command is ended, and what it answers."""

    send: Callable[[int, int], None]
    number: signal.Signals
    status: int
    said: str = "kresolve: interrupted"


#: Ctrl-C in a terminal reaches the whole group; ``kill`` and a supervisor only
#: the process itself.
HOW = {
    "terminal": Way(os.killpg, signal.SIGINT, 130),
    "supervisor": Way(os.kill, signal.SIGINT, 130),
    "timeout": Way(os.kill, signal.SIGTERM, 143, "kresolve: ended by SIGTERM"),
    "hang-up": Way(os.killpg, signal.SIGHUP, 129, "kresolve: ended by SIGHUP"),
}


@pytest.fixture(autouse=True)
def _signals_as_in_a_terminal() -> Iterator[None]:
    """Who runs the tests under nohup ignores SIGHUP, and so would all children."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


def _await(condition: Callable[[], object], child: subprocess.Popen[str]) -> None:
    """Wait for what a child does, as long as it runs."""
    wait_for(lambda: condition() or child.poll() is not None, "what the child does")
    assert condition(), child.communicate()


def _interrupted(child: subprocess.Popen[str], how: Way) -> None:
    """Interrupt; it ends, though what it waits for does not.  One line is said besides progress."""
    how.send(child.pid, how.number)
    output, messages = child.communicate(timeout=PATIENCE)
    assert output == ""
    assert child.returncode == how.status, messages
    assert [line for line in messages.splitlines() if not line.endswith("...")] == [how.said]


def _slow(place: Place, marker: str) -> str:
    """A shell command that tells its process id and then takes its time."""
    return f"echo $$$$ >{place.root}/{marker}; exec sleep {FOREVER}"


def _pid(file: Path) -> int:
    try:
        return int(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return 0


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("stage", ["asking make", "parsing"])
def test_while_a_tree_is_read(place: Place, stage: str, how: str) -> None:
    """Interrupted in a command of the tree, that command ends, and nothing is kept."""
    if stage == "parsing":
        slow = _slow(place, "pid").replace("$$$$", "$$")
        make_kernel(place.tree, Kconfig=f"x := $(shell,{slow})\n" + KCONFIG)
    else:
        make_kernel(place.tree, Makefile=MAKEFILE + f"x := $(shell {_slow(place, 'pid')})\n")
    child = place.start("plan", "FISH", *TOY, "-o", "fish.config")
    pid_file = place.root / "pid"
    _await(lambda: _pid(pid_file), child)
    _interrupted(child, HOW[how])
    assert (place.files(), place.leftovers()) == ([], [])
    wait_for(lambda: not is_running(_pid(pid_file)), "the end of the tree's command")
    make_kernel(place.tree)
    assert place.toy("plan", "FISH").returncode == 0


# ------------------------------------------------------------ a long solve


@pytest.fixture(scope="module")
def big(kernel_tree: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved model of the real tree, and a request that takes many seconds."""
    from random import Random

    directory = tmp_path_factory.mktemp("big")
    tree = Tree.load("debian:6.12", arch="x86_64")
    tree.save(directory / "linux.model")
    options = [
        f"{line}\n"
        for line in tree.base("allmodconfig").lines
        if line.value in ("y", "m") and tree.model.has_prompt(tree[line.symbol])
    ]
    some = Random(1).sample(options, 400)  # noqa: S311 - nobody has to guess it
    (directory / "wanted.config").write_text("".join(some), encoding="utf-8")
    return directory


@pytest.mark.parametrize(
    ("seconds", "how"), [(0.05, "terminal"), (2.0, "supervisor"), (3.0, "timeout")]
)
def test_during_a_solve(place: Place, big: Path, seconds: float, how: str) -> None:
    """Interrupted in a long solve, kresolve ends, and the next run works."""
    model = str(big / "linux.model")
    child = place.start(
        *("plan", f"@{big}/wanted.config", "--tree", model, "--base", "allnoconfig"),
        *("-o", "big.config"),
    )
    assert child.stderr is not None
    assert child.stderr.readline() == "planning ...\n"
    time.sleep(seconds)
    assert child.poll() is None, "the request is not big enough"
    _interrupted(child, HOW[how])
    assert (place.files(), place.leftovers()) == ([], [])
    done = place.run("plan", "TUN", "--tree", model, "--base", "allnoconfig", "-o", "tun.config")
    assert done.returncode == 0
    assert place.files() == ["tun.config"]


@pytest.mark.conf
def test_while_conf_runs(place: Place) -> None:
    """Interrupted while conf works, conf ends too, and no scratch directory stays."""
    conf = "#!/bin/sh\n" + _slow(place, "pid").replace("$$$$", "$$") + "\n"
    child = place.start("plan", "FISH", *TOY, "--verify", "conf")
    child.communicate()
    (program,) = (place.root / "cache/conf").glob("*/conf")
    program.write_text(conf, encoding="utf-8")
    digest = hashlib.sha256(conf.encode()).hexdigest()
    (program.parent / "sum").write_text(digest, encoding="utf-8")
    kept = place.leftovers()
    child = place.start("plan", "FISH", *TOY, "--verify", "conf", "-o", "fish.config")
    _await(lambda: _pid(place.root / "pid"), child)
    _interrupted(child, HOW["terminal"])

    wait_for(lambda: not is_running(_pid(place.root / "pid")), "the end of conf")
    assert (place.files(), place.leftovers()) == ([], kept)


def test_while_kresolve_itself_is_loaded(place: Place) -> None:
    """Interrupted before there is anything to do, kresolve ends without a traceback."""
    hook = place.root / "hook"
    hook.mkdir()
    # stands in for a slow disk: the solver's library takes its time to be found
    (hook / "pysat.py").write_text(
        f"import time\nopen({str(place.root / 'there')!r}, 'w').close()\ntime.sleep({FOREVER})\n"
    )
    environment = place.environment()
    environment["PYTHONPATH"] = f"{hook}{os.pathsep}{environment['PYTHONPATH']}"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Place, "environment", lambda _: environment)
        child = place.start("plan", "FISH", *TOY)
    _await((place.root / "there").exists, child)
    _interrupted(child, HOW["terminal"])
