"""The kernel's own tests of conf, in place: scripts/kconfig/tests of each tree.

Each of their directories has a Kconfig, inputs, what conf is expected to make
of them, and an ``__init__.py`` that says which mode of conf is meant.  That
file is read, never run.  What a person types or sees at a prompt does not
apply here.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import field, frozen

from kresolve.dotconfig.lines import Line, fragment_text, parse_lines
from kresolve.errors import KconfigError
from kresolve.evaluator import ConfMode, evaluate
from kresolve.evaluator.savedefconfig import savedefconfig
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.kconfig.storage import from_bytes
from kresolve.sources import SourceTree, find_tree
from kresolve.sources.model_cache import parse_tree
from tests.property.toys import TREES, program

#: What kresolve does not do as these tests expect, by dialect and test, and why.
DEVIATIONS: Final = {
    ("7.x", "warn_changed_input"): (
        "KCONFIG_WARN_CHANGED_INPUT asks conf for the values that it changed; "
        "kresolve tells them in its plans, not on request"
    ),
}

_BOOL: Final = 'config A\n\tbool "A"\n'
_IN_CHOICE: Final = 'choice\n\tprompt "C"\n{}endchoice\n'

#: Mistakes, some of them only for some dialects: conf tells.
MISTAKES: Final = {
    "nothing": _BOOL,
    "a file again": f'source "Kconfig.more"\nsource "Kconfig.more"\n{_BOOL}',
    "a file that is not there": 'source "Kconfig.none"\n',
    "an end in another file": 'menu "M"\nsource "Kconfig.end"\nendmenu\n',
    "a menu that ends in another file": 'source "Kconfig.menu"\nendmenu\n',
    "no endmenu": f'menu "M"\n{_BOOL}',
    "no endif": f"if A\n{_BOOL}",
    "no endchoice": _IN_CHOICE.format(_BOOL).replace("endchoice\n", ""),
    "an endif too many": f"{_BOOL}endif\n",
    "the wrong end": f'menu "M"\n{_BOOL}endif\n',
    "modules": f"{_BOOL}\tmodules\n",
    "option modules": f"{_BOOL}\toption modules\n",
    "modules twice": f"{_BOOL}\tmodules\nconfig B\n\tbool\n\tmodules\n",
    "modules twice of one": f"{_BOOL}\tmodules\n\tmodules\n",
    "option modules twice": f"{_BOOL}\toption modules\nconfig B\n\tbool\n\toption modules\n",
    "a choice": _IN_CHOICE.format(_BOOL),
    "a choice without a prompt": f"choice\n{_BOOL}endchoice\n",
    "an optional choice": _IN_CHOICE.format(f"\toptional\n{_BOOL}"),
    "a bool choice": _IN_CHOICE.format(f"\tbool\n{_BOOL}"),
    "a tristate choice": _IN_CHOICE.format(f"\ttristate\n{_BOOL}"),
    "a choice with a bool prompt": f'choice\n\tbool "C"\n{_BOOL}endchoice\n',
    "a choice with a name": f'choice C\n\tprompt "C"\n{_BOOL}endchoice\n',
    "a choice that selects": _IN_CHOICE.format(f"\tselect B\n{_BOOL}"),
    "a member without a prompt": _IN_CHOICE.format("config A\n\tbool\n"),
    "a tristate member": _IN_CHOICE.format('config A\n\ttristate "A"\n'),
    "a member without a type": _IN_CHOICE.format('config A\n\tprompt "A"\n'),
    "a member with a default": _IN_CHOICE.format(f"{_BOOL}\tdefault y\n"),
    "a member with a default elsewhere": _IN_CHOICE.format(_BOOL) + "config A\n\tdefault y\n",
    "a member with a prompt elsewhere": _IN_CHOICE.format(_BOOL) + _BOOL,
    "a member twice": _IN_CHOICE.format(_BOOL + _BOOL),
    "a menuconfig in a choice": _IN_CHOICE.format('menuconfig A\n\tbool "A"\n'),
    "a menu in a choice": _IN_CHOICE.format(f'menu "M"\n{_BOOL}endmenu\n'),
    "an if in a choice": _IN_CHOICE.format(f"if B\n{_BOOL}endif\n"),
    "a file in a choice": _IN_CHOICE.format('source "Kconfig.more"\n'),
    "a menuconfig without a prompt": "menuconfig A\n\tbool\n",
    "a transitional symbol": "config A\n\tbool\n\ttransitional\n",
    "transitional with a default": "config A\n\tbool\n\ttransitional\n\tdefault y\n",
    "transitional below an if": f"{_BOOL}if A\nconfig B\n\tbool\n\ttransitional\nendif\n",
    "depends on if": f"{_BOOL}\tdepends on B if C\n",
    "two help texts": f"{_BOOL}\thelp\n\t  One.\n\thelp\n\t  Two.\n",
    "a blank help text": f"{_BOOL}\thelp\n\nconfig B\n\tbool\n",
    "a config with visible": f"{_BOOL}\tvisible if B\n",
    "an optional config": f"{_BOOL}\toptional\n",
    "a menu with a default": 'menu "M"\n\tdefault y\nendmenu\n',
    "a comment with a help text": 'comment "C"\n\thelp\n\t  Words.\n',
    "a word of Kconfiglib's": 'rsource "Kconfig.more"\n',
    "a type of Kconfiglib's": "config A\n\tdef_int 5\n",
    "a pattern": f'source "Kconfig.m*"\n{_BOOL}',
}

#: Of the mistakes, those that kresolve takes otherwise than conf, by dialect, and why.
OTHER_MISTAKES: Final = {
    (dialect, name): (
        "where neither a choice nor the first option directly in it has a type, the choice has no "
        "value, and conf never writes a member; kresolve refuses it.  No kernel has such a choice"
    )
    for dialect in ("5.10", "6.1")
    for name in ("a member without a type", "an if in a choice")
}

#: Modes of conf, as the tests call them, and what is evaluated for them.  Who
#: only ever presses Enter at oldconfig's questions gets what olddefconfig makes.
_MODES: Final[dict[str, ConfMode]] = {
    "olddefconfig": "olddefconfig",
    "oldconfig": "olddefconfig",
    "defconfig": "defconfig",
    "allyesconfig": "allyesconfig",
    "allmodconfig": "allmodconfig",
    "allnoconfig": "allnoconfig",
    "alldefconfig": "alldefconfig",
}
_CHECK: Final = re.compile(r"(config|stderr|stdout)_(contains|matches)")
_PLACE: Final = re.compile(r"\b(Kconfig[\w.]*:\d+)\b")


@frozen
class Run:
    """One call of conf in a test, and what is checked of it afterwards."""

    mode: str
    file: str | None
    typed: bool
    succeeds: bool
    checks: list[tuple[str, str, str]] = field(factory=list)


@frozen
class KernelTest:
    """A directory of tests of one tree."""

    dialect: str
    name: str
    directory: Path = field(repr=False)
    tree: SourceTree = field(repr=False)

    def runs(self) -> list[Run]:
        """What its ``__init__.py`` does, those parts of it that go straight on."""
        code = ast.parse((self.directory / "__init__.py").read_text(encoding="utf-8"))
        found: list[Run] = []
        for function in code.body:
            if isinstance(function, ast.FunctionDef):
                for statement in function.body:
                    if isinstance(statement, ast.Assert):
                        _read_assertion(statement.test, found)
        return found

    def parse(self) -> Model:
        """Its Kconfig, with this directory as the top, as the tests' conftest.py does it."""
        return from_bytes(_parsed(self.directory, self.tree), self.name)

    def lines(self, file: str | None, model: Model) -> list[Line]:
        """The lines of a file of the test."""
        return parse_lines(self.text(file), self.name, exact_unset=model.dialect.exact_unset)[0]

    def text(self, file: str | None) -> str:
        """The text of a file of the test; empty for none."""
        return (self.directory / file).read_text(encoding="utf-8") if file else ""


