"""Text from trees, files and command lines that a terminal, a page or a program would obey."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from unicodedata import category
from xml.etree import ElementTree as ET

import pytest

import kresolve
from tests.cli.conftest import Place, make_place
from tests.cli.everycommand import COMMANDS, furnish, outputs
from tests.cli.toykernel import ARCH, HOUSE, KCONFIG, make_kernel
from tests.unit.katadir import FILES

#: Escape sequences, a C1 control, what turns the direction of writing, line
#: and paragraph separators, DEL, a byte that is no UTF-8; and what pages and
#: graphs would obey.
HOSTILE: Final = (
    "\x1b]0;owned\x07\x1b[31m\x9b31m\x08\x7f\x85\u202e\u2066\u200f\u200e\u061c\u2028\u2029"
    "\udc9b\udcff</title><script>x</script>]]>&--> %% |;#"
)
#: Control and format characters, halves of pairs, separators of lines and paragraphs.
_OBEYED: Final = ("Cc", "Cf", "Cs", "Zl", "Zp")
TOY: Final = f"--tree toy --arch {ARCH}"
#: Where HERE is hostile, and NAME the name of a file that is.
MORE: Final = (
    f"plan HERE {TOY}",
    f"plan FISH=HERE {TOY}",
    f"plan FISH {TOY} --base HERE",
    f"plan @HERE {TOY}",
    f"plan FISH {TOY} --prefer HERE",
    f"plan FISH {TOY} --timeout HERE",
    f"plan FISH {TOY} --alternatives HERE",
    f"plan FISH {TOY} --pin HERE",
    f"plan FISH {TOY} --graph HERE",
    f"plan FISH {TOY} -o OUTNAME",
    "plan FISH --tree HERE",
    "plan FISH --tree debian:HERE",
    "plan FISH --tree git:HERE@HERE",
    "plan FISH --tree kernel.org:HERE",
    "plan FISH --tree toy --arch HERE",
    f"plan FISH {TOY} --cross-compile HERE",
    f"plan FISH {TOY} HERE --HERE",
    f"plan FISH {TOY} --profile HERE",
    f"plan mine {TOY} --profile mine.toml",
    f"plan mine {TOY} --profile broken.toml",
    f"check mine --profile mine.toml --config house.config {TOY}",
    "check FISH --config HERE",
    f"explain HERE {TOY}",
    f"explain OWNER=HERE {TOY}",
    f"explain OWNER {TOY} --base house.config --full",
    f"explain HOSTILE_1 {TOY} --html",
    f"explain HOSTILE_1 {TOY} --markdown",
    f"graph HOSTILE_1 FISH {TOY} -o OUT.svg",
    f"graph HOSTILE_1 FISH {TOY} -o OUT.html",
    f"graph HOSTILE_1 FISH {TOY} -o OUT.mmd",
    f"graph HOSTILE_1 FISH {TOY} -o OUT.dot",
    f"graph HOSTILE_1 FISH {TOY} -o OUT.graphml",
    f"graph HOSTILE_1 FISH {TOY} -o OUT.json",
    f"show HOSTILE_1 {TOY} --base house.config",
    f"search HERE {TOY}",
    f"search [HERE {TOY}",
    f"search HOSTILE_1 {TOY}",
    f"gates HOSTILE_1 {TOY} --base house.config",
    f"minimize house.config {TOY} --for HERE",
    f"survey HERE -o OUT {TOY}",
    f"survey FISH -o house.config {TOY}",
    f"olddefconfig HERE {TOY}",
    f"lint NAME {TOY} --all",
    f"lint NAME {TOY} --github",
    f"lint --kata HERE {TOY}",
    "tree fetch HERE",
    "HERE",
)

_NAME: Final = "\n::error::" + HOSTILE.replace("/", "")
_TEXT: Final = HOSTILE.replace('"', "")
_KCONFIG = f"""\
config HOSTILE_1
	bool "Prompt {_TEXT}"
	depends on OWNER != "{_TEXT}"
	select HOSTILE_2
	help
		Help {_TEXT} {{}} help.

config HOSTILE_2
	string "Text {_TEXT}" if HOSTILE_1
	default "{_TEXT}"

choice
	prompt "Choice {_TEXT}"

config HOSTILE_3
	bool "One {_TEXT}"

config HOSTILE_4
	bool "Other {_TEXT}"

