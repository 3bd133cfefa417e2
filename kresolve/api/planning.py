"""The public function `plan`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict

from attrs import evolve

from kresolve.api.explain_symbol import explain_symbol
from kresolve.api.question import (
    Fragments,
    Names,
    Objective,
    Prefer,
    QuestionOptions,
    Requests,
    as_list,
    customary_options,
)
from kresolve.api.tree import Tree, loaded
from kresolve.dotconfig.lines import Line
from kresolve.errors import ConfigFileError, RequestError
from kresolve.evaluator import ConfMode
from kresolve.explanation import customary_effect
from kresolve.planner import ANY, AnyBase, AnyOf, Plan, Request, Target
from kresolve.planner.solve_and_verify import TargetRequest, solve_and_verify, validate_options
from kresolve.progress import SILENT, TIMEOUT, Progress
from kresolve.rendering.explanation import Explanation

if TYPE_CHECKING:
    from kresolve.dependency_graph import Graph

#: One tree, or several.
Trees: TypeAlias = "str | Path | Tree | Iterable[str | Path | Tree] | None"

#: One base, or several.
Bases: TypeAlias = str | Path | Iterable[str | Path]


class TargetDict(TypedDict, total=False):
    """One of the ``targets`` of :func:`plan`; each part may be a list."""

    tree: Trees
    arch: str | Iterable[str] | None
    base: Bases


def plan(
    *request: Requests,
    tree: Trees = None,
    arch: str | Iterable[str] | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: Bases = "defconfig",
    targets: Iterable[TargetDict] | None = None,
    fragment: Fragments = (),
    mode: ConfMode = "olddefconfig",
    pin: Names = (),
    forbid: Names = (),
    prefer: Prefer = "y",
    objective: Objective = "default",
    explicit: bool = False,
    alternatives: int = 0,
    split: bool = False,
    timeout: float | None = TIMEOUT,
    verify: Literal["conf"] | None = None,
    profile: Fragments = (),
    progress: Progress = SILENT,
) -> Plan:
    """The fragment lines that make a request survive on top of a base.

    Args:
        request: A profile ("criu", "criu:lazy-pages"), options ("X", "X=m", "X=y|m", "X|Y",
            {"X": "y"}), "@FILE" or a Path for every line of a fragment, or lists of these.
        tree: A directory, a tarball, "debian:6.12", "kernel.org:6.12.47", "git:DIR@REV", a
            saved model, or a Tree; None for the current directory. Or several of these.
        arch: As for ``make ARCH=``; None for this machine's. Or several. A Tree has been loaded
            for one, and with its ``cross_compile``, ``llvm`` and ``shell``: others are a
            RequestError.
        cross_compile: As for ``make CROSS_COMPILE=``.
        llvm: As for ``make LLVM=``.
        shell: False to run no code from the tree: no make, no ``$(shell ...)``, no conf.
        base: A make target ("defconfig", "allnoconfig", "x_defconfig"), "empty", "running", a
            file, or "any" for a fragment that holds on every base. Or several.
        targets: Combinations of "tree", "arch" and "base" one by one, as dicts; what one lacks
            is as given beside it. Without, every combination of the lists.
        fragment: Fragments that are merged on top of the base, in order.
        mode: "olddefconfig", or "allnoconfig" as ``merge_config.sh -n`` does.
        pin: Options that keep the base's value.
        forbid: Options that must be n.
        prefer: The value to prefer where a request takes both.
        objective: What is best: "default" (what a kernel developer would write), "lines" (the
            fewest), or "footprint" (the smallest kernel).
        explicit: True for a line for each request, also where a default would do.
        alternatives: How many other plans to name that are as good.
        split: Of several targets, a common part and a remainder for each
            (``targets[n].lines``); False for one fragment that holds in all of them.
        timeout: Seconds after which the best plan so far is taken; None for never.
        verify: "conf" to also check with the tree's own conf.
        profile: Files with profiles of your own.
        progress: Where to show that the work goes on.

    Returns:
        A Plan; its ``status`` is "planned", "impossible" (proved, see ``conflict``) or
        "unknown" (the time was up).

    Raises:
        KresolveError: The question is wrong.
        DisagreementError: Evaluator, clauses and conf disagree.
    """
    validate_options(objective=objective, prefer=prefer, verify=verify)
    options = QuestionOptions(
        pin=pin, forbid=forbid, prefer=prefer, objective=objective, explicit=explicit
    )
    combinations = [
        (one_tree, one_arch, one_base)
        for target in (targets if targets is not None else (TargetDict(),))
        for one_tree in _as_list(_option_of(target, "tree", tree))
        for one_arch in _as_list(_option_of(target, "arch", arch))
        for one_base in _as_list(_option_of(target, "base", base))
    ]
    by_name: dict[tuple[object, object], Tree] = {}
    places: list[TargetRequest] = []
    trees: list[Tree] = []
    request, fragment, profiles = _reusable(request), as_list(fragment), as_list(profile)
    for one_tree, one_arch, one_base in dict.fromkeys(combinations):
        key = id(one_tree) if isinstance(one_tree, Tree) else one_tree, one_arch
        if key not in by_name:
            by_name[key] = loaded(
                one_tree,
                arch=one_arch,
                cross_compile=cross_compile,
                llvm=llvm,
                shell=shell,
                progress=progress,
            )
        here = by_name[key]
        places.append(
            _target_request(
                here,
                request,
                one_base,
                fragment=fragment,
                mode=mode,
                options=options,
                profiles=profiles,
            )
        )
        trees.append(here)
    if not places:
        raise RequestError("no target given; name at least one tree and base")
    found = solve_and_verify(
        places,
        alternatives=alternatives,
        parts=split,
        timeout=timeout,
        verify=verify,
        progress=progress,
    )
    return _with_services(found, trees[0], places[0])


def _target_request(
    tree: Tree,
    request: Iterable[Requests],
    base: str | Path,
    *,
    fragment: Fragments,
    mode: ConfMode,
    options: QuestionOptions,
    profiles: Fragments,
) -> TargetRequest:
    """What is asked of a base of a tree, or of any."""
    requests = tree.requests(*request, profiles=profiles)
    if not requests:
        raise RequestError("no request given; name an option or a profile")
    question = options.question(tree.model, requests)
    if base != ANY:
        customary = customary_options(*request, profiles=profiles)
        target = tree.target(base, fragment, mode)
        return TargetRequest(target, question, tree.conf, customary=customary)
    if as_list(fragment):
        raise RequestError("base any with a fragment: any base may already have its lines")
    if question.pins:
        raise RequestError("base any with --pin: there is no one value to keep")
    if question.explicit:
        raise RequestError("base any with --explicit: a line is there wherever a base needs it")
    any_base = AnyBase(tree.model_index, question, mode)
    return TargetRequest(any_base, question, tree.conf, partial(_samples, tree))


def _samples(tree: Tree) -> list[tuple[Line, ...]]:
    """Bases on which conf is asked about a fragment for any base."""
    found: list[tuple[Line, ...]] = [()]
    for name in ("allnoconfig", "defconfig", "allyesconfig", "allmodconfig"):
        with contextlib.suppress(ConfigFileError):
            found.append(tree.base(name).lines)
    return found


def _with_services(plan: Plan, tree: Tree, place: TargetRequest) -> Plan:
    """A plan with what its readers ask of the tree: reasons, a graph, what is customary."""
    return evolve(
        plan,
        notes=(*plan.notes, *_customary_notes(tree, place, plan)),
        explainer=partial(_explain_planned, place.target, plan),
        grapher=partial(_plan_graph, tree, place),
    )


def _customary_notes(tree: Tree, place: TargetRequest, plan: Plan) -> Iterator[str]:
    """What the options would do that people add by tradition; of any bases, none is known."""
    if plan.status != "planned" or isinstance(place.target, AnyBase):
        return
    target, added = place.target, plan.assignments_in(0)
    for symbol in place.customary:
        told = customary_effect(
            tree.model,
            (*target.lines, *added),
            target.mode,
            symbol,
            without=target.after(added),
        )
        if told is not None:
            yield str(told)


def _explain_planned(where: Target | AnyBase, plan: Plan, symbol: str) -> Explanation:
    """Explain a symbol with a plan's lines; of any bases, on the empty one."""
    target = where.empty if isinstance(where, AnyBase) else where
    return explain_symbol(
        target, symbol, base=target.base, said=plan.assignments_in(0), change=False
    )


def _plan_graph(tree: Tree, place: TargetRequest, plan: Plan) -> Graph:
    from kresolve.planner.plan_graph import plan_graph

    # Of the bases that a plan for any base is for, the empty one is shown.
    target = place.target if isinstance(place.target, Target) else place.target.empty
    after = target.after(plan.assignments_in(0))
    return plan_graph(tree.whole_graph, tree.model, plan, target.before, after)


def _option_of(target: TargetDict, key: str, otherwise: Any) -> Any:
    """What a target says, else what is said for all."""
    unknown = [name for name in target if name not in ("tree", "arch", "base")]
    if unknown:
        raise RequestError(f"targets: invalid key {unknown[0]!r}; use tree, arch or base")
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
