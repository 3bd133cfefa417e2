"""``kresolve merge`` from end to end: its words, its options, and where it writes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH

ON_TOY = ("--tree", "toy", "--arch", ARCH)


@pytest.fixture
def work(used_place: Place) -> Path:
    """Two fragments that overlap, and of which a line is lost."""
    folder = used_place.work
    (folder / "one").write_text("CONFIG_GARDEN=y\nCONFIG_POND=y\nCONFIG_CAT=y\n", encoding="utf-8")
    (folder / "two").write_text("CONFIG_POND=m\nCONFIG_CAT=y\nCONFIG_STOVE=y\n", encoding="utf-8")
    for name in (".config", "out"):
        (folder / name).unlink(missing_ok=True)
    return folder


def test_words_and_statuses(used_place: Place, work: Path) -> None:
    """A merge speaks as merge_config.sh does, and ends with 1 when a line is lost."""
    done = used_place.call("merge", "one", "two", "-o", "out", *ON_TOY)

    assert done.returncode == 1
    assert done.stdout.splitlines()[:6] == [
        "Using one as base",
        "Merging two",
        "Value of CONFIG_POND is redefined by fragment two:",
        "Previous  value: CONFIG_POND=y (one:2)",
        "New value:       CONFIG_POND=m (two:1)",
        "",
    ]
    assert "Value requested for CONFIG_POND not in final .config" in done.stdout
    assert "Value requested for CONFIG_STOVE not in final .config" in done.stdout
    assert "depends on KITCHEN (=n) (house/Kconfig:8)" in done.stdout
    assert "CONFIG_GARDEN=y" in (work / "out").read_text(encoding="utf-8")
    assert used_place.call("merge", "one", "-o", "out", *ON_TOY).returncode == 0


@pytest.mark.usefixtures("work")
def test_options(used_place: Place) -> None:
    """-r tells of what is said twice, -y keeps a y, -Q is silent, -s refuses."""

    def merge(*options: str) -> tuple[int, str]:
        done = used_place.call("merge", *options, "one", "two", "-o", "out", *ON_TOY)
        return done.returncode, done.stdout + done.stderr

    assert "Value of CONFIG_CAT is redundant by fragment two:" in merge("-r")[1]
    assert "redundant" not in merge()[1]
    assert "-y passed, will not demote y to m" in merge("-y")[1]
    assert "is redefined by" not in merge("-Q")[1]
    status, said = merge("-s")
    assert status == 2
    assert "two:1: CONFIG_POND=m redefines CONFIG_POND=y (one:2)" in said


def test_only_merged(used_place: Place, work: Path) -> None:
    """-m writes the merged lines themselves, each option once."""
    used_place.call("merge", "-m", "one", "two", "-o", "out", *ON_TOY)

    assert (work / "out").read_text(encoding="utf-8").splitlines() == [
        "CONFIG_GARDEN=y",
        "CONFIG_POND=m",
        "CONFIG_CAT=y",
        "CONFIG_STOVE=y",
    ]


def test_where_it_writes(used_place: Place, work: Path) -> None:
    """The output is -o, else .config in the directory of -O, else KCONFIG_CONFIG or .config."""
    (work / "build").mkdir(exist_ok=True)
    used_place.call("merge", "one", "-O", "build", *ON_TOY)
    assert (work / "build" / ".config").is_file()
    used_place.call("merge", "one", *ON_TOY)
    assert (work / ".config").is_file()
    used_place.run("merge", "one", *ON_TOY, environment={"KCONFIG_CONFIG": "out"})
    assert (work / "out").is_file()


def test_complete(used_place: Place, work: Path) -> None:
    """--complete adds what is missing; what cannot be had is still lost, with the proof."""
    (work / "fish").write_text("CONFIG_FISH=m\n", encoding="utf-8")
    done = used_place.call("merge", "-n", "fish", "--complete", "-o", "out", *ON_TOY)

    assert done.returncode == 0
    assert re.search(
        r"^Added: CONFIG_POND=[ym]  # FISH depends on POND ", done.stdout, re.MULTILINE
    )
    assert "CONFIG_FISH=m" in (work / "out").read_text(encoding="utf-8")
    impossible = used_place.call("merge", "two", "--complete", "-o", "out", *ON_TOY)
    assert impossible.returncode == 1
    assert "impossible here, proved" in impossible.stdout


def test_a_base_of_confs_gives_way(used_place: Place, work: Path) -> None:
    """What conf wrote may be changed for a fragment's line, what people wrote may not."""
    (work / "doorbell").write_text("CONFIG_DOORBELL=y\n", encoding="utf-8")
    (work / "red").write_text("CONFIG_DOOR_RED=y\n", encoding="utf-8")
    options = ("doorbell", "--complete", "-o", "out", *ON_TOY)

    assert used_place.call("merge", "defconfig", *options).returncode == 0
    done = used_place.call("merge", "red", *options)
    assert done.returncode == 1
    assert "impossible together with DOOR_RED=y" in done.stdout


@pytest.mark.usefixtures("work")
def test_json(used_place: Place) -> None:
    """--json has what overlapped and what is lost, each with its place."""
    done = used_place.call("merge", "one", "two", "-o", "out", "--json", *ON_TOY)
    document = json.loads(done.stdout)

    assert (document["schema"], document["status"]) == ("kresolve.merge/2", "lost")
    assert [o["kind"] for o in document["overlaps"]] == ["redefined", "redundant"]
    assert {lost["line"]["location"] for lost in document["lost"]} == {"two:1", "two:3"}
