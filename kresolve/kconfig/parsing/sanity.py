"""What conf refuses once it has read everything (scripts/kconfig/parser.y).

``choice_check_sanity`` and ``transitional_check_sanity``; circles are found in
:mod:`kresolve.kconfig.ordering`.
"""

from __future__ import annotations

from collections.abc import Iterator

from kresolve.errors import KconfigError
from kresolve.kconfig.choice_membership import enclosing_choice
from kresolve.kconfig.expressions import YES
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import MenuNode, Model
from kresolve.kconfig.parsing.grammar import Grammar, Mistake


def check_sanity(model: Model, grammar: Grammar) -> None:
    """Raise KconfigError for the first mistake that this tree's conf refuses."""
    for mistake, text, place in (*_members(model), *_transitional(model)):
        if mistake in grammar.mistakes:
            raise KconfigError(f"{place}: {text}")


def _members(model: Model) -> Iterator[tuple[Mistake, str, Location]]:
    """Defaults of choices' members, and prompts that they have elsewhere."""
    for index, entry in enumerate(model.entries):
        if not isinstance(entry, MenuNode):
            continue
        choice = enclosing_choice(model.entries, entry)
        if choice is None:
            continue
        name = entry.symbol
        for other, definition in model.menu_nodes(model.symbols[name]):
            for default in definition.defaults:
                yield (
                    Mistake.MEMBER_WITH_DEFAULT,
                    f"{name} belongs to a choice and has a default",
                    default.location,
                )
            if other != index and definition.prompts:
                place = definition.prompts[0].location
                text = f"{name} belongs to the choice around {entry.location} and has a prompt here"
                yield Mistake.MEMBER_PROMPT_ELSEWHERE, text, place
                if enclosing_choice(model.entries, definition) != choice:
                    yield Mistake.MEMBER_PROMPT_OUTSIDE, text, place


def _transitional(model: Model) -> Iterator[tuple[Mistake, str, Location]]:
    """Transitional symbols with anything but a type and a help text."""
    for symbol in model.symbols.values():
        if not symbol.transitional:
            continue
        for index, definition in model.menu_nodes(symbol):
            places = [rule.location for rule in definition.rules]
            if any(limit.expr != YES for limit in model.limits(index)):
                places.append(definition.location)
            for place in places:
                yield (
                    Mistake.TRANSITIONAL_WITH_MORE,
                    f"{symbol.name} is transitional and can only have a type and a help text",
                    place,
                )