endchoice
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A kernel with hostile prompts, menus and help texts, and files that are as bad."""
    place = make_place(tmp_path_factory.mktemp("hostile"))
    kconfig = KCONFIG.replace('menu "', f'menu "{_TEXT} ').replace('bool "', f'bool "{_TEXT} ')
    kconfig = kconfig.replace("They swim.", f"They {_TEXT} swim.")
    make_kernel(place.tree)
    # As bytes: the text has what is no UTF-8.
    _write(place.tree / "Kconfig", kconfig.replace('default "nobody"', f'default "{_TEXT}"'))
    _write(place.tree / "house/Kconfig", HOUSE.replace('menu "', f'menu "{_TEXT} ') + _KCONFIG)
    _write(place.tree / "scripts/toycc", f"#!/bin/sh\nprintf '%s\\n' 'toycc {_TEXT} 1.0'\n")
    furnish(place)
    lines = f'CONFIG_OWNER="{_TEXT}"\nCONFIG_HOSTILE_1=y\nCONFIG_CAT={_TEXT}\n{_TEXT}\n'
    lines += (
        f"CONFIG_{_TEXT}=y\nCONFIG_STOVE=y\nCONFIG_NUMBER={_TEXT}\n# CONFIG_{_TEXT} is not set\n"
    )
    for name in ("house.config", _NAME):
        _write(place.work / name, lines)
    for name in FILES:
        path = place.work / "kata/kernel/configs/fragments" / name
        _write(path, f"{path.read_text()}# {_TEXT}\n{lines}")
    option = f"""
[[option]]
symbol = "FISH"
accept = ["y"]
required = true
source = {json.dumps(_utf8(_TEXT))}
note = {json.dumps(_utf8(_TEXT))}
"""
    _write(place.work / "mine.toml", f'name = "mine"\n{option}')
    _write(place.work / "broken.toml", f'name = "mine"\n{option}{_TEXT} = 3\n')
    return place


def _write(path: Path, text: str) -> None:
    mode = path.stat().st_mode if path.exists() else 0o644
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    path.chmod(mode)


def _utf8(text: str) -> str:
    return text.encode("ascii", "ignore").decode()


def _is_harmless(text: str) -> bool:
    """Has a text nothing in it that a terminal would obey?"""
    return not any(category(c) in _OBEYED and c not in "\n\t" for c in text)


@pytest.mark.parametrize("command", [*COMMANDS, *MORE])
def test_nothing_that_a_terminal_would_obey(hostile: Place, command: str) -> None:
    """Every byte of stdout and stderr can be printed, and no text is a bug of kresolve's."""
    words = [word.replace("HERE", HOSTILE).replace("NAME", _NAME) for word in command.split()]
    done = hostile.call(*words, terminal=True)

    assert done.returncode in (0, 1, 2, 3)
    assert "please report" not in done.stderr, done.stderr
    assert _is_harmless(done.stdout), done.stdout
    assert _is_harmless(done.stderr), done.stderr
    assert not [line for line in done.stdout.splitlines() if line.startswith("::error::")]
    for path in outputs(hostile):
        text = path.read_bytes().decode("utf-8", "surrogateescape")
        path.unlink()
        _check_kind(path.suffix, text)
        if command.startswith("plan"):  # the other files are as conf would write them
            assert all(_is_harmless(line) for line in text.split("\n") if line.startswith("# "))


def _check_kind(ending: str, text: str) -> None:
    """A file is well-formed, if its kind can be, and harmless if it is for people."""
    match ending:
        case ".graphml" | ".svg":
            ET.fromstring(text)  # noqa: S314 - kresolve's own
        case ".json":
            json.loads(text)
        case ".html":
            HTMLParser().feed(text)
            assert "<script>x" not in text
    if ending in {".graphml", ".svg", ".json", ".html", ".dot", ".mmd"}:
        assert _is_harmless(text)


def test_data_stays_exact_in_a_pipe(hostile: Place) -> None:
    """What another program reads has every byte of a value, as conf would write it."""
    done = hostile.call(*f"olddefconfig house.config {TOY}".split())
    assert f'CONFIG_OWNER="{_TEXT}"\n' in done.stdout


def test_all_text_goes_one_way() -> None:
    """No module but the one of the streams writes to them; the progress has its own console."""
    package = Path(kresolve.__file__).parent
    writing = re.compile(r"\bsys\.(stdout|stderr)\.write|\bprint\(|Console\(")
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if any(writing.search(line) for line in path.read_text().split("\n") if ">>>" not in line)
    }
    assert found == {"cli/streams.py", "rendering/terminal.py", "rendering/explanation_terminal.py"}
