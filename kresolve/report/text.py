"""Plans for people: what was found, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterator

from kresolve.encode import Reason
from kresolve.model import Model
from kresolve.planner import Conflict, Plan
from kresolve.planner.fragment import asked_for, counted, verdict


def plan_report(plan: Plan) -> str:
    """What is said beside the fragment: the world, the verdict, the witnesses."""
    tellers = {"planned": _planned, "impossible": _impossible, "unknown": _unknown}
    return "\n".join(tellers[plan.status](plan))


def _world(plan: Plan) -> Iterator[str]:
    yield f"{plan.tree} ({plan.tree.source}), base {plan.base}, make {plan.finish}"
    tools = "; ".join(f"{name}: {version}" for name, version in plan.tree.toolchain)
    if tools:
        yield f"read with {tools}"


def _planned(plan: Plan) -> Iterator[str]:
    yield from _world(plan)
    yield verdict(plan)
    if plan.satisfied:
        yield f"{counted(len(plan.satisfied), 'request')} {_needs(len(plan.satisfied))} no line:"
        for item in plan.satisfied:
            yield f"  {item.symbol}={item.value}: {item.why}"
    if plan.lost:
        yield "lost from the base:"
        for change in plan.lost:
            yield f"  {change.symbol}: {change.before} -> {change.after}"
    if plan.changes:
        yield f"{counted(len(plan.changes), 'symbol')} changed in all (--json lists them)"
    witnesses = [
        name
        for name, word in (("evaluator", plan.verified.evaluator), ("conf", plan.verified.conf))
        if word
    ]
    yield f"confirmed by {' and '.join(witnesses)}"
    yield from plan.notes


def _impossible(plan: Plan) -> Iterator[str]:
    yield from _world(plan)
    yield f"impossible, proved: {asked_for(plan)}"
    if plan.conflict is not None:
        yield from _conflict(plan.conflict)
    yield from plan.notes


def _unknown(plan: Plan) -> Iterator[str]:
    yield from _world(plan)
    yield f"kresolve cannot tell: {asked_for(plan)}"
    yield from plan.notes


def _conflict(conflict: Conflict) -> Iterator[str]:
    yield "these cannot hold together, and all of them are needed for that:"
    for name, accept, origin in conflict.demands:
        wanted = f"{name}={'|'.join(accept)}"
        yield f"  {wanted}" + ("" if origin in (wanted, name) else f"  ({origin})")
    for rule in conflict.rules:
        yield f"  {rule.location}: {rule_text(rule)}"


def rule_text(rule: Reason) -> str:
    """A rule in the kernel's words."""
    match rule.kind:
        case "depends":
            return f"depends on {rule.text}"
        case "definition":
            return f"{rule.symbol} gets its value by its own rules only"
        case "choice":
            return f"{rule.symbol} is a member of this choice"
        case "prompt":
            return f"{rule.symbol}: prompt {rule.text}"
        case kind:
            return f"{rule.symbol}: {kind} {rule.text}"


def _needs(number: int) -> str:
    return "needs" if number == 1 else "need"


def tree_report(model: Model) -> str:
    """What a model was read from, and how much there is in it."""
    info = model.info
    options = sum(1 for s in model.symbols.values() if model.has_prompt(s))
    rows = [
        ("version", info.version),
        ("source", info.source),
        ("architecture", f"{info.arch} (arch/{info.srcarch})"),
        ("make defconfig", info.defconfig),
        *info.toolchain,
        ("Kconfig files", str(len(model.files))),
        ("symbols", f"{len(model.symbols)}, {options} of them with a prompt"),
        ("choices", str(len(model.choices))),
    ]
    width = max(len(name) for name, _ in rows)
    return "\n".join(f"{name:{width}}  {value}" for name, value in rows)
