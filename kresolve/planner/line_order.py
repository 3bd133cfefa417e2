"""The order of a fragment's lines, and which of them exclude each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import TypeAlias

from kresolve.dotconfig.lines import Line, spell
from kresolve.kconfig.model import Model

#: A line that may be there: the symbol and its value.
Key: TypeAlias = tuple[str, str]


def model_of(models: Sequence[Model], name: str) -> Model:
    """The first of the models that has a symbol."""
    return next(model for model in models if name in model.symbols)


def in_order(models: Sequence[Model], values: Mapping[str, str]) -> tuple[Line, ...]:
    """Lines in menu order, the y of a choice behind its n.

    Symbols of a later model that no earlier one has come behind the others.
    """
    lines_by_symbol: dict[str, Line] = {}
    for model in models:
        known = sorted(
            (name for name in values if name in model.symbols and name not in lines_by_symbol),
            key=model.menu_index.__getitem__,
        )
        lines: list[Line] = []
        last_of_choice: dict[int, Line] = {}
        for name in known:
            symbol = model.symbols[name]
            line = Line(name, spell(symbol.type, values[name]))
            if symbol.choice is not None and values[name] == "y":
                last_of_choice[symbol.choice] = line
            else:
                lines.append(line)
        for choice, line in last_of_choice.items():
            lines.insert(_behind(model, model.choices[choice].members, line, lines), line)
        lines_by_symbol.update((line.symbol, line) for line in lines)
    return tuple(lines_by_symbol.values())


def by_preference(models: Sequence[Model], lines: Iterable[Key]) -> list[Key]:
    """Lines, those to be preferred first: y, then m, then n and texts, each in menu order."""
    ranks = [model.menu_index for model in models]
    lowest = max(map(len, ranks))
    letters = ("y", "m", "n")

    def place(key: Key) -> tuple[int, int]:
        name, value = key
        letter = letters.index(value) if value in letters else len(letters)
        return letter, min(rank.get(name, lowest) for rank in ranks)

    return sorted(lines, key=place)


def one_line_each(lines: Mapping[Key, int]) -> Iterator[list[int]]:
    """Clauses: at most one line of a symbol."""
    by_symbol: dict[str, list[int]] = {}
    for (name, _), literal in lines.items():
        by_symbol.setdefault(name, []).append(literal)
    for literals in by_symbol.values():
        yield from _at_most_one(literals)


def one_yes_each(models: Sequence[Model], lines: Mapping[Key, int]) -> Iterator[list[int]]:
    """Clauses: at most one y line for the members of a choice."""
    for model in models:
        members: dict[int, list[int]] = {}
        for (name, value), literal in lines.items():
            symbol = model.symbols.get(name)
            if symbol is not None and symbol.choice is not None and value == "y":
                members.setdefault(symbol.choice, []).append(literal)
        for literals in members.values():
            yield from _at_most_one(literals)


def _at_most_one(literals: Sequence[int]) -> Iterator[list[int]]:
    return ([-literal, -other] for literal, other in combinations(literals, 2))


def _behind(model: Model, members: Sequence[str], line: Line, lines: list[Line]) -> int:
    """Where a choice's y line goes: behind its members' n lines, else in menu order."""
    own = [place for place, other in enumerate(lines) if other.symbol in members]
    if own:
        return own[-1] + 1
    return sum(model.menu_index[other.symbol] < model.menu_index[line.symbol] for other in lines)
