"""The report of ``kresolve gates``."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final

from kresolve.evaluator.effects import Effect, Effects
from kresolve.kconfig.model import TreeInfo
from kresolve.planner.fragment_file import counted
from kresolve.rendering.lines import joined

#: What stands above the effects of a kind: on a base, and in a whole tree.
_TITLES: Final = {
    "off": "switched off, or from y to m",
    "on": "switched on, or from m to y",
    "changes": "numbers and strings that change",
    "hides": "prompts that are hidden",
    "shows": "prompts that are shown",
}
_TREE_TITLES: Final = {
    "allows": "can only be on with it",
    "shows": "can only be set by the user with it",
    "hides": "can only be set by the user without it",
    "forces": "always on with it",
    "excludes": "always n with it",
    "default off": "default becomes n, or lower",
    "default on": "default becomes y, or higher",
}
_WIDTH: Final = 98


def refusal(effects: Effects) -> str:
    """Why there are no effects: a line for the symbol does not do what it says."""
    name, where = effects.symbol, f"on {effects.base}"
    if effects.within != effects.value:
        return (
            f"{name}={effects.value} does not hold {where}: it ends as {effects.within}; "
            f"kresolve plan {name}={effects.value} finds what it needs"
        )
    return f"{effects.symbol} is {effects.without} {where} with any line: nothing to compare"


@joined
def gates_report(effects: Effects, info: TreeInfo) -> Iterator[str]:
    """The effects by kind and menu: what people choose in full, the rest by name."""
    where = "in every configuration" if not effects.base else f"base {effects.base}"
    mode = f", make {effects.mode}" if effects.mode else ""
    yield f"{effects.symbol}={effects.value} instead of n; {info}, {where}{mode}"
    titles = _TITLES if effects.base else _TREE_TITLES
    told: set[str] = set()
    for kind, title in titles.items():
        found = effects.of_kind(kind)
        if not effects.base and kind in ("shows", "excludes"):
            # What can only be on with it can only be set with it, and so on.
            found = tuple(effect for effect in found if effect.symbol not in told)
        told |= {effect.symbol for effect in found if kind in ("allows", "hides")}
        if found:
            yield ""
            yield f"{title}: {counted(len(found), 'symbol')}"
            yield from _of_kind(found, in_tree=not effects.base)
    if not effects.effects:
        yield "nothing else changes"


def _of_kind(effects: Iterable[Effect], *, in_tree: bool) -> Iterator[str]:
    """Options under their menus, one a line; the others by their names."""
    menu: tuple[str, ...] | None = None
    others: list[str] = []
    for effect in effects:
        if not effect.prompt:
            others.append(effect.symbol)
            continue
        if effect.menu != menu:
            menu = effect.menu
            yield f"  {' > '.join(menu) or 'top of the menu'}"
        yield from _option(effect, in_tree=in_tree)
    if others:
        yield f"  without a prompt ({len(others)})"
        yield from textwrap.wrap(
            ", ".join(others), _WIDTH, initial_indent="    ", subsequent_indent="    "
        )


def _option(effect: Effect, *, in_tree: bool) -> Iterator[str]:
    """A symbol that people choose; where values go up and down, also from what and why."""
    what = f"{effect.symbol}: {effect.prompt} ({effect.location})"
    if in_tree:
        turns = effect.kind.startswith("default")
        values = f"{effect.before} -> {effect.after}, " if turns else ""
        yield f"    {what}"
        yield f"      {values}{effect.why}"
    elif effect.kind in {"shows", "hides"}:
        yield f"    {effect.symbol}={effect.after}: {effect.prompt} ({effect.location})"
    else:
        was = f"; before: {effect.was}" if effect.was != effect.why else ""
        yield f"    {what}"
        yield f"      {effect.before} -> {effect.after}: {effect.why}{was}"
