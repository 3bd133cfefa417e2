"""Symbols by a regular expression: over names, prompts and help texts."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from attrs import frozen

from kresolve.errors import RequestError
from kresolve.location import Location
from kresolve.lookup.helptexts import HelpTexts
from kresolve.model import Model, Symbol

#: Where one can search, in the order in which hits are told.
WHERE: Final = ("name", "prompt", "help")


@frozen
class Found:
    """A symbol that was found: ``where``, and the line of the help text if it was there.

    ``value`` is empty where there is no configuration, or none for it.
    """

    symbol: str
    type: str
    where: str
    prompt: str
    value: str
    menu: tuple[str, ...]
    location: Location | None
    excerpt: str = ""


def search_symbols(
    model: Model,
    pattern: str,
    helps: HelpTexts,
    configuration: Mapping[str, str] | None = None,
    *,
    where: Collection[str] = WHERE,
) -> tuple[Found, ...]:
    """The symbols that match, each once: those by name first, then by prompt, then by help.

    Case does not matter; CONFIG_ before a name may be written.  Names and help
    texts are searched by line, as grep does.  Raises RequestError for a pattern
    that is none, with the place in it, and for an unknown place to search.
    """
    for place in where:
        if place not in WHERE:
            raise RequestError(f"{place}: search in some of {', '.join(WHERE)}")
    try:
        wanted = re.compile(pattern.removeprefix("CONFIG_"), re.IGNORECASE)
        in_text = re.compile(pattern, re.IGNORECASE)
    except re.error as error:
        raise RequestError(f"{pattern!r} is no regular expression: {error}") from error
    hits: dict[str, tuple[str, str]] = {}
    if "name" in where:
        hits |= {name: ("name", "") for name in model.symbols if wanted.search(name)}
    for place in ("prompt", "help"):
        if place in where:
            for name, symbol in model.symbols.items():
                if name in hits:
                    continue
                for line in _lines(model, symbol, helps, place):
                    if in_text.search(line):
                        hits[name] = place, line.strip()
                        break
    return tuple(
        Found(
            symbol=name,
            type=str(model.symbols[name].type),
            where=place,
            prompt=model.prompt(name) or "",
            value="" if configuration is None else configuration.get(name, ""),
            menu=model.menu_path(name),
            location=model.location(name),
            excerpt=line if place == "help" else "",
        )
        for name, (place, line) in hits.items()
    )


def _lines(model: Model, symbol: Symbol, helps: HelpTexts, place: str) -> Iterator[str]:
    for _, definition in model.definitions(symbol):
        if place == "prompt":
            yield from (prompt.text for prompt in definition.prompts)
        else:
            yield from helps.of(definition).split("\n")
