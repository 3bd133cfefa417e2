"""Plans as text: the report printed to stderr, and conflicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kresolve.dotconfig.lines import Line
from kresolve.kconfig.model import Model
from kresolve.planner import Conflict, Plan, TargetResult
from kresolve.planner.fragment_file import against, asked_for, counted, places, verdict


def plan_report(plan: Plan) -> str:
    """The report printed to stderr: target, verdict, checks."""
    tellers = {"planned": _planned, "impossible": _impossible, "unknown": _unknown}
    return "\n".join(tellers[plan.status](plan))


def _targets(plan: Plan) -> Iterator[str]:
    if len(plan.targets) == 1:
        (target,) = plan.targets
        yield f"{target.tree} ({target.tree.source}), base {target.base}, make {target.mode}"
    else:
        yield from places(plan)
    toolchains = dict.fromkeys(target.tree.toolchain for target in plan.targets)
    for toolchain in toolchains:
        tools = "; ".join(f"{name} {version}" for name, version in toolchain)
        if tools:
            yield f"toolchain: {tools}"


def _planned(plan: Plan) -> Iterator[str]:
    yield from _targets(plan)
    yield verdict(plan)
    if len(plan.targets) == 1:
        yield from _outcome(plan.targets[0])
    elif not plan.is_universal:
        for target in plan.targets:
            yield from _in_short(target)
    for lines in plan.alternatives:
        yield f"as good: {', '.join(_difference(plan, lines))}"
    witnesses = [
        name
        for name, word in (("evaluator", plan.verified.evaluator), ("conf", plan.verified.conf))
        if word
    ]
    yield f"confirmed by {' and '.join(witnesses)}"
    yield from plan.notes


def _outcome(target: TargetResult) -> Iterator[str]:
    """What a plan does in one target."""
    yield from map(str, target.serving)
    if target.satisfied:
        count = len(target.satisfied)
        yield f"{counted(count, 'request')} {_needs(count)} no line:"
        for item in target.satisfied:
            yield f"  {item}: {item.why}"
    if target.lost:
        yield "lost from the base:"
        for change in target.lost:
            yield f"  {change.symbol}: {change.before} -> {change.after}"
    if target.dropped:
        yield f"without effect here: {', '.join(target.dropped)}"
    if target.changes:
        yield f"{counted(len(target.changes), 'symbol')} changed in all (--json lists them)"


def _in_short(target: TargetResult) -> Iterator[str]:
    """What a plan does in one of several targets."""
    words = []
    if target.lines:
        words.append(f"{counted(len(target.lines), 'line')} of its own")
    if target.satisfied:
        number = len(target.satisfied)
        words.append(f"{counted(number, 'request')} {_needs(number)} no line")
    words += map(str, target.serving)
    if target.lost:
        names = ", ".join(f"{c.symbol} ({c.before} -> {c.after})" for c in target.lost)
        words.append(f"lost {names}")
    if target.dropped:
        words.append(f"without effect: {', '.join(target.dropped)}")
    words.append(f"{counted(len(target.changes), 'symbol')} changed in all")
    yield f"  {target}: {'; '.join(words)}"


def _difference(plan: Plan, lines: Sequence[Line]) -> list[str]:
    """Another plan by what it has instead."""
    mine, theirs = {str(line) for line in plan.assignments}, [str(line) for line in lines]
    less = [f"without {text}" for text in mine.difference(theirs)]
    return [text for text in theirs if text not in mine] + sorted(less)


def _impossible(plan: Plan) -> Iterator[str]:
    yield from _targets(plan)
    asked = asked_for(plan)
    cannot = asked if plan.conflict is None else against(plan.conflict)
    yield f"impossible, proved: {cannot}"
    if cannot != asked:
        yield f"requested: {asked}"
    if plan.conflict is not None:
        yield from conflict_lines(plan, plan.conflict)
    yield from plan.notes


def _unknown(plan: Plan) -> Iterator[str]:
    yield from _targets(plan)
    yield f"kresolve cannot tell: {asked_for(plan)}"
    yield from plan.notes


def conflict_lines(plan: Plan, conflict: Conflict) -> Iterator[str]:
    """What cannot hold together, and what would have to give."""
    if len(conflict.demands) + len(conflict.rules) > 1:
        yield "these conflict, and without any one of them the others do not:"
    else:
        yield "no line, default or select can set it:"
    for demand in conflict.demands:
        known = (str(demand), demand.name)
        yield f"  {demand}" + ("" if demand.origin in known else f"  ({demand.origin})")
    for place, rule, as_written in conflict.kconfig_lines():
        yield f"  {place}: {rule}" + (f"  ({as_written})" if as_written else "")
    for way in conflict.ways_out:
        names = list(map(str, way.give_up))
        if not way.instead and all(str(one) in names for one in plan.request):
            continue  # to give up everything is no way out
        instead = f"; {' and '.join(way.instead)} also works" if way.instead else ""
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
