"""What a command has from the system: its standard streams, and how it ends."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import sys
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path


class Ended(BaseException):
    """A signal that ends the program; on its way up everything is put away."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


class StdoutError(Exception):
    """Standard output could not be written to."""


@contextlib.contextmanager
def ending_orderly() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise Ended, as Ctrl-C raises KeyboardInterrupt."""

    def end(number: int, _: object) -> None:
        raise Ended(number)

    before = {}
    if threading.current_thread() is threading.main_thread():
        for number in (signal.SIGTERM, signal.SIGHUP):
            if signal.getsignal(number) is signal.SIG_DFL:  # under nohup it is not
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def open_streams() -> None:
    """Have standard streams that are there, and an output that takes every text.

    What comes out is UTF-8 whatever the locale, as the files are; bytes that
    were none come out as they were read.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # which takes the lowest that is free: this one
    # A stream that was closed when Python started is None.
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")


def flush_stdout() -> None:
    """Write what is left.  Raises StdoutError, or BrokenPipeError."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise StdoutError(error.strerror or str(error)) from error


def abandon_stdout() -> None:
    """Keep Python from writing to a standard output that failed once more at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Say what is wrong: one line, and nothing in it that a terminal would obey."""
    shown = "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)
    sys.stderr.write(f"kresolve: {shown}\n")


def mistake(error: Exception) -> str:
    """An exception that nobody expected, with its place."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
