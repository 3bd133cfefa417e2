"""The floors of the package: who may import whom, and which library lives where.

Every module's imports are read from its source, whatever stands around them:
in a function, under ``TYPE_CHECKING``, or as ``import_module("name")``.  A unit
is a module or a package right below ``kresolve``, or a package in one that has a
floor of its own; inside a unit all may import all.  docs/architecture.md says
what lives on which floor.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pytest
from attrs import frozen

PACKAGE = Path(__file__).parents[2] / "kresolve"


@frozen
class Rules:
    """What a package has promised about its imports."""

    floors: tuple[tuple[str, ...], ...]
    """The units, lowest floor first; all of them, each once."""

    libraries: Mapping[str, tuple[str, ...]]
    """Library: the modules or packages that may import it, "" for all."""

    public_functions: frozenset[str]
    """Names that no module may bear, besides those of ``__all__``."""


KRESOLVE = Rules(
    floors=(
        ("errors", "progress"),
        ("results",),
        ("kconfig",),
        ("kconfig.parsing",),
        ("dotconfig",),
        ("sources",),
        # Each can vouch for the other only while neither knows it.
        ("encoding", "evaluator"),
        ("solver",),
        ("dependency_graph",),
        ("explanation",),
        ("planner",),
        ("fragments",),
        ("integrations",),
        ("rendering",),
        ("api",),
        ("__init__",),
        ("cli",),
        ("__main__",),
    ),
    libraries={
        "attrs": ("",),
        # Both are zstd: Python's own from 3.14 on, until then a copy of it.
        "backports": ("dotconfig.packing",),
        "compression": ("dotconfig.packing",),
        "kconfiglib": ("kconfig.parsing",),
        "networkx": ("dependency_graph",),
        "pandas": ("results",),
        "platformdirs": ("sources.cache",),
        "pysat": ("solver",),
        "rich": ("rendering",),
        "subprocess": ("kconfig.parsing", "kconfig.pattern_matching", "sources"),
    },
    # The commands; each is, or will be, a function of the same name.
    public_functions=frozenset(
        {
            *("check", "explain", "gates", "graph", "lint", "merge", "migrate", "minimize"),
            *("olddefconfig", "plan", "savedefconfig", "search", "show", "survey"),
        }
    ),
)


@frozen
class Import:
    """One import: ``names`` are the absolute names it may stand for."""

    module: str
    line: int
    name: str

    def __str__(self) -> str:
        return f"{self.module}:{self.line} imports {self.name}"


def _modules(package: Path) -> dict[str, Path]:
    """Every module of a package by its dotted name below it: ``trees.cache``.

    A package's own ``__init__`` is called like the package, the outermost one
    ``__init__``.
    """
    modules = {}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if len(parts) > 1 and parts[-1] == "__init__":
            parts = parts[:-1]
        modules[".".join(parts)] = path
    return modules


def _imports(root: str, module: str, path: Path) -> Iterator[Import]:
    """What a module imports, by absolute name: ``kresolve.sources.cache``."""
    inside = [root, *module.split(".")] if module != "__init__" else [root, ""]
    if path.name == "__init__.py" and module != "__init__":
        inside.append("")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Import():
                for alias in node.names:
                    yield Import(module, node.lineno, alias.name)
            case ast.ImportFrom(module=source, level=level):
                above = inside[: len(inside) - level] if level else []
                start = ".".join([*above, *([source] if source else [])])
                for alias in node.names:
                    yield Import(module, node.lineno, f"{start}.{alias.name}")
            case ast.Call(args=[ast.Constant(value=str(name)), *_]) if _imports_by_name(node.func):
                yield Import(module, node.lineno, name)


def _imports_by_name(function: ast.expr) -> bool:
    """Is this ``import_module`` or ``__import__``?"""
    return (isinstance(function, ast.Attribute) and function.attr == "import_module") or (
        isinstance(function, ast.Name) and function.id in {"import_module", "__import__"}
    )


def _public_names(path: Path) -> set[str]:
    """The names in a module's ``__all__``, or in its stub, if there is one."""
    stub = path.with_suffix(".pyi")
    source = stub if stub.exists() else path
    found: set[str] = set()
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        match node:
            case ast.ImportFrom(names=names) if source is stub:
                found |= {alias.asname or alias.name for alias in names}
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
            ):
                found |= set(ast.literal_eval(value))
    return found


