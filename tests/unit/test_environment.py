"""The environment conf would get, and the key that notices when it may have changed."""

from __future__ import annotations

import os
import platform
import shutil
from pathlib import Path

import pytest

from kresolve.errors import ToolError, TreeError
from kresolve.sources import (
    SourceTree,
    default_arch,
    environment_fingerprint,
    find_tree,
    known_architectures,
    probe_environment,
)
from kresolve.sources.cache import cache_root
from kresolve.sources.programs import base_environment, find_program, run
from tests.unit.toytree import make_tree, snapshot
from tests.waiting import FOREVER, is_running, wait_for


@pytest.fixture
def toy(tmp_path: Path) -> SourceTree:
    """The toy tree as a user's directory."""
    return find_tree(make_tree(tmp_path / "toy"))


def test_make_is_asked(toy: SourceTree) -> None:
    """The variables are what the tree's Makefile exports for a configuration target."""
    environment = probe_environment(toy, arch="left64")
    variables = environment.as_dict()

    assert (environment.arch, environment.srcarch) == ("left64", "left")
    assert variables["ARCH"] == "left64"
    assert variables["SRCARCH"] == "left"
    assert variables["CC"] == "gcc"
    assert variables["KERNELVERSION"] == "9.8.7-toy"
    assert variables["srctree"] == str(toy.path)
    assert variables["TWO_LINES"] == "one\ntwo"
    assert list(environment.variables) == sorted(environment.variables)


def test_the_object_directory_leaves_no_trace(toy: SourceTree) -> None:
    """Two probes agree although each had a directory of its own."""
    environment = probe_environment(toy, arch="left")

    assert environment.as_dict()["objtree"] == "."
    assert environment == probe_environment(toy, arch="left")


