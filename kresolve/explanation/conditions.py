"""Why a prompt, a default, a select or an imply is as strong as it is, in steps.

Each function answers one question about one rule of a symbol, and its steps
are sufficient: all other symbols may have any value.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from attrs import evolve

from kresolve.explanation.derivation import Premise, Rule, Step
from kresolve.explanation.limits import LimitFinder, Names
from kresolve.kconfig.expressions import Const, Expr, Sym, Text, conjuncts
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Default, Limit, Prompt, Range, ReverseDependency, Symbol
from kresolve.kconfig.phrases import default_line, select_line
from kresolve.kconfig.tristate import LETTERS, M, N, Y
from kresolve.kconfig.values import Type

# Limits: dependencies, prompts


def limited(
    finder: LimitFinder, rule: Rule, limits: Sequence[Limit], index: int, most: int
) -> Step | None:
    """One limit that is at most there, the others beside it; None if there is none."""
    steps = [
        Step(
            rule,
            (finder.premise(limit),),
            finder.causes(blamed),
            LETTERS[finder.strength(limit, index)],
        )
        for limit, blamed in finder.unmet(limits, index, most)
    ]
    return evolve(steps[0], also=tuple(steps[1:])) if steps else None


def _met(finder: LimitFinder, limits: Sequence[Limit], index: int, least: int) -> list[Step]:
    """That each of some limits is at least there."""
    return [
        Step(
            "offered",
            (finder.premise(limit),),
            finder.causes(kept),
            LETTERS[finder.strength(limit, index)],
        )
        for limit, kept in finder.met(limits, least)
    ]


def shut(finder: LimitFinder, symbol: Symbol) -> list[Step] | None:
    """For each definition, a dependency that is n: no prompt and no default counts."""
    steps = []
    for index in symbol.menu_nodes:
        limits = finder.limits(index)
        step = limited(finder, "depends", limits, index, N)
        if step is None:
            return None
        more = finder.too_low(symbol)
        steps.append(step if more == N else limited(finder, "depends", limits, index, more) or step)
    return steps


def _prompts(finder: LimitFinder, symbol: Symbol) -> Iterator[tuple[int, Prompt]]:
    for index, definition in finder.model.menu_nodes(symbol):
        for prompt in definition.prompts:
            yield index, prompt


def invisible(finder: LimitFinder, symbol: Symbol, most: int) -> list[Step]:
    """Why the visibility is at most there (n, or m where m stays m)."""
    steps: list[Step] = []
    for index, prompt in _prompts(finder, symbol):
        around = finder.limits(index)
        closed = most == N and limited(finder, "depends", around, index, N) is not None
        rule: Rule = "depends" if closed else "hidden" if most == N else "limited"
        limits = (*around, *finder.prompt_limits(index, prompt))
        step = limited(finder, rule, limits, index, max(most, finder.too_low(symbol)))
        if step is None:
            # Before 6.10: m does not count for a member of a choice that is y.
            assert symbol.choice is not None, symbol.name
            entry = finder.model.entries[finder.model.choices[symbol.choice].entry]
            limit = Limit("choice", None, entry.location, finder.model.choices[symbol.choice].entry)
            causes = finder.causes([finder.choice_name(symbol.choice)])
            step = Step(rule, (finder.premise(limit),), causes)
        steps.append(step)
    return _with_modules(finder, symbol, steps, needed=most == M)


def offered(finder: LimitFinder, symbol: Symbol, least: int) -> list[Step]:
    """Why the visibility is at least there."""
    if least == N:
        return []
    if symbol.transitional:
        return [Step("transitional", (_definition(finder, symbol),), value="y")]
    view = finder.view(symbol)
    ways: list[tuple[list[Step], Prompt, bool]] = []
    for index, prompt in _prompts(finder, symbol):
        value = view.prompt(index, prompt)
        if view.is_hidden_by_choice(symbol, value):
            continue
        raised = value == M and finder.is_promoted(symbol)
        if (Y if raised else value) >= least:
            raw = M if raised else least
            limits = (*finder.limits(index), *finder.prompt_limits(index, prompt))
            steps = _met(finder, limits, index, raw)
            if symbol.type is Type.TRISTATE and symbol.choice is not None and raw == M:
                # Before 6.10: m would not count, were the choice y.
                causes = finder.causes([finder.choice_name(symbol.choice)])
                steps.append(Step("offered", (), causes))
            ways.append((steps, prompt, raised and least == Y))
    steps, prompt, raised = min(ways, key=lambda way: sum(len(s.causes) for s in way[0]))
    premise = Premise("kconfig", f'prompt "{prompt.text}"', prompt.location)
    step = Step("offered", (premise,), (), LETTERS[view.visibility(symbol)])
    return _with_modules(finder, symbol, [step, *steps], needed=raised)


def _with_modules(
    finder: LimitFinder, symbol: Symbol, steps: list[Step], *, needed: bool
) -> list[Step]:
    """The steps, with MODULES as it is where it decides about m and y."""
    promoters = finder.promoters(symbol)
    if not needed or not promoters or not steps:
        return steps
    return [*steps, Step("offered", (), finder.causes(promoters))]


def _definition(finder: LimitFinder, symbol: Symbol) -> Premise:
    location = finder.model.location(symbol.name)
    return Premise("kconfig", f"config {symbol.name}", location)


def unmet(finder: LimitFinder, symbol: Symbol, most: int) -> list[Step]:
    """Why the direct dependency is at most there."""
    steps = []
    for index in symbol.menu_nodes:
        if finder.model.limits(index):
            step = limited(finder, "cut", finder.limits(index), index, most)
            assert step is not None, symbol.name
            steps.append(step)
    return _with_modules(finder, symbol, steps, needed=most == M)


def met(finder: LimitFinder, symbol: Symbol, least: int) -> list[Step]:
    """Why the direct dependency is at least there."""
    bounded = [index for index in symbol.menu_nodes if finder.model.limits(index)]
    if not bounded or least == N:
        return []
    view = finder.view(symbol)
    best = max(bounded, key=view.depends)
    raised = view.depends(best) == M and least == Y
    steps = _met(finder, finder.limits(best), best, M if raised else least)
    return _with_modules(finder, symbol, steps, needed=raised)


# Defaults


def default_premise(default: Default) -> Premise:
    """The line of a default."""
    return Premise("kconfig", default_line(default), default.location, statement=default)


def active_default(finder: LimitFinder, symbol: Symbol) -> tuple[int, Default, int] | None:
    """The default that counts: (entry, default, the value of its condition)."""
    view = finder.view(symbol)
    for index, definition in finder.model.menu_nodes(symbol):
        default, strength = view.default(index, definition)
        if default is not None:
            return index, default, strength
    return None


def passed_over(
    finder: LimitFinder, symbol: Symbol, *, unless: Default | None = None
) -> Iterator[Step]:
    """Why the defaults before one (all, without it) do not count."""
    for index, definition in finder.model.menu_nodes(symbol):
        around = finder.limits(index)
        blocked = limited(finder, "passed over", around, index, N) if definition.defaults else None
        if blocked is not None:
            yield blocked if unless is not None else evolve(blocked, rule="depends")
            continue
        for default in definition.defaults:
            if default is unless:
                return
            assert default.condition is not None, symbol.name
            names = finder.at_most(default.condition, N)
            yield Step("passed over", (default_premise(default),), finder.causes(names), "n")


def default_at_least(finder: LimitFinder, symbol: Symbol, least: int) -> list[Step]:
    """Why the default gives at least that much."""
    active = active_default(finder, symbol)
    assert active is not None, symbol.name
    index, default, _ = active
    names = list(finder.at_least(default.value, least))
    if default.condition is not None:
        names += finder.at_least(default.condition, least)
    return [
        _fired(finder, default, names, least),
        *passed_over(finder, symbol, unless=default),
        *_around(finder, index, least),
    ]


def default_at_most(finder: LimitFinder, symbol: Symbol, most: int) -> list[Step]:
    """Why the default gives at most that much, or none counts."""
    active = active_default(finder, symbol)
    if active is None:
        steps = list(passed_over(finder, symbol))
        return steps or [Step("no default", (_definition(finder, symbol),), value="n")]
    index, default, _ = active
    names = [] if default.condition is None else list(finder.at_least(default.condition, M))
    view = finder.view(symbol)
    if view.value(default.value) <= most:
        names += finder.at_most(default.value, most)
        kept = [_fired(finder, default, names, view.value(default.value))]
    else:
        limits = list(finder.limits(index))
        if default.condition is not None:
            limits += [
                Limit("default if", part, default.location, index)
                for part in conjuncts(default.condition)
            ]
        low = limited(finder, "limited", limits, index, most)
        assert low is not None, symbol.name
        kept = [_fired(finder, default, names, most), low]
    return [*kept, *passed_over(finder, symbol, unless=default), *_around(finder, index, M)]


def _around(finder: LimitFinder, index: int, least: int) -> list[Step]:
    """That the dependencies around something allow so much, if there are any."""
    return _met(finder, finder.limits(index), index, least)


def _fired(finder: LimitFinder, default: Default, names: Sequence[str], value: int) -> Step:
    return Step("default", (default_premise(default),), finder.causes(names), LETTERS[value])


def text_default(finder: LimitFinder, symbol: Symbol) -> list[Step]:
    """Why an int, hex or string has its default, or none."""
    active = active_default(finder, symbol)
    if active is None:
        steps = list(passed_over(finder, symbol))
        return steps or [Step("no default", (_definition(finder, symbol),))]
    index, default, _ = active
    names = list(stored(finder, default.value))
    if default.condition is not None:
        names += finder.at_least(default.condition, M)
    simple = isinstance(default.value, Sym | Const | Text)
    value = finder.evaluation.stored_text(default.value) if simple else ""  # type: ignore[arg-type]
    step = Step("default", (default_premise(default),), finder.causes(names), value)
    return [step, *passed_over(finder, symbol, unless=default), *_around(finder, index, M)]


def stored(finder: LimitFinder, expr: Expr) -> Names:
    """The symbol whose text a default or bound takes, if it does."""
    if isinstance(expr, Sym) and expr.name in finder.evaluation.text:
        return (expr.name,)
    return ()


# Ranges


def ranges(finder: LimitFinder, symbol: Symbol) -> tuple[Range | None, Names, Location | None]:
    """The range that counts, and what makes it so; the names alone if there is none."""
    names: list[str] = []
    for index, definition in finder.model.menu_nodes(symbol):
        if not definition.ranges:
            continue
        limits = finder.limits(index)
        blocked = limited(finder, "in range", limits, index, N)
        if blocked is not None:
            names += [cause.name for cause in blocked.causes]
            continue
        names += [name for _, kept in finder.met(limits, M) for name in kept]
        for bounds in definition.ranges:
            if bounds.condition is None or finder.evaluation.value(bounds.condition):
                if bounds.condition is not None:
                    names += finder.at_least(bounds.condition, M)
                names += [*stored(finder, bounds.low), *stored(finder, bounds.high)]
                return bounds, tuple(names), bounds.location
            names += finder.at_most(bounds.condition, N)
    return None, tuple(names), None


# Selects and implies


def reverse_strength(finder: LimitFinder, source: ReverseDependency) -> int:
    """What one select or imply is worth."""
    condition = source.select.condition
    return min(
        finder.evaluation.bool_tristate.get(source.selector, N),
        finder.evaluation.depends(source.definition),
        Y if condition is None else finder.evaluation.value(condition),
    )


def reverse_at_least(
    finder: LimitFinder,
    symbol: Symbol,
    rule: Rule,
    sources: Sequence[ReverseDependency],
    least: int,
) -> list[Step]:
    """Who selects or implies a symbol so much, and who else would do."""
    strong = [s for s in sources if reverse_strength(finder, s) >= least]
    raised = False
    if not strong:
        raised = True
        strong = [s for s in sources if reverse_strength(finder, s) == M]

    raw = M if raised else least
    best = min(strong, key=lambda source: source.select.condition is not None)
    steps = [
        Step(
            rule,
            (_reverse_premise(rule, source),),
            finder.causes(_selecting(finder, source, raw)),
            LETTERS[reverse_strength(finder, source)],
        )
        for source in (best, *(s for s in strong if s is not best))
    ]
    first = evolve(steps[0], also=tuple(steps[1:]))
    return [
        *_with_modules(finder, symbol, [first], needed=raised),
        *(
            evolve(step, premises=(_reverse_premise(rule, best),))
            for step in _around(finder, best.definition, raw)
        ),
    ]


def _selecting(finder: LimitFinder, source: ReverseDependency, least: int) -> Names:
    """What makes a select or imply so strong, the dependencies of its entry apart."""
    condition = source.select.condition
    own = () if condition is None else finder.at_least(condition, least)
    return (source.selector, *own)


def _reverse_premise(word: str, source: ReverseDependency) -> Premise:
    select = source.select
    text = f"{source.selector}: {select_line(word, select)}"
    return Premise("kconfig", text, select.location, source.selector, statement=select)


def reverse_at_most(
    finder: LimitFinder, symbol: Symbol, rule: Rule, sources: Sequence[ReverseDependency], most: int
) -> list[Step]:
    """Why no select or imply gives more than that; no step where there is none."""
    if not sources or most >= Y:
        return []
    names: list[str] = []
    word = "select" if rule == "not selected" else "imply"
    premises = []
    for source in sources:
        premises.append(_reverse_premise(word, source))
        if finder.evaluation.bool_tristate.get(source.selector, N) <= most:
            names.append(source.selector)
            continue
        limits = [*finder.limits(source.definition)]
        if source.select.condition is not None:
            limits += [
                Limit("select if", part, source.select.location, source.definition)
                for part in conjuncts(source.select.condition)
            ]
        step = limited(finder, rule, limits, source.definition, most)
        assert step is not None, symbol.name
        names += [cause.name for cause in step.causes]
    step = Step(rule, tuple(premises), finder.causes(names), LETTERS[most])
    return _with_modules(finder, symbol, [step], needed=most == M)
