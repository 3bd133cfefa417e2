"""``kresolve explain``: its statuses, its forms, its errors."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH

TOY = ("--tree", "toy", "--arch", ARCH)


@pytest.mark.parametrize(
    ("arguments", "status", "first"),
    [
        (
            ["FISH", "--base", "allnoconfig"],
            0,
            ("FISH (Kconfig:26) is n: not set; cannot be set: it depends on POND (=n)"),
        ),
        (
            ["FISH=m", "--base", "allnoconfig"],
            1,
            "FISH (Kconfig:26) was set to m but is n: it depends on POND (=n)",
        ),
        (["CAT=y", "--base", "empty"], 0, "CAT (Kconfig:60) is y: set by a line"),
        (
            ["CONFIG_DEPTH=12", "--config", "garden.config"],
            1,
            'DEPTH (Kconfig:40) was set to 12 but is 9: out of range 1..9 by "range 1 9"',
        ),
        (
            ["FISH", "--base", "empty", "--fragment", "garden.config"],
            0,
            "FISH (Kconfig:26) is n: not set and it has no default",
        ),
    ],
)
def test_the_first_line_and_the_status(
    used_place: Place, arguments: list[str], status: int, first: str
) -> None:
    """One sentence comes first; the status is 1 if a line is dropped or changed, else 0."""
    _write(used_place, "garden.config", "CONFIG_GARDEN=y\nCONFIG_POND=y\n")
    done = used_place.call("explain", *arguments, *TOY)

    assert done.returncode == status
    assert done.stdout.splitlines()[0] == first
    assert "\x1b" not in done.stdout


def test_what_would_change_it_comes_last(used_place: Place) -> None:
    """The plan's lines stand below the derivation, and --no-change leaves them out."""
    words = ("explain", "FISH=y", "--base", "allnoconfig", *TOY)

    assert "  CONFIG_POND=y\n" in used_place.call(*words).stdout
    assert "CONFIG_POND=y" not in used_place.call(*words, "--no-change").stdout


def test_forms(used_place: Place) -> None:
    """JSON, Markdown and HTML say the same, each in its way."""
    words = ("explain", "FISH=y", "--base", "allnoconfig", *TOY)
    document = json.loads(used_place.call(*words, "--json").stdout)

    assert document["schema"] == "kresolve.derivation/1"
    assert document["facts"][0]["name"] == "FISH"
    assert [line["symbol"] for line in document["plan"]["lines"]][-1] == "FISH"
    assert used_place.call(*words, "--markdown").stdout.startswith("**`FISH`")
    assert used_place.call(*words, "--html").stdout.startswith("<!DOCTYPE html>")


def test_depth_and_full(used_place: Place) -> None:
    """--depth cuts, and says so; --full tells every rule."""
    words = ("explain", "FISH=y", "--base", "allnoconfig", "--no-change", *TOY)

    assert "1 more cause deeper" in used_place.call(*words, "--depth", "1").stdout
    assert "- line: CONFIG_FISH=y" in used_place.call(*words, "--full").stdout


def test_output_is_whole_or_not_there(place: Place) -> None:
    """-o writes a file; a wrong question writes none and says why in one line."""
    done = place.call("explain", "FISH", *TOY, "--html", "-o", "why.html")
    assert done.returncode == 0
    assert (place.work / "why.html").read_text(encoding="utf-8").endswith("</html>\n")

    for wrong in (
        ["FISHS"],
        ["FISH=maybe"],
        ["FISH=y|m"],
        ["FISH", "--depth", "-1"],
        ["FISH", "--config", "nowhere.config"],
    ):
        done = place.call("explain", *wrong, *TOY, "-o", "other.txt")
        assert done.returncode == 2
        assert done.stdout == ""
        (last,) = (line for line in done.stderr.splitlines() if not line.endswith(" ..."))
        assert last.startswith(("kresolve: ", "kresolve explain: "))
    assert place.files() == ["why.html"]


def _write(place: Place, name: str, text: str) -> None:
    (place.work / name).write_text(text, encoding="utf-8")
