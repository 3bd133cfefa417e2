"""The package's face in Python: plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from kresolve.api.loading import Fragments, Requests, as_list
from kresolve.api.tree import Tree
from kresolve.errors import RequestError
from kresolve.evaluator import ConfMode
from kresolve.planner import AnyOf, Plan, Request
from kresolve.planner.solve_and_verify import TargetRequest, solve_and_verify, validate_options
from kresolve.progress import SILENT, TIMEOUT, Progress

#: One tree, or several.
Trees: TypeAlias = "str | Path | Tree | Iterable[str | Path | Tree] | None"


def plan(
    *request: Requests,
    tree: Trees = None,
    arch: str | Iterable[str] | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | Iterable[str | Path] = "defconfig",
    targets: Iterable[Mapping[str, Any]] | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    pin: str | Iterable[str] = (),
    forbid: str | Iterable[str] = (),
    prefer: str = "y",
    objective: str = "default",
    explicit: bool = False,
    alternatives: int = 0,
    split: bool = False,
    timeout: float | None = TIMEOUT,
    verify: str | None = None,
    profile: Fragments = (),
    progress: Progress = SILENT,
) -> Plan:
    """The fragment lines that make a request survive on top of a base.

    ``request``: a profile ("criu"), options ("X", "X=m", {"X": "y"}), "@FILE",
    a Path to a fragment, or lists of these.  ``tree``: see :meth:`Tree.load`;
    a Tree already loaded saves the loading.  ``shell``: False to run nothing of
    the tree.  ``base``: a make target, "empty", a NAME_defconfig or a file,
    with ``fragment`` merged on top; or "any", for a fragment that holds on
    every base of the tree.  ``mode``: "olddefconfig", or "allnoconfig" as
    ``merge_config.sh -n`` does.  ``pin``: options that keep the base's value;
    ``forbid``: options that must be n.  ``prefer``: y or m where a request
    takes both.  ``objective``: "default", "lines" or "footprint".
    ``explicit``: True for a line for each request, also where a default would do.
    ``alternatives``: so many other plans that are as good are named, too.
    ``timeout``: seconds after which the best plan so far is taken, None for
    never.  ``verify``: "conf" to ask the tree's own conf as well.
    ``profile``: files with profiles of your own.

    ``tree``, ``arch`` and ``base`` may be lists: the one fragment has to hold
    in every combination; with ``split``, there is a common part and a remainder
    for each (``targets[n].lines``).  ``targets`` names combinations one by one instead, as
    dicts with "tree", "arch" and "base"; what one lacks is as given beside it.

    The plan's ``status`` is "planned", "impossible" (proved) or "unknown" (the
    time was up).  Raises KresolveError when the question is wrong,
    DisagreementError when evaluator, clauses and conf disagree.
    """
    validate_options(objective=objective, prefer=prefer, verify=verify)
    options: dict[str, Any] = {
        "cross_compile": cross_compile,
        "llvm": llvm,
        "shell": shell,
        "progress": progress,
    }
    combinations = [
        (one_tree, one_arch, one_base)
        for target in (targets if targets is not None else ({},))
        for one_tree in _as_list(_option_of(target, "tree", tree))
        for one_arch in _as_list(_option_of(target, "arch", arch))
        for one_base in _as_list(_option_of(target, "base", base))
    ]
    loaded: dict[tuple[object, object], Tree] = {}
    places: list[TargetRequest] = []
    trees: list[Tree] = []
    words = {
        "pin": pin,
        "forbid": forbid,
        "objective": objective,
        "prefer": prefer,
        "explicit": explicit,
        "profiles": as_list(profile),
    }
    request, fragment = _reusable(request), as_list(fragment)
    for one_tree, one_arch, one_base in dict.fromkeys(combinations):
        if isinstance(one_tree, Tree):
            here = one_tree
        else:
            if (one_tree, one_arch) not in loaded:
                loaded[one_tree, one_arch] = Tree.load(one_tree, arch=one_arch, **options)
            here = loaded[one_tree, one_arch]
        places.append(here.target_request(request, one_base, fragment, mode, **words))
        trees.append(here)
    if not places:
        raise RequestError("no target is named; name at least one tree and base")
    found = solve_and_verify(
        places,
        alternatives=alternatives,
        parts=split,
        timeout=timeout,
        verify=verify,
        progress=progress,
    )
    return trees[0].with_services(found, places[0])


def _option_of(target: Mapping[str, Any], key: str, otherwise: Any) -> Any:
    """What a target says, else what is said for all."""
    unknown = [name for name in target if name not in ("tree", "arch", "base")]
    if unknown:
        raise RequestError(f"targets: {unknown[0]!r}: say tree, arch or base")
    return target.get(key, otherwise)


def _as_list(one_or_many: Any) -> list[Any]:
    """A list of what may be one thing or several."""
    if one_or_many is None or isinstance(one_or_many, str | Path | Tree):
        return [one_or_many]
    return list(one_or_many)


def _reusable(request: Iterable[Requests]) -> tuple[Requests, ...]:
    """Requests that can be read once for each target."""
    return tuple(
        one if isinstance(one, str | Path | Request | AnyOf | Mapping) else list(one)
        for one in request
    )
