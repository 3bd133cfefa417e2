"""A task at work: it counts comparisons, and keeps what differs."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from attrs import define, field

from kresolve import Tree
from kresolve.dotconfig.lines import Line, fragment_text, parse_lines
from kresolve.errors import ConfigFileError
from kresolve.sources.cache import safe_name
from kresolve.sources.oracle import Oracle, OracleResult
from tests.conformance.configs import replaying
from tests.conformance.ledger import Outcome
from tests.conformance.matrix import Task


@define(slots=False)
class Comparison:
    """A task at work on a loaded tree: counts, and keeps what differs."""

    tree: Tree
    task: Task
    #: Where reproducers go.
    folder: Path
    count: int = 0
    runs: int = 0
    conf_seconds: float = 0.0
    differences: list[str] = field(factory=list)

    def same(self, name: str, theirs: str, mine: str, files: Mapping[str, bytes]) -> None:
        """Count a comparison; if the texts differ, keep both and the files."""
        self.count += 1
        if theirs != mine:
            kept = {**files, "expected": as_bytes(theirs), "kresolve": as_bytes(mine)}
            self.differs(name, first_difference(theirs, mine), kept)

    def differs(self, name: str, what: str, files: Mapping[str, bytes]) -> None:
        """Keep a difference, with the files that show it."""
        place = self.folder / safe_name(f"{self.task} {name}")
        place.mkdir(parents=True, exist_ok=True)
        about = f"{self.task}, {name} (seed {self.task.seed}): {what}\n"
        for file, data in {**files, "about.txt": as_bytes(about)}.items():
            (place / file).write_bytes(data)
        self.differences.append(f"{name}: {what}; see {place}")

    def same_lines(self, name: str, theirs: str, lines: tuple[Line, ...]) -> None:
        """Note a difference if a base has other lines than what its target writes."""
        written, bad = parse_lines(theirs, "conf")
        if bad or [(a.symbol, a.value) for a in written] != [(b.symbol, b.value) for b in lines]:
            self.differs(
                f"{name} lines",
                "the base has other lines than its target writes",
                {"expected": as_bytes(theirs), "kresolve": as_bytes(fragment_text(lines))},
            )

    @cached_property
    def oracle(self) -> Oracle:
        """The tree's conf, which asks the toolchain once and then remembers."""
        return replaying(self.tree)

    def conf(self, mode: str, config: str | None = None, allconfig: str | None = None) -> str:
        """What conf writes."""
        return self.timed(self.oracle.run(mode, config, allconfig=allconfig))

    def timed(self, result: OracleResult) -> str:
        """What a run of conf wrote, with its time counted."""
        self.runs += 1
        self.conf_seconds += result.seconds
        return result.config


def outcome(tree: Tree, task: Task, folder: Path, do: Callable[[Comparison], None]) -> Outcome:
    """Do a task.  Whatever goes wrong in it is a difference too."""
    work = Comparison(tree, task, folder)
    start = time.monotonic()
    skipped = ""
    try:
        do(work)
    except ConfigFileError as error:
        skipped = str(error)
    except Exception as error:  # noqa: BLE001 - the others go on, and somebody has to look at it
        kept = {"traceback.txt": as_bytes(traceback.format_exc())}
        work.differs("error", f"{type(error).__name__}: {error}", kept)
    return Outcome(
        count=work.count,
        differences=tuple(work.differences),
        skipped=skipped,
        runs=work.runs,
        conf_seconds=round(work.conf_seconds, 2),
        seconds=round(time.monotonic() - start, 2),
    )


def first_difference(theirs: str, mine: str) -> str:
    """In words, where two texts that are not the same differ first."""
    left, right = theirs.splitlines(), mine.splitlines()
    for number, (one, other) in enumerate(zip(left, right, strict=False), start=1):
        if one != other:
            return f"line {number} is {one!r} for the kernel, {other!r} for kresolve"
    return f"{len(left)} lines from the kernel, {len(right)} from kresolve"


def as_bytes(text: str) -> bytes:
    """A text that was read from anywhere, as it was."""
    return text.encode("utf-8", "surrogateescape")
