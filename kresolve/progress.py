"""Report the progress of long work, independent of terminals.

Functions that may take more than a second take a :class:`Progress`.  The
terminal's implementation is :mod:`kresolve.rendering.terminal`; :data:`SILENT` reports
nothing.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

#: Seconds after which the best plan so far is taken.
TIMEOUT: Final = 300.0

#: Seconds after which advice about lost lines ends with what is known by then.
ADVICE_TIMEOUT: Final = 60.0


class Task(Protocol):
    """One bar: ``completed`` of ``total``, in the unit the caller chose."""

    def update(self, completed: float, total: float | None = None) -> None:
        """Set how much is done (and, once it is known, of how much)."""


class Progress(Protocol):
    """Somewhere to show tasks."""

    def task(
        self, description: str, total: float | None = None, *, unit: str = ""
    ) -> AbstractContextManager[Task]:
        """Open a task; it is closed when the context ends.

        ``unit`` is "bytes" for amounts of data, else empty.
        """

    def note(self, text: str) -> None:
        """Say one line about what is being done."""


class _SilentTask:
    def update(self, completed: float, total: float | None = None) -> None:
        pass


class _Silent:
    def __repr__(self) -> str:
        return "SILENT"

    def task(
        self, description: str, total: float | None = None, *, unit: str = ""
    ) -> AbstractContextManager[Task]:
        return nullcontext(_SilentTask())

    def note(self, text: str) -> None:
        pass


SILENT: Progress = _Silent()
