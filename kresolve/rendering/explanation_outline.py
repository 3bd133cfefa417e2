"""A derivation as an outline: each fact once, at its first mention.

What text, Markdown and HTML have in common: the order, the depth of each
fact, the numbers that later mentions refer back to, and what is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from kresolve.dotconfig.lines import shown_value
from kresolve.explanation.derivation import Cause, Derivation, Fact
from kresolve.explanation.sentences import headline, sentence, step_text
from kresolve.planner import Plan
from kresolve.planner.fragment_file import asked_for, verdict
from kresolve.rendering.plan_text import conflict_lines


@frozen
class Outline:
    """All that is told of a symbol's value, and of a plan with which it gets another."""

    headline: str
    root: Fact
    items: tuple[Item, ...]
    #: How many causes have no fact: the derivation was cut at some depth.
    left_out: int
    change: Change | None

    @property
    def about(self) -> str:
        """The prompt, and where it is found in menuconfig; or that there is none."""
        if not self.root.prompt:
            return f"{self.root.type}, no prompt"
        menu = f" in {' > '.join(self.root.menu)}" if self.root.menu else ""
        return f'{self.root.type} "{self.root.prompt}"{menu}'


@frozen
class Change:
    """What a plan is for and how good it is; its lines with their reasons, or why it has none."""

    title: str
    lines: tuple[tuple[str, str], ...]
    conflict: tuple[str, ...]


@frozen
class Item:
    """A fact at its place in the outline.

    ``number`` is given to facts that are mentioned again; at such a mention,
    ``again`` is true and nothing stands below it.  ``steps`` are the single
    rules, where everything is to be told.
    """

    level: int
    fact: Fact
    number: int = 0
    again: bool = False
    steps: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The sentence; at a later mention, where to find it."""
        if self.again:
            return f"{self.fact.name} is {shown_value(self.fact.value)}: see [{self.number}]"
        return f"{f'[{self.number}] ' if self.number else ''}{sentence(self.fact)}"

    @property
    def has_places(self) -> bool:
        """Does the sentence say where something stands?"""
        steps = (each for step in self.fact.steps for each in (step, *step.also))
        premises = (premise for step in steps for premise in step.premises)
        return any(premise.location and premise.place in self.text for premise in premises)


def outline(
    derivation: Derivation,
    wanted: str | None = None,
    plan: Plan | None = None,
    *,
    full: bool = False,
) -> Outline:
    """What is told of a derivation, and of a plan with which the symbol gets the value ``wanted``.

    ``full``: every rule is told, the quiet ones too.
    """
    causes = (c.name for fact in derivation.facts.values() for c in next_causes(fact, full=full))
    return Outline(
        headline(derivation),
        derivation.fact,
        tuple(_items(derivation, full=full)),
        len(set(causes) - derivation.facts.keys()),
        None if plan is None else _change(wanted, plan),
    )


def _items(derivation: Derivation, *, full: bool) -> Iterator[Item]:
    """The facts from the root on, each followed by its causes one level deeper.

    A fact is referred back to only if there is more to it than one sentence.
    """
    numbers = _numbers(derivation, full=full)
    mentioned: set[str] = set()
    todo = [(0, derivation.root)]
    while todo:
        level, name = todo.pop()
        fact = derivation.facts[name]
        if name in mentioned:
            if name in numbers:
                yield Item(level, fact, numbers[name], again=True)
            continue
        mentioned.add(name)
        steps = tuple(step_text(step) for step in fact.steps) if full else ()
        yield Item(level, fact, numbers.get(name, 0), steps=steps)
        behind = [cause.name for cause in next_causes(fact, full=full)]
        todo += [(level + 1, other) for other in reversed(behind) if other in derivation.facts]


def _numbers(derivation: Derivation, *, full: bool) -> dict[str, int]:
    """Numbers for the facts that are mentioned more than once, in the order of telling."""
    mentions: dict[str, int] = {}
    order: list[str] = []
    todo = [derivation.root]
    while todo:
        name = todo.pop()
        if name not in derivation.facts:
            continue
        mentions[name] = mentions.get(name, 0) + 1
        if mentions[name] == 1:
            order.append(name)
            causes = next_causes(derivation.facts[name], full=full)
            todo += reversed([cause.name for cause in causes])
    again = [
        name for name in order if mentions[name] > 1 and _has_more(derivation, name, full=full)
    ]
    return {name: number for number, name in enumerate(again, start=1)}


def _has_more(derivation: Derivation, name: str, *, full: bool) -> bool:
    """Is there something below a fact that is worth to be referred to?"""
    fact = derivation.facts[name]
    causes = next_causes(fact, full=full)
    return not fact.is_choice and any(cause.name in derivation.facts for cause in causes)


def next_causes(fact: Fact, *, full: bool) -> Iterable[Cause]:
    """The causes that stand below a fact."""
    return fact.causes if full else fact.followed


def _change(wanted: str | None, plan: Plan) -> Change:
    conflict = () if plan.conflict is None else tuple(conflict_lines(plan, plan.conflict))
    lines = tuple((line.text, line.why) for line in plan.lines)
    return Change(change_title(wanted, plan), lines, conflict)


def change_title(wanted: str | None, plan: Plan) -> str:
    """What the plan's lines are for, and how good they are; with a colon if anything follows."""
    colon = ":" if plan.lines or plan.conflict is not None else ""
    return f"{_change_title(wanted, plan)}{colon}"


def _change_title(wanted: str | None, plan: Plan) -> str:
    if plan.status == "impossible":
        return f"{asked_for(plan)} is impossible here, proved"
    if plan.status == "unknown":
        return f"kresolve cannot tell how to get {asked_for(plan)}"
    if not plan.lines:
        return f"nothing is missing for {asked_for(plan)}"
    them = "this line" if len(plan.lines) == 1 else "these lines"
    merit = verdict(plan).partition(", ")[2]
    return f"{them} would make it {wanted} ({merit})"