def _unit(module: str, floor_of: Collection[str] = ()) -> str:
    """The unit of a module: the innermost package that has a floor of its own."""
    parts = module.split(".")
    inner = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((name for name in inner if name in floor_of), parts[0])


def violations(package: Path, rules: Rules) -> list[str]:
    """Everything in a package that its rules do not allow, one line each."""
    root = package.name
    modules = _modules(package)
    floor_of = {unit: floor for floor, names in enumerate(rules.floors) for unit in names}
    units = {_unit(module, floor_of) for module in modules}
    faults = [f"{unit} is on no floor" for unit in sorted(units - floor_of.keys())]

    public = rules.public_functions
    if "__init__" in modules:
        public |= _public_names(modules["__init__"])
    faults += [f"module {unit} bears a public name" for unit in sorted(units & public)]

    for module, path in modules.items():
        for found in _imports(root, module, path):
            name = found.name
            if name == root or name.startswith(f"{root}."):
                below = name.removeprefix(root).removeprefix(".")
                unit = _unit(below, floor_of)
                imported = unit if unit in units else "__init__"
                fault = _floor_fault(_unit(module, floor_of), imported, floor_of)
            else:
                fault = _library_fault(module, _unit(name), floor_of, rules)
            if fault:
                faults.append(f"{found}: {fault}")
    return faults


def _floor_fault(importer: str, imported: str, floor_of: Mapping[str, int]) -> str | None:
    if importer == imported or not {importer, imported} <= floor_of.keys():
        return None
    if floor_of[imported] < floor_of[importer]:
        return None
    above = floor_of[imported] > floor_of[importer]
    return "that is a floor above" if above else "that is the same floor"


def _library_fault(
    module: str, library: str, floor_of: Mapping[str, int], rules: Rules
) -> str | None:
    places = rules.libraries.get(library)
    if places is None:
        return None if library in sys.stdlib_module_names else "an unknown library"
    if floor_of.get(_unit(module)) == 0 and library not in sys.stdlib_module_names:
        return "the ground floor uses no library"
    if any(place in {"", module} or module.startswith(f"{place}.") for place in places):
        return None
    return f"only {' and '.join(places)} may"


def test_kresolve_keeps_its_floors() -> None:
    """Modules import only from floors below, and libraries stay in their one place."""
    assert violations(PACKAGE, KRESOLVE) == []


def test_each_unit_has_one_floor() -> None:
    """The table is a table: no unit stands on two floors."""
    units = [unit for floor in KRESOLVE.floors for unit in floor]

    assert sorted(set(units)) == sorted(units)


@pytest.mark.parametrize("pair", [("encoding", "evaluator"), ("evaluator", "encoding")])
def test_the_two_witnesses_never_meet(pair: tuple[str, str]) -> None:
    """Evaluator and clauses can vouch for each other only while neither knows the other."""
    floor_of = {unit: number for number, floor in enumerate(KRESOLVE.floors) for unit in floor}

    assert _floor_fault(*pair, floor_of) == "that is the same floor"


