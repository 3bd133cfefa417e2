"""Plans for people: what was found, and what stands against it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kresolve.lines import Line
from kresolve.model import Model
from kresolve.planner import Conflict, Outcome, Plan
from kresolve.planner.fragment import against, asked_for, counted, places, verdict


def plan_report(plan: Plan) -> str:
    """What is said beside the fragment: the world, the verdict, the witnesses."""
    tellers = {"planned": _planned, "impossible": _impossible, "unknown": _unknown}
    return "\n".join(tellers[plan.status](plan))


def _worlds(plan: Plan) -> Iterator[str]:
    if len(plan.worlds) == 1:
        (world,) = plan.worlds
        yield f"{world.tree} ({world.tree.source}), base {world.base}, make {world.finish}"
    else:
        yield from places(plan)
    toolchains = dict.fromkeys(world.tree.toolchain for world in plan.worlds)
    for toolchain in toolchains:
        tools = "; ".join(f"{name}: {version}" for name, version in toolchain)
        if tools:
            yield f"read with {tools}"


def _planned(plan: Plan) -> Iterator[str]:
    yield from _worlds(plan)
    yield verdict(plan)
    if len(plan.worlds) == 1:
        yield from _outcome(plan.worlds[0])
    elif not plan.is_portable:
        for world in plan.worlds:
            yield from _in_short(world)
    for lines in plan.alternatives:
        yield f"as good: {', '.join(_difference(plan, lines))}"
    witnesses = [
        name
        for name, word in (("evaluator", plan.verified.evaluator), ("conf", plan.verified.conf))
        if word
    ]
    yield f"confirmed by {' and '.join(witnesses)}"
    yield from plan.notes


def _outcome(world: Outcome) -> Iterator[str]:
    """What a plan does in one world."""
    yield from map(str, world.serving)
    if world.satisfied:
        yield f"{counted(len(world.satisfied), 'request')} {_needs(len(world.satisfied))} no line:"
        for item in world.satisfied:
            yield f"  {item}: {item.why}"
    if world.lost:
        yield "lost from the base:"
        for change in world.lost:
            yield f"  {change.symbol}: {change.before} -> {change.after}"
    if world.dropped:
        yield f"without effect here: {', '.join(world.dropped)}"
    if world.changes:
        yield f"{counted(len(world.changes), 'symbol')} changed in all (--json lists them)"


def _in_short(world: Outcome) -> Iterator[str]:
    """What a plan does in one of several worlds."""
    words = []
    if world.lines:
        words.append(f"{counted(len(world.lines), 'line')} of its own")
    if world.satisfied:
        number = len(world.satisfied)
        words.append(f"{counted(number, 'request')} {_needs(number)} no line")
    words += map(str, world.serving)
    if world.lost:
        names = ", ".join(f"{c.symbol} ({c.before} -> {c.after})" for c in world.lost)
        words.append(f"lost {names}")
    if world.dropped:
        words.append(f"without effect: {', '.join(world.dropped)}")
    words.append(f"{counted(len(world.changes), 'symbol')} changed in all")
    yield f"  {world}: {'; '.join(words)}"


def _difference(plan: Plan, lines: Sequence[Line]) -> list[str]:
    """Another plan by what it has instead."""
    mine, theirs = {str(line) for line in plan.assignments}, [str(line) for line in lines]
    less = [f"without {text}" for text in mine.difference(theirs)]
    return [text for text in theirs if text not in mine] + sorted(less)


def _impossible(plan: Plan) -> Iterator[str]:
    yield from _worlds(plan)
    asked = asked_for(plan)
    cannot = asked if plan.conflict is None else against(plan.conflict)
    yield f"impossible, proved: {cannot}"
    if cannot != asked:
        yield f"requested: {asked}"
    if plan.conflict is not None:
        yield from conflict_lines(plan, plan.conflict)
    yield from plan.notes


def _unknown(plan: Plan) -> Iterator[str]:
    yield from _worlds(plan)
    yield f"kresolve cannot tell: {asked_for(plan)}"
    yield from plan.notes


def conflict_lines(plan: Plan, conflict: Conflict) -> Iterator[str]:
    """What cannot hold together, and what would have to give."""
    if len(conflict.demands) + len(conflict.rules) > 1:
        yield "these cannot hold together, and all of them are needed for that:"
    else:
        yield "no line, no default and no select can bring it about:"
    for demand in conflict.demands:
        known = (str(demand), demand.name)
        yield f"  {demand}" + ("" if demand.origin in known else f"  ({demand.origin})")
    for place, rule, as_written in conflict.kconfig_lines():
        yield f"  {place}: {rule}" + (f"  ({as_written})" if as_written else "")
    for way in conflict.ways_out:
        names = list(map(str, way.give_up))
        if not way.instead and all(str(one) in names for one in plan.request):
            continue  # to give up everything is no way out
        instead = f"; {' and '.join(way.instead)} would do" if way.instead else ""
        yield f"possible without {' and '.join(names)}{instead}"


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
