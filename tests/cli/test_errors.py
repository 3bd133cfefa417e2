"""What is wrong with a question is one line with its place, and leaves nothing behind."""

from __future__ import annotations

import gzip
import io
import lzma
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Place
from tests.cli.toykernel import ARCH, HOUSE, KCONFIG, MAKEFILE, make_kernel
from tests.unit.toytree import snapshot, tar_bytes

TOY = ("--tree", "toy", "--arch", ARCH)


def _complaint(place: Place, *arguments: str) -> str:
    """Run a wrong question; its one line, after checking that nothing else happened."""
    work = snapshot(place.work)
    done = place.call(*arguments)

    said = [line for line in done.stderr.splitlines() if not _is_progress(line)]
    assert "Traceback" not in done.stderr
    assert len(said) == 1, done.stderr
    assert (done.returncode, done.stdout) == (2, "")
    assert snapshot(place.work) == work
    return said[0]


def _is_progress(line: str) -> bool:
    return line.endswith((" ...", " %"))


# -------------------------------------------------------------- material


def _nothing(place: Place) -> None:
    pass


def _binary(place: Place) -> None:
    (place.work / "binary").write_bytes(b"CONFIG_A=y\n# comment\n\x7fELF\0\1\2")


def _damaged_gzip(place: Place) -> None:
    (place.work / "damaged.gz").write_bytes(gzip.compress(b"CONFIG_FISH=y\n" * 99)[:-20])


def _damaged_xz(place: Place) -> None:
    (place.work / "damaged.xz").write_bytes(lzma.compress(b"CONFIG_FISH=y\n" * 99)[:-20])


def _garbage_tarball(place: Place) -> None:
    (place.work / "linux-6.12.tar.xz").write_bytes(b"this is no tarball" * 1000)


