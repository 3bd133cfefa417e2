"""The evaluator: a configuration as a mapping, what is written, and why."""

from __future__ import annotations

import pytest

from kresolve.evaluator import Configuration, evaluate
from kresolve.evaluator.savedefconfig import savedefconfig
from kresolve.kconfig.model import Model
from tests.property.toys import load, read

_KCONFIG = """\
mainmenu "The title"

config USER
	bool "user"

config BY_DEFAULT
	bool
	default y

config SELECTED
	bool

config SELECTOR
	bool "selector"
	select SELECTED
	imply IMPLIED

config IMPLIED
	bool "implied"

config CLAMPED
	int "clamped"
	range 5 9

config TEXT
	string "text"

config NOTHING
	bool

menu "Menu"

comment "Comment"
	depends on USER

config LAST
	bool "last"

endmenu

choice
	prompt "choice"
config ONE
	bool "one"
config TWO
	bool "two"
endchoice
"""


@pytest.fixture
def model() -> Model:
    """A tree in which every cause occurs."""
    return load(_KCONFIG)


def made(model: Model, text: str) -> Configuration:
    """What becomes of a ``.config``."""
    return evaluate(model, read(text, model))


def test_a_configuration_is_a_mapping(model: Model) -> None:
    """A configuration maps all names to text, and what is not defined is a KeyError."""
    found = made(model, 'CONFIG_USER=y\nCONFIG_TEXT="a \\"b\\""\n')
    assert list(found) == list(model.symbols)
    assert len(found) == len(model.symbols)
    assert (found["USER"], found["LAST"], found["TEXT"]) == ("y", "n", 'a "b"')
    assert found.tristate("USER") == 2
    assert found.tristate("TEXT") == 0
    assert "USER" in found
    assert "NOBODY" not in found
    with pytest.raises(KeyError):
        found["NOBODY"]


def test_every_value_has_its_cause(model: Model) -> None:
    """For each value it is known what decided it, with the property where there is one."""
    found = made(model, "CONFIG_USER=y\nCONFIG_SELECTOR=y\nCONFIG_CLAMPED=50\nCONFIG_TWO=y\n")
    causes = found.evaluation.causes
    words = {name: causes[name][0] for name in model.symbols}
    assert words == {
        "USER": "user",
        "BY_DEFAULT": "default",
        "SELECTED": "selected",
        "SELECTOR": "user",
        "IMPLIED": "implied",
        "CLAMPED": "range",
        "TEXT": "nothing",
        "NOTHING": "nothing",
        "LAST": "nothing",
        "ONE": "not chosen",
        "TWO": "user",
    }
    default, limits = causes["BY_DEFAULT"][1], causes["CLAMPED"][1]
    assert default is not None
    assert limits is not None
    assert str(default.location) == "Kconfig:8"
    assert str(limits.location) == "Kconfig:23"


def test_the_file_is_confs_to_the_letter(model: Model) -> None:
    """Headings, comments, blank lines and ends of menus are where conf has them."""
    text = made(model, "CONFIG_USER=y\n").text()
    assert text.startswith("#\n# Automatically generated file; DO NOT EDIT.\n# The title\n#\n")
    assert (
        "\n#\n# Menu\n#\n\n#\n# Comment\n#\n# CONFIG_LAST is not set\n# end of Menu\n\nCONFIG_ONE=y"
        in text
    )
    assert "Comment" not in made(model, "").text()


def test_the_question_is_left_alone(model: Model) -> None:
    """Evaluation is pure: the same model and lines give the same answer, in any order of asking."""
    first = made(model, "CONFIG_USER=y\n").text()
    made(model, "CONFIG_TWO=y\n")
    assert made(model, "CONFIG_USER=y\n").text() == first


def test_written_lines_are_assignments(model: Model) -> None:
    """The lines of a configuration are the assignments of its text, in the same order."""
    found = made(model, "CONFIG_CLAMPED=7\n")
    assert [str(line) for line in found.lines] == [str(line) for line in read(found.text(), model)]
    assert {line.symbol for line in found.lines} == found.written
    assert "NOTHING" not in found.written