@cache
def _parsed(directory: Path, tree: SourceTree) -> bytes:
    info = TreeInfo(tree.version, "toy", "toy", "a test of the kernel's")
    environment = {"PATH": os.environ["PATH"], "srctree": str(directory)}
    return parse_tree(info, environment=environment, conf=tree.path)


def _read_assertion(test: ast.expr, found: list[Run]) -> None:
    """Take in ``conf.MODE(...) == 0`` or ``conf.config_contains("file")``."""
    match test:
        case ast.Compare(
            left=ast.Call(func=ast.Attribute(attr=name)) as call,
            ops=[operator],
            comparators=[ast.Constant(value=int(status))],
        ):
            found.append(_run(name, call, isinstance(operator, ast.Eq) == (status == 0)))
        case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=str(file))]):
            checked = _CHECK.fullmatch(name)
            assert checked, f"an unknown check: {name}"
            found[-1].checks.append((checked[1], checked[2], file))
        case _:
            pass


def _run(name: str, call: ast.Call, succeeds: bool) -> Run:
    arguments: list[Any] = [ast.literal_eval(argument) for argument in call.args]
    named = {keyword.arg: ast.literal_eval(keyword.value) for keyword in call.keywords}
    if name == "_run_conf":
        name = arguments.pop(0).lstrip("-").partition("=")[0]
    file = named.get("dot_config") or (arguments[0] if arguments else None)
    return Run(name, file, len(arguments) > 1 or "in_keys" in named, succeeds)


