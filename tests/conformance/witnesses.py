"""The comparisons themselves: evaluator against conf, evaluator against clauses.

Each difference leaves a folder with all that it takes to see it again.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from attrs import define, field

from kresolve import Tree
from kresolve.dependencies import Dependencies
from kresolve.encode import Circuit, Encoding, FreeUser
from kresolve.errors import ConfigFileError
from kresolve.lines import fragment_text, parse_lines
from kresolve.oracle import OracleResult, make_target
from kresolve.semantics import Configuration, Finish, evaluate, user_values
from kresolve.solve import Session, Solution
from kresolve.trees.cache import safe_name
from kresolve.tristate import LETTERS
from tests.conformance import configs, test_clauses
from tests.conformance.ledger import Outcome
from tests.conformance.matrix import AT_ONCE, Kind, Task

#: One input in so many is finished with allnoconfig.
_FINISHED_WITH_ALLNOCONFIG: Final = 4


@define
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

    def conf(self, mode: str, config: str | None = None, allconfig: str | None = None) -> str:
        """What conf writes."""
        return self.timed(self.tree.oracle.run(mode, config, allconfig=allconfig))

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
        work.tree.oracle.run(
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
        path = work.folder / f".{safe_name(str(work.task))}.input"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        try:
            mine = work.tree.olddefconfig(path, finish=finish).text()
        finally:
            path.unlink()
        work.same(f"{number} {finish}", theirs, mine, {"input.config": data})


def _base(work: Comparison) -> None:
    """A base: the lines and the bytes of what conf, or for defconfig make, writes."""
    tree, name = work.tree, work.task.which
    base = tree.base(name)
    if name == "defconfig":
        assert tree.source is not None
        theirs = work.timed(make_target(tree.source, name, arch=tree.info.arch))
        mine = tree.olddefconfig(base.lines).text()
    else:
        theirs = work.conf(name)
        mine = evaluate(tree.model, None, name).text()  # type: ignore[arg-type]
    work.same(name, theirs, mine, {})
    written, bad = parse_lines(theirs, "conf")
    if bad or [(a.symbol, a.value) for a in written] != [(b.symbol, b.value) for b in base.lines]:
        work.differs(
            f"{name} lines",
            "the base has other lines than its target writes",
            {"expected": _bytes(theirs), "kresolve": _bytes(fragment_text(base.lines))},
        )


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
    tree, model, seed = work.tree, work.tree.model, work.task.seed
    fixed = test_clauses._fixed_lines(tree, seed)
    circuit = Circuit()
    user = FreeUser(model, user_values(model, fixed.lines), circuit)
    encoding = Encoding(model, user, circuit, Dependencies(model))
    encoding.add(model.symbols)
    with Session(circuit.clauses) as session:
        for number in range(AT_ONCE):
            lines = test_clauses._fragment(tree, fixed, seed + number)
            values = user_values(model, lines)
            assert test_clauses._same_frame(values, user.values)
            user.values = values
            solved = session.solve(user.assumptions())
            work.count += 1
            found = (
                ["the clauses have no configuration for these lines"]
                if solved is None
                else _told_apart(evaluate(model, lines), encoding, solved)
            )
            if found:
                files = {
                    "input.config": _bytes(fragment_text(lines)),
                    "differences.txt": _bytes("\n".join(found) + "\n"),
                }
                work.differs(str(number), f"{found[0]} ({len(found)} in all)", files)


def _told_apart(evaluated: Configuration, encoding: Encoding, solved: Solution) -> list[str]:
    """Every symbol whose written value is another in the clauses than by evaluation."""
    found: list[str] = []
    for name, value in encoding.values.items():
        letter = LETTERS[solved.holds(value.some) + solved.holds(value.full)]
        if letter != evaluated[name]:
            found.append(f"{name}: clauses {letter}, evaluator {evaluated[name]}")
    for name, texts in {**encoding.texts, **encoding.written}.items():
        holding = [text for text, literal in texts.items() if solved.holds(literal)]
        if holding != [evaluated[name]]:
            found.append(f"{name}: clauses {holding}, evaluator {evaluated[name]!r}")
    return found


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
