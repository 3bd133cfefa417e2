"""The generator of random Kconfigs writes every construct, and nothing that conf refuses."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.kconfigs import DIALECTS, Toy, toys
from tests.property.toys import conf, load, program

_EXAMPLES: Final = 500
_NEW: Final = ("6.12", "7.x")
_OLD: Final = ("5.10", "6.1")

#: What must occur in the Kconfig files, each as a pattern: the whole language.
CONSTRUCTS: Final = {
    **{f"type {word}": rf"^\t{word}$" for word in ("bool", "tristate", "int", "hex", "string")},
    **{f"{word} with prompt": rf'^\t{word} "' for word in ("bool", "tristate", "int", "string")},
    "prompt line": r'^\tprompt "',
    "prompt with condition": r'^\t(bool|tristate|prompt) ".*" if ',
    "def_bool": r"^\tdef_bool ",
    "def_bool if": r"^\tdef_bool .* if ",
    "def_tristate": r"^\tdef_tristate ",
    "menuconfig": r"^menuconfig ",
    "mainmenu": r"^mainmenu ",
    "comment": r"^comment ",
    "comment depends": r"^comment .*\n\tdepends on ",
    "help": r"^\thelp$",
    "default y": r"^\tdefault y$",
    "default m": r"^\tdefault m$",
    "default if": r"^\tdefault .* if ",
    "default expression": r"^\tdefault .*(&&|\|\|)",
    "default of a symbol": r"^\tdefault [BT]\d+",
    "default of a number symbol": r"^\tdefault [IH]\d+",
    "default of a text": r'^\tdefault "',
    "select": r"^\tselect \w+$",
    "select if": r"^\tselect .* if ",
    "select of nobody": r"^\tselect NOT_THERE",
    "select of a number or text": r"^\t(select|imply) [IHS]\d",
    "choice without a type": r"^choice\n\tprompt ",
    "imply": r"^\timply \w+$",
    "imply if": r"^\timply .* if ",
    "range": r"^\trange -?\w+ -?\w+$",
    "range if": r"^\trange .* if ",
    "range with a symbol": r"^\trange .*\b[IH]\d",
    "depends on": r"^\tdepends on [A-Z]\w*$",
    "depends on m": r"^\tdepends on m$",
    "two depends": r"^\tdepends on .*\n\tdepends on ",
    "and": r"&&",
    "or": r"\|\|",
    "not": r"![A-Z(]",
    "parentheses": r"\(.*\)",
    **{
        f"comparison {op}": rf"\b[BTIHS]\d+ {re.escape(op)} "
        for op in ("=", "!=", "<", "<=", ">", ">=")
    },
    "= n": r"\b[BT]\d+ = n\b",
    "= m": r"\b[BT]\d+ = m\b",
    "!= n": r"\b[BT]\d+ != n\b",
    "comparison of two symbols": r"\b[BTIHS]\d+ [=<>!]+ [BTIHS]\d+",
    "comparison with a text": r'[=<>] "[a-z1]',
    'comparison with "y"': r'= "y"',
    "constant on the left": r'(\b\d+|") [<>=!]+ [IHS]\d',
    "undefined symbol": r"\b(UNDEFINED|NOWHERE)\b",
    "undefined symbol compared": r"\b(UNDEFINED|NOWHERE) [=<>!]",
    "menu": r"^menu ",
    "menu depends": r"^menu .*\n\tdepends on ",
    "visible if": r"^\tvisible if ",
    "if": r"^if ",
    "menu in a menu": r"^(menu|if) .*\n(\t.*\n)*\n(menu|if) ",
    "MODULES": r"^config MODULES$",
    "choice": r"^choice$",
    "choice prompt if": r'^choice\n\t\w+ "Choice of \w+" if ',
    "choice depends": r"^choice\n\t\w+ .*\n(\toptional\n)?\tdepends on ",
    "choice default": r"^\tdefault C\d+[A-D]$",
    "choice default if": r"^\tdefault C\d+[A-D] if ",
    "member depends": r"^config C\d+[A-D]\n\t\w+ .*\n\tdepends on ",
    "member prompt if": r'"C\d+[A-D] prompt" if ',
    "member in an if": r"^if .*\n\nconfig C\d",
    "comment in a choice": r'^comment "A comment in a choice"',
}
#: Constructs of some dialects only; that they are absent from the others is promised too.
ONLY: Final = {
    "modules": (r"^\tmodules$", ("6.1", "6.12", "7.x")),
    "option modules": (r"^\toption modules$", ("5.10",)),
    "optional": (r"^\toptional$", _OLD),
    "tristate choice": (r"^choice\n\ttristate ", _OLD),
    "select of a member": (r"^\t(select|imply) C\d", _NEW),
    "member twice in its choice": (r'^\tbool "again"', ("5.10", "6.1", "6.12")),
    "transitional": (r"^\ttransitional$", ("7.x",)),
    "depends on A if B": (r"^\tdepends on .* if ", ("7.x",)),
}
#: What must occur in the lines.
LINES: Final = {
    "y": r"^CONFIG_\w+=y",
    "m": r"^CONFIG_\w+=m",
    "not set": r"^# CONFIG_\w+ is not set\r?$",
    "not set, and more": r"^# CONFIG_\w+ is not set at all",
    "number": r"^CONFIG_I\d+=-?\d+\r?$",
    "hex": r"^CONFIG_H\d+=0x",
    "hex without 0x": r"^CONFIG_H\d+=10",
    "text": r'^CONFIG_S\d+="a"',
    "escapes": r"\\\\",
    "text without quotes": r"^CONFIG_S\d+=bare",
    "open text": r'^CONFIG_S\d+="open\r?$',
    "m for a bool": r"^CONFIG_B\d+=m",
    "unknown symbol": r"^CONFIG_UNKNOWN=y",
    "no equals sign": r"^CONFIG_\w+\r?$",
    "garbage": r"^garbage",
    "CRLF": r"\r$",
    "a member": r"^CONFIG_C\d+[A-D]=y",
    "a member not set": r"^# CONFIG_C\d+[A-D] is not set",
    "modules off": r"^# CONFIG_MODULES is not set",
}


@cache
def drawn(dialect: str) -> list[Toy]:
    """As many trees as it takes."""
    found: list[Toy] = []

    @settings(max_examples=_EXAMPLES, database=None)
    @given(toys(dialect))
    def collect(toy: Toy) -> None:
        found.append(toy)

    collect()
    return found


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_construct_is_written(dialect: str) -> None:
    """Each construct occurs in a few hundred trees, and none that is not of its time."""
    trees = drawn(dialect)
    kconfigs = [toy.kconfig for toy in trees]
    configs = [toy.config for toy in trees]
    expected = dict(CONSTRUCTS)
    expected |= {name: pattern for name, (pattern, when) in ONLY.items() if dialect in when}
    count = Counter(
        name
        for name, pattern in expected.items()
        for text in kconfigs
        if re.search(pattern, text, re.MULTILINE)
    )
    count.update(
        f"line: {name}"
        for name, pattern in LINES.items()
        for text in configs
        if re.search(pattern, text, re.MULTILINE)
    )
    missing = [
        name for name in (*expected, *(f"line: {name}" for name in LINES)) if not count[name]
    ]
    assert missing == []
    for name, (pattern, when) in ONLY.items():
        if dialect not in when:
            assert not any(re.search(pattern, text, re.MULTILINE) for text in kconfigs), name
    assert any("config MODULES" not in text for text in kconfigs)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_models_have_every_shape(dialect: str) -> None:
    """Symbols with several definitions, with and without dependencies, and whole choices occur."""
    shapes: Counter[str] = Counter()
    for toy in drawn(dialect)[:200]:
        model = load(toy.kconfig, dialect)
        for symbol in model.symbols.values():
            guarded = {bool(d.depends) for _, d in model.menu_nodes(symbol)}
            prompts = {bool(d.prompts) for _, d in model.menu_nodes(symbol)}
            shapes["two definitions"] += len(symbol.menu_nodes) > 1
            shapes["three definitions"] += len(symbol.menu_nodes) > 2
            shapes["with and without dependency"] += len(guarded) > 1
            shapes["with and without prompt"] += len(prompts) > 1
            shapes["no prompt"] += prompts == {False}
            shapes["member again"] += symbol.choice is not None and len(symbol.menu_nodes) > 1
        shapes["choice of three"] += any(len(c.members) > 2 for c in model.choices)
        shapes["two choices"] += len(model.choices) > 1
        shapes["no modules"] += model.modules is None
        shapes["many symbols"] += len(model.symbols) > 8
        shapes["order is not the file's"] += model.order != tuple(model.symbols)
    assert all(shapes.values()), shapes


@pytest.mark.tree
@pytest.mark.conf
@settings(max_examples=60)
@given(st.data())
def test_conf_takes_every_tree(data: st.DataObject) -> None:
    """conf reads what is generated without an error, so that nothing is compared in vain."""
    toy = data.draw(toys("6.12", most=14))
    assert conf(program("6.12"), toy.kconfig, [""])
