"""The command line: ``kresolve COMMAND``.

Data goes to standard output, talk and progress to standard error.  Exit
status: 0 it holds, 1 it does not, 2 the question was wrong, 3 kresolve could
not tell; 130 when interrupted.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from kresolve.errors import ConfigFileError, KresolveError, WitnessError

if TYPE_CHECKING:
    from kresolve.api import Tree
    from kresolve.lines import Line
    from kresolve.progress import Progress

HOLDS, FAILS, WRONG, UNKNOWN, INTERRUPTED = 0, 1, 2, 3, 130

_PLAN_EXAMPLES = """\
examples:
  kresolve plan criu --tree debian:6.12 --base allnoconfig -o criu.config
  kresolve plan INET_UDP_DIAG TUN=m --base defconfig --verify conf
  kresolve plan 'NETFILTER_XT_MARK=y|m' --base .config --json
  kresolve plan @wanted.config --base tinyconfig --pin EXPERT --objective lines

a request is a profile (criu, criu:lazy-pages), X or X=y, X=m, 'X=y|m', X=n,
or @FILE for every line of a fragment
"""
_OLDDEFCONFIG_EXAMPLES = """\
examples:
  kresolve olddefconfig .config -o .config.new
  kresolve olddefconfig my.config --tree debian:6.12 --arch arm64 -o out.config
"""
_SAVEDEFCONFIG_EXAMPLES = """\
examples:
  kresolve savedefconfig .config -o my_defconfig
"""
_TREE_EXAMPLES = {
    "fetch": """\
  kresolve tree fetch debian:6.12
  kresolve tree fetch debian:5.10@bullseye
""",
    "list": """\
  kresolve tree list
""",
    "show": """\
  kresolve tree show debian:6.12 --arch arm64
  kresolve tree show --tree . --json
""",
    "save": """\
  kresolve tree save linux-6.12.model --tree debian:6.12 --arch x86_64
""",
}
_EXAMPLES = """\
examples:
  kresolve plan criu --tree debian:6.12 --base allnoconfig -o criu.config
  kresolve plan INET_UDP_DIAG --base .config
  kresolve olddefconfig .config -o .config.new
  kresolve tree fetch debian:6.12

