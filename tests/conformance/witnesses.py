"""The comparisons themselves: evaluator against conf, evaluator against clauses.

Each difference leaves a folder with all that it takes to see it again.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

from attrs import define, evolve, field

from kresolve import Tree
from kresolve.errors import ConfigFileError
from kresolve.lines import Line, fragment_text, parse_lines
from kresolve.oracle import Oracle, OracleResult, make_target
from kresolve.semantics import Finish, evaluate
from kresolve.trees.cache import safe_name
from tests.conformance import configs, fragments
from tests.conformance.ledger import Outcome
from tests.conformance.matrix import AT_ONCE, MADE_BY_MAKE, Kind, Task

#: One input in so many is finished with allnoconfig.
_FINISHED_WITH_ALLNOCONFIG: Final = 4


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
            kept = {**files, "expected": _bytes(theirs), "kresolve": _bytes(mine)}
            self.differs(name, _first_difference(theirs, mine), kept)

    def differs(self, name: str, what: str, files: Mapping[str, bytes]) -> None:
        """Keep a difference, with the files that show it."""
        place = self.folder / safe_name(f"{self.task} {name}")
        place.mkdir(parents=True, exist_ok=True)
        about = f"{self.task}, {name} (seed {self.task.seed}): {what}\n"
        for file, data in {**files, "about.txt": _bytes(about)}.items():
            (place / file).write_bytes(data)
        self.differences.append(f"{name}: {what}; see {place}")

    def same_lines(self, name: str, theirs: str, lines: tuple[Line, ...]) -> None:
        """Note a difference if a base has other lines than what its target writes."""
        written, bad = parse_lines(theirs, "conf")
        if bad or [(a.symbol, a.value) for a in written] != [(b.symbol, b.value) for b in lines]:
            self.differs(
                f"{name} lines",
                "the base has other lines than its target writes",
                {"expected": _bytes(theirs), "kresolve": _bytes(fragment_text(lines))},
            )

    @cached_property
    def oracle(self) -> Oracle:
        """The tree's conf, which asks the toolchain once and then remembers."""
        return evolve(self.tree.oracle, replay=True)

    def conf(self, mode: str, config: str | None = None, allconfig: str | None = None) -> str:
        """What conf writes."""
        return self.timed(self.oracle.run(mode, config, allconfig=allconfig))

    def timed(self, result: OracleResult) -> str:
        """What a run of conf wrote, with its time counted."""
        self.runs += 1
        self.conf_seconds += result.seconds
        return result.config


def compare(tree: Tree, task: Task, folder: Path) -> Outcome:
    """Do a task.  Whatever goes wrong in it is a difference too."""
    work = Comparison(tree, task, folder)
    start = time.monotonic()
    skipped = ""
    try:
        _KINDS[task.kind](work)
    except ConfigFileError as error:
        skipped = str(error)
    except Exception as error:  # noqa: BLE001 - the others go on, and somebody has to look at it
        kept = {"traceback.txt": _bytes(traceback.format_exc())}
        work.differs("error", f"{type(error).__name__}: {error}", kept)
    return Outcome(
        count=work.count,
        differences=tuple(work.differences),
        skipped=skipped,
        runs=work.runs,
        conf_seconds=round(work.conf_seconds, 2),
        seconds=round(time.monotonic() - start, 2),
    )


