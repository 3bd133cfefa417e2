"""The evaluator: a configuration as a mapping, what is written, and why."""

from __future__ import annotations

import pytest

from kresolve.model import Model
from kresolve.semantics import Configuration, evaluate, savedefconfig
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
