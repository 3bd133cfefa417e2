"""A model in which some symbols are what a test says, whatever lines and rules there are.

It is how a test asks "and if only this were otherwise?" of the evaluator as it
is, without the machinery that explanations use for the same question.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import evolve

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import Configuration, evaluate
from kresolve.kconfig.dependencies import Dependencies
from kresolve.kconfig.expressions import Const, Operand, Sym, Text
from kresolve.kconfig.model import AnyEntry, Default, MenuNode, Model
from kresolve.kconfig.tristate import OF_LETTER
from kresolve.kconfig.values import Type


def pinned(model: Model, values: Mapping[str, str]) -> Model:
    """The model in which symbols have one default, in a definition of their own.

    What they select stays; what selects them does not.
    """
    entries: list[AnyEntry] = []
    for entry in model.entries:
        if not isinstance(entry, MenuNode):
            entries.append(entry)
            continue
        selects = tuple(one for one in entry.selects if one.target not in values)
        implies = tuple(one for one in entry.implies if one.target not in values)
        if (selects, implies) != (entry.selects, entry.implies):
            entry = evolve(entry, selects=selects, implies=implies)
        if entry.symbol in values:
            entry = evolve(entry, prompts=(), defaults=(), ranges=())
        entries.append(entry)
    symbols = dict(model.symbols)
    for name in values:
        symbol = model.symbols[name]
        location = model.entries[symbol.menu_nodes[0]].location
        default = Default(_value(model, name, values), None, location)
        definitions = (*symbol.menu_nodes, len(entries))
        entries.append(MenuNode(parent=-1, location=location, symbol=name, defaults=(default,)))
        symbols[name] = evolve(symbol, menu_nodes=definitions, choice=None, transitional=False)
    return evolve(model, entries=tuple(entries), symbols=symbols)


def _value(model: Model, name: str, values: Mapping[str, str]) -> Operand:
    symbol = model.symbols[name]
    if symbol.is_bool_or_tristate:
        return Const(OF_LETTER[values[name]])
    # A number is a symbol that nobody defines; a string is a constant.
    return Text(values[name]) if symbol.type is Type.STRING else Sym(values[name])


def with_other_value(
    found: Configuration, lines: tuple[Line, ...], name: str, cause: str, value: str
) -> Configuration:
    """What a symbol is, had one of the symbols that it is calculated from another value."""
    model = found.model
    dependencies = Dependencies(model)
    node = dependencies.node(name)
    values = {}
    for needed in dependencies.needs(node):
        for other in model.choices[needed].members if isinstance(needed, int) else (needed,):
            values[other] = found[other]
    if model.modules is not None and model.modules != name:
        values[model.modules] = found[model.modules]
    values[cause] = value
    other_model = pinned(model, values)
    nodes = [one for one in model.order if one in values or one == node]
    nodes += [one for one in values if one not in nodes]
    nodes.sort(key=lambda one: one == node)
    return evaluate(other_model, lines, found.mode, nodes=nodes)
