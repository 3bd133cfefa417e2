"""The front end: what Kconfiglib does not know, and errors with their place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kresolve.errors import KconfigError
from kresolve.kconfig.model import If, Menu, MenuNode, Model, TreeInfo
from kresolve.kconfig.parsing.grammar import LENIENT, Mistake, read_grammar
from kresolve.kconfig.storage import from_bytes
from kresolve.sources.model_cache import parse_tree
from tests.property.toys import load


def first(model: Model) -> MenuNode:
    """The first definition."""
    return next(entry for entry in model.entries if isinstance(entry, MenuNode))


def test_every_property_has_its_line() -> None:
    """Prompts, defaults, selects, ranges and dependencies each know the line they stand in."""
    model = load(
        'config A\n\tint\n\tprompt "a" if B\n\trange 1 2\n\tdefault 1\n\tdepends on B\n'
        "\tdepends on C\n\thelp\n\t  Words.\nconfig B\n\tbool\n\tselect C\n\timply D\n"
    )
    a = first(model)
    assert a.location.line == 1
    assert [p.location.line for p in a.prompts] == [3]
    assert [r.location.line for r in a.ranges] == [4]
    assert [d.location.line for d in a.defaults] == [5]
    assert [g.location.line for g in a.depends] == [6, 7]
    assert a.help_line == 9
    b = model.entries[1]
    assert isinstance(b, MenuNode)
    assert [rule.location.line for rule in (*b.selects, *b.implies)] == [12, 13]


def test_nothing_is_simplified() -> None:
    """What files say is kept: a dependency on y is a dependency, a menu's are its own."""
    model = load(
        'menu "m"\n\tdepends on X\n\tvisible if Y\nif Z\nconfig A\n\tbool\n\tdepends on y\n'
        "endif\nendmenu\n"
    )
    menu, block, a = model.entries
    assert isinstance(menu, Menu)
    assert isinstance(block, If)
    assert isinstance(a, MenuNode)
    assert [str(guard.expr) for guard in (*menu.depends, *menu.visible)] == ["X", "Y"]
    assert [str(guard.expr) for guard in block.depends] == ["Z"]
    assert [str(guard.expr) for guard in a.depends] == ["y"]
    assert (menu.parent, block.parent, a.parent) == (-1, 0, 1)


def test_m_in_conditions_and_in_values() -> None:
    """A literal m in a condition is m && MODULES, in a default's value and a comparison m."""
    model = load(
        "config MODULES\n\tbool\n\tmodules\nconfig A\n\ttristate\n\tdefault m if m\n"
        "\tdepends on B = m\n"
    )
    a = model.entries[1]
    assert isinstance(a, MenuNode)
    assert str(a.defaults[0].value) == "m"
    assert str(a.defaults[0].condition) == "m && MODULES"
    assert str(a.depends[0].expr) == "B = m"


def test_depends_on_if_is_a_disjunction() -> None:
    """``depends on A if B`` is A || B = n."""
    model = load("config X\n\tbool\n\tdepends on A if B && !C\n", "7.x")
    assert str(first(model).depends[0].expr) == "A || B = n || C != n"


def test_a_later_type_is_ignored_with_a_word() -> None:
    """The first type of a symbol counts, and a redefinition is a warning with its place."""
    model = load("config A\n\tbool\nconfig A\n\tint\n")
    assert model.symbols["A"].type.value == "bool"
    assert "Kconfig:4: ignoring type redefinition of 'A'" in model.warnings


