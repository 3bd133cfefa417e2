"""Waiting for what has to come, on a machine as busy as it may be.

No test asserts how long something takes.  A test that waits, waits for an
event; only where that never comes does it fail, after so long that no busy
machine is the reason, and before what would end by itself has ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

#: Seconds.
PATIENCE: Final = 300
#: What a test starts and ends sleeps for so long: whoever waited for its end is seen.
FOREVER: Final = 3000


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition holds."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.01)


def is_running(pid: int) -> bool:
    """Is there a process of this id that is not just waiting to be reaped?"""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
    except OSError:
        return False
