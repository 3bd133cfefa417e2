"""The public function `survey`: a plan or a proof for each of many symbols."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path

from kresolve.api.options import (
    AnyTree,
    Mode,
    Names,
    Objective,
    OnWhat,
    Prefer,
    SurveyOptions,
    What,
    Where,
    described,
)
from kresolve.api.question import question
from kresolve.api.survey_run import Survey, SurveyTerms, survey_lines
from kresolve.api.tree import Tree
from kresolve.dotconfig.files import check_writable
from kresolve.errors import RequestError
from kresolve.kconfig.storage import to_bytes
from kresolve.kconfig.values import Type
from kresolve.planner import Demand, checked
from kresolve.progress import SILENT, TIMEOUT, Progress


@described(SurveyOptions, Where, OnWhat, What)
def survey(
    *symbols: str,
    output: str | Path,
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path = "defconfig",
    mode: Mode = "olddefconfig",
    pin: Names = (),
    forbid: Names = (),
    prefer: Prefer = "y",
    objective: Objective = "default",
    timeout: float | None = TIMEOUT,
    executor: Executor | None = None,
    jobs: int | None = None,
    progress: Progress = SILENT,
) -> Survey:
    """A plan or a proof for each of many symbols, as JSON lines in a file.

    Args:
        symbols: "X" (a tristate may be y or m) or "X=m"; none for every bool and tristate with a
            prompt.

    Returns:
        A Survey; ``counts`` by status, ``plans()`` reads the file.

    Raises:
        KresolveError: The question is wrong, or the file has something else in it.
    """
    what = What(pin, forbid, prefer, objective)
    if jobs is not None and jobs < 1:
        raise RequestError(f"invalid number of jobs {jobs}; use 1 or more")
    here = Where(tree, arch, cross_compile, llvm, shell).load(progress)
    target = here.target(base, (), mode)
    path = Path(output)
    check_writable(path)
    return survey_lines(
        here.model,
        to_bytes(here.model),
        _each(here, symbols),
        SurveyTerms(
            target.base,
            target.lines,
            mode,
            question(what, here.model, ()),
            timeout,
            None if here.source is None else here.source.path,
        ),
        path,
        executor=executor,
        jobs=jobs,
        progress=progress,
    )


def _each(tree: Tree, symbols: Iterable[str]) -> list[Demand]:
    """The requests of a survey, each once."""
    model = tree.model
    names = list(symbols) or [name for name in model.symbols if name in model.options]
    found: dict[Demand, None] = {}
    for text in names:
        for request in tree.requests(text):
            symbol = model.symbols.get(text.strip().removeprefix("CONFIG_"))
            if symbol is not None and symbol.type is Type.TRISTATE:
                request = checked(model, symbol.name, "y|m", text)
            found[request] = None
    return list(found)
