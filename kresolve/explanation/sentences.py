"""Sentences that explain facts, one for each, in the kernel's vocabulary.

A sentence says "because" only of causes that were found to be needed
(:mod:`~kresolve.explanation.counterfactual`); of others it says what they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from attrs import evolve

from kresolve.explanation.derivation import Derivation, Fact, Premise, Rule, Step
from kresolve.explanation.wording import (
    MOST,
    bracketed,
    decides,
    hinders,
    in_quotes,
    is_itself,
    is_limit,
    named,
    requires,
    series,
    shown,
    shown_cause,
    unselected,
    valued,
    values_of,
    verb_of,
)
from kresolve.kconfig.values import Type


def headline(derivation: Derivation) -> str:
    """The one sentence that says it all, with the place where the symbol stands."""
    return _SentenceBuilder(derivation.fact, places=False).render()


def sentence(fact: Fact) -> str:
    """What a fact says, and by which rule, with the places of what was told."""
    return _SentenceBuilder(fact, places=True).render()


def step_text(step: Step) -> str:
    """One step in a line: its rule, what was told, and the values that it rests on."""
    told = "; ".join(f"{told.text}{bracketed([told.place, told.tools])}" for told in step.premises)
    values = values_of(step.causes, most=len(step.causes))
    return ": ".join(part for part in (step.rule, told, values) if part)


class _SentenceBuilder:
    """Builds the sentence for one fact.

    With ``places``, each rule is given with its place; else only the symbol is.
    """

    def __init__(self, fact: Fact, *, places: bool) -> None:
        self.fact = fact
        self.places = places

    def render(self) -> str:
        """The sentence, without a full stop, so that it can be followed by more."""
        return _BUILDERS[self.fact.rule](self)

    # Pieces

    def at(self, told: Premise) -> str:
        """The place of something told, and which program was asked there, in brackets."""
        return bracketed([told.place if self.places else "", told.tools])

    def quoted(self, told: Premise) -> str:
        """What a file says, word for word, with its place."""
        return f"{in_quotes(told.probe or told.text)}{self.at(told)}"

    @property
    def subject(self) -> str:
        """The symbol, with the place where it stands if rules have none."""
        if self.places or self.fact.location is None:
            return self.fact.name
        return f"{self.fact.name} ({self.fact.location})"

    @property
    def is_dropped(self) -> bool:
        """Does somebody's line say something else?"""
        line = self.fact.line
        return line is not None and not line.source and line.value != self.fact.value

    def opening(self, word: str = "") -> str:
        """``X is n``, or ``X was set to y but is n``."""
        value = word + shown(self.fact.value, self.fact.type)
        line = self.fact.line
        if line is None or not self.is_dropped:
            return f"{self.subject} is {value}"
        asked = shown(line.value, self.fact.type)
        return f"{self.subject} was set to {asked}{self.at(line)} but is {value}"

    def unasked(self) -> str:
        """That no line sets it, where a line could."""
        if not self.fact.prompt or self.fact.line is not None or self.fact.step("answer"):
            return ""
        return "not set" if self.fact.value == "n" else "no line sets it"

    def step(self, *rules: Rule) -> Step:
        """The one step by a rule; it is there."""
        found = self.fact.step(*rules)
        assert found is not None, (self.fact.name, rules)
        return found

    def steps(self, *rules: Rule) -> list[Step]:
        """All steps by some rules."""
        return [step for step in self.fact.steps if step.rule in rules]

    # Limits

    def limits(self, *rules: Rule) -> str:
        """What stands against it, at each of its prompts or definitions."""
        parts = dict.fromkeys(self.limit(step) for step in self.steps(*rules))
        return "; in another definition ".join(parts)

    def limit(self, step: Step) -> str:
        """``it depends on A (=n)``, and what else stands against it."""
        beside = step.also[: MOST - 1]
        left = len(step.also) - len(beside)
        parts = [self.clause(one) for one in (step, *beside)]
        for number in range(len(parts) - 1, 0, -1):
            if verb_of(parts[number]) == verb_of(parts[number - 1]) == "depends":
                parts[number] = parts[number].removeprefix("depends ")
        if left:
            parts.append(f"on {left} more unmet condition{'' if left == 1 else 's'}")
        return f"it {series(parts, '; ' if self.places else ', ')}"

    def clause(self, step: Step) -> str:
        """``depends on A (=n)``; with places ``depends on A (file:line), which is n``."""
        told = step.premises[0]
        words = requires(told)
        if not self.places or not told.place:
            return f"{words}{bracketed([told.tools])}{valued(step)}"
        if told.tools:
            return f"{words}{self.at(told)}, which is {step.value}"
        if is_itself(step):
            return f"{words} ({told.place}), which is {shown_cause(step.causes[0])}"
        values = f", with {values_of(step.causes)}" if step.causes else ""
        return f"{words} ({told.place}){values}"

    def uncounted(self) -> str:
        """Why no line can set it, where none can."""
        hindered = self.limits("depends", "hidden")
        return f"cannot be set: {hindered}" if hindered and self.fact.prompt else ""

    # Defaults

    def fired(self) -> str:
        """The default that counts, with the values that make it so."""
        step = self.step("default")
        given = f", with {values_of(step.causes)}" if step.causes else ""
        return f"{self.quoted(step.premises[0])}{given}"

    def passed(self) -> str:
        """The defaults before it, which do not count."""
        steps = self.steps("passed over")
        parts = [self.earlier(step) for step in steps[:MOST]]
        if len(steps) > MOST:
            parts.append(f"{len(steps) - MOST} more")
        does = "does" if len(steps) == 1 else "do"
        return f"{series(parts, ', ')} {does} not apply" if parts else ""

    def earlier(self, step: Step) -> str:
        """A default, or a definition, that does not count, and the values that say so."""
        told = step.premises[0]
        bare = evolve(told, location=None, tools="")
        words = f"what {requires(told)}" if is_limit(told) else self.quoted(bare)
        place = told.place if self.places else ""
        return words + bracketed([place, told.tools, values_of(step.causes)])


