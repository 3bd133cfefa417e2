"""Standard output and standard error: all text that commands print goes through here.

Answers go to standard output, and one that cannot be written is an error
(:class:`StdoutError`), never a result.  Messages go to standard error; what
cannot be written there is dropped, and the work goes on.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from collections.abc import Iterator
from typing import Any

from kresolve.kconfig.printable import printable


class StdoutError(Exception):
    """Standard output could not be written to; ``is_broken_pipe`` if its reader has gone."""

    def __init__(self, error: OSError) -> None:
        super().__init__(error.strerror or str(error))
        self.is_broken_pipe = isinstance(error, BrokenPipeError)


class _Talk:
    """Standard error that never fails: after a failed write, all text is dropped."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        try:
            self._stream.write(text)
        except (OSError, ValueError):
            _discard(self._stream)
        return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except (OSError, ValueError):
            _discard(self._stream)


@contextlib.contextmanager
def standard_streams() -> Iterator[None]:
    """Have standard streams that are there, and an output that takes every text.

    What comes out is UTF-8 whatever the locale, as the files are; bytes that
    were none come out as they were read.
    """
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            # It takes the lowest number that is free: this one.  Nothing can be
            # written to standard output, as before; the others are as good as null.
            os.open(os.devnull, os.O_RDONLY if descriptor == 1 else os.O_RDWR)
    # A stream that was closed when Python started is None.
    sys.stdout = sys.stdout or open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = sys.stderr or open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="surrogateescape")
    with contextlib.redirect_stderr(_Talk(sys.stderr)):
        yield


def say(text: str) -> None:
    """An answer for people, or JSON, on standard output; nothing for an empty text."""
    if text:
        _write(printable(text if text.endswith("\n") else f"{text}\n"))


def put(data: str) -> None:
    """Data on standard output, to the byte; printable only where a terminal shows it."""
    _write(printable(data) if sys.stdout.isatty() else data)


def paint(text: str) -> None:
    """A text on standard output that is printable, but for the colours in it."""
    _write(text)


def print_error(text: str) -> None:
    """Say what is wrong, in one line on standard error."""
    sys.stderr.write(f"kresolve: {printable(text, keep='')}\n")


def flush_stdout() -> None:
    """Write what is left.  Raises StdoutError."""
    _write("")


def abandon_stdout() -> None:
    """Keep Python from writing to a standard output that failed once more at exit."""
    _discard(sys.stdout)


def _write(text: str) -> None:
    """Write, and see at once whether that works."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except OSError as error:
        raise StdoutError(error) from error


def _discard(stream: Any) -> None:
    """Let what is still to be written to a stream go nowhere."""
    with contextlib.suppress(OSError, ValueError):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, stream.fileno())
        os.close(null)
