"""Evaluation from what changed, where a wave could end too early."""

from __future__ import annotations

from typing import Final

import pytest

from kresolve.evaluator import evaluate
from tests.property.toys import load, read
from tests.sameresult import everything

_MODULES: Final = """\
config MODULES
	bool "modules"
	option modules
"""

_ALL: Final = ("5.10", "6.1", "6.12", "7.x")

#: What happens; the dialects, a Kconfig file, lines, and more lines.
CASES: Final = {
    "a choice without a visible member gets one": (
        _ALL,
        """\
config A
	bool "a"
choice
	prompt "choice"
config M1
	bool "m1"
	depends on A
endchoice
""",
        "",
        "CONFIG_A=y\n",
    ),
    "the member that makes a choice y stands in another choice": (
        ("5.10",),
        f"""\
{_MODULES}
config X
	tristate "x"
choice
	tristate "the member's"
config B0
	tristate "b0"
	depends on NEVER
config B1
	bool "b1"
	depends on NEVER
endchoice
choice
	tristate "another" if X
config A1
	tristate "a1"
config B1
	bool "b1 again"
endchoice
""",
        "CONFIG_MODULES=y\nCONFIG_B1=y\n",
        "CONFIG_X=m\n",
    ),
    "a tristate choice has modules": (
        ("5.10",),
        f"""\
{_MODULES}
choice
	tristate "choice"
config M1
	tristate "m1"
	depends on NEVER
endchoice
config T
	tristate "t"
	default m
config SELECTED
	tristate
config SELECTS
	tristate "selects"
	select SELECTED
""",
        "CONFIG_T=m\nCONFIG_SELECTS=m\n",
        "CONFIG_MODULES=y\n",
    ),
    "a number is out of range no more": (
        _ALL,
        """\
config NARROW
	bool "narrow"
config N
	int "number"
	range 1 10 if NARROW
	range 1 1000
config FAR
	def_bool N > 50
if N > 50
config INSIDE
	bool "inside"
	default y
endif
""",
        "CONFIG_NARROW=y\nCONFIG_N=100\n",
        "# CONFIG_NARROW is not set\n",
    ),
    "a number stays out of range, and is forgotten again": (
        _ALL,
        """\
config OTHER
	bool "other"
config N
	int "number"
	range 1 10
	default 5
config FAR
	def_bool N > 7
if N > 7
config INSIDE
	bool "inside"
	default OTHER
endif
""",
        "CONFIG_N=100\n",
        "CONFIG_OTHER=y\n",
    ),
    "a number in a range whose bound is remembered is so, too": (
        ("5.10", "6.1"),
        """\
config HIGH
	int "looked at before NUMBER"
	range 1 10
	default 5
config NUMBER
	int "number"
	range 1 HIGH
	default 3
""",
        "CONFIG_HIGH=100\nCONFIG_NUMBER=7\n",
        "CONFIG_HIGH=10\n",
    ),
    "the bounds of a range are symbols": (
        _ALL,
        """\
config LOW
	int "low"
	default 1
config HIGH
	int "high"
	default 100
config N
	int "number"
	range LOW HIGH
config M
	int "another"
	range LOW HIGH
""",
        "CONFIG_N=5\nCONFIG_M=90\n",
        "CONFIG_LOW=50\nCONFIG_HIGH=60\n",
    ),
    "what comes before MODULES knows of no modules": (
        ("5.10",),
        """\
config EARLY
	tristate "early"
config TRUE
	def_bool y
config MODULES
	bool "modules" if EARLY || TRUE
	option modules
""",
        "CONFIG_MODULES=y\n",
        "CONFIG_EARLY=m\n",
    ),
    "a menu becomes visible": (
        _ALL,
        """\
config A
	bool "a"
menu "outer"
	visible if A
menu "inner"
config B
	bool "b"
if B
config C
	bool "c"
endif
endmenu
endmenu
""",
        "CONFIG_B=y\nCONFIG_C=y\n",
        "CONFIG_A=y\n",
    ),
    "an entry with a select opens": (
        _ALL,
        """\
config A
	bool "a"
config TARGET
	bool
config SELECTS
	bool "selects"
config IMPLIED
	bool "implied"
if A
config SELECTS
	bool "selects"
	select TARGET
	imply IMPLIED
endif
""",
        "CONFIG_SELECTS=y\n",
        "CONFIG_A=y\n",
    ),
    "a guard changes while what is around it is n": (
        _ALL,
        """\
config A
	bool "a"
config B
	bool "b"
if A
if B
config INSIDE
	bool "inside"
	default y
endif
endif
""",
        "",
        "CONFIG_B=y\nCONFIG_A=y\n",
    ),
    "the order of a choice's lines changes": (
        _ALL,
        """\
choice
	prompt "choice"
config M1
	bool "m1"
config M2
	bool "m2"
config M3
	bool "m3"
endchoice
""",
        "CONFIG_M1=y\nCONFIG_M2=y\n# CONFIG_M3 is not set\n",
        "CONFIG_M1=y\n",
    ),
}


@pytest.mark.parametrize(
    ("case", "dialect"),
    [(case, dialect) for case, (dialects, *_) in CASES.items() for dialect in dialects],
)
def test_a_wave_goes_far_enough(case: str, dialect: str) -> None:
    """More lines, and then fewer again, give in every field what the whole gives."""
    _, kconfig, lines, more = CASES[case]
    model = load(kconfig, dialect)
    before, both = read(lines, model), [*read(lines, model), *read(more, model)]
    start, whole = evaluate(model, before), evaluate(model, both)
    assert start.changes(whole)
    assert everything(start.with_lines(both[len(before) :])) == everything(whole)
    assert everything(evaluate(model, before, since=whole)) == everything(start)
    for line in both[len(before) :]:  # none of them has left anything in the start
        assert everything(start.with_lines([line])) == everything(evaluate(model, [*before, line]))


def test_only_what_depends_on_a_change_is_calculated() -> None:
    """A value that comes out as it was ends the wave, and so does an ``if`` that stays n."""
    model = load(_HOUSE)
    start = evaluate(model, [])
    assert start.evaluation.calculated == len(model.order)

    def calculated(*lines: str) -> int:
        return start.with_lines(read("\n".join(lines), model)).evaluation.calculated

    assert calculated() == 0
    assert calculated("CONFIG_NOBODY=y") == 1
    assert calculated("CONFIG_DOOR=y") == 1  # hidden: its line does nothing
    assert calculated("CONFIG_KEY=y") == 2  # LOCK is calculated, ALARM is not
    assert calculated("CONFIG_HOUSE=y") == 3  # DOOR and LOCK; nothing in ATTIC
    assert calculated("CONFIG_HOUSE=y", "CONFIG_ATTIC=y") == 5


_HOUSE: Final = """\
config NOBODY
	bool "Nobody names it"
config KEY
	bool "A key"
config HOUSE
	bool "A house"
config ATTIC
	bool "An attic"
if HOUSE
config DOOR
	bool "A door"
if ATTIC
config BAT
	bool "A bat"
endif
endif
config LOCK
	def_bool HOUSE && KEY
config ALARM
	def_bool LOCK
"""
