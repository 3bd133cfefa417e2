"""Sentences that explain facts, one for each, in the kernel's vocabulary.

A sentence says "because" only of causes that were found to be needed
(:mod:`~kresolve.explanation.counterfactual`); of others it says what they are.  What
Kconfig lines say is worded in :mod:`kresolve.kconfig.phrases`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from attrs import evolve

from kresolve.dotconfig.lines import quote, shown_value
from kresolve.explanation.derivation import Cause, Derivation, Fact, Premise, Rule, Step
from kresolve.kconfig.expressions import And, Compare, Expr, Not, Or, Sym, names
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Default, Limit, Range, Select
from kresolve.kconfig.phrases import (
    MOST,
    NO_PROMPT,
    ONE_MEMBER,
    Reverse,
    at,
    default_line,
    has_line,
    in_quotes,
    join_names,
    limited_by,
    range_line,
    reversed_by,
    series,
)
from kresolve.kconfig.values import Type

#: So many conditions are told in a sentence.
_CONDITIONS: Final = 5
#: So many of many selectors are named.
_SELECTORS: Final = 3
#: So long an "or" is told in full.
_LONGEST: Final = 48


def headline(derivation: Derivation) -> str:
    """The one sentence that says it all, with the place where the symbol stands."""
    return _SentenceBuilder(derivation.fact, places=False).render()


def sentence(fact: Fact) -> str:
    """What a fact says, and by which rule, with the places of what was told."""
    return _SentenceBuilder(fact, places=True).render()


def reason(fact: Fact, *, asked: bool = False) -> str:
    """A fact's sentence without its subject and value: why it is so.

    The whole sentence where a line asks for another value, unless that is known (``asked``).

    >>> reason(Fact("X", "n", "undefined"))
    'no Kconfig file of this architecture defines it'
    """
    bare = asked or not fact.is_dropped
    return _SentenceBuilder(fact, places=True, bare=bare).render()


def step_text(step: Step) -> str:
    """One step in a line: its rule, what was told, and the values that it rests on."""
    premises = "; ".join(f"{each.text}{at(each.place, each.tools)}" for each in step.premises)
    values = _values(step.causes, most=len(step.causes))
    return ": ".join(part for part in (step.rule, premises, values) if part)


def _values(causes: Sequence[Cause], most: int = MOST) -> str:
    """``A=n, B=y``, the long rest as a number."""
    parts = [f"{cause.name}={shown_value(cause.value)}" for cause in causes[:most]]
    left = len(causes) - most
    return ", ".join(parts) + (f" and {left} more" if left > 0 else "")


def _given(causes: Sequence[Cause]) -> str:
    return f", with {_values(causes)}" if causes else ""


def _shown(value: str, type_: Type | None) -> str:
    """A value for people: strings quoted."""
    return quote(value) if type_ is Type.STRING else value


def _all_change(steps: Sequence[Step], what: str) -> bool:
    """Would another value of each cause change the "value", or the "visibility"?"""
    return all(
        step.causes and all(what in cause.changes for cause in step.causes) for step in steps
    )


class _SentenceBuilder:
    """Builds the sentence for one fact.

    With ``places``, each rule is given with its place; else only the symbol is.  A
    ``bare`` one leaves out subject and value.
    """

    def __init__(self, fact: Fact, *, places: bool, bare: bool = False) -> None:
        self.fact = fact
        self.places = places
        self.bare = bare

    def render(self) -> str:
        """The sentence, without a full stop, so that it can be followed by more."""
        return _BUILDERS[self.fact.rule](self)

    # Pieces

    def at(self, premise: Premise, *more: str) -> str:
        """The place of something told, and which program was asked there, in brackets."""
        return at(premise.place if self.places else "", premise.tools, *more)

    def quoted(self, premise: Premise) -> str:
        """What a file says, word for word, with its place."""
        return f"{in_quotes(premise.probe or premise.text)}{self.at(premise)}"

    @property
    def subject(self) -> str:
        """The symbol, with the place where it stands if rules have none."""
        if self.places or self.fact.location is None:
            return self.fact.name
        return f"{self.fact.name} ({self.fact.location})"

    def says(self, why: str, word: str = ":", only: str = "") -> str:
        """``X is n: it ...``, or ``X was set to y but is n: it ...``."""
        if self.bare:
            return why
        value = only + _shown(self.fact.value, self.fact.type)
        line = self.fact.line
        if line is None or not self.fact.is_dropped:
            return f"{self.subject} is {value}{word} {why}"
        asked = _shown(line.value, self.fact.type)
        return f"{self.subject} was set to {asked}{self.at(line)} but is {value}{word} {why}"

    def unasked(self) -> str:
        """That no line sets it, where a line could."""
        if not self.fact.prompt or self.fact.line is not None or self.fact.step("answer"):
            return ""
        return "not set" if self.fact.value == "n" else "no line sets it"

    def step(self, *rules: Rule) -> Step:
        """The one step by a rule; it is there."""
        step = self.fact.step(*rules)
        assert step is not None, (self.fact.name, rules)
        return step

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
        steps = (step, *step.also)
        parts = [self.clause(each) for each in steps[:_CONDITIONS]]
        for number in range(len(parts) - 1, 0, -1):
            if all(part.startswith("depends on ") for part in parts[number - 1 : number + 1]):
                parts[number] = parts[number].removeprefix("depends ")
        if left := len(steps) - len(parts):
            parts.append(f"on {left} more unmet condition{'' if left == 1 else 's'}")
        return f"it {series(parts)}"

    def clause(self, step: Step) -> str:
        """``depends on A (=n) (file:line)``."""
        premise = step.premises[0]
        if isinstance(premise.statement, Limit) and not premise.probe:
            return limited_by(premise.statement.word, premise.valued) + self.at(premise)
        asked = premise.probe or premise.text
        words = asked if asked.startswith("depends ") else f"is limited by {in_quotes(asked)}"
        value = f", which is {step.value}" if self.places and premise.tools else ""
        return f"{words}{self.at(premise)}{value}"

    def uncounted(self) -> str:
        """Why no line can set it, where none can."""
        hindered = self.limits("depends", "hidden")
        return f"cannot be set: {hindered}" if hindered and self.fact.prompt else ""

    # Defaults

    def fired(self) -> str:
        """The default that counts, with the values that make it so."""
        step = self.step("default")
        return f"{self.quoted(step.premises[0])}{_given(step.causes)}"

    def passed(self) -> str:
        """The defaults before it, which do not count."""
        steps = self.steps("passed over")
        parts = [self.earlier(step) for step in steps[:MOST]]
        if len(steps) > MOST:
            parts.append(f"{len(steps) - MOST} more")
        does = "does" if len(steps) == 1 else "do"
        return f"{series(parts)} {does} not apply" if parts else ""

    def earlier(self, step: Step) -> str:
        """A default, or a definition, that does not count, and the values that say so."""
        premise = step.premises[0]
        if isinstance(premise.statement, Limit) and not premise.probe:
            return f"what {limited_by(premise.statement.word, premise.valued)}{self.at(premise)}"
        bare = evolve(premise, location=None, tools="")
        return self.quoted(bare) + self.at(premise, _values(step.causes))

    def unselected(self) -> str:
        """That nothing selects it; by name where it is only a few."""
        step = self.fact.step("not selected")
        if step is None:
            return ""
        places = {premise.symbol: self.at(premise) for premise in reversed(step.premises)}
        selectors = list(dict.fromkeys(premise.symbol for premise in step.premises))
        if len(selectors) > MOST:
            some = ", ".join(selectors[:_SELECTORS])
            return f"none of the {len(selectors)} symbols that can select it does ({some}, ...)"
        does = "does not" if len(selectors) == 1 else "none does"
        named = [f"{name}{places[name]}" for name in selectors]
        return f"{series(named, 'or')} could select it, but {does}"


# One function for each rule that can decide


def _line(t: _SentenceBuilder) -> str:
    fact, line = t.fact, t.fact.line
    assert line is not None
    if t.places and line.location:
        text = t.says(t.quoted(line))
    elif line.by_default and line.source:
        text = t.says(f"by default in the .config of {line.source}")
    else:
        text = t.says(f"set by {line.place or 'a line'}")
    if fact.step("transitional"):
        return (
            f"{text}; it is transitional: conf reads it to set another option, and never writes it"
        )
    return text + _allowed(t)


def _answer(t: _SentenceBuilder) -> str:
    premise = t.step("answer").premises[0]
    return f"{t.says(premise.text)}, as no line sets it{_allowed(t)}"


def _allowed(t: _SentenceBuilder) -> str:
    """Why the line takes effect, where that is known: the prompt's conditions."""
    causes = list(dict.fromkeys(cause for step in t.steps("offered") for cause in step.causes))
    if not causes:
        return ""
    if t.fact.value == "n":
        needed = [cause for cause in causes if "value" in cause.changes]
        return f", which takes effect because {_values(needed)}" if needed else ""
    return f"; its dependencies are met: {_values(causes)}"


