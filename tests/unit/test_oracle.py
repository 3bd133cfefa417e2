"""The oracle: conf as the tree has it, built and run without touching the tree."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from attrs import evolve

from kresolve.errors import ToolError, TreeError
from kresolve.sources import SourceTree, find_tree, probe_environment
from kresolve.sources.oracle import Oracle, OracleResult, make_target
from kresolve.sources.programs import find_program
from tests.replaying import replaying
from tests.unit.toytree import FILES, make_tree, snapshot

pytestmark = pytest.mark.conf


@pytest.fixture(scope="module")
def toy_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for this module, so that conf is built once."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def scratch(toy_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A place of our own for temporary files, which must be empty at the end."""
    place = tmp_path / "scratch"
    place.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    monkeypatch.setenv("KRESOLVE_CACHE", str(toy_cache))
    yield place
    assert list(place.iterdir()) == []


@pytest.fixture
def toy(tmp_path: Path) -> Oracle:
    """The toy tree's conf."""
    return _oracle(make_tree(tmp_path / "toy"))


def _oracle(path: Path) -> Oracle:
    tree = find_tree(path)
    return Oracle(tree, probe_environment(tree, arch="left"))


def test_conf_is_built_and_run(toy: Oracle) -> None:
    """conf gets the mode, the .config and the environment; its result and warnings come back."""
    result = toy.run("olddefconfig", "CONFIG_A=y\n")

    assert result.config == "# toy --olddefconfig -\nCONFIG_A=y\n"
    assert result.warnings == "warning: 3 words\n"
    assert result.seconds > 0


@pytest.mark.parametrize("damage", ["truncated", "no program", "directory", "gone", "empty"])
def test_a_damaged_conf_is_built_anew(toy: Oracle, damage: str) -> None:
    """A conf in the cache that does not run any more costs a build."""
    before = toy.run("olddefconfig", "CONFIG_A=y\n").config
    program = toy.program()
    if damage == "truncated":
        program.write_bytes(program.read_bytes()[:1000])
    elif damage == "no program":
        program.chmod(0o644)
    elif damage == "empty":
        shutil.rmtree(program.parent)
        program.parent.mkdir()
    else:
        program.unlink()
        if damage == "directory":
            program.mkdir()

    assert toy.run("olddefconfig", "CONFIG_A=y\n").config == before
    assert toy.program() == program


def test_modes_and_variables_reach_conf(toy: Oracle) -> None:
    """Files of the tree, a seed and an allconfig are passed as the kernel's make passes them."""
    assert toy.run("randconfig", extra={"KCONFIG_SEED": "7"}).config == "# toy --randconfig 7\n"
    assert toy.run("allnoconfig", allconfig="CONFIG_B=y\n").config.endswith("CONFIG_B=y\n")
    assert toy.run("defconfig=arch/left/def").config == "# toy --defconfig=arch/left/def -\n"


def test_savedefconfig_stays_inside(toy: Oracle, tmp_path: Path) -> None:
    """The minimal config is returned, never written where the mode says."""
    target = tmp_path / "mine"

    result = toy.run(f"savedefconfig={target}", "CONFIG_A=y\n")

    assert result.config.endswith("CONFIG_A=y\n")
    assert not target.exists()


def test_bytes_survive(toy: Oracle) -> None:
    """Text that is no UTF-8, and line ends of other systems, pass through unchanged."""
    text = b'CONFIG_A="\xff"\r\n'.decode("utf-8", "surrogateescape")
    assert toy.run("olddefconfig", text).config.endswith(text)


def test_a_failure_says_what_conf_said(toy: Oracle) -> None:
    """When conf fails, its last line is the error."""
    with pytest.raises(ToolError, match=r"toy: conf --olddefconfig failed: Kconfig:2: stopped$"):
        toy.run("olddefconfig", "stop\n")


@pytest.mark.parametrize("mode", ["nosuchconfig", "oldaskconfig", "oldconfig", ""])
def test_only_modes_that_ask_nothing(toy: Oracle, mode: str) -> None:
    """A mode that conf does not know, or that would wait for answers, is refused."""
    with pytest.raises(ToolError, match=f"conf is never run with --{mode} here"):
        toy.run(mode)


