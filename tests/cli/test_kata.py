"""``kresolve plan --kata`` and ``lint --kata`` on a small directory in Kata's layout."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from kresolve import Tree
from kresolve.errors import ConfigFileError
from kresolve.integrations.kata_files import Kata, read_kata
from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH
from tests.unit.katadir import FILES, make_kata

ON_TOY = ("--tree", "toy", "--arch", ARCH)
KATA = "kata/kernel/configs/fragments"


@pytest.fixture
def fragments(used_place: Place) -> Path:
    """Kata's directory, as new."""
    shutil.rmtree(used_place.work / "kata", ignore_errors=True)
    return make_kata(used_place.work / "kata")


@pytest.fixture(scope="module")
def toy(used_place: Place) -> Tree:
    """The toy kernel, read once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KRESOLVE_CACHE", str(used_place.root / "cache"))
        return Tree.load(used_place.tree, arch=ARCH)


def read(toy: Tree, root: Path, *sets: str) -> Kata:
    """The directory as a build of the toy kernel reads it."""
    return read_kata(root, toy.model, sets)


def test_what_a_build_takes(toy: Tree, fragments: Path) -> None:
    """The common files without the architecture's tag come first, then the architecture's."""
    assert list(read(toy, fragments).texts) == [
        *("common/base.conf", "common/garden.conf", "common/house.conf", "common/secret.conf"),
        f"{ARCH}/door.conf",
    ]
    assert list(read(toy, fragments, "confidential", "debug", "wet").texts) == [
        *("common/base.conf", "common/garden.conf", "common/house.conf", f"{ARCH}/door.conf"),
        *(f"{ARCH}/confidential/dark.conf", "debug/debug.conf", "build-type/wet/wet.conf"),
    ]


def test_what_may_be_lost(toy: Tree, fragments: Path) -> None:
    """The whitelist of every kernel counts, and that of this version."""
    assert read(toy, fragments).whitelist == {"NO_SUCH_THING", "STOVE"}


def test_a_directory_around_the_fragments_will_do(
    toy: Tree, fragments: Path, tmp_path: Path
) -> None:
    """Kata's checkout may be named: the fragments are where it has them."""
    inside = tmp_path / "checkout" / "tools" / "packaging" / "kernel" / "configs" / "fragments"
    shutil.copytree(fragments, inside)
    for around in (tmp_path / "checkout", inside.parent, inside):
        found = read(toy, around)
        assert found.root == inside
        assert found.texts == read(toy, fragments).texts


def test_what_is_none_of_katas(toy: Tree, fragments: Path, tmp_path: Path) -> None:
    """A directory of another kind, and a set that is not there, are refused by name."""
    with pytest.raises(ConfigFileError, match="no common/ in it"):
        read(toy, tmp_path)
    with pytest.raises(ConfigFileError, match="no set wett for left"):
        read(toy, fragments, "wett")
    shutil.rmtree(fragments / ARCH)
    with pytest.raises(ConfigFileError, match="no left/ in it; there is right"):
        read(toy, fragments)


def test_what_is_named_twice(toy: Tree, fragments: Path) -> None:
    """An option in two files is found, one twice in a file is not meant."""
    with (fragments / ARCH / "door.conf").open("a", encoding="utf-8") as file:
        file.write("CONFIG_SHED=y\nCONFIG_DOOR_RED=y\n")
    (pair,) = read(toy, fragments).named_twice(toy.model)

    assert [str(line.location) for line in pair] == ["common/garden.conf:3", "left/door.conf:3"]


def test_a_plan_goes_where_its_kind_lives(used_place: Place, fragments: Path) -> None:
    """Lines are put beside their relatives, under their reason, as a diff that patch takes."""
    done = used_place.call("plan", "FISH=y", "DEPTH=4", "FRIDGE", "--kata", KATA, *ON_TOY)

    assert done.returncode == 0
    changed = [line for line in done.stdout.splitlines() if line.startswith("+++")]
    assert changed == ["+++ b/common/garden.conf"]
    assert "+CONFIG_POND=y\n" in done.stdout
    assert "+# FISH: requested\n+CONFIG_FISH=y\n" in done.stdout
    assert "1 request already satisfied" in done.stderr
    assert "CONFIG_EXPERT in the fragments switches off 1 option that no fragment names: PAINT" in (
        done.stderr
    )
    assert "from 148 to 149" in done.stderr
    assert (fragments / "common/garden.conf").read_text() == FILES["common/garden.conf"]
    patch = subprocess.run(
        ["git", "apply", "--stat", "-"],
        input=done.stdout,
        text=True,
        capture_output=True,
        check=False,
    )
    assert "garden.conf" in patch.stdout, patch.stderr


