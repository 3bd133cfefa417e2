"""``kresolve audit-selftests`` on a toy kernel with tests of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH

ON_TOY = ("--tree", "toy", "--arch", ARCH)
TESTS = {
    "garden": "CONFIG_GARDEN=y\n",
    "net/fish": "CONFIG_FISH=y\n",
    "kitchen": "CONFIG_STOVE=y\nCONFIG_KITCHEN=y\nCONFIG_NO_SUCH_THING=y\n",
}


@pytest.fixture(scope="module")
def audited(used_place: Place) -> Place:
    """The toy kernel with configs for three tests."""
    for name, text in TESTS.items():
        path = used_place.tree / "tools/testing/selftests" / name / "config"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return used_place


def audit(place: Place, *options: str) -> dict[str, dict[str, object]]:
    """The fragments of an audit as JSON, by name."""
    done = place.call("audit-selftests", *ON_TOY, *options, "--json")
    return {one["name"]: one for one in json.loads(done.stdout)["fragments"]}


def test_each_fragment_has_a_verdict(audited: Place) -> None:
    """Whole, repaired with lines, or impossible with a reason for each line."""
    found = audit(audited, "--base", "allnoconfig")

    assert {name: one["verdict"] for name, one in found.items()} == {
        "garden": "whole",
        "kitchen": "impossible",
        "net/fish": "repaired",
    }
    added = found["net/fish"]["added"]
    assert isinstance(added, list)
    assert {line["text"]: line["why"] for line in added} == {
        "CONFIG_GARDEN=y": "FISH depends on GARDEN (Kconfig:20)",
        "CONFIG_POND=y": "FISH depends on POND (Kconfig:28)",
    }
    impossible = found["kitchen"]["impossible"]
    assert isinstance(impossible, dict)
    assert set(impossible) == {"STOVE", "NO_SUCH_THING"}
    assert impossible["STOVE"].startswith("depends on CHIMNEY (=n) (house/Kconfig:8); impossible")


def test_any_base(audited: Place) -> None:
    """On any base, a fragment needs what no base can be relied on to have."""
    found = audit(audited, "--base", "any", "--only", "net")

    assert set(found) == {"net/fish"}
    assert found["net/fish"]["verdict"] == "repaired"
    added = found["net/fish"]["added"]
    assert isinstance(added, list)
    assert {line["text"] for line in added} == {"CONFIG_GARDEN=y", "CONFIG_POND=y"}


def test_tables_and_statuses(audited: Place) -> None:
    """The table names what cannot be had, with status 1; whole fragments end with 0."""
    done = audited.call("audit-selftests", *ON_TOY, "--base", "empty", "--markdown")
    assert done.returncode == 1
    assert "| `net/fish` | 1 | 1 | `GARDEN=y`, `POND=y` |  |" in done.stdout
    assert "1 whole, 1 repaired, 1 impossible" in done.stderr
    whole = audited.call("audit-selftests", *ON_TOY, "--only", "garden")
    assert whole.returncode == 0
    assert whole.stdout.splitlines()[1].split() == ["garden", "1", "0", "0", "whole"]
    unknown = audited.call("audit-selftests", *ON_TOY, "--only", "gardens")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "did you mean garden?" in unknown.stderr
    both = audited.call("audit-selftests", *ON_TOY, "--only", "garden", "--only", "nosuch")
    assert (both.returncode, both.stdout) == (2, "")
    assert "--only nosuch: no such test" in both.stderr


def test_conf_confirms_on_one_base(audited: Place) -> None:
    """To have conf confirm what holds on any base is refused, not passed over."""
    done = audited.call("audit-selftests", *ON_TOY, "--base", "any", "--verify", "conf")

    assert (done.returncode, done.stdout) == (2, "")
    assert "--verify conf: conf can confirm on one base, not on --base any" in done.stderr


def test_a_tree_without_tests(place: Place) -> None:
    """A tree that has no selftests is refused with the place where they would be."""
    done = place.toy("audit-selftests")

    assert done.returncode == 2
    assert "no tools/testing/selftests in it" in done.stderr
    assert Path(place.tree).is_dir()
