"""Whoever asks hears something: where it was written, or that there is nothing."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Place
from tests.cli.everycommand import COMMANDS, furnish, outputs
from tests.cli.toykernel import ARCH

TOY = ("--tree", "toy", "--arch", ARCH)


@pytest.fixture(scope="module")
def furnished(used_place: Place) -> Place:
    """The toy kernel, and files for every command."""
    furnish(used_place)
    return used_place


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_is_silent(furnished: Place, command: str) -> None:
    """Every command says something, and one that writes a file says which."""
    done = furnished.call(*command.split())
    written = outputs(furnished)
    for path in written:
        path.unlink()
    assert done.stdout + done.stderr
    for path in written:
        assert path.stem in done.stdout + done.stderr or command.startswith("survey")


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("plan FISH --alternatives 3", "no other plan is as good"),
        ("search nothing_like_it", "nothing found: no name or prompt or help"),
        ("search nothing_like_it --in prompt", "nothing found: no prompt in Linux 6.12.0-toy"),
    ],
)
def test_nothing_is_told(used_place: Place, command: str, said: str) -> None:
    """Where there is nothing to tell of, that is told."""
    assert said in used_place.call(*command.split(), *TOY).stderr


def test_an_empty_cache_is_told(place: Place) -> None:
    """Without a tree in the cache, the list says so, and how to get one."""
    done = place.call("tree", "list")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.startswith(f"no trees in {place.root}/cache; kresolve tree fetch")
