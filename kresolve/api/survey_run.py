"""A plan or a proof for each of many symbols, over a pool of processes, to be resumed.

The results are JSON lines, one for each symbol in the order requested: a plan's
document with the symbol in front.  A survey resumes where its file ends; a last
line that was cut off is written again.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import closing, contextmanager, suppress
from functools import lru_cache, partial
from io import FileIO
from pathlib import Path
from typing import Any, ClassVar, Final

from attrs import evolve, field, frozen

from kresolve.api.workers import in_order
from kresolve.dotconfig.files import read_below
from kresolve.dotconfig.lines import Line
from kresolve.errors import ConfigFileError
from kresolve.evaluator import ConfMode
from kresolve.kconfig.model import Model
from kresolve.kconfig.storage import from_bytes
from kresolve.planner import Demand, ModelIndex, Plan, Question, Target, answer
from kresolve.progress import SILENT, Progress
from kresolve.results import Result, document

#: Symbols for one task of the pool: each process encodes a base once.
_CHUNK: Final = 10
_STATUSES: Final = ("planned", "impossible", "unknown")


@frozen
class SurveyTerms:
    """What all plans of a survey share; the question lacks the request."""

    base: str
    lines: tuple[Line, ...]
    mode: ConfMode = "olddefconfig"
    question: Question = Question(())  # noqa: RUF009 - it cannot be changed
    timeout: float | None = None
    #: Where the tree's files are; nothing where there are none.
    root: Path | None = None

    _keys: ClassVar = (
        *("pins=question.pins", "forbidden=question.forbidden"),
        *("objective=question.objective", "prefer=question.prefer"),
    )


@frozen
class SurveyedPlan:
    """A line of a survey's file: a plan, and which symbol it is for, on which terms."""

    request: Demand
    terms: SurveyTerms
    plan: Plan

    _keys: ClassVar = ("symbol=request.name", "asked", "terms", "*plan")

    @property
    def asked(self) -> str:
        """The request as a text."""
        return str(self.request)


@frozen(repr=False)
class Survey(Result):
    """How many symbols are planned, impossible and unknown; ``new`` were done just now.

    ``output`` is the file, with a plan's document for each symbol in a line.
    """

    output: Path
    counts: Mapping[str, int] = field(factory=dict)
    new: int = 0

    schema: ClassVar = "kresolve.survey/2"
    _keys: ClassVar = ("counts", "new")
    _rows_of: ClassVar = "plans"

    def __str__(self) -> str:
        return ", ".join(f"{number} {status}" for status, number in self.counts.items() if number)

    def to_dict(self) -> dict[str, Any]:
        """How it went, and every plan's document, as it stands in the file."""
        return {**super().to_dict(), "plans": list(self.plans())}

    def plans(self) -> Iterator[dict[str, Any]]:
        """The document of each symbol's plan, as it stands in the file."""
        with self.output.open(encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)


def survey_lines(
    model: Model,
    saved: bytes,
    requests: Sequence[Demand],
    terms: SurveyTerms,
    output: Path,
    *,
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: Progress = SILENT,
) -> Survey:
    """Plan each request by itself and write a line for each; see the module.

    ``saved`` is the model as bytes, for the other processes.  ``executor``:
    where to plan, by default ``jobs`` processes.  Raises ConfigFileError if the
    file has results of something else in it, or another survey writes it, and
    ToolError if processes are killed again and again.
    """
    with _locked(output) as file:
        known = _read(file, output, model, terms)
        wanted = [request for request in requests if str(request) not in known]
        counts = dict.fromkeys(_STATUSES, 0)
        for request in requests:
            if str(request) in known:
                counts[known[str(request)]] += 1
        with (
            tempfile.TemporaryDirectory(prefix="kresolve-survey-") as scratch,
            progress.task("planning", len(requests)) as task,
        ):
            path = Path(scratch, "model")
            path.write_bytes(saved)
            done = len(requests) - len(wanted)
            task.update(done)
            each = partial(plan_each, str(path), terms)
            chunks = [tuple(wanted[at : at + _CHUNK]) for at in range(0, len(wanted), _CHUNK)]
            results = in_order(each, chunks, executor=executor, jobs=jobs, progress=progress)
            with closing(results):
                for documents in results:
                    lines = "".join(f"{json.dumps(document)}\n" for document in documents)
                    _append(file, output, lines.encode())
                    for document in documents:
                        counts[document["status"]] += 1
                    done += len(documents)
                    task.update(done)
    return Survey(output, counts, len(wanted))


def plan_each(path: str, terms: SurveyTerms, requests: Iterable[Demand]) -> list[dict[str, Any]]:
    """The documents of plans, each for one request; runs in a process of the pool."""
    target = _target(path, terms)
    return [
        document(
            SurveyedPlan(
                request,
                terms,
                answer(target, evolve(terms.question, requests=(request,)), timeout=terms.timeout),
            )
        )
        for request in requests
    ]


@lru_cache(maxsize=2)
def _target(path: str, terms: SurveyTerms) -> Target:
    """A process reads a model, and encodes a base, only once."""
    model = from_bytes(Path(path).read_bytes(), path)
    return Target(
        model,
        terms.base,
        terms.lines,
        terms.mode,
        ModelIndex(model, partial(read_below, terms.root)),
    )


@contextmanager
def _locked(output: Path) -> Iterator[FileIO]:
    """The file of a survey, for reading and appending, and for nobody else meanwhile."""
    if output.exists() and not output.is_file():
        raise ConfigFileError(f"{output}: not a regular file; a survey goes on with what is in one")
    with _told(output):
        file = output.open("a+b", buffering=0)
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise ConfigFileError(
                f"{output}: another survey{_holder(file)} is writing it; wait for it to end, "
                "or use another file"
            ) from error
        yield file


@contextmanager
def _told(output: Path) -> Iterator[None]:
    """Say of which file it is that the system refuses something."""
    try:
        yield
    except OSError as error:
        raise ConfigFileError(f"{output}: cannot write it: {error.strerror or error}") from error


def _append(file: FileIO, output: Path, data: bytes) -> None:
    with _told(output):
        while data:  # a disk that is nearly full takes a part first
            data = data[file.write(data) :]


def _holder(file: FileIO) -> str:
    """Which process has locked a file, as far as the system tells."""
    inode = f":{os.fstat(file.fileno()).st_ino}"
    with suppress(OSError):
        for line in Path("/proc/locks").read_text(encoding="ascii").splitlines():
            words = line.split()
            if "FLOCK" in words and "->" not in words and words[5].endswith(inode):
                return f" (process {words[4]})"
    return ""


def _read(file: FileIO, output: Path, model: Model, terms: SurveyTerms) -> dict[str, str]:
    """What a file has already: status by request.  A last line that was cut off goes."""
    file.seek(0)
    data = file.read()
    whole = data[: data.rfind(b"\n") + 1]
    known: dict[str, str] = {}
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            found = json.loads(line)
            place = (found["tree"]["version"], found["tree"]["arch"], found["base"])
            # a ValueError for any other
            known[found["asked"]] = _STATUSES[_STATUSES.index(found["status"])]
            same = found["mode"] == terms.mode and found["terms"] == document(terms)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ConfigFileError(
                f"{output}:{number}: not a line of a survey; remove it, or use another file"
            ) from error
        here = (model.info.version, model.info.arch, terms.base)
        if place != here or not same:
            raise ConfigFileError(
                f"{output}:{number}: a survey of Linux {place[0]} {place[1]}, base {place[2]}, "
                "or with other options; use another file"
            )
    with _told(output):
        file.truncate(len(whole))
    return known
