"""The Python face: requests in any shape, trees that are kept, and no side effects."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import kresolve
from kresolve import KresolveError, Plan, Tree, any_of, plan
from kresolve.errors import RequestError
from kresolve.rendering.terminal import TerminalProgress
from tests.cli.conftest import HERE, Place
from tests.cli.toykernel import ARCH, KCONFIG, make_kernel
from tests.unit.toytree import snapshot


@pytest.fixture
def toy(used_place: Place, monkeypatch: pytest.MonkeyPatch) -> Tree:
    """The toy kernel, loaded, with its place as working directory."""
    monkeypatch.chdir(used_place.work)
    monkeypatch.setenv("KRESOLVE_CACHE", str(used_place.root / "cache"))
    return Tree.load("toy", arch=ARCH)


def _texts(answer: Plan) -> list[str]:
    return [line.text for line in answer.lines]


def test_requests_in_any_shape(toy: Tree) -> None:
    """Text, lists, dicts and Paths that ask for the same get the same plan."""
    Path("wanted.config").write_text("CONFIG_FISH=y\n# CONFIG_CAT is not set\nCONFIG_DEPTH=7\n")
    expected = ["CONFIG_POND=y", "CONFIG_FISH=y", "CONFIG_DEPTH=7"]
    shapes: list[tuple[object, ...]] = [
        ("FISH", "CAT=n", "DEPTH=7"),
        ("CONFIG_FISH=y", "CONFIG_CAT=n", "CONFIG_DEPTH=7"),
        (["FISH", "CAT=n", "DEPTH=7"],),
        (("FISH",), ["CAT=n", ["DEPTH=7"]]),
        (iter(["FISH", "CAT=n", "DEPTH=7"]),),
        ({"FISH": "y", "CAT": "n", "DEPTH": 7},),
        ({"CONFIG_FISH": True, "CAT": False, "DEPTH": "7"},),
        ({"FISH": ["y"], "CAT": ("n",)}, "DEPTH=7"),
        (Path("wanted.config"),),
        ("@wanted.config",),
        ([Path("wanted.config"), "FISH"],),
        (toy.requests("FISH", "CAT=n", "DEPTH=7"),),
        (any_of("FISH", "STOVE"), any_of({"CAT": False, "DEPTH": 7}, "CAT")),
        (any_of(["FISH", {"CAT": "n"}], {"STOVE": True}), "DEPTH=7|8"),
    ]
    for shape in shapes:
        assert _texts(toy.plan(*shape)) == expected, shape  # type: ignore[arg-type]


def test_the_function_and_the_tree_answer_alike(toy: Tree) -> None:
    """plan(...) with a name or with a loaded tree, and Tree.plan, give one plan."""
    expected = toy.plan("DOORBELL", base="empty").fragment

    assert plan("DOORBELL", tree=toy, base="empty").fragment == expected
    assert plan("DOORBELL", tree="toy", arch=ARCH, base="empty").fragment == expected
    assert plan("DOORBELL", tree=Path("toy"), arch=ARCH, base="empty").fragment == expected


@pytest.mark.parametrize(
    ("option", "value"),
    [("arch", "right"), ("cross_compile", "x-"), ("llvm", True), ("shell", False)],
)
def test_a_loaded_tree_is_not_loaded_otherwise(toy: Tree, option: str, value: object) -> None:
    """What a loaded tree cannot follow any more is an error, not ignored."""
    with pytest.raises(RequestError, match=f"^{option} {value!r}: the Tree is loaded"):
        plan("FISH", tree=toy, base="empty", **{option: value})  # type: ignore[arg-type]
    with pytest.raises(RequestError, match=f"^{option} {value!r}: the Tree is loaded"):
        kresolve.show("FISH", tree=toy, **{option: value})  # type: ignore[arg-type]


def test_options_are_keywords(toy: Tree) -> None:
    """What the command takes as options, Python takes under the same names."""
    Path("pond.config").write_text("CONFIG_GARDEN=y\nCONFIG_POND=m\nCONFIG_MODULES=y\n")
    base: dict[str, object] = {"base": "empty", "fragment": ["pond.config"]}

    assert _texts(toy.plan("FISH=y|m", **base, prefer="m")) == ["CONFIG_FISH=m"]  # type: ignore[arg-type]
    pinned = toy.plan("FISH=y|m", **base, pin="POND")  # type: ignore[arg-type]
    assert _texts(pinned) == ["CONFIG_FISH=m"]
    assert toy.plan("FISH=y", **base, pin=["POND"]).status == "impossible"  # type: ignore[arg-type]
    assert toy.plan("FISH", base="empty", forbid="GARDEN").status == "impossible"
    assert toy.plan("SHED", base="empty", mode="allnoconfig").objective
    assert toy.plan("FISH", base=Path("pond.config")).base == "pond.config"


@pytest.mark.parametrize(
    "options",
    [
        {"objective": "line"},
        {"prefer": "yes"},
        {"mode": "defconfig"},
        {"verify": "cnof"},
        {"pin": "NOPE"},
        {"forbid": ["NOPE"]},
        {"base": "nope"},
        {"fragment": ["nope.config"]},
    ],
    ids=lambda options: next(iter(options)),
)
def test_wrong_options_are_errors(toy: Tree, options: dict[str, object]) -> None:
    """A wrong value is a KresolveError of one line that shows it."""
    with pytest.raises(KresolveError) as caught:
        toy.plan("FISH", **options)  # type: ignore[arg-type]
    (value,) = options.values()
    assert (value[0] if isinstance(value, list) else str(value)) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_wrong_requests_are_errors(toy: Tree) -> None:
    """No request, and values that are none, are RequestErrors."""
    wrong: list[object] = [[], {}, {"FISH": "maybe"}, {"FISH": None}, {"FISH": 3.5}, "FISH=", ""]
    for request in wrong:
        with pytest.raises(RequestError):
            toy.plan(request)  # type: ignore[arg-type]


def test_the_same_answer_each_time(toy: Tree) -> None:
    """A tree that is used again, for other questions between, answers the same."""
    first = toy.plan("DOORBELL", "FISH", base="allnoconfig")
    toy.plan("STOVE")
    toy.plan("FROG", objective="lines")
    again = toy.plan("DOORBELL", "FISH", base="allnoconfig")

    assert (again.fragment, again.objective, again.changes) == (
        first.fragment,
        first.objective,
        first.changes,
    )


def test_a_plan_is_written_whole_or_not(toy: Tree) -> None:
    """Plan.write writes the fragment; without a plan it is an error, and no file."""
    toy.plan("FISH").write("fish.config")
    assert Path("fish.config").read_text() == toy.plan("FISH").fragment
    with pytest.raises(RequestError, match=r"stove\.config: .*impossible"):
        toy.plan("STOVE").write("stove.config")
    assert not Path("stove.config").exists()


def test_symbols_are_found_by_name(toy: Tree) -> None:
    """tree["X"] takes CONFIG_ or not; what is missing is a KeyError with a proposal."""
    assert toy["FISH"] is toy["CONFIG_FISH"]
    assert "FISH" in toy
    assert "FISHH" not in toy
    with pytest.raises(KeyError, match="did you mean FISH"):
        toy["FISHH"]


def test_olddefconfig_takes_paths_and_lines(toy: Tree) -> None:
    """A path as text or as Path, and lines, give the same configuration."""
    Path("some.config").write_text("CONFIG_GARDEN=y\n")
    by_path = toy.olddefconfig(Path("some.config")).text()

    assert toy.olddefconfig("some.config").text() == by_path
    assert toy.olddefconfig(toy.read("some.config")[0]).text() == by_path
    assert toy.olddefconfig("some.config")["SHED"] == "y"


# ------------------------------------------------- what is and is not possible


def _int(name: str, *rest: str) -> str:
    return "\n\t".join([f"config {name}", f'int "{name.lower()}"', *rest]) + "\n"


def _string(name: str, *rest: str) -> str:
    return "\n\t".join([f"config {name}", f'string "{name.lower()}"', *rest]) + "\n"


def _if(condition: str) -> str:
    return f'config C\n\tbool "c"\n\tdepends on {condition}\n'


POSSIBLE = {
    "above a constant": (_int("A", "default 5") + _if("A > 7"), "C"),
    "below a constant": (_int("A", "default 5") + _if("A < 3"), "C"),
    "equal to a constant": (_int("A", "default 5") + _if("A = 7"), "C"),
    "not a constant": (_int("A", "default 5") + _if("A != 5"), "C"),
    "above another": (_int("A", "default 5") + _int("B", "default 5") + _if("A > B"), "C"),
    "below another": (_int("A", "default 5") + _int("B", "default 5") + _if("A < B"), "C"),
    "through a default": (_int("A") + "config B\n\tint\n\tdefault A\n" + _if("B > 7"), "C"),
    "requested through a default": (_int("A") + "config B\n\tint\n\tdefault A\n", "B=42"),
    "a bound that moves": (_int("A", "default 5") + _int("B", "range A 10", "default 7"), "B=3"),
    "some text": (_string("A", 'default ""') + _if('A != ""'), "C"),
    "another text": (_string("A", 'default "x"') + _if('A != "x"'), "C"),
    "a text": (_string("A", 'default "x"') + _if('A = "z"'), "C"),
    "a later text": (_string("A", 'default "x"') + _if('A > "x"'), "C"),
    "an earlier text": (_string("A", 'default "x"') + _if('A < "x"'), "C"),
    "equal texts": (
        _string("A", 'default "x"') + _string("B", 'default "y"') + _if("A = B"),
        "C",
    ),
}


@pytest.mark.parametrize("name", POSSIBLE, ids=lambda name: name.replace(" ", "-"))
def test_numbers_and_texts_are_found(
    place: Place, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """What some number or text makes possible is planned, never called impossible."""
    monkeypatch.setenv("KRESOLVE_CACHE", str(place.root / "cache"))
    kconfig, request = POSSIBLE[name]
    tree = Tree.load(make_kernel(place.tree, Kconfig=kconfig), arch=ARCH)
    answer = tree.plan(request, base="empty")

    assert answer.status == "planned"
    symbol, _, value = request.partition("=")
    assert tree.olddefconfig(answer.assignments)[symbol] == (value or "y")


def test_impossible_without_any_option(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a tree where there is nothing to choose, impossible is an answer like any other."""
    monkeypatch.setenv("KRESOLVE_CACHE", str(place.root / "cache"))
    kconfig = "config A\n\tint\n\tdefault 5\nconfig B\n\tbool\n"
    tree = Tree.load(make_kernel(place.tree, Kconfig=kconfig), arch=ARCH)

    assert tree.plan("A=6", base="empty").status == "impossible"
    assert tree.plan("B", base="empty").status == "impossible"
    assert tree.plan("A=5", base="empty").status == "planned"


