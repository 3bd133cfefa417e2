"""Kconfiglib as a parser, and only as a parser.

Kconfiglib 14.1.0 reads the grammar of 2020 and keeps one location per menu
entry.  This subclass reads what was added since, keeps the location of every
property, and stops after parsing: spreading dependencies over the menu tree
and everything that depends on it is done from the raw entries, in
:mod:`kresolve.kconfig.parsing.lowering`.

It runs in a child process (:mod:`kresolve.kconfig.parsing.worker`), because
Kconfiglib reads the environment and the working directory of its process.
"""

from __future__ import annotations

import io
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any, Final, NoReturn

import kconfiglib
from attrs import frozen
from kconfiglib import KconfigError as ParseError

from kresolve.kconfig.parsing.grammar import LENIENT, Grammar, Mistake
from kresolve.kconfig.parsing.lexer import ASSIGNMENTS, Lexer, Token
from kresolve.kconfig.parsing.macros import Macros

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
#: Files, one that is read twice counted twice, and their bytes.
_MOST_FILES: Final = 20_000
_MOST_BYTES: Final = 1 << 26

#: Warnings about characters that mean nothing, and the like.
_MOST_WARNINGS: Final = 1_000

_ENTRIES: Final = frozenset(
    {"choice", "comment", "config", "if", "menu", "menuconfig", "source", "mainmenu"}
    | {"assignment"}
)
_TYPES: Final = frozenset({"bool", "tristate", "int", "hex", "string"})
_OPTIONS: Final = _TYPES | {
    *("prompt", "default", "def_bool", "def_tristate", "select", "imply", "range"),
    *("depends", "visible", "help", "option", "optional", "modules", "transitional"),
}
_ANY_CHOICE_OPTION: Final = frozenset({"prompt", "default", "depends", "help"})

#: Statements of one word.
_ALONE: Final = frozenset({"help", "modules", "optional", "transitional"})