def _depends(t: _SentenceBuilder) -> str:
    steps = t.steps("depends", "hidden")
    against = t.limits("depends", "hidden")
    if t.fact.is_dropped:
        return _hidden(t)
    if _all_change(steps, "value"):
        return t.says(against, " because")
    if t.unasked():
        why = ", because" if _all_change(steps, "visibility") else ":"
        return t.says(f"not set; cannot be set{why} {against}")
    return t.says(against)


def _hidden(t: _SentenceBuilder) -> str:
    against = [t.limits("depends", "hidden")]
    if not t.fact.prompt:
        against = [f"it {NO_PROMPT}", *against, t.passed(), t.unselected()]
    default = t.fact.step("default")
    if default is not None:
        against.append(f"{t.quoted(default.premises[0])} applies instead{_given(default.causes)}")
    return t.says("; ".join(filter(None, against)))


def _no_default(t: _SentenceBuilder) -> str:
    fact = t.fact
    if fact.prompt:
        parts = [t.unasked(), t.passed() or "it has no default"]
        text = t.says(series([part for part in parts if part]))
        return f"{text}; {t.uncounted()}" if t.uncounted() else text
    has = t.passed() or "it has neither prompt nor default"
    return t.says(", and ".join(filter(None, (has, t.unselected()))))


