"""Cases: what is an answer, what shrinking leaves, and what it does when it is ended."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import define, field

from kresolve.api import case_question
from kresolve.api.case_question import CaseQuestion, ask, without_places
from kresolve.api.case_shrinking import Shrinker
from kresolve.errors import RequestError
from kresolve.evaluator import ConfMode, evaluate
from kresolve.kconfig.kconfig_text import kconfig_text
from tests.property.toys import load, read

KCONFIG = """\
config MODULES
	bool "modules"
	modules

menu "Networks"
	visible if MODULES || !MODULES

config NET
	bool "net" if MODULES || !MODULES
	help
		All about networks.

comment "Nothing here"

endmenu

config OTHER
	bool "other"
	default y
	imply LIMIT

if NET

config DIAG
	tristate "diag"
	depends on OTHER

config LIMIT
	int "limit"
	default 3 if OTHER

endif
"""


def question(*requests: str, base: str = "allnoconfig") -> CaseQuestion:
    """A plan for requests on the toy tree."""
    options = {"request": list(requests), "base": [base], "json": False, "timeout": 3.0}
    return CaseQuestion.of("plan", options, [load(KCONFIG)], {})


@define
class Impatient:
    """A progress in which somebody presses Ctrl-C after so many steps."""

    left: int
    notes: list[str] = field(factory=list)

    @contextmanager
    def task(
        self, description: str, total: float | None = None, *, unit: str = ""
    ) -> Iterator[Any]:
        """Count the steps of a task."""
        yield self

    def update(self, completed: float, total: float | None = None) -> None:
        """One step more."""
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt

    def note(self, text: str) -> None:
        """Keep the line."""
        self.notes.append(text)


def test_only_what_the_answer_leans_on_is_left() -> None:
    """Symbols, menus, comments, conditions and texts go that the lines and their reasons lack."""
    asked = question("DIAG")
    shrinker = Shrinker(asked, ask(asked)[0])
    shrinker.run()
    (left,) = shrinker.best.trees
    assert kconfig_text(left) == (
        'config NET\n\tbool "NET"\n\nconfig OTHER\n\tbool "OTHER"\n\nif NET\n\n'
        'config DIAG\n\ttristate "DIAG"\n\tdepends on OTHER\n\nendif\n'
    )
    assert asked.words == ["plan", "DIAG", "--base", "allnoconfig"]


@pytest.mark.parametrize("steps", [0, 1, 5, 12])
def test_an_interrupted_search_has_a_case(steps: int) -> None:
    """Ctrl-C at any time leaves a question with the same answer, and no larger one."""
    asked = question("DIAG")
    answer = ask(asked)[0]
    shrinker = Shrinker(asked, answer, progress=Impatient(steps))
    with pytest.raises(KeyboardInterrupt):
        shrinker.run()
    assert without_places(ask(shrinker.best)[0]) == without_places(answer)
    assert len(shrinker.best.trees[0].symbols) <= len(asked.trees[0].symbols)


def test_a_search_without_time_says_so() -> None:
    """When the time is up, the case is not as small as it could be, and that is said."""
    asked = question("DIAG")
    progress = Impatient(10_000)
    shrinker = Shrinker(asked, ask(asked)[0], seconds=0, progress=progress)
    shrinker.run()
    assert progress.notes == ["the time is up: the case could be smaller"]


def test_a_disagreement_with_conf_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where conf and the evaluator disagree, the case keeps the line about which they do."""

    def conf(_: object, kconfig: str, mode: ConfMode, lines: str) -> str:
        model = load(kconfig)
        config = evaluate(model, read(lines, model), mode).text()
        return config.replace("CONFIG_OTHER=y", "# CONFIG_OTHER is not set")

    monkeypatch.setattr(case_question, "conf_on_kconfig", conf)
    oracle: Any = object()
    options = {"request": ["DIAG"], "base": ["alldefconfig"], "verify": "conf"}
    asked = CaseQuestion.of("plan", options, [load(KCONFIG)], {})
    answer, _ = ask(asked, oracle)
    shrinker = Shrinker(asked, answer, oracle=oracle)
    shrinker.run()
    assert answer[0][0] == "DisagreementError"
    assert [*shrinker.best.trees[0].symbols] == ["OTHER", "DIAG"]
    assert asked.words[-2:] == ["--verify", "conf"]


def test_a_bug_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that nobody expects is what the case shows, with the symbols that raise it."""

    def broken(*_: object, targets: list[dict[str, Any]], **__: object) -> None:
        (target,) = targets
        raise {"KeyError": KeyError, "": RequestError}["KeyError" * ("LIMIT" in target["tree"])]

    monkeypatch.setattr(case_question, "plan", broken)
    asked = question("DIAG")
    answer, _ = ask(asked)
    shrinker = Shrinker(asked, answer)
    shrinker.run()
    assert answer == (("KeyError", ""),)
    assert [*shrinker.best.trees[0].symbols] == ["LIMIT"]
