"""Find the successor of a symbol that was renamed.

A kernel that renames a symbol may keep the old one as ``transitional``, or give
the new one ``default OLD``, so that old configurations carry over; both name the
successor for certain.  A symbol of the same prompt is only likely.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

from attrs import frozen

from kresolve.dotconfig.lines import PREFIX
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Model
from kresolve.kconfig.similar_names import did_you_mean_option

How: TypeAlias = Literal["transitional", "default", "prompt", "help"]

_WORDS: dict[How, str] = {
    "transitional": "carries its value over",
    "default": "has it as its default",
    "prompt": "has the same prompt",
    "help": "has the same help text",
}


@frozen
class Successor:
    """A symbol that replaces another: how that is known, and the line that says so."""

    symbol: str
    how: How
    location: Location

    @property
    def sure(self) -> bool:
        """Do the Kconfig files say so?"""
        return self.how in ("transitional", "default")

    def __str__(self) -> str:
        return f"{self.symbol} {_WORDS[self.how]} ({self.location})"


def successors(model: Model, name: str, others: Iterable[Model] = ()) -> list[Successor]:
    """The symbols of a tree that may stand for a name that it does not (really) have.

    ``others`` are models that know the name, for its prompt.
    """
    found: dict[str, Successor] = {}
    for successor in (*_by_default(model, name), *_by_prompt(model, name, others)):
        found.setdefault(successor.symbol, successor)
    return sorted(found.values(), key=lambda successor: not successor.sure)


def unknown_text(
    model: Model, name: str, others: Iterable[Model] = (), *, hint: str = "", guess: bool = True
) -> str:
    """What is known of a name that a tree does not have, in one clause.

    ``hint`` says what may be meant; ``guess``: may it be misspelled?
    """
    if name != name.rstrip():
        return f"the blank before the equals sign is part of the name {name!r}; leave it out"
    knowing = [other for other in others if name in other.symbols]
    found = successors(model, name, knowing)
    text = f"{model.info} has no such option"
    if found:
        return f"{text}; {' and '.join(map(str, found[:2]))}"
    if knowing:
        listed = ", ".join(other.info.version for other in knowing)
        prompt = knowing[-1].prompt(name)
        quoted = f' ("{prompt}")' if prompt else ""
        return f"{text}; Linux {listed} had it{quoted}{hint}"
    return f"{text}{did_you_mean_option(name, model.symbols, PREFIX) or hint}" if guess else text


def shortened(model: Model, others: Iterable[Model]) -> dict[str, tuple[str, str]]:
    """Last parts that names have lost since other kernels, each with such a name and its kernel.

    NF_FLOW_TABLE_IPV4 became part of NF_FLOW_TABLE: the prompts say the same but for "IPv4".
    Parts that others have lost together with the option are not among them.
    """
    lost: dict[str, tuple[str, str]] = {}
    gone: set[str] = set()
    for other in others:
        if _numbers(other) > _numbers(model):
            continue
        for name in other.symbols.keys() - model.symbols.keys():
            rest, _, part = name.rpartition("_")
            if rest not in model.symbols or other.prompt(name) is None:
                continue
            if _words(other.prompt(name), part) == _words(model.prompt(rest), part):
                lost.setdefault(part, (name, other.info.version))
            else:
                gone.add(part)
    return {part: example for part, example in lost.items() if part not in gone}


def _numbers(model: Model) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", model.info.version)]


def _words(prompt: str | None, but: str) -> list[str]:
    words = re.findall(r"\w+", (prompt or "").casefold())
    return [word for word in words if word != but.casefold()]


def _by_default(model: Model, name: str) -> Iterator[Successor]:
    """Symbols whose default is the old one: ``default OLD``."""
    symbol = model.symbols.get(name)
    how: How = "transitional" if symbol is not None and symbol.transitional else "default"
    for entry, default in model.default_of.get(name, ()):
        yield Successor(entry.symbol, how, default.location)


def _by_prompt(model: Model, name: str, others: Iterable[Model]) -> Iterator[Successor]:
    """The one symbol that has the prompt which the name had elsewhere."""
    for other in others:
        prompt = other.prompt(name)
        if prompt is None:
            continue
        same = [
            entry
            for entry in model.by_prompt.get(prompt, ())
            if other.prompt(entry.symbol) != prompt
        ]
        if len({entry.symbol for entry in same}) == 1:
            yield Successor(same[0].symbol, "prompt", same[0].location)
