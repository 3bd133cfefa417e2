"""The case files: see README.md here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve

from kresolve.api.case_file import Case
from kresolve.api.case_making import config_lines, read_question
from kresolve.api.case_question import CaseQuestion, answer_text, ask
from kresolve.cli import build_parser
from kresolve.dotconfig.lines import Line, fragment_text
from kresolve.encoding import Circuit, ConcreteInput, Encoding
from kresolve.errors import ConfigFileError, KconfigError
from kresolve.evaluator import ConfMode, evaluate, user_values
from kresolve.kconfig.model import Model
from kresolve.planner import (
    ModelIndex,
    Plan,
    Question,
    Target,
    answer,
    answer_all,
    merged,
    requested,
)
from kresolve.planner.universal import AnyBase
from kresolve.planner.universal_plan import answer_any_base
from kresolve.rendering.plan_text import plan_report
from tests.property.toys import MODES, ConfError, conf, load, program, read

HERE: Final = Path(__file__).parent


def model_of(case: Case) -> Model:
    """The tree of a case."""
    return load(case.kconfig, case.dialect)


def mode_of(case: Case) -> ConfMode:
    """What is done with the lines of a case."""
    (word,) = case.words("mode") or ["olddefconfig"]
    return next(mode for mode in MODES if mode == word)


def lines_of(case: Case) -> str:
    """The text of the ``.config`` before."""
    return case.sections.get("lines", "")


def cases() -> Iterator[Case]:
    """Every case, once for each dialect that it holds for."""
    for path in sorted(HERE.glob("*.case")):
        case = Case.parse(path.stem, path.read_text(encoding="utf-8"))
        for dialect in " ".join(case.words("dialects") or ["6.12"]).split():
            yield evolve(case, dialect=dialect)


def parameters(*sections: str) -> list[object]:
    """The cases that have any of these sections, as parameters of a test."""
    return [
        pytest.param(case, id=f"{case.name}-{case.dialect}")
        for case in cases()
        if any(section in case.sections for section in sections)
    ]


def values(case: Case) -> dict[str, str]:
    """What the section ``values`` says."""
    return dict(line.split("=", 1) for line in case.words("values"))


@pytest.mark.parametrize("case", parameters("result", "values"))
def test_the_evaluator_gives_the_result(case: Case) -> None:
    """The evaluator writes the expected lines, and gives the expected values."""
    model = model_of(case)
    configuration = evaluate(model, read(lines_of(case), model), mode_of(case))
    if "result" in case.sections:
        assert config_lines(configuration.text()) == case.words("result")
    assert {name: configuration[name] for name in values(case)} == values(case)


@pytest.mark.parametrize("case", parameters("result", "values"))
def test_the_clauses_give_the_result(case: Case) -> None:
    """The clauses give every symbol the value that the evaluator gives it."""
    model = model_of(case)
    lines = read(lines_of(case), model)
    configuration = evaluate(model, lines, mode_of(case))
    user = ConcreteInput(model, user_values(model, lines, mode_of(case)))
    encoding = Encoding(model, user, Circuit())
    encoding.add(model.symbols)
    for name, value in encoding.values.items():
        assert "nmy"[(value.ge_m == 1) + (value.is_y == 1)] == configuration[name], name
    for name, texts in encoding.texts.items():
        texts = encoding.written.get(name) or texts
        assert [text for text, literal in texts.items() if literal == 1] == [configuration[name]]


@pytest.mark.parametrize("case", parameters("error"))
def test_the_kconfig_is_refused(case: Case) -> None:
    """A Kconfig that cannot be meant is refused, with the place and the reason."""
    (expected,) = case.words("error")
    with pytest.raises(KconfigError) as caught:
        model_of(case)
    assert expected in str(caught.value)


def planned(case: Case) -> tuple[Target, Plan]:
    """The plan for a case's request, and the target it is made for."""
    model = model_of(case)
    target = Target(model, "base", tuple(read(lines_of(case), model)), mode_of(case))
    requests = merged(requested(model, text) for text in case.words("request"))
    (objective,) = case.words("objective") or ["default"]
    question = Question(
        requests,
        tuple(case.words("pin")),
        tuple(case.words("forbid")),
        objective,
        explicit=case.words("explicit") == ["yes"],
    )
    if case.words("base") == ["any"]:
        return target, answer_any_base([AnyBase(ModelIndex(model), question, mode_of(case))])
    if "other" in case.sections:
        lines = tuple(read(case.sections["other"], model))
        other = Target(model, "other", lines, mode_of(case), target.model_index)
        return target, answer_all([(target, question), (other, question)])
    return target, answer(target, question)


@pytest.mark.parametrize("case", parameters("plan"))
def test_the_plan_is_found(case: Case) -> None:
    """The plan has the expected lines; or it is impossible, for the expected reasons."""
    target, plan = planned(case)
    if case.words("plan") == ["impossible"]:
        assert plan.status == "impossible"
        assert plan.conflict is not None
        demands = list(map(str, plan.conflict.demands))
        rules = [f"{place}: {rule}" for place, rule, _ in plan.conflict.kconfig_lines()]
        assert sorted(demands + rules) == sorted(case.words("conflict"))
        # What the report says of it: the title blames what is in the conflict, no line comes twice.
        report = plan_report(plan).splitlines()
        (title,) = [line for line in report if line.startswith("impossible, proved: ")]
        assert title.partition(": ")[2].split(", ") == [one.origin for one in plan.conflict.demands]
        assert len(report) == len({*report})
    else:
        assert [line.text for line in plan.lines] == case.words("plan")
        after = target.after(plan.assignments)
        assert all(request.holds(after.shown) for request in plan.request)
        if "serving" in case.sections:
            assert list(map(str, plan.serving)) == case.words("serving")


