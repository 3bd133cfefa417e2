"""Kconfiglib as a parser, and only as a parser.

Kconfiglib 14.1.0 reads the grammar of 2020 and keeps one location per menu
entry.  This subclass reads what was added since, keeps the location of every
property, and stops after parsing: spreading dependencies over the menu tree
and everything that depends on it is done from the raw entries, in
:mod:`kresolve.frontend.lowering`.

It runs in a child process (:mod:`kresolve.frontend.worker`), because
Kconfiglib reads the environment and the working directory of its process.
"""

from __future__ import annotations

import io
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import kconfiglib
from attrs import frozen
from kconfiglib import KconfigError as ParseError

from kresolve.frontend.grammar import LENIENT, Grammar, Mistake

__all__ = ["Choice", "Cond", "MenuNode", "ParseError", "RawKconfig", "Symbol"]

Symbol = kconfiglib.Symbol
Choice = kconfiglib.Choice
MenuNode = kconfiglib.MenuNode

#: conf reads at most this much of a command's output (preprocess.c, ``do_shell``).
_SHELL_LIMIT = 4095

# Far above what any tree has, far below what takes long: a hostile tree gets
# an error instead of all memory.
#: Entries and files inside each other, and parentheses.
_DEEPEST: Final = 150
#: Characters of a statement, and of what a macro becomes.
_LONGEST: Final = 1 << 16
#: Lines that append to a variable.
_MOST_APPENDS: Final = 1_000
#: Macros that are expanded for one statement.
_MOST_EXPANSIONS: Final = 10_000
#: Files, one that is read twice counted twice, and their bytes.
_MOST_FILES: Final = 20_000
_MOST_BYTES: Final = 1 << 26

#: What a variable's name is made of, apart from macros: "$" alone is text.
_NAME_PART: Final = re.compile(r"(?:[A-Za-z0-9_-]|\$(?!\())*")
_FIRST_WORD: Final = re.compile(r"\s*([a-z_]+)")
_ENTRIES: Final = frozenset(
    {"choice", "comment", "config", "if", "menu", "menuconfig", "source", "mainmenu"}
)
_TYPES: Final = frozenset({"bool", "tristate", "int", "hex", "string"})
_OPTIONS: Final = _TYPES | {
    *("prompt", "default", "def_bool", "def_tristate", "select", "imply", "range"),
    *("depends", "visible", "help", "option", "optional", "modules", "transitional"),
}
_ANY_CHOICE_OPTION: Final = frozenset({"prompt", "default", "depends", "help"})

#: Kconfiglib's words; those of other programs than conf apart.
_KEYWORDS: Final = {
    word: token
    for word, token in kconfiglib._get_keyword.__self__.items()
    if word not in {"rsource", "osource", "orsource", "gsource", "grsource"}
}


@frozen(eq=False)
class Cond:
    """An expression as Kconfiglib's tuples, and the line of its statement.

    ``expr`` is None where nothing is written.  ``unless`` is the condition of
    a ``depends on A if B``.
    """

    expr: Any
    file: str
    line: int
    unless: Any = None


