"""Kconfig files of real trees, each with a token or a line out of its place.

A mutant is one small file of a tree, with what it needs from others declared before it, so
conf and kresolve read it in some milliseconds; or a whole tree of which one file is changed.
``python -m tests.conformance.mutants`` compares any number of them.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from attrs import field, frozen

from kresolve.dotconfig.user_values import ConfMode
from kresolve.errors import KconfigError
from kresolve.evaluator import evaluate
from kresolve.kconfig.model import TreeInfo
from kresolve.kconfig.storage import from_bytes
from kresolve.sources import find_tree, probe_environment
from kresolve.sources.model_cache import parse_tree
from tests.property import toys

#: What a kernel has in scripts/Kconfig.include; here nothing asks the compiler.
_MACROS: Final = (
    *("success", "failure", "if-success", "cc-option", "cc-option-bit", "ld-option"),
    *("as-instr", "as-instr64", "as-option", "rustc-option", "m32-flag", "m64-flag"),
)
_MODES: Final[tuple[ConfMode, ...]] = (
    *("allnoconfig", "alldefconfig", "allyesconfig", "allmodconfig"),
)
_NAME: Final = re.compile(r"\b[A-Z][A-Z0-9_]+\b")
_HELP: Final = re.compile(r"^([ \t]+)help\n(?:\1[ \t]+.*\n|[ \t]*\n)+", re.MULTILINE)
_TOKEN: Final = re.compile(r'[A-Za-z0-9_-]+|"[^"\n]*"|[ \t]+|\n|&&|\|\||!=|<=|>=|.')

#: What is put where it does not belong.
STRAY: Final = (
    *("\0", "\x7f", "\u00a0", "\ufeff", "\r", "\r\n", "\\", "\\\n", "\f", "\v", "é", "\x1b"),
    *('"', "'", "#", "$", "$$", "$(", ")", "(", "!", "=", ":=", "+=", "<", ">=", "&&", "||", "&"),
    *("|", "-", ".", ",", ":", "/", "\n", "\n\n", "\t", " ", "y", "n", "m", "0", "0x1", "A.B"),
    *('""', '"y"', "'n'", '"text"', '"a\\"b"', "$(A)", "$(1)", "$(filename)", "$(lineno)"),
    *("if", "on", "help", "---help---", "config", "menuconfig", "choice", "endchoice", "menu"),
    *("endmenu", "endif", "source", "comment", "mainmenu", "bool", "tristate", "int", "hex"),
    *("string", "prompt", "default", "def_bool", "def_tristate", "select", "imply", "range"),
    *("depends", "depends on", "visible", "visible if", "option", "optional", "modules"),
    *("transitional", "allnoconfig_y", "defconfig_list", "env", "boolean", "def_int", "word"),
)
#: Whole lines of the same kind.
LINES: Final = (
    *("foo = bar", "foo := bar \\", "foo += $(bar)", "foo =", "$(foo)", "$(info,text)", "# text"),
    *("help", "\thelp\n\t  Text.", "\thelp word", "\thelp\n\n\n", "---help---", "\thelp\ntext"),
    *("config n", "config y\n\tbool", "config A.B", 'config "A"', "config NEW", "config help"),
    *("config NEW\n\tbool unquoted", 'config NEW\n\tbool "new"\n\tdefault y', "choice NAMED"),
    *('source "/dev/null"', 'source "Kconfig.more"', "source Kconfig.more", 'source "none"'),
    *('source "Kconfig.more"\n\tdefault y', 'comment "text"', 'comment "text"\n\thelp\n\t  Text.'),
    *('menu "m"\nendmenu', 'menu "m"\n\tvisible\nendmenu', 'menu "m"', "endmenu", "endif", "if y"),
    *("if y\nendif", 'mainmenu "text"', '\tprompt "again"', "\tprompt again", '\tbool "again"'),
    *("\tselect n", "\tselect y if m", '\tselect "A"', "\timply NEW", "\trange 1 2", "\tdefault"),
    *(
        "\tdefault m if y",
        '\tdefault "y"',
        "\tdepends on !!m",
        "\tdepends on (y)",
        "\tint",
        "\thex",
    ),
    *("\toption modules", "\tmodules", "\ttransitional", "\toption allnoconfig_y", "\toptional"),
    *("\toption defconfig_list", "\tdepends on y if m", "\tvisible if y", "\tvisible"),
    *("\tdefault \\", '\tdefault "open', "\tdefault 'open", '\tdefault "a" "b"', "\tdef_bool"),
    *("\tstring", '\tbool "b" if A = "text"', "\tdefault $(foo)", "\tdefault $(foo)word"),
    *('choice\n\tprompt "c"\n\tdefault C1\nconfig C1\n\tbool "c1"\nendchoice', "choice\nendchoice"),
    'choice\n\tbool "c"\nfoo = bar\nendchoice',
)
#: What stands behind a sourced file: an entry, or what would go on with the file's last one.
_BEHIND: Final = (
    *('config LAST\n\tbool "last"\n', "", "\tdefault y\n", "\t  Text.\n", "endif\n", "endmenu\n"),
    *('foo = bar\nconfig LAST\n\tbool "last"\n', '\tprompt "c"\nendchoice\n'),
)


@frozen
class Seed:
    """A file of a tree, with what has to be declared before it."""

    name: str
    text: str
    before: str


@frozen
class Comparison:
    """What conf and kresolve make of a mutant: a ``.config``, or None if it is refused."""

    kconfig: str = field(repr=False)
    mode: ConfMode
    conf: str | None = field(repr=False)
    kresolve: str | None = field(repr=False)
    conf_said: str
    kresolve_said: str
    status: int

    @property
    def agrees(self) -> bool:
        """Do both refuse it, or both make the same of it?

        What a conf that crashes would say is anybody's guess; kresolve may say, in these words,
        that it does not support what no kernel has.
        """
        unsupported = self.kresolve is None and "not supported" in self.kresolve_said
        return self.conf == self.kresolve or self.status < 0 or unsupported

    def __str__(self) -> str:
        """What to look at when they differ."""
        mine = self.kresolve_said if self.kresolve is None else "accepts it"
        theirs = self.conf_said if self.conf is None else "accepts it"
        return f"{self.kconfig!r}\n{self.mode}; conf: {theirs}; kresolve: {mine}"


@cache
def seeds(dialect: str) -> tuple[Seed, ...]:
    """The small files of a tree that need no other, always in the same order."""
    tree = find_tree(toys.TREES[dialect]).path
    found: list[Seed] = []
    for path in sorted(tree.rglob("Kconfig*")):
        if not path.is_file() or not 300 < path.stat().st_size < 5_000:
            continue
        text = path.read_text(encoding="utf-8")
        if not re.search(r"^\s*source |^mainmenu |\$\((?:shell|srctree)", text, re.MULTILINE):
            found.append(Seed(str(path.relative_to(tree)), text, _before(text, dialect)))
    return tuple(found)


def _before(text: str, dialect: str) -> str:
    """Declarations of what a file names and does not define."""
    defined = set(re.findall(r"^\s*(?:menu)?config\s+(\w+)", text, re.MULTILINE))
    named = set(_NAME.findall(re.sub(r'"[^"\n]*"|#.*', "", text))) - defined - {"MODULES"}
    modules = "option modules" if dialect == "5.10" else "modules"
    lines = [f"{macro} = y" for macro in _MACROS]
    lines += ["config MODULES", '\tbool "modules"', f"\t{modules}"]
    for name in sorted(named):
        lines += [f"config {name}", f'\ttristate "{name}"']
    return "\n".join(lines) + "\n"


@cache
def is_whole(dialect: str, seed: Seed) -> bool:
    """Does conf take the file as it is?  Not, if it asks for more than declarations."""
    return compare(dialect, seed.before + seed.text, "allnoconfig").conf is not None


def mutate(text: str, generator: random.Random) -> str:
    """The text with one to three things out of their place."""
    if generator.random() < 0.6:
        text = _HELP.sub("", text) or text
    for _ in range(generator.choice((1, 1, 1, 2, 3))):
        change = generator.choice((_other_token, _other_token, _other_token, _other_line, _cut))
        text = change(text, generator) or text
    return text


def _cut(text: str, generator: random.Random) -> str:
    """The end is missing, or only its newline."""
    at = generator.choice((len(text.rstrip("\n")), generator.randrange(len(text))))
    return text[:at] if generator.random() < 0.5 else text


def _other_line(text: str, generator: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    at, other = generator.randrange(len(lines)), generator.randrange(len(lines))
    match generator.choice(("insert", "insert", "swap", "delete", "double")):
        case "insert":
            lines.insert(at, generator.choice(LINES) + "\n")
        case "swap":
            lines[at], lines[other] = lines[other], lines[at]
        case "delete":
            del lines[at]
        case _:
            lines.insert(at, lines[at])
    return "".join(lines)


def _other_token(text: str, generator: random.Random) -> str:
    tokens: list[str] = _TOKEN.findall(text)
    places = [place for place, token in enumerate(tokens) if not token.isspace()]
    if not places or generator.random() < 0.2:
        places = [*range(len(tokens))]
    at, another = generator.choice(places), tokens[generator.choice(places)]
    other = min(at + generator.randrange(1, 4), len(tokens) - 1)
    match generator.randrange(8):
        case 0:
            del tokens[at]
        case 1:
            tokens.insert(at, f"{tokens[at]} ")
        case 2:
            tokens[at], tokens[other] = tokens[other], tokens[at]
        case 3:
            tokens[at] = another
        case 4:
            tokens.insert(at, f" {another} ")
        case 5:
            tokens[at] = generator.choice(STRAY)
        case 6:
            tokens.insert(at, f"{generator.choice(STRAY)} ")
        case _:
            tokens.insert(other, generator.choice(STRAY))
    return "".join(tokens)


def mutants(dialect: str, number: int, seed: object) -> Iterator[Comparison]:
    """So many mutants of a tree's files, each compared; the same for the same seed."""
    files = seeds(dialect)
    for index in range(number):
        generator = random.Random(f"{dialect} {seed} {index}")  # noqa: S311 - not for secrets
        chosen = generator.choice(files)
        while not is_whole(dialect, chosen):
            chosen = generator.choice(files)
        text, mode = mutate(chosen.text, generator), generator.choice(_MODES)
        if generator.random() < 0.5:
            yield compare(dialect, chosen.before + text, mode)
        else:
            behind = generator.choice(_BEHIND)
            top = f'{chosen.before}source "Kconfig.sourced"\n{behind}'
            yield compare(dialect, top, mode, text)