def asked(case: Case) -> CaseQuestion:
    """The question of a case that has a command."""
    options = vars(build_parser().parse_args(case.command))
    return read_question(case, options, load)


@pytest.mark.parametrize("case", parameters("answer"))
def test_the_command_gives_the_answer(case: Case) -> None:
    """The command says what is expected, and the evaluator makes of its lines what conf did."""
    question = asked(case)
    answer, lines = ask(question)
    assert answer_text(answer).splitlines() == case.words("answer")
    if "after" in case.sections:
        assert config_lines(question.evaluated(lines)) == case.words("after")


@pytest.mark.parametrize("case", parameters("answer"))
def test_a_question_is_written_as_it_is_read(case: Case) -> None:
    """The command of a case says all that its question holds, and the file is as it is written."""
    question = asked(case)
    words = [*question.words]
    assert vars(build_parser().parse_args(words)) == vars(build_parser().parse_args(case.command))
    assert Case.parse(case.name, str(case)).sections.keys() == case.sections.keys()
    assert str(Case.parse(case.name, str(case))) == str(case)


def test_the_example_in_the_readme_holds() -> None:
    """The case with a command in README.md is one, and has the answer that stands there."""
    blocks = (HERE / "README.md").read_text(encoding="utf-8").split("```\n")
    (case,) = [Case.parse("README", text) for text in blocks if "\n=== command\n" in text]
    assert answer_text(ask(asked(case))[0]).splitlines() == case.words("answer")


def test_every_case_file_is_whole() -> None:
    """Every case says what it promises and what it expects; a misspelled section is an error."""
    assert len(list(cases())) >= 30
    good = "A promise.\n\n=== Kconfig\nconfig A\n\n=== result\n"
    assert Case.parse("good", good).promise == "A promise."
    for bad in (
        good.replace("A promise.", ""),
        good.replace("=== Kconfig", "=== kconfig"),
        good.replace("=== result", "=== lines"),
        good + "=== result\n",
        good + "=== plan\nimpossible\n",
        good + "=== conf\nmay take it\n",
        good.replace("config A", "config A\n\tdefault $(shell,date)"),
        good + "=== command\nplan A\n",
        good + "=== command\nplan A\n=== answer\nplanned\n=== some.config\n",
    ):
        with pytest.raises(ConfigFileError, match="bad"):
            Case.parse("bad", bad)


def replayed(*sections: str) -> list[object]:
    """The cases for conf: of 6.12 in the default run, of the others in the long one."""
    return [
        pytest.param(
            case,
            id=f"{case.name}-{case.dialect}",
            marks=[pytest.mark.tree, *([] if case.dialect == "6.12" else [pytest.mark.long])],
        )
        for case in cases()
        if any(section in case.sections for section in sections)
    ]


@pytest.mark.conf
@pytest.mark.parametrize("case", replayed("result"))
def test_conf_gives_the_result(case: Case) -> None:
    """conf itself writes what the case expects, and the evaluator's file byte for byte."""
    [theirs] = conf(program(case.dialect), case.kconfig, [lines_of(case)], mode_of(case))
    assert config_lines(theirs) == case.words("result")
    model = model_of(case)
    assert evaluate(model, read(lines_of(case), model), mode_of(case)).text() == theirs


@pytest.mark.conf
@pytest.mark.parametrize("case", replayed("after"))
def test_conf_makes_the_same_of_the_answer(case: Case) -> None:
    """conf makes of the base with the answer's lines what the case expects."""
    question = asked(case)
    _, lines = ask(question)
    kconfig, dialect = case.kconfigs[-1]
    [theirs] = conf(program(dialect), kconfig, [fragment_text(lines)], question.mode)
    assert config_lines(theirs) == case.words("after")


@pytest.mark.conf
@pytest.mark.parametrize("case", replayed("error"))
def test_conf_refuses_it_too(case: Case) -> None:
    """conf refuses what is refused, and circles as such, unless the case says that it does not."""
    (expected,) = case.words("error")
    if case.words("conf"):
        [theirs] = conf(program(case.dialect), case.kconfig, [""])
        assert config_lines(theirs)
    else:
        with pytest.raises(ConfError, match="recursive" if "recursive" in expected else "Kconfig"):
            conf(program(case.dialect), case.kconfig, [""])


@pytest.mark.conf
@pytest.mark.parametrize("case", replayed("plan"))
def test_conf_keeps_the_plan(case: Case) -> None:
    """With a plan's lines conf keeps every request; what is impossible it drops."""
    target, plan = planned(case)
    demands = plan.request if plan.conflict is None else plan.conflict.demands
    lines = plan.assignments or tuple(
        Line(want.symbol, want.accept[0]) for demand in demands for want in demand.wants
    )
    text = f"{lines_of(case)}\n{fragment_text(lines)}"
    [theirs] = conf(program(case.dialect), case.kconfig, [text], mode_of(case))
    after = target.after(lines)
    assert theirs == after.text()
    assert all(demand.holds(after.shown) for demand in demands) == (plan.conflict is None)
