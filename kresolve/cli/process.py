"""How a command ends: by a signal, or by a bug."""

from __future__ import annotations

import contextlib
import signal
import threading
import traceback
from collections.abc import Iterator
from pathlib import Path


class TerminatedBySignal(BaseException):
    """A signal that ends the program, as an exception, so that everything is cleaned up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextlib.contextmanager
def ending_orderly() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise Ended, as Ctrl-C raises KeyboardInterrupt."""

    def end(number: int, _: object) -> None:
        raise TerminatedBySignal(number)

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


def describe_bug(error: Exception) -> str:
    """An exception that nobody expected, with its place."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}:{place.lineno})"