@pytest.mark.parametrize(
    ("kconfig", "parts"),
    [
        ("config A\n\tbool\n\tdepend on B\n", ("Kconfig:3",)),
        ("config A\n\tbool\n\tdepends on (B\n", ("Kconfig:3",)),
        ('menu "m"\nconfig A\n\tbool\n', ("Kconfig",)),
        ("config A\n\tbool\n\tmodules\nconfig B\n\tbool\n\tmodules\n", ("Kconfig:6", "A")),
        ("config A\n\tbool\n\tmodules\n\tmodules\n", ("Kconfig:4", "A")),
        ('menu "m"\nif A\nconfig A\n\tbool\nendmenu\n', ("Kconfig:5",)),
        ('menu "m"\nif A\nconfig A\n\tbool\n', ("Kconfig:2", "no endif")),
        ('menu "m"\n\tdefault y\nendmenu\n', ("Kconfig:2", "'default' cannot stand here")),
        ('source "/dev/zero"\n', ("Kconfig:1", "not a regular file")),
        ('source "nothing"\n', ("Kconfig:1", "nothing")),
    ],
)
def test_files_that_cannot_be_read_are_refused(kconfig: str, parts: tuple[str, ...]) -> None:
    """A mistake in a Kconfig file is an error with file and line."""
    with pytest.raises(KconfigError) as caught:
        load(kconfig)
    for part in parts:
        assert part in str(caught.value)


@pytest.mark.parametrize(
    ("kconfig", "said"),
    [
        ("config A\n\tbool\nfoo=bar\n\tdefault y\n", "Kconfig:4: 'default' cannot stand here"),
        ("config A\n\tbool\n\thelp me\n\t  Text.\n", "Kconfig:3: more than 'help'"),
        ("config A\n\tbool unquoted\n", "Kconfig:2: expected prompt string: bool unquoted"),
        ("config A.B\n\tbool\n", "Kconfig:1: extra tokens at end of line: config A.B"),
        ("foo bar\n", "Kconfig:1: unknown statement: foo bar"),
        ("if A\nconfig B\n\tbool\nendif", "Kconfig:4: no newline at the end of the file"),
        ("source Kconfig.more\n", "Kconfig:1: expected a file name in quotes"),
        ('config A\n\tbool\nmainmenu "m"\n', "Kconfig:3: 'mainmenu' can only be the first"),
        ('choice\n\tprompt "c"\n\tdefault "A"\nendchoice\n', "Kconfig:3: expected the name of"),
        ("config A\n\tbool\n\tdefault $(a\n", "Kconfig:3: unterminated reference to 'a'"),
        ("f = $(f)\nconfig A$(f)\n", "Kconfig:2: the variable 'f' references itself"),
        ("$(error-if,y,not so)\n", "Kconfig:1: not so"),
        ("$(shell)\n", "Kconfig:1: too few function arguments passed to 'shell'"),
        ("config y\n\tdepends on A\n", "Kconfig:1: the constant 'y' as an option: not supported"),
    ],
)
def test_what_no_conf_takes_is_refused(kconfig: str, said: str) -> None:
    """A statement that no kernel's conf takes is an error with its line and what is wrong."""
    with pytest.raises(KconfigError) as caught:
        load(kconfig)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("kconfig", "warning"),
    [
        ("config\x7f A\n\tbool\n", "Kconfig:1: ignoring unsupported character '\\x7f'"),
        ('config A\n\tbool "open\n', "Kconfig:2: multi-line strings not supported"),
        ("config A\n\tbool", "Kconfig:2: no newline at the end of the file"),
        ("config A\n\tbool\n\tdefault y &\n", "Kconfig:3: ignoring unsupported character '&'"),
    ],
)
def test_what_conf_only_warns_of_is_a_warning(kconfig: str, warning: str) -> None:
    """What conf passes over with a warning is passed over here, with the same one."""
    model = load(kconfig)
    assert model.symbols["A"].type.value == "bool"
    assert warning in model.warnings


def test_an_unequal_y_outside_of_a_condition_is_no_mistake() -> None:
    """A comparison that a condition may not have can be a default."""
    assert set(load("config A\n\tbool\nconfig B\n\tdef_bool A != y\n").symbols) == {"A", "B"}