PAGE = (PACKAGE.parent / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_page_draws_the_floors() -> None:
    """The table of packages in docs/architecture.md has them in the order that is enforced."""
    table = PAGE.partition("| package |")[2].partition("\n\n")[0]
    rows = [row.split("|")[1] for row in table.splitlines()[2:]]
    drawn = [frozenset(re.findall(r"`([\w.]+)`", row)) for row in rows]
    packages = [frozenset(floor) for floor in KRESOLVE.floors if not floor[0].startswith("__")]
    alone = [frozenset({unit}) for floor in packages[1:] for unit in sorted(floor, reverse=True)]

    assert drawn == [packages[0], *alone]


def test_the_page_names_what_is_there() -> None:
    """Every module that docs/architecture.md names is a file, every path that it gives too."""
    root = PACKAGE.parent
    modules = re.findall(r"`(?!kresolve)((?:[a-z_]+\.)+[a-z_]+)`", PAGE)
    paths = [f"kresolve/{name.replace('.', '/')}" for name in modules]
    paths += re.findall(r"`((?:kresolve|tests|data)/[\w./]+)`", PAGE)
    absent = [p for p in paths if not (root / p).exists() and not (root / f"{p}.py").exists()]

    assert len(paths) > 20
    assert absent == []


# ------------------------------------------------- the test itself is tested

TOY = Rules(
    floors=(("ground",), ("left", "right"), ("right.upper",), ("top",), ("__init__",)),
    libraries={"attrs": ("",), "rich": ("right.screen",), "subprocess": ("left",)},
    public_functions=frozenset({"check"}),
)

SOUND = {
    "__init__.py": "from toy.top import plan\n__all__ = ['plan']\n",
    "ground.py": "import math\n",
    "left.py": "import subprocess\nfrom attrs import frozen\nfrom toy import ground\n",
    "right/__init__.py": "from toy.right.screen import draw\nfrom . import screen\n",
    "right/screen.py": "import rich.table\nimport toy.right\nfrom .. import ground\n",
    "right/upper/__init__.py": "from ..screen import draw\nfrom toy import left\n",
    "top.py": "def plan():\n    from .right.screen import draw\n",
}


def _package(folder: Path, files: Mapping[str, str]) -> Path:
    package = folder / "toy"
    for name, text in files.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return package


def test_a_sound_package_passes(tmp_path: Path) -> None:
    """Imports from below, inside a unit and in a library's place pass."""
    assert violations(_package(tmp_path, SOUND), TOY) == []


@pytest.mark.parametrize(
    ("name", "text", "expected"),
    [
        ("ground.py", "import toy.top", "ground:1 imports toy.top: that is a floor above"),
        ("left.py", "from toy import top", "left:1 imports toy.top: that is a floor above"),
        (
            "left.py",
            "def late():\n    from .right import draw",
            "left:2 imports toy.right.draw: that is the same floor",
        ),
        (
            "left.py",
            "if TYPE_CHECKING:\n    from .right import x",
            "left:2 imports toy.right.x: that is the same floor",
        ),
        (
            "right/screen.py",
            "from .upper import x",
            "right.screen:1 imports toy.right.upper.x: that is a floor above",
        ),
        (
            "right/screen.py",
            "from ..left import x",
            "right.screen:1 imports toy.left.x: that is the same floor",
        ),
        (
            "right/__init__.py",
            "from .. import top",
            "right:1 imports toy.top: that is a floor above",
        ),
        (
            "left.py",
            "import importlib\nimportlib.import_module('toy.right')",
            "left:2 imports toy.right: that is the same floor",
        ),
        (
            "top.py",
            "from toy import plan",
            "top:1 imports toy.plan: that is a floor above",
        ),
        ("top.py", "import rich", "top:1 imports rich: only right.screen may"),
        ("right/__init__.py", "import rich", "right:1 imports rich: only right.screen may"),
        (
            "top.py",
            "from subprocess import run",
            "top:1 imports subprocess.run: only left may",
        ),
        (
            "ground.py",
            "import attrs",
            "ground:1 imports attrs: the ground floor uses no library",
        ),
        ("top.py", "import numpy", "top:1 imports numpy: an unknown library"),
        ("attic.py", "", "attic is on no floor"),
        ("attic/dust.py", "", "attic is on no floor"),
        ("check.py", "", "module check bears a public name"),
        ("plan/__init__.py", "", "module plan bears a public name"),
    ],
)
def test_a_violation_is_caught(tmp_path: Path, name: str, text: str, expected: str) -> None:
    """Each way to break a rule is found, wherever the import stands."""
    assert expected in violations(_package(tmp_path, SOUND | {name: text}), TOY)
