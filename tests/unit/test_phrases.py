"""What a Kconfig line says of a symbol is worded in one place, and reads the same everywhere."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import kresolve
from kresolve.dotconfig.lines import parse_lines
from kresolve.evaluator import evaluate
from kresolve.evaluator.effects import cause
from kresolve.evaluator.tree_effects import effects_in_tree
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.sentences import reason, sentence
from kresolve.fragments.check_items import KernelId, check_items
from kresolve.fragments.checking import check_lines, explained
from kresolve.fragments.linting import Linter
from kresolve.fragments.repair import Repair, conflict_text
from kresolve.planner import Question, Request, Target, answer
from tests.property.toys import load

#: Words, and the one module that may hold them.
PLACES: Final = {
    "has no prompt, so no line": "kconfig/phrases.py",
    "has a prompt only if": "kconfig/phrases.py",
    "is in a menu visible only if": "kconfig/phrases.py",
    "is in a choice visible only if": "kconfig/phrases.py",
    "only one member can be y": "kconfig/phrases.py",
    "is selected by": "",  # put together in kconfig/phrases.py
    "is implied by": "",
    "out of range {": "explanation/sentences.py",
    "could select it": "explanation/sentences.py",
    "applies instead": "explanation/sentences.py",
    "cannot be set": "explanation/sentences.py",
    "m becomes y": "explanation/sentences.py",
}


def strings(source: str) -> Iterator[str]:
    """The strings of a module but docstrings, those of f-strings with {} where values go."""
    tree = ast.parse(source)
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values
            )
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and id(node) not in docstrings
        ):
            yield node.value


def test_each_phrase_has_one_home() -> None:
    """No module words again what another one says."""
    package = Path(kresolve.__file__).parent
    homes: dict[str, set[str]] = {words: set() for words in PLACES}
    for path in package.rglob("*.py"):
        for text in strings(path.read_text(encoding="utf-8")):
            for words in PLACES:
                if words in text:
                    homes[words].add(str(path.relative_to(package)))
    for words, where in homes.items():
        assert where == {*filter(None, [PLACES[words]])}, words


KCONFIG = """\
config A
	bool "A"

config B
	bool "B"

config X
	bool "X"
	depends on A || B

config FORCER
	bool "Forcer"
	select FORCED

config FORCED
	bool
"""
LIMIT = "depends on A || B (Kconfig:9)"
WITH_VALUES = "depends on A (=n) || B (=n) (Kconfig:9)"


def by_explain() -> str:
    """What explain says of a line that does not count."""
    deriver = Deriver(evaluate(load(KCONFIG), parse_lines("CONFIG_X=y\n", "f")[0]), "base")
    return sentence(deriver.reading("X").fact)


def by_lint() -> str:
    """What lint says of the line."""
    target = Target(load(KCONFIG), "base", ())
    (found,) = Linter(target, parse_lines("CONFIG_X=y\n", "f")[0]).findings()
    return found.message


def by_check() -> str:
    """What check says of a ``.config`` without the option."""
    kernel = KernelId("6.12", "x86_64")
    found = check_lines(check_items(["X"], kernel), [], config="c", kernel=kernel)
    return explained(found, Target(load(KCONFIG), "base", ()), Repair(None)).rows[0].why


@pytest.mark.parametrize("told", [by_explain, by_lint, by_check])
def test_a_limit_with_its_values(told: object) -> None:
    """Why a line does not count reads the same in explain, lint and check."""
    assert callable(told)
    assert WITH_VALUES in told()


def test_a_limit_without_values() -> None:
    """A plan's reason, a proof and the effects of a gate name a condition in the same words."""
    model = load(KCONFIG)
    planned = answer(Target(model, "base", ()), Question((Request("X", ("y",), "X"),)))
    forbidden = (Request("X", ("y",), "X"), Request("A", ("n",), "A"), Request("B", ("n",), "B"))
    refused = answer(Target(model, "base", ()), Question(forbidden))
    assert refused.conflict is not None

    assert LIMIT in next(line.why for line in planned.lines if line.symbol != "X")
    assert LIMIT in conflict_text("X", refused.conflict)
    gated = load(KCONFIG.replace("A || B", "A"))
    effects = effects_in_tree(gated, "A").effects
    assert "depends on A (Kconfig:9)" in {effect.why for effect in effects}


def test_a_select() -> None:
    """Who selects a symbol reads the same in explain, in a plan and among a gate's effects."""
    model = load(KCONFIG)
    configuration = evaluate(model, parse_lines("CONFIG_FORCER=y\n", "f")[0])
    planned = answer(Target(model, "base", ()), Question((Request("FORCED", ("y",), "FORCED"),)))

    assert reason(Deriver(configuration, "base").fact("FORCED")) == (
        "it is selected by FORCER (=y) (Kconfig:13)"
    )
    assert planned.lines[0].why == "FORCED is selected by FORCER (Kconfig:13)"
    assert cause(configuration, "FORCED") == "is selected by FORCER (Kconfig:13)"