def test_conf_is_built_once(toy: Oracle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program is kept by its sources: another copy of the tree finds it, without compiler."""
    program = toy.program()
    other = _oracle(make_tree(tmp_path / "other"))
    changed = _oracle(make_tree(tmp_path / "changed", **{"scripts/include/toy.h": TOY_H}))
    assert changed.program() != program
    assert changed.run("alldefconfig").config == "# changed --alldefconfig -\n"

    monkeypatch.setenv("PATH", str(tmp_path))
    assert other.program() == program


TOY_H = '#define TOY_TEXT "# changed"\n'


def test_runs_do_not_meet(toy: Oracle) -> None:
    """Runs from several threads at once see nothing of each other."""
    configs = [f"CONFIG_A={number}\n" for number in range(16)]
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda config: toy.run("olddefconfig", config).config, configs))
    assert [result.splitlines()[1] + "\n" for result in results] == configs


def test_a_tree_that_was_built_in_serves_and_stays(tmp_path: Path) -> None:
    """Leftovers of a build are neither used nor changed; nothing in the user's tree is."""
    path = make_tree(tmp_path / "toy")
    for name in ("conf.o", "parser.tab.h", "parser.tab.c", "lexer.lex.c", "conf"):
        (path / "scripts/kconfig" / name).write_text("leftover of another build")
    (path / ".config").write_text("CONFIG_OLD=y\n")
    (path / "include").mkdir()
    (path / "include/auto.conf").touch()
    before = snapshot(path)

    oracle = _oracle(path)
    result = oracle.run("olddefconfig")

    assert result.config == "# toy --olddefconfig -\n"
    assert snapshot(path) == before


@pytest.mark.parametrize("missing", ["flex", "bison"])
def test_a_missing_tool_is_named(
    missing: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without flex or bison the error says which package has it, and nothing is kept."""
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in {"gcc", "make", "flex", "bison", "sh", "env"} - {missing}:
        (tools / name).symlink_to(find_program(name))
    oracle = _oracle(make_tree(tmp_path / "toy"))
    monkeypatch.setenv("PATH", str(tools))
    monkeypatch.setenv("KRESOLVE_CACHE", str(tmp_path / "cache"))

    with pytest.raises(ToolError, match=f"^{missing} not found: apt-get install {missing}$"):
        oracle.program()
    assert [path.suffix for path in (tmp_path / "cache/conf").iterdir()] == [".lock"]


def test_sources_that_do_not_compile_are_one_line(tmp_path: Path) -> None:
    """The compiler's first error is the message, with the tree."""
    broken = {"scripts/kconfig/conf.c": FILES["scripts/kconfig/conf.c"] + "oops\n"}
    oracle = _oracle(make_tree(tmp_path / "toy", **broken))
    with pytest.raises(ToolError, match=r"toy: building conf: gcc: .*error") as caught:
        oracle.run("olddefconfig")
    assert "\n" not in str(caught.value)


def test_a_tree_without_conf_is_named(tmp_path: Path) -> None:
    """A tree whose conf has no sources is an error of the tree."""
    oracle = _oracle(make_tree(tmp_path / "toy"))
    (oracle.tree.path / "scripts/kconfig/conf.c").unlink()
    with pytest.raises(TreeError, match=r"no scripts/kconfig/conf\.c"):
        oracle.program()


def test_make_runs_the_trees_own_rules(toy: Oracle) -> None:
    """What make writes is returned; what it complains about is the error."""
    rule = (
        toy.tree.path / "Makefile"
    ).read_text() + "toyconfig: ; @cat .config - > .new; mv .new .config\n"
    (toy.tree.path / "Makefile").write_text(rule)

    assert make_target(toy.tree, "toyconfig", arch="left", config="CONFIG_A=y\n").config == (
        "CONFIG_A=y\n"
    )
    with pytest.raises(ToolError, match=r"toy: make nothing failed: .*No rule"):
        make_target(toy.tree, "nothing", arch="left")


# ------------------------------------------------------------------- replay


def _asking(oracle: Oracle, command: str) -> OracleResult:
    return oracle.run("alldefconfig", extra={"TOY_ASKS": command})


def test_an_answer_is_remembered(toy: Oracle, tmp_path: Path) -> None:
    """With replay a command runs once, whatever it writes to both outputs is repeated."""
    script = tmp_path / "ask"
    script.write_text(f"echo run >>{tmp_path}/log; echo $((6*7)); echo 'odd\xff' >&2; exit 3\n")
    remembering = replaying(toy)

    results = [_asking(oracle, f". {script}") for oracle in (remembering, remembering, toy)]

    assert [result.config for result in results] == ["# toy --alldefconfig -\n42\n"] * 3
    assert [result.warnings for result in results] == [results[2].warnings] * 3
    assert "odd" in results[2].warnings
    assert (tmp_path / "log").read_text() == "run\n" * 2
    assert remembering.program() != toy.program()


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        ("true", ""),
        ("printf 'no end of line'", "no end of line"),
        ("yes | head -c 1000000", "y\n"),
        ("yes", "y\n"),
        ("exit 7", ""),
        ("( syntax", ""),
        ("no-such-program", ""),
        ("cat", ""),
        ('echo "$KRESOLVE_ANSWERS"', "\n"),
    ],
)
def test_answers_of_all_kinds_are_repeated(toy: Oracle, command: str, answer: str) -> None:
    """The first run, the next ones and the plain conf all see the same answer and complaints."""
    remembering = replaying(toy)
    results = [_asking(oracle, command) for oracle in (remembering, remembering, toy)]

    assert {(result.config, result.warnings) for result in results} == {
        (f"# toy --alldefconfig -\n{answer}", results[2].warnings)
    }


