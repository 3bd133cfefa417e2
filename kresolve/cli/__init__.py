"""The command line: ``kresolve COMMAND``.

Data goes to standard output, talk and progress to standard error.  Exit
status: 0 it holds, 1 it does not, 2 the question was wrong, 3 kresolve could
not tell; 130 when interrupted, 143 and 129 when ended by SIGTERM and SIGHUP.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Final

import kresolve
from kresolve.cli.common import INTERRUPTED, UNKNOWN, WRONG, Parser
from kresolve.cli.process import TerminatedBySignal, describe_bug, ending_orderly
from kresolve.cli.streams import (
    StdoutError,
    abandon_stdout,
    flush_stdout,
    print_error,
    standard_streams,
)
from kresolve.dotconfig.files import reason
from kresolve.errors import DisagreementError, KresolveError, cannot_import

#: The commands with what each does, as ``kresolve --help`` lists them.  Each has a module.
_COMMANDS: Final = {
    "plan": "the lines that a request needs on a base",
    "check": "does a .config have the requested options?",
    "profiles": "the profiles there are, or what one holds",
    "explain": "why an option has its value, and what would change it",
    "graph": "the part of the dependency graph that matters",
    "gates": "what setting X hides, shows, switches on or off",
    "search": "find symbols by name, prompt and help text",
    "show": "all that the Kconfig files say about a symbol",
    "lint": "which lines do not survive, are redundant, conflict, or are unknown",
    "merge": "merge_config.sh, with lost lines found",
    "migrate": "what the next kernel does to the lines of fragments",
    "minimize": "the fewest lines of fragments that do the same",
    "survey": "a plan or a proof for many symbols",
    "audit-selftests": "check the config fragments of the kernel's selftests",
    "olddefconfig": "the .config that conf would write, without conf",
    "savedefconfig": "the smallest .config, as make savedefconfig writes it",
    "case": "a question as a small test case of its own, for a bug report",
    "tree": "trees and saved models",
}

_EXAMPLES = """\
examples:
  kresolve plan criu --tree debian:6.12 --base allnoconfig -o criu.config
  kresolve plan INET_UDP_DIAG --base .config
  kresolve explain INET_UDP_DIAG --config .config
  kresolve check criu --config running
  kresolve olddefconfig .config -o .config.new
  kresolve tree fetch debian:6.12

kresolve COMMAND --help shows the options of a command
"""


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The parser of all commands; only one with its arguments, if one is chosen."""
    parser: argparse.ArgumentParser = Parser(
        prog="kresolve",
        description="Which config-fragment lines make Linux kernel options survive, proved.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"kresolve {kresolve.__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, summary in _COMMANDS.items():
        command = commands.add_parser(name, help=summary, description=summary)
        if chosen in (None, name):
            module = import_module(f"kresolve.cli.{name.replace('-', '_')}")
            command.formatter_class = argparse.RawDescriptionHelpFormatter
            command.epilog = module.EXAMPLES
            command.set_defaults(run=getattr(module, "run", None))  # "tree" has its own commands
            module.add(command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit status."""
    with standard_streams():
        try:
            with ending_orderly():
                status = _run(arguments)
                flush_stdout()
                return status
        except StdoutError as error:
            abandon_stdout()
            if error.is_broken_pipe:
                # Whoever read standard output has gone: not an error of ours.
                return 128 + signal.SIGPIPE
            print_error(f"standard output: {error}")
            return WRONG
        except TerminatedBySignal as end:  # a second signal, while the first was answered
            return 128 + end.number
        except KeyboardInterrupt:
            return INTERRUPTED


def _run(arguments: Sequence[str] | None) -> int:
    try:
        words = sys.argv[1:] if arguments is None else arguments
        # Only --help and --version can stand before the command.
        chosen = next((word for word in words if word in _COMMANDS), "")
        parsed = build_parser(chosen).parse_args(arguments)
        run: Callable[[argparse.Namespace], int] = parsed.run
        return run(parsed)
    except StdoutError:
        raise
    except DisagreementError as error:
        print_error(str(error))
        return UNKNOWN
    except KresolveError as error:
        print_error(str(error))
        return WRONG
    except KeyboardInterrupt:
        print_error("interrupted")
        return INTERRUPTED
    except TerminatedBySignal as end:
        print_error(f"ended by {signal.Signals(end.number).name}")
        return 128 + end.number
    except SystemExit as exit_:  # argparse: help, version, or a wrong command line
        return exit_.code if isinstance(exit_.code, int) else WRONG
    except OSError as error:
        place = "" if error.filename is None else f"{os.fsdecode(error.filename)}: "
        from kresolve.sources.cache import cache_root

        print_error(f"{place}{reason(error, cache_root())}")
        return WRONG
    except ImportError as error:
        said = cannot_import(error)
        print_error(said or f"{describe_bug(error)}: a bug in kresolve; please report it")
        return WRONG if said else UNKNOWN
    except MemoryError:
        print_error("out of memory")
        return UNKNOWN
    except RecursionError:
        print_error("the input is nested too deeply")
        return WRONG
    except Exception as error:  # noqa: BLE001 - Python's own status is that of a proof
        print_error(f"{describe_bug(error)}: a bug in kresolve; please report it")
        return UNKNOWN
