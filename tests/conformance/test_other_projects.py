"""Other projects with a Kconfig and a conf of their own: busybox and U-Boot, from Debian.

They have what the kernel's Kconfig happens not to have: no MODULES, another
name for the top file, source statements without quotes, a conf from before
Linux 5.0.  The sources are fetched with apt, each time anew.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest
from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import parse_lines, spell
from kresolve.errors import TreeError
from kresolve.evaluator import Configuration, ConfMode, evaluate
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.kconfig.storage import from_bytes
from kresolve.sources import find_tree
from kresolve.sources.apt import PrivateApt
from kresolve.sources.model_cache import parse_tree
from kresolve.sources.programs import base_environment

pytestmark = pytest.mark.long

#: Symbols whose value differs, by project, and why.
DEVIATIONS: Final = {
    ("u-boot", "AUTOBOOT_PROMPT"): (
        "U-Boot's conf leaves a backslash before anything but a quote and a backslash alone, "
        "and writes backslashes as they are; no kernel's does"
    ),
}


@frozen
class Project:
    """A source package, and how its make targets are computed."""

    name: str
    kconfig: str
    #: A make target, what is evaluated for it, and the file that it starts from.
    targets: Mapping[str, tuple[ConfMode, str | None]] = field(hash=False)
    #: What has to be made before Kconfig is complete.
    prepare: tuple[str, ...] = ()


PROJECTS: Final = (
    Project(
        "busybox",
        "Config.in",
        {
            "allnoconfig": ("allnoconfig", None),
            "allyesconfig": ("allyesconfig", None),
            "defconfig": ("alldefconfig", None),
        },
        ("sh", "scripts/gen_build_files.sh", ".", "."),
    ),
    Project(
        "u-boot",
        "Kconfig",
        {
            "allnoconfig": ("allnoconfig", None),
            "alldefconfig": ("alldefconfig", None),
            "allyesconfig": ("allyesconfig", None),
            "sandbox_defconfig": ("defconfig", "configs/sandbox_defconfig"),
        },
    ),
)


def _call(*command: str | Path, directory: Path) -> str:
    done = subprocess.run(
        command,
        cwd=directory,
        env=base_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{command}: {done.stderr[-1000:]}"
    return done.stdout


def _fetch(name: str, directory: Path) -> Path:
    """A source package, from where apt's binary packages come from."""
    state = directory / "apt"
    state.mkdir()
    apt = PrivateApt(state)
    sources = apt.configured_sources()
    apt.use_sources([evolve(source, suites=source.suites) for source in sources])
    for file in (state / "sources").iterdir():
        file.write_text(file.read_text().replace("Types: deb\n", "Types: deb-src\n"))
    with (state / "apt.conf").open("a") as config:
        config.write('Acquire::IndexTargets::deb-src::Sources::DefaultEnabled "true";\n')
    apt.update()
    options = ("-q", "-c", state / "apt.conf")
    _call("apt-get", *options, "source", "--download-only", name, directory=directory)
    (description,) = directory.glob("*.dsc")
    tree = directory / "tree"
    unpack = ("dpkg-source", "--no-check", "--skip-patches", "-x")
    _call(*unpack, description, tree, directory=directory)
    return tree


@pytest.fixture(scope="module", params=PROJECTS, ids=lambda project: project.name)
def project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, Path]:
    """A project, and its sources, ready to be configured."""
    chosen: Project = request.param
    tree = _fetch(chosen.name, tmp_path_factory.mktemp(chosen.name))
    if chosen.prepare:
        _call(*chosen.prepare, directory=tree)
    return chosen, tree


def _model(project: Project, tree: Path) -> Model:
    """The model, in the environment that the project's make gives to its conf."""
    goal = "kresolveconfig"
    said = _call(
        *("make", "-rR", "--no-print-directory", f"--eval={goal}: ; @echo {goal} && env -0", goal),
        directory=tree,
    )
    listing = said.rpartition(f"{goal}\n")[2]
    variables = dict(entry.partition("=")[::2] for entry in listing.split("\0") if entry)
    data = parse_tree(
        TreeInfo("0", "other", "other", project.name),
        environment={**variables, "PATH": os.environ["PATH"], "srctree": str(tree)},
        kconfig=project.kconfig,
    )
    return from_bytes(data, project.name)


def _differing(config: Configuration, text: str) -> set[str]:
    """The symbols to which a ``.config`` gives other values than a configuration.

    Confs of different age differ in whether they write symbols that nobody can
    see: busybox's writes them all, a number without a value as 0.
    """
    model = config.model
    lines, _ = parse_lines(text, ".config", exact_unset=model.dialect.exact_unset)
    theirs = {line.symbol: line.value for line in lines}
    mine = {name: spell(model.symbols[name].type, config[name]) for name in config}
    mine |= {name: "0" for name in mine if not mine[name] and name not in config.written}
    unwritten = {name for name in config.written - theirs.keys() if mine[name] != "n"}
    return unwritten | {name for name, value in theirs.items() if mine.get(name) != value}


def test_their_conf_gives_the_same_values(project: tuple[Project, Path]) -> None:
    """Every symbol gets the value that the project's own make target writes for it."""
    chosen, tree = project
    model = _model(chosen, tree)
    assert not model.dialect.choice_lists
    differing: set[str] = set()
    for target, (mode, file) in chosen.targets.items():
        (tree / ".config").unlink(missing_ok=True)
        _call("make", target, directory=tree)
        lines = None
        if file is not None:
            text = (tree / file).read_text()
            lines = parse_lines(text, file, exact_unset=model.dialect.exact_unset)[0]
        config = evaluate(model, lines, mode)
        assert len(config.written) > 500
        differing |= _differing(config, (tree / ".config").read_text())
    assert differing == {symbol for name, symbol in DEVIATIONS if name == chosen.name}


def test_no_kernel_is_said_so(project: tuple[Project, Path]) -> None:
    """A tree is taken for a kernel if it has what a kernel has, or the error says what it lacks."""
    chosen, tree = project
    if chosen.kconfig == "Kconfig":
        assert find_tree(tree).path == tree.resolve()
    else:
        with pytest.raises(TreeError, match="not a kernel tree: no Kconfig"):
            find_tree(tree)