class RawKconfig(kconfiglib.Kconfig):  # type: ignore[misc]
    """A parsed, not evaluated, Kconfig tree.

    ``top_node`` is the root of the raw menu nodes.  Conditions in them are
    :class:`Cond`; a node's ``dep`` and ``visibility`` are lists of them.
    ``prompts`` maps nodes to all their prompts (Kconfiglib keeps the last),
    ``help_lines`` to where their help text begins.
    """

    def __init__(
        self, filename: str, grammar: Grammar = LENIENT, *, shell_allowed: bool = True
    ) -> None:
        self.grammar = grammar
        self.shell_allowed = shell_allowed
        self.statement_line = 0
        self.modules_symbol: Any = None
        self.transitional: set[str] = set()
        self.prompts: dict[Any, list[tuple[str, Cond]]] = {}
        self.help_lines: dict[Any, int] = {}
        self.messages: list[str] = []
        self._blocks: list[Any] = []
        self._choice_depth = 0
        self._unfit: frozenset[str] = frozenset()
        self._expr_depth = 0
        self._expansions = 0
        self._appends = 0
        self._bytes = 0
        self._reuse_tokens = False
        self._sourced_at: dict[str, str] = {}
        # "$X" in a string is text to conf; Kconfiglib would ask the environment.
        kconfiglib.expandvars = lambda text: text
        # A source statement names one file; Kconfiglib would take a pattern.
        kconfiglib.iglob = lambda name: [name]
        kconfiglib._assignment_lhs_fragment_match = _NAME_PART.match
        known = grammar.words
        kconfiglib._get_keyword = {
            word: token for word, token in _KEYWORDS.items() if known is None or word in known
        }.get
        self.filename = filename
        try:
            super().__init__(filename, warn=True, warn_to_stderr=False)
        except RecursionError:
            self._refuse("nested too deeply")
        except (OSError, ValueError) as error:
            self._refuse(str(error))

    def _refuse(self, text: str, place: str = "") -> NoReturn:
        """Raise the error for the statement that is being read, or for a place."""
        here = f"{self.filename}:{self.statement_line}" if self.statement_line else self.filename
        raise ParseError(f"{place or here}: {text}")

    def _parse_error(self, msg: str) -> NoReturn:
        line = " ".join(self._line.split())
        shown = line if len(line) <= 60 else f"{line[:60]}..."
        self._refuse(f"{msg}: {shown}")

    def _refuses(self, mistake: Mistake) -> bool:
        return mistake in self.grammar.mistakes

    # What Kconfiglib does after parsing is not wanted: it would drop the
    # difference between "depends on y" and no dependency, and evaluate.

    def _finalize_node(self, node: Any, visible_if: Any) -> None:
        pass

    def _check_sym_sanity(self) -> None:
        self.unique_defined_syms: list[Any] = []

    def _check_choice_sanity(self) -> None:
        self.unique_choices: list[Any] = []

    # Files and lines

    def _open(self, filename: str, mode: str) -> IO[str]:
        path = Path(filename)
        try:
            found = path.stat()
            if not stat.S_ISREG(found.st_mode):
                self._refuse(f"{filename}: not a regular file")
            self._bytes += found.st_size
            if self._bytes > _MOST_BYTES:
                self._refuse(f"more than {_MOST_BYTES} bytes of Kconfig files")
            if not found.st_size:  # /proc has files that say so and never end
                return io.StringIO()
            return path.open(mode, encoding="utf-8", errors="surrogateescape", newline="\n")
        except OSError as error:
            self._refuse(f"cannot read {filename}: {error.strerror}")

    def _enter_file(self, filename: str) -> None:
        name = filename.removeprefix(self._srctree_prefix)
        here = f"{self.filename}:{self.statement_line}"
        if name == self.filename or any(name == file for file, _ in self._include_path):
            self._refuse(f"{name} sources itself")
        if name in self._sourced_at and self._refuses(Mistake.REPEATED_FILE):
            self._refuse(f"{name} is sourced again, after {self._sourced_at[name]}")
        self._sourced_at.setdefault(name, here)
        if len(self.kconfig_filenames) >= _MOST_FILES:
            self._refuse(f"more than {_MOST_FILES} files are sourced")
        super()._enter_file(filename)

    def _next_line(self) -> bool:
        if self._reuse_tokens:
            self._reuse_tokens = False
            return True
        line = self._readline()
        if not line:
            if self._blocks and self._blocks[-1] is not None:
                entry = self._blocks[-1]
                if entry.item is None:
                    self._refuse("no endif for this if", f"{entry.dep.file}:{entry.dep.line}")
                word = "menu" if entry.item is kconfiglib.MENU else "choice"
                self._refuse(f"no end{word} for this {word}", f"{entry.filename}:{entry.linenr}")
            return False
        self.linenr += 1
        self.statement_line = self.linenr
        self._tokens = self._tokenize(self._joined(line))
        self._tokens_i = 1
        return True

    def _line_after_help(self, line: str) -> None:
        self.statement_line = self.linenr
        self._tokens = self._tokenize(self._joined(line))
        self._reuse_tokens = True

    def _joined(self, line: str) -> str:
        """A line with those that it goes on in."""
        parts: list[str] = []
        reader = _CommentFinder()
        while line.endswith("\\\n") and not reader.finds(line[:-2]):
            parts.append(line[:-2])
            line = self._readline()
            self.linenr += 1
        return "".join((*parts, line))

    def _tokenize(self, s: str) -> Any:
        """Checks first words, and reads keywords that came after Kconfiglib."""
        self._line = s
        self._expansions = 0
        found = _FIRST_WORD.match(s)
        first = found[1] if found else ""
        if len(s) > _LONGEST and not s.lstrip().startswith("#"):
            self._parse_error(f"a statement of more than {_LONGEST} characters")
        if first in self._unfit or (
            self._choice_depth and first in _ENTRIES and first not in self.grammar.in_choice
        ):
            self._parse_error(f"'{first}' cannot stand here")
        if first in ("modules", "transitional", "option"):
            words = s.partition("#")[0].split()
            alone = self._says(words, "modules")
            if alone or self._says(words, "option", "modules"):
                if alone and self._refuses(Mistake.MODULES_WITHOUT_OPTION):
                    self._parse_error("this kernel says 'option modules'")
                if self.modules_symbol is not None:
                    self._refuse(f"'modules' is already said of {self.modules_symbol.name}")
                self.modules_symbol = self.defined_syms[-1]
                return (None,)
            if self._says(words, "transitional"):
                self.transitional.add(self.defined_syms[-1].name)
                return (None,)
        return super()._tokenize(s)

    def _says(self, words: list[str], *statement: str) -> bool:
        """Does a line say this, in words that conf knows?"""
        known = self.grammar.words
        return words == [*statement] and (known is None or known.issuperset(statement))

    # Entries

    def _parse_block(self, end_token: Any, parent: Any, prev: Any) -> Any:
        if len(self._blocks) >= _DEEPEST:
            self._refuse(f"nested more than {_DEEPEST} deep")
        is_choice = end_token is kconfiglib._T_ENDCHOICE
        self._blocks.append(None if end_token is None else parent)
        self._choice_depth += is_choice
        last = super()._parse_block(end_token, parent, prev)
        self._choice_depth -= is_choice
        self._blocks.pop()
        return last

    def _parse_props(self, node: Any) -> None:
        self._unfit = self._unfit_for(node.item)
        super()._parse_props(node)
        self._unfit = frozenset()
        self._check(node)

    def _unfit_for(self, item: Any) -> frozenset[str]:
        """The words that cannot stand below an entry's first line."""
        if isinstance(item, Symbol):
            return frozenset({"visible", "optional"})
        if isinstance(item, Choice):
            options = _OPTIONS - _ANY_CHOICE_OPTION - self.grammar.choice_options
            return options | (_ENTRIES - self.grammar.in_choice)
        return _OPTIONS - ({"visible", "depends"} if item is kconfiglib.MENU else {"depends"})

    def _check(self, node: Any) -> None:
        """Refuse an entry that lacks what conf insists on."""
        item = node.item
        mistake, text = None, ""
        if isinstance(item, Choice):
            if item.name:
                mistake, text = Mistake.NAMED_CHOICE, "a choice with a name"
            elif not node.prompt:
                mistake, text = Mistake.CHOICE_WITHOUT_PROMPT, "a choice without a prompt"
        elif isinstance(item, Symbol):
            if node.is_menuconfig and not node.prompt:
                mistake, text = Mistake.MENUCONFIG_WITHOUT_PROMPT, "a menuconfig without a prompt"
            elif self._choice_depth and not node.prompt:
                mistake, text = Mistake.MEMBER_WITHOUT_PROMPT, "a choice's member without a prompt"
            elif self._choice_depth and item.orig_type is not kconfiglib.BOOL:
                mistake, text = Mistake.MEMBER_NOT_BOOL, "a choice's member that is not bool"
        if mistake is not None and self._refuses(mistake):
            self._refuse(text, f"{node.filename}:{node.linenr}")

    # Properties, each with its line

    def _cond(self, expr: Any, unless: Any = None) -> Cond:
        return Cond(expr, self.filename, self.statement_line, unless)

    def _parse_expr(self, transform_m: bool) -> Any:
        return self._chain(kconfiglib._T_OR, kconfiglib.OR, self._parse_and_expr)

    def _parse_and_expr(self, transform_m: bool) -> Any:
        return self._chain(kconfiglib._T_AND, kconfiglib.AND, self._parse_factor)

    def _chain(self, token: Any, operator: Any, operand: Callable[[bool], Any]) -> Any:
        """Operands between one operator, nested to the right as Kconfiglib has them."""
        found = [operand(False)]
        while self._check_token(token):
            found.append(operand(False))
        expr = found.pop()
        while found:
            expr = (operator, found.pop(), expr)
        return expr

    def _parse_factor(self, transform_m: bool) -> Any:
        self._expr_depth += 1
        if self._expr_depth > _DEEPEST:
            self._refuse(f"an expression nested more than {_DEEPEST} deep")
        factor = super()._parse_factor(False)
        self._expr_depth -= 1
        return factor

    def _parse_cond(self) -> Cond:
        expr = self._parse_expr(False) if self._check_token(kconfiglib._T_IF) else None
        if self._tokens[self._tokens_i] is not None:
            self._trailing_tokens_error()
        return self._cond(expr)

    def _expect_expr_and_eol(self) -> Cond:
        expr = self._parse_expr(False)
        unless = None
        if self._tokens[0] is kconfiglib._T_DEPENDS and self._check_token(kconfiglib._T_IF):
            if self._refuses(Mistake.CONDITIONAL_DEPENDENCY):
                self._parse_error("this kernel has no 'depends on A if B'")
            unless = self._parse_expr(False)
        if self._tokens[self._tokens_i] is not None:
            self._trailing_tokens_error()
        return self._cond(expr, unless)

    def _make_and(self, e1: Any, e2: Any) -> Any:
        return [*(e1 if isinstance(e1, list) else ()), e2]

    def _parse_prompt(self, node: Any) -> None:
        super()._parse_prompt(node)
        self.prompts.setdefault(node, []).append(node.prompt)

    def _parse_help(self, node: Any) -> None:
        if node in self.help_lines and self._refuses(Mistake.HELP_TWICE_OR_BLANK):
            self._refuse("a second help text")
        self.help_lines[node] = self.statement_line + 1
        super()._parse_help(node)
        node.help = None

    def _empty_help(self, node: Any, line: str) -> None:
        if self._refuses(Mistake.HELP_TWICE_OR_BLANK):
            self._refuse("a help text that says nothing")
        super()._empty_help(node, line)
        node.help = None

    def _set_type(self, sc: Any, new_type: Any) -> None:
        if (
            isinstance(sc, Choice)
            and self._tokens[1] is None
            and self._refuses(Mistake.CHOICE_TYPE_WITHOUT_PROMPT)
        ):
            self._parse_error("a choice's type without a prompt")
        if sc.orig_type and sc.orig_type is not new_type:
            self.messages.append(
                f"{self.filename}:{self.statement_line}: ignoring type redefinition of "
                f"'{sc.name or '<choice>'}'"
            )
            return
        sc.orig_type = new_type

    # Macros

    def _parse_assignment(self, s: str) -> None:
        self._appends += "+=" in s
        if self._appends > _MOST_APPENDS:
            self._refuse(f"more than {_MOST_APPENDS} times +=")
        super()._parse_assignment(s)

    def _fn_val(self, args: list[str]) -> str:
        self._expansions += 1
        if self._expansions > _MOST_EXPANSIONS:
            self._refuse(f"more than {_MOST_EXPANSIONS} macros to expand")
        variable = self.variables.get(args[0])
        if variable is not None and not variable.is_recursive:
            return str(variable.value)  # it was expanded when it was set
        value = str(super()._fn_val(args))
        if len(value) > _LONGEST:
            self._refuse(f"a macro that expands to more than {_LONGEST} characters")
        return value

    def shell(self, _: Any, command: str) -> str:
        """``$(shell,command)`` as conf runs it: popen, in the working directory."""
        if not self.shell_allowed:
            self._refuse("this tree needs $(shell ...) here, and --no-shell refuses to run it")
        with subprocess.Popen(  # noqa: S602 - it is what $(shell) means
            command,
            shell=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as child:
            assert child.stdout is not None
            output = child.stdout.read(_SHELL_LIMIT)
            child.stdout.close()  # who has more to say gets SIGPIPE, as from conf
        text = output.rstrip(b"\n").replace(b"\n", b" ")
        return text.decode("utf-8", "surrogateescape")


def _shell(kconfig: Any, name: str, command: str) -> str:
    return str(kconfig.shell(name, command))


def _warning_if(kconfig: Any, _: str, condition: str, message: str) -> str:
    if condition == "y":
        kconfig.messages.append(f"{kconfig.filename}:{kconfig.linenr}: {message}")
    return ""


def _info(kconfig: Any, _: str, message: str) -> str:
    return ""  # conf says it on standard output, and goes on


#: The table that Kconfiglib takes from the module "kconfigfunctions".
functions = {
    "shell": (_shell, 1, 1),
    "warning-if": (_warning_if, 2, 2),
    "info": (_info, 1, 1),
}


def parse(filename: str, grammar: Grammar = LENIENT, *, shell_allowed: bool = True) -> RawKconfig:
    """Parse the Kconfig files from ``filename`` on, relative to $srctree.

    ``grammar`` is that of the tree's conf.  Unless ``shell_allowed``, a
    ``$(shell ...)`` is an error.  Raises ParseError (Kconfiglib's) with file
    and line.
    """
    # Kconfiglib's own way of adding functions: a module of this name.
    sys.modules["kconfigfunctions"] = sys.modules[__name__]
    return RawKconfig(filename, grammar, shell_allowed=shell_allowed)


class _CommentFinder:
    """Looks for a ``#`` outside of strings and macros: a comment ends where its line does."""

    def __init__(self) -> None:
        self._quote = ""
        self._depth = 0

    def finds(self, part: str) -> bool:
        """Has a comment begun in the next part of a statement?"""
        letters = iter(part)
        for letter in letters:
            if self._quote:
                if letter == "\\":
                    next(letters, "")
                elif letter == self._quote:
                    self._quote = ""
            elif self._depth:
                self._depth += (letter == "(") - (letter == ")")
            elif letter in "\"'":
                self._quote = letter
            elif letter == "(":
                self._depth = 1
            elif letter == "#":
                return True
        return False