# One function for each rule that can decide


def _line(t: _SentenceBuilder) -> str:
    fact, line = t.fact, t.fact.line
    assert line is not None
    if t.places and line.location:
        text = f"{t.opening()}: {t.quoted(line)}"
    elif line.by_default and line.source:
        text = f"{t.opening()}: by default in the .config of {line.source}"
    else:
        text = f"{t.opening()}: set by {line.place or 'a line'}"
    if fact.step("transitional"):
        return (
            f"{text}; it is transitional: conf reads it to set another option, and never writes it"
        )
    return text + _allowed(t)


def _answer(t: _SentenceBuilder) -> str:
    told = t.step("answer").premises[0]
    return f"{t.opening()}: {told.text}, as no line sets it{_allowed(t)}"


def _allowed(t: _SentenceBuilder) -> str:
    """Why the line takes effect, where that is known: the prompt's conditions."""
    step = t.fact.step("offered")
    if step is None or not step.causes:
        return ""
    if t.fact.value == "n":
        needed = [cause for cause in step.causes if "value" in cause.changes]
        return f", which takes effect because {values_of(needed)}" if needed else ""
    return f"; its dependencies are met: {values_of(step.causes)}"


def _depends(t: _SentenceBuilder) -> str:
    steps = t.steps("depends", "hidden")
    against = t.limits("depends", "hidden")
    if t.is_dropped:
        return f"{t.opening()}: {against}"
    if all(decides(step) for step in steps):
        return f"{t.opening()} because {against}"
    if t.unasked():
        why = ", because" if all(hinders(step) for step in steps) else ":"
        return f"{t.opening()}: not set; cannot be set{why} {against}"
    return f"{t.opening()}: {against}"


def _hidden(t: _SentenceBuilder) -> str:
    against = t.limits("depends", "hidden") or "it has no prompt, so no line sets it"
    return f"{t.opening()}: {against}{_instead(t)}"


def _instead(t: _SentenceBuilder) -> str:
    """The default that applies where a line does not."""
    return f"; {t.fired()} applies instead" if t.fact.step("default") else ""


def _no_default(t: _SentenceBuilder) -> str:
    fact = t.fact
    has = "it has no default" if fact.prompt else "it has neither prompt nor default"
    parts = [t.unasked(), t.passed() or has]
    if not fact.prompt and (selectors := fact.step("not selected")):
        parts.append(unselected(selectors))
    said = [part for part in parts if part]
    text = f"{t.opening()}: {series(said, ', ') if fact.prompt else ', and '.join(said)}"
    return f"{text}; {t.uncounted()}" if t.uncounted() else text


def _default(t: _SentenceBuilder) -> str:
    if t.is_dropped:
        return _hidden(t)
    fact, passed = t.fact, t.passed()
    parts = [
        f"{t.opening()} by {t.fired()}",
        f"earlier, {passed}" if passed else "",
        t.limits("limited"),
        t.uncounted() or (t.unasked() if fact.visible != "n" else ""),
    ]
    return "; ".join(part for part in parts if part)


