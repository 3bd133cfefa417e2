"""Search symbols by a regular expression in names, prompts and help texts."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar, Final, overload

from attrs import frozen

from kresolve.errors import RequestError
from kresolve.kconfig.help_texts import HelpTexts
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.kconfig.pattern_matching import first_matches
from kresolve.results import Result, Short

#: Where one can search, in the order in which hits are told.
WHERE: Final = ("name", "prompt", "help")


@frozen(repr=False)
class SymbolHit(Short):
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

    def __str__(self) -> str:
        return f"{self.symbol}{f'={self.value}' if self.value else ''}: {self.prompt}"


@frozen(repr=False)
class SearchResult(Result, Sequence[SymbolHit]):
    """What a search has found, in order; ``base`` names where the values are from."""

    tree: TreeInfo
    pattern: str
    hits: tuple[SymbolHit, ...]
    base: str = ""

    schema: ClassVar = "kresolve.search/1"
    _keys: ClassVar = ("tree", "base?", "pattern", "found=hits")
    _rows_of: ClassVar = "found"

    @overload
    def __getitem__(self, index: int) -> SymbolHit: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SymbolHit, ...]: ...
    def __getitem__(self, index: int | slice) -> SymbolHit | tuple[SymbolHit, ...]:
        return self.hits[index]

    def __len__(self) -> int:
        return len(self.hits)

    def _summary(self) -> str:
        return f"{len(self)} symbols of {self.tree} match {self.pattern}"


def search_symbols(
    model: Model,
    pattern: str,
    helps: HelpTexts,
    configuration: Mapping[str, str] | None = None,
    *,
    where: Collection[str] = WHERE,
) -> tuple[SymbolHit, ...]:
    """The symbols that match, each once: those by name first, then by prompt, then by help.

    Case does not matter; CONFIG_ before a name may be written.  Names and help
    texts are searched by line, as grep does.  Raises RequestError for a pattern
    that is none, with the place in it, or takes too long, and for an unknown
    place to search.
    """
    for place in where:
        if place not in WHERE:
            raise RequestError(f"{place}: search in some of {', '.join(WHERE)}")
    names = list(model.symbols)
    places = [place for place in WHERE if place in where]
    bare = pattern.removeprefix("CONFIG_")
    parts = [
        (
            bare if place == "name" else pattern,
            [_lines(model, name, helps, place) for name in names],
        )
        for place in places
    ]
    hits = {
        names[hit.number]: (place, hit.line.strip())
        for place, found in zip(places, first_matches(parts, pattern), strict=True)
        for hit in found
    }
    return tuple(
        SymbolHit(
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


def _lines(model: Model, name: str, helps: HelpTexts, place: str) -> list[str]:
    """What is searched of a symbol in one place."""
    if place == "name":
        return [name]
    definitions = [definition for _, definition in model.menu_nodes(model.symbols[name])]
    if place == "prompt":
        return [prompt.text for definition in definitions for prompt in definition.prompts]
    return [line for definition in definitions for line in helps.of(definition).split("\n")]