_OPTIONAL = """\
config MODULES
	bool "modules"
	modules
choice
	tristate "c"
	optional
config C1
	tristate "c1"
config C2
	bool "c2"
endchoice
"""


def test_a_choice_that_a_member_has_no_line_for_is_lost_in_the_smallest_file() -> None:
    """Before 6.10, conf forgets such a choice's y before it writes a defconfig."""
    model = load(_OPTIONAL, "6.1")
    assert smallest(model, "CONFIG_C2=y\n") == []
    lines = ["# CONFIG_C1 is not set", "CONFIG_C2=y"]
    assert smallest(model, "\n".join(lines)) == ["CONFIG_C2=y"]
    assert smallest(load(_OPTIONAL.replace("\toptional\n", "")), lines[1]) == ["CONFIG_C2=y"]


def test_modules_are_known_from_the_start_in_the_smallest_file() -> None:
    """What MODULES depends on may be m when conf calculates it for the second time."""
    model = load(
        'config MODULES\n\tbool "modules"\n\tmodules\n\tdepends on T\n\nconfig T\n\ttristate "t"\n'
    )
    text = "CONFIG_T=m\nCONFIG_MODULES=y\n"
    assert evaluate(model, read(text, model))["T"] == "y"
    assert smallest(model, text) == ["CONFIG_MODULES=y", "CONFIG_T=m"]


def test_a_number_can_be_n_in_the_smallest_file() -> None:
    """The bound that is a bool is "n", and no comment."""
    model = load('config B\n\tbool "b"\n\nconfig W\n\tint "w"\n\trange B 10\n\tdefault -5\n')
    assert smallest(model, "") == ["CONFIG_W=n"]


def smallest(model: Model, text: str) -> list[str]:
    """The lines of the smallest file for a text."""
    return [str(line) for line in savedefconfig(model, read(text, model))]


def test_what_is_selected_is_left_out_of_the_smallest_file_whatever_its_type() -> None:
    """A select of a string does nothing but this (``sym_is_changeable``)."""
    model = load(
        'config X\n\tbool "x"\n\tselect S\n\nconfig S\n\tstring "s"\n\tdefault "a"\n', "7.x"
    )
    assert smallest(model, 'CONFIG_X=y\nCONFIG_S="b"\n') == ["CONFIG_X=y"]
    assert smallest(model, 'CONFIG_S="b"\n') == ['CONFIG_S="b"']


def test_what_a_transitional_line_gave_is_the_users_when_all_is_calculated_again() -> None:
    """A prompt then limits it, which a default is not limited by (``sym_calc_value``)."""
    model = load(
        'config MODULES\n\tbool "modules"\n\tmodules\n\nconfig OLD\n\ttristate\n\ttransitional\n\n'
        'config G\n\ttristate "g"\n\tdefault m\n\nconfig NEW\n\ttristate "n" if G\n\tdefault OLD\n',
        "7.x",
    )
    text = "CONFIG_MODULES=y\nCONFIG_OLD=y\n"
    assert evaluate(model, read(text, model))["NEW"] == "y"
    assert evaluate(model, read(text, model), "defconfig")["NEW"] == "m"
    assert smallest(model, text) == ["CONFIG_MODULES=y", "CONFIG_NEW=m"]


def test_the_config_says_nothing_of_a_number_without_a_line() -> None:
    """What is not written is not shown; n is shown, written or not."""
    model = load(
        'config A\n\tbool "a"\n\nconfig N\n\tint "n" if A\n\tdefault 5 if A\n\nconfig B\n\tbool\n'
    )
    off = evaluate(model, ())
    on = evaluate(model, read("CONFIG_A=y\n", model))
    assert (off["N"], off.shown("N"), on.shown("N"), off.shown("B")) == ("0", "", "5", "n")


def test_headings_begin_with_a_letter() -> None:
    """Blanks before the title of a menu or comment are dropped (``menu_add_prompt``)."""
    model = load('mainmenu "  T"\n\nmenu " M"\n\ncomment "\t C"\n\nendmenu\n')
    assert "# T\n" in evaluate(model, ()).text()
    assert "\n# M\n#\n\n#\n# C\n#\n# end of M\n" in evaluate(model, ()).text()
