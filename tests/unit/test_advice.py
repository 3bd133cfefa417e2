"""What lint advises: the lines with the chain that leads to them, choices, ways out, tools."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from attrs import evolve

from kresolve.dotconfig.lines import parse_lines
from kresolve.fragments.advice import advised
from kresolve.fragments.check_items import KernelId, check_items
from kresolve.fragments.checking import check_lines, explained
from kresolve.fragments.findings import Finding
from kresolve.fragments.linting import Linter
from kresolve.fragments.migrating import migrated
from kresolve.fragments.repair import Repair, conflict_text
from kresolve.planner import Conflict, ModelIndex, Question, Request, Target, answer
from kresolve.planner.result import Satisfied
from tests.property.toys import load

KCONFIG = """\
config MODULES
	def_bool y
	modules

config USERS
	bool "Users"

config SHARING
	bool "Sharing"

config PART
	bool "Part"
	depends on SHARING

config CARD
	tristate "Card"
	depends on USERS
	select SHARING

config ENGINE
	bool

config DRIVER
	bool "Driver"
	select ENGINE

config OTHER_DRIVER
	bool "Other driver"
	select ENGINE

config FAST
	bool "Fast"
	depends on ENGINE

config RULES
	bool
	default y if FIRST || SECOND || THIRD

config FIRST
	bool "First"

config SECOND
	bool "Second"
	depends on USERS

config THIRD
	bool "Third"
	depends on USERS && !USERS

config EXPERT
	bool "Expert"

choice
	prompt "Model"

config PLAIN
	bool "Plain"

config REAL
	bool "Real"
	depends on EXPERT

endchoice

config SMP
	bool "SMP"
	default y

config MOST
	int
	default 8 if SMP
	default 1

config CPUS
	int "CPUs"
	range 1 MOST
	default 4

config PLUG
	def_bool y
	depends on SMP
"""


def findings(text: str) -> list[Finding]:
    """The findings of a fragment, "f", with advice."""
    linter = Linter(Target(load(KCONFIG), "base", ()), parse_lines(text, "f")[0])
    return advised(linter, linter.findings())[0]


@pytest.mark.parametrize(
    ("text", "number", "advice"),
    [
        ("CONFIG_CARD=m\n", 0, "add CONFIG_USERS=y"),
        (
            "CONFIG_PART=y\nCONFIG_CARD=m\n",
            0,
            (
                "add CONFIG_USERS=y, which CONFIG_CARD (f:2) needs: SHARING is selected by CARD "
                "(Kconfig:18)"
            ),
        ),
        (
            "CONFIG_FAST=y\n",
            0,
            (
                "add CONFIG_DRIVER=y: ENGINE is selected by DRIVER (Kconfig:25); "
                "OTHER_DRIVER instead of DRIVER also works"
            ),
        ),
        ("CONFIG_RULES=y\n", 0, "add CONFIG_FIRST=y; SECOND instead of FIRST also works"),
        (
            "# CONFIG_USERS is not set\nCONFIG_SECOND=y\n",
            1,
            (
                "impossible together with USERS=n (f:1), proved: depends on USERS (Kconfig:44); "
                "replace f:1 by CONFIG_USERS=y"
            ),
        ),
        (
            "CONFIG_PLAIN=y\nCONFIG_REAL=y\n",
            1,
            (
                "impossible together with PLAIN=y (f:1), proved: PLAIN and REAL are members of "
                "this choice (Kconfig:53); remove f:1 and add CONFIG_EXPERT=y"
            ),
        ),
        (
            "CONFIG_CPUS=4\n# CONFIG_PLUG is not set\n",
            1,
            (
                'impossible together with CPUS=4 (f:1), proved: PLUG has "default y" (Kconfig:80), '
                'depends on SMP (Kconfig:81), CPUS has "range 1 MOST" (Kconfig:76), '
                'MOST has "default 1" (Kconfig:72); '
                "remove f:1 (CPUS=1 also works) and add # CONFIG_SMP is not set"
            ),
        ),
    ],
)
def test_advice_in_words(text: str, number: int, advice: str) -> None:
    """The chain leads from the line to what it lacks; choices and ways out are named."""
    assert findings(text)[number].advice == advice


#: A tree whose model was read where PAHOLE was missing: what its line asked is only in the file.
ASKING = """\
config MODULES
	def_bool y
	modules

