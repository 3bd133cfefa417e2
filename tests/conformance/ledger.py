"""Results that outlive the run: one JSON line for each task that was done."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Lock
from typing import Any

from attrs import asdict, frozen

from tests.conformance.matrix import Identity, Task


@frozen
class Outcome:
    """What came of a task.

    ``count``: comparisons made.  ``differences``: one text for each that did
    not come out the same, with the place of its reproducer.  ``skipped``: why
    nothing was compared.  ``conf``: runs of conf, and their seconds.
    """

    count: int = 0
    differences: tuple[str, ...] = ()
    skipped: str = ""
    runs: int = 0
    conf_seconds: float = 0.0
    seconds: float = 0.0

    @property
    def is_final(self) -> bool:
        """Does a rerun have nothing to look at again?"""
        return not self.differences and not self.skipped


class Ledger:
    """A file of results, appended to; a half-written last line counts for nothing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = Lock()
        self._known: dict[tuple[str, Task], Outcome] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        for line in text.splitlines():
            self._take(line)
        self._separator = "" if not text or text.endswith("\n") else "\n"

    def _take(self, line: str) -> None:
        try:
            entry: Any = json.loads(line)
            task = Task(**entry["task"])
            outcome = Outcome(**{**entry["outcome"], "differences": ()})
            differences = tuple(map(str, entry["outcome"]["differences"]))
            key = str(entry["key"])
        except (ValueError, TypeError, KeyError):
            return
        self._known[key, task] = Outcome(**{**asdict(outcome), "differences": differences})

    def get(self, identity: Identity, task: Task) -> Outcome | None:
        """The result of a task, if it was done with the same tree, tools and code."""
        return self._known.get((identity.key, task))

    def add(self, identity: Identity, task: Task, outcome: Outcome) -> None:
        """Keep a result; it is in the file when this returns."""
        entry = {
            "key": identity.key,
            "version": identity.version,
            "task": asdict(task),
            "outcome": asdict(outcome),
        }
        with self._lock:
            self._known[identity.key, task] = outcome
            with self.path.open("a", encoding="utf-8") as file:
                file.write(f"{self._separator}{json.dumps(entry)}\n")
            self._separator = ""
