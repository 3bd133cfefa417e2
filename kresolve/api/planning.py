"""The public function `plan`."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from kresolve.api.options import (
    AnyTree,
    Bases,
    Fragments,
    Mode,
    Names,
    Objective,
    OnBases,
    OnWhat,
    PlanOptions,
    Prefer,
    TargetDict,
    Targets,
    Trees,
    Verify,
    What,
    described,
    one_or_many,
)
from kresolve.api.question import Requests, customary_options, question
from kresolve.api.tree import Tree
from kresolve.dotconfig.lines import Line
from kresolve.errors import ConfigFileError, RequestError
from kresolve.planner import AnyOf, Plan, Request, Target
from kresolve.planner.solve_and_verify import TargetRequest, solve_and_verify
from kresolve.planner.target import ANY
from kresolve.progress import SILENT, TIMEOUT, Progress

if TYPE_CHECKING:
    from kresolve.dependency_graph import Graph
    from kresolve.planner.universal import AnyBase
    from kresolve.rendering.explanation import Explanation


@described(Targets, OnBases, What, PlanOptions)
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
    mode: Mode = "olddefconfig",
    pin: Names = (),
    forbid: Names = (),
    prefer: Prefer = "y",
    objective: Objective = "default",
    explicit: bool = False,
    alternatives: int = 0,
    split: bool = False,
    timeout: float | None = TIMEOUT,
    verify: Verify = None,
    profile: Fragments = (),
    progress: Progress = SILENT,
) -> Plan:
    """The fragment lines that make a request survive on top of a base.

    Args:
        request: A profile ("criu", "criu:lazy-pages"), options ("X", "X=m", "X=y|m", "X|Y",
            {"X": "y"}), "@FILE" or a Path for every line of a fragment, or lists of these.

    Returns:
        A Plan; its ``status`` is "planned", "impossible" (proved, see ``conflict``) or
        "unknown" (the time was up).

    Raises:
        KresolveError: The question is wrong.
        DisagreementError: Evaluator, clauses and conf disagree.
    """
    return planned(
        request,
        Targets(tree, arch, cross_compile, llvm, shell),
        OnBases(base, fragment, mode),
        What(pin, forbid, prefer, objective, explicit),
        PlanOptions(targets, alternatives, split, timeout, verify, profile),
        progress=progress,
    )


def planned(
    request: Iterable[Requests],
    where: Targets,
    on: OnBases,
    what: What,
    how: PlanOptions,
    *,
    progress: Progress,
) -> Plan:
    """A plan for every tree, architecture and base; see :func:`plan`."""
    request = _reusable(request)
    loaded: dict[tuple[object, object], Tree] = {}
    places: dict[tuple[object, object, object], TargetRequest] = {}
    for tree, arch, base in _combinations(where, on, how):
        key = id(tree) if isinstance(tree, Tree) else tree, arch
        if key not in loaded:
            loaded[key] = where.one(tree, arch).load(progress)
        if (*key, base) not in places:
            places[*key, base] = _target_request(
                loaded[key], request, OnWhat(base, on.fragment, on.mode), what, how
            )
    if not places:
        raise RequestError("no target given; name at least one tree and base")
    found = solve_and_verify(
        list(places.values()),
        alternatives=how.alternatives,
        parts=how.split,
        timeout=how.timeout,
        verify=how.verify,
        progress=progress,
    )
    return _with_services(found, next(iter(loaded.values())), next(iter(places.values())))


def _combinations(
    where: Targets, on: OnBases, how: PlanOptions
) -> Iterator[tuple[AnyTree, str | None, str | Path]]:
    """Every tree, architecture and base; of ``targets``, what each says or what is said for all."""
    for target in (TargetDict(),) if how.targets is None else how.targets:
        unknown = [name for name in target if name not in ("tree", "arch", "base")]
        if unknown:
            raise RequestError(f"targets: invalid key {unknown[0]!r}; use tree, arch or base")
        yield from itertools.product(
            one_or_many(target.get("tree", where.tree)),
            one_or_many(target.get("arch", where.arch)),
            one_or_many(target.get("base", on.base)),
        )


def _target_request(
    tree: Tree, request: Iterable[Requests], on: OnWhat, what: What, how: PlanOptions
) -> TargetRequest:
    """What is asked of a base of a tree, or of any."""
    requests = tree.requests(*request, profiles=how.profile)
    if not requests:
        raise RequestError("no request given; name an option or a profile")
    asked = question(what, tree.model, requests)
    if on.base != ANY:
        customary = customary_options(*request, profiles=how.profile)
        target = tree.target(on.base, on.fragment, on.mode)
        return TargetRequest(target, asked, tree.conf, customary=customary)
    if on.fragment:
        raise RequestError("base any with a fragment: any base may already have its lines")
    if asked.pins:
        raise RequestError("base any with --pin: there is no one value to keep")
    if asked.explicit:
        raise RequestError("base any with --explicit: a line is there wherever a base needs it")
    from kresolve.planner.universal import AnyBase

    any_base = AnyBase(tree.model_index, asked, on.mode)
    return TargetRequest(any_base, asked, tree.conf, partial(_samples, tree))


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
    if plan.status != "planned" or not isinstance(place.target, Target) or not place.customary:
        return
    from kresolve.explanation.customary import customary_note

    target, added = place.target, plan.assignments_in(0)
    for symbol in place.customary:
        note = customary_note(
            tree.model,
            (*target.lines, *added),
            target.mode,
            symbol,
            without=target.after(added),
        )
        if note:
            yield note


def _explain_planned(where: Target | AnyBase, plan: Plan, symbol: str) -> Explanation:
    """Explain a symbol with a plan's lines; of any bases, on the empty one."""
    from kresolve.api.explain_symbol import explain_symbol

    target = where if isinstance(where, Target) else where.empty
    return explain_symbol(
        target, symbol, base=target.base, said=plan.assignments_in(0), change=False
    )


def _plan_graph(tree: Tree, place: TargetRequest, plan: Plan) -> Graph:
    from kresolve.planner.plan_graph import plan_graph

    # Of the bases that a plan for any base is for, the empty one is shown.
    target = place.target if isinstance(place.target, Target) else place.target.empty
    after = target.after(plan.assignments_in(0))
    return plan_graph(tree.whole_graph, tree.model, plan, target.before, after)


def _reusable(request: Iterable[Requests]) -> tuple[Requests, ...]:
    """Requests that can be read once for each target."""
    return tuple(
        one if isinstance(one, str | Path | Request | AnyOf | Mapping) else list(one)
        for one in request
    )
