"""Functions that explore a tree: explain, graph, gates, search and show."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from kresolve.api.explain_symbol import DEPTH
from kresolve.api.question import Fragments, Requests
from kresolve.api.tree import Tree, loaded
from kresolve.evaluator import ConfMode
from kresolve.explanation.symbol_page import SymbolPage
from kresolve.kconfig.symbol_search import SearchResult
from kresolve.progress import SILENT, Progress
from kresolve.rendering.explanation import Explanation

if TYPE_CHECKING:
    from kresolve.dependency_graph import Graph
    from kresolve.evaluator.effects import Effects


def explain(
    symbol: str,
    *,
    tree: str | Path | Tree | None = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    config: str | Path | None = None,
    base: str | Path = "defconfig",
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    depth: int = DEPTH,
    full: bool = False,
    change: bool = True,
    progress: Progress = SILENT,
) -> Explanation:
    """Why a symbol has its value in a configuration, and what would change it.

    Args:
        symbol: "X", or "X=m" for what would become of such a line.
        tree: A directory, a tarball, "debian:6.12", "kernel.org:6.12.47", "git:DIR@REV", a
            saved model, or a Tree; None for the current directory.
        arch: As for ``make ARCH=``; None for this machine's. A Tree has been loaded for one, and
            with its ``cross_compile``, ``llvm`` and ``shell``: others are a RequestError.
        cross_compile: As for ``make CROSS_COMPILE=``.
        llvm: As for ``make LLVM=``.
        shell: False to run no code from the tree: no make, no ``$(shell ...)``, no conf.
        config: A ``.config``; the same as ``base`` with a file.
        base: A make target, "empty", "running" or a file.
        fragment: Fragments that are merged on top of the base.
        mode: "olddefconfig", or "allnoconfig" as ``merge_config.sh -n`` does.
        depth: How many causes deep it goes.
        full: True for every rule, down to the last line.
        change: False to not look for the lines that would give another value.
        progress: Where to show that the work goes on.

    Returns:
        An Explanation; ``sentence`` says it in short, ``derivation`` has the facts, ``plan`` the
        lines that would change the value.

    Raises:
        KresolveError: The question is wrong.
    """
    return loaded(
        tree, arch=arch, cross_compile=cross_compile, llvm=llvm, shell=shell, progress=progress
    ).explain(
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


def graph(
    *names: Requests,
    tree: str | Path | Tree | None = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    depth: int | None = None,
    limit: int | None = None,
    progress: Progress = SILENT,
) -> Graph:
    """The dependency graph of a tree, or the part that matters for some symbols.

    Args:
        names: Options or profiles; none for the whole tree.
        tree: A directory, a tarball, "debian:6.12", "kernel.org:6.12.47", "git:DIR@REV", a
            saved model, or a Tree; None for the current directory.
        arch: As for ``make ARCH=``; None for this machine's. A Tree has been loaded for one, and
            with its ``cross_compile``, ``llvm`` and ``shell``: others are a RequestError.
        cross_compile: As for ``make CROSS_COMPILE=``.
        llvm: As for ``make LLVM=``.
        shell: False to run no code from the tree: no make, no ``$(shell ...)``, no conf.
        base: The base whose values are shown: a make target, "empty", "running" or a file. None
            for no values.
        fragment: Fragments that are merged on top of the base.
        mode: "olddefconfig", or "allnoconfig" as ``merge_config.sh -n`` does.
        depth: How many steps from the names; None for all.
        limit: How many nodes at most, the farthest left out; None for all.
        progress: Where to show that the work goes on.

    Returns:
        A Graph, which is a networkx.MultiDiGraph; :mod:`kresolve.dependency_graph.building`
        says what nodes and edges carry, and which way the edges lead.

    Raises:
        KresolveError: The question is wrong.
    """
    return loaded(
        tree, arch=arch, cross_compile=cross_compile, llvm=llvm, shell=shell, progress=progress
    ).graph(*names, base=base, fragment=fragment, mode=mode, depth=depth, limit=limit)


def gates(
    symbol: str,
    *,
    tree: str | Path | Tree | None = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    among: Requests = (),
    progress: Progress = SILENT,
) -> Effects:
    """What setting a symbol hides, shows, switches on or off.

    Args:
        symbol: "X" or "X=m".
        tree: A directory, a tarball, "debian:6.12", "kernel.org:6.12.47", "git:DIR@REV", a
            saved model, or a Tree; None for the current directory.
        arch: As for ``make ARCH=``; None for this machine's. A Tree has been loaded for one, and
            with its ``cross_compile``, ``llvm`` and ``shell``: others are a RequestError.
        cross_compile: As for ``make CROSS_COMPILE=``.
        llvm: As for ``make LLVM=``.
        shell: False to run no code from the tree: no make, no ``$(shell ...)``, no conf.
        base: The base on which to compare a line that says n and one that sets it: a make
            target, "empty", "running" or a file. None for what is so in every configuration.
        fragment: Fragments that are merged on top of the base.
        mode: "olddefconfig", or "allnoconfig" as ``merge_config.sh -n`` does.
        among: Only effects on these options or profiles.
        progress: Where to show that the work goes on.

    Returns:
        Effects; ``effects`` has each with its kind: on a base "off", "on", "changes", "hides",
        "shows"; else "shows", "hides", "forces", "excludes", "allows", "default off", "default
        on".

    Raises:
        KresolveError: The question is wrong.
    """
    return loaded(
        tree, arch=arch, cross_compile=cross_compile, llvm=llvm, shell=shell, progress=progress
    ).gates(symbol, base=base, fragment=fragment, mode=mode, among=among)


def search(
    pattern: str,
    *,
    where: Iterable[str] = (),
    tree: str | Path | Tree | None = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    progress: Progress = SILENT,
) -> SearchResult:
    """The symbols whose name, prompt or help text matches a regular expression.

    Args:
        pattern: The regular expression; case does not matter.
        where: Some of "name", "prompt", "help"; none for all three.
        tree: A directory, a tarball, "debian:6.12", "kernel.org:6.12.47", "git:DIR@REV", a
            saved model, or a Tree; None for the current directory.
        arch: As for ``make ARCH=``; None for this machine's. A Tree has been loaded for one, and
            with its ``cross_compile``, ``llvm`` and ``shell``: others are a RequestError.
        cross_compile: As for ``make CROSS_COMPILE=``.
        llvm: As for ``make LLVM=``.
        shell: False to run no code from the tree: no make, no ``$(shell ...)``, no conf.
        base: The base whose values are shown: a make target, "empty", "running" or a file. None
            for no values.
        fragment: Fragments that are merged on top of the base.
        mode: "olddefconfig", or "allnoconfig" as ``merge_config.sh -n`` does.
        progress: Where to show that the work goes on.

    Returns:
        A SearchResult: a sequence of what was found, matching names first.

    Raises:
        KresolveError: The question is wrong; RequestError for a pattern that is none.
    """
    return loaded(
        tree, arch=arch, cross_compile=cross_compile, llvm=llvm, shell=shell, progress=progress
    ).search(pattern, where=where, base=base, fragment=fragment, mode=mode)


def show(
    symbol: str,
    *,
    tree: str | Path | Tree | None = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    progress: Progress = SILENT,
) -> SymbolPage:
    """All that the Kconfig files say about a symbol, with places, and values on a base.

    Args:
        symbol: The symbol, with or without CONFIG_.
        tree: A directory, a tarball, "debian:6.12", "kernel.org:6.12.47", "git:DIR@REV", a
            saved model, or a Tree; None for the current directory.
        arch: As for ``make ARCH=``; None for this machine's. A Tree has been loaded for one, and
            with its ``cross_compile``, ``llvm`` and ``shell``: others are a RequestError.
        cross_compile: As for ``make CROSS_COMPILE=``.
        llvm: As for ``make LLVM=``.
        shell: False to run no code from the tree: no make, no ``$(shell ...)``, no conf.
        base: The base whose values are shown: a make target, "empty", "running" or a file. None
            for no values.
        fragment: Fragments that are merged on top of the base.
        mode: "olddefconfig", or "allnoconfig" as ``merge_config.sh -n`` does.
        progress: Where to show that the work goes on.

    Returns:
        A SymbolPage: type, prompts, menus, dependencies part by part, defaults, ranges, selects
        and implies from both sides, its choice, and the help text, which is read from the
        tree's files.

    Raises:
        KresolveError: The question is wrong; RequestError for a symbol that is not in the tree.
    """
    return loaded(
        tree, arch=arch, cross_compile=cross_compile, llvm=llvm, shell=shell, progress=progress
    ).show(symbol, base=base, fragment=fragment, mode=mode)