def compare(dialect: str, kconfig: str, mode: ConfMode, sourced: str = "") -> Comparison:
    """What conf and kresolve make of a Kconfig file, which may source another one."""
    with tempfile.TemporaryDirectory(prefix="kresolve-mutant-") as scratch:
        tree = Path(scratch, "tree")
        tree.mkdir()
        _write(tree / "Kconfig", kconfig)
        _write(tree / "Kconfig.more", 'config MORE\n\tbool "more"')
        _write(tree / "Kconfig.sourced", sourced)
        environment = {"PATH": os.environ["PATH"], "srctree": str(tree)}
        done, theirs = _conf(dialect, Path(scratch), environment, mode)
        mine, why = None, ""
        try:
            data = toys.parser().parse(tree, dialect, find_tree(toys.TREES[dialect]).path)
            mine = evaluate(from_bytes(data, "mutant"), None, mode).text()
        except KconfigError as error:
            why = str(error)
    name = f"{kconfig}--- Kconfig.sourced\n{sourced}" if sourced else kconfig
    return Comparison(name, mode, theirs, mine, done.stderr, why, done.returncode)


def whole_trees(dialect: str, number: int, seed: object) -> Iterator[Comparison]:
    """A whole tree, so many times with another of its files changed, each compared."""
    tree = find_tree(toys.TREES[dialect])
    environment = probe_environment(tree, arch="x86_64")
    info = TreeInfo(tree.version, environment.arch, environment.srcarch, tree.source)
    with tempfile.TemporaryDirectory(prefix="kresolve-mutant-") as scratch:
        copy = Path(scratch, "tree")
        files = _copied(tree.path, copy)
        variables = {**environment.as_dict(), "srctree": str(copy)}
        for index in range(number):
            generator = random.Random(f"{dialect} {seed} {index}")  # noqa: S311 - not for secrets
            path = generator.choice(files)
            text = path.read_text(encoding="utf-8")
            mode = generator.choice(_MODES)
            changed = mutate(text, generator) if index else text
            _write(path, changed)
            done, theirs = _conf(dialect, Path(scratch), variables, mode)
            mine, why = None, ""
            try:
                data = parse_tree(info, environment=variables, conf=tree.path)
                mine = evaluate(from_bytes(data, "mutant"), None, mode).text()
            except KconfigError as error:
                why = str(error)
            _write(path, text)
            name = f"{path.relative_to(copy)}: {changed}"
            yield Comparison(name, mode, theirs, mine, done.stderr, why, done.returncode)