def _default(t: _SentenceBuilder) -> str:
    if t.fact.is_dropped:
        return _hidden(t)
    fact, passed = t.fact, t.passed()
    fired = t.fired()
    parts = [
        f"it has {fired}" if t.bare else t.says(fired, " by"),
        f"earlier, {passed}" if passed else "",
        t.limits("limited"),
        t.uncounted() or (t.unasked() if fact.visible != "n" else ""),
    ]
    return "; ".join(part for part in parts if part)


def _forced(t: _SentenceBuilder, rule: Reverse) -> str:
    """Who selects or implies it, and who else does."""
    step = t.step(rule)
    selector, *others = step.causes
    by = reversed_by(rule, f"{selector.name} (={shown_value(selector.value)})")
    text = f"it {by}{t.at(step.premises[0])}{_given(others)}"
    also = list(dict.fromkeys(other.premises[0].symbol for other in step.also))
    return f"{text}; also by {join_names(also)}" if also else text


def _select(t: _SentenceBuilder) -> str:
    text = t.says(_forced(t, "select"))
    against = t.limits("unmet")
    return f"{text}; conf warns of unmet direct dependencies: {against}" if against else text


def _imply(t: _SentenceBuilder) -> str:
    unasked = t.unasked()
    return t.says(f"{f'{unasked}, and ' if unasked else ''}{_forced(t, 'imply')}")


