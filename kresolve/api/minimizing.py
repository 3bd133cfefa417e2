"""The public function `minimize`."""

from __future__ import annotations

from pathlib import Path

from kresolve.api.question import Requests
from kresolve.api.tree import Tree, loaded
from kresolve.dotconfig.lines import Line
from kresolve.errors import RequestError
from kresolve.evaluator import ConfMode
from kresolve.planner.minimizing import Minimal, keeping, same_config
from kresolve.progress import SILENT, TIMEOUT, Progress


def minimize(
    *fragments: str | Path,
    tree: str | Path | Tree | None = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path = "defconfig",
    mode: ConfMode = "olddefconfig",
    keep: Requests = (),
    timeout: float | None = TIMEOUT,
    progress: Progress = SILENT,
) -> Minimal:
    """The fewest lines of fragments that make the same ``.config`` on a base.

    Args:
        fragments: The fragments, merged in order.
        tree: A directory, a tarball, "debian:6.12", "kernel.org:6.12.47", "git:DIR@REV", a
            saved model, or a Tree; None for the current directory.
        arch: As for ``make ARCH=``; None for this machine's. A Tree has been loaded for one, and
            with its ``cross_compile``, ``llvm`` and ``shell``: others are a RequestError.
        cross_compile: As for ``make CROSS_COMPILE=``.
        llvm: As for ``make LLVM=``.
        shell: False to run no code from the tree: no make, no ``$(shell ...)``, no conf.
        base: A make target, "empty", "running" or a file.
        mode: "olddefconfig", or "allnoconfig" as ``merge_config.sh -n`` does.
        keep: A request, as for :func:`kresolve.plan` (the command's ``--for``): the fewest lines
            with which it holds, instead of those that make the same ``.config``.
        timeout: Seconds after which the fewest so far are taken; None for never.
        progress: Where to show that the work goes on.

    Returns:
        A Minimal; ``lines`` are those that are left, ``dropped`` the others with the reason.

    Raises:
        KresolveError: The question is wrong; RequestError if ``keep`` does not hold with all lines.
    """
    here = loaded(
        tree, arch=arch, cross_compile=cross_compile, llvm=llvm, shell=shell, progress=progress
    )
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