def test_a_conflict_names_every_demand(toy: Tree) -> None:
    """Deep water and a depth of 4: alone each is possible, so the conflict names both."""
    assert toy.plan("DEEP").status == toy.plan("DEPTH=4").status == "planned"
    answer = toy.plan("DEEP", "DEPTH=4")

    assert answer.status == "impossible"
    assert answer.conflict is not None
    assert {demand.name for demand in answer.conflict.demands} == {"DEEP", "DEPTH"}


def test_a_conflict_names_the_range(toy: Tree) -> None:
    """A number that its range excludes: the conflict names the range's line."""
    answer = toy.plan("DEPTH=12")

    assert answer.status == "impossible"
    assert answer.conflict is not None
    assert "range" in {rule.kind for rule in answer.conflict.rules}


# ------------------------------------------------------------ saved models

ALONE = """
import sys
from kresolve import Tree
tree = Tree.load(sys.argv[1])
for base in sys.argv[3:]:
    plan = tree.plan(*sys.argv[2].split(), base=base)
    print(plan.status, *(line.text for line in plan.lines), plan.fragment, sep="\\n")
"""


def _alone(model: Path, request: str, *bases: str) -> str:
    """Plans in a process that has neither tree nor cache nor any program to call."""
    return subprocess.run(
        [sys.executable, "-c", ALONE, model, request, *bases],
        env={"PATH": "", "HOME": "/nonexistent", "PYTHONPATH": str(HERE)},
        cwd="/",
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _here(tree: Tree, request: str, *bases: str) -> str:
    answers = [tree.plan(*request.split(), base=base) for base in bases]
    return "".join(
        "\n".join([answer.status, *_texts(answer), answer.fragment]) + "\n" for answer in answers
    )


def test_a_saved_model_needs_nothing(toy: Tree, tmp_path: Path) -> None:
    """A saved model plans the same without tree, cache, compiler and PATH."""
    toy.save(tmp_path / "toy.model")
    bases = "empty", "allnoconfig", "alldefconfig", "allmodconfig"
    assert _alone(tmp_path / "toy.model", "DOORBELL FISH", *bases) == _here(
        toy, "DOORBELL FISH", *bases
    )


def test_a_saved_model_of_linux_needs_nothing(kernel_tree: object, tmp_path: Path) -> None:
    """So does that of the real tree."""
    linux = Tree.load("debian:6.12", arch="x86_64")
    linux.save(tmp_path / "linux.model")
    assert _alone(tmp_path / "linux.model", "criu", "allnoconfig") == _here(
        linux, "criu", "allnoconfig"
    )


def test_what_a_saved_model_cannot_do_is_said(toy: Tree, tmp_path: Path) -> None:
    """Bases that need files, and conf, are errors that say so."""
    toy.save(tmp_path / "toy.model")
    saved = Tree.load(tmp_path / "toy.model")

    for options in ({"base": "defconfig"}, {"base": "empty", "verify": "conf"}):
        with pytest.raises(KresolveError, match="saved model"):
            saved.plan("FISH", **options)  # type: ignore[arg-type]
    with pytest.raises(KresolveError, match="this model is of left, not right"):
        Tree.load(tmp_path / "toy.model", arch="right")


def test_saving_is_deterministic(toy: Tree, tmp_path: Path) -> None:
    """The same tree saved twice, and saved again after loading, is the same file."""
    first, second = tmp_path / "first", tmp_path / "second"
    toy.save(first)
    Tree.load(first).save(second)
    assert first.read_bytes() == second.read_bytes()


# ------------------------------------------------------------ side effects


def test_two_trees_at_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trees that differ can be read and asked from threads at once, each keeping to itself."""
    monkeypatch.setenv("KRESOLVE_CACHE", str(place.root / "cache"))
    depths = range(6, 10)
    trees = []
    for depth in depths:
        changed = KCONFIG.replace("DEPTH > 5", f"DEPTH >= {depth}")
        trees.append(make_kernel(place.work / f"deep-{depth}", Kconfig=changed))

    def ask(path: Path) -> list[str]:
        tree = Tree.load(path, arch=ARCH)
        for _ in range(5):
            answer = tree.plan("DEEP", base="empty")
        return _texts(answer)

    with ThreadPoolExecutor(len(trees)) as pool:
        answers = list(pool.map(ask, [*trees, *trees]))
    assert answers == 2 * [
        [
            "CONFIG_GARDEN=y",
            "CONFIG_POND=y",
            f"CONFIG_DEPTH={depth}",
            "CONFIG_DEEP=y",
        ]
        for depth in depths
    ]


def test_nothing_else_is_touched(
    place: Place, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Environment, working directory, umask, the user's tree and the terminal stay as they are."""
    monkeypatch.setenv("KRESOLVE_CACHE", str(place.root / "cache"))
    monkeypatch.setenv("TMPDIR", str(place.root / "tmp"))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setenv("KCONFIG_CONFIG", "elsewhere")
    monkeypatch.setenv("ARCH", "right")
    monkeypatch.chdir(place.work)
    environment, directory = dict(os.environ), Path.cwd()
    tree_before = snapshot(place.tree)
    recursion, switch = sys.getrecursionlimit(), sys.getswitchinterval()

    tree = Tree.load("toy", arch=ARCH)
    tree.plan("DOORBELL", "FISH").write("out.config")
    tree.plan("STOVE")
    tree.olddefconfig("out.config")
    tree.save("toy.model")
    with pytest.raises(KresolveError):
        Tree.load("toy", arch="nope")

    assert dict(os.environ) == environment
    assert Path.cwd() == directory
    assert snapshot(place.tree) == tree_before
    assert place.files() == ["out.config", "toy.model"]
    assert (sys.getrecursionlimit(), sys.getswitchinterval()) == (recursion, switch)
    assert list((place.root / "tmp").iterdir()) == []
    assert list((place.root / "home").iterdir()) == []
    assert capfd.readouterr() == ("", "")


def test_the_real_tree_is_not_touched(kernel_tree: object) -> None:
    """Reading, planning and conf write nothing into a kernel tree."""
    linux = Tree.load("debian:6.12", arch="x86_64")
    assert linux.source is not None
    before = snapshot(linux.source.path)
    linux.plan("TUN", base="empty", verify="conf")
    assert snapshot(linux.source.path) == before


def test_trees_and_plans_go_to_another_process(toy: Tree) -> None:
    """Pickled, a tree plans there, and plans explain and draw themselves."""
    sent = (toy, toy.plan("FISH", "FROG", base="allnoconfig"), toy.plan("FISH", base="any"))
    told = """
import pickle, sys
tree, *plans = pickle.load(sys.stdin.buffer)
print(tree.plan("FISH").fragment, tree.info, tree.shell, tree.make.keywords)
for plan in plans:
    print(plan.fragment, plan.explain("FISH"), sorted(plan.graph))
"""
    script = Path("told.py")
    script.write_text(told)
    done = subprocess.run(
        [sys.executable, script],
        input=pickle.dumps(sent),
        env={**os.environ, "PYTHONPATH": str(HERE)},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    tree, *plans = sent
    make = {"arch": ARCH, "cross_compile": None, "llvm": False}
    expected = [f"{tree.plan('FISH').fragment} {tree.info} True {make}"]
    expected += [f"{one.fragment} {one.explain('FISH')} {sorted(one.graph)}" for one in plans]
    assert done.stdout.decode() == "".join(f"{text}\n" for text in expected)


def test_a_tree_with_a_progress_bar_goes_to_another_process(used_place: Place) -> None:
    """What belongs to this process, such as its terminal, is left behind."""
    loaded = Tree.load(used_place.tree, arch=ARCH, progress=TerminalProgress())
    assert pickle.loads(pickle.dumps(loaded)).info == loaded.info  # noqa: S301 - our own
