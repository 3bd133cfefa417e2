"""`make conformance`: kresolve against the kernel's own conf, on every tree and architecture.

Run as ``python -m tests.conformance.run``; docs/conformance.md says what it
does.  It can be killed at any time: a rerun skips what is done.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Final

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from kresolve import Tree
from kresolve.dotconfig.files import write_whole
from kresolve.errors import KresolveError
from kresolve.rendering.terminal import TerminalProgress
from kresolve.sources.cache import cache_root
from tests.conformance import summary
from tests.conformance.kinds import compare
from tests.conformance.ledger import Ledger, Outcome
from tests.conformance.matrix import (
    ARCHES,
    TREES,
    Identity,
    Kind,
    Task,
    code_digest,
    identity,
    tasks,
)

#: Loaded trees at a time: each task stays with its neighbours.
_LOADED: Final = 3


class Trees:
    """Loads trees when they are needed, and lets go of those used longest ago."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._trees: OrderedDict[tuple[str, str], Tree] = OrderedDict()
        self._identities: dict[tuple[str, str, Kind], Identity] = {}

    def tree(self, task: Task) -> Tree:
        """The tree of a task."""
        with self._lock:
            return self._load(task.tree, task.arch)

    def identity(self, task: Task) -> Identity:
        """What the results on the tree of a task depend on."""
        place = task.tree, task.arch, task.kind
        with self._lock:
            if place not in self._identities:
                tree = self._load(task.tree, task.arch)
                self._identities[place] = identity(tree, task.kind)
            return self._identities[place]

    def _load(self, name: str, arch: str) -> Tree:
        place = name, arch
        if place not in self._trees:
            self._trees[place] = Tree.load(name, arch=arch, progress=TerminalProgress())
            while len(self._trees) > _LOADED:
                self._trees.popitem(last=False)
        self._trees.move_to_end(place)
        return self._trees[place]


Report = Callable[[Task, Outcome, bool], None]


def work_through(
    wanted: Iterable[Task],
    *,
    jobs: int,
    ledger: Ledger,
    identify: Callable[[Task], Identity],
    do: Callable[[Task], Outcome],
    tell: Report,
) -> Iterator[summary.Result]:
    """Do the tasks that the ledger lacks, several at a time, and give all results.

    Tasks that were skipped or had a difference are looked at again.
    """

    def one(task: Task) -> tuple[summary.Result, bool]:
        try:
            about = identify(task)
        except KresolveError as error:  # a tree that cannot be read; the others go on
            return (task, Identity("", task.tree, ()), Outcome(differences=(str(error),))), True
        known = ledger.get(about, task)
        if known is not None and known.is_final:
            return (task, about, known), False
        outcome = do(task)
        ledger.add(about, task, outcome)
        return (task, about, outcome), True

    with ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(one, task) for task in wanted]
        try:
            for future in as_completed(futures):
                (task, about, outcome), is_new = future.result()
                tell(task, outcome, is_new)
                yield task, about, outcome
        finally:
            for future in futures:
                future.cancel()


@contextmanager
def _telling(console: Console, total: int) -> Iterator[Report]:
    """A bar on a terminal, else a line for each task that was done."""
    if console.is_terminal:
        columns = (
            SpinnerColumn(),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.description}"),
        )
        with Progress(*columns, console=console) as bars:
            bar = bars.add_task("", total=total)

            def advance(task: Task, outcome: Outcome, is_new: bool) -> None:
                bars.update(bar, advance=1, description=str(task))
                for text in outcome.differences:
                    bars.console.print(f"{task}, {text}", markup=False, soft_wrap=True)

            yield advance
        return
    done = 0

    def say(task: Task, outcome: Outcome, is_new: bool) -> None:
        nonlocal done
        done += 1
        if is_new:
            said = f"[{done}/{total}] {task}: {_words(outcome)}"
            console.print(said, markup=False, soft_wrap=True)
        for text in outcome.differences:
            console.print(f"    {text}", markup=False, soft_wrap=True)

    yield say


def _words(outcome: Outcome) -> str:
    if outcome.skipped:
        return f"skipped, {outcome.skipped}"
    same = f"{outcome.count} compared, {len(outcome.differences)} different"
    return f"{same} ({outcome.seconds:.0f} s)"


def _arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.conformance.run",
        description="Compare kresolve with the kernel's own conf, and evaluator with clauses.",
    )
    where = cache_root() / "conformance"
    parser.add_argument("--trees", nargs="+", default=TREES, metavar="TREE")
    parser.add_argument("--arches", nargs="+", default=ARCHES, metavar="ARCH")
    parser.add_argument(
        "--configs",
        type=int,
        default=100,
        help="random configs of x86_64 in each tree; of others a fifth (default: %(default)s)",
    )
    parser.add_argument("--jobs", type=int, default=2, help="tasks at a time")
    parser.add_argument(
        "--results",
        type=Path,
        default=where / "results.jsonl",
        help="where results are kept (default: conformance/results.jsonl in kresolve's cache)",
    )
    parser.add_argument("--report", type=Path, help="the JSON report (default: beside the results)")
    parser.add_argument("--table", type=Path, help="a page whose table is replaced")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the exit status is 1 if anything differs."""
    options = _arguments(arguments)
    console = Console(stderr=True, highlight=False)
    ledger = Ledger(options.results)
    differing = options.results.parent / "differences"
    wanted = list(tasks(options.trees, options.arches, options.configs))
    code = code_digest()
    trees = Trees()
    results: list[summary.Result] = []
    stopped = False
    try:
        with _telling(console, len(wanted)) as tell:
            for result in work_through(
                wanted,
                jobs=options.jobs,
                ledger=ledger,
                identify=trees.identity,
                do=lambda task: compare(trees.tree(task), task, differing),
                tell=tell,
            ):
                results.append(result)  # noqa: PERF402 - kept one by one: Ctrl-C loses none
    except KeyboardInterrupt:
        stopped = True
    place = {task: number for number, task in enumerate(wanted)}
    results.sort(key=lambda result: place[result[0]])
    data = summary.report(results, code, len(wanted))
    report = options.report or options.results.with_name("report.json")
    write_whole(report, (json.dumps(data, indent=1) + "\n").encode())
    if options.table and not stopped:
        summary.put_table(options.table, data)
    Console(highlight=False).print(summary.markdown(data), markup=False, soft_wrap=True)
    found = summary.differences(data)
    console.print(f"{len(found)} differences; report: {report}", markup=False, soft_wrap=True)
    if stopped:
        console.print("stopped; run it again to go on", markup=False)
        return 130
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
