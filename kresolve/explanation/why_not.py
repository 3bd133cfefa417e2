"""Why an option did not get the value that a line asks for, and who stands in the way.

It is the fact that such a line gives: what it says of a line that does not count.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen

from kresolve.explanation.derivation import Fact, Rule
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.probes import Probes, computed_at
from kresolve.explanation.sentences import reason
from kresolve.kconfig.location import Location
from kresolve.kconfig.tristate import N
from kresolve.kconfig.values import Type

#: So many symbols are asked which programs were missing for them.
_MOST: Final = 20
#: Steps that keep a symbol low, by whose causes it could be more.
_LIMITING: Final[frozenset[Rule]] = frozenset(
    {"depends", "hidden", "limited", "cut", "passed over", "promoted"}
)


@frozen
class WhyNot:
    """Why a symbol does not end as wanted.

    ``blockers`` are the symbols whose values stand in the way, each once;
    ``is_free`` says that nothing does: another line says something else.
    """

    fact: Fact
    text: str
    location: Location | None = None
    blockers: tuple[str, ...] = ()
    is_free: bool = False

    def __str__(self) -> str:
        return self.text

    @property
    def has_limits(self) -> bool:
        """Do values of other symbols keep it low, so that one may ask what keeps these?"""
        return any(step.rule in (*_LIMITING, "not selected") for step in self.fact.steps)


def why_not(deriver: Deriver, name: str, wanted: str) -> WhyNot:
    """Why a symbol of the tree does not end as ``wanted``.

    ``wanted`` is "n", "m" or "y" for bool and tristate, the text for others.
    """
    fact = deriver.asked(name, wanted)
    if fact.value == wanted and fact.rule == "member":
        fact = deriver.fact(name)  # another line decides, and there can be only one
    # What nobody sees may have the value, and no line in the .config.
    configuration = deriver.finder.configuration
    is_told = name in configuration.evaluation.written
    if fact.value == wanted and (is_told or name in configuration.evaluation.bool_tristate):
        value = configuration.spelled(name)
        text = f"it can be {wanted}; another line sets it to {value}"
        return WhyNot(fact, text, fact.location, is_free=True)
    if wanted == "m" and fact.type is Type.BOOL:
        return WhyNot(fact, "is a bool and cannot be m", fact.location)
    deciding = next((s for s in fact.steps if s.rule in _LIMITING or s.rule == fact.rule), None)
    places = [premise.location for premise in deciding.premises] if deciding is not None else []
    location = next(iter(places), None) or fact.location
    return WhyNot(
        fact, reason(fact, asked=True).removeprefix("it "), location, _blockers(deriver, fact)
    )


def _blockers(deriver: Deriver, fact: Fact) -> tuple[str, ...]:
    """The symbols by whose values a line does not count."""
    selected = fact.step("select")
    if selected is not None and fact.rule == "select":
        return (selected.causes[0].name,)
    if fact.rule == "member":
        return _members(deriver, fact)
    names = [
        cause.name
        for step in fact.steps
        if step.rule in _LIMITING
        for each in (step, *step.also)
        for cause in each.causes
    ]
    if not names and not fact.prompt:
        default, unselected = fact.step("default"), fact.step("not selected")
        names = [cause.name for cause in default.causes] if default is not None else []
        names += (
            [premise.symbol for premise in unselected.premises] if unselected is not None else []
        )
    return tuple(dict.fromkeys(name for name in names if name in deriver.finder.model.symbols))


def _members(deriver: Deriver, fact: Fact) -> tuple[str, ...]:
    """The member that a choice takes instead of one, or all others."""
    finder = deriver.finder
    index = finder.model.symbols[fact.name].choice
    assert index is not None
    members = finder.model.choices[index].members
    taken = finder.taken(index)
    return (taken,) if taken in members and taken != fact.name else members


def roots(deriver: Deriver, name: str, wanted: str) -> tuple[str, ...]:
    """What keeps a symbol low in the end, as "X=n": where a dependency is n, what keeps that."""
    return _roots(deriver, name, wanted, frozenset({name}))


def _roots(deriver: Deriver, name: str, wanted: str, seen: frozenset[str]) -> tuple[str, ...]:
    why = why_not(deriver, name, wanted)
    if not why.has_limits:
        return ()
    model, configuration = deriver.finder.model, deriver.finder.configuration
    # A tristate's dependency has to be what it shall be; m is enough for others.
    enough = wanted if model.symbols[name].type is Type.TRISTATE else "m"
    ends: dict[str, None] = {}
    for other in why.blockers:
        if other in seen:
            continue
        above: tuple[str, ...] = ()
        symbol = model.symbols[other]
        if symbol.is_bool_or_tristate and configuration.tristate(other) == N:
            want = enough if symbol.type is Type.TRISTATE else "y"
            above = _roots(deriver, other, want, seen | {other})
        ends.update(dict.fromkeys(above or (f"{other}={configuration[other]}",)))
    return tuple(ends)


def with_tools(deriver: Deriver, why: WhyNot, probes: Probes) -> str:
    """The sentence, with the programs whose absence has a part in it, if any has."""
    missing = " and ".join(_missing_tools(deriver, why, probes))
    return f"{why.text}; {missing}" if missing else why.text


def _missing_tools(deriver: Deriver, why: WhyNot, probes: Probes) -> dict[str, None]:
    """Which programs were not there, from the symbols in the way to those that keep these out."""
    model, configuration = deriver.finder.model, deriver.finder.configuration
    missing: dict[str, None] = {}
    seen: set[str] = set()
    todo = list(why.blockers)
    while todo and len(seen) < _MOST:
        name = todo.pop(0)
        if name in seen:
            continue
        seen.add(name)
        for place in computed_at(model, name):
            if tool := probes.missing(probes.line(place)):
                missing[tool] = None
        if model.symbols[name].is_bool_or_tristate and configuration[name] == "n":
            todo += why_not(deriver, name, "y").blockers
    return missing