#: Kconfiglib's words; those of other programs than conf apart.
_KEYWORDS: Final = {
    word: token
    for word, token in kconfiglib._get_keyword.__self__.items()
    if word not in {"rsource", "osource", "orsource", "gsource", "grsource"}
}
_OPERATORS: Final = {
    "||": kconfiglib._T_OR,
    "&&": kconfiglib._T_AND,
    "!": kconfiglib._T_NOT,
    "(": kconfiglib._T_OPEN_PAREN,
    ")": kconfiglib._T_CLOSE_PAREN,
    **{text: relation for relation, text in kconfiglib.REL_TO_STR.items()},
}
#: The words that a text follows.
_BEFORE_TEXT: Final = frozenset({"comment", "mainmenu", "menu", "prompt"} | _TYPES)
_ASSIGNING: Final = frozenset(Token("keyword", text) for text in ASSIGNMENTS)
_BLOCKS: Final = frozenset({"choice", "if", "menu"})
_ENDS: Final = frozenset({"endchoice", "endif", "endmenu"})
_UNKNOWN: Final = object()


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
        self._takes_properties = False
        self._in_choice_entry = False
        self._has_begun = False
        self._quoted = False
        self._expr_depth = 0
        self._deepest_expr = 0
        self._bytes = 0
        self._lexers: list[Lexer] = []
        self._macros = Macros(
            {
                "error-if": (2, self._error_if),
                "filename": (0, lambda: self.filename),
                "info": (1, lambda _: ""),  # conf says it on standard output, and goes on
                "lineno": (0, lambda: str(self._lexers[-1].line)),
                "shell": (1, self._shell),
                "warning-if": (2, self._warning_if),
            },
            self._refuse,
        )
        self._reuse_tokens = False
        self._sourced_at: dict[str, str] = {}
        self._keywords = grammar.words or frozenset({*_KEYWORDS, "modules", "transitional"})
        self.filename = filename
        try:
            super().__init__(filename, warn=True, warn_to_stderr=False)
        except RecursionError:
            self._refuse("nested too deeply")
        except (OSError, ValueError) as error:
            self._refuse(str(error))

    def _refuse(self, text: str, place: str = "") -> NoReturn:
        """Raise the error for the statement that is being read, or for a place."""
        line = self.statement_line or (self._lexers[-1].line if self._lexers else 0)
        current = f"{self.filename}:{line}" if line else self.filename
        raise ParseError(f"{place or current}: {text}")

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
            if stat.S_ISCHR(found.st_mode) and found.st_rdev == Path(os.devnull).stat().st_rdev:
                return io.StringIO()
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
        place = f"{self.filename}:{self.statement_line}"
        if name == self.filename or any(name == file for file, _ in self._include_path):
            self._refuse(f"{name} sources itself")
        if name in self._sourced_at and self._refuses(Mistake.REPEATED_FILE):
            self._refuse(f"{name} is sourced again, after {self._sourced_at[name]}")
        self._sourced_at.setdefault(name, place)
        if len(self.kconfig_filenames) >= _MOST_FILES:
            self._refuse(f"more than {_MOST_FILES} files are sourced")
        super()._enter_file(filename)
        self._begin_file()

    def _leave_file(self) -> None:
        inner = self._lexers.pop()
        self._lexers[-1].after_help |= inner.after_help
        super()._leave_file()

    def _begin_file(self) -> None:
        if len(self._lexers) >= _DEEPEST:
            self._refuse(f"nested more than {_DEEPEST} deep")
        self._lexers.append(Lexer(self._readline, self._keywords, self._macros, self._warn_of))

    def _warn_of(self, line: int, text: str) -> None:
        message = f"{self.filename}:{line}: {text}"
        if message not in self.messages[-1:] and len(self.messages) < _MOST_WARNINGS:
            self.messages.append(message)

    # Statements

    def _next_line(self) -> bool:
        """Kconfiglib's tokens of the next statement, or of one that it did not want.

        As in conf, files are one stream: an entry goes on behind a file that it ends in.
        """
        if self._reuse_tokens:
            self._reuse_tokens = False
            return True
        if not self._lexers:
            self._begin_file()
        while True:
            lexer = self._lexers[-1]
            self.statement_line = 0
            tokens = lexer.statement()
            if tokens is None:
                self._end_file()
                if len(self._lexers) == 1:
                    return False
                self._leave_file()
                continue
            self.linenr = self.statement_line = lexer.statement_line
            self._line = lexer.text
            first = self._first(tokens)
            if lexer.is_open:
                self._open_end(first)
            self._check_place(first)
            if first == "source":
                if len(tokens) != 2 or tokens[1].kind != "quoted":
                    self._parse_error("expected a file name in quotes")
                name = tokens[1].text
                self._enter_file(name if name.startswith("/") else self._srctree_prefix + name)
            elif not self._is_done(first, tokens):
                found = [self._token(token, first, place) for place, token in enumerate(tokens)]
                self._tokens = (*found, None)
                self._tokens_i = 1
                self._quoted = tokens[1:2] != [] and tokens[1].kind == "quoted"
                return True

    def _open_end(self, first: str) -> None:
        """A statement that ends with its file, without a newline.

        conf goes back to the sourcing file before it sees the end of the statement: a block
        that begins with it is one of that file, and none of this file's can end with it.
        """
        is_first_file = len(self._lexers) == 1
        if first in _ENDS or (is_first_file and self._refuses(Mistake.OPEN_END)):
            self._parse_error("no newline at the end of the file")
        self._warn_of(self._lexers[-1].line, "no newline at the end of the file")
        if first in _BLOCKS and not is_first_file:
            self._leave_file()

    def _end_file(self) -> None:
        """Refuse a file that leaves a block open that it began."""
        if self._blocks:
            word, file, line = _place_of(self._blocks[-1])
            if file == self.filename or len(self._lexers) == 1:
                self._refuse(f"no end{word} for this {word}", f"{file}:{line}")

    def _check_place(self, first: str) -> None:
        """Refuse a statement where it cannot stand."""
        if first in self._unfit or (
            self._choice_depth and first in _ENTRIES and first not in self.grammar.in_choice
        ):
            self._parse_error(f"'{first}' cannot stand here")
        if first == "mainmenu" and self._has_begun:
            self._parse_error("'mainmenu' can only be the first statement")
        self._has_begun = True
        if first not in _OPTIONS:
            self._takes_properties = False
        elif not self._takes_properties:
            self._parse_error(f"'{first}' cannot stand here")
        if first in _ENDS and self._blocks:
            word, file, line = _place_of(self._blocks[-1])
            if file != self.filename:
                self._parse_error(f"'{first}' is not in the file of its '{word}', {file}:{line}")

    def _is_done(self, first: str, tokens: list[Token]) -> bool:
        """Is a statement one that Kconfiglib need not see, or would take in any form?"""
        rest = tokens[1:]
        if rest and first in _ALONE:
            self._parse_error(f"more than '{first}'")
        if first == "assignment":
            self._macros.assign(tokens[0].text, tokens[1].text, "".join(t.text for t in tokens[2:]))
        elif first == "modules" or (first == "option" and rest == [Token("keyword", "modules")]):
            self._is_modules(first)
        elif first == "transitional":
            self.transitional.add(self.defined_syms[-1].name)
        elif first == "option" and len(rest) > 1 and rest[0].text != "env":
            self._parse_error("more than one option")
        elif first == "default" and self._in_choice_entry:
            if rest[:1] and rest[0].kind == "word" and (not rest[1:] or rest[1].text == "if"):
                return False
            self._parse_error("expected the name of an option")
        else:
            return first == "visible" and not rest  # as "visible if y"
        return True

    def _first(self, tokens: list[Token]) -> str:
        """The keyword that a statement begins with; "assignment" for one."""
        kind, text = tokens[0]
        if kind == "keyword":
            return text
        is_assignment = kind == "word" and tokens[1:2] != [] and tokens[1] in _ASSIGNING
        if not is_assignment or (len(tokens) > 2 and tokens[2].kind != "value"):
            self._parse_error("unknown statement")
        return "assignment"

    def _token(self, token: Token, first: str, place: int) -> Any:
        """A token of Kconfiglib, at its place in a statement that begins with a word."""
        kind, text = token
        if kind == "keyword":
            return _OPERATORS.get(text) or _KEYWORDS.get(text, _UNKNOWN)
        if kind == "quoted":
            is_text = first == "option" or (place == 1 and first in _BEFORE_TEXT)
            return text if is_text else self._lookup_const_sym(text)
        if first == "choice":
            return text
        if text in kconfiglib.STR_TO_TRI and first not in ("config", "menuconfig"):
            return self.const_syms[text]
        return self._lookup_sym(text)

    def _is_modules(self, first: str) -> None:
        if first == "modules" and self._refuses(Mistake.MODULES_WITHOUT_OPTION):
            self._parse_error("this kernel uses 'option modules'")
        if self.modules_symbol is not None:
            self._refuse(f"'modules' is already set for {self.modules_symbol.name}")
        self.modules_symbol = self.defined_syms[-1]

    # Entries

    def _parse_block(self, end_token: Any, parent: Any, prev: Any) -> Any:
        is_choice = end_token is kconfiglib._T_ENDCHOICE
        if end_token is kconfiglib._T_ENDIF:
            self._open_block(parent)
        self._choice_depth += is_choice
        last = super()._parse_block(end_token, parent, prev)
        self._choice_depth -= is_choice
        if end_token is not None:
            self._blocks.pop()
        return last

    def _open_block(self, entry: Any) -> None:
        """From here on, what follows stands in a block, which the entry begins."""
        if len(self._blocks) >= _DEEPEST:
            self._refuse(f"nested more than {_DEEPEST} deep")
        self._blocks.append(entry)

    def _parse_props(self, node: Any) -> None:
        self._unfit = self._unfit_for(node.item)
        self._takes_properties = True
        self._in_choice_entry = isinstance(node.item, Choice)
        if self._in_choice_entry or node.item is kconfiglib.MENU:
            self._open_block(node)
        super()._parse_props(node)
        self._unfit = frozenset()
        self._in_choice_entry = False
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
        expr = self._chain(kconfiglib._T_OR, kconfiglib.OR, self._parse_and_expr)
        if not self._expr_depth:
            if self._deepest_expr > _DEEPEST // 3 and _levels(expr) > _DEEPEST:
                self._refuse(f"an expression nested more than {_DEEPEST} deep")
            self._deepest_expr = 0
        return expr

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
        self._deepest_expr = max(self._deepest_expr, self._expr_depth)
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

    def _expect_nonconst_sym(self) -> Any:
        token = self._tokens[1]
        if token in (self.n, self.m, self.y) and not self._quoted:
            # no kernel has it; in conf, all that names the constant then depends on this entry
            self._parse_error(f"the constant '{token.name}' as an option: not supported")
        return super()._expect_nonconst_sym()

    def _make_and(self, e1: Any, e2: Any) -> Any:
        return [*(e1 if isinstance(e1, list) else ()), e2]

    def _parse_prompt(self, node: Any) -> None:
        super()._parse_prompt(node)
        self.prompts.setdefault(node, []).append(node.prompt)

    def _parse_help(self, node: Any) -> None:
        refuses = self._refuses(Mistake.HELP_TWICE_OR_BLANK)
        if node in self.help_lines and refuses:
            self._refuse("a second help text")
        self.help_lines[node] = self.statement_line + 1
        while self._lexers[-1].is_open and len(self._lexers) > 1:
            self._leave_file()
        if not self._lexers[-1].skip_help() and refuses:
            self._refuse("a help text that says nothing")

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

    # Functions

    def _error_if(self, condition: str, message: str) -> str:
        if condition == "y":
            self._refuse(message)
        return ""

    def _warning_if(self, condition: str, message: str) -> str:
        if condition == "y":
            self.messages.append(f"{self.filename}:{self._lexers[-1].line}: {message}")
        return ""

    def _shell(self, command: str) -> str:
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


def _levels(expr: Any) -> int:
    """How deep an expression is nested; a chain of one operator is one level."""
    most = 0
    todo = [(expr, None, 0)]
    while todo:
        part, above, level = todo.pop()
        most = max(most, level)
        if isinstance(part, tuple):
            level += part[0] is kconfiglib.NOT or part[0] is not above
            todo += [(inner, part[0], level) for inner in part[1:]]
    return most


def _place_of(block: Any) -> tuple[str, str, int]:
    """The word that a block begins with, its file and its line."""
    if block.item is None:
        return "if", block.dep.file, block.dep.line
    word = "menu" if block.item is kconfiglib.MENU else "choice"
    return word, block.filename, block.linenr


def parse(filename: str, grammar: Grammar = LENIENT, *, shell_allowed: bool = True) -> RawKconfig:
    """Parse the Kconfig files from ``filename`` on, relative to $srctree.

    ``grammar`` is that of the tree's conf.  Unless ``shell_allowed``, a
    ``$(shell ...)`` is an error.  Raises ParseError (Kconfiglib's) with file
    and line.
    """
    return RawKconfig(filename, grammar, shell_allowed=shell_allowed)
