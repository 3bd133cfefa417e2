"""The package's face in Python: plans."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from kresolve.asking import Place, ask, check_words
from kresolve.defaults import TIMEOUT
from kresolve.errors import RequestError
from kresolve.face.loading import Fragments, Requests, listed
from kresolve.face.tree import Tree
from kresolve.planner import (
    AnyOf,
    Plan,
    Request,
)
from kresolve.progress import SILENT, Progress
from kresolve.semantics import Finish

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
    worlds: Iterable[Mapping[str, Any]] | None = None,
    fragment: Fragments = (),
    finish: Finish = "olddefconfig",
    pin: str | Iterable[str] = (),
    forbid: str | Iterable[str] = (),
    prefer: str = "y",
    objective: str = "default",
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
    every base of the tree.  ``finish``: "olddefconfig", or "allnoconfig" as
    ``merge_config.sh -n`` does.  ``pin``: options that keep the base's value;
    ``forbid``: options that must be n.  ``prefer``: y or m where a request
    takes both.  ``objective``: "default", "lines" or "footprint".
    ``alternatives``: so many other plans that are as good are named, too.
    ``timeout``: seconds after which the best plan so far is taken, None for
    never.  ``verify``: "conf" to ask the tree's own conf as well.
    ``profile``: files with profiles of your own.

    ``tree``, ``arch`` and ``base`` may be lists: the one fragment has to hold
    in every combination; with ``split``, there is a common part and a remainder
    for each (``worlds[n].lines``).  ``worlds`` names combinations one by one instead, as
    dicts with "tree", "arch" and "base"; what one lacks is as given beside it.

    The plan's ``status`` is "planned", "impossible" (proved) or "unknown" (the
    time was up).  Raises KresolveError when the question is wrong,
    WitnessError when evaluator, clauses and conf disagree.
    """
    check_words(objective=objective, prefer=prefer, verify=verify)
    options: dict[str, Any] = {
        "cross_compile": cross_compile,
        "llvm": llvm,
        "shell": shell,
        "progress": progress,
    }
    combinations = [
        (one_tree, one_arch, one_base)
        for world in (worlds if worlds is not None else ({},))
        for one_tree in _each(_of(world, "tree", tree))
        for one_arch in _each(_of(world, "arch", arch))
        for one_base in _each(_of(world, "base", base))
    ]
    loaded: dict[tuple[object, object], Tree] = {}
    places: list[Place] = []
    trees: list[Tree] = []
    words = {
        "pin": pin,
        "forbid": forbid,
        "objective": objective,
        "prefer": prefer,
        "profiles": listed(profile),
    }
    request, fragment = _kept(request), listed(fragment)
    for one_tree, one_arch, one_base in dict.fromkeys(combinations):
        if isinstance(one_tree, Tree):
            here = one_tree
        else:
            if (one_tree, one_arch) not in loaded:
                loaded[one_tree, one_arch] = Tree.load(one_tree, arch=one_arch, **options)
            here = loaded[one_tree, one_arch]
        places.append(here.place(request, one_base, fragment, finish, **words))
        trees.append(here)
    if not places:
        raise RequestError("no world is named; name at least one tree and base")
    found = ask(
        places,
        alternatives=alternatives,
        parts=split,
        timeout=timeout,
        verify=verify,
        progress=progress,
    )
    return trees[0].furnished(found, places[0])


def _of(world: Mapping[str, Any], key: str, otherwise: Any) -> Any:
    """What a world says, else what is said for all."""
    unknown = [name for name in world if name not in ("tree", "arch", "base")]
    if unknown:
        raise RequestError(f"worlds: {unknown[0]!r}: say tree, arch or base")
    return world.get(key, otherwise)


def _each(one_or_many: Any) -> list[Any]:
    """A list of what may be one thing or several."""
    if one_or_many is None or isinstance(one_or_many, str | Path | Tree):
        return [one_or_many]
    return list(one_or_many)


def _kept(request: Iterable[Requests]) -> tuple[Requests, ...]:
    """Requests that can be read once for each world."""
    return tuple(
        one if isinstance(one, str | Path | Request | AnyOf | Mapping) else list(one)
        for one in request
    )