def _cut(t: _SentenceBuilder) -> str:
    implied = t.fact.step("imply") is not None
    proposed = _forced(t, "imply") if implied else f"it has {t.fired()}"
    only = "only " if t.fact.value == "m" else ""
    return t.says(f"{proposed}, but {t.limits('cut', 'depends')}", only=only)


def _limited(t: _SentenceBuilder) -> str:
    return t.says(t.limits("limited"), only="only ")


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
    premise, taken = step.premises[0], step.causes[0].value
    choice = f"the {premise.text} ({premise.place})"
    if t.fact.value == "y":
        return t.says(f"{choice} selects it{'; one member must be y' if t.fact.is_dropped else ''}")
    if taken == "n":
        return t.says(f"{choice} selects nothing")
    return t.says(f"{choice} selects {taken}; {ONE_MEMBER}")


def _range(t: _SentenceBuilder) -> str:
    premise = t.step("range").premises[0]
    text = f"out of range {premise.value} by {t.quoted(premise)}"
    has_default = t.fact.step("default") is not None and t.fact.line is None
    return t.says(f"it has {t.fired()}, {text}" if has_default else text)


def _promoted(t: _SentenceBuilder) -> str:
    step = t.step("promoted")
    default = t.fact.step("default", "imply")
    before = (
        f"it has {t.fired()}, and " if default is not None and default.rule == "default" else ""
    )
    if t.fact.type is Type.BOOL:
        return t.says(f"{before}a bool cannot be m, so m becomes y")
    modules = f" ({_values(step.causes)})" if step.causes else ""
    return t.says(f"{before}without modules{modules} m becomes y")


def _undefined(t: _SentenceBuilder) -> str:
    return t.says("no Kconfig file of this architecture defines it")


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


# One rule that a value rests on, in a path from one symbol to another


def rests_on(fact: Fact, step: Step, name: str) -> tuple[str, Location | None]:
    """How a symbol's value rests on another's by a step: a predicate with its name, the place."""
    for premise in step.premises:
        words = _premise_words(step, premise, name)
        if words:
            return words, premise.location
    if step.premises:
        return limited_by("depends on", name), step.premises[0].location
    is_modules = fact.value == "m"
    return "can only be m with modules" if is_modules else limited_by("depends on", name), None


def _premise_words(step: Step, premise: Premise, name: str) -> str:
    """What a premise says of a name; empty if it does not mention it."""
    match premise.statement:
        case Limit(expr=None, word=word):
            return limited_by(word, None)
        case Limit(expr=expr, word=word) if expr is not None:
            mention = _mention(expr, name)
            return limited_by(word, mention) if mention else ""
        case Default() as default:
            has = has_line(default_line(default))
            return has if step.rule != "passed over" else f"would have{has[3:]}"
        case Range() as bounds:
            return has_line(range_line(bounds))
        case Select(condition=condition):
            word_: Reverse = "imply" if step.rule in ("imply", "not implied") else "select"
            own = _mention(condition, name) if condition is not None else ""
            by = reversed_by(word_, premise.symbol, "" if premise.symbol == name else own)
            if step.rule == "offered":
                return f"{by}, which {limited_by('depends on', name)}"
            if premise.symbol != name and not own:
                return ""
            return by if step.rule in ("select", "imply") else f"would be{by[2:]}"
    return ""


def _mention(expr: Expr, used: str, *, negated: bool = False) -> str:
    """What an expression says of a symbol: its name, negated or compared, or the whole "or"."""
    match expr:
        case Sym(name):
            return f"{'!' if negated else ''}{name}" if name == used else ""
        case Not(operand):
            return _mention(operand, used, negated=not negated)
        case And(operands) | Or(operands):
            mentions = (_mention(operand, used, negated=negated) for operand in operands)
            mention = next((each for each in mentions if each), "")
            if not mention or isinstance(expr, Or) == negated:
                return mention
            whole = str(Not(expr) if negated else expr)
            return whole if len(whole) <= _LONGEST else f"{mention} or others"
        case Compare():
            return str(Not(expr) if negated else expr) if used in names(expr) else ""
    return ""