@cache
def _tests(dialect: str) -> tuple[KernelTest, ...]:
    tree = find_tree(TREES[dialect])
    top = tree.path / "scripts" / "kconfig" / "tests"
    return tuple(
        KernelTest(dialect, str(place.parent.relative_to(top)), place.parent, tree)
        for place in sorted(top.rglob("__init__.py"))
        if (place.parent / "Kconfig").is_file()
    )


def _failures(test: KernelTest) -> Iterator[str]:
    """Every expectation of a test that kresolve does not fulfil."""
    for run in test.runs():
        try:
            model = test.parse()
        except KconfigError as error:
            if run.succeeds:
                yield f"refused: {error}"
            else:
                yield from _wrong_place(test, run, str(error))
            continue
        if not run.succeeds:
            yield "accepted"
            continue
        for what, how, file in run.checks:
            made = _made(test, run, model, what)
            expected = test.text(file)
            if made is not None and not (
                expected in made if how == "contains" else expected == made
            ):
                yield f"{run.mode} {run.file or ''}: {what} is not {file}:\n{made}"


def _wrong_place(test: KernelTest, run: Run, error: str) -> Iterator[str]:
    """An error names a place, and one that conf names where that names any."""
    ours = _PLACE.search(error)
    theirs = {
        place
        for what, _, file in run.checks
        if what == "stderr"
        for place in _PLACE.findall(test.text(file))
    }
    if ours is None or (theirs and ours[1] not in theirs):
        yield f"the place is not among {sorted(theirs)}: {error}"


def _made(test: KernelTest, run: Run, model: Model, what: str) -> str | None:
    """What kresolve has for conf's output; None where the check does not apply."""
    if what == "stdout" or run.typed:
        return None
    if what == "stderr":
        return "".join(f"{warning}\n" for warning in model.warnings)
    if run.mode == "savedefconfig":
        return fragment_text(savedefconfig(model, test.lines(run.file, model)))
    if run.mode not in _MODES:
        return None
    lines = test.lines(run.file, model) if run.file else None
    return evaluate(model, lines, _MODES[run.mode]).text()


@pytest.mark.tree
@pytest.mark.parametrize("dialect", TREES)
def test_the_kernels_tests_pass(dialect: str) -> None:
    """Every test of the kernel's holds for kresolve, known deviations apart, which deviate."""
    failures = {test.name: list(_failures(test)) for test in _tests(dialect)}
    known = {name for where, name in DEVIATIONS if where == dialect}

    assert {name: found for name, found in failures.items() if found and name not in known} == {}
    assert {name for name in known if not failures[name]} == set()


@pytest.mark.tree
@pytest.mark.parametrize("dialect", TREES)
def test_the_kernels_tests_are_understood(dialect: str) -> None:
    """Tests of each kind are found: modes, refusals, warnings, expected configurations."""
    tests = _tests(dialect)
    runs = [run for test in tests for run in test.runs()]

    assert {"choice", "err_recursive_dep", "err_recursive_inc", "preprocess/escape"} <= {
        test.name for test in tests
    }
    assert {"allyesconfig", "allmodconfig", "allnoconfig", "alldefconfig"} <= {
        run.mode for run in runs
    }
    assert {run.succeeds for run in runs} == {True, False}
    assert {what for run in runs for what, _, _ in run.checks} == {"config", "stderr", "stdout"}


