"""``kresolve migrate`` from end to end: the report, the files, the statuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH, KCONFIG, MAKEFILE, make_kernel

TREES = ("--from", "toy", "--to", "next", "--arch", ARCH, "--base", "empty")


@pytest.fixture
def work(used_place: Place) -> Path:
    """The next toy kernel, in which the pond has another name, and a fragment."""
    folder = used_place.work
    if not (folder / "next").exists():
        make_kernel(
            folder / "next",
            Kconfig=KCONFIG.replace("POND", "LAKE").replace('tristate "Cat"', 'bool "Tom"'),
            Makefile=MAKEFILE.replace("PATCHLEVEL = 12", "PATCHLEVEL = 13"),
        )
    text = "# water\nCONFIG_GARDEN=y\nCONFIG_POND=y\nCONFIG_FISH=y\n"
    (folder / "wet").write_text(text, encoding="utf-8")
    (folder / "dry").write_text("CONFIG_GARDEN=y\n", encoding="utf-8")
    return folder


@pytest.mark.usefixtures("work")
def test_report_and_statuses(used_place: Place) -> None:
    """What the next kernel loses is told, with status 1; where it loses nothing, 0."""
    done = used_place.call("migrate", "wet", *TREES)

    assert done.returncode == 1
    assert "wet:3: CONFIG_POND=y: LAKE has the same prompt (Kconfig:" in done.stdout
    assert "wet:4: CONFIG_FISH=y: requested y, actual value n: depends on LAKE (=n)" in done.stdout
    assert used_place.call("migrate", "dry", *TREES).returncode == 0


def test_the_new_fragment(used_place: Place, work: Path) -> None:
    """-o gets the fragment for the new kernel, comments and all; a directory gets several."""
    used_place.call("migrate", "wet", *TREES, "-o", "new")
    (work / "both").mkdir(exist_ok=True)
    used_place.call("migrate", "wet", "dry", *TREES, "-o", "both")

    wet = "# water\nCONFIG_GARDEN=y\nCONFIG_LAKE=y\nCONFIG_FISH=y\n"
    assert (work / "new").read_text(encoding="utf-8") == wet
    assert (work / "both" / "wet").read_text(encoding="utf-8") == wet
    assert (work / "both" / "dry").read_text(encoding="utf-8") == "CONFIG_GARDEN=y\n"
    done = used_place.call("migrate", "wet", "dry", *TREES, "-o", "new")
    assert (done.returncode, done.stdout) == (2, "")
    assert "not a directory" in done.stderr


@pytest.mark.usefixtures("work")
def test_json(used_place: Place) -> None:
    """--json has each line's fate, values and successor, and the new fragments."""
    document = json.loads(used_place.call("migrate", "wet", *TREES, "--json").stdout)
    fates = {line["symbol"]: line["fate"] for line in document["lines"]}

    assert (document["schema"], document["status"]) == ("kresolve.migrate/2", "changed")
    assert fates == {"GARDEN": "same", "POND": "renamed", "FISH": "gated"}
    assert document["fragments"]["wet"].splitlines()[2] == "CONFIG_LAKE=y"
    assert document["lost"] == []


def test_places_are_those_of_the_file_that_is_named(used_place: Place, work: Path) -> None:
    """What the new fragment loses has its place in that file, or else in the old one."""
    (work / "odd").write_text("CONFIG_FISH=y\nCONFIG_CAT=m\nCONFIG_NONE=y\n", encoding="utf-8")

    def last(*arguments: str) -> str:
        out: str = used_place.call("migrate", "odd", *TREES, *arguments).stdout
        return out.splitlines()[-1].strip()

    assert last() == "odd:3: CONFIG_NONE=y"
    place, _, line = last("-o", "new").partition(": ")
    name, number = place.split(":")
    assert (name, line) == ("new", "CONFIG_NONE=y")
    assert int(number) > 3
    assert (work / "new").read_text(encoding="utf-8").splitlines()[int(number) - 1] == line


@pytest.mark.usefixtures("work")
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_what_is_known_is_printed_when_it_is_ended(
    used_place: Place, monkeypatch: pytest.MonkeyPatch, form: tuple[str, ...]
) -> None:
    """Ended while it looks for advice, migrate has told what becomes of every line."""

    def ended(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kresolve.fragments.migrating.advised", ended)
    done = used_place.call("migrate", "wet", *TREES, *form, "-o", "nothing")

    assert done.returncode == 130
    assert not (used_place.work / "nothing").exists()
    assert "LAKE" in done.stdout
    if form:
        assert json.loads(done.stdout)["incomplete"] == ["not all advice was found"]
