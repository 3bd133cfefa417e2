"""The grammar that a tree's conf accepts, where kernels differ.

It is recognised in the tree's own sources, as the dialect is, but affects no
value: it only says which files are errors.  If conf's sources are missing or
not recognised, everything that Kconfiglib reads is accepted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Final

from attrs import frozen


class Mistake(Enum):
    """What some conf refuses; the value is the file of conf, and how it says so."""

    REPEATED_FILE = ("util.c", "repeated inclusion")
    CHOICE_WITHOUT_PROMPT = ("parser.y", "choice must have a prompt")
    MEMBER_WITHOUT_PROMPT = ("parser.y", "choice member must have a prompt")
    MEMBER_NOT_BOOL = ("parser.y", "choice member must be bool")
    MEMBER_WITH_DEFAULT = ("parser.y", "defaults for choice values")
    MEMBER_PROMPT_OUTSIDE = ("parser.y", "prompt outside its choice")
    MEMBER_PROMPT_ELSEWHERE = ("parser.y", "prompt in another entry")
    NAMED_CHOICE = ("parser.y", "choice: T_CHOICE T_EOL")
    CHOICE_TYPE_WITHOUT_PROMPT = ("parser.y", "choice_option: T_BOOL T_WORD_QUOTE")
    MODULES_WITHOUT_OPTION = ("parser.y", "T_OPTION T_MODULES")
    CONDITIONAL_DEPENDENCY = ("parser.y", "T_DEPENDS T_ON expr T_EOL")
    TRANSITIONAL_WITH_MORE = ("parser.y", "transitional symbols can only")
    MENUCONFIG_WITHOUT_PROMPT = ("parser.y", r'zconf_error\("menuconfig statement without')
    OPEN_END = ("lexer.l", r"if \(current_buf")
    HELP_TWICE_OR_BLANK = ("parser.y", r"zconf_error\(\"'%s' defined with")


@frozen
class Grammar:
    """The keywords that a conf knows, and the errors that it reports."""

    #: Every keyword; None where that is not known.
    words: frozenset[str] | None = None
    #: What may stand on a choice, beside prompt, default, depends and help.
    choice_options: frozenset[str] = frozenset({"bool", "tristate", "optional"})
    #: The statements that may stand in a choice.
    in_choice: frozenset[str] = frozenset(
        {"assignment", "comment", "config", "if", "menuconfig", "source"}
    )
    mistakes: frozenset[Mistake] = frozenset()


LENIENT: Final = Grammar()

#: Names that files of conf had before Linux 5.0.
OLD_NAMES: Final[Mapping[str, str]] = {"parser.y": "zconf.y", "lexer.l": "zconf.l"}

#: The sources of conf that :func:`read_grammar` looks at, below scripts/kconfig.
SOURCES: Final = ("lexer.l", "parser.y", "util.c")

_WORD: Final = re.compile(r'^"([a-z_]+)"\s+return T_', re.MULTILINE)
_CHOICE_OPTION: Final = re.compile(r"^choice_option: (\w+)", re.MULTILINE)
_IN_CHOICE: Final = re.compile(r"\| stmt_list_in_choice ([a-z]+)_stmt")
_OPTIONS: Final[Mapping[str, frozenset[str]]] = {
    "T_BOOL": frozenset({"bool"}),
    "T_OPTIONAL": frozenset({"optional"}),
    "logic_type": frozenset({"bool", "tristate"}),
}


def read_grammar(sources: Mapping[str, str]) -> Grammar:
    """The grammar that conf's sources implement; ``sources`` maps names to texts."""
    words = frozenset(_WORD.findall(sources.get("lexer.l", "")))
    parser = sources.get("parser.y", "")
    options = [_OPTIONS.get(name, frozenset()) for name in _CHOICE_OPTION.findall(parser)]
    statements = frozenset(_IN_CHOICE.findall(parser))
    return Grammar(
        words=words or None,
        choice_options=frozenset().union(*options) if statements else LENIENT.choice_options,
        in_choice=statements or LENIENT.in_choice,
        mistakes=frozenset(
            mistake
            for mistake in Mistake
            if re.search(mistake.value[1], sources.get(mistake.value[0], ""))
        ),
    )
