"""The page of a symbol and the results of a search, as text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kresolve.explanation.symbol_page import (
    AnnotatedCondition,
    MenuNodeShown,
    SelectShown,
    SymbolPage,
)
from kresolve.kconfig.location import Location
from kresolve.kconfig.printable import printable
from kresolve.kconfig.symbol_search import SymbolHit
from kresolve.rendering.lines import wrapped

#: So many selectors that do not count here are told one by one.
_MOST: Final = 8

#: What decided a value, for people.
_CAUSES: Final = {
    "user": "set by a line",
    "default": "its default",
    "selected": "selected",
    "implied": "implied",
    "range": "its range",
    "chosen": "chosen in its choice",
    "not chosen": "not chosen in its choice",
    "nothing": "no active default",
}


def page_text(page: SymbolPage, where: str = "") -> str:
    """A symbol's page; ``where`` names the configuration that the values are of."""
    return printable("\n".join(_page(page, where)))


def _page(page: SymbolPage, where: str) -> Iterator[str]:
    yield f"{page.name}: {page.prompt}" if page.prompt else f"{page.name} (no prompt)"
    if where:
        cause = _CAUSES.get(page.cause, page.cause)
        seen = {"y": "prompt visible", "m": "prompt allows at most m", "n": "prompt hidden"}[
            page.visible
        ]
        value = page.value if page.type != "string" else f'"{page.value}"'
        yield f"  {page.type}, {value or 'empty'} on {where}: {cause}; {seen}"
    else:
        yield f"  {page.type}"
    if page.choice:
        others = ", ".join(_valued(name, value) for name, value in page.members.items())
        yield from wrapped(f'one of the choice "{page.choice}", with {others}', "  ")
    for shown in page.definitions:
        yield from _definition(shown)
    yield from _reverse("selected by", page.selected_by, known=bool(where))
    yield from _reverse("implied by", page.implied_by, known=bool(where))
    for shown in page.definitions:
        if shown.help:
            yield ""
            yield "help"
            yield from (f"  {line}".rstrip() for line in shown.help.split("\n"))


def _definition(shown: MenuNodeShown) -> Iterator[str]:
    yield ""
    yield f"defined at {shown.location}"
    if shown.menu:
        yield f"  menu      {' > '.join(shown.menu)}"
    for prompt in shown.prompts:
        yield _row("prompt", f'"{prompt.text}"', prompt.condition, prompt.location)
    for guard in shown.guards:
        word = "depends" if guard.word == "depends on" else "visible"
        value = _value(guard.condition)
        yield f"  {word:8}  {guard.condition.annotated}{value}  ({guard.location})"
    for default in shown.defaults:
        mark = "  <- active" if default.active else ""
        text = default.value.annotated
        yield _row("default", text, default.condition, default.location) + mark
    for limits in shown.ranges:
        mark = "  <- active" if limits.active else ""
        yield _row("range", limits.annotated, limits.condition, limits.location) + mark
    for word, lines in (("selects", shown.selects), ("implies", shown.implies)):
        for line in lines:
            yield _row(word, _valued(line.symbol, line.value), line.condition, line.location)


def _row(word: str, text: str, condition: AnnotatedCondition | None, place: Location) -> str:
    under = "" if condition is None else f" if {condition.annotated}{_value(condition)}"
    return f"  {word:8}  {text}{under}  ({place})"


def _value(condition: AnnotatedCondition) -> str:
    """What a condition of more than one symbol is worth."""
    simple = not condition.value or condition.annotated == f"{condition.text} [={condition.value}]"
    return "" if simple else f": {condition.value}"


def _valued(name: str, value: str) -> str:
    return f"{name} [={value}]" if value else name


def _reverse(title: str, sources: Sequence[SelectShown], *, known: bool) -> Iterator[str]:
    """Who selects: with values those that count, and of the others some, in short."""
    if not sources:
        return
    active = [source for source in sources if not known or source.strength not in ("", "n")]
    inactive = [source for source in sources if source not in active]
    yield ""
    counted = f"{len(active)} of {len(sources)} active" if known else str(len(sources))
    yield f"{title} ({counted})"
    most = len(active) if known else 3 * _MOST
    for source in (*active[:most], *(inactive if len(inactive) <= _MOST else ())):
        under = "" if source.condition is None else f" if {source.condition.annotated}"
        gives = f": {source.strength}" if source.strength else ""
        yield f"  {_valued(source.symbol, source.value)}{under}{gives}  ({source.location})"
    rest = [source.symbol for source in (active[most:] if not known else inactive)]
    if len(rest) > (_MOST if known else 0):
        yield from wrapped(f"and {', '.join(dict.fromkeys(rest))}", "  ")


def search_text(hits: Iterable[SymbolHit]) -> str:
    """What was found, one symbol a line, with the line of the help text below."""
    return printable("\n".join(_found(hits)))


def _found(hits: Iterable[SymbolHit]) -> Iterator[str]:
    for hit in hits:
        value = f"={hit.value}" if hit.value else ""
        prompt = f"  {hit.prompt}" if hit.prompt else "  (no prompt)"
        menu = f"  [{' > '.join(hit.menu)}]" if hit.menu else ""
        yield f"{hit.symbol}{value}{prompt}{menu}  ({hit.location})"
        if hit.excerpt:
            yield f"    help: {hit.excerpt}"