def _random(work: Comparison) -> None:
    """Hard inputs made of one randconfig: the same bytes from conf and from kresolve."""
    seed = work.task.seed
    start = work.timed(
        work.oracle.run(
            "randconfig",
            extra={
                "KCONFIG_SEED": str(seed),
                "KCONFIG_PROBABILITY": configs.PROBABILITIES[seed % len(configs.PROBABILITIES)],
            },
        )
    )
    for number in range(AT_ONCE):
        data = configs.harden(start, work.tree.model, seed + number).data
        index = AT_ONCE * int(work.task.which) + number
        last = index % _FINISHED_WITH_ALLNOCONFIG == _FINISHED_WITH_ALLNOCONFIG - 1
        finish: Finish = "allnoconfig" if last else "olddefconfig"
        text = data.decode("utf-8", "surrogateescape")
        theirs = (
            work.conf("allnoconfig", None, allconfig=text)
            if last
            else work.conf("olddefconfig", text)
        )
        if index == 0:
            plain = work.timed(work.tree.oracle.run("olddefconfig", text))
            if plain != theirs:  # not counted: it is conf against itself
                work.differs("0 remembered", _first_difference(plain, theirs), {"input": data})
        path = work.folder / f".{safe_name(str(work.task))}.input"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        try:
            mine = work.tree.olddefconfig(path, finish=finish).text()
        finally:
            path.unlink()
        work.same(f"{number} {finish}", theirs, mine, {"input.config": data})


def _base(work: Comparison) -> None:
    """A base: the lines and the bytes of what conf writes, or make for what is no mode of conf."""
    tree, name = work.tree, work.task.which
    base, _, fragment = name.partition(" + ")
    if fragment:
        _with_fragment(work, base, fragment)
        return
    if name in MADE_BY_MAKE:
        assert tree.source is not None
        theirs = work.timed(make_target(tree.source, name, arch=tree.info.arch))
        mine = tree.olddefconfig(tree.base(name).lines).text()
    else:
        theirs = work.conf(name)
        mine = evaluate(tree.model, None, name).text()  # type: ignore[arg-type]
    work.same(name, theirs, mine, {})
    work.same_lines(name, theirs, tree.base(name).lines)


def _with_fragment(work: Comparison, base: str, fragment: str) -> None:
    """A base with a fragment of the tree on top, as ``make NAME.config`` makes it."""
    tree = work.tree
    assert tree.source is not None
    start = tree.olddefconfig(tree.base(base).lines).text()
    theirs = work.timed(make_target(tree.source, fragment, arch=tree.info.arch, config=start))
    mine = tree.olddefconfig(tree.world(base, [fragment]).lines).text()
    work.same(fragment, theirs, mine, {"input.config": _bytes(start)})


def _savedefconfig(work: Comparison) -> None:
    """The minimal config of a small and of a large hard input."""
    starts: tuple[Finish, ...] = ("alldefconfig", "allmodconfig")
    for start in starts:
        config = evaluate(work.tree.model, None, start).text()
        data = configs.harden(config, work.tree.model, work.task.seed).data
        text = data.decode("utf-8", "surrogateescape")
        theirs = work.conf("savedefconfig", text)
        lines, _ = parse_lines(text, "input", exact_unset=work.tree.model.dialect.exact_unset)
        work.same(start, theirs, work.tree.savedefconfig(lines), {"input.config": data})


def _clauses(work: Comparison) -> None:
    """On fragments that share an encoding, every symbol has the value that clauses give it."""
    for number, one in enumerate(fragments.compared(work.tree.model, work.task.seed, AT_ONCE)):
        work.count += 1
        if one.differences:
            files = {
                "input.config": _bytes(fragment_text(one.lines)),
                "differences.txt": _bytes("\n".join(one.differences) + "\n"),
            }
            first = one.differences[0]
            work.differs(str(number), f"{first} ({len(one.differences)} in all)", files)


_KINDS: Mapping[Kind, Callable[[Comparison], None]] = {
    "random": _random,
    "clauses": _clauses,
    "base": _base,
    "savedefconfig": _savedefconfig,
}


def _first_difference(theirs: str, mine: str) -> str:
    left, right = theirs.splitlines(), mine.splitlines()
    for number, (one, other) in enumerate(zip(left, right, strict=False), start=1):
        if one != other:
            return f"line {number} is {one!r} for the kernel, {other!r} for kresolve"
    return f"{len(left)} lines from the kernel, {len(right)} from kresolve"


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