@pytest.mark.tree
@pytest.mark.parametrize("dialect", ["6.12", "7.x"])
def test_what_randconfig_may_make_stays(dialect: str) -> None:
    """olddefconfig leaves every configuration as it is that the kernel lets randconfig make."""
    found = 0
    for test in _tests(dialect):
        if test.name.startswith("choice_randomize"):
            model = test.parse()
            for file in test.directory.glob("expected_config*"):
                found += 1
                assert evaluate(model, test.lines(file.name, model)).text() == test.text(file.name)
    assert found == 6


@pytest.mark.tree
@pytest.mark.conf
@pytest.mark.parametrize("dialect", TREES)
def test_conf_makes_the_same_of_the_kernels_tests(dialect: str) -> None:
    """conf writes byte for byte what kresolve does, for every input file in every mode."""
    compared = 0
    for test in _tests(dialect):
        try:
            model = test.parse()
        except KconfigError:
            assert _conf(test, "alldefconfig", None) is None, test.name
            continue
        files = sorted(
            path.name
            for path in test.directory.iterdir()
            if path.name.endswith("config") or re.search(r"_config\d?$", path.name)
        )
        for mode, finish in _MODES.items():
            for file in (None, *files):
                if mode == "oldconfig" or (file is None and mode in ("defconfig", "olddefconfig")):
                    continue
                lines = test.lines(file, model) if file else None
                theirs = _conf(test, mode, file)
                assert evaluate(model, lines, finish).text() == theirs, (test.name, mode, file)
                compared += 1
    assert compared > 20


@pytest.fixture(scope="module")
def mistakes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory for each mistake."""
    top = tmp_path_factory.mktemp("mistakes")
    for name, text in MISTAKES.items():
        place = top / name.replace(" ", "-")
        place.mkdir()
        (place / "Kconfig").write_text(text)
        (place / "Kconfig.more").write_text('config MORE\n\tbool "More"\n')
        (place / "Kconfig.end").write_text("endmenu\n")
        (place / "Kconfig.menu").write_text('menu "N"\n')
    return top


@pytest.mark.tree
@pytest.mark.conf
@pytest.mark.parametrize("dialect", TREES)
def test_what_conf_refuses_is_refused(dialect: str, mistakes: Path) -> None:
    """Of mistakes in Kconfig files, kresolve refuses those that conf does, with their place."""
    tree = find_tree(TREES[dialect])
    differing: dict[str, str] = {}
    for name in MISTAKES:
        test = KernelTest(dialect, name, mistakes / name.replace(" ", "-"), tree)
        mine: str | None
        try:
            mine = evaluate(test.parse(), None, "allyesconfig").text()
        except KconfigError as error:
            mine = None if _PLACE.search(str(error)) else str(error)
        theirs = _conf(test, "allyesconfig", None)
        if (mine is None) != (theirs is None):
            differing[name] = f"conf {'accepts' if theirs else 'refuses'} it"
        elif mine != theirs:
            differing[name] = f"{mine}\n--- conf:\n{theirs}"
    known = {name for where, name in OTHER_MISTAKES if where == dialect}

    assert {name: how for name, how in differing.items() if name not in known} == {}
    assert known <= differing.keys()


def _conf(test: KernelTest, mode: str, file: str | None) -> str | None:
    """What the tree's conf writes; None where it fails."""
    environment = {"PATH": os.environ["PATH"], "srctree": str(test.directory)}
    option = f"--{mode}"
    with tempfile.TemporaryDirectory(prefix="kresolve-test-") as scratch:
        if file and mode == "olddefconfig":
            Path(scratch, ".config").write_text(test.text(file), encoding="utf-8")
        elif file and mode == "defconfig":
            option = f"--{mode}={test.directory / file}"
        elif file:
            environment["KCONFIG_ALLCONFIG"] = str(test.directory / file)
        done = subprocess.run(
            [program(test.dialect), option, "Kconfig"],
            cwd=scratch,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        if done.returncode:
            return None
        return Path(scratch, ".config").read_text(encoding="utf-8")
