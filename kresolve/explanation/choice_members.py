"""The facts of choices and their members, in both of conf's ways (``sym_calc_choice``)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from kresolve.explanation.bool_tristate import BoolTristate
from kresolve.explanation.conditions import default_premise, invisible, limited, offered
from kresolve.explanation.derivation import Fact, Premise, Rule, Step
from kresolve.explanation.limits import LimitFinder
from kresolve.kconfig.expressions import Sym
from kresolve.kconfig.model import Choice, ChoiceEntry, Symbol
from kresolve.kconfig.tristate import LETTERS, M, N, Y
from kresolve.kconfig.values import Type


def explain_member(finder: LimitFinder, symbol: Symbol) -> tuple[Rule, list[Step]]:
    """The rule that decided a member's value, and the steps."""
    assert symbol.choice is not None
    index = symbol.choice
    visible = finder.view(symbol).visibility(symbol)
    old = not finder.model.dialect.choice_lists
    if old and visible != Y:
        rule, steps = BoolTristate(finder, symbol).explain()
        if visible == M:
            # Were the choice y, it alone would decide.
            steps.append(Step("offered", (), finder.causes([finder.choice_name(index)]), "m"))
        return rule, steps
    line = finder.line(symbol.name)
    said = [Step("line", (line,), value=line.value)] if line is not None else []
    if visible == N:
        return "hidden", [*said, *invisible(finder, symbol, N)]
    entry = _entry(finder, finder.model.choices[index])
    premise = Premise("kconfig", f"choice{_title(entry)}", entry.location)
    value = LETTERS[finder.evaluation.bool_tristate[symbol.name]]
    step = Step("member", (premise,), finder.causes([finder.choice_name(index)]), value)
    # Before 6.10 it takes full visibility to be one that the choice decides.
    return "member", [*said, step, *(offered(finder, symbol, Y) if old else ())]


def choice_fact(finder: LimitFinder, index: int) -> Fact:
    """Why a choice takes what it takes."""
    choice = finder.model.choices[index]
    old = not finder.model.dialect.choice_lists
    steps = (_old_steps if old else _list_steps)(finder, choice)
    own = finder.choice_name(index)
    entry = _entry(finder, choice)
    return Fact(
        own,
        finder.taken(index),
        "choice",
        tuple(evolve(s, causes=tuple(c for c in s.causes if c.name != own)) for s in steps),
        location=entry.location,
        prompt=entry.prompts[0].text if entry.prompts else "",
    )


def _entry(finder: LimitFinder, choice: Choice) -> ChoiceEntry:
    entry = finder.model.entries[choice.entry]
    assert isinstance(entry, ChoiceEntry)
    return entry


def _title(entry: ChoiceEntry) -> str:
    return f' "{entry.prompts[0].text}"' if entry.prompts else ""


def _lines(finder: LimitFinder, choice: Choice) -> Iterator[Step]:
    """What lines, or a target, say about the members: the order of the lines counts."""
    order = finder.user.priority.get(choice.index, choice.members)
    for name in order:
        line = finder.line(name)
        if line is not None:
            yield Step("line", (line,), value=line.value)
        else:
            unsaid = finder.unsaid(finder.model.symbols[name])
            yield Step("answer" if unsaid.kind == "answer" else "no line", (unsaid,))


def _seen(finder: LimitFinder, names: Sequence[str]) -> list[Step]:
    """Why each of some members is visible, or is not."""
    steps: list[Step] = []
    for name in names:
        symbol = finder.model.symbols[name]
        if finder.view(symbol).visibility(symbol):
            steps += offered(finder, symbol, M)
        else:
            steps += invisible(finder, symbol, N)
    return steps


def _list_steps(finder: LimitFinder, choice: Choice) -> list[Step]:
    """Since 6.10: a member that a line says y to, else the default, else what is left."""
    said = finder.user.bool_tristate
    lines = list(_lines(finder, choice))
    chosen = finder.taken(choice.index)
    if chosen == "n":
        return [*_seen(finder, choice.members), *lines]
    order = finder.user.priority.get(choice.index, choice.members)
    if said.get(chosen) == Y:
        before = [m for m in order[: order.index(chosen)] if said.get(m) == Y]
        return [*_said(lines), *_seen(finder, [chosen, *before]), *_unsaid(lines)]
    asked = [m for m in choice.members if said.get(m) == Y]
    default, steps = _default(finder, choice)
    if chosen != default or said.get(chosen) == N:
        steps += _seen(finder, choice.members)
    return [*steps, *_said(lines), *_seen(finder, [chosen, *asked]), *_unsaid(lines)]