def _copied(tree: Path, copy: Path) -> list[Path]:
    """A tree of its Kconfig files, with links to its scripts; the files that run no command."""
    found: list[Path] = []
    for path in sorted(tree.rglob("Kconfig*")):
        relative = path.relative_to(tree)
        if path.is_file() and relative.parts[0] != "scripts":
            (copy / relative).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy / relative)
            if "$(" not in path.read_text(encoding="utf-8"):
                found.append(copy / relative)
    for path in (*tree.glob("*"), *tree.glob("arch/*/*")):
        if path.is_dir() and not (copy / path.relative_to(tree)).exists():
            (copy / path.relative_to(tree)).symlink_to(path)
    return found


def _conf(
    dialect: str, scratch: Path, environment: dict[str, str], mode: ConfMode
) -> tuple[subprocess.CompletedProcess[str], str | None]:
    """How conf ended, and the ``.config`` that it wrote, if it did."""
    place = Path(tempfile.mkdtemp(dir=scratch))
    done = subprocess.run(
        [toys.program(dialect), f"--{mode}", "Kconfig"],
        cwd=place,
        env={**environment, "KCONFIG_CONFIG": ".config"},
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        return done, None
    return done, (place / ".config").read_bytes().decode("utf-8", "surrogateescape")


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", errors="surrogateescape", newline="")


def main(number: int, seed: str) -> int:
    """Compare mutants of each tree, print how many of which kind there were and what differs."""
    different = 0
    for dialect in toys.TREES:
        kinds: Counter[str] = Counter()
        for result in mutants(dialect, number, seed):
            refused = "refused" if result.conf is None else "accepted"
            kinds["conf crashed" if result.status < 0 else refused] += 1
            kinds["not supported"] += result.conf != result.kresolve and result.agrees
            if not result.agrees:
                different += 1
                sys.stdout.write(f"{result}\n")
        sys.stdout.write(f"{dialect} {dict(kinds)}\n")
        sys.stdout.flush()
    return int(different > 0)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]), sys.argv[2]))
