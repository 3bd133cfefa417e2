"""The environment that the kernel's Makefile gives to conf, asked of make.

Kconfig's answers depend on these variables and on the tools they name, so they
belong into every model and every report.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import tempfile
from pathlib import Path
from typing import TypeAlias

from attrs import frozen

from kresolve.errors import ToolError, TreeError, did_you_mean
from kresolve.sources.programs import base_environment, find_program, last_line, restored, run
from kresolve.sources.tree import SourceTree

# As people type it after `make ARCH=`, by what `uname -m` says.
_ARCH_OF_MACHINE = {
    "aarch64": "arm64",
    "aarch64_be": "arm64",
    "amd64": "x86_64",
    "i486": "i386",
    "i586": "i386",
    "i686": "i386",
    "loongarch64": "loongarch",
    "mips64": "mips",
    "parisc64": "parisc",
    "ppc": "powerpc",
    "ppc64": "powerpc",
    "ppc64le": "powerpc",
    "riscv32": "riscv",
    "riscv64": "riscv",
    "s390x": "s390",
    "sh4": "sh",
    "sparc64": "sparc64",
}

# What a compiler's machine begins with, where that is not the name of arch/.
_MACHINES_OF_SRCARCH = {
    "arm64": ("aarch64",),
    "openrisc": ("or1k",),
    "parisc": ("hppa",),
    "x86": ("x86_64", "i386", "i486", "i586", "i686"),
}

# How the top Makefile says which ARCH has a directory of another name.
_ALIAS_RULE = re.compile(
    r"^ifeq[ \t]*\(\$\(ARCH\),[ \t]*(\w+)\)[ \t]*\n[ \t]*SRCARCH[ \t]*:=[ \t]*(\w+)", re.MULTILINE
)

# What make and the shell add for their own children; conf does not look at it.
_NOT_FOR_CONF = frozenset(
    {
        "GNUMAKEFLAGS",
        "MAKEFILES",
        "MAKEFLAGS",
        "MAKELEVEL",
        "MAKEOVERRIDES",
        "MAKE_TERMERR",
        "MAKE_TERMOUT",
        "MFLAGS",
        "OLDPWD",
        "PWD",
        "SHLVL",
        "_",
    }
)

# Tools that people ask for when an option is impossible "here".
_SHOWN_TOOLS = ("CC", "LD", "RUSTC", "BINDGEN", "PAHOLE")

# Programs whose change can change an answer, for the fingerprint.
_PREFIXED_TOOLS = ("gcc", "ld", "as", "ar", "nm", "objcopy", "objdump", "readelf", "strip")
_LLVM_TOOLS = ("clang", "ld.lld", "llvm-ar", "llvm-nm", "llvm-objcopy", "llvm-readelf")
_PLAIN_TOOLS = ("cc", "make", "rustc", "bindgen", "pahole", "python3", "perl", "awk", "sh")

# As for make: no, LLVM=1, or a version suffix ("-15") or directory ("/opt/llvm/").
Llvm: TypeAlias = bool | str

_GOAL = "kresolveconfig"  # the Makefile takes its branch for *config goals
_MARK = "kresolve-variables"


@frozen
class Environment:
    """The environment that ``make ARCH=... olddefconfig`` gives to conf.

    ``arch``: as asked for; ``srcarch``: its directory below ``arch/``.
    ``variables``: name and value, sorted by name, exactly what conf gets, but
    for blanks at the end of compiler flags; the object directory, where whoever
    calls conf runs it, is always ``.``.
    ``toolchain``: name and version line, or "not found", for people to read.
    """

    arch: str
    srcarch: str
    variables: tuple[tuple[str, str], ...]
    toolchain: tuple[tuple[str, str], ...]

    def as_dict(self) -> dict[str, str]:
        """The variables, as a new dict to start a child with."""
        return dict(self.variables)


def default_arch() -> str:
    """This machine's architecture, as people type it after ``make ARCH=``.

    Not what make itself takes without ARCH=: on x86_64 that is ``x86``, which
    leaves 64BIT to the user, where ``x86_64`` sets it.
    """
    machine = platform.machine()
    if machine.startswith("armv") or machine == "arm":
        return "arm"
    return _ARCH_OF_MACHINE.get(machine, machine)


def known_architectures(tree: SourceTree) -> list[str]:
    """Every ARCH that this tree takes, sorted."""
    directories = {entry.parent.name for entry in (tree.path / "arch").glob("*/Kconfig")}
    aliases = {alias for alias, name in _aliases(tree).items() if name in directories}
    return sorted(directories | aliases)


def probe_environment(
    tree: SourceTree,
    *,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: Llvm = False,
) -> Environment:
    """Ask make what conf would get, and the tools for their versions.

    ``arch`` None: this machine's.  ``cross_compile`` and ``llvm`` as for make.
    Nothing of the user's environment but paths and Rust's settings counts.
    Takes about half a second; nothing is written into the tree.

    Raises TreeError for an unknown architecture or a path that make refuses,
    ToolError if make or the compiler is missing, or make fails.
    """
    chosen = arch or default_arch()
    _check_arch(tree, chosen)
    _check_path(tree)
    variables = _ask_make(tree, make_arguments(chosen, cross_compile, llvm))
    return Environment(
        arch=chosen,
        srcarch=variables.get("SRCARCH", chosen),
        variables=tuple(sorted(variables.items())),
        toolchain=_toolchain(tree, variables),
    )


def environment_fingerprint(
    tree: SourceTree, arch: str | None, cross_compile: str | None, llvm: Llvm
) -> str:
    """A key that changes whenever :func:`probe_environment` could change.

    Starts no process; takes a few milliseconds.  It covers the question, the
    inherited environment, the PATH with the times of its directories, the tools
    themselves, Rust's settings and the tree's Makefiles.  It does not notice: a
    compiler whose driver stays while its insides change (cc1, plug-ins,
    libraries, ccache's settings), or a script on the PATH that starts to call
    another program elsewhere.
    """
    chosen = arch or default_arch()
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        digest.update(repr(parts).encode("utf-8", "surrogateescape"))

    environment = base_environment()
    add(tree.path, chosen, cross_compile, llvm, platform.machine(), os.uname().release)
    add(sorted(environment.items()))
    directories = environment["PATH"].split(os.pathsep)
    for directory in directories:
        add(directory, _stamp(Path(directory)))
    for name in _tool_names(cross_compile, llvm):
        for directory in directories:
            place = Path(directory, name)
            stamp = _stamp(place)
            if stamp is not None:
                add(name, os.path.realpath(place), stamp)
    srcarch = _aliases(tree).get(chosen, chosen)
    for makefile in ("Makefile", f"arch/{srcarch}/Makefile", "scripts"):
        add(makefile, _stamp(tree.path / makefile))
    rustup = environment.get("RUSTUP_HOME") or f"{environment.get('HOME', '')}/.rustup"
    for name in ("settings.toml", "toolchains"):
        add(name, _stamp(Path(rustup, name)))
    return digest.hexdigest()[:24]


def _aliases(tree: SourceTree) -> dict[str, str]:
    """ARCH to SRCARCH, where they differ in this tree (i386 to x86)."""
    try:
        text = (tree.path / "Makefile").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return {}
    return dict(_ALIAS_RULE.findall(text))


def _check_arch(tree: SourceTree, arch: str) -> None:
    known = known_architectures(tree)
    if arch in known:
        return
    proper = _ARCH_OF_MACHINE.get(arch)
    if proper in known:
        hint = f"; did you mean {proper}?"
    else:
        hint = did_you_mean(arch, known)
    raise TreeError(f"{tree.source}: unknown architecture {arch}{hint} (known: {', '.join(known)})")


def _check_path(tree: SourceTree) -> None:
    # make refuses it, and Kconfig's own $(shell ...) calls would break
    if any(character in str(tree.path) for character in " \t\n:"):
        remedy = "set $KRESOLVE_CACHE to a path without" if tree.cached else "move it"
        raise TreeError(
            f"{tree.path}: make refuses a kernel tree whose path has a space or a colon; {remedy}"
        )


def make_arguments(arch: str, cross_compile: str | None, llvm: Llvm) -> list[str]:
    """How the question is put on make's command line."""
    arguments = [f"ARCH={arch}"]
    if cross_compile:
        arguments.append(f"CROSS_COMPILE={cross_compile}")
    if llvm:
        arguments.append(f"LLVM={1 if llvm is True else llvm}")
    return arguments


def _ask_make(tree: SourceTree, arguments: list[str]) -> dict[str, str]:
    command: list[str | Path] = [
        "make",
        "--no-print-directory",
        "-rR",
        "-f",
        tree.path / "Makefile",
        f"--eval={_GOAL}: ; @echo {_MARK} && env -0",
        *arguments,
        _GOAL,
    ]
    # In an empty directory: what make takes for the object directory is ours.
    with tempfile.TemporaryDirectory(prefix="kresolve-") as scratch:
        objects = os.path.realpath(scratch)
        environment = base_environment()
        answer = run(command, environment=environment, directory=Path(objects))
    _, mark, listing = answer.stdout.rpartition(f"{_MARK}\n")
    # Some releases export its path (abs_objtree); conf runs in another one.
    listing = listing.replace(objects, ".")
    if answer.returncode or not mark:
        said = last_line(answer.stderr) or f"make ended with status {answer.returncode}"
        raise ToolError(f"{tree.source}: make cannot tell conf's environment: {said}")
    pairs = (entry.partition("=") for entry in listing.split("\0") if entry)
    variables = {name: value for name, _, value in pairs if name not in _NOT_FOR_CONF}
    return restored(variables, environment)


def _toolchain(tree: SourceTree, variables: dict[str, str]) -> tuple[tuple[str, str], ...]:
    environment = base_environment()
    shown = []
    for name in _SHOWN_TOOLS:
        command = variables.get(name, "").split()
        if not command:
            continue  # this kernel does not know it
        try:
            find_program(command[0], environment)
        except ToolError as error:
            if name == "CC":
                # conf would stop at the first line of scripts/Kconfig.include
                raise ToolError(
                    f"{tree.source}: the C compiler for ARCH={variables.get('ARCH', '')} "
                    f"is missing: {error}"
                ) from error
            shown.append((name, "not found"))
            continue
        answer = run([*command, "--version"], environment=environment)
        lines = answer.stdout.splitlines()
        version = lines[0].strip() if lines and not answer.returncode else "not found"
        shown.append((name, version + (_foreign(tree, command, variables) if name == "CC" else "")))
    return tuple(shown)


def _foreign(tree: SourceTree, compiler: list[str], variables: dict[str, str]) -> str:
    """What to say of a compiler that is for another architecture of the tree, else nothing.

    Kconfig asks it all the same, as it does for make, and takes its answers.
    """
    if variables.get("LLVM"):
        return ""  # clang is a compiler for all of them
    answer = run([*compiler, "-dumpmachine"], environment=base_environment())
    machine = "" if answer.returncode else answer.stdout.strip()
    arch, srcarch = variables.get("ARCH", ""), variables.get("SRCARCH", "")
    theirs = {
        name
        for name in known_architectures(tree)
        if machine.startswith(_MACHINES_OF_SRCARCH.get(name, (name,)))
    }
    if not theirs or srcarch in {*theirs, "um"}:
        return ""
    if variables.get("CROSS_COMPILE"):
        return f" (for {machine}, not for {arch})"
    return f" (this machine's, no cross compiler for {arch})"


def _tool_names(cross_compile: str | None, llvm: Llvm) -> list[str]:
    names = list(_PLAIN_TOOLS) + list(_PREFIXED_TOOLS)
    if cross_compile:
        names += [cross_compile + name for name in _PREFIXED_TOOLS]
    if llvm:
        prefix = llvm if isinstance(llvm, str) and llvm.endswith("/") else ""
        suffix = llvm if isinstance(llvm, str) and llvm.startswith("-") else ""
        names += [prefix + name + suffix for name in _LLVM_TOOLS]
    return names


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ino
