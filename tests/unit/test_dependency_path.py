"""The reason of a line: from what was asked for to the line, over rules that have a part in it."""

from __future__ import annotations

import pytest

from kresolve.planner import Question, Target, answer, checked, parse_request
from tests.property.toys import load, read

_KCONFIG = """\
config MODULES
	bool "modules"
	modules

config CRASH
	bool "crash"

config START
	hex "start" if EXPERT || CRASH
	default 0x10

config EXPERT
	bool "expert"

config SMP
	bool "smp"

config DEBUG
	bool "debug"

config MAX
	bool "max"
	depends on SMP && DEBUG

config END
	int
	default 8192 if MAX
	default 64

config CPUS
	int "cpus" if SMP && !MAX
	range 1 END
	default START_CPUS

config START_CPUS
	int
	default 8192 if MAX
	default 1

config RADIO
	tristate "radio"

config HUB
	tristate
	default RADIO
	select CHIP if !OWN

config OWN
	bool "own"

config CHIP
	tristate "chip" if OWN
	depends on RADIO

config MANY
	bool "many"
	depends on (FIRST_OF_MANY || SECOND_OF_MANY || THIRD_OF_MANY || RADIO=y) && !DEBUG

config FIRST_OF_MANY
	bool

config SECOND_OF_MANY
	bool

config THIRD_OF_MANY
	bool

config QUIET
	bool
	default y if !(SMP && DEBUG)
"""

_CPUS = (
    'CPUS has "default START_CPUS" (Kconfig:33), START_CPUS has "default 8192 if MAX" (Kconfig:37)'
)


@pytest.mark.parametrize(
    ("request_", "base", "symbol", "why"),
    [
        # A condition with "or" is told whole, or as one of several.
        ("START=0x20", "", "CRASH", "START has a prompt only if EXPERT || CRASH (Kconfig:9)"),
        ("MANY", "", "RADIO", "MANY depends on RADIO = y or others (Kconfig:57)"),
        # CPUS has no line: what hides its prompt is not why it has its value.
        (
            "CPUS=8192",
            "",
            "MAX",
            _CPUS,
        ),
        (
            "CPUS=8192",
            "",
            "DEBUG",
            f"{_CPUS}, MAX depends on DEBUG (Kconfig:23)",
        ),
        # What is selected does not ask for its dependencies.
        (
            "CHIP",
            "",
            "RADIO",
            'CHIP is selected by HUB (Kconfig:46), HUB has "default RADIO" (Kconfig:45)',
        ),
        # Where both would do, the side that is there is named.
        (
            "QUIET",
            "CONFIG_SMP=y\nCONFIG_DEBUG=y\n",
            "SMP",
            'QUIET has "default y if !(SMP && DEBUG)" (Kconfig:70)',
        ),
    ],
)
def test_a_reason(request_: str, base: str, symbol: str, why: str) -> None:
    """Each step of a reason is a rule that the value rests on."""
    model = load(_KCONFIG)
    target = Target(model, "base", tuple(read(base, model)))
    found = answer(target, Question((checked(model, *parse_request(request_), request_),)))

    assert found.status == "planned"
    assert {line.symbol: line.why for line in found.lines}.get(symbol) == why
