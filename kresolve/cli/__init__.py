"""The command line: ``kresolve COMMAND``.

Data goes to standard output, talk and progress to standard error.  Exit
status: 0 it holds, 1 it does not, 2 the question was wrong, 3 kresolve could
not tell; 130 when interrupted, 143 and 129 when ended by SIGTERM and SIGHUP.
"""

from __future__ import annotations

import argparse
import os
import signal
from collections.abc import Callable, Sequence
from typing import Final

from kresolve.cli import (
    audit_selftests,
    check,
    explain,
    gates,
    graph,
    lint,
    merge,
    migrate,
    minimize,
    olddefconfig,
    plan,
    profiles,
    savedefconfig,
    search,
    show,
    survey,
    tree,
)
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

#: The commands, as ``kresolve --help`` lists them.
_COMMANDS: Final = (
    plan,
    check,
    profiles,
    explain,
    graph,
    gates,
    search,
    show,
    lint,
    merge,
    migrate,
    minimize,
    survey,
    audit_selftests,
    olddefconfig,
    savedefconfig,
    tree,
)

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


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser: argparse.ArgumentParser = Parser(
        prog="kresolve",
        description="Which config-fragment lines make Linux kernel options survive, proved.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"kresolve {_version()}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for module in _COMMANDS:
        module.add(commands)
    return parser


def _version() -> str:
    import kresolve

    return kresolve.__version__


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
        parsed = build_parser().parse_args(arguments)
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
