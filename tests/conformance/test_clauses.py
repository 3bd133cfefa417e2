"""Evaluator and clauses, which know nothing of each other, agree on a whole tree."""

from __future__ import annotations

from random import Random

import pytest
from attrs import frozen

from kresolve import Tree
from kresolve.dependencies import Dependencies
from kresolve.encode import Circuit, Encoding, FreeUser
from kresolve.lines import Line
from kresolve.semantics import Configuration, evaluate, user_values
from kresolve.solve import Session, Solution
from kresolve.tristate import LETTERS
from kresolve.uservalues import UserValues
from kresolve.values import Type

#: Fragments for one encoding: its numbers, texts and the order in its choices
#: are fixed, all that is bool or tristate is not.
AT_ONCE = 5


@pytest.fixture(scope="module")
def dependencies(tree: Tree) -> Dependencies:
    """The dependencies of the tree, which each encoding would find out again."""
    return Dependencies(tree.model)


@frozen
class _Fixed:
    """What all fragments for one encoding have in common."""

    lines: tuple[Line, ...]
    density: float


def _fixed_lines(tree: Tree, seed: int) -> _Fixed:
    """Numbers and texts, and lines that bring choices into an order."""
    random = Random(seed)  # noqa: S311 - nobody has to guess it
    lines: list[Line] = []
    for symbol in tree.model.symbols.values():
        if symbol.is_logical or random.random() < 0.5:
            continue
        number = random.choice((-1, 0, 1, 3, 5, 16, 64, 8192, 1 << 20))
        if symbol.type is Type.INT:
            lines.append(Line(symbol.name, str(number)))
        elif symbol.type is Type.HEX:
            lines.append(Line(symbol.name, hex(max(number, 0))))
        elif symbol.type is Type.STRING:
            lines.append(Line(symbol.name, random.choice(('""', '"y"', '"some text"'))))
    for choice in tree.model.choices:
        members = list(choice.members)
        lines += [
            Line(name, random.choice("yn"))
            for name in random.sample(members, random.randint(0, len(members)))
        ]
    return _Fixed(tuple(lines), random.choice((0.02, 0.2, 0.6)))


def _fragment(tree: Tree, fixed: _Fixed, seed: int) -> tuple[Line, ...]:
    """The fixed lines, and a random value for some of the rest."""
    random = Random(seed)  # noqa: S311 - nobody has to guess it
    lines = [
        Line(symbol.name, random.choice("yyymmn"))
        for symbol in tree.model.symbols.values()
        if symbol.is_logical and symbol.choice is None and random.random() < fixed.density
    ]
    return (*fixed.lines, *lines)


def _differences(evaluated: Configuration, encoding: Encoding, solved: Solution) -> list[str]:
    """Every symbol that has another value in the clauses than by evaluation."""
    found: list[str] = []
    for name, value in encoding.values.items():
        letter = LETTERS[solved.holds(value.some) + solved.holds(value.full)]
        if letter != evaluated[name]:
            found.append(f"{name}: clauses {letter}, evaluator {evaluated[name]}")
    for name, texts in {**encoding.texts, **encoding.written}.items():
        holding = [text for text, literal in texts.items() if solved.holds(literal)]
        if holding != [evaluated[name]]:
            found.append(f"{name}: clauses {holding}, evaluator {evaluated[name]!r}")
    return found


def _check(tree: Tree, dependencies: Dependencies, seed: int, count: int) -> None:
    """Compare the witnesses on ``count`` fragments that share an encoding."""
    model = tree.model
    fixed = _fixed_lines(tree, seed)
    circuit = Circuit()
    user = FreeUser(model, user_values(model, fixed.lines), circuit)
    encoding = Encoding(model, user, circuit, dependencies)
    encoding.add(model.symbols)
    known = {name for name, symbol in model.symbols.items() if symbol.type is not Type.UNKNOWN}
    assert encoding.values.keys() | encoding.texts.keys() == known

    evaluations: list[Configuration] = []
    with Session(circuit.clauses) as session:
        for number in range(count):
            lines = _fragment(tree, fixed, 1000 * seed + number)
            values = user_values(model, lines)
            assert _same_frame(values, user.values)
            user.values = values
            solved = session.solve(user.assumptions())
            assert solved is not None, "the clauses have no configuration for these lines"
            evaluated = evaluate(model, lines)
            assert _differences(evaluated, encoding, solved) == []
            evaluations.append(evaluated)
    # the fragments were not all the same, nor without effect
    assert all(len(set(one.values())) > 2 for one in evaluations)
    assert len({one.text() for one in evaluations}) == count


def _same_frame(one: UserValues, other: UserValues) -> bool:
    """Is what an encoding has fixed the same: texts, and the order in choices?"""
    return one.text == other.text and one.priority == other.priority


def test_on_random_fragments(tree: Tree, dependencies: Dependencies) -> None:
    """On random lines, every symbol of the tree has the same value for both."""
    _check(tree, dependencies, seed=1, count=2)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(2, 7))
def test_on_more_random_fragments(tree: Tree, dependencies: Dependencies, seed: int) -> None:
    """As the sample, for other seeds; each with other numbers, texts and choices."""
    _check(tree, dependencies, seed, AT_ONCE)
