"""What shrinking keeps: the answer, whatever the tree; and the values, however it is written."""

from __future__ import annotations

import pytest
from attrs import evolve
from hypothesis import Phase, assume, given, settings
from hypothesis import strategies as st

from kresolve.api.case_question import CaseQuestion, ask, without_places
from kresolve.api.case_shrinking import Shrinker
from kresolve.errors import KresolveError
from kresolve.evaluator import evaluate
from kresolve.kconfig.consistency import check_model
from kresolve.kconfig.kconfig_text import kconfig_text
from kresolve.kconfig.reduction import without_symbols
from tests.property.kconfigs import DIALECTS, Toy, toys
from tests.property.toys import MODES, load, read


@st.composite
def questions(draw: st.DrawFn, dialect: str) -> CaseQuestion:
    """Questions of each command about random trees."""
    toy: Toy = draw(toys(dialect, most=7))
    logical = [s.name for s in toy.symbols if s.type in ("bool", "tristate")]
    assume(logical)
    name = draw(st.sampled_from(logical))
    command = draw(st.sampled_from(("plan", "explain", "check", "lint", "migrate", "any")))
    files = {"my.config": toy.config}
    arguments: dict[str, object] = {"base": ["my.config"], "request": [f"{name}=y"]}
    if command == "any":
        command, files = "plan", {}
        arguments["base"] = ["any"]
    elif command == "explain":
        arguments = {"config": "my.config", "symbol": f"{name}=y"}
    elif command == "check":
        arguments = {"config": "my.config", "request": [f"{name}=y"]}
    elif command in ("lint", "migrate"):
        files["a.config"] = f"CONFIG_{name}=y\n"
        arguments = {"base": "my.config", "files": ["a.config"]}
    trees = [load(toy.kconfig, dialect)] * (2 if command == "migrate" else 1)
    return CaseQuestion.of(command, arguments, trees, files)


def written(question: CaseQuestion, dialect: str) -> CaseQuestion:
    """The question with trees that were written as text and read again."""
    trees = tuple(load(kconfig_text(tree), dialect) for tree in question.trees)
    return evolve(question, trees=trees)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_the_shrunk_question_has_the_same_answer(dialect: str) -> None:
    """What is left of a question has the answer of the whole, also when it is read from text."""

    @settings(max_examples=1 + settings().max_examples // 10, phases=[Phase.generate])
    @given(questions(dialect))
    def check(question: CaseQuestion) -> None:
        try:
            answer, _ = ask(question)
        except KresolveError:
            assume(condition=False)
        shrinker = Shrinker(question, answer)
        shrinker.run()
        left = shrinker.best
        assert without_places(ask(written(left, dialect))[0]) == without_places(answer)
        for smaller, whole in zip(left.trees, question.trees, strict=True):
            assert smaller.symbols.keys() <= whole.symbols.keys()
            assert len(smaller.entries) <= len(whole.entries)

    check()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_model_is_written_as_text_that_says_the_same(dialect: str) -> None:
    """From the text of a model the same lines result in every mode, and the same text again."""

    @given(toys(dialect))
    def check(toy: Toy) -> None:
        model = load(toy.kconfig, dialect)
        text = kconfig_text(model)
        again = load(text, dialect)
        lines = read(toy.config, model)
        for mode in MODES:
            assert evaluate(again, lines, mode).lines == evaluate(model, lines, mode).lines
        assert kconfig_text(again) == text

    check()


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_model_without_some_symbols_is_one(dialect: str) -> None:
    """The parts of a model agree with each other when any of its symbols are gone."""

    @given(toys(dialect), st.data())
    def check(toy: Toy, data: st.DataObject) -> None:
        model = load(toy.kconfig, dialect)
        gone = data.draw(st.sets(st.sampled_from(sorted(model.symbols))))
        values = evaluate(model, read(toy.config, model))
        try:
            smaller = without_symbols(model, gone, values)
        except KresolveError:
            assume(condition=False)
        assert smaller.symbols.keys() == model.symbols.keys() - gone
        check_model(smaller)
        load(kconfig_text(smaller), dialect)

    check()
