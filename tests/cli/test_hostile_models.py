"""Saved models made to take all memory, or all time: one line and status 2, within bounds."""

from __future__ import annotations

import resource
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from kresolve.kconfig.storage import to_bytes
from tests.property.damagedmodels import packed, unpacked
from tests.property.toys import load

#: What a process may have, in bytes: a plan for a kernel is content with half of it.
_MEMORY: Final = 1 << 30

_KCONFIG: Final = 'config P\n\tbool "p"\n\nconfig X\n\tbool "x"\n\tdepends on P\n'


def _document() -> dict[str, Any]:
    return unpacked(to_bytes(load(_KCONFIG)))


def _shared(rows: int, symbols: int = 0) -> bytes:
    """Rows ``And(Or(p, x), Not(p))``, each naming the one before twice; for more symbols, too."""
    document = _document()
    exprs = document["exprs"]
    last = len(exprs) - 1
    for _ in range(rows):
        exprs += [[6, last, 0], [4, last], [5, len(exprs), len(exprs) + 1]]
        last = len(exprs) - 1
    _condition_of_x(document)[0] = last
    for number in range(symbols):
        name = len(document["strings"])
        document["strings"].append(f"X{number}")
        document["symbols"].append([name, 0, [len(document["entries"])], None, 0, 0, 0])
        document["order"].append(name)
        entry = [*document["entries"][1]]
        entry[5] = name
        document["entries"].append(entry)
    return packed(document)


def _used_often() -> bytes:
    """One large condition, in which thousands of entries stand."""
    document = _document()
    document["exprs"].append([5, *[0] * 60_000])
    _condition_of_x(document)[0] = len(document["exprs"]) - 1
    entry = document["entries"][1]
    document["entries"] += [entry] * 20_000
    document["symbols"][1][2] = [*range(1, 20_002)]
    return packed(document)


def _deep() -> bytes:
    """A negation of a negation of a negation ..."""
    document = _document()
    first = len(document["exprs"])
    document["exprs"] += [[4, first + depth - 1 if depth else 0] for depth in range(50_000)]
    _condition_of_x(document)[0] = len(document["exprs"]) - 1
    return packed(document)


def _menus() -> bytes:
    """A menu in a menu in a menu ..."""
    document = _document()
    document["entries"] += [[0, place + 1, 0, 1, [], 0, [], []] for place in range(50_000)]
    return packed(document)


def _condition_of_x(document: dict[str, Any]) -> list[Any]:
    found: list[Any] = document["entries"][1][4][0]
    return found


def _with(**parts: Any) -> bytes:
    return packed({**_document(), **parts})


ATTACKS: Final[dict[str, Callable[[], bytes]]] = {
    "millions of lists": lambda: zlib.compress(b"[" + b"[]," * 40_000_000 + b"[]]"),
    "lists instead of entries": lambda: _with(entries=[[]] * 1_900_000),
    "objects instead of entries": lambda: _with(entries=[{}] * 1_900_000),
    "texts instead of entries": lambda: _with(entries=["entry"] * 3_900_000),
    "lists in lists": lambda: zlib.compress(b"[" * 1_000_000),
    "blanks without end": lambda: zlib.compress(b" " * (1 << 29)),
    "a number of a million digits": lambda: zlib.compress(b'{"format":' + b"9" * 1_000_000 + b"}"),
    "sixty rows that share": lambda: _shared(60),
    "a condition used often": _used_often,
    "50,000 negations": _deep,
    "50,000 menus in each other": _menus,
    "an unknown dialect": lambda: _with(dialect={**_document()["dialect"], "choice_lists": 2}),
    "an architecture outside of the tree": lambda: _with(
        info={**_document()["info"], "srcarch": "../.."}
    ),
}


def _plan(model: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kresolve", "plan", "X", "--base", "allnoconfig"]
    return subprocess.run(
        [*command, "--timeout", "20", "--tree", model],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY)),
    )


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_model_is_refused_within_bounds(tmp_path: Path, attack: str) -> None:
    """It costs a bounded amount of memory, names its file in one line and asks for no report."""
    model = tmp_path / "hostile.model"
    model.write_bytes(ATTACKS[attack]())
    done = _plan(model)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith(f"kresolve: {model}: this is not a saved model")
    assert done.stderr.count("\n") == 1


def test_as_much_as_is_let_in_is_answered(tmp_path: Path) -> None:
    """Of rules that are as large as they may be, a plan is found within the same bounds."""
    model = tmp_path / "large.model"
    model.write_bytes(_shared(12, symbols=40))
    done = _plan(model)
    assert done.returncode in (0, 1), done.stderr