config DEBUG
	bool "Debug"

config TOOL
	int
	default 0

config HAS_TOOL
	def_bool TOOL > 5

config TYPES
	bool "Types"
	depends on DEBUG && HAS_TOOL

config MORE
	bool "More"
	depends on TYPES
"""
MISSING = "PAHOLE was not found when the tree was read"


def target(text: str = "") -> Target:
    """A target of the tree, with lines on top of nothing."""
    model = load(ASKING)
    model = evolve(model, info=evolve(model.info, toolchain=(("PAHOLE", "not found"),)))
    asks = ASKING.replace("default 0", "default $(shell,$(PAHOLE) --version)")
    model_index = ModelIndex(model, {"Kconfig": asks}.get)
    return Target(model, "base", tuple(parse_lines(text, "f")[0]), model_index=model_index)


def told_by_lint(text: str) -> Iterable[str]:
    """What lint says of lines."""
    return (f.message for f in Linter(target(), parse_lines(text, "f")[0]).findings())


def told_by_migrate(text: str) -> Iterable[str]:
    """What migrate says of lines."""
    return (step.message for step in migrated(target(), target(), {"f": text}).steps)


def told_by_check(text: str) -> Iterable[str]:
    """What check says of a .config that lacks the options of lines."""
    names = [line.symbol for line in parse_lines(text, "f")[0]]
    kernel = KernelId("6.12", "x86_64")
    found = check_lines(check_items(names, kernel), [], config="c", kernel=kernel)
    return (row.why for row in explained(found, target(), Repair(None)).rows)


def told_by_a_proof(text: str) -> Iterable[str]:
    """What a plan's document says, as a survey writes it."""
    for line in parse_lines(text, "f")[0]:
        plan = answer(target(), Question((Request(line.symbol, ("y",), line.symbol),)))
        yield str(plan.to_dict()["conflict"])


@pytest.mark.parametrize("told", [told_by_lint, told_by_migrate, told_by_check, told_by_a_proof])
@pytest.mark.parametrize("name", ["HAS_TOOL", "TYPES", "MORE"])
def test_a_missing_tool_is_named(told: Callable[[str], Iterable[str]], name: str) -> None:
    """Wherever its absence decides, however far away, each command names the tool."""
    (text,) = told(f"CONFIG_{name}=y\n")

    assert MISSING in text


def test_the_other_causes_stand_beside_a_missing_tool() -> None:
    """What a line of the fragment could mend is told, too; what is missing for nothing is not."""
    (text,) = told_by_lint("CONFIG_TYPES=y\n")
    (other,) = Linter(target(), parse_lines("CONFIG_MODULES=m\n", "f")[0]).findings()

    assert "depends on DEBUG (=n)" in text
    assert "on HAS_TOOL (=n)" in text
    assert MISSING not in other.text


@pytest.mark.parametrize(
    ("value", "text"), [("", 'NAME=""'), ("a b", 'NAME="a b"'), ("sha512", "NAME=sha512")]
)
def test_values_stand_in_quotes(value: str, text: str) -> None:
    """A request, what needs no line, and a proof show an empty text, or one with blanks, quoted."""
    request = Request("NAME", (value,), "@f:1")
    conflict = Conflict((request, Request("OTHER", ("y",), "@f:2")), ())

    assert str(request) == text
    assert str(Satisfied("NAME", value, "")) == text
    assert f"together with {text} (f:1)" in conflict_text("OTHER", conflict)
