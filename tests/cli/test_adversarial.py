"""Hostile trees: an error in one line, with its place, or an answer; and ``--no-shell``."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from kresolve import Tree
from kresolve.errors import KconfigError
from kresolve.kconfig.model import TreeInfo
from kresolve.sources.model_cache import parse_tree
from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH
from tests.unit.toytree import snapshot
from tests.waiting import FOREVER, PATIENCE, is_running, wait_for

TOY: Final = ("--tree", "toy", "--arch", ARCH)


def _write(tree: Path, text: str | bytes, name: str = "Kconfig") -> None:
    path = tree / name
    path.unlink(missing_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def _text(text: str | bytes) -> Callable[[Path], None]:
    """A tree with this Kconfig."""
    return lambda tree: _write(tree, text)


def _source_loop(tree: Path) -> None:
    _write(tree, 'source "house/Kconfig"\n')
    _write(tree, '\nsource "Kconfig"\n', "house/Kconfig")


def _source_loop_of_other_names(tree: Path) -> None:
    _write(tree, 'dots := .\nsource "house/Kconfig"\n')
    _write(tree, 'dots := $(dots)/.\nsource "$(dots)/house/Kconfig"\n', "house/Kconfig")


def _symlink_loop(tree: Path) -> None:
    _write(tree, 'config A\n\tbool\nsource "loop"\n')
    (tree / "loop").symlink_to("loop")


def _fifo(tree: Path) -> None:
    _write(tree, 'source "pipe"\n')
    os.mkfifo(tree / "pipe")


def _fifo_at_the_top(tree: Path) -> None:
    (tree / "Kconfig").unlink()
    os.mkfifo(tree / "Kconfig")


def _directory(tree: Path) -> None:
    _write(tree, 'source "house"\n')


def _chain_of_files(tree: Path) -> None:
    _write(tree, 'source "house/0"\n')
    for number in range(2000):
        _write(tree, f'source "house/{number + 1}"\n', f"house/{number}")


def _fan_out(tree: Path) -> None:
    _write(tree, 'source "house/0"\n')
    for number in range(30):
        _write(tree, f'source "house/{number + 1}"\n' * 4, f"house/{number}")
    _write(tree, "config A\n\tbool\n", "house/30")


def _nested(before: str, after: str) -> str:
    return "config A\n\tbool\n" + before * 10_000 + after * 10_000


def _bomb(last: str) -> str:
    names = [f"v{number}" for number in range(60)]
    lines = [f"{name} = $({other})$({other})" for name, other in pairwise(names)]
    return "\n".join([*lines, f"{names[-1]} = {last}", 'config A\n\tstring "$(v0)"\n'])


_BOOL = 'config A\n\tbool "A"\n\tdepends on '

#: What is wrong with a tree, what writes it, and what the error says.
REFUSED: Final[dict[str, tuple[Callable[[Path], None], str]]] = {
    "a statement of 10 MB": (_text(_BOOL + "A || " * 2_000_000 + "A\n"), r"Kconfig:3: .*65536"),
    "a word of 10 MB": (_text("x" * 10_000_000), r"Kconfig:1: "),
    "a statement of a million lines": (_text(_BOOL + "\\\n" * 1_000_000 + "("), r"Kconfig:3: "),
    "a source loop": (_source_loop, r"house/Kconfig:2: Kconfig sources itself"),
    "a source loop of other names": (_source_loop_of_other_names, r"Kconfig:2: .*deep"),
    "a symbolic link to itself": (_symlink_loop, r"Kconfig:3: cannot read .*loop"),
    "a pipe": (_fifo, r"Kconfig:1: .*pipe: not a regular file"),
    "a pipe for Kconfig": (_fifo_at_the_top, r"Kconfig: .*not a regular file"),
    "a device": (_text('source "/dev/zero"\n'), r"Kconfig:1: /dev/zero: not a regular file"),
    "a directory": (_directory, r"Kconfig:1: .*house: not a regular file"),
    "a file that never ends": (_text('source "/proc/kmsg"\nX\n'), r"Kconfig:2: "),
    "passwords": (_text('source "/etc/passwd"\n'), r"/etc/passwd:1: "),
    "nothing": (_text('source ""\n'), r"Kconfig:1: "),
    "10,000 ifs": (_text(_nested("if A\n", "endif\n")), r"Kconfig:15\d: .*deep"),
    "10,000 menus": (_text(_nested('menu "m"\n', "endmenu\n")), r"Kconfig:15\d: .*deep"),
    "10,000 parentheses": (_text(_BOOL + "(" * 10_000 + "A" + ")" * 10_000), r"Kconfig:3: .*deep"),
    "100 conditions in conditions": (
        _text(_BOOL + "A || A && (" * 100 + "A" + ")" * 100 + "\n"),
        r"Kconfig:3: .*deep",
    ),
    "10,000 negations": (_text(_BOOL + "!" * 10_000 + "A\n"), r"Kconfig:3: .*deep"),
    "21,000 macros in each other": (
        _text('config A\n\tstring "' + "$(" * 21_000 + ")" * 21_000 + '"\n'),
        r"Kconfig:2: .*deep",
    ),
    "a chain of 2,000 files": (_chain_of_files, r"house/1\d\d:1: .*deep"),
    "4 to the 30th files": (_fan_out, r"house/2\d:\d: more than 20000 files"),
    "a macro bomb": (_text(_bomb("x")), r"Kconfig:62: more than"),
    "a macro bomb of nothing": (_text(_bomb("")), r"Kconfig:62: more than"),
    "a macro of itself": (
        _text("a = $(b)\nb = $(a)\n$(info,$(a))\n"),
        r"Kconfig:3: .*references itself",
    ),
    "a macro that calls itself": (
        _text("f = $(f,$(1)x)\n$(info,$(f,x))\n"),
        r"Kconfig:2: .*deep",
    ),
    "a million appends": (_text("a += x\n" * 1_000_000), r"Kconfig:1001: "),
    "a half macro": (_text('config A\n\tstring "$(shell,"\n'), r"Kconfig:2: "),
    "NUL in a command": (
        _text(b'config A\n\tstring "$(shell,echo \0)"\n'),
        r"Kconfig:2: unterminated",
    ),
    "no UTF-8": (_text(b"config A\n\tbool\n\xff\xfe x\n"), r"Kconfig:3: .*\\xff"),
    "a terminal's commands": (_text(b"config A\n\tbool\n\x1b]0;x\x07 y\n"), r"Kconfig:3: .*\\x1b"),
    "half an entry": (_text("choice\n"), r"Kconfig:1: no endchoice"),
    "an end in another file": (_text('source "house/Kconfig"\nendmenu\n'), r"Kconfig:2: "),
    "a choice that selects": (
        _text("choice\n\tselect A\nendchoice\n"),
        r"Kconfig:2: 'select' cannot stand",
    ),
}

#: What looks hostile and has an answer.
ANSWERED: Final[dict[str, Callable[[Path], None]]] = {
    "a comment of 10 MB": _text("#" * 10_000_000 + "\nconfig A\n\tbool\n"),
    "a help text of 10 MB": _text("config A\n\tbool\n\thelp\n\t  " + "x" * 10_000_000 + "\n"),
    "10,000 operands": _text(_BOOL + "B || " * 10_000 + "B\nconfig B\n\tbool\n"),
    "100 ifs": _text("config B\n\tbool\n" + "if B\n" * 100 + _BOOL + "B\n" + "endif\n" * 100),
    "70 parentheses": _text(_BOOL + "!(B || " * 70 + "B" + ")" * 70 + "\nconfig B\n\tbool\n"),
    "70 conditions in conditions": _text(
        _BOOL + "B || B && (" * 70 + "B" + ")" * 70 + "\nconfig B\n\tbool\n"
    ),
    "an endless command": _text('config A\n\tstring "A"\n\tdefault "$(shell,yes)"\n'),
    "no UTF-8 in a prompt": _text(b'config A\n\tbool "\xff\xfe"\n'),
    "NUL": _text(b"config A\n\tbool\n\0\n"),
    "a file of stray bytes": _text(b"\xff\n" * 100_000),
    "an empty file": _text(""),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_hostile_tree_is_refused(place: Place, what: str) -> None:
    """One line says what is wrong and where; nothing is left, and the tree is as it was."""
    write, said = REFUSED[what]
    write(place.tree)
    before = snapshot(place.tree)
    done = place.run("tree", "show", *TOY)

    assert (done.returncode, done.stdout) == (2, ""), done.stderr
    errors = [line for line in done.stderr.splitlines() if line.startswith("kresolve: ")]
    assert len(errors) == 1
    assert len(errors[0]) < 3000
    assert "Traceback" not in done.stderr
    assert re.search(said, errors[0]), errors[0]
    assert place.leftovers() == []
    assert snapshot(place.tree) == before


@pytest.mark.parametrize("what", ANSWERED)
def test_a_strange_tree_is_read(place: Place, what: str) -> None:
    """What only looks hostile gets an answer, to the last step."""
    ANSWERED[what](place.tree)
    (place.work / "in").write_text("CONFIG_A=y\nCONFIG_B=y\n")
    done = place.run("olddefconfig", "in", *TOY)

    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
    assert done.stdout.startswith("#\n# Automatically generated")


def test_a_command_runs_in_a_scratch_directory(place: Place) -> None:
    """What $(shell ...) writes beside it is gone afterwards."""
    _write(place.tree, 'config A\n\tstring "A"\n\tdefault "$(shell,touch here; echo done)"\n')
    (place.work / "in").write_text("")
    done = place.run("olddefconfig", "in", *TOY)

    assert 'CONFIG_A="done"' in done.stdout
    assert place.files() == ["in"]
    assert [name for name in place.leftovers() if not name.endswith(".model")] == []


def test_an_endless_command_can_be_interrupted(place: Place) -> None:
    """Ctrl-C ends kresolve and the command that it waits for."""
    pid = place.root / "pid"
    endless = f"echo $$ >{pid}; exec sleep {FOREVER}"
    _write(place.tree, f'config A\n\tstring "$(shell,{endless})"\n')
    child = place.start("tree", "show", *TOY)
    wait_for(lambda: pid.exists() and pid.read_text(), "the start of the command")
    os.kill(child.pid, signal.SIGINT)
    _, said = child.communicate(timeout=PATIENCE)

    assert child.returncode in (130, -signal.SIGINT)
    assert "Traceback" not in said
    wait_for(lambda: not is_running(int(pid.read_text())), "the end of the command")


# ------------------------------------------------------------------ --no-shell


@pytest.mark.parametrize("command", ["plan FISH", "olddefconfig in", "savedefconfig in"])
def test_without_a_shell_an_unknown_tree_is_refused(place: Place, command: str) -> None:
    """--no-shell runs neither make nor $(shell ...): a tree that was never read is refused."""
    mark = place.root / "home" / "mark"
    with (place.tree / "Makefile").open("a") as makefile:
        makefile.write(f"$(shell touch {mark})\n")
    (place.work / "in").write_text("")
    done = place.run(*command.split(), *TOY, "--no-shell")

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "--no-shell refuses" in done.stderr
    assert not mark.exists()


def test_without_a_shell_a_known_tree_is_used(place: Place) -> None:
    """A model in the cache is used, and nothing runs any more: there is not even a PATH."""
    answer = place.run("plan", "FISH", *TOY)
    again = place.run("plan", "FISH", *TOY, "--no-shell")
    assert (answer.returncode, again.returncode) == (0, 0)
    assert again.stdout == answer.stdout

    changed = place.tree / "house" / "Kconfig"
    changed.write_text("config NEW\n\tbool\n")
    assert place.run("plan", "FISH", *TOY, "--no-shell").returncode == 2


def test_without_a_shell_conf_is_not_asked(place: Place) -> None:
    """conf is a program of the tree: --verify conf is refused with --no-shell."""
    place.run("tree", "show", *TOY).check_returncode()
    done = place.run("plan", "FISH", *TOY, "--no-shell", "--verify", "conf")

    assert done.returncode == 2
    assert "--no-shell refuses" in done.stderr


def test_without_a_shell_make_is_not_asked_for_a_base(place: Place) -> None:
    """A defconfig that only make can put together is refused with --no-shell."""
    place.run("tree", "show", *TOY).check_returncode()
    (place.tree / f"arch/{ARCH}/configs/{ARCH}_defconfig").unlink()
    (place.work / "defconfig").write_text("CONFIG_POND=y\n")  # savedefconfig leaves one
    for base in ("odd_defconfig", "defconfig"):
        done = place.run("plan", "FISH", *TOY, "--no-shell", "--base", base)

        assert done.returncode == 2
        assert "--no-shell refuses" in done.stderr


@pytest.mark.parametrize(
    ("kconfig", "place_"),
    [
        ('config A\n\tstring\n\tdefault "$(shell,touch mark)"\n', "Kconfig:3: "),
        ("ok = $(shell,test $(1) && echo y)\nconfig A\n\tdef_bool $(ok,1)\n", "Kconfig:3: "),
        ("config A\n\tbool\n", None),
        ("unused = $(shell,true)\nconfig A\n\tbool\n", None),
    ],
)
def test_without_a_shell_files_are_read(tmp_path: Path, kconfig: str, place_: str | None) -> None:
    """Without a shell, files that need none are read; for others the error says where."""
    (tmp_path / "Kconfig").write_text(kconfig)
    info = TreeInfo("6.12", "toy", "toy", "a toy")
    environment = {"PATH": os.environ["PATH"], "srctree": str(tmp_path)}
    if place_ is None:
        assert parse_tree(info, environment=environment, shell=False)
    else:
        with pytest.raises(KconfigError, match=place_ + r".*\$\(shell"):
            parse_tree(info, environment=environment, shell=False)


def test_a_saved_model_runs_nothing(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a saved model, planning and evaluating start no process at all."""
    place.run("tree", "save", "toy.model", *TOY).check_returncode()

    def started(*arguments: object, **named: object) -> None:
        pytest.fail(f"a process was started: {arguments}")

    monkeypatch.setattr(subprocess.Popen, "__init__", started)
    monkeypatch.setattr(os, "system", started)
    monkeypatch.setattr(os, "posix_spawn", started)
    monkeypatch.setenv("PATH", "")
    tree = Tree.load(place.work / "toy.model")
    assert tree.plan("FISH", base="empty").status == "planned"
    assert tree.olddefconfig(())["PAINT"] == "y"
    assert tree.savedefconfig(()) == ""
