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

import subprocess
import sys
from pathlib import Path
from typing import IO, Any

import kconfiglib
from attrs import frozen
from kconfiglib import KconfigError as ParseError

__all__ = ["Choice", "Cond", "MenuNode", "ParseError", "RawKconfig", "Symbol"]

Symbol = kconfiglib.Symbol
Choice = kconfiglib.Choice
MenuNode = kconfiglib.MenuNode

#: conf reads at most this much of a command's output (preprocess.c, ``do_shell``).
_SHELL_LIMIT = 4095


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

    def __init__(self, filename: str) -> None:
        self.statement_line = 0
        self.modules_symbol: Any = None
        self.transitional: set[str] = set()
        self.prompts: dict[Any, list[tuple[str, Cond]]] = {}
        self.help_lines: dict[Any, int] = {}
        self.first_types: dict[Any, Any] = {}
        self.messages: list[str] = []
        # "$X" in a string is text to conf; Kconfiglib would ask the environment.
        kconfiglib.expandvars = lambda text: text
        super().__init__(filename, warn=True, warn_to_stderr=False)

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
        return Path(filename).open(mode, encoding="utf-8", errors="surrogateescape", newline="\n")

    def _next_line(self) -> bool:
        if not self._reuse_tokens:
            self.statement_line = self.linenr + 1
        return bool(super()._next_line())

    def _line_after_help(self, line: str) -> None:
        self.statement_line = self.linenr
        super()._line_after_help(line)

    def _tokenize(self, s: str) -> Any:
        """Keywords that came after Kconfiglib: both stand alone on their line."""
        word = s.partition("#")[0].strip()
        if word == "modules" or word.split() == ["option", "modules"]:
            symbol = self.defined_syms[-1]
            if self.modules_symbol is not None and self.modules_symbol is not symbol:
                raise ParseError(
                    f"{self.filename}:{self.statement_line}: 'modules' is already said of "
                    f"{self.modules_symbol.name}"
                )
            self.modules_symbol = symbol
            return (None,)
        if word == "transitional":
            self.transitional.add(self.defined_syms[-1].name)
            return (None,)
        return super()._tokenize(s)

    # Properties, each with its line

    def _cond(self, expr: Any, unless: Any = None) -> Cond:
        return Cond(expr, self.filename, self.statement_line, unless)

    def _parse_expr(self, transform_m: bool) -> Any:
        return super()._parse_expr(False)

    def _parse_cond(self) -> Cond:
        expr = self._parse_expr(False) if self._check_token(kconfiglib._T_IF) else None
        if self._tokens[self._tokens_i] is not None:
            self._trailing_tokens_error()
        return self._cond(expr)

    def _expect_expr_and_eol(self) -> Cond:
        expr = self._parse_expr(False)
        unless = None
        if self._tokens[0] is kconfiglib._T_DEPENDS and self._check_token(kconfiglib._T_IF):
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
        self.help_lines[node] = self.statement_line + 1
        super()._parse_help(node)
        node.help = None

    def _empty_help(self, node: Any, line: str) -> None:
        super()._empty_help(node, line)
        node.help = None

    def _set_type(self, sc: Any, new_type: Any) -> None:
        if sc.orig_type and sc.orig_type is not new_type:
            self.messages.append(
                f"{self.filename}:{self.statement_line}: ignoring type redefinition of "
                f"'{sc.name or '<choice>'}'"
            )
            return
        sc.orig_type = new_type

    def shell(self, _: Any, command: str) -> str:
        """``$(shell,command)`` as conf runs it: popen, in the working directory."""
        done = subprocess.run(  # noqa: S602 - it is what $(shell) means
            command, shell=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=False
        )
        text = done.stdout[:_SHELL_LIMIT].rstrip(b"\n").replace(b"\n", b" ")
        return text.decode("utf-8", "surrogateescape")


def _shell(kconfig: Any, name: str, command: str) -> str:
    return str(kconfig.shell(name, command))


def _warning_if(kconfig: Any, _: str, condition: str, message: str) -> str:
    if condition == "y":
        kconfig.messages.append(f"{kconfig.filename}:{kconfig.linenr}: {message}")
    return ""


def _info(kconfig: Any, _: str, message: str) -> str:
    kconfig.messages.append(message)
    return ""


#: The table that Kconfiglib takes from the module "kconfigfunctions".
functions = {
    "shell": (_shell, 1, 1),
    "warning-if": (_warning_if, 2, 2),
    "info": (_info, 1, 1),
}


def parse(filename: str) -> RawKconfig:
    """Parse the Kconfig files from ``filename`` on, relative to $srctree.

    Raises ParseError (Kconfiglib's) with file and line.
    """
    # Kconfiglib's own way of adding functions: a module of this name.
    sys.modules["kconfigfunctions"] = sys.modules[__name__]
    return RawKconfig(filename)
