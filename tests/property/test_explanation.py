"""Explanations are true: what they name is enough, and where they say "because" it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kresolve import Tree
from kresolve.dotconfig.lines import Line, quote
from kresolve.evaluator import Configuration, ConfMode, evaluate
from kresolve.explanation.derivation import Derivation
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.reductions import reduced
from kresolve.explanation.sentences import sentence
from kresolve.kconfig.dependencies import Dependencies
from kresolve.kconfig.model import Model, Symbol
from kresolve.kconfig.values import Type
from kresolve.sources import SourceTree
from tests.property.kconfigs import DIALECTS, Toy, toys
from tests.property.pinning import with_other_value
from tests.property.toys import MODES, load, read

MODE = st.sampled_from(list(MODES))
SYMBOLS_OF_THE_KERNEL = 200
SYMBOLS_A_CONFIG = 25


def said(derivation: Derivation) -> set[str]:
    """The symbols whose lines a derivation names."""
    return {told.symbol for told in derivation.premises if told.kind == "line"}


def silent(derivation: Derivation) -> set[str]:
    """The symbols of which a derivation says that there is no line for them."""
    return {told.symbol for told in derivation.premises if told.kind in ("no line", "answer")}


def noise(among: Iterable[Symbol], random: Random, without: set[str], share: float) -> list[Line]:
    """Lines for a share of some symbols, some left out."""
    chosen = [symbol for symbol in among if random.random() < share]
    random.shuffle(chosen)
    return [
        Line(symbol.name, any_value(symbol, random))
        for symbol in chosen
        if symbol.name not in without and symbol.type is not Type.UNKNOWN
    ]


def any_value(symbol: Symbol, random: Random) -> str:
    """A value as it stands in a line for a symbol."""
    if symbol.type is Type.BOOL:
        return random.choice("ny")
    if symbol.type is Type.TRISTATE:
        return random.choice("nmy")
    if symbol.type is Type.STRING:
        return quote(random.choice(("", "a", "y", "0")))
    number = random.randrange(20)
    return hex(number) if symbol.type is Type.HEX else str(number)


def replayed(
    found: Configuration,
    lines: Iterable[Line],
    derivation: Derivation,
    random: Random,
    nodes: Sequence[str | int] | None = None,
) -> list[str]:
    """The value that results from the lines that are named: alone, and among other lines.

    With ``nodes``, only these are calculated, and only they get other lines.
    """
    model = found.model
    kept = [line for line in lines if line.symbol in said(derivation)]
    names = model.symbols if nodes is None else _names(model, nodes)
    among = [model.symbols[name] for name in names]
    others = noise(among, random, said(derivation) | silent(derivation), 0.7)
    return [
        evaluate(model, some, found.mode, nodes=nodes)[derivation.root]
        for some in (kept, [*kept, *others])
    ]


def _names(model: Model, nodes: Iterable[str | int]) -> Iterator[str]:
    """The symbols of some nodes."""
    for node in nodes:
        yield from model.choices[node].members if isinstance(node, int) else (node,)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data(), mode=MODE, seed=st.integers(0, 2**32))
def test_what_a_derivation_tells_is_enough(
    dialect: str, data: st.DataObject, mode: ConfMode, seed: int
) -> None:
    """The lines that a derivation names, and those it says are absent, settle the value."""
    toy: Toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    lines = read(toy.config, model)
    found = evaluate(model, lines, mode)
    random = Random(seed)  # noqa: S311 - nobody has to guess it
    deriver = Deriver(found, "base")
    for name in found:
        derivation = deriver.derivation(name)
        assert derivation.value == found[name]
        values = replayed(found, lines, derivation, random)
        assert values == [found[name]] * 2, (name, derivation.fact)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data(), mode=MODE)
def test_because_is_said_only_of_what_is_needed(
    dialect: str, data: st.DataObject, mode: ConfMode
) -> None:
    """A cause "changes" a value if and only if some other value of it alone would change it."""
    toy: Toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    lines = tuple(read(toy.config, model))
    found = evaluate(model, lines, mode)
    deriver = Deriver(found, "base")
    for name in found:
        if name in found.evaluation.forgotten or _is_behind_an_old_choice(model, name):
            continue  # conf has two values for the one; the other cannot be pinned
        for step in deriver.full(name).fact.steps:
            for cause in step.causes:
                if step.rule in ("not selected", "not implied", "in range"):
                    assert cause.changes == ()
                elif _can_be_asked(found, cause.name):
                    changed = [
                        with_other_value(found, lines, name, cause.name, other)[name]
                        for other in _other_values(found, cause.name)
                    ]
                    assert ("value" in cause.changes) == any(
                        value != found[name] for value in changed
                    ), (name, step)


def _is_behind_an_old_choice(model: Model, name: str) -> bool:
    """Before 6.10, is it calculated from a choice?"""
    dependencies = Dependencies(model)
    needs = dependencies.needs(dependencies.node(name))
    return not model.dialect.choice_lists and any(isinstance(node, int) for node in needs)


def _can_be_asked(found: Configuration, name: str) -> bool:
    """Is it a bool or tristate whose value does not change what another's m means?"""
    symbol = found.model.symbols.get(name)
    return symbol is not None and symbol.is_bool_or_tristate and name != found.model.modules


