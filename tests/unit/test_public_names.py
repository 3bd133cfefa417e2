"""What ``import kresolve`` gives: names that are seen, typed, and imported when they are used."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import kresolve

ROOT = Path(__file__).parents[2]
#: The public names.
NAMES = [name for name in dir(kresolve) if not name.startswith("_")]

#: A user's script with every public function and method, and what mypy knows of each result.
SCRIPT = """\
from pathlib import Path

import kresolve
from kresolve import Plan, Tree

tree: Tree = Tree.load("debian:6.12", arch="x86_64", llvm=True, shell=False)
p: Plan = kresolve.plan(
    "criu",
    {"X": True},
    Path("a.config"),
    kresolve.any_of("X", {"Y": "m"}),
    tree=[tree, "debian:6.1"],
    arch=["x86_64"],
    base=["allnoconfig", Path("my.config")],
    targets=[{"tree": tree, "base": ["empty"]}],
    fragment=Path("b.config"),
    mode="allnoconfig",
    pin=["X"],
    forbid="Z",
    prefer="m",
    objective="lines",
    verify="conf",
    timeout=None,
)
reveal_type(p)
reveal_type(p.lines)
reveal_type(p.lines[0].text)
reveal_type(p.to_dict())
reveal_type(p.to_json())
reveal_type(p.graph)
reveal_type(p.targets)
reveal_type(p.conflict)
reveal_type(p.explain("X").sentence)
reveal_type(tree.plan("y", base="empty").fragment)
reveal_type(kresolve.check("X", config="running", tree=tree))
reveal_type(kresolve.explain("X", tree=tree, config="my.config", depth=3))
reveal_type(kresolve.gates("X", tree=tree, among=["Y"]))
reveal_type(kresolve.graph("X", tree=tree, limit=10))
reveal_type(kresolve.draw(kresolve.graph("X", tree=tree), "X"))
reveal_type(kresolve.lint("a.config", tree=tree, whitelist=["X"]))
reveal_type(kresolve.merge("defconfig", "a.config", tree=tree, strict=True))
reveal_type(kresolve.migrate("a.config", old="debian:6.1", new=tree))
reveal_type(kresolve.minimize("a.config", tree=tree, keep="criu"))
reveal_type(kresolve.search("x", tree=tree, where=["name"]))
reveal_type(kresolve.search("x", tree=tree)[0])
reveal_type(kresolve.show("X", tree=tree, base="defconfig"))
reveal_type(kresolve.survey("X", tree=tree, output="x.jsonl", jobs=2))
reveal_type(tree.olddefconfig("my.config"))
reveal_type(tree.olddefconfig("my.config")["CONFIG_X"])
reveal_type(tree["CONFIG_X"])
reveal_type(tree.backbone("X"))
"""
KNOWN = [
    "kresolve.planner.result.Plan",
    "tuple[kresolve.planner.result.PlanLine, ...]",
    "str",
    "dict[str, Any]",
    "str",
    "kresolve.dependency_graph.building.Graph",
    "tuple[kresolve.planner.result.TargetResult, ...]",
    "kresolve.planner.result.Conflict | None",
    "str",
    "str",
    "kresolve.fragments.checking.Check",
    "kresolve.rendering.explanation.Explanation",
    "kresolve.evaluator.effects.Effects",
    "kresolve.dependency_graph.building.Graph",
    "kresolve.rendering.graph_file.GraphPicture",
    "kresolve.fragments.findings.Lint",
    "kresolve.fragments.merging.Merge",
    "kresolve.fragments.migrating.Migration",
    "kresolve.planner.minimizing.Minimal",
    "kresolve.kconfig.symbol_search.SearchResult",
    "kresolve.kconfig.symbol_search.SymbolHit",
    "kresolve.explanation.symbol_page.SymbolPage",
    "kresolve.api.survey_run.Survey",
    "kresolve.evaluator.configuration.Configuration",
    "str",
    "kresolve.kconfig.model.Symbol",
    "kresolve.planner.backbone.Backbone | None",
]
#: Each function and method with a keyword or a value that it does not have.
WRONG = [
    'kresolve.plan("X", bases="empty")',
    'kresolve.plan("X", objective="smallest")',
    'kresolve.plan("X", targets=[{"kernel": "debian:6.1"}])',
    'tree.plan("X", bases="empty")',
    'kresolve.check("X", config="running", base="empty")',
    'kresolve.explain("X", deep=3)',
    'tree.explain("X", deep=3)',
    'kresolve.gates("X", llvmm=True)',
    'tree.gates("X", arch="arm")',
    'kresolve.graph("X", depht=3)',
    'tree.graph("X", depht=3)',
    'kresolve.draw(tree.graph(), name="X")',
    'kresolve.lint("a.config", advice=False)',
    'kresolve.merge("defconfig", allno=True)',
    'kresolve.migrate("a.config", old="x", new="y", tree="z")',
    'kresolve.minimize("a.config", progres=None)',
    'kresolve.search("x", places=["name"])',
    'tree.search("x", places=["name"])',
    'kresolve.show("X", arc="arm")',
    'tree.show("X", arc="arm")',
    'kresolve.survey("X", output="x.jsonl", job=2)',
    'Tree.load("x", cross="arm-")',
    'tree.olddefconfig("x", base="empty")',
    'kresolve.any_of("X", prefer="m")',
    "kresolve.plann",
]


def _python(code: str) -> str:
    """What a fresh Python prints."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def _mypy(folder: Path, *options: str) -> list[str]:
    """What mypy --strict says of the script, in a folder of its own."""
    script = SCRIPT + "".join(f"{line}\n" for line in WRONG)
    (folder / "script.py").write_text(script, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", *options, "script.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.splitlines()


def _check(said: list[str]) -> None:
    revealed = [line for line in said if "Revealed type" in line]
    assert [line.partition('"')[2].rstrip('"') for line in revealed] == KNOWN
    first = len(SCRIPT.splitlines()) + 1
    errors = [line for line in said if "error:" in line]
    lines = [int(line.split(":")[1]) for line in errors]
    assert sorted(set(lines)) == list(range(first, first + len(WRONG))), said


def test_the_public_names_are_seen() -> None:
    """dir() and TAB show the public names before any is imported, and no others."""
    shown = _python("import kresolve; print(*dir(kresolve))").split()
    assert shown == sorted([*NAMES, "__version__"])


def test_a_star_gives_the_public_names() -> None:
    """`from kresolve import *`, as in a notebook, gives every public name and nothing else."""
    code = "from kresolve import *; print(*[name for name in dir() if not name.startswith('_')])"
    assert _python(code).split() == NAMES


def test_importing_kresolve_imports_nothing_else() -> None:
    """`import kresolve` costs one small module and no library, until a name is used."""
    code = (
        "import sys; before = set(sys.modules); import kresolve\n"
        "new = {name.split('.')[0] for name in set(sys.modules) - before}\n"
        "print(*new - sys.stdlib_module_names)\n"
        "print(*[name for name in sys.modules if name.startswith('kresolve.')])"
    )
    assert _python(code) == "kresolve\n\n"


def test_a_public_name_stands_once() -> None:
    """Type checkers and Python read each name from one line of the stub, and it is there."""
    stub = Path(kresolve.__file__).with_suffix(".pyi").read_text(encoding="utf-8")
    names = re.findall(r"^from [\w.]+ import (\w+) as \1$", stub, re.MULTILINE)

    assert sorted(names) == NAMES
    assert len(names) == stub.count("import ")
    assert [name for name in names if not hasattr(kresolve, name)] == []


def test_a_users_script_has_types(tmp_path: Path) -> None:
    """mypy --strict sees the types of all results, and that a keyword or a name is wrong."""
    _check(_mypy(tmp_path))


def test_the_script_has_every_public_function() -> None:
    """The script that mypy checks uses, rightly and wrongly, every function that is public."""
    functions = [name for name in NAMES if name.islower()]

    assert [name for name in functions if f"kresolve.{name}(" not in SCRIPT] == []
    assert [name for name in functions if f"kresolve.{name}(" not in "".join(WRONG)] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.islower()])
