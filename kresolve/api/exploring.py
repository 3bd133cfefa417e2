"""Functions that explore a tree: explain, graph, gates, search and show."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.api.options import (
    AnyTree,
    ExplainOptions,
    Fragments,
    GatesOptions,
    GraphOptions,
    Mode,
    OnWhat,
    SearchOptions,
    Values,
    Where,
    described,
)
from kresolve.api.question import Requests
from kresolve.explanation.symbol_page import SymbolPage
from kresolve.kconfig.symbol_search import SearchResult
from kresolve.progress import SILENT, Progress
from kresolve.rendering.explanation import Explanation

if TYPE_CHECKING:
    from kresolve.dependency_graph import Graph
    from kresolve.evaluator.effects import Effects


@described(Where, OnWhat, ExplainOptions)
def explain(
    symbol: str,
    *,
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    config: str | Path | None = None,
    base: str | Path = "defconfig",
    fragment: Fragments = (),
    mode: Mode = "olddefconfig",
    depth: int = 6,
    full: bool = False,
    change: bool = True,
    progress: Progress = SILENT,
) -> Explanation:
    """Why a symbol has its value in a configuration, and what would change it.

    Args:
        symbol: "X", or "X=m" for what would become of such a line.

    Returns:
        An Explanation; ``sentence`` says it in short, ``derivation`` has the facts, ``plan`` the
        lines that would change the value.

    Raises:
        KresolveError: The question is wrong.
    """
    return (
        Where(tree, arch, cross_compile, llvm, shell)
        .load(progress)
        .explain(
            symbol,
            config=config,
            base=base,
            fragment=fragment,
            mode=mode,
            depth=depth,
            full=full,
            change=change,
            progress=progress,
        )
    )


@described(Where, Values, GraphOptions)
def graph(
    *names: Requests,
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: Mode = "olddefconfig",
    depth: int | None = None,
    limit: int | None = None,
    progress: Progress = SILENT,
) -> Graph:
    """The dependency graph of a tree, or the part that matters for some symbols.

    Args:
        names: Options or profiles; none for the whole tree.

    Returns:
        A Graph, which is a networkx.MultiDiGraph; :mod:`kresolve.dependency_graph.building`
        says what nodes and edges carry, and which way the edges lead.

    Raises:
        KresolveError: The question is wrong.
    """
    return (
        Where(tree, arch, cross_compile, llvm, shell)
        .load(progress)
        .graph(*names, base=base, fragment=fragment, mode=mode, depth=depth, limit=limit)
    )


@described(Where, Values, GatesOptions)
def gates(
    symbol: str,
    *,
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: Mode = "olddefconfig",
    among: Requests = (),
    progress: Progress = SILENT,
) -> Effects:
    """What setting a symbol hides, shows, switches on or off.

    Args:
        symbol: "X" or "X=m".

    Returns:
        Effects; ``effects`` has each with its kind: on a base "off", "on", "changes", "hides",
        "shows"; else "shows", "hides", "forces", "excludes", "allows", "default off", "default
        on".

    Raises:
        KresolveError: The question is wrong.
    """
    return (
        Where(tree, arch, cross_compile, llvm, shell)
        .load(progress)
        .gates(symbol, base=base, fragment=fragment, mode=mode, among=among)
    )


@described(Where, Values, SearchOptions)
def search(
    pattern: str,
    *,
    where: Iterable[str] = (),
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: Mode = "olddefconfig",
    progress: Progress = SILENT,
) -> SearchResult:
    """The symbols whose name, prompt or help text matches a regular expression.

    Args:
        pattern: The regular expression; case does not matter.

    Returns:
        A SearchResult: a sequence of what was found, matching names first.

    Raises:
        KresolveError: The question is wrong; RequestError for a pattern that is none.
    """
    return (
        Where(tree, arch, cross_compile, llvm, shell)
        .load(progress)
        .search(pattern, where=where, base=base, fragment=fragment, mode=mode)
    )


@described(Where, Values)
def show(
    symbol: str,
    *,
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: Mode = "olddefconfig",
    progress: Progress = SILENT,
) -> SymbolPage:
    """All that the Kconfig files say about a symbol, with places, and values on a base.

    Args:
        symbol: The symbol, with or without CONFIG_.

    Returns:
        A SymbolPage: type, prompts, menus, dependencies part by part, defaults, ranges, selects
        and implies from both sides, its choice, and the help text, which is read from the
        tree's files.

    Raises:
        KresolveError: The question is wrong; RequestError for a symbol that is not in the tree.
    """
    return (
        Where(tree, arch, cross_compile, llvm, shell)
        .load(progress)
        .show(symbol, base=base, fragment=fragment, mode=mode)
    )