def _other_values(found: Configuration, name: str) -> str:
    model = found.model
    modules = model.modules is not None and found[model.modules] == "y"
    tristate = model.symbols[name].type is Type.TRISTATE and modules
    if model.modules is not None and model.order.index(model.modules) > _place(model, name):
        tristate = False
    return ("nmy" if tristate else "ny").replace(found[name], "")


def _place(model: Model, name: str) -> int:
    choice = model.symbols[name].choice
    return model.order.index(name if choice is None else choice)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data(), mode=MODE)
def test_readers_get_what_reductions_leave(
    dialect: str, data: st.DataObject, mode: ConfMode
) -> None:
    """A derivation collected for readers is the complete one, reduced; nothing in it is new."""
    toy: Toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    found = evaluate(model, read(toy.config, model), mode)
    deriver = Deriver(found, "base")
    for name in found:
        everything = deriver.derivation(name)
        shown = deriver.reading(name)
        assert shown.value == everything.value
        assert next(iter(shown.facts)) == name
        beside = {also for f in everything.facts.values() for also in _beside(f.mentions)}
        assert set(shown.facts) <= set(everything.facts) | beside | _behind(deriver, beside)
        again = reduced(shown)
        assert list(again.facts) == list(shown.facts)
        for fact in shown.facts.values():
            assert fact.value == deriver.fact(fact.name).value
            assert sentence(fact)


def _beside(causes: Iterable[object]) -> set[str]:
    return {getattr(cause, "name", "") for cause in causes}


def _behind(deriver: Deriver, names: set[str]) -> set[str]:
    """Everything that stands behind some names."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += [cause.name for cause in deriver.fact(name).mentions]
    return found


def test_the_kernel_is_explained_by_what_is_enough(kernel_tree: SourceTree) -> None:
    """For 200 random symbols in random configs of 6.12, what is told settles the value."""
    model = Tree.load(kernel_tree.path, arch="x86_64").model
    dependencies = Dependencies(model)
    place = {node: number for number, node in enumerate(model.order)}
    random = Random(612)  # noqa: S311 - nobody has to guess it
    asked = [name for name, symbol in model.symbols.items() if symbol.type is not Type.UNKNOWN]
    finishes: tuple[ConfMode, ...] = ("olddefconfig", "allnoconfig")
    for number in range(SYMBOLS_OF_THE_KERNEL // SYMBOLS_A_CONFIG):
        lines = noise(model.symbols.values(), random, set(), (0.03, 0.3, 0.9)[number % 3])
        mode = finishes[number % 2]
        found = evaluate(model, lines, mode)
        deriver = Deriver(found, "base")
        for name in random.sample(asked, SYMBOLS_A_CONFIG):
            derivation = deriver.derivation(name)
            cone = dependencies.cone([dependencies.node(name)])
            if model.modules is not None:
                cone |= dependencies.cone([model.modules])
            nodes = sorted(cone, key=place.__getitem__)
            values = replayed(found, lines, derivation, random, nodes)
            assert values == [found[name]] * 2, name