kresolve COMMAND --help tells more of each command
"""


class _Parser(argparse.ArgumentParser):
    """Errors in one line, with the way to the help."""

    def error(self, message: str) -> NoReturn:
        self.exit(WRONG, f"{self.prog}: {message} (try {self.prog} --help)\n")


#: What ``add_subparsers`` returns; argparse has no public name for it.
_Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"  # noqa: SLF001


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser: argparse.ArgumentParser = _Parser(
        prog="kresolve",
        description="Which config-fragment lines make Linux kernel options survive, proved.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"kresolve {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    _add_plan(commands)
    _add_olddefconfig(commands)
    _add_savedefconfig(commands)
    _add_tree(commands)
    return parser


def _add_plan(commands: _Commands) -> None:
    plan = _command(commands, "plan", "the lines that a request needs on a base", _PLAN_EXAMPLES)
    plan.add_argument("request", nargs="+", metavar="REQUEST", help="an option, a profile or @FILE")
    _add_tree_arguments(plan)
    _add_base_arguments(plan)
    plan.add_argument("--pin", action="append", default=[], metavar="X", help="X keeps its value")
    plan.add_argument("--forbid", action="append", default=[], metavar="X", help="X must end as n")
    plan.add_argument(
        "--prefer",
        choices=("y", "m"),
        default="y",
        help="the value to prefer where a request takes both, all else being equal",
    )
    plan.add_argument(
        "--objective",
        choices=("default", "lines"),
        default="default",
        help="what is best: what a kernel developer would write, or the fewest lines",
    )
    plan.add_argument("--verify", choices=("conf",), help="ask the tree's own conf as well")
    plan.add_argument("--json", action="store_true", help="the whole answer as JSON on stdout")
    plan.add_argument("-o", "--output", type=Path, metavar="FILE", help="write the fragment there")
    plan.set_defaults(run=_plan)


def _add_olddefconfig(commands: _Commands) -> None:
    command = _command(
        commands,
        "olddefconfig",
        "the .config that conf would write, without conf",
        _OLDDEFCONFIG_EXAMPLES,
    )
    command.add_argument("input", type=Path, metavar="IN", help="a .config or fragment")
    command.add_argument("-o", "--output", type=Path, metavar="OUT", help="default: stdout")
    _add_tree_arguments(command)
    _add_finish_argument(command)
    command.set_defaults(run=_olddefconfig)


def _add_savedefconfig(commands: _Commands) -> None:
    command = _command(
        commands,
        "savedefconfig",
        "the smallest .config, as make savedefconfig writes it",
        _SAVEDEFCONFIG_EXAMPLES,
    )
    command.add_argument("input", type=Path, metavar="IN", help="a .config")
    command.add_argument("-o", "--output", type=Path, metavar="OUT", help="default: stdout")
    _add_tree_arguments(command)
    command.set_defaults(run=_savedefconfig)


def _add_tree(commands: _Commands) -> None:
    all_examples = "examples:\n" + "".join(_TREE_EXAMPLES.values())
    tree = _command(commands, "tree", "trees and saved models", all_examples)
    actions = tree.add_subparsers(dest="action", metavar="ACTION", required=True)
    fetch = _action(actions, "fetch", "fetch a tree, or a newer version of it")
    fetch.add_argument(
        "tree",
        metavar="TREE",
        help="debian:6.12, debian:6.12@SUITE, kernel.org:6.12.47, git:DIR@REV or a tarball",
    )
    fetch.set_defaults(run=_tree_fetch)
    listing = _action(actions, "list", "the trees in the cache")
    listing.set_defaults(run=_tree_list)
    show = _action(actions, "show", "a tree's version, architecture and toolchain")
    show.add_argument("name", nargs="?", metavar="TREE", help="the same as --tree")
    _add_tree_arguments(show)
    show.add_argument("--json", action="store_true", help="as JSON, with all variables")
    show.set_defaults(run=_tree_show)
    save = _action(actions, "save", "save a model, to be used without tree and compiler")
    save.add_argument("output", type=Path, metavar="FILE", help="where to save it")
    _add_tree_arguments(save)
    save.set_defaults(run=_tree_save)


def _action(actions: _Commands, name: str, summary: str) -> argparse.ArgumentParser:
    return _command(actions, name, summary, "examples:\n" + _TREE_EXAMPLES[name])


def _command(
    commands: _Commands,
    name: str,
    summary: str,
    examples: str,
) -> argparse.ArgumentParser:
    return commands.add_parser(
        name,
        help=summary,
        description=summary,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )


def _add_tree_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--tree",
        metavar="TREE",
        help="a source directory or tarball, debian:6.12, debian:6.12@SUITE, git:DIR@REV, "
        "kernel.org:6.12.47 or a saved model; default: the current directory",
    )
    parser.add_argument("--arch", metavar="ARCH", help="as for make ARCH=; default: this machine's")
    parser.add_argument("--cross-compile", metavar="PREFIX", help="as for make CROSS_COMPILE=")
    parser.add_argument(
        "--llvm", nargs="?", const=True, default=False, metavar="VALUE", help="as for make LLVM="
    )
    parser.add_argument(
        "--no-shell",
        dest="shell",
        action="store_false",
        help="run nothing of the tree: no make, no $(shell ...), no conf; only saved and "
        "cached models are read",
    )


def _add_base_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--base",
        default="defconfig",
        metavar="BASE",
        help="allnoconfig, alldefconfig, defconfig, tinyconfig, empty, a NAME_defconfig, running, "
        "a .config file (compressed or not) or a kernel image; default: defconfig",
    )
    parser.add_argument(
        "--fragment",
        action="append",
        default=[],
        metavar="FILE",
        help="merged on top of the base; a file, or a fragment of the tree such as "
        "kvm_guest.config; may be repeated",
    )
    _add_finish_argument(parser)


def _add_finish_argument(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--finish",
        choices=("olddefconfig", "allnoconfig"),
        default="olddefconfig",
        help="what the build does with the lines; allnoconfig is merge_config.sh -n",
    )


def _version() -> str:
    import kresolve

    return kresolve.__version__


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def _complain(text: str) -> None:
    sys.stderr.write(f"{text}\n")


# Commands


def _plan(arguments: argparse.Namespace) -> int:
    from kresolve.api import plan
    from kresolve.report.document import plan_document
    from kresolve.report.terminal import TerminalProgress
    from kresolve.report.text import plan_report

    _check_output(arguments.output)
    progress = TerminalProgress()
    answer = plan(
        *arguments.request,
        tree=arguments.tree,
        arch=arguments.arch,
        cross_compile=arguments.cross_compile,
        llvm=arguments.llvm,
        shell=arguments.shell,
        base=arguments.base,
        fragments=arguments.fragment,
        finish=arguments.finish,
        pin=arguments.pin,
        forbid=arguments.forbid,
        prefer=arguments.prefer,
        objective=arguments.objective,
        verify=arguments.verify,
        progress=progress,
    )
    if answer.status == "planned" and arguments.output is not None:
        answer.write(arguments.output)
    if arguments.json:
        _say(json.dumps(plan_document(answer), indent=2))
    elif arguments.output is None:
        sys.stdout.write(answer.fragment)
    sys.stdout.flush()
    if not arguments.json:
        progress.note(plan_report(answer))
        if answer.status == "planned" and arguments.output is not None:
            progress.note(f"written to {arguments.output}")
    return {"planned": HOLDS, "impossible": FAILS}.get(answer.status, UNKNOWN)


def _olddefconfig(arguments: argparse.Namespace) -> int:
    return _convert(
        arguments,
        lambda tree, lines: tree.olddefconfig(lines, finish=arguments.finish).text(),
    )


def _savedefconfig(arguments: argparse.Namespace) -> int:
    return _convert(arguments, lambda tree, lines: tree.savedefconfig(lines))


def _convert(arguments: argparse.Namespace, text_of: Callable[[Tree, list[Line]], str]) -> int:
    """Read a configuration, and write what becomes of it."""
    from kresolve.files import write_whole
    from kresolve.report.terminal import TerminalProgress

    _check_output(arguments.output)
    progress = TerminalProgress()
    tree = _load(arguments, progress)
    lines, bad = tree.read(arguments.input)
    for line in bad:
        progress.note(f"warning: {line}")
    text = text_of(tree, lines)
    if arguments.output is None:
        sys.stdout.write(text)
    else:
        write_whole(arguments.output, text)
    return HOLDS


def _tree_fetch(arguments: argparse.Namespace) -> int:
    from kresolve.report.terminal import TerminalProgress
    from kresolve.trees import find_tree

    tree = find_tree(arguments.tree, progress=TerminalProgress(), refresh=True)
    _say(f"{tree.version}\t{tree.source}\t{tree.path}")
    return HOLDS


def _tree_list(arguments: argparse.Namespace) -> int:
    from kresolve.trees import cached_trees

    for tree in cached_trees():
        _say(f"{tree.version}\t{tree.source}\t{tree.path}")
    return HOLDS


def _tree_show(arguments: argparse.Namespace) -> int:
    from kresolve.report.document import tree_document
    from kresolve.report.terminal import TerminalProgress
    from kresolve.report.text import tree_report

    arguments.tree = arguments.tree or arguments.name
    tree = _load(arguments, TerminalProgress())
    if arguments.json:
        _say(json.dumps(tree_document(tree.model), indent=2))
    else:
        _say(tree_report(tree.model))
    return HOLDS


def _tree_save(arguments: argparse.Namespace) -> int:
    from kresolve.report.terminal import TerminalProgress

    _check_output(arguments.output)
    _load(arguments, TerminalProgress()).save(arguments.output)
    return HOLDS


def _load(arguments: argparse.Namespace, progress: Progress) -> Tree:
    from kresolve.api import Tree

    return Tree.load(
        arguments.tree,
        arch=arguments.arch,
        cross_compile=arguments.cross_compile,
        llvm=arguments.llvm,
        shell=arguments.shell,
        progress=progress,
    )


def _check_output(path: Path | None) -> None:
    """Refuse an output that cannot be written before any work is done."""
    if path is None:
        return
    if path.is_dir():
        raise ConfigFileError(f"{path}: this is a directory; name a file to write")
    if not path.absolute().parent.is_dir():
        raise ConfigFileError(f"{path}: no such directory: {path.absolute().parent}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    try:
        try:
            status = _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read standard output has gone: not an error of ours.
        _abandon_stdout()
        return 128 + signal.SIGPIPE
    except OSError as error:
        _abandon_stdout()
        _complain(f"kresolve: standard output: {error.strerror or error}")
        return WRONG
    return status


def _run(arguments: Sequence[str] | None) -> int:
    try:
        parsed = build_parser().parse_args(arguments)
        run: Callable[[argparse.Namespace], int] = parsed.run
        return run(parsed)
    except WitnessError as error:
        _complain(f"kresolve: {error}")
        return UNKNOWN
    except KresolveError as error:
        _complain(f"kresolve: {error}")
        return WRONG
    except KeyboardInterrupt:
        _complain("kresolve: interrupted")
        return INTERRUPTED
    except SystemExit as exit_:  # argparse: help, version, or a wrong command line
        return exit_.code if isinstance(exit_.code, int) else WRONG


def _abandon_stdout() -> None:
    """Keep Python from writing to a standard output that failed once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
