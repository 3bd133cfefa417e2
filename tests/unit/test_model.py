"""The model: names, places, reverse dependencies; what depends on what."""

from __future__ import annotations

import pytest

from kresolve.errors import KconfigError
from kresolve.kconfig.dependencies import Dependencies
from kresolve.kconfig.model import Model
from kresolve.kconfig.value_domains import value_domains
from kresolve.kconfig.values import Type
from tests.property.toys import load

_KCONFIG = """\
mainmenu "Toy"

config MODULES
	bool "modules"
	modules

menu "Outer"
	visible if SHOW

menu "Inner"

config A
	tristate
	select L if B

config A
	tristate "a prompt"
	depends on C > 5
	imply L

endmenu

choice
	prompt "The choice"
	default TWO if A

config ONE
	bool "one"

config TWO
	bool "two" if D = "text"

endchoice

endmenu

config B
	bool

config C
	int
	range 1 E

config D
	string

config E
	int

config L
	bool

config SHOW
	bool
"""


@pytest.fixture
def model() -> Model:
    """A tree with something of everything."""
    return load(_KCONFIG)


def test_symbols_know_their_definitions(model: Model) -> None:
    """Symbols are in the order of their first definition, with type, place, prompt and menus."""
    assert list(model.symbols) == ["MODULES", "A", "ONE", "TWO", "B", "C", "D", "E", "L", "SHOW"]
    symbol = model.symbols["A"]
    assert symbol.type is Type.TRISTATE
    assert len(symbol.menu_nodes) == 2
    assert str(model.location("A")) == "Kconfig:16"
    assert model.prompt("A") == "a prompt"
    assert model.menu_path("A") == ("Outer", "Inner")
    assert model.menu_path("TWO") == ("Outer", "The choice")
    assert model.prompt("B") is None
    assert model.location("NOBODY") is None
    assert model.title == "Toy"
    assert model.modules == "MODULES"
    assert model.files == ("Kconfig",)


def test_choices_know_their_members(model: Model) -> None:
    """A choice has its members in menu order, and they know it."""
    (choice,) = model.choices
    assert choice.members == ("ONE", "TWO")
    assert {model.symbols[name].choice for name in choice.members} == {choice.index}
    assert model.symbols["A"].choice is None


def test_reverse_dependencies_name_the_definition(model: Model) -> None:
    """Who selects or implies a symbol is known with the definition and the line."""
    (selecting,) = model.selected_by["L"]
    (implying,) = model.implied_by["L"]
    assert (selecting.selector, implying.selector) == ("A", "A")
    assert (selecting.definition, implying.definition) == model.symbols["A"].menu_nodes
    assert str(selecting.select.location) == "Kconfig:14"
    assert str(selecting.select.condition) == "B"
    assert "A" not in model.selected_by


def test_needs_follow_every_rule(model: Model) -> None:
    """A value needs the conditions of its prompts, defaults and ranges, and its selectors."""
    needs = Dependencies(model).needs
    assert set(needs("A")) == {"SHOW", "C"}
    assert set(needs("L")) == {"A", "B", "C"}
    assert set(needs("C")) == {"E"}
    assert set(needs(0)) == {"SHOW", "A", "D"}
    assert needs("B") == ()


def test_cones_hold_all_that_is_needed(model: Model) -> None:
    """A cone is closed: what anything in it needs is in it, and nothing else."""
    dependencies = Dependencies(model)
    cone = dependencies.cone([dependencies.node("TWO")])
    assert cone == {0, "SHOW", "A", "C", "E", "D"}
    assert all(set(dependencies.needs(node)) <= cone for node in cone)


def test_the_order_has_needs_first(model: Model) -> None:
    """In the order of calculation everything comes after what it needs, MODULES before all."""
    place = {node: number for number, node in enumerate(model.order)}
    dependencies = Dependencies(model)
    assert model.order[0] == "MODULES"
    assert all(place[n] < place[node] for node in model.order for n in dependencies.needs(node))
    assert len(place) == len(model.symbols) - 2 + 1  # two members are one choice


def test_texts_that_matter_are_known(model: Model) -> None:
    """For numbers and texts in comparisons it is known which constants they meet."""
    relations = value_domains(model)
    met = {name: relations.groups[relations.group_of[name]] for name in relations.compared}
    assert set(met) == {"C", "D", "E"}
    assert "5" in met["C"][1]
    assert "text" in met["D"][1]


@pytest.mark.parametrize(
    ("kconfig", "way"),
    [
        ("config A\n\tbool\n\tdepends on B\nconfig B\n\tbool\n\tdefault A\n", "A (Kconfig:1)"),
        ("config A\n\tbool\n\tselect B\n\tdepends on B\nconfig B\n\tbool\n", "B (Kconfig:5)"),
        (
            (
                'choice\n\tprompt "c"\n\tdepends on B\nconfig A\n\tbool "a"\nendchoice\n'
                "config B\n\tbool\n\tdefault A\n"
            ),
            "a choice (Kconfig:1)",
        ),
    ],
)
def test_circles_are_refused_with_the_way(kconfig: str, way: str) -> None:
    """A dependency in a circle is refused, each step with its place."""
    with pytest.raises(KconfigError, match="recursive dependency") as caught:
        load(kconfig)
    assert way in str(caught.value)
