"""Deadlines: a moment in the future, or never."""

from __future__ import annotations

import time
from typing import Final

from attrs import frozen


class OutOfTime(Exception):  # noqa: N818 - a signal inside the package, no error of the user's
    """The deadline came before the answer; never leaves kresolve."""


@frozen
class Deadline:
    """A moment on the monotonic clock, in seconds; None is never."""

    moment: float | None = None

    @classmethod
    def after(cls, seconds: float | None) -> Deadline:
        """So many seconds from now; never, for None."""
        return cls(None if seconds is None else time.monotonic() + seconds)

    @property
    def left(self) -> float | None:
        """The seconds that are left, never less than 0; None without end."""
        return None if self.moment is None else max(0.0, self.moment - time.monotonic())

    def check(self) -> None:
        """Raise OutOfTime if the moment has come."""
        if self.moment is not None and time.monotonic() >= self.moment:
            raise OutOfTime


NEVER: Final = Deadline()
