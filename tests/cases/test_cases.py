"""The case files: see README.md here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import Line, fragment_text
from kresolve.encoding import Circuit, ConcreteInput, Encoding
from kresolve.errors import KconfigError
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
_SECTIONS: Final = frozenset(
    {
        *("Kconfig", "lines", "mode", "dialects", "result", "values", "error", "conf"),
        *(
            "request",
            "forbid",
            "pin",
            "objective",
            "explicit",
            "base",
            "other",
            "plan",
            "serving",
            "conflict",
        ),
    }
)


@frozen
class Case:
    """One file, for one dialect."""

    name: str
    promise: str
    sections: dict[str, str] = field(repr=False)
    dialect: str = "6.12"

    @property
    def kconfig(self) -> str:
        """The Kconfig file."""
        return self.sections["Kconfig"]

    @property
    def lines(self) -> str:
        """The text of the ``.config`` before."""
        return self.sections.get("lines", "")

    @property
    def mode(self) -> ConfMode:
        """What is done with the lines."""
        (word,) = self.words("mode") or ["olddefconfig"]
        return next(mode for mode in MODES if mode == word)

    def words(self, section: str) -> list[str]:
        """The lines of a section that say something."""
        return [line for line in self.sections.get(section, "").splitlines() if line.strip()]

    def model(self) -> Model:
        """The tree."""
        return load(self.kconfig, self.dialect)


def parse_case(name: str, text: str) -> Case:
    """The case in a file's text; ValueError says what is wrong with it."""
    promise, *parts = ("\n" + text).split("\n=== ")
    sections: dict[str, str] = {}
    for part in parts:
        title, _, content = part.partition("\n")
        if title not in _SECTIONS:
            raise ValueError(f"{name}: no such section: {title!r}")
        if title in sections:
            raise ValueError(f"{name}: a second section {title!r}")
        sections[title] = content
    if not promise.strip():
        raise ValueError(f"{name}: does not say what it promises")
    if "Kconfig" not in sections:
        raise ValueError(f"{name}: has no Kconfig")
    if not {"result", "values", "error", "plan"} & sections.keys():
        raise ValueError(f"{name}: expects nothing")
    if sections.get("plan", "").strip() == "impossible" and "conflict" not in sections:
        raise ValueError(f"{name}: does not say what is in conflict")
    if sections.get("conf", "takes it").strip() != "takes it":
        raise ValueError(f"{name}: conf either refuses a Kconfig or takes it")
    return Case(name, promise.strip(), sections)


def cases() -> Iterator[Case]:
    """Every case, once for each dialect that it holds for."""
    for path in sorted(HERE.glob("*.case")):
        case = parse_case(path.stem, path.read_text(encoding="utf-8"))
        for dialect in " ".join(case.words("dialects") or ["6.12"]).split():
            yield evolve(case, dialect=dialect)


def parameters(*sections: str) -> list[object]:
    """The cases that have any of these sections, as parameters of a test."""
    return [
        pytest.param(case, id=f"{case.name}-{case.dialect}")
        for case in cases()
        if any(section in case.sections for section in sections)
    ]


def assignments(config: str) -> list[str]:
    """The lines of a ``.config`` that say something about a symbol."""
    return [
        line
        for line in config.splitlines()
        if line.startswith("CONFIG_") or line.endswith(" is not set")
    ]


def values(case: Case) -> dict[str, str]:
    """What the section ``values`` says."""
    return dict(line.split("=", 1) for line in case.words("values"))


@pytest.mark.parametrize("case", parameters("result", "values"))
def test_the_evaluator_gives_the_result(case: Case) -> None:
    """The evaluator writes the expected lines, and gives the expected values."""
    model = case.model()
    configuration = evaluate(model, read(case.lines, model), case.mode)
    if "result" in case.sections:
        assert assignments(configuration.text()) == case.words("result")
    assert {name: configuration[name] for name in values(case)} == values(case)


@pytest.mark.parametrize("case", parameters("result", "values"))
def test_the_clauses_give_the_result(case: Case) -> None:
    """The clauses give every symbol the value that the evaluator gives it."""
    model = case.model()
    lines = read(case.lines, model)
    configuration = evaluate(model, lines, case.mode)
    user = ConcreteInput(model, user_values(model, lines, case.mode))
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
        case.model()
    assert expected in str(caught.value)


def planned(case: Case) -> tuple[Target, Plan]:
    """The plan for a case's request, and the target it is made for."""
    model = case.model()
    target = Target(model, "base", tuple(read(case.lines, model)), case.mode)
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
        return target, answer_any_base([AnyBase(ModelIndex(model), question, case.mode)])
    if "other" in case.sections:
        lines = tuple(read(case.sections["other"], model))
        other = Target(model, "other", lines, case.mode, target.model_index)
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


def test_every_case_file_is_whole() -> None:
    """Every case says what it promises and what it expects; a misspelled section is an error."""
    assert len(list(cases())) >= 30
    good = "A promise.\n\n=== Kconfig\nconfig A\n\n=== result\n"
    assert parse_case("good", good).promise == "A promise."
    for bad in (
        good.replace("A promise.", ""),
        good.replace("=== Kconfig", "=== kconfig"),
        good.replace("=== result", "=== lines"),
        good + "=== result\n",
        good + "=== plan\nimpossible\n",
        good + "=== conf\nmay take it\n",
    ):
        with pytest.raises(ValueError, match="bad"):
            parse_case("bad", bad)


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
    [theirs] = conf(program(case.dialect), case.kconfig, [case.lines], case.mode)
    assert assignments(theirs) == case.words("result")
    model = case.model()
    assert evaluate(model, read(case.lines, model), case.mode).text() == theirs


@pytest.mark.conf
@pytest.mark.parametrize("case", replayed("error"))
def test_conf_refuses_it_too(case: Case) -> None:
    """conf refuses what is refused, and circles as such, unless the case says that it does not."""
    (expected,) = case.words("error")
    if case.words("conf"):
        [theirs] = conf(program(case.dialect), case.kconfig, [""])
        assert assignments(theirs)
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
    text = f"{case.lines}\n{fragment_text(lines)}"
    [theirs] = conf(program(case.dialect), case.kconfig, [text], case.mode)
    after = target.after(lines)
    assert theirs == after.text()
    assert all(demand.holds(after.shown) for demand in demands) == (plan.conflict is None)
