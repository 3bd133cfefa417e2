"""What lost lines lack: as many as can be had together, a proof for each other, in a bound."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kresolve.dotconfig.lines import Line, typed_value
from kresolve.fragments import repair as module
from kresolve.fragments.repair import repair
from kresolve.planner import Plan, Question, Request, Target, answer, search
from kresolve.planner.compatible import compatible
from kresolve.planner.problem import WholeProblem
from kresolve.planner.relaxation import Relaxation
from kresolve.solver import Deadline
from tests.property.kconfigs import toys
from tests.property.toys import load, read

KCONFIG = """\
config GATE
	bool "Gate"

config OTHER
	bool "Other"
	depends on !GATE

config NEVER
	bool "Never"
	depends on GATE && !GATE

""" + "".join(f'config O{n}\n\tbool "O{n}"\n\tdepends on GATE\n' for n in range(20))


def wanted(*names: str) -> list[Request]:
    """Requests for y."""
    return [Request(name, ("y",), name) for name in names]


def test_the_earlier_ones_are_kept() -> None:
    """Of requests that exclude each other the first is kept; the proof names both, or one alone."""
    target = Target(load(KCONFIG), "empty", ())
    first, second, never = wanted("O1", "OTHER", "NEVER")

    found = compatible(target, [never, first, second])
    assert found.kept == (first,)
    assert found.refused == {never: (never,), second: (second, first)}

    mended = repair(target, [second, never, first])
    assert mended.plan is not None
    assert [line.symbol for line in mended.plan.lines] == ["OTHER"]
    assert set(mended.impossible) == {"NEVER", "O1"}
    assert all(conflict.rules for conflict in mended.impossible.values())
    assert not mended.stopped


def test_without_time_it_says_what_is_missing() -> None:
    """When the time is out at once, nothing is claimed, and it says what was not looked at."""
    target = Target(load(KCONFIG), "empty", ())
    requests = wanted("O1", "NEVER")

    assert compatible(target, requests, Deadline(0.0)).untried == tuple(requests)
    mended = repair(target, requests, timeout=1e-9)
    assert mended.plan is None
    assert not mended.impossible
    assert mended.unknown == {"O1", "NEVER"}
    assert mended.stopped == ("2 of 2 lost lines were not examined",)


def test_a_proof_without_time_for_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is proved impossible before the time is out is said so, without a reason."""
    target = Target(load(KCONFIG), "empty", ())
    monkeypatch.setattr(
        module,
        "compatible",
        lambda target, requests, deadline, progress: compatible(target, requests),
    )
    mended = repair(target, wanted("O1", "NEVER", "OTHER"), timeout=1e-9)

    assert set(mended.impossible) == {"NEVER", "OTHER"}
    assert not any(conflict.rules for conflict in mended.impossible.values())
    assert "2 impossible lines have no reason" in mended.stopped


def test_all_requests_are_encoded_once_not_once_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty impossible requests do not make the whole be encoded twenty times."""
    target = Target(load(KCONFIG), "base", tuple(read("CONFIG_OTHER=y\n", load(KCONFIG))))
    sizes: list[int] = []
    init = WholeProblem.__init__

    def counting(
        self: WholeProblem, questions: list[tuple[Target, Question]], **words: object
    ) -> None:
        sizes.append(len(questions[0][1].requests))
        init(self, questions, **words)  # type: ignore[arg-type]

    monkeypatch.setattr(WholeProblem, "__init__", counting)
    mended = repair(target, wanted("OTHER", *(f"O{n}" for n in range(20))))

    assert len(mended.impossible) == 20
    assert [size for size in sizes if size > 2] == [21]


@given(data=st.data())
def test_what_is_refused_is_impossible_and_the_rest_is_not(data: st.DataObject) -> None:
    """On random trees: the kept requests have a plan, no refused one has, with its partners."""
    toy = data.draw(toys())
    model = load(toy.kconfig)
    lines = read(toy.config, model)
    requests = {
        line.symbol: Request(line.symbol, (value,), "f")
        for line in lines
        if (symbol := model.symbols.get(line.symbol))
        and (value := typed_value(line, symbol.type)) is not None
    }
    target = Target(model, "empty", ())
    found = compatible(target, list(requests.values()))

    assert {*found.kept, *found.refused} == set(requests.values())
    if found.kept:
        assert answer(target, Question(found.kept)).status == "planned"
    for request, together in found.refused.items():
        assert request in together
        assert answer(target, Question(together)).status != "planned"


def test_a_plan_that_is_not_the_best_is_freed_of_many_lines_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of a plan with 64 lines of which one would do, one is left after some confirmations."""
    ways = [f"A{number}" for number in range(64)]
    kconfig = "".join(f'config {name}\n\tbool "{name}"\n\n' for name in ways)
    kconfig += f'config AIM\n\tbool "Aim"\n\tdepends on {" || ".join(ways)}\n'
    problem = Relaxation([(Target(load(kconfig), "empty", ()), Question(tuple(wanted("AIM"))))])
    every = tuple(Line(name, "y") for name in [*ways, "AIM"])
    found = search.measured_plan(problem, every, proved=False)
    assert found.holds
    confirmed: list[int] = []

    def counting(
        problem: Relaxation, lines: tuple[Line, ...], *, proved: bool
    ) -> search.SearchResult:
        confirmed.append(len(lines))
        return confirm(problem, lines, proved=proved)

    confirm = search.measured_plan
    monkeypatch.setattr(search, "measured_plan", counting)
    left = search.without_superfluous(found)

    assert len(left.lines) == 2
    assert left.holds
    assert not left.superfluous
    assert len(confirmed) < 20


def test_what_a_plan_must_not_cost_comes_before_all_requests() -> None:
    """What a plan would break is asked for first, and given up by none of the requests."""
    target = Target(load(KCONFIG), "empty", ())
    plans: list[Plan] = []

    def broken(plan: Plan) -> list[Request]:
        plans.append(plan)
        return wanted("OTHER")

    mended = repair(target, wanted("O1"), broken=broken)

    assert [line.symbol for plan in plans for line in plan.lines] == ["GATE", "O1"]
    assert mended.plan is not None
    assert [line.symbol for line in mended.plan.lines] == ["OTHER"]
    assert set(mended.impossible) == {"O1"}
