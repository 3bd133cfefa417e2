"""Which comparisons a task consists of, by its kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from kresolve import Tree
from tests.conformance import real, witnesses
from tests.conformance.comparison import Comparison, outcome
from tests.conformance.ledger import Outcome
from tests.conformance.matrix import Kind, Task

KINDS: Final[Mapping[Kind, Callable[[Comparison], None]]] = {
    **witnesses.KINDS,
    **real.KINDS,
}


def compare(tree: Tree, task: Task, folder: Path) -> Outcome:
    """Do a task; what differs is kept below ``folder``."""
    return outcome(tree, task, folder, KINDS[task.kind])
