"""The package's face in Python, second part: functions that explore a tree.

Each takes ``tree`` as :func:`kresolve.plan` does, or a Tree already loaded; the
keywords ``arch``, ``cross_compile``, ``llvm``, ``shell`` and ``progress`` are
those of :meth:`kresolve.Tree.load`.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, Unpack

from kresolve.api.explain_symbol import DEPTH
from kresolve.api.loading import Fragments, Requests
from kresolve.api.tree import Tree
from kresolve.evaluator import ConfMode
from kresolve.explanation.symbol_page import SymbolPage
from kresolve.kconfig.symbol_search import SearchResult
from kresolve.progress import SILENT, Progress
from kresolve.rendering.explanation import Explanation

if TYPE_CHECKING:
    from kresolve.dependency_graph import Graph
    from kresolve.evaluator.effects import Effects


class Loading(TypedDict, total=False):
    """How to load a tree; see :meth:`kresolve.Tree.load`."""

    arch: str | None
    cross_compile: str | None
    llvm: bool | str
    shell: bool
    progress: Progress


def explain(
    symbol: str,
    *,
    tree: str | Path | Tree | None = None,
    config: str | Path | None = None,
    base: str | Path = "defconfig",
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    depth: int = DEPTH,
    full: bool = False,
    change: bool = True,
    **loading: Unpack[Loading],
) -> Explanation:
    """Why a symbol has its value in a configuration, and what would change it.

    ``symbol``: "X", or "X=m" for what would become of such a line.  ``config``:
    a ``.config``; else ``base`` with ``fragment`` on top, as for :func:`plan`,
    which has the other options, too.  ``depth``: how many causes deep it goes;
    ``full``: everything, down to the last line.  ``change``: False to not look
    for the lines that would give another value.

    Raises KresolveError when the question is wrong.
    """
    return _loaded(tree, loading).explain(
        symbol,
        config=config,
        base=base,
        fragment=fragment,
        mode=mode,
        depth=depth,
        full=full,
        change=change,
        progress=loading.get("progress", SILENT),
    )


def graph(
    *names: Requests,
    tree: str | Path | Tree | None = None,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    depth: int | None = None,
    limit: int | None = None,
    **loading: Unpack[Loading],
) -> Graph:
    """The dependency graph of a tree, or the part that matters for some symbols.

    A networkx.MultiDiGraph; what nodes and edges carry, and which way the edges
    lead, is said in :mod:`kresolve.dependency_graph.building`.  ``names``: options
    or a profile; without any, the whole tree (a second).  ``base``: if given,
    with ``fragment`` and ``mode``, every node has its ``value`` there.
    ``depth``: how many steps from the names; ``limit``: how many nodes at most,
    the farthest left out.
    """
    return _loaded(tree, loading).graph(
        *names, base=base, fragment=fragment, mode=mode, depth=depth, limit=limit
    )


def gates(
    name: str,
    *,
    tree: str | Path | Tree | None = None,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    among: Requests = (),
    **loading: Unpack[Loading],
) -> Effects:
    """What setting a symbol hides, shows, switches on or off.

    ``name``: "X" or "X=m".  With a ``base`` (and ``fragment``, ``mode``),
    exactly what differs between a line that says n and one that sets it, over
    the whole configuration: ``effects`` of the kinds "off", "on", "changes",
    "hides", "shows".  Without, what is so in every configuration of the tree:
    "shows", "hides", "forces", "excludes", "allows", "default off", "default
    on".  ``among``: only effects on these, options or a profile.
    """
    return _loaded(tree, loading).gates(name, base=base, fragment=fragment, mode=mode, among=among)


def search(
    pattern: str,
    *,
    where: Iterable[str] = (),
    tree: str | Path | Tree | None = None,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    **loading: Unpack[Loading],
) -> SearchResult:
    """The symbols whose name, prompt or help text matches a regular expression.

    ``where``: some of "name", "prompt", "help", by default all; help texts are
    read from the tree's files.  With a ``base`` (and ``fragment``, ``mode``)
    each has its value there.  Raises RequestError for a pattern that is none.
    """
    return _loaded(tree, loading).search(
        pattern, where=where, base=base, fragment=fragment, mode=mode
    )


def show(
    symbol: str,
    *,
    tree: str | Path | Tree | None = None,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    **loading: Unpack[Loading],
) -> SymbolPage:
    """All that the Kconfig files say about a symbol, with places, and values on a base.

    Type, prompts, menus, dependencies part by part, defaults, ranges, selects
    and implies from both sides, its choice, and the help text, which is read
    from the tree's files.  Without ``base`` there are no values.  Raises
    RequestError for a symbol that the tree does not have.
    """
    return _loaded(tree, loading).show(symbol, base=base, fragment=fragment, mode=mode)


def _loaded(tree: str | Path | Tree | None, loading: Loading) -> Tree:
    """A tree that may be loaded already."""
    return tree if isinstance(tree, Tree) else Tree.load(tree, **loading)
