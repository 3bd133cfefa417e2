"""What is said about whole trees holds for random ones: graphs, gates, ways."""

from __future__ import annotations

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from kresolve.dependency_graph import dependency_graph, graphml, part
from kresolve.dotconfig.lines import Line
from kresolve.evaluator import ConfMode, evaluate
from kresolve.evaluator.effects import effects_on
from kresolve.evaluator.interval_evaluator import IntervalEvaluator
from kresolve.evaluator.tree_effects import effects_in_tree
from kresolve.explanation.symbol_page import symbol_page
from kresolve.kconfig.help_texts import HelpTexts
from kresolve.planner import ModelIndex
from kresolve.planner.backbone import backbone
from kresolve.rendering.symbols import page_text
from tests.property.kconfigs import DIALECTS, toys
from tests.property.toys import MODES, load, read


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_no_configuration_leads_out_of_what_is_possible(dialect: str, data: st.DataObject) -> None:
    """With a symbol settled, every value and prompt lies within the bounds; effects are so."""
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    logical = [name for name, symbol in model.symbols.items() if symbol.is_bool_or_tristate]
    assume(logical)
    gate = data.draw(st.sampled_from(logical))
    sure = effects_in_tree(model, gate)
    for mode in MODES:
        evaluation = evaluate(model, read(toy.config, model), mode).evaluation
        value = evaluation.bool_tristate[gate]
        possible = IntervalEvaluator(model, gate, value)
        for name in logical:
            low, high = possible.values[name]
            assert low <= evaluation.bool_tristate[name] <= high, name
        for name, symbol in model.symbols.items():
            if name != gate:
                low, high = possible.visibility(symbol)
                assert low <= evaluation.visibility(symbol) <= high, name
        for effect in sure.effects:
            symbol = model.symbols[effect.symbol]
            seen = evaluation.visibility(symbol) > 0
            on = evaluation.bool_tristate.get(effect.symbol, 0) > 0
            if value == 2:
                assert not (effect.kind == "hides" and seen)
                assert not (effect.kind == "excludes" and on)
                assert effect.kind != "forces" or on
            if value == 0:
                assert not (effect.kind == "shows" and seen)
                assert not (effect.kind == "allows" and on)


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_effects_on_a_base_are_the_differences(dialect: str, data: st.DataObject) -> None:
    """What a gate does on a base is what differs between two evaluations, and all of it."""
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    lines = read(toy.config, model)
    logical = [name for name, symbol in model.symbols.items() if symbol.is_bool_or_tristate]
    assume(logical)
    gate = data.draw(st.sampled_from(logical))
    finishes: tuple[ConfMode, ...] = ("olddefconfig", "allnoconfig")
    for mode in finishes:
        found = effects_on(model, lines, mode, gate)
        if not found.holds:
            assert found.effects == ()
            continue
        told = {e.symbol: (e.before, e.after) for e in found.effects if e.before != e.after}
        before, after = (evaluate(model, [*lines, Line(gate, value)], mode) for value in "ny")
        assert told == {
            name: (before[name], after[name])
            for name in before
            if name != gate and before[name] != after[name]
        }


@pytest.mark.parametrize("dialect", DIALECTS)
@given(data=st.data())
def test_what_is_on_every_way_is_on(dialect: str, data: st.DataObject) -> None:
    """Whenever a symbol is on, so is what is on every way to it, and never what is on none."""
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    graph = dependency_graph(model)
    logical = [name for name, symbol in model.symbols.items() if symbol.is_bool_or_tristate]
    assume(logical)
    lines = read(toy.config, model)
    name = data.draw(st.sampled_from(logical))
    value = data.draw(st.sampled_from("my"))
    ways = backbone(ModelIndex(model), graph, name, value)
    for mode in MODES:
        configuration = evaluate(model, lines, mode)
        if configuration.tristate(name) < "nmy".index(value):
            continue
        assert ways is not None
        if not ways.proved:
            continue
        assert {other for other in ways.every if configuration[other] == "n"} == set()
        assert {other for other in ways.never if configuration[other] != "n"} == set()


@pytest.mark.parametrize("dialect", DIALECTS)
@settings(max_examples=40)
@given(data=st.data())
def test_every_tree_can_be_drawn_and_read(dialect: str, data: st.DataObject) -> None:
    """Graph, files, parts and pages can be made of any tree, and needed edges are needed."""
    toy = data.draw(toys(dialect))
    model = load(toy.kconfig, dialect)
    configuration = evaluate(model, read(toy.config, model))
    graph = dependency_graph(model, configuration)
    assert set(model.symbols) <= set(graph)
    assert len(graph.to_dict()["edges"]) == graph.number_of_edges()
    assert graphml(graph)
    for _, target, line in graph.edges(data=True):
        if line["needed"] and configuration.evaluation.value(line["condition"]):
            here = configuration.get(target, "n")
            assert here != ("n" if line["needed"] == "y" else "y")
    for name in model.symbols:
        assert name in part(graph, [name])
        page = symbol_page(model, name, HelpTexts(None), configuration)
        assert page_text(page, "a base").startswith(name)