def test_a_tree_is_parsed_in_a_child_and_left_alone(tmp_path: Path) -> None:
    """Sourced files and $(shell) work as for conf; environment and directories stay as they are."""
    (tmp_path / "Kconfig").write_text('source "$(WHERE)/Kconfig.more"\n')
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Kconfig.more").write_text(
        'config A\n\tstring\n\tdefault "$(shell,touch here; echo $WORD)"\n'
    )
    before = (dict(os.environ), Path.cwd(), sorted(tmp_path.rglob("*")))
    info = TreeInfo("6.12", "toy", "toy", "a toy")
    environment = {
        "PATH": os.environ["PATH"],
        "srctree": str(tmp_path),
        "WHERE": "sub",
        "WORD": "said",
    }
    model = from_bytes(parse_tree(info, environment=environment), "toy")

    assert str(first(model).defaults[0].value) == '"said"'
    assert str(model.location("A")) == "sub/Kconfig.more:1"
    assert model.files == ("Kconfig", "sub/Kconfig.more")
    assert (dict(os.environ), Path.cwd(), sorted(tmp_path.rglob("*"))) == before
    (tmp_path / "Kconfig").write_text("nonsense\n")
    with pytest.raises(KconfigError, match=r"Kconfig:1.*\(tree: a toy\)"):
        parse_tree(info, environment=environment)


def test_what_was_expanded_stays_expanded() -> None:
    """The value of ``:=`` is not looked into again, and a variable may be called $."""
    model = load(
        "open := $\nname := $(open)(shell,false)\n$ := dollar\n"
        'config A\n\tstring\n\tdefault "$(name) $($)"\n'
    )
    assert str(first(model).defaults[0].value) == '"$(shell,false) dollar"'


def test_long_chains_of_operands_are_no_nesting() -> None:
    """A condition may have thousands of operands."""
    model = load("config A\n\tbool\n\tdepends on " + " && ".join(["B", "C"] * 2000) + "\n")
    assert str(first(model).depends[0].expr).count("&&") >= 1


def test_the_grammar_is_read_from_the_sources_of_conf() -> None:
    """Words, options and refusals of a conf are recognised; without sources all is taken."""
    assert read_grammar({}) == LENIENT
    grammar = read_grammar(
        {
            "lexer.l": '"bool"\t\treturn T_BOOL;\n"if"  return T_IF;\n',
            "parser.y": (
                "stmt_list_in_choice:\n\t| stmt_list_in_choice config_stmt\n;\n"
                "choice_option: T_PROMPT T_WORD\nchoice_option: T_OPTIONAL T_EOL\n"
                'error("choice member must be bool")'
            ),
        }
    )
    assert grammar.words == frozenset({"bool", "if"})
    assert grammar.in_choice == {"config"}
    assert grammar.choice_options == {"optional"}
    assert grammar.mistakes == {Mistake.MEMBER_NOT_BOOL}


@pytest.mark.parametrize(
    ("kconfig", "mistake", "place"),
    [
        ("choice\nconfig A\n\tbool\nendchoice\n", "CHOICE_WITHOUT_PROMPT", "Kconfig:1"),
        ("menuconfig A\n\tbool\n", "MENUCONFIG_WITHOUT_PROMPT", "Kconfig:1"),
        ("config A\n\tbool\n\ttransitional\n\tdefault y\n", "TRANSITIONAL_WITH_MORE", "Kconfig:4"),
        ("config A\n\tdepends on B if C\n", "CONDITIONAL_DEPENDENCY", "Kconfig:2"),
        ("config A\n\tbool\n\tdefault y", "OPEN_END", "Kconfig:3: no newline"),
        (
            'choice\n\tprompt "C"\nconfig A\n\tbool "A"\n\tdefault y\nendchoice\n',
            "MEMBER_WITH_DEFAULT",
            "Kconfig:5",
        ),
    ],
)
def test_a_mistake_counts_where_conf_refuses_it(
    tmp_path: Path, kconfig: str, mistake: str, place: str
) -> None:
    """What the tree's conf refuses is an error with its place, and elsewhere none."""
    (tmp_path / "Kconfig").write_text(kconfig)
    info = TreeInfo("6.12", "toy", "toy", "a toy")
    environment = {"PATH": os.environ["PATH"], "srctree": str(tmp_path)}
    assert parse_tree(info, environment=environment)
    file, mark = Mistake[mistake].value
    (tmp_path / "scripts" / "kconfig").mkdir(parents=True)
    (tmp_path / "scripts" / "kconfig" / file).write_text(mark.replace("\\(", "("))
    with pytest.raises(KconfigError, match=place):
        parse_tree(info, environment=environment)
