"""The facts of choices and their members, in both of conf's ways (``sym_calc_choice``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from kresolve.explanation.conditions import invisible, limited, offered
from kresolve.explanation.derivation import Fact, Rule, Step, Told
from kresolve.explanation.logical import Logical
from kresolve.explanation.scene import Limit, Scene, conjuncts
from kresolve.expressions import Sym
from kresolve.model import Choice, ChoiceEntry, Symbol
from kresolve.tristate import LETTERS, M, N, Y
from kresolve.values import Type


def explain_member(scene: Scene, symbol: Symbol) -> tuple[Rule, list[Step]]:
    """The rule that decided a member's value, and the steps."""
    assert symbol.choice is not None
    index = symbol.choice
    visible = scene.view(symbol).visibility(symbol)
    old = not scene.model.dialect.choice_lists
    if old and visible != Y:
        rule, steps = Logical(scene, symbol).explain()
        if visible == M:
            # Were the choice y, it alone would decide.
            steps.append(Step("offered", (), scene.causes([scene.choice_name(index)]), "m"))
        return rule, steps
    line = scene.line(symbol.name)
    said = [Step("line", (line,), value=line.value)] if line is not None else []
    if visible == N:
        return "hidden", [*said, *invisible(scene, symbol, N)]
    entry = _entry(scene, scene.model.choices[index])
    told = Told("kconfig", f"choice{_title(entry)}", entry.location)
    value = LETTERS[scene.evaluation.logical[symbol.name]]
    step = Step("member", (told,), scene.causes([scene.choice_name(index)]), value)
    # Before 6.10 it takes full visibility to be one that the choice decides.
    return "member", [*said, step, *(offered(scene, symbol, Y) if old else ())]


def choice_fact(scene: Scene, index: int) -> Fact:
    """Why a choice takes what it takes."""
    choice = scene.model.choices[index]
    old = not scene.model.dialect.choice_lists
    steps = (_old_steps if old else _list_steps)(scene, choice)
    own = scene.choice_name(index)
    entry = _entry(scene, choice)
    return Fact(
        own,
        scene.taken(index),
        "choice",
        tuple(evolve(s, causes=tuple(c for c in s.causes if c.name != own)) for s in steps),
        location=entry.location,
        prompt=entry.prompts[0].text if entry.prompts else "",
    )


def _entry(scene: Scene, choice: Choice) -> ChoiceEntry:
    entry = scene.model.entries[choice.entry]
    assert isinstance(entry, ChoiceEntry)
    return entry


def _title(entry: ChoiceEntry) -> str:
    return f' "{entry.prompts[0].text}"' if entry.prompts else ""


def _lines(scene: Scene, choice: Choice) -> Iterator[Step]:
    """What lines, or a target, say about the members: the order of the lines counts."""
    order = scene.user.priority.get(choice.index, choice.members)
    for name in order:
        line = scene.line(name)
        if line is not None:
            yield Step("line", (line,), value=line.value)
        else:
            unsaid = scene.unsaid(scene.model.symbols[name])
            yield Step("answer" if unsaid.kind == "answer" else "no line", (unsaid,))


def _seen(scene: Scene, names: Sequence[str]) -> list[Step]:
    """Why each of some members is visible, or is not."""
    found: list[Step] = []
    for name in names:
        symbol = scene.model.symbols[name]
        if scene.view(symbol).visibility(symbol):
            found += offered(scene, symbol, M)
        else:
            found += invisible(scene, symbol, N)
    return found


def _list_steps(scene: Scene, choice: Choice) -> list[Step]:
    """Since 6.10: a member that a line says y to, else the default, else what is left."""
    said = scene.user.logical
    lines = list(_lines(scene, choice))
    chosen = scene.taken(choice.index)
    if chosen == "n":
        return [*_seen(scene, choice.members), *lines]
    order = scene.user.priority.get(choice.index, choice.members)
    if said.get(chosen) == Y:
        before = [m for m in order[: order.index(chosen)] if said.get(m) == Y]
        return [*_said(lines), *_seen(scene, [chosen, *before]), *_unsaid(lines)]
    asked = [m for m in choice.members if said.get(m) == Y]
    default, steps = _default(scene, choice)
    if chosen != default or said.get(chosen) == N:
        steps += _seen(scene, choice.members)
    return [*steps, *_said(lines), *_seen(scene, [chosen, *asked]), *_unsaid(lines)]