@pytest.mark.parametrize(
    ("named", "link"),
    [
        ("kata", "kernel/configs"),
        ("kata/kernel", "kernel/configs/fragments"),
        ("kata", "kernel/configs/fragments/common"),
        (KATA, "kernel/configs/fragments/common"),
        (KATA, "kernel/configs/fragments/common/garden.conf"),
    ],
)
def test_apply_stays_inside(
    used_place: Place, fragments: Path, tmp_path: Path, named: str, link: str
) -> None:
    """--apply writes nothing outside the directory that was named, wherever its links lead."""
    outside = tmp_path / "outside"
    (used_place.work / "kata" / link).rename(outside)
    (used_place.work / "kata" / link).symlink_to(outside)

    def texts() -> dict[Path, str]:
        files = [outside] if outside.is_file() else outside.rglob("*.conf")
        return {path: path.read_text() for path in [*files, *fragments.glob("left/*.conf")]}

    before = texts()
    done = used_place.call("plan", "FISH=y", "CAT=n", "--kata", named, *ON_TOY, "--apply")
    assert "leads out of" in done.stderr
    assert done.returncode == 2
    assert texts() == before


def test_apply(used_place: Place, fragments: Path) -> None:
    """--apply changes the files, and then there is nothing left to do."""
    command = ("plan", "FISH=y", "CAT=n", "--kata", KATA, *ON_TOY)
    diff = used_place.call(*command).stdout
    done = used_place.call(*command, "--apply")

    assert done.stdout == diff
    assert "changed: common/garden.conf" in done.stderr
    garden = (fragments / "common/garden.conf").read_text()
    assert garden.startswith(FILES["common/garden.conf"] + "\n# Needed for FISH=y\n")
    base = (fragments / "common/base.conf").read_text()
    assert base == FILES["common/base.conf"].replace("CONFIG_CAT=y", "# CONFIG_CAT is not set")
    assert used_place.call(*command, "--apply").stdout == ""


def test_what_another_architecture_names_goes_to_ones_own(
    used_place: Place, fragments: Path
) -> None:
    """A line that right/ has must not stand in common/ as well: it goes to left/."""
    (fragments / "right/door.conf").write_text("CONFIG_FROG=y\n", encoding="utf-8")
    done = used_place.call("plan", "FROG", "CAT=n", "--kata", KATA, *ON_TOY)

    assert f"+++ b/{ARCH}/door.conf" in done.stdout


@pytest.mark.usefixtures("fragments")
def test_what_the_fragments_give_is_kept(used_place: Place) -> None:
    """What takes away what a line of the fragments gives is impossible, with that line."""
    done = used_place.call("plan", "GARDEN=n", "--kata", KATA, *ON_TOY)

    assert (done.returncode, done.stdout) == (1, "")
    assert "SHED=y  (common/garden.conf:3)" in done.stderr


def test_a_number_in_the_fragments_is_kept(used_place: Place, fragments: Path) -> None:
    """A lost line with a number is asked for by its value."""
    with (fragments / "common/garden.conf").open("a", encoding="utf-8") as file:
        file.write("CONFIG_POND=y\nCONFIG_DEPTH=4\n")
    done = used_place.call("plan", "POND=n", "--kata", KATA, *ON_TOY)

    assert (done.returncode, done.stdout) == (1, "")
    assert "DEPTH=4  (common/garden.conf:5)" in done.stderr


@pytest.mark.usefixtures("fragments")
def test_options_of_plan_count_or_are_refused(used_place: Place) -> None:
    """--forbid is obeyed; a base of one's own is refused before anything is read."""
    done = used_place.call("plan", "FISH=y", "--kata", KATA, *ON_TOY, "--forbid", "POND")
    assert done.returncode == 1
    assert "POND=n  (--forbid POND)" in done.stderr

    done = used_place.call("plan", "FISH=y", "--kata", KATA, *ON_TOY, "--base", "tinyconfig")
    assert done.returncode == 2
    assert "--base: Kata's fragments are the base" in done.stderr


@pytest.mark.usefixtures("fragments")
def test_impossible(used_place: Place) -> None:
    """What cannot be had is proved, with status 1, no diff, and no file changed."""
    done = used_place.call("plan", "STOVE", "--kata", KATA, *ON_TOY, "--apply")

    assert (done.returncode, done.stdout) == (1, "")
    assert "impossible, proved: STOVE" in done.stderr


@pytest.mark.usefixtures("fragments")
def test_json(used_place: Place) -> None:
    """--json has the diff, the plan of each kernel and where its lines go."""
    done = used_place.call("plan", "FISH=y", "--kata", KATA, *ON_TOY, "--json")
    document = json.loads(done.stdout)
    (kernel,) = document["kernels"]

    assert (document["schema"], document["status"]) == ("kresolve.kata/2", "planned")
    assert {placed["file"] for placed in kernel["placed"]} == {"common/garden.conf"}
    assert kernel["switched_off"] == {"EXPERT": ["PAINT"]}
    assert document["diff"].startswith("--- a/common/garden.conf\n")


def test_lint_knows_katas_rules(used_place: Place, fragments: Path) -> None:
    """lint --kata merges as Kata does, and what the whitelist names is no error."""
    assert used_place.call("lint", "--kata", KATA, *ON_TOY, "--json").returncode == 1
    (fragments / "common/base.conf").write_text("CONFIG_CAT=y\n", encoding="utf-8")
    done = used_place.call("lint", "--kata", KATA, *ON_TOY, "--json")
    rules = {line["symbol"]: line["rule"] for line in json.loads(done.stdout)["lines"]}

    assert done.returncode == 0
    assert rules["NO_SUCH_THING"] == "whitelisted"
    assert "STOVE" not in rules