def _forced(t: _SentenceBuilder, rule: Rule, verb: str) -> str:
    """Who selects or implies it, and who else does."""
    step = t.step(rule)
    selector, *others = step.causes
    given = f", with {values_of(others)}" if others else ""
    text = f"{selector.name} (={shown_cause(selector)}) {verb} it{t.at(step.premises[0])}{given}"
    if step.also:
        names = list(dict.fromkeys(other.premises[0].symbol for other in step.also))
        text += f"; so {'does' if len(names) == 1 else 'do'} {named(names)}"
    return text


def _select(t: _SentenceBuilder) -> str:
    text = f"{t.opening()}: {_forced(t, 'select', 'selects')}"
    against = t.limits("unmet")
    return f"{text}; conf warns of unmet direct dependencies: {against}" if against else text


def _imply(t: _SentenceBuilder) -> str:
    unasked = t.unasked()
    return f"{t.opening()}: {f'{unasked}, and ' if unasked else ''}{_forced(t, 'imply', 'implies')}"


def _cut(t: _SentenceBuilder) -> str:
    implied = t.fact.step("imply") is not None
    proposed = _forced(t, "imply", "implies") if implied else f"it has {t.fired()}"
    only = "only " if t.fact.value == "m" else ""
    return f"{t.opening(only)}: {proposed}, but {t.limits('cut', 'depends')}"


def _limited(t: _SentenceBuilder) -> str:
    return f"{t.opening('only ')}: {t.limits('limited')}"


def _choice(t: _SentenceBuilder) -> str:
    fact = t.fact
    title = f'the choice "{fact.prompt}"' if fact.prompt else "the choice"
    text = f"{title} ({fact.location})"
    if fact.value == "n":
        hidden = t.steps("depends", "hidden")
        why = t.limit(hidden[0]) if hidden else "none of its members is visible"
        return f"{text} selects nothing: {why}"
    if fact.value == "m":
        return f"{text} is m: any number of its members can be m"
    line = next(
        (s.premises[0] for s in t.steps("line") if s.premises[0].symbol == fact.value), None
    )
    default = fact.step("default")
    if line is not None and line.value == "y":
        return f"{text} selects {fact.value}: {t.quoted(line)}"
    if default is not None and default.value == fact.value:
        return f"{text} selects {fact.value}: no line selects another, and it has {t.fired()}"
    return f"{text} selects {fact.value}, the first visible member that no line rules out"


def _member(t: _SentenceBuilder) -> str:
    step = t.step("member")
    told, taken = step.premises[0], step.causes[0].value
    choice = f"the {told.text} ({told.place})"
    if t.fact.value == "y":
        return f"{t.opening()}: {choice} selects it"
    if taken == "n":
        return f"{t.opening()}: {choice} selects nothing"
    return f"{t.opening()}: {choice} selects {taken}; only one member can be y"


def _range(t: _SentenceBuilder) -> str:
    fact = t.fact
    told = t.step("range").premises[0]
    text = f"{t.quoted(told)} allows {told.value}"
    default = fact.step("default")
    if default is not None and fact.line is None:
        return f"{t.opening()}: it has {t.fired()}, but {text}"
    return f"{t.opening()}: {text}"


def _promoted(t: _SentenceBuilder) -> str:
    step = t.step("promoted")
    default = t.fact.step("default", "imply")
    before = (
        f"it has {t.fired()}, and " if default is not None and default.rule == "default" else ""
    )
    if t.fact.type is Type.BOOL:
        return f"{t.opening()}: {before}a bool cannot be m, so m becomes y"
    modules = f" ({values_of(step.causes)})" if step.causes else ""
    return f"{t.opening()}: {before}without modules{modules} m becomes y"


def _undefined(t: _SentenceBuilder) -> str:
    return f"{t.fact.name} is n: no Kconfig file of this architecture defines it"


_BUILDERS: Final[Mapping[Rule, Callable[[_SentenceBuilder], str]]] = {
    "line": _line,
    "answer": _answer,
    "depends": _depends,
    "hidden": _hidden,
    "no default": _no_default,
    "default": _default,
    "select": _select,
    "imply": _imply,
    "cut": _cut,
    "limited": _limited,
    "choice": _choice,
    "member": _member,
    "range": _range,
    "promoted": _promoted,
    "undefined": _undefined,
}
