"""The public function `minimize`."""

from __future__ import annotations

from pathlib import Path

from kresolve.api.options import AnyTree, MinimizeOptions, Mode, OnWhat, Where, described
from kresolve.api.question import Requests
from kresolve.dotconfig.lines import Line
from kresolve.errors import RequestError
from kresolve.planner.minimizing import Minimal, keeping, same_config
from kresolve.progress import SILENT, TIMEOUT, Progress


@described(Where, OnWhat, MinimizeOptions)
def minimize(
    *fragments: str | Path,
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path = "defconfig",
    mode: Mode = "olddefconfig",
    keep: Requests = (),
    timeout: float | None = TIMEOUT,
    progress: Progress = SILENT,
) -> Minimal:
    """The fewest lines of fragments that make the same ``.config`` on a base.

    Args:
        fragments: The fragments, merged in order.

    Returns:
        A Minimal; ``lines`` are those that are left, ``dropped`` the others with the reason.

    Raises:
        KresolveError: The question is wrong; RequestError if ``keep`` does not hold with all lines.
    """
    here = Where(tree, arch, cross_compile, llvm, shell).load(progress)
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
    return keeping(target, lines, request, timeout=timeout, progress=progress)