def test_only_what_is_asked_for_counts(toy: SourceTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the user's environment says to make or to the kernel's Makefile has no effect."""
    before = probe_environment(toy, arch="left")
    for name, value in {
        "ARCH": "right",
        "KCFLAGS": "-O0",
        "LANG": "de_DE.UTF-8",
        "LC_ALL": "tr_TR.UTF-8",
        "LLVM": "1",
        "MAKEFLAGS": "-n",
        "MAKELEVEL": "3",
        "KCONFIG_CONFIG": "elsewhere",
    }.items():
        monkeypatch.setenv(name, value)

    assert probe_environment(toy, arch="left") == before


def test_makes_own_variables_are_left_out(toy: SourceTree) -> None:
    """What make passes to its children about itself is not conf's business."""
    names = {name for name, _ in probe_environment(toy, arch="left").variables}

    assert names.isdisjoint({"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PWD", "_"})
    assert {"PATH", "HOME", "LANG"} <= names


def test_the_toolchain_is_shown(toy: SourceTree) -> None:
    """Each tool that the tree names has its version line, or "not found"."""
    toolchain = dict(probe_environment(toy, arch="left").toolchain)

    assert "gcc" in toolchain["CC"]
    assert toolchain["RUSTC"] == "not found"
    assert "PAHOLE" not in toolchain  # the toy does not know it


@pytest.mark.parametrize(
    ("arch", "cross", "machine", "said"),
    [
        ("arm64", True, "aarch64-linux-gnu", ""),
        ("arm64", True, "x86_64-linux-gnu", " (for x86_64-linux-gnu, not for arm64)"),
        ("arm64", False, "x86_64-linux-gnu", " (this machine's, no cross compiler for arm64)"),
        ("x86", True, "i686-linux-gnu", ""),
        ("powerpc", True, "powerpc64le-linux-gnu", ""),
        ("left", False, "x86_64-linux-gnu", " (this machine's, no cross compiler for left)"),
        ("left", False, "left64-linux-gnu", ""),
        ("left", False, "middle-linux-gnu", ""),
        ("um", False, "x86_64-linux-gnu", ""),
        ("left", False, "", ""),
    ],
)
def test_a_compiler_for_something_else_is_told(
    arch: str, machine: str, said: str, tmp_path: Path, *, cross: bool
) -> None:
    """Where a compiler answers for another architecture than its own, its version says so."""
    kconfigs = {f"arch/{name}/Kconfig": "" for name in (arch, "x86", "arm64")}
    tree = find_tree(make_tree(tmp_path / "toy", **kconfigs))
    prefix = f"{tmp_path}/bin/cross-"
    compiler = Path(f"{prefix}gcc") if cross else tmp_path / "bin" / "gcc"
    compiler.parent.mkdir()
    compiler.write_text(f'#!/bin/sh\n[ "$1" = --version ] && echo "toy 1.0" || echo "{machine}"\n')
    compiler.chmod(0o755)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", f"{compiler.parent}{os.pathsep}{os.environ['PATH']}")
        environment = probe_environment(tree, arch=arch, cross_compile=prefix if cross else None)

    assert dict(environment.toolchain)["CC"] == f"toy 1.0{said}"


@pytest.mark.parametrize("prefix", ["no-such-linux-gnu-", "/nowhere/bin/aarch64-linux-gnu-"])
def test_a_wrong_prefix_is_one_clear_line(toy: SourceTree, prefix: str) -> None:
    """A compiler that is not there is named in full, with the architecture it was wanted for."""
    with pytest.raises(
        ToolError, match=f"compiler for ARCH=left is missing: {prefix}gcc not found"
    ):
        probe_environment(toy, arch="left", cross_compile=prefix)


def test_questions_reach_make(toy: SourceTree, tmp_path: Path) -> None:
    """CROSS_COMPILE= and LLVM= are put to make as a person would."""
    tool = tmp_path / "bin" / "toy-gcc"
    tool.parent.mkdir()
    tool.symlink_to(find_program("gcc"))
    environment = probe_environment(
        toy, arch="left", cross_compile=f"{tmp_path}/bin/toy-", llvm="-15"
    )

    assert environment.as_dict()["CC"] == str(tool)
    assert environment.as_dict()["LLVM"] == "-15"
    assert probe_environment(toy, arch="left", llvm=True).as_dict()["LLVM"] == "1"


def test_an_unknown_architecture_is_explained(toy: SourceTree) -> None:
    """The error proposes the nearest name and lists the known ones."""
    assert known_architectures(toy) == ["left", "left64", "right"]
    with pytest.raises(TreeError, match=r"rigth; did you mean right\? \(known: left, left64"):
        probe_environment(toy, arch="rigth")
    with pytest.raises(TreeError, match=r"unknown architecture \.\./left"):
        probe_environment(toy, arch="../left")


def test_the_machines_own_name_is_translated(
    toy: SourceTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who types what uname says is told what make calls it."""
    with_arm = find_tree(make_tree(tmp_path / "arm", **{"arch/arm64/Kconfig": ""}))
    with pytest.raises(TreeError, match="unknown architecture aarch64; did you mean arm64"):
        probe_environment(with_arm, arch="aarch64")


@pytest.mark.parametrize(
    ("machine", "arch"),
    [
        ("x86_64", "x86_64"),
        ("i686", "i386"),
        ("aarch64", "arm64"),
        ("armv7l", "arm"),
        ("ppc64le", "powerpc"),
        ("riscv64", "riscv"),
        ("s390x", "s390"),
        ("loongarch64", "loongarch"),
    ],
)
def test_the_default_is_this_machine(
    machine: str, arch: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --arch it is what a person on this machine would type after ARCH=."""
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert default_arch() == arch


def test_a_missing_compiler_is_named(toy: SourceTree) -> None:
    """The error says which compiler, and for which architecture."""
    with pytest.raises(ToolError, match="compiler for ARCH=left is missing: nope-gcc not found"):
        probe_environment(toy, arch="left", cross_compile="nope-")


def test_a_missing_make_is_named(
    toy: SourceTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without make the error says how to get it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolError, match="make not found: apt-get install make"):
        probe_environment(toy, arch="left")


def test_a_failing_makefile_is_one_line(tmp_path: Path) -> None:
    """make's last line is in the error, with the tree."""
    broken = "VERSION = 9\n$(error the toy is broken)\n"
    tree = find_tree(make_tree(tmp_path / "toy", Makefile=broken))
    with pytest.raises(ToolError, match=r"toy: make cannot tell .*the toy is broken") as caught:
        probe_environment(tree, arch="left")
    assert "\n" not in str(caught.value)


def test_a_path_that_make_refuses_is_named(tmp_path: Path) -> None:
    """A space or a colon in the tree's path is an error before anything breaks on it."""
    for name in ("with space", "with:colon"):
        tree = find_tree(make_tree(tmp_path / name))
        with pytest.raises(TreeError, match="make refuses a kernel tree whose path has"):
            probe_environment(tree, arch="left")


def test_nothing_is_written_into_the_tree(toy: SourceTree) -> None:
    """No name, size or time in the user's tree changes."""
    before = snapshot(toy.path)
    probe_environment(toy, arch="left")
    environment_fingerprint(toy, "left", None, llvm=False)
    assert snapshot(toy.path) == before


def test_a_killed_probe_takes_its_children_along(tmp_path: Path) -> None:
    """When waiting is interrupted, the child's own children end as well."""
    code = f"sleep {FOREVER} & echo $! > pid; wait"
    interrupted = os.environ | {"PATH": os.environ["PATH"]}

    def interrupt(*arguments: object) -> None:
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            pass
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("subprocess.Popen.communicate", interrupt)
        with pytest.raises(KeyboardInterrupt):
            run(["sh", "-c", code], environment=interrupted, directory=tmp_path)
    pid = int((tmp_path / "pid").read_text())
    wait_for(lambda: not is_running(pid), "the end of the child's child")


# ------------------------------------------------------------- fingerprint


def _fingerprint(tree: SourceTree, cross_compile: str | None = None) -> str:
    return environment_fingerprint(tree, "left", cross_compile, llvm=False)


@pytest.mark.parametrize("rustup", ["HOME", "RUSTUP_HOME"])
def test_asking_tools_leaves_the_home_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rustup: str
) -> None:
    """No tool that writes into the home when asked changes it, and it finds rustup's settings.

    So what is found, and the key of it, are the same the second time.
    """
    home, programs = tmp_path / "home", tmp_path / "bin"
    own = home / ".rustup" if rustup == "HOME" else tmp_path / "rustup"
    (own / "toolchains" / "stable").mkdir(parents=True)
    home.mkdir(exist_ok=True)
    programs.mkdir()
    (own / "settings.toml").write_text("stable\n")
    for name in ("gcc", "rustc", "bindgen", "pahole"):
        (programs / name).write_text(
            """#!/bin/sh
place=${RUSTUP_HOME:-$HOME/.rustup}
read -r chosen <"$place/settings.toml"
mkdir -p "$HOME/.cache" && echo used >>"$HOME/.cache/stats"
echo stable >"$place/settings.toml" && echo new >"$place/update-hashes"
[ -d "$place/toolchains/$chosen" ] && echo "tool of $chosen"
"""
        )
        (programs / name).chmod(0o755)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.delenv("RUSTUP_HOME", raising=False)
    if rustup != "HOME":
        monkeypatch.setenv(rustup, str(own))
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    makefile = (make_tree(tmp_path / "model") / "Makefile").read_text()
    makefile = makefile.replace("no-such-rustc", "rustc").replace(
        "export ARCH",
        "BINDGEN := bindgen\nPAHOLE := pahole\nASKED := $(shell rustc)\n"
        "export BINDGEN PAHOLE ASKED ARCH",
    )
    tree = find_tree(make_tree(tmp_path / "toy", Makefile=makefile))
    before = (snapshot(home), snapshot(own), _fingerprint(tree))

    found = probe_environment(tree, arch="left")

    tools = dict(found.toolchain)
    assert {name: tools[name] for name in ("RUSTC", "BINDGEN", "PAHOLE")} == dict.fromkeys(
        ("RUSTC", "BINDGEN", "PAHOLE"), "tool of stable"
    )
    assert tools["CC"].startswith("tool of stable")
    variables = found.as_dict()
    assert variables["ASKED"] == "tool of stable"
    assert variables["HOME"] == str(home)
    assert variables.get("RUSTUP_HOME") == os.environ.get("RUSTUP_HOME")
    assert (snapshot(home), snapshot(own), _fingerprint(tree)) == before
    assert probe_environment(tree, arch="left") == found


def test_the_fingerprint_is_stable(toy: SourceTree) -> None:
    """The same question in the same target has the same key."""
    assert _fingerprint(toy) == _fingerprint(toy)


def test_the_fingerprint_tells_questions_apart(toy: SourceTree) -> None:
    """Architecture, prefix and LLVM are part of the key."""
    keys = {
        _fingerprint(toy),
        _fingerprint(toy, "toy-"),
        environment_fingerprint(toy, "right", None, llvm=False),
        environment_fingerprint(toy, "left", None, llvm=True),
        environment_fingerprint(toy, "left", None, llvm="-15"),
    }
    assert len(keys) == 5


def test_the_fingerprint_notices_changes(
    toy: SourceTree, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new PATH, a tool that appears, one that is replaced, a changed Makefile: new keys."""
    tools = tmp_path / "tools"
    tools.mkdir()
    keys = [_fingerprint(toy)]
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    keys.append(_fingerprint(toy))
    (tools / "pahole").write_text("#!/bin/sh\n")
    keys.append(_fingerprint(toy))
    (tools / "pahole").write_text("#!/bin/sh\necho v1.25\n")
    keys.append(_fingerprint(toy))
    (toy.path / "Makefile").write_text("VERSION = 10\n")
    keys.append(_fingerprint(toy))

    assert len(set(keys)) == len(keys)


def test_the_fingerprint_starts_no_process(
    toy: SourceTree, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is cheap enough for every start of the program."""
    started = []
    monkeypatch.setattr("subprocess.Popen.__init__", lambda *a, **_: started.append(a))
    assert _fingerprint(toy)
    assert started == []


# ---------------------------------------------------------------- real tree

WRITES_ITS_ENVIRONMENT = """
#include <stdio.h>
#include <string.h>
extern char **environ;
int main(void)
{
    FILE *out = fopen("seen", "w");
    for (char **entry = environ; *entry; entry++)
        fwrite(*entry, strlen(*entry) + 1, 1, out);
    return fclose(out);
}
"""


def test_a_real_tree_answers(kernel_tree: SourceTree) -> None:
    """For x86_64 the variables that Kconfig refers to are there, as make sets them."""
    environment = probe_environment(kernel_tree, arch="x86_64")
    variables = environment.as_dict()

    assert environment.srcarch == variables["SRCARCH"] == "x86"
    assert variables["KERNELVERSION"] == kernel_tree.version
    assert variables["srctree"] == str(kernel_tree.path)
    assert variables["CC_VERSION_TEXT"] == dict(environment.toolchain)["CC"]
    assert variables["KBUILD_DEFCONFIG"] == "x86_64_defconfig"
    assert {"LD", "RUSTC", "PAHOLE", "BINDGEN", "RUSTC_VERSION_TEXT"} <= variables.keys()


def test_the_real_make_gives_conf_the_same(kernel_tree: SourceTree, tmp_path: Path) -> None:
    """A program put in conf's place, started by the tree's own make, sees what we recorded."""
    copy = tmp_path / "tree"
    shutil.copytree(kernel_tree.path, copy, symlinks=True)
    (copy / "scripts/kconfig/conf.c").write_text(WRITES_ITS_ENVIRONMENT)
    tree = find_tree(copy)
    recorded = probe_environment(tree, arch="x86_64")
    objects = tmp_path / "objects"
    objects.mkdir()
    command: list[str | Path] = ["make", "-f", copy / "Makefile", "ARCH=x86_64", "olddefconfig"]
    answer = run(command, environment=base_environment(), directory=objects, at_home=True)
    assert answer.returncode == 0, answer.stderr

    seen = dict(
        entry.split("=", 1) for entry in (objects / "seen").read_text().split("\0") if entry
    )
    ours = recorded.as_dict()
    # make's last step appends a list of further flags, which is empty here
    theirs = {name: seen.get(name, "(absent)").rstrip() for name in ours}
    assert theirs == {name: value.rstrip() for name, value in ours.items()}
    # what make adds for itself, and scripts/kconfig's rules: where they are, and
    # what to read when there is no .config
    assert seen.keys() - ours.keys() <= {
        *("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "MAKE_TERMERR", "MAKE_TERMOUT"),
        *("PWD", "OLDPWD", "SHLVL", "_", "obj", "KCONFIG_DEFCONFIG_LIST"),
    }


def test_the_caches_place_is_not_part_of_it(kernel_tree: SourceTree) -> None:
    """Only the path of the tree itself tells where the cache is."""
    variables = probe_environment(kernel_tree, arch="x86_64").as_dict()
    text = "\n".join(variables.values()).replace(str(kernel_tree.path), "")
    assert str(cache_root()) not in text
