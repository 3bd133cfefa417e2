"""Check that the parts of a model agree with each other.

They do in every model that was parsed from a tree, and evaluator, encoding and explanations
rely on it.  A saved model, which may come from anybody, is checked here before it is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from kresolve.errors import ModelError
from kresolve.kconfig.choice_membership import enclosing_choice, members
from kresolve.kconfig.expressions import YES, Compare, Const, Sym, walk
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import ChoiceEntry, Default, If, Menu, MenuNode, Model
from kresolve.kconfig.ordering import evaluation_order
from kresolve.kconfig.tristate import OF_LETTER
from kresolve.kconfig.values import BOOL_TRISTATE, Type

#: Entries inside each other; the front end allows some less.
_DEEPEST: Final = 200
_NEW: Final = (Type.BOOL, False)


def check_model(model: Model) -> None:
    """Raise ModelError where the parts of a model do not make one."""
    for fault in (*_entries(model), *_choices(model), *_symbols(model)):
        raise ModelError(fault)
    for text, place in unsupported(model):
        raise ModelError(f"{place}: {text}")
    if model.order != evaluation_order(model):
        raise ModelError("its values are not in the order in which they are calculated")


def _entries(model: Model) -> Iterator[str]:
    """Parents before children, one after the other, and only where something can stand."""
    path: list[int] = []
    for index, entry in enumerate(model.entries):
        while path and path[-1] != entry.parent:
            path.pop()
        if (path[-1] if path else -1) != entry.parent:
            yield f"{entry.location}: this entry is not where its menu is"
        inner = isinstance(entry, Menu | ChoiceEntry)
        if inner and enclosing_choice(model.entries, entry) is not None:
            yield f"{entry.location}: this cannot stand in a choice"
        if isinstance(entry, If) and len(entry.depends) != 1:
            yield f"{entry.location}: an if has one condition"
        if isinstance(entry, Menu | If | ChoiceEntry):
            path.append(index)
        if len(path) > _DEEPEST:
            yield f"{entry.location}: nested more than {_DEEPEST} deep"


def _choices(model: Model) -> Iterator[str]:
    """Each choice has its entry, and the members that conf gives it."""
    written = [
        (place, e.choice, e.choice)
        for place, e in enumerate(model.entries)
        if isinstance(e, ChoiceEntry)
    ]
    if written != [(choice.entry, at, choice.index) for at, choice in enumerate(model.choices)]:
        yield "the choices are not those of its entries"
        return
    old = not model.dialect.choice_lists
    for choice in model.choices:
        if choice.type not in BOOL_TRISTATE or not (old or (choice.type, choice.optional) == _NEW):
            yield f"a choice is of type {choice.type}"
    belong = members(model.entries, model.dialect)
    inside: dict[int, dict[str, None]] = {}
    for name, index in belong:
        inside.setdefault(index, {})[name] = None
    if any(choice.members != (*inside.get(choice.index, ()),) for choice in model.choices):
        yield "a choice has other members than those that stand in it"
    choices = {symbol.name: symbol.choice for symbol in model.symbols.values()}
    if {name: index for name, index in choices.items() if index is not None} != dict(belong):
        yield "a symbol does not belong to the choice that it is a member of"


def _symbols(model: Model) -> Iterator[str]:
    """Each symbol has all its definitions, and all are in menu order."""
    places: dict[str, list[int]] = {}
    for index, entry in enumerate(model.entries):
        if isinstance(entry, MenuNode):
            places.setdefault(entry.symbol, []).append(index)
    defined = [(name, [*symbol.menu_nodes]) for name, symbol in model.symbols.items()]
    if defined != [*places.items()]:
        yield "the symbols are not those that its entries define"
    if not (model.modules is None or model.modules in model.symbols):
        yield f"the option 'modules' is {model.modules}, which nothing defines"
    for name in OF_LETTER.keys() & model.symbols.keys():
        for _, definition in model.menu_nodes(model.symbols[name]):
            constant = (Default(Const(OF_LETTER[name]), None, definition.location),)
            more = (definition.prompts, definition.ranges, definition.depends)
            if definition.defaults != constant or any(more) or name == model.modules:
                yield f"{definition.location}: {name} is a constant"


def unsupported(model: Model) -> Iterator[tuple[str, Location | None]]:
    """What conf takes without a rule for it, and no kernel has: a text and the place."""
    if model.dialect.misreads_unequal:
        yield from _unequal_y(model)
    for text, place in _accidents(model):
        yield f"{text}: not supported", place


def _unequal_y(model: Model) -> Iterator[tuple[str, Location]]:
    """conf reads ``BOOL != y`` in a condition through a wrong pointer."""
    for index, entry in enumerate(model.entries):
        for condition, location in entry.conditions():
            for part in walk(condition):
                match part:
                    case Compare("!=", Sym(name), right) if right == YES:
                        symbol = model.symbols.get(name)
                        if symbol is not None and symbol.type is Type.BOOL:
                            text = f"'{part}' with a bool: conf misreads this comparison"
                            yield f"{text}; write !{name} instead (entry {index})", location
                    case _:
                        pass


def _accidents(model: Model) -> Iterator[tuple[str, Location | None]]:
    """What conf then does depends on the order of its calculations."""
    for choice in model.choices:
        entry = model.entries[choice.entry]
        assert isinstance(entry, ChoiceEntry)
        for default in entry.defaults:
            name = default.value.name if isinstance(default.value, Sym) else ""
            symbol = model.symbols.get(name)
            if symbol is not None and symbol.choice != choice.index and model.has_prompt(symbol):
                yield f"the default {name} of the choice is none of its members", default.location
        for member in choice.members:
            if model.symbols[member].type not in BOOL_TRISTATE:
                text = f"{member} belongs to a choice and is neither bool nor tristate"
                yield text, model.location(member)
    if model.modules is not None:
        symbol = model.symbols[model.modules]
        if symbol.type not in BOOL_TRISTATE or symbol.choice is not None:
            text = f"{symbol.name} is said to be 'modules', so it has to be a bool of its own"
            yield text, model.location(symbol.name)
