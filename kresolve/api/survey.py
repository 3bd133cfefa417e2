"""The package's face in Python: many plans, and plans with fewer lines.

Each function takes ``tree`` as :func:`kresolve.plan` does, or a Tree already
loaded; the keywords ``arch``, ``cross_compile``, ``llvm``, ``shell`` and
``progress`` are those of :meth:`kresolve.Tree.load`.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Executor
from pathlib import Path
from typing import Unpack

from kresolve.api.exploring import Loading
from kresolve.api.loading import Requests
from kresolve.api.survey_run import Survey, SurveyOptions, survey_lines
from kresolve.api.tree import Tree
from kresolve.dotconfig.files import check_writable
from kresolve.dotconfig.lines import Line
from kresolve.errors import RequestError
from kresolve.evaluator import ConfMode
from kresolve.kconfig.storage import to_bytes
from kresolve.kconfig.values import Type
from kresolve.planner import Demand, checked
from kresolve.planner.minimizing import Minimal, keeping, same_config
from kresolve.planner.solve_and_verify import validate_options
from kresolve.progress import SILENT, TIMEOUT


def minimize(
    *fragments: str | Path,
    tree: str | Path | Tree | None = None,
    base: str | Path = "defconfig",
    mode: ConfMode = "olddefconfig",
    keep: Requests = (),
    timeout: float | None = TIMEOUT,
    **loading: Unpack[Loading],
) -> Minimal:
    """The fewest lines of fragments that make the same ``.config`` on a base.

    ``fragments`` are merged in order.  With ``keep`` (the command's ``--for``)
    the fewest with which a request holds.  Raises RequestError if it does not
    hold with all of them.
    """
    here = _loaded(tree, loading)
    target = here.target(base, (), mode)
    lines: list[Line] = []
    for fragment in fragments:
        more, bad = here.read(fragment)
        if bad:
            raise RequestError(str(bad[0]))
        lines += more
    request = here.requests(keep)
    if not request:
        return same_config(target, lines)
    progress = loading.get("progress", SILENT)
    return keeping(target, lines, request, timeout=timeout, progress=progress)


def survey(
    *symbols: str,
    output: str | Path,
    tree: str | Path | Tree | None = None,
    base: str | Path = "defconfig",
    mode: ConfMode = "olddefconfig",
    pin: str | Iterable[str] = (),
    forbid: str | Iterable[str] = (),
    objective: str = "default",
    prefer: str = "y",
    timeout: float | None = TIMEOUT,
    executor: Executor | None = None,
    jobs: int | None = None,
    **loading: Unpack[Loading],
) -> Survey:
    """A plan or a proof for each of many symbols, as JSON lines in a file.

    ``symbols``: "X" (a tristate may be y or m) or "X=m"; without any, every
    bool and tristate with a prompt.  A file that was begun is gone on with.
    ``executor``: any Executor of concurrent.futures, whose processes can read
    this machine's temporary files; by default ``jobs`` processes, one for each
    processor.  ``timeout`` is for each symbol.
    """
    validate_options(objective=objective, prefer=prefer, verify=None)
    if jobs is not None and jobs < 1:
        raise RequestError(f"jobs {jobs}: say how many processes, 1 or more")
    here = _loaded(tree, loading)
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
            pins=here.names(pin, "--pin"),
            forbidden=here.names(forbid, "--forbid"),
            objective=objective,
            prefer=prefer,
            timeout=timeout,
            root=None if here.source is None else here.source.path,
        ),
        path,
        executor=executor,
        jobs=jobs,
        progress=loading.get("progress", SILENT),
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


def _loaded(tree: str | Path | Tree | None, loading: Loading) -> Tree:
    return tree if isinstance(tree, Tree) else Tree.load(tree, **loading)
