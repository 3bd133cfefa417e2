"""What commands have in common: arguments, examples in the help, loading, output."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeAlias

from kresolve.cli.streams import say
from kresolve.dotconfig.files import check_writable
from kresolve.kconfig.printable import printable
from kresolve.progress import ADVICE_TIMEOUT, TIMEOUT

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


#: What ``add_subparsers`` returns; argparse has no public name for it.
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def command(
    commands: Commands,
    name: str,
    summary: str,
    examples: str,
) -> argparse.ArgumentParser:
    """Add a command, with its examples in the help."""
    return commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def add_tree_arguments(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """Which tree, or trees, read for which architecture and with which tools."""
    action, again = ("append", "; may be repeated") if several else ("store", "")
    parser.add_argument(
        "--tree",
        action=action,
        metavar="TREE",
        help="a source directory or tarball, debian:6.12, debian:6.12@SUITE, git:DIR@REV, "
        f"kernel.org:6.12.47 or a saved model; default: the current directory{again}",
    )
    add_toolchain_arguments(parser, several=several)


def add_toolchain_arguments(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """For which architecture, or several, and with which tools a tree is read."""
    action, again = ("append", "; may be repeated") if several else ("store", "")
    parser.add_argument(
        "--arch",
        action=action,
        metavar="ARCH",
        help=f"as for make ARCH=; default: this machine's{again}",
    )
    parser.add_argument("--cross-compile", metavar="PREFIX", help="as for make CROSS_COMPILE=")
    parser.add_argument(
        "--llvm", nargs="?", const=True, default=False, metavar="VALUE", help="as for make LLVM="
    )
    parser.add_argument(
        "--no-shell",
        dest="shell",
        action="store_false",
        help="run no code from the tree: no make, no $(shell ...), no conf; only saved and "
        "cached models are read",
    )


_BASES: Final = (
    "allnoconfig, alldefconfig, defconfig, tinyconfig, empty, a NAME_defconfig, running, "
    "a .config file (compressed or not) or a kernel image; default: defconfig"
)


def add_base_argument(parser: argparse.ArgumentParser) -> None:
    """On what the lines come."""
    parser.add_argument("--base", default="defconfig", metavar="BASE", help=_BASES)


def add_question_arguments(parser: argparse.ArgumentParser) -> None:
    """What else has to hold, and what is best."""
    parser.add_argument(
        "--pin", action="append", default=[], metavar="X", help="keep the base's value of X"
    )
    parser.add_argument("--forbid", action="append", default=[], metavar="X", help="X must be n")
    parser.add_argument(
        "--prefer",
        choices=("y", "m"),
        default="y",
        help="the value to prefer where a request takes both, if all else is equal",
    )
    parser.add_argument(
        "--objective",
        choices=("default", "lines", "footprint"),
        default="default",
        help="what is best: what a kernel developer would write, the fewest lines, or the "
        'smallest kernel, with "is not set" lines for that alone',
    )


def add_timeout_argument(
    parser: argparse.ArgumentParser,
    default: float = TIMEOUT,
    what: str = "then the best plan found so far is taken, and labelled so",
) -> None:
    """How long to look for the best."""
    parser.add_argument(
        "--timeout",
        type=seconds,
        default=default,
        metavar="SECONDS",
        help=f"{what} (default: %(default)g)",
    )


def add_advice_timeout_argument(parser: argparse.ArgumentParser) -> None:
    """How long to look for what lost lines lack."""
    add_timeout_argument(
        parser,
        ADVICE_TIMEOUT,
        "for the advice about lost lines; then what is known so far is printed",
    )


def seconds(text: str) -> float:
    """A number of seconds, as argparse takes it."""
    with contextlib.suppress(ValueError):
        number = float(text)
        if number > 0:
            return number
    raise argparse.ArgumentTypeError(f"invalid time {text!r}; use a number of seconds above 0")


def add_base_arguments(parser: argparse.ArgumentParser, *, several: bool = False) -> None:
    """On what the lines come, and what the build does with them."""
    if several:
        parser.add_argument(
            "--base",
            action="append",
            metavar="BASE",
            help=f"{_BASES}; any for a fragment that holds on every base; may be repeated",
        )
    else:
        add_base_argument(parser)
    parser.add_argument(
        "--fragment",
        action="append",
        default=[],
        metavar="FILE",
        help="merged on top of the base; a file, or a fragment of the tree such as "
        "kvm_guest.config; may be repeated",
    )
    add_mode_argument(parser)


def add_mode_argument(parser: argparse.ArgumentParser) -> None:
    """What the build does with the lines."""
    parser.add_argument(
        "--mode",
        choices=("olddefconfig", "allnoconfig"),
        default="olddefconfig",
        help="what the build does with the lines; allnoconfig is merge_config.sh -n",
    )


def add_profile_argument(parser: argparse.ArgumentParser) -> None:
    """Profiles of the user's own."""
    parser.add_argument(
        "--profile",
        action="append",
        default=[],
        metavar="FILE",
        help="a profile of your own (TOML), requested by its name; may be repeated",
    )


def load(arguments: argparse.Namespace, progress: Progress) -> Tree:
    """The tree that the arguments name."""
    from kresolve.api.tree import Tree

    return Tree.load(
        arguments.tree,
        arch=arguments.arch,
        cross_compile=arguments.cross_compile,
        llvm=arguments.llvm,
        shell=arguments.shell,
        progress=progress,
    )


def check_output(path: Path | None) -> None:
    """Refuse an output that cannot be written before any work is done."""
    if path is not None:
        check_writable(path)
