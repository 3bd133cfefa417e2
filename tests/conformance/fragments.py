"""Evaluator against clauses: random fragments of a whole tree, and where the two differ.

An encoding of a whole tree takes seconds, so several fragments share one: its
numbers, texts and the order in its choices are fixed, all that is bool or
tristate is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from attrs import frozen

from kresolve.dotconfig.lines import Line
from kresolve.dotconfig.user_values import UserValues
from kresolve.encoding import Circuit, Encoding
from kresolve.evaluator import Configuration, evaluate, user_values
from kresolve.kconfig.dependencies import Dependencies
from kresolve.kconfig.model import Model
from kresolve.kconfig.tristate import LETTERS
from kresolve.kconfig.values import Type
from kresolve.solver import IncrementalSolver, Solution
from tests.freeuser import FreeUser


@frozen
class Compared:
    """A fragment, what it gives by evaluation, and what the clauses say otherwise."""

    lines: tuple[Line, ...]
    evaluated: Configuration
    differences: tuple[str, ...]


@frozen
class _Fixed:
    """What all fragments for one encoding have in common."""

    lines: tuple[Line, ...]
    density: float


def compared(
    model: Model, seed: int, count: int, dependencies: Dependencies | None = None
) -> Iterator[Compared]:
    """Compare evaluator and clauses on ``count`` random fragments, by every symbol's value.

    The same seed gives the same fragments.  ``dependencies``: of the model, if
    they are at hand.
    """
    fixed = _fixed_lines(model, seed)
    circuit = Circuit()
    user = FreeUser(model, user_values(model, fixed.lines), circuit)
    encoding = Encoding(model, user, circuit, dependencies or Dependencies(model))
    encoding.add(model.symbols)
    known = {name for name, symbol in model.symbols.items() if symbol.type is not Type.UNKNOWN}
    assert encoding.values.keys() | encoding.texts.keys() == known
    with IncrementalSolver(circuit.clauses) as solver:
        for number in range(count):
            lines = _fragment(model, fixed, seed + number)
            values = user_values(model, lines)
            assert _same_frame(values, user.values)
            user.values = values
            solved = solver.solve(user.assumptions())
            evaluated = evaluate(model, lines)
            found = (
                ("the clauses have no configuration for these lines",)
                if solved is None
                else tuple(_differences(evaluated, encoding, solved))
            )
            yield Compared(lines, evaluated, found)


def _fixed_lines(model: Model, seed: int) -> _Fixed:
    """Numbers and texts, and lines that bring choices into an order."""
    random = Random(seed)  # noqa: S311 - nobody has to guess it
    lines: list[Line] = []
    for symbol in model.symbols.values():
        if symbol.is_bool_or_tristate or random.random() < 0.5:
            continue
        number = random.choice((-1, 0, 1, 3, 5, 16, 64, 8192, 1 << 20))
        if symbol.type is Type.INT:
            lines.append(Line(symbol.name, str(number)))
        elif symbol.type is Type.HEX:
            lines.append(Line(symbol.name, hex(max(number, 0))))
        elif symbol.type is Type.STRING:
            lines.append(Line(symbol.name, random.choice(('""', '"y"', '"some text"'))))
    for choice in model.choices:
        members = list(choice.members)
        lines += [
            Line(name, random.choice("yn"))
            for name in random.sample(members, random.randint(0, len(members)))
        ]
    return _Fixed(tuple(lines), random.choice((0.02, 0.2, 0.6)))


def _fragment(model: Model, fixed: _Fixed, seed: int) -> tuple[Line, ...]:
    """The fixed lines, and a random value for some of the rest."""
    random = Random(seed)  # noqa: S311 - nobody has to guess it
    lines = [
        Line(symbol.name, random.choice("yyymmn"))
        for symbol in model.symbols.values()
        if symbol.is_bool_or_tristate and symbol.choice is None and random.random() < fixed.density
    ]
    return (*fixed.lines, *lines)


def _same_frame(one: UserValues, other: UserValues) -> bool:
    """Is what an encoding has fixed the same: texts, and the order in choices?"""
    return one.text == other.text and one.priority == other.priority


def _differences(evaluated: Configuration, encoding: Encoding, solved: Solution) -> Iterator[str]:
    """Every symbol that has another value in the clauses than by evaluation."""
    for name, value in encoding.values.items():
        letter = LETTERS[solved.holds(value.ge_m) + solved.holds(value.is_y)]
        if letter != evaluated[name]:
            yield f"{name}: clauses {letter}, evaluator {evaluated[name]}"
    for name, texts in {**encoding.texts, **encoding.written}.items():
        holding = [text for text, literal in texts.items() if solved.holds(literal)]
        if holding != [evaluated[name]]:
            yield f"{name}: clauses {holding}, evaluator {evaluated[name]!r}"