def test_each_environment_has_its_answers(toy: Oracle) -> None:
    """With other variables, another compiler or other scripts of the tree, commands run again."""
    kept = {replaying(toy).answers()}
    environment = toy.environment
    for changed in (
        evolve(environment, variables=(*environment.variables, ("PAHOLE", "pahole"))),
        evolve(environment, toolchain=(("CC", "gcc 99"),)),
    ):
        kept.add(replaying(evolve(toy, environment=changed)).answers())
    (toy.tree.path / "scripts/tool.sh").write_text("#!/bin/sh\necho changed\n")
    kept.add(replaying(toy).answers())

    assert len(kept) == 4


def test_damaged_records_are_made_anew(toy: Oracle) -> None:
    """A record that is cut, foreign or of another command is no answer."""
    remembering = replaying(toy)
    good = _asking(remembering, "echo right")
    (record,) = [
        path for path in remembering.answers().iterdir() if b"echo right" in path.read_bytes()
    ]
    whole = record.read_bytes()
    for bad in (b"", b"0", b"0 10 0\necho", whole.replace(b"echo", b"ECHO"), b"\xff" * 100):
        record.write_bytes(bad)
        assert _asking(remembering, "echo right").config == good.config
        assert record.read_bytes() == whole


def test_runs_that_record_at_once_do_not_meet(toy: Oracle) -> None:
    """Many at the same unknown question: all get its answer, and one record stays."""
    remembering = replaying(toy)
    before = set(remembering.answers().iterdir()) if remembering.answers().is_dir() else set()
    with ThreadPoolExecutor(8) as pool:
        command = "sleep 0.1; printf '%s' together"
        said = set(pool.map(lambda _: _asking(remembering, command).config, range(16)))

    assert said == {"# toy --alldefconfig -\ntogether"}
    assert len(set(remembering.answers().iterdir()) - before) == 1


def test_an_answer_that_cannot_be_kept_is_an_error(toy: Oracle) -> None:
    """conf stops with the place rather than to go on without a memory."""
    remembering = replaying(toy)
    before = set(remembering.answers().iterdir()) if remembering.answers().is_dir() else set()
    _asking(remembering, "echo lost")
    (record,) = set(remembering.answers().iterdir()) - before
    record.unlink()
    (record / "in the way").mkdir(parents=True)

    with pytest.raises(ToolError, match=r"cannot keep a command's answer: .*/answers/"):
        _asking(remembering, "echo lost")
    assert set(remembering.answers().iterdir()) - before == {record}


# ---------------------------------------------------------------- real tree


@pytest.fixture
def real(kernel_tree: SourceTree) -> Oracle:
    """conf of Linux 6.12 for x86_64."""
    return Oracle(kernel_tree, probe_environment(kernel_tree, arch="x86_64"))


def test_it_is_what_make_does(real: Oracle) -> None:
    """On the real tree, conf run by us and by the kernel's make write the same bytes."""
    config = "CONFIG_NET=y\nCONFIG_NETFILTER_XT_MARK=m\nCONFIG_NR_CPUS=5\n"
    by_make = make_target(real.tree, "olddefconfig", arch="x86_64", config=config)

    assert real.run("olddefconfig", config).config == by_make.config


def test_defconfigs_go_round(real: Oracle) -> None:
    """The tree's defconfig, minimised and grown again, is the same configuration."""
    full = real.run("defconfig=arch/x86/configs/x86_64_defconfig").config
    minimal = real.run("savedefconfig", full).config

    assert 0 < len(minimal) < len(full)
    assert real.run("olddefconfig", minimal).config == full


def test_seeds_repeat(real: Oracle) -> None:
    """The same seed gives the same random configuration, another one another."""

    def random(seed: str) -> str:
        extra = {"KCONFIG_SEED": seed, "KCONFIG_PROBABILITY": "10:20"}
        return real.run("randconfig", extra=extra).config

    with ThreadPoolExecutor(2) as pool:
        one, two, again = pool.map(random, ["1", "2", "1"])
    assert one == again != two


def test_real_warnings_are_passed_on(real: Oracle) -> None:
    """conf's complaints about a .config are in the result, with file and line."""
    result = real.run("olddefconfig", "CONFIG_NET=y\nCONFIG_NET=n\n")
    assert re.search(r"\.config:2.*NET", result.warnings)
