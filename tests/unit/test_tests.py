"""The tests themselves: each asserts something in every case, and none asserts a time."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
#: All but what runs in a guest: its patience has an end, and it asserts nothing.
GUEST = ROOT / "tests" / "boot" / "guest"
FILES = sorted(path for path in (ROOT / "tests").rglob("*.py") if path.parent != GUEST)
#: What asserts by itself.
BASIC = frozenset({"raises", "fail"})
#: What tells how late it is.
CLOCKS = {f"time.{name}" for name in ("monotonic", "perf_counter", "process_time", "time")}
#: Who may look: what waits, with patience, and what notes how long the conformance run took.
MAY_LOOK = {"waiting.py", "comparison.py"}


def _calls(node: ast.AST) -> set[str]:
    """The names of the functions and methods that are called somewhere in it."""
    return {
        function.id if isinstance(function, ast.Name) else function.attr
        for function in (call.func for call in ast.walk(node) if isinstance(call, ast.Call))
        if isinstance(function, ast.Name | ast.Attribute)
    }


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """All that is in a function, but not what is in functions in it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            yield from _own(child)


def _near(name: str, module: ast.Module) -> list[str]:
    """A file of tests, and those from which it imports."""
    imported = [
        f"{node.module.replace('.', '/')}.py"
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tests.")
        if node.module
    ]
    return [name, *imported]


def _asserting(modules: Mapping[str, ast.Module]) -> dict[str, set[str]]:
    """For each file, the names of functions in it that assert, by themselves or through others."""
    near = {name: _near(name, module) for name, module in modules.items()}
    functions = [
        (name, node.name, _calls(node) | ({"raises"} if _asserts(node) else set()))
        for name, module in modules.items()
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef)
    ]
    found: dict[str, set[str]] = {name: set(BASIC) for name in modules}
    size = 0
    while size != (size := sum(map(len, found.values()))):
        for name, function, calls in functions:
            if any(calls & found.get(other, BASIC) for other in near[name]):
                found[name].add(function)
    return {name: set().union(*(found.get(x, BASIC) for x in near[name])) for name in modules}


def _asserts(function: ast.FunctionDef) -> bool:
    return any(isinstance(part, ast.Assert) for part in _own(function))


def _surely(body: Iterable[ast.stmt], asserting: set[str]) -> bool:
    """Is something asserted on every way through these statements?

    A loop counts as if it had a round.
    """
    for node in body:
        match node:
            case ast.Assert():
                return True
            case ast.If():
                ways = [node.body, node.orelse]
            case ast.Match():
                ways = [case.body for case in node.cases]
            case ast.For() | ast.While() | ast.With():
                ways = [node.body]
                heads = [node.iter] if isinstance(node, ast.For) else getattr(node, "items", [])
                if any(_calls(head) & asserting for head in heads):
                    return True
            case ast.Try():
                ways = [[*node.body, *node.orelse, *node.finalbody]]
            case ast.FunctionDef() | ast.ClassDef():
                continue
            case _:
                if _calls(node) & asserting:
                    return True
                continue
        if all(_surely(way, asserting) for way in ways):
            return True
    return False


def _clocks(name: str) -> set[str]:
    return set() if Path(name).name in MAY_LOOK else CLOCKS


def faults(name: str, module: ast.Module, asserting: set[str]) -> Iterator[str]:
    """What a file of tests must not do, with its place."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for part in _own(node):
                if isinstance(part, ast.Return):
                    yield f"{name}:{part.lineno} {node.name} returns before its end"
            if not _surely(node.body, asserting):
                yield f"{name}:{node.lineno} {node.name} asserts nothing in some case"
        elif isinstance(node, ast.Attribute) and ast.unparse(node) in _clocks(name):
            yield f"{name}:{node.lineno} looks at the clock"


def test_every_test_asserts_in_every_case_and_no_time() -> None:
    """No test returns early, asserts nothing in some case, or looks at the clock."""
    modules = {str(path.relative_to(ROOT)): ast.parse(path.read_text("utf-8")) for path in FILES}
    asserting = _asserting(modules)
    found = [faults(name, module, asserting[name]) for name, module in modules.items()]

    assert list(itertools.chain.from_iterable(found)) == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ("if x:\n  return\n assert x", "3 test_x returns before its end"),
        ("x()", "1 test_x asserts nothing in some case"),
        ("if x:\n  assert x", "1 test_x asserts nothing in some case"),
        ("if x:\n  assert x\n else:\n  x()", "1 test_x asserts nothing in some case"),
        ("for x in y:\n  if x:\n   assert y", "1 test_x asserts nothing in some case"),
        ("def check():\n  assert x\n x()", "1 test_x asserts nothing in some case"),
        ("assert time.monotonic() < 3", "2 looks at the clock"),
        ("assert x", None),
        ("if x:\n  assert x\n else:\n  check(x)", None),
        ("with raises(x):\n  x()", None),
        ("for x in check(y):\n  x()", None),
        ("def inner():\n  return x\n assert inner()", None),
    ],
)
def test_each_fault_is_seen(body: str, fault: str | None) -> None:
    """The rules find what they forbid, and nothing else."""
    helper = "def check(x):\n assert x\n"
    module = ast.parse(f"def test_x():\n {body}\n{helper}")
    found = list(faults("test_x.py", module, _asserting({"test_x.py": module})["test_x.py"]))
    assert found == ([] if fault is None else [f"test_x.py:{fault}"])
