"""Every command in every form, on the toy kernel: for tests of what they all have in common."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Final

from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH
from tests.unit.katadir import make_kata

TOY: Final = f"--tree toy --arch {ARCH}"
#: Command lines that need the files of :func:`furnish`, each in the form it is asked for.
COMMANDS: Final = (
    f"plan FISH {TOY}",
    f"plan FISH {TOY} --json",
    f"plan FISH {TOY} -o OUT",
    f"plan FISH {TOY} --graph OUT.mmd --alternatives 2",
    f"plan FISH --base allnoconfig --base defconfig --split {TOY}",
    f"plan STOVE {TOY}",
    f"plan STOVE {TOY} --json",
    f"plan NO_SUCH_THING {TOY}",
    f"plan DOORBELL --kata kata {TOY}",
    f"plan DOORBELL --kata kata {TOY} --json",
    "check FISH CAT --config house.config",
    f"check FISH CAT --config house.config {TOY}",
    f"check FISH --config house.config {TOY} --json",
    "profiles",
    "profiles --json",
    "profiles criu",
    "profiles criu --json",
    f"explain FISH {TOY}",
    f"explain FISH=y {TOY} --full",
    f"explain FISH {TOY} --json",
    f"explain FISH {TOY} --markdown",
    f"explain FISH {TOY} --html",
    f"explain FISH {TOY} -o OUT",
    f"graph FISH {TOY} -o OUT.dot",
    f"graph {TOY} -o OUT.graphml",
    f"gates EXPERT {TOY}",
    f"gates EXPERT {TOY} --base defconfig --json",
    f"search swim {TOY}",
    f"search swim {TOY} --json",
    f"search nothing_like_it {TOY}",
    f"show FISH {TOY} --base defconfig",
    f"show FISH {TOY} --json",
    f"show FISH {TOY} --base defconfig --json",
    f"lint house.config {TOY}",
    f"lint house.config {TOY} --all",
    f"lint house.config {TOY} --json",
    f"lint house.config {TOY} --json --each",
    f"lint house.config {TOY} --sarif",
    f"lint house.config {TOY} --github",
    f"merge house.config -o OUT {TOY}",
    f"merge house.config -o OUT {TOY} --json",
    f"migrate house.config --from toy --to toy --arch {ARCH} -o OUT",
    f"migrate house.config --from toy --to toy --arch {ARCH} --json",
    f"minimize house.config {TOY}",
    f"minimize good.config {TOY} --json",
    f"survey FISH STOVE -o OUT {TOY} --jobs 1",
    f"audit-selftests {TOY}",
    f"audit-selftests {TOY} --markdown",
    f"audit-selftests {TOY} --json",
    f"olddefconfig house.config {TOY}",
    f"olddefconfig house.config {TOY} -o OUT",
    f"savedefconfig house.config {TOY}",
    f"case plan FISH {TOY}",
    f"case lint house.config {TOY} -o OUT",
    "tree list",
    "tree fetch toy.tar",
    f"tree show {TOY}",
    f"tree show {TOY} --json",
    f"tree save OUT {TOY}",
    "--help",
    "plan --help",
    "--version",
    "plan",
    "no-such-command",
)


def furnish(place: Place) -> None:
    """Put the files that the commands name into a place's working directory."""
    (place.work / "house.config").write_text(
        "CONFIG_KITCHEN=y\nCONFIG_STOVE=y\nCONFIG_CAT=maybe\nnonsense\nCONFIG_NO_SUCH=y\n"
    )
    (place.work / "good.config").write_text("CONFIG_FISH=m\nCONFIG_CAT=y\nCONFIG_POND=m\n")
    test = place.tree / "tools/testing/selftests/fish/config"
    test.parent.mkdir(parents=True, exist_ok=True)
    test.write_text("CONFIG_FISH=y\nCONFIG_STOVE=y\n")
    make_kata(place.work / "kata")
    with tarfile.open(place.work / "toy.tar", "w") as tar:
        tar.add(place.tree, "linux-toy")


def outputs(place: Place) -> list[Path]:
    """The files that commands have written as OUT, removed before the next."""
    return sorted(place.work.glob("OUT*"))