def test_a_public_function_says_what_goes_in(name: str) -> None:
    """help() has plain keywords, and a line for each of them; every name has a docstring."""
    function = getattr(kresolve, name)
    parameters = inspect.signature(function).parameters.values()
    text = inspect.getdoc(function) or ""

    assert all(one.kind is not inspect.Parameter.VAR_KEYWORD for one in parameters)
    if name != "any_of":
        assert [one.name for one in parameters if f"\n    {one.name}: " not in text] == []


@pytest.mark.parametrize("name", [name for name in NAMES if name.islower()])
def test_the_same_argument_stands_at_the_same_place(name: str) -> None:
    """Arguments that several functions have stand in one order in all of them."""
    order = (
        *("tree", "arch", "cross_compile", "llvm", "shell", "base", "fragment", "mode"),
        *("pin", "forbid", "prefer", "objective", "timeout", "verify", "progress"),
    )
    # The base of merge is the first of its files.
    own = {"base"} if name == "merge" else set()
    parameters = inspect.signature(getattr(kresolve, name)).parameters
    shared = [one for one in parameters if one in order and one not in own]

    assert shared == sorted(shared, key=order.index)


@pytest.mark.long
def test_the_wheel_has_types(tmp_path: Path) -> None:
    """The same with kresolve installed from its wheel, which brings data and types along."""
    pip = [sys.executable, "-m", "pip"]
    wheels = tmp_path / "wheels"
    subprocess.run([*pip, "wheel", "--no-deps", "-w", str(wheels), str(ROOT)], check=True)
    (wheel,) = wheels.iterdir()
    place = tmp_path / "venv"
    venv.create(place, with_pip=False)
    python = place / "bin" / "python"
    subprocess.run([*pip, "--python", str(python), "install", "--no-deps", str(wheel)], check=True)
    (site,) = place.glob("lib/python*/site-packages")
    for needed in ("py.typed", "data"):
        assert (site / "kresolve" / needed).exists()
    # Its dependencies, from here; mypy sees them at the place where they are found first.
    (site / "others.pth").write_text(
        "\n".join(path for path in sys.path if path.endswith("site-packages")), encoding="utf-8"
    )

    _check(_mypy(tmp_path, "--python-executable", str(python)))
