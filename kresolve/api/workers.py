"""Run batches of work in other processes, which end when this one ends."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

from kresolve.errors import ToolError
from kresolve.progress import SILENT, Progress

Batch = TypeVar("Batch")
Result = TypeVar("Result")

#: So often in a row may processes be killed before a result comes.
_ATTEMPTS: Final = 3


def in_order(
    work: Callable[[Batch], Result],
    batches: Sequence[Batch],
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: Progress = SILENT,
) -> Generator[Result, None, None]:
    """What ``work`` makes of each batch, in order.

    ``executor``: where it is done; by default in ``jobs`` processes, one for each
    processor: no more than there are batches, nor than twice the processors.
    When one of these is killed, what it did is done again, with a note, in half
    as many.  Raises ToolError if that does not help.
    """
    processors = len(os.sched_getaffinity(0))
    jobs = max(1, min(jobs or processors, 2 * processors, len(batches)))
    left = deque(batches)
    killed = 0
    while left:
        try:
            with _processes(jobs, executor) as pool:
                for result in _results(pool, work, tuple(left)):
                    left.popleft()
                    killed = 0
                    yield result
        except BrokenExecutor as error:
            killed += 1
            if executor is not None or killed == _ATTEMPTS:
                raise ToolError(
                    "worker processes are killed again and again; is there too little memory?"
                ) from error
            jobs = max(1, jobs // 2)
            progress.note(
                "a worker process was killed (is there too little memory?); "
                f"its work is repeated, {jobs} at a time"
            )


@contextmanager
def _processes(jobs: int, executor: Executor | None) -> Iterator[Executor]:
    """Processes to work in; those that are ours end at once when something is wrong."""
    if executor is not None:
        yield executor
        return
    pool = ProcessPoolExecutor(jobs, initializer=_end_with_parent)
    try:
        yield pool
    except BaseException:
        for process in list((pool._processes or {}).values()):  # noqa: SLF001 - until 3.14
            process.kill()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _results(
    pool: Executor, work: Callable[[Batch], Result], batches: Iterable[Batch]
) -> Iterator[Result]:
    futures: list[Future[Result]] = [pool.submit(work, batch) for batch in batches]
    try:
        for future in futures:
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def _end_with_parent() -> None:
    """In a new process: leave signals to the parent, and end when it does, if by SIGKILL."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def wait() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()