def _truncated_tarball(place: Place) -> None:
    whole = gzip.compress(tar_bytes())
    (place.work / "linux-6.12.tar.gz").write_bytes(whole[: len(whole) // 2])


def _empty_tarball(place: Place) -> None:
    (place.work / "linux-6.12.tar").write_bytes(b"")


def _other_tarball(place: Place) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as tar:
        info = tarfile.TarInfo("hello-2.12/README")
        tar.addfile(info, io.BytesIO())
    (place.work / "hello.tar").write_bytes(buffer.getvalue())


def _other_directory(place: Place) -> None:
    (place.work / "project").mkdir()
    (place.work / "project/Makefile").write_text("all:\n")


def _bad_model(place: Place) -> None:
    (place.work / "bad.model").write_bytes(b"x\x9cnot a model")


def _fragments(place: Place) -> None:
    (place.work / "prose.config").write_text("CONFIG_FISH=y\nplease add frogs\n")
    (place.work / "unknown.config").write_text("CONFIG_GARDEN=y\nCONFIG_FRIDGES=y\n")
    (place.work / "value.config").write_text("CONFIG_DEPTH=deep\n")


CASES: list[tuple[str, Callable[[Place], None], tuple[str, ...], tuple[str, ...]]] = [
    # what is wrong, how it comes to be there, the command, words of the line
    ("no tree", _nothing, ("plan", "FISH", "--tree", "nowhere"), ("nowhere: no such",)),
    (
        "explicit on any base",
        _nothing,
        ("plan", "FISH", "--base", "any", "--explicit", *TOY),
        ("base any with --explicit",),
    ),
    ("no tree here", _nothing, ("plan", "FISH"), ("no tree named", "not a kernel tree")),
    ("no kernel", _other_directory, ("tree", "show", "project"), ("project: ", "no Kconfig")),
    ("a file as tree", _binary, ("tree", "show", "binary"), ("binary: ", "tarball")),
    (
        "an unknown scheme",
        _nothing,
        ("tree", "fetch", "debain:6.12"),
        ("debain:6.12: no such",),
    ),
    (
        "a garbage tarball",
        _garbage_tarball,
        ("plan", "FISH", "--tree", "linux-6.12.tar.xz"),
        ("linux-6.12.tar.xz: ",),
    ),
    (
        "a truncated tarball",
        _truncated_tarball,
        ("plan", "FISH", "--tree", "linux-6.12.tar.gz"),
        ("linux-6.12.tar.gz: ",),
    ),
    (
        "an empty tarball",
        _empty_tarball,
        ("tree", "fetch", "linux-6.12.tar"),
        ("linux-6.12.tar: ",),
    ),
    ("another tarball", _other_tarball, ("tree", "fetch", "hello.tar"), ("hello.tar: ",)),
    ("a bad model", _bad_model, ("plan", "FISH", "--tree", "bad.model"), ("bad.model: ", "saved")),
    (
        "an unknown architecture",
        _nothing,
        ("plan", "FISH", "--tree", "toy", "--arch", "lefft"),
        ("lefft; did you mean left?",),
    ),
    ("a binary base", _binary, ("plan", "FISH", *TOY, "--base", "binary"), ("binary:3: ",)),
    ("a binary .config", _binary, ("olddefconfig", "binary", *TOY), ("binary:3: ",)),
    (
        "a binary fragment",
        _binary,
        ("plan", "FISH", *TOY, "--fragment", "binary"),
        ("binary:3: ",),
    ),
    ("a binary request", _binary, ("plan", "@binary", *TOY), ("binary:3: ",)),
    (
        "a damaged gzip",
        _damaged_gzip,
        ("olddefconfig", "damaged.gz", *TOY),
        ("damaged.gz: damaged",),
    ),
    (
        "a damaged xz",
        _damaged_xz,
        ("plan", "FISH", *TOY, "--base", "damaged.xz"),
        ("damaged.xz: damaged",),
    ),
    ("no .config", _nothing, ("olddefconfig", "nowhere", *TOY), ("nowhere: ", "No such file")),
    ("a directory as .config", _nothing, ("olddefconfig", "toy", *TOY), ("toy: ", "directory")),
    (
        "no such base",
        _nothing,
        ("plan", "FISH", *TOY, "--base", "defconfg"),
        ("defconfg: ", "did you mean defconfig or"),
    ),
    (
        "no such defconfig",
        _nothing,
        ("plan", "FISH", *TOY, "--base", "lefft_defconfig"),
        ("lefft_defconfig: ", "did you mean left_defconfig?"),
    ),
    ("no fragment", _nothing, ("plan", "FISH", *TOY, "--fragment", "no.config"), ("no.config: ",)),
    ("no request file", _nothing, ("plan", "@no.config", *TOY), ("no.config: no such file",)),
    ("prose", _fragments, ("plan", "@prose.config", *TOY), ("prose.config:2: ", "add frogs")),
    (
        "an unknown line",
        _fragments,
        ("plan", "@unknown.config", *TOY),
        ("unknown.config:2: ", "FRIDGES", "did you mean FRIDGE?"),
    ),
    ("a wrong value", _fragments, ("plan", "@value.config", *TOY), ("value.config:1: ", "(int)")),
    ("an unknown option", _nothing, ("plan", "FISHS", *TOY), ("FISHS: ", "did you mean FISH?")),
    ("m of a bool", _nothing, ("plan", "SHED=m", *TOY), ("SHED=m: ", "a bool", "Kconfig:")),
    ("no value", _nothing, ("plan", "SHED=x", *TOY), ("SHED=x: invalid value 'x'",)),
    ("no number", _nothing, ("plan", "DEPTH", *TOY), ("DEPTH is an int (Kconfig:",)),
    ("no request", _nothing, ("plan", "a b", *TOY), ("invalid request 'a b'",)),
    (
        "a bound",
        _nothing,
        ("plan", "DEPTH>=5", *TOY),
        ("invalid request 'DEPTH>=5'; ", "one number", "DEPTH=5"),
    ),
    ("a line break", _nothing, ("plan", "OWNER=a\nb", *TOY), ("OWNER='a\\nb': not a string",)),
    (
        "no time",
        _nothing,
        ("plan", "FISH", "--timeout", "0", *TOY),
        ("--timeout: invalid time '0'; ", "above 0"),
    ),
    ("a name too long", _nothing, ("plan", "x" * 300, "--tree", "y" * 300), ("yyy: ", "too long")),
    (
        "one file for two",
        _nothing,
        ("plan", "FISH", *TOY, "-o", "a.svg", "--graph", "./a.svg"),
        ("a.svg: ", "use two files"),
    ),
    ("contradiction", _nothing, ("plan", "FISH=y", "FISH=n", *TOY), ("FISH", "y", "n")),
    ("a bad pin", _nothing, ("plan", "FISH", "--pin", "X", *TOY), ("--pin X: ", "no such")),
    (
        "a bad ban",
        _nothing,
        ("plan", "FISH", "--forbid", "DEPTH", *TOY),
        ("--forbid DEPTH: ", "int"),
    ),
    ("a bad profile", _nothing, ("plan", "crui:all", *TOY), ("crui: ", "did you mean criu?")),
    ("a bad feature", _nothing, ("plan", "criu:nope", *TOY), ("criu:nope: ",)),
    ("a profile for others", _nothing, ("plan", "criu", *TOY), ("profile criu: ",)),
    ("no arguments", _nothing, ("plan",), ("kresolve plan: ", "REQUEST", "--help")),
    ("no command", _nothing, (), ("kresolve: ", "COMMAND", "--help")),
    ("a bad command", _nothing, ("plann", "FISH"), ("kresolve: ", "plann", "--help")),
    ("a bad flag", _nothing, ("plan", "FISH", "--bsae", "x"), ("--bsae", "--help")),
    ("a directory to write", _nothing, ("plan", "FISH", *TOY, "-o", "toy"), ("toy: ", "directory")),
    (
        "no directory to write in",
        _nothing,
        ("olddefconfig", "x", *TOY, "-o", "no/f"),
        ("no/f: ", "no such directory"),
    ),
    (
        "a file to write in",
        _binary,
        ("plan", "FISH", *TOY, "-o", "binary/f"),
        ("binary/f: ", "no such directory"),
    ),
    # /proc refuses new files, to root too
    (
        "an unwritable directory",
        _nothing,
        ("plan", "FISH", *TOY, "-o", "/proc/kresolve-test"),
        ("/proc/kresolve-test: cannot write it",),
    ),
    (
        "an unwritable directory for a model",
        _nothing,
        ("tree", "save", "/proc/kresolve-test", *TOY),
        ("/proc/kresolve-test", "cannot write"),
    ),
    (
        "a full disk",
        _nothing,
        ("plan", "FISH", *TOY, "-o", "/dev/full"),
        ("/dev/full: cannot write it: No space left",),
    ),
]


@pytest.mark.parametrize(
    ("prepare", "command", "words"),
    [pytest.param(*rest, id=name.replace(" ", "-")) for name, *rest in CASES],
)
def test_one_line(
    used_place: Place,
    prepare: Callable[[Place], None],
    command: tuple[str, ...],
    words: tuple[str, ...],
) -> None:
    """Status 2, one line that names what is wrong and where, and nothing written anywhere."""
    prepare(used_place)
    before = used_place.leftovers()
    line = _complaint(used_place, *command)

    assert line.startswith("kresolve")
    for word in words:
        assert word in line
    assert used_place.leftovers() == before


@pytest.mark.parametrize(
    "command", [("plan", "FISHS", *TOY), ("plan", "FISH", "--tree", "nowhere")]
)
def test_one_line_of_a_process(used_place: Place, command: tuple[str, ...]) -> None:
    """As a process of its own, kresolve ends with the same status and line."""
    inside, outside = used_place.call(*command), used_place.run(*command)
    assert (outside.returncode, outside.stdout, outside.stderr) == (2, "", inside.stderr)


# ------------------------------------------------------------ broken trees

_LINE = 1 + KCONFIG[: KCONFIG.index("\tdepends on DEPTH > 5")].count("\n")

BROKEN = {
    "a word too many": (
        {"Kconfig": KCONFIG.replace("depends on DEPTH > 5", "depends on DEPTH > 5 6")},
        f"Kconfig:{_LINE}",
    ),
    "an unknown keyword": (
        {"Kconfig": KCONFIG.replace("depends on DEPTH > 5", "depend on DEPTH > 5")},
        f"Kconfig:{_LINE}",
    ),
    "half an expression": (
        {"Kconfig": KCONFIG.replace("depends on DEPTH > 5", "depends on DEPTH >")},
        f"Kconfig:{_LINE}",
    ),
    "a prompt without quotes": (
        {"Kconfig": KCONFIG.replace('bool "Deep water"', "bool Deep water")},
        f"Kconfig:{_LINE - 1}",
    ),
    "an error in another file": (
        {"house/Kconfig": HOUSE.replace("default KITCHEN", "default KITCHEN &&")},
        "house/Kconfig:15",
    ),
    "a file that is not there": (
        {"Kconfig": KCONFIG.replace("house/Kconfig", "no/Kconfig")},
        "no/Kconfig",
    ),
    "an if without an end": ({"house/Kconfig": "if KITCHEN\n" + HOUSE}, "house/Kconfig"),
    "a menu without an end": (
        {"house/Kconfig": HOUSE.replace("endmenu\n", "")},
        "house/Kconfig",
    ),
    "a loop": (
        {"house/Kconfig": HOUSE + "config A\n\tbool\n\tdefault B\nconfig B\n\tdef_bool A\n"},
        "house/Kconfig:19",
    ),
    "an error that the tree raises": (
        {"Kconfig": "$(error-if,y,this compiler will not do)\n" + KCONFIG},
        "Kconfig:1: this compiler will not do",
    ),
    "a stray letter": ({"house/Kconfig": HOUSE + "confi\u0081g X\n"}, "house/Kconfig:19"),
    "no VERSION": ({"Makefile": MAKEFILE.replace("VERSION = 6\n", "")}, "toy/Makefile: "),
    "a Makefile that fails": (
        {"Makefile": MAKEFILE + "$(error the toy is broken)\n"},
        "the toy is broken",
    ),
    "a compiler that is not there": (
        {"Makefile": MAKEFILE.replace("$(srctree)/scripts/toycc", "toycc-12")},
        "toycc-12 not found",
    ),
}


@pytest.mark.parametrize("name", BROKEN, ids=lambda name: name.replace(" ", "-"))
def test_broken_trees(place: Place, name: str) -> None:
    """A tree that cannot be read is one line with file and line; nothing of it is kept."""
    changes, words = BROKEN[name]
    make_kernel(place.tree, **changes)
    line = _complaint(place, "plan", "FISH", *TOY)

    assert words in line
    assert "toy" in line
    assert place.leftovers() == []


def test_a_repaired_tree_works(place: Place) -> None:
    """After an error in a Kconfig file is mended, the same command plans."""
    make_kernel(place.tree, Kconfig=KCONFIG.replace("depends on DEPTH > 5", "depends on DEPTH >"))
    assert place.toy("plan", "FISH").returncode == 2
    make_kernel(place.tree)
    assert place.toy("plan", "FISH").returncode == 0
    # and the other way round: a model that was kept does not hide an error
    (place.tree / "house/Kconfig").write_text("menu\n")
    assert place.toy("plan", "FISH").returncode == 2


def test_a_repaired_tarball_works(place: Place) -> None:
    """After a corrupt tarball is replaced by a whole one, the same name is read."""
    _truncated_tarball(place)
    assert place.run("tree", "fetch", "linux-6.12.tar.gz").returncode == 2
    (place.work / "linux-6.12.tar.gz").write_bytes(gzip.compress(tar_bytes()))
    done = place.run("tree", "fetch", "linux-6.12.tar.gz")

    assert done.returncode == 0
    assert done.stdout.startswith("9.8.7-toy\t")
    assert Path(done.stdout.rstrip("\n").split("\t")[2]).is_dir()


def test_a_cache_that_cannot_be_written_is_named(place: Place) -> None:
    """When the cache is a file, a note says so and how to have it elsewhere."""
    (place.work / "file").write_text("")
    done = place.run("tree", "show", *TOY, environment={"KRESOLVE_CACHE": "file"})

    said = [line for line in done.stderr.splitlines() if not _is_progress(line)]
    assert (done.returncode, len(said)) == (0, 1)
    assert "$KRESOLVE_CACHE" in said[0]
    assert (place.work / "file").is_file()


def test_a_damaged_model_in_the_cache_is_no_obstacle(place: Place) -> None:
    """A model in the cache that cannot be read is made anew."""
    first = place.toy("plan", "FISH")
    (model,) = (place.root / "cache" / "models").glob("*.model")
    whole = model.read_bytes()
    for damaged in (b"", b"x", whole[: len(whole) // 2], b"\0" * len(whole)):
        model.write_bytes(damaged)
        again = place.toy("plan", "FISH")
        assert (again.returncode, again.stdout) == (0, first.stdout)
        assert model.read_bytes() == whole


def test_a_script_of_an_architecture_counts(place: Place) -> None:
    """After a script that Kconfig files run has changed, the tree is read again."""
    script = place.tree / "arch" / ARCH / "tools" / "can.sh"
    script.parent.mkdir(parents=True)
    script.write_text("echo n\n")
    asks = f'config CAN\n\tdef_bool "$(shell,sh $(srctree)/arch/{ARCH}/tools/can.sh)" = "y"\n'
    make_kernel(place.tree, Kconfig=KCONFIG + asks)
    assert "bool, n on empty" in place.toy("show", "CAN", "--base", "empty").stdout
    script.write_text("echo y\n\n")
    assert "bool, y on empty" in place.toy("show", "CAN", "--base", "empty").stdout
