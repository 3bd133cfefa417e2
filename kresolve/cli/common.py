"""What commands have in common: options as arguments, loading, the exit status."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable
from inspect import signature
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from attrs import fields_dict

from kresolve.api.options import Values, Where
from kresolve.cli.streams import say
from kresolve.dotconfig.files import check_writable
from kresolve.errors import RequestError
from kresolve.kconfig.printable import printable

if TYPE_CHECKING:
    from kresolve.api.tree import Tree
    from kresolve.progress import Progress

HOLDS: Final = 0
FAILS: Final = 1
WRONG: Final = 2
UNKNOWN: Final = 3
INTERRUPTED: Final = 130


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line that points to --help."""

    def error(self, message: str) -> NoReturn:
        """Exit with the status of a wrong question."""
        line = printable(f"{self.prog}: {message} (try {self.prog} --help)", keep="")
        self.exit(WRONG, f"{line}\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        # argparse itself would not tell of a help that cannot be written.
        if file is sys.stderr:
            super()._print_message(message, file)
        else:
            say(message)


#: A parser, or a group of arguments in one.
Arguments: TypeAlias = "argparse._ActionsContainer"  # noqa: SLF001


def add_options(parser: Arguments, family: type, *names: str) -> None:
    """Add the options of a family, or some of them by name.

    What is not given is None, so that the default of the function counts.
    """
    for name, attribute in fields_dict(family).items():
        spelling: dict[str, Any] = dict(attribute.metadata["spelling"])
        flag = spelling.pop("flag", f"--{name.replace('_', '-')}")
        if not flag or (names and name not in names):
            continue
        default, text = attribute.default, attribute.metadata["sentence"].replace("%", "%%")
        if isinstance(default, bool) and "action" not in spelling:
            spelling["action"] = f"store_{not default}".lower()
            flag = f"--no-{name}" if default and flag == f"--{name}" else flag
        elif default == () or spelling.get("action") == "append":
            spelling["action"] = "append"
            text += "; may be repeated"
        elif isinstance(default, str | float | int) and not isinstance(default, bool):
            text += (
                f"; default: {default:g}" if isinstance(default, float) else f"; default: {default}"
            )
        if spelling.get("type") is float:
            spelling["type"] = seconds
        elif spelling.get("type") is int:
            spelling["type"] = _number(spelling.pop("least"))
        flags = (flag,) if isinstance(flag, str) else flag
        parser.add_argument(*flags, dest=name, default=None, help=text, **spelling)


def keywords(function: Callable[..., object], arguments: argparse.Namespace) -> dict[str, Any]:
    """What is given of the keywords of a function or of a family."""
    given = vars(arguments)
    return {
        name: given[name]
        for name, one in signature(function).parameters.items()
        if given.get(name) is not None
        and (one.kind is one.KEYWORD_ONLY or one.default is not one.empty)
    }


def add_requests(parser: Arguments) -> None:
    """What is asked for."""
    parser.add_argument(
        "request", nargs="+", metavar="REQUEST", help="an option, a profile or @FILE"
    )


def add_values(parser: argparse.ArgumentParser) -> None:
    """The configuration whose values are shown, as --base or as a file."""
    base = parser.add_mutually_exclusive_group()
    add_options(base, Values, "base")
    base.add_argument(
        "--config", type=Path, metavar="FILE", help="show the values of a .config or kernel image"
    )
    add_options(parser, Values, "fragment", "mode")


def values_of(arguments: argparse.Namespace) -> dict[str, Any]:
    """The same as keywords; RequestError for a fragment without a base."""
    given = keywords(Values, arguments)
    if arguments.config is not None:
        given["base"] = arguments.config
    if "fragment" in given and "base" not in given:
        raise RequestError(f"--fragment {given['fragment'][0]} needs a --base; name one")
    return given


def add_json(parser: Arguments) -> None:
    """The option --json."""
    parser.add_argument("--json", action="store_true", help="the complete answer as JSON on stdout")


def add_output(parser: Arguments, text: str = "default: stdout", *, required: bool = False) -> None:
    """The option -o."""
    parser.add_argument("-o", "--output", type=Path, required=required, metavar="FILE", help=text)


def seconds(text: str) -> float:
    """A number of seconds, as argparse takes it."""
    with contextlib.suppress(ValueError):
        number = float(text)
        if number > 0:
            return number
    raise argparse.ArgumentTypeError(f"invalid time {text!r}; use a number of seconds above 0")


def _number(least: int) -> Callable[[str], int]:
    """A whole number from ``least`` on, as argparse takes it."""

    def number(text: str) -> int:
        if not text.isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"invalid number {text!r}; use {least} or more")
        return int(text)

    return number


def check_output(path: Path | None) -> None:
    """Refuse an output that cannot be written before any work is done."""
    if path is not None:
        check_writable(path)


def load(arguments: argparse.Namespace, progress: Progress) -> Tree:
    """The tree that the arguments name."""
    return Where(**keywords(Where, arguments)).load(progress)


def load_with_helps(arguments: argparse.Namespace) -> Tree:
    """The same, for help texts; a note where there are none."""
    from kresolve.rendering.terminal import TerminalProgress

    progress = TerminalProgress()
    tree = load(arguments, progress)
    if tree.source is None:
        progress.note("a saved model has no help texts; name the tree itself to read them")
    return tree
