"""The public function `survey`: a plan or a proof for each of many symbols."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path

from kresolve.api.question import Names, Objective, Prefer, QuestionOptions, option_names
from kresolve.api.survey_run import Survey, SurveyOptions, survey_lines
from kresolve.api.tree import Tree, loaded
from kresolve.dotconfig.files import check_writable
from kresolve.errors import RequestError
from kresolve.evaluator import ConfMode
from kresolve.kconfig.storage import to_bytes
from kresolve.kconfig.values import Type
from kresolve.planner import Demand, checked
from kresolve.progress import SILENT, TIMEOUT, Progress


def survey(
    *symbols: str,
    output: str | Path,
    tree: str | Path | Tree | None = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path = "defconfig",
    mode: ConfMode = "olddefconfig",
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
        output: The file; a survey resumes where it ends.
        tree: A directory, a tarball, "debian:6.12", "kernel.org:6.12.47", "git:DIR@REV", a
            saved model, or a Tree; None for the current directory.
        arch: As for ``make ARCH=``; None for this machine's. A Tree has been loaded for one, and
            with its ``cross_compile``, ``llvm`` and ``shell``: others are a RequestError.
        cross_compile: As for ``make CROSS_COMPILE=``.
        llvm: As for ``make LLVM=``.
        shell: False to run no code from the tree: no make, no ``$(shell ...)``, no conf.
        base: A make target, "empty", "running" or a file.
        mode: "olddefconfig", or "allnoconfig" as ``merge_config.sh -n`` does.
        pin: Options that keep the base's value.
        forbid: Options that must be n.
        prefer: The value to prefer where a request takes both.
        objective: What is best, as for :func:`kresolve.plan`.
        timeout: Seconds for each symbol; None for no limit.
        executor: An Executor of concurrent.futures whose processes can read this machine's
            temporary files; None for ``jobs`` processes.
        jobs: How many processes; None for one for each processor.
        progress: Where to show that the work goes on.

    Returns:
        A Survey; ``counts`` by status, ``plans()`` reads the file.

    Raises:
        KresolveError: The question is wrong, or the file has something else in it.
    """
    options = QuestionOptions(pin=pin, forbid=forbid, objective=objective, prefer=prefer)
    if jobs is not None and jobs < 1:
        raise RequestError(f"invalid number of jobs {jobs}; use 1 or more")
    here = loaded(
        tree, arch=arch, cross_compile=cross_compile, llvm=llvm, shell=shell, progress=progress
    )
    target = here.target(base, (), mode)
    path = Path(output)
    check_writable(path)
    return survey_lines(
        here.model,
        to_bytes(here.model),
        _each(here, symbols),
        SurveyOptions(
            base=target.base,
            lines=target.lines,
            mode=mode,
            pins=option_names(here.model, options.pin, "--pin"),
            forbidden=option_names(here.model, options.forbid, "--forbid"),
            objective=options.objective,
            prefer=options.prefer,
            timeout=timeout,
            root=None if here.source is None else here.source.path,
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
