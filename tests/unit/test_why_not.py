"""Why a value is not what a line says: each rule in one sentence, with its place."""

from __future__ import annotations

import pytest

from kresolve.evaluator import evaluate
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.why_not import WhyNot, why_not
from tests.property.toys import load, read

KCONFIG = """\
config MODULES
	bool "Modules"
	modules

config NET
	bool "Net"

config EXPERT
	bool "Expert"

config ADVANCED
	bool "Advanced"
	depends on NET

config OWNER
	tristate "Owner"
	depends on NET && (ADVANCED || EXPERT) && !BAD

config BAD
	bool "Bad"

config QUIET
	bool "Quiet" if EXPERT
	default y

config CORE
	bool
	default y if ADVANCED

config HELPER
	bool

config USER
	bool "User"
	select HELPER
	select FORCED

config FORCED
	bool "Forced"

menu "Hidden"
	visible if EXPERT

config INSIDE
	bool "Inside"

endmenu

choice
	prompt "Colour"

config RED
	bool "Red"

config BLUE
	bool "Blue"

endchoice

config SIZE
	int "Size"
	range 1 9
	default 3
"""


def why(name: str, wanted: str, config: str = "", dialect: str = "6.12") -> WhyNot:
    """Why a symbol does not end as wanted."""
    model = load(KCONFIG, dialect)
    return why_not(Deriver(evaluate(model, read(config, model)), "base", every=True), name, wanted)


@pytest.mark.parametrize(
    ("name", "wanted", "config", "text"),
    [
        ("ADVANCED", "y", "", "depends on NET (=n) (Kconfig:13)"),
        (
            "OWNER",
            "y",
            "CONFIG_NET=y\nCONFIG_BAD=y\n",
            ("depends on ADVANCED (=n) || EXPERT (=n) (Kconfig:17) and on !BAD (=y) (Kconfig:17)"),
        ),
        (
            "QUIET",
            "n",
            "# CONFIG_QUIET is not set\n",
            (
                "has a prompt only if EXPERT (=n) (Kconfig:23); "
                '"default y" (Kconfig:24) applies instead'
            ),
        ),
        (
            "CORE",
            "y",
            "",
            (
                'has no prompt, so no line sets it; "default y if ADVANCED" '
                "(Kconfig:28; ADVANCED=n) does not apply"
            ),
        ),
        (
            "HELPER",
            "y",
            "",
            ("has no prompt, so no line sets it; USER (Kconfig:35) could select it, but does not"),
        ),
        ("FORCED", "n", "CONFIG_USER=y\n", "is selected by USER (=y) (Kconfig:36)"),
        (
            "INSIDE",
            "y",
            "",
            "is in a menu visible only if EXPERT (=n) (Kconfig:42)",
        ),
        ("NET", "m", "CONFIG_NET=y\n", "is a bool and cannot be m"),
        (
            "BLUE",
            "y",
            "CONFIG_RED=y\n",
            'the choice "Colour" (Kconfig:49) selects RED; only one member can be y',
        ),
        (
            "RED",
            "n",
            "# CONFIG_RED is not set\n# CONFIG_BLUE is not set\n",
            'the choice "Colour" (Kconfig:49) selects it; one member must be y',
        ),
        ("SIZE", "12", "CONFIG_SIZE=12\n", 'out of range 1..9 by "range 1 9" (Kconfig:62)'),
    ],
)
def test_a_cause_in_one_sentence(name: str, wanted: str, config: str, text: str) -> None:
    """The rule that decided is named, with the values that make it so, and its place."""
    assert why(name, wanted, config).text == text


def test_m_without_modules() -> None:
    """Where there are no modules, that is why an m became a y."""
    config = "CONFIG_NET=y\nCONFIG_ADVANCED=y\nCONFIG_OWNER=m\n"

    found = why("OWNER", "m", config)

    assert found.text == "without modules (MODULES=n) m becomes y"
    assert found.blockers == ("MODULES",)


def test_culprits_are_the_symbols_in_the_way() -> None:
    """Programs get the names that the sentence is about."""
    assert why("OWNER", "y", "CONFIG_NET=y\nCONFIG_BAD=y\n").blockers == (
        "ADVANCED",
        "EXPERT",
        "BAD",
    )


BLAMED = """\
config MODULES
	def_bool y
	modules

config DRIVER
	tristate "Driver"

config PART
	bool "Part"
	depends on DRIVER && BUS

config TRI
	tristate "Tri"
	depends on DRIVER && BUS

config BUS
	bool "Bus"

config EITHER
	bool "Either"
	depends on BUS && (BUS || DRIVER = y)

config WAYS
	bool "Ways"
	depends on (DRIVER && BUS) || TRI

config NEITHER
	bool "Neither"
	depends on !(DRIVER && BUS) && !BUS

config FOLLOWS
	bool
	default y if DRIVER && BUS

config SECOND
	bool
	default n if DRIVER
	default y if BUS
"""


@pytest.mark.parametrize(
    ("name", "config", "text", "culprits"),
    [
        ("PART", "CONFIG_DRIVER=m\n", "depends on BUS (=n) (Kconfig:10)", ("BUS",)),
        (
            "TRI",
            "CONFIG_DRIVER=m\n",
            "depends on DRIVER (=m) (Kconfig:14) and on BUS (=n) (Kconfig:14)",
            ("DRIVER", "BUS"),
        ),
        ("EITHER", "CONFIG_DRIVER=m\n", "depends on BUS (=n) (Kconfig:21)", ("BUS",)),
        (
            "WAYS",
            "CONFIG_DRIVER=m\n",
            "depends on DRIVER (=m) && BUS (=n) || TRI (=n) (Kconfig:25)",
            ("BUS", "TRI"),
        ),
        (
            "NEITHER",
            "CONFIG_DRIVER=y\nCONFIG_BUS=y\n",
            "depends on !BUS (=y) (Kconfig:29)",
            ("BUS",),
        ),
        (
            "FOLLOWS",
            "CONFIG_DRIVER=m\n",
            (
                'has no prompt, so no line sets it; "default y if DRIVER && BUS" '
                "(Kconfig:33; BUS=n) does not apply"
            ),
            ("BUS",),
        ),
        (
            "SECOND",
            "CONFIG_DRIVER=m\nCONFIG_BUS=y\n",
            (
                'has no prompt, so no line sets it; "default n if DRIVER" (Kconfig:37) '
                "applies instead, with DRIVER=m"
            ),
            ("DRIVER",),
        ),
    ],
)
def test_who_does_not_limit_is_not_blamed(
    name: str, config: str, text: str, culprits: tuple[str, ...]
) -> None:
    """m is enough for a bool, and what the others would mend is not named beside them."""
    model = load(BLAMED)
    found = why_not(Deriver(evaluate(model, read(config, model)), "base", every=True), name, "y")

    assert (found.text, found.blockers) == (text, culprits)


def test_what_is_met_now_has_to_stay_met() -> None:
    """A symbol that mends one condition only by breaking another one is not blamed."""
    model = load(
        'config T\n\ttristate\n\tdefault y\n\nconfig B\n\tbool "B"\n\n'
        'config X\n\tbool "X"\n\tdepends on (T = B) && T\n'
    )

    assert why_not(Deriver(evaluate(model, []), "base", every=True), "X", "y").blockers == ("B",)
