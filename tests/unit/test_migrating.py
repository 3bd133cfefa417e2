"""Migrating fragments: each way in which the next kernel may treat a line."""

from __future__ import annotations

import pytest

from kresolve.fragments.migrating import Migration, migrated
from kresolve.planner import Target
from tests.property.toys import load

OLD = """\
config NET
	bool "Net"

config GONE
	bool "Gone"

config GONE_TOO
	bool "Gone, too"

config OLD_PROMPT
	bool "A prompt of its own"

config OLD_DEFAULT
	bool "Carried"

config OLD_READ
	bool "Still read"

config GATED
	bool "Gated"

config HIDDEN
	bool "Hidden"

config TYPED
	tristate "Typed"

config FLIPPED
	bool "Flipped"

config BACK
	bool "Back"
	depends on !NET

config NO_MORE
	bool "No more"
	depends on GONE_TOO

config OLD_LOST
	bool "A prompt of what is lost"
	depends on GONE_TOO

config MODULES
	bool "Modules"
	modules
"""
NEW = """\
config NET
	bool "Net"

config NEW_PROMPT
	bool "A prompt of its own"

config NEW_DEFAULT
	bool "Carried by its default"
	default OLD_DEFAULT

config OLD_READ
	bool
	transitional

config NEW_READ
	bool "Read as another"
	default OLD_READ

config WALL
	bool "Wall"

config GATED
	bool "Gated"
	depends on WALL

config HIDDEN
	bool
	depends on WALL
	default y

config TYPED
	bool "Typed"

config FLIPPED
	bool "Flipped"
	default y

config BACK
	bool "Back"

config NEW_LOST
	bool "A prompt of what is lost"

config MODULES
	bool "Modules"
	modules
"""


def migration(text: str, old: str = OLD, new: str = NEW) -> Migration:
    """The way of one fragment, "f", from one empty target to another."""
    targets = [Target(load(old, "6.1"), "empty", ()), Target(load(new, "7.x"), "empty", ())]
    return migrated(targets[0], targets[1], {"f": text})


@pytest.mark.parametrize(
    ("text", "fate", "carried"),
    [
        ("CONFIG_NET=y\n", "same", "CONFIG_NET=y\n"),
        ("CONFIG_GONE=y\n", "gone", "# gone in Linux 7.3: CONFIG_GONE=y\n"),
        ("CONFIG_OLD_PROMPT=y\n", "renamed", "CONFIG_NEW_PROMPT=y\n"),
        ("# CONFIG_OLD_PROMPT is not set\n", "renamed", "# CONFIG_NEW_PROMPT is not set\n"),
        ("CONFIG_OLD_DEFAULT=y\n", "renamed", "CONFIG_NEW_DEFAULT=y\n"),
        ("CONFIG_OLD_READ=y\n", "renamed", "CONFIG_NEW_READ=y\n"),
        (
            "CONFIG_GATED=y\n",
            "gated",
            "# GATED depends on WALL (Kconfig:24)\nCONFIG_WALL=y\nCONFIG_GATED=y\n",
        ),
        ("CONFIG_BACK=y\nCONFIG_NET=y\n", "regained", "CONFIG_BACK=y\nCONFIG_NET=y\n"),
        ("CONFIG_NEVER=y\n", "unknown", "CONFIG_NEVER=y\n"),
        ("CONFIG_WALL=y\n", "new", "CONFIG_WALL=y\n"),
        ("CONFIG_TYPED=m\nCONFIG_MODULES=y\n", "retyped", "CONFIG_TYPED=y\nCONFIG_MODULES=y\n"),
        ("CONFIG_NET=x\n", "lost", "CONFIG_NET=x\n"),
        ("CONFIG_NO_MORE=y\n", "lost", "# gone in Linux 7.3: CONFIG_NO_MORE=y\n"),
        ("CONFIG_OLD_LOST=y\n", "lost", "CONFIG_NEW_LOST=y\n"),
        ("# CONFIG_GONE is not set\n", "same", "# CONFIG_GONE is not set\n"),
    ],
)
def test_a_line(text: str, fate: str, carried: str) -> None:
    """Each fate is recognised, and what can be carried over is."""
    found = migration(text)

    assert found.steps[0].fate == fate
    assert found.texts["f"] == carried


def test_a_prompt_that_is_gone() -> None:
    """An option that cannot be set any more, and ends otherwise, says why."""
    (step,) = migration("CONFIG_HIDDEN=y\n").steps

    assert step.fate == "no-prompt"
    assert "has no prompt any more" in step.remarks


def test_a_default_that_has_changed() -> None:
    """A line that the new kernel does not need, or needs now, says so."""
    (on,) = migration("CONFIG_FLIPPED=y\n").steps
    (off,) = migration("# CONFIG_FLIPPED is not set\n").steps

    assert (on.fate, off.fate) == ("same", "same")
    assert on.remarks == ("without the line n before, y now: no longer needed",)
    assert off.remarks == ("without the line n before, y now: needed now",)


def test_statuses() -> None:
    """What is lost on the new kernel only makes the status "changed"."""
    assert migration("CONFIG_NET=y\nCONFIG_NEVER=y\n").status == "unchanged"
    assert migration("CONFIG_NO_MORE=y\nCONFIG_OLD_LOST=y\n").status == "unchanged"
    assert migration("CONFIG_NET=y\nCONFIG_GATED=y\n").status == "changed"


def test_a_name_that_is_there_already() -> None:
    """Where a fragment names the old and the new option, only the new one stays."""
    text = "CONFIG_OLD_PROMPT=y\nCONFIG_NEW_PROMPT=y\n"

    assert migration(text).texts["f"] == "CONFIG_NEW_PROMPT=y\n"


def test_why_a_line_was_lost_on_the_old_kernel_too() -> None:
    """A line that is lost on both has both reasons, or one where they are the same."""
    text = "CONFIG_NO_MORE=y\nCONFIG_STILL=y\nCONFIG_OTHERWISE=y\n"
    still = 'config STILL\n\tbool "Still"\n\tdepends on NET\n'
    otherwise = 'config OTHERWISE\n\tbool "Otherwise"\n\tdepends on {}\n'
    found = migration(
        text, OLD + still + otherwise.format("GONE"), NEW + still + otherwise.format("WALL")
    )
    said = {step.line.symbol: step.message for step in found.steps}

    assert [step.fate for step in found.steps] == ["lost"] * 3
    assert "on Linux 6.1 toy: requested y, actual value n: depends on GONE_TOO" in said["NO_MORE"]
    assert said["STILL"].count("depends on NET (=n)") == 1
    before, after = said["OTHERWISE"].split("; on Linux 6.1 toy: ")
    assert "depends on WALL (=n)" in before
    assert "depends on GONE (=n)" in after


def test_what_becomes_of_lines_is_known_before_the_advice() -> None:
    """Who asks for it is told of every line before any advice is looked for."""
    known: list[Migration] = []
    targets = [Target(load(OLD, "6.1"), "empty", ()), Target(load(NEW, "7.x"), "empty", ())]
    found = migrated(
        targets[0], targets[1], {"f": "CONFIG_GATED=y\n"}, timeout=1e-9, known=known.append
    )

    assert [(step.fate, step.add) for one in (*known, found) for step in one.steps] == [
        ("gated", ())
    ] * 2
    assert known[0].lint is None
    assert found.lint is not None
    assert found.lint.repair.stopped == ("1 of 1 lost lines were not examined",)
