"""A plan or a proof for each of many symbols, over a pool of processes, to be resumed.

The results are JSON lines, one for each symbol in the order asked: a plan's
document with the symbol in front.  A file that was begun is gone on with; the
last line, if it was cut off, is written anew.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from kresolve.errors import ConfigFileError
from kresolve.lines import Line
from kresolve.model import Model
from kresolve.modelfile import from_bytes
from kresolve.planner import Demand, Knowledge, Plan, Question, World, answer
from kresolve.progress import SILENT, Progress
from kresolve.report.document import plan_document
from kresolve.semantics import Finish

#: Symbols for one task of the pool: each process encodes a base once.
_CHUNK: Final = 10


@frozen
class Terms:
    """What all plans of a survey have in common."""

    base: str
    lines: tuple[Line, ...]
    finish: Finish = "olddefconfig"
    pins: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    objective: str = "default"
    prefer: str = "y"
    timeout: float | None = None


@frozen
class Survey:
    """How many symbols are planned, impossible and unknown; ``new`` were done just now."""

    counts: Mapping[str, int] = field(factory=dict)
    new: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{number} {status}" for status, number in self.counts.items() if number)


def survey_lines(
    model: Model,
    saved: bytes,
    requests: Sequence[Demand],
    terms: Terms,
    output: Path,
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: Progress = SILENT,
) -> Survey:
    """Plan each request by itself and write a line for each; see the module.

    ``saved`` is the model as bytes, for the other processes.  ``executor``:
    where to plan, by default ``jobs`` processes.  Raises ConfigFileError if the
    file has results of something else in it.
    """
    known = _read(output, model, terms)
    wanted = [request for request in requests if str(request) not in known]
    counts = dict.fromkeys(("planned", "impossible", "unknown"), 0)
    for request in requests:
        if str(request) in known:
            counts[known[str(request)]] += 1
    with (
        tempfile.TemporaryDirectory(prefix="kresolve-survey-") as scratch,
        output.open("a", encoding="utf-8") as file,
        progress.task("planning", len(requests)) as task,
    ):
        path = Path(scratch, "model")
        path.write_bytes(saved)
        done = len(requests) - len(wanted)
        task.update(done)
        pool = executor or ProcessPoolExecutor(jobs or os.cpu_count() or 1)
        try:
            for documents in _in_order(pool, path, terms, wanted):
                for document in documents:
                    file.write(json.dumps(document) + "\n")
                    counts[document["status"]] += 1
                file.flush()
                done += len(documents)
                task.update(done)
        finally:
            if executor is None:
                pool.shutdown(cancel_futures=True)
    return Survey(counts, len(wanted))


def _in_order(
    pool: Executor, path: Path, terms: Terms, requests: Sequence[Demand]
) -> Iterator[list[dict[str, Any]]]:
    """The documents of the requests, some at a time."""
    chunks = [requests[start : start + _CHUNK] for start in range(0, len(requests), _CHUNK)]
    futures: list[Future[list[dict[str, Any]]]] = [
        pool.submit(plan_each, str(path), terms, tuple(chunk)) for chunk in chunks
    ]
    try:
        for future in futures:
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def plan_each(path: str, terms: Terms, requests: Iterable[Demand]) -> list[dict[str, Any]]:
    """The documents of plans, each for one request; runs in a process of the pool."""
    world = _world(path, terms)
    return [_document(request, terms, _plan(world, terms, request)) for request in requests]


def _plan(world: World, terms: Terms, request: Demand) -> Plan:
    question = Question(
        (request,),
        pins=terms.pins,
        forbidden=terms.forbidden,
        objective=terms.objective,
        prefer=terms.prefer,
    )
    return answer(world, question, timeout=terms.timeout)


@lru_cache(maxsize=2)
def _world(path: str, terms: Terms) -> World:
    """A process reads a model, and encodes a base, only once."""
    model = from_bytes(Path(path).read_bytes(), path)
    return World(model, terms.base, terms.lines, terms.finish, Knowledge(model))


def _document(request: Demand, terms: Terms, plan: Plan) -> dict[str, Any]:
    return {
        "symbol": request.name,
        "asked": str(request),
        "terms": _said(terms),
        **plan_document(plan),
    }


def _read(output: Path, model: Model, terms: Terms) -> dict[str, str]:
    """What a file has already: status by request.  A last line that was cut off goes."""
    if not output.exists():
        return {}
    data = output.read_bytes()
    whole = data[: data.rfind(b"\n") + 1]
    known: dict[str, str] = {}
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            found = json.loads(line)
            place = (found["tree"]["version"], found["tree"]["arch"], found["base"])
            known[found["asked"]] = found["status"]
            same = found["finish"] == terms.finish and found["terms"] == _said(terms)
        except (ValueError, KeyError, TypeError) as error:
            raise ConfigFileError(
                f"{output}:{number}: no line of a survey; name another file"
            ) from error
        here = (model.info.version, model.info.arch, terms.base)
        if place != here or not same:
            raise ConfigFileError(
                f"{output}:{number}: a survey of Linux {' '.join(place[:2])}, base {place[2]}, "
                "or with other options; name another file"
            )
    if len(whole) < len(data):
        with output.open("r+b") as file:
            file.truncate(len(whole))
    return known


def _said(terms: Terms) -> list[Any]:
    """The options of all plans, as a line of the file tells them."""
    return [list(terms.pins), list(terms.forbidden), terms.objective, terms.prefer]