def _said(lines: Sequence[Step]) -> Iterator[Step]:
    return (step for step in lines if step.rule == "line")


def _unsaid(lines: Sequence[Step]) -> Iterator[Step]:
    return (step for step in lines if step.rule != "line")


def _default(scene: Scene, choice: Choice) -> tuple[str | None, list[Step]]:
    """The member that a choice takes unasked, and why (``sym_choice_default``)."""
    entry = _entry(scene, choice)
    limits = scene.limits(choice.entry)
    closed = limited(scene, "passed over", limits, choice.entry, N) if entry.defaults else None
    symbols = scene.model.symbols
    visible = [m for m in choice.members if scene.view(symbols[m]).visibility(symbols[m])]
    steps: list[Step] = [closed] if closed is not None else []
    if closed is None:
        for default in entry.defaults:
            told = Told("kconfig", f"default {default.value}", default.location)
            target = default.value.name if isinstance(default.value, Sym) else ""
            condition = default.condition
            if condition is not None and not scene.evaluation.value(condition):
                causes = scene.causes(scene.at_most(condition, N))
                steps.append(Step("passed over", (told,), causes, "n"))
            elif target not in visible:
                names = (
                    [c.name for s in _seen(scene, [target]) for c in s.causes]
                    if (target in choice.members)
                    else []
                )
                steps.append(Step("passed over", (told,), scene.causes(names), "n"))
            else:
                around = [n for limit in limits for n in scene.needs(limit, M)]
                own = [] if condition is None else scene.at_least(condition, M)
                fired = Step("default", (told,), scene.causes([*around, *own]), target)
                return target, [fired, *steps]
    first = visible[0] if visible else None
    hidden = choice.members[: choice.members.index(first)] if first else choice.members
    return first, [*steps, *_seen(scene, hidden)]


def _old_steps(scene: Scene, choice: Choice) -> list[Step]:
    """Before 6.10: the choice's own value, then the last member that a line says y to."""
    lines = list(_lines(scene, choice))
    mode = _mode(scene, choice)
    if mode[0].rule == "hidden":
        return [*mode, *lines]
    if not scene.evaluation.choice_values.get(choice.index, N):
        scene = scene.before_giving_up(choice.index)
    visible = _seen(scene, choice.members)
    if scene.evaluation.choice_values.get(choice.index, N) != Y:
        return [*mode, *_said(lines), *visible, *_unsaid(lines)]
    chosen = scene.taken(choice.index)
    if scene.user.choice(choice.index).member == chosen:
        return [*_said(lines), *mode, *visible, *_unsaid(lines)]
    _, steps = _default(scene, choice)
    return [*steps, *_said(lines), *mode, *visible, *_unsaid(lines)]


def _mode(scene: Scene, choice: Choice) -> list[Step]:
    """Why a choice is n, m or y as a symbol: all that its prompt's visibility rests on."""
    entry = _entry(scene, choice)
    limits = list(scene.limits(choice.entry))
    for prompt in entry.prompts:
        limits += scene.prompt_limits(choice.entry, prompt)
        limits += [
            Limit(f"prompt if {part}", part, prompt.location)
            for part in conjuncts(prompt.condition)
        ]
    low = limited(scene, "hidden", limits, choice.entry, N)
    if low is not None:
        return [low]
    names = [name for limit in limits for name in scene.needs(limit, M)]
    names += [
        name
        for limit in limits
        for name in (
            scene.blocks(limit, M)
            if scene.strength(limit, choice.entry) == M
            else scene.needs(limit, Y)
        )
    ]
    modules = scene.model.modules
    if choice.type is Type.TRISTATE and modules is not None and choice.index not in scene.early:
        names.append(modules)
    told = Told("kconfig", f"choice{_title(entry)}", entry.location)
    return [Step("offered", (told,), scene.causes(names))]
