"""A derivation: why a symbol has its value, as data.

A derivation is a graph of facts.  A fact says that a symbol (or a choice) has
a value, by steps; a step is one rule with its premises (a line of the user, a
line of a Kconfig file, or that there is none) and its causes, the values of
other symbols that the rule takes into account.  The causes of a complete
derivation are sufficient: whatever other symbols are and other lines say, the
value is the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import frozen

from kresolve.kconfig import markup
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Default, Limit, Range, Select
from kresolve.kconfig.values import Type
from kresolve.results import Short

#: What decides a value, or keeps something else from deciding it:
#:
#: line, no line, answer
#:     what the user said, did not say, or a target says instead;
#: depends, hidden, limited, offered
#:     dependencies that are n shut out prompts and defaults; a prompt's
#:     condition is n, or only m; all that a prompt needs is met;
#: default, passed over, no default
#:     the default that counts, one before it that does not, that there is none;
#: select, imply, not selected, not implied
#:     who forces or proposes a value, and who does not;
#: cut, unmet
#:     a direct dependency limits what is implied; a select does not ask for it;
#: choice, member
#:     which member a choice takes, and what that means for one;
#: range, in range, forgotten
#:     a bound that replaces a number, or does not; a number that is dropped;
#: promoted, transitional, undefined
#:     m becomes y; only read, never written; no file defines the symbol.
Rule: TypeAlias = Literal[
    "line",
    "no line",
    "answer",
    "depends",
    "hidden",
    "limited",
    "offered",
    "default",
    "passed over",
    "no default",
    "select",
    "imply",
    "not selected",
    "not implied",
    "cut",
    "unmet",
    "choice",
    "member",
    "range",
    "in range",
    "forgotten",
    "promoted",
    "transitional",
    "undefined",
]

#: Rules that only complete a proof: they say that nothing else interferes.
PROOF_ONLY: Final[frozenset[Rule]] = frozenset(
    {"no default", "not selected", "not implied", "in range", "offered"}
)


@frozen(repr=False)
class Premise(Short):
    """A premise, which needs no reason: a line in a file, or that there is none.

    ``kind`` is "line", "no line", "answer" (a target's own) or "kconfig".
    ``text`` is the line in its own words, ``value`` what a line gives to
    ``symbol``; ``source`` names a base that has no files of its own, whose
    defconfig does not mention the symbol if it is ``by_default``.  Where a
    Kconfig file asks a program, ``probe`` is its line as it stands there, and
    ``tools`` says what was asked.  ``statement`` is the line as the model has it,
    ``valued`` the condition of a limit with the values of its symbols.
    """

    kind: Literal["line", "no line", "answer", "kconfig"]
    text: str
    location: Location | None = None
    symbol: str = ""
    value: str = ""
    source: str = ""
    probe: str = ""
    tools: str = ""
    by_default: bool = False
    statement: Limit | Default | Range | Select | None = None
    valued: str = ""

    _keys: ClassVar = (
        *("kind", "text", "location", "symbol", "value", "source", "probe", "tools"),
    )

    @property
    def place(self) -> str:
        """Where it stands, for people; empty if nowhere."""
        return str(self.location) if self.location else self.source


@frozen
class Cause:
    """The value of another symbol, or choice, that a step rests on.

    ``changes`` says what another value of this one alone would change: the
    "value" that is explained, or only its "visibility"; nothing where other
    causes do the same.
    """

    name: str
    value: str
    changes: tuple[Literal["value", "visibility"], ...] = ()


@frozen(repr=False)
class Step(Short):
    """One application of a rule: its premises, its causes, and the value that follows.

    ``also`` are rules that would have the same effect without this one: they
    are not part of the proof, but whoever wants another value meets them too.
    """

    rule: Rule
    premises: tuple[Premise, ...] = ()
    causes: tuple[Cause, ...] = ()
    value: str = ""
    also: tuple[Step, ...] = ()

    _keys: ClassVar = ("rule", "value", "told=premises", "causes", "also")

    @property
    def mentions(self) -> Iterator[Cause]:
        """The causes, and those of what has the same effect."""
        return (cause for each in (self, *self.also) for cause in each.causes)


@frozen(repr=False)
class Fact(Short):
    """A symbol, or a choice, has a value; ``rule`` decided it.

    ``visible`` is the highest value that its prompt allows.
    """

    name: str
    value: str
    rule: Rule
    steps: tuple[Step, ...] = ()
    type: Type | None = None
    location: Location | None = None
    prompt: str = ""
    menu: tuple[str, ...] = ()
    visible: str = ""

    _keys: ClassVar = (
        *("name", "value", "type", "rule", "sentence", "location", "prompt", "menu", "visible"),
        "steps",
    )

    @property
    def sentence(self) -> str:
        """What it says, and by which rule."""
        from kresolve.explanation.sentences import sentence

        return sentence(self)

    @property
    def is_choice(self) -> bool:
        """Is it about a choice?"""
        return self.type is None and self.rule != "undefined"

    def step(self, *rules: Rule) -> Step | None:
        """The first step by one of some rules."""
        return next((step for step in self.steps if step.rule in rules), None)

    @property
    def line(self) -> Premise | None:
        """The user's line for it, whether or not it counts."""
        for step in self.steps:
            if step.rule in ("line", "forgotten"):
                return step.premises[0]
        return None

    @property
    def asked(self) -> str | None:
        """The value that somebody's line asks for; None if none does, or only the base."""
        return None if self.line is None or self.line.source else self.line.value

    @property
    def is_dropped(self) -> bool:
        """Does somebody's line ask for another value than results?"""
        return self.asked is not None and self.asked != self.value

    @property
    def causes(self) -> Iterator[Cause]:
        """The causes of all steps, each once: together they are enough."""
        return _once(cause for step in self.steps for cause in step.causes)

    @property
    def mentions(self) -> Iterator[Cause]:
        """The causes, and those of what has the same effect beside them."""
        return _once(cause for step in self.steps for cause in step.mentions)

    @property
    def followed(self) -> Iterator[Cause]:
        """The causes that a reader asks about next.

        All that are mentioned; but why something is allowed matters only where it keeps a
        symbol off.
        """
        steps = (step for step in self.steps if step.rule != "offered" or self.value == "n")
        return _once(cause for step in steps for cause in step.mentions)


@frozen(eq=False, repr=False)
class Derivation(Short):
    """Why ``root`` has its value: the facts, each before its causes.

    ``base`` and ``mode`` say on what, and by which target.  Where a
    derivation was reduced, causes may have no fact in it.
    """

    root: str
    facts: Mapping[str, Fact]
    base: str
    mode: str

    def _summary(self) -> str:
        return f"{self.root}={self.value} on {self.base}, make {self.mode}: {len(self.facts)} facts"

    @property
    def fact(self) -> Fact:
        """The fact that is explained."""
        return self.facts[self.root]

    @property
    def value(self) -> str:
        """The value that is explained."""
        return self.fact.value

    @property
    def asked(self) -> str | None:
        """The value that somebody's line asks for; None if none does, or only the base."""
        return self.fact.asked

    @property
    def is_dropped(self) -> bool:
        """Does somebody's line ask for another value than results?"""
        return self.fact.is_dropped

    def _repr_html_(self) -> str:
        rows = [
            (
                markup.code(f"{fact.name}={fact.value}"),
                markup.text(fact.rule),
                "<br>".join(markup.code(premise.text) for premise in _premises(fact)),
                "<br>".join(markup.text(premise.place) for premise in _premises(fact)),
                markup.text(", ".join(f"{cause.name}={cause.value}" for cause in fact.causes)),
            )
            for fact in self.facts.values()
        ]
        return markup.block(
            f"{markup.code(f'{self.root}={self.value}')} "
            f"{markup.text(f'on {self.base}, {self.mode}')}",
            markup.table(
                rows, ("value", "decided by", "source", "where", "causes"), most=markup.MOST
            ),
        )

    @property
    def premises(self) -> Iterator[Premise]:
        """All that was told, each once, in the order of the facts."""
        steps = (step for fact in self.facts.values() for step in fact.steps)
        return iter(dict.fromkeys(premise for step in steps for premise in step.premises))


def _premises(fact: Fact) -> list[Premise]:
    """What was told to the rule that decided a fact, or to all if that was told nothing."""
    deciding = fact.step(fact.rule)
    if deciding is not None and deciding.premises:
        return list(deciding.premises)
    return [premise for step in fact.steps for premise in step.premises]


def _once(causes: Iterable[Cause]) -> Iterator[Cause]:
    """Causes, without those of a name that was there before."""
    seen: set[str] = set()
    for cause in causes:
        if cause.name not in seen:
            seen.add(cause.name)
            yield cause