def _said(lines: Sequence[Step]) -> Iterator[Step]:
    return (step for step in lines if step.rule == "line")


def _unsaid(lines: Sequence[Step]) -> Iterator[Step]:
    return (step for step in lines if step.rule != "line")


def _default(finder: LimitFinder, choice: Choice) -> tuple[str | None, list[Step]]:
    """The member that a choice takes unasked, and why (``sym_choice_default``)."""
    entry = _entry(finder, choice)
    limits = finder.limits(choice.entry)
    closed = limited(finder, "passed over", limits, choice.entry, N) if entry.defaults else None
    symbols = finder.model.symbols
    visible = [m for m in choice.members if finder.view(symbols[m]).visibility(symbols[m])]
    steps: list[Step] = [closed] if closed is not None else []
    if closed is None:
        for default in entry.defaults:
            premise = default_premise(default)
            target = default.value.name if isinstance(default.value, Sym) else ""
            condition = default.condition
            if condition is not None and not finder.evaluation.value(condition):
                causes = finder.causes(finder.at_most(condition, N))
                steps.append(Step("passed over", (premise,), causes, "n"))
            elif target not in visible:
                names = (
                    [c.name for s in _seen(finder, [target]) for c in s.causes]
                    if (target in choice.members)
                    else []
                )
                steps.append(Step("passed over", (premise,), finder.causes(names), "n"))
            else:
                around = [name for _, kept in finder.met(limits, M) for name in kept]
                own = [] if condition is None else finder.at_least(condition, M)
                fired = Step("default", (premise,), finder.causes([*around, *own]), target)
                return target, [fired, *steps]
    first = visible[0] if visible else None
    hidden = choice.members[: choice.members.index(first)] if first else choice.members
    return first, [*steps, *_seen(finder, hidden)]


def _old_steps(finder: LimitFinder, choice: Choice) -> list[Step]:
    """Before 6.10: the choice's own value, then the last member that a line says y to."""
    lines = list(_lines(finder, choice))
    mode = _mode(finder, choice)
    if mode[0].rule == "hidden":
        return [*mode, *lines]
    if not finder.evaluation.choice_values.get(choice.index, N):
        finder = finder.before_giving_up(choice.index)
    visible = _seen(finder, choice.members)
    if finder.evaluation.choice_values.get(choice.index, N) != Y:
        return [*mode, *_said(lines), *visible, *_unsaid(lines)]
    chosen = finder.taken(choice.index)
    if finder.user.choice(choice.index).member == chosen:
        return [*_said(lines), *mode, *visible, *_unsaid(lines)]
    _, steps = _default(finder, choice)
    return [*steps, *_said(lines), *mode, *visible, *_unsaid(lines)]


def _mode(finder: LimitFinder, choice: Choice) -> list[Step]:
    """Why a choice is n, m or y as a symbol: all that its prompt's visibility rests on."""
    entry = _entry(finder, choice)
    limits = list(finder.limits(choice.entry))
    for prompt in entry.prompts:
        limits += finder.prompt_limits(choice.entry, prompt)
    low = limited(finder, "hidden", limits, choice.entry, N)
    if low is not None:
        return [low]
    exactly = [*finder.met(limits, M)]
    for limit in limits:
        if finder.strength(limit, choice.entry) == M:
            exactly += finder.unmet([limit], choice.entry, M)
        else:
            exactly += finder.met([limit], Y)
    names = [name for _, kept in exactly for name in kept]
    modules = finder.model.modules
    if choice.type is Type.TRISTATE and modules is not None and choice.index not in finder.early:
        names.append(modules)
    premise = Premise("kconfig", f"choice{_title(entry)}", entry.location)
    return [Step("offered", (premise,), finder.causes(names))]
