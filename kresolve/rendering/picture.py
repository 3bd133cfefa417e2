"""A graph as a picture that is still to be laid out: boxes, arrows, a legend.

What each thing looks like is said here, once for all formats: a *look* is a
name ("requested", "on", ...) that the writers of SVG, HTML, DOT and Mermaid
each know how to draw.  A graph with roles (a plan's) is drawn by roles, one
with values by values, any other plainly.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from attrs import field, frozen

from kresolve.dependency_graph import KINDS, Graph, reduced
from kresolve.kconfig.expressions import And, Expr, Not, Or, names
from kresolve.kconfig.printable import printable

#: Looks of boxes and what they mean, as the legend tells them.
LOOKS: Final = {
    "requested": "requested",
    "satisfied": "requested, no line needed",
    "prerequisite": "added dependency",
    "follows": "switched on without a line",
    "already on": "already on",
    "gate": "gate",
    "forbidden": "must be n",
    "asked": "requested",
    "y": "y",
    "m": "m",
    "n": "n",
    "value": "number or string",
    "plain": "symbol",
    "choice": "choice",
}
#: Words on arrows, by kind.
WORDS: Final = {
    "depends": "depends on",
    "visible": "visible if",
    "select": "selects",
    "imply": "implies",
    "default": "default from",
    "range": "range from",
    "member": "member of",
}
_LONGEST_NAME: Final = 32
_LONGEST_PROMPT: Final = 34


@frozen
class TooltipLine:
    """A line of a tooltip: a Kconfig line, and its place."""

    text: str
    place: str


@frozen(eq=False)
class Box:
    """A symbol or choice: its ``name`` in the graph, its text, and its tooltip.

    ``gates`` are the global switches that affect it: a mark on the box is easier to
    read than another arrow.
    """

    name: str
    look: str
    title: str
    subtitle: str
    badge: str = ""
    heading: str = ""
    gates: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()


@frozen(eq=False)
class Arrow:
    """All lines of one kind in which one symbol names another."""

    source: str
    target: str
    kind: str
    label: str
    facts: tuple[TooltipLine, ...]


@frozen(eq=False)
class Picture:
    """Boxes and arrows, in a fixed order, with what is written around them.

    ``marks`` are arrows that are not drawn: those to gates.
    """

    title: str
    subtitle: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    marks: tuple[Arrow, ...] = ()
    notes: tuple[str, ...] = field(default=())

    @property
    def looks(self) -> tuple[str, ...]:
        """The looks of boxes that occur, in the order of the legend."""
        found = {box.look for box in self.boxes}
        return tuple(look for look in LOOKS if look in found)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of arrows that occur, in the order of the legend."""
        found = {arrow.kind for arrow in self.arrows}
        return tuple(kind for kind in KINDS if kind in found)


def picture(graph: Graph, title: str, *, notes: Iterable[str] = ()) -> Picture:
    """The picture of a graph: needs that follow from others are left out."""
    fewer = reduced(graph)
    remarks = list(notes)
    if fewer.number_of_edges() < graph.number_of_edges():
        remarks.append("arrows that follow from others are left out")
    gates = {name for name, role in fewer.nodes(data="role") if role == "gate"}
    met = graph.graph.get("plan", "planned") == "planned"
    arrows = list(_arrows(fewer))
    marks = tuple(arrow for arrow in arrows if arrow.target in gates)
    return Picture(
        title,
        _subtitle(graph),
        tuple(
            _box(name, data, _look(data, met=met), [a.target for a in marks if a.source == name])
            for name, data in fewer.nodes(data=True)
        ),
        tuple(arrow for arrow in arrows if arrow.target not in gates),
        marks,
        tuple(remarks),
    )


def _subtitle(graph: Graph) -> str:
    about = graph.graph
    parts = [str(about.get("tree", ""))]
    if "base" in about:
        parts.append(f"base {about['base']}")
    return ", ".join(part for part in parts if part)


def _box(name: str, data: dict[str, Any], look: str, gates: Iterable[str]) -> Box:
    is_choice = data["kind"] == "choice"
    prompt = printable(data["prompt"])
    title = (prompt or "choice") if is_choice else printable(name)
    value = printable(str(data.get("value", "")))
    return Box(
        name,
        look,
        title=shortened(title, _LONGEST_NAME),
        subtitle=shortened("choice" if is_choice else prompt, _LONGEST_PROMPT),
        badge=shortened(f"={value}", 10) if value else "",
        heading=title,
        gates=tuple(dict.fromkeys(gates)),
        facts=tuple(_facts(data)),
    )


def _look(data: dict[str, Any], *, met: bool) -> str:
    """How a symbol is drawn; ``met``: is there a plan that meets the requests?"""
    if "role" in data:
        if data["kind"] == "choice":
            return "choice"
        if data["role"] == "requested" and "line" not in data:
            return "satisfied" if met else "asked"
        return str(data["role"])
    if data.get("asked"):
        return "asked"
    if data["kind"] == "choice":
        return "choice"
    if "value" in data:
        return data["value"] if data["value"] in ("y", "m", "n") else "value"
    return "plain"


def _facts(data: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """What is told of a box besides its name: (what, text)."""
    rows = [
        ("prompt", data["prompt"]),
        ("type", data["type"]),
        ("menu", " > ".join(data["menu"])),
        ("defined", str(data["location"]) if data["location"] else "nowhere in this tree"),
        ("role", data.get("role", "")),
        ("value", _values(data)),
        ("line", data.get("line", "")),
        ("why", data.get("why", "")),
    ]
    return [(what, printable(text)) for what, text in rows if text]


def _values(data: dict[str, Any]) -> str:
    value, before = str(data.get("value", "")), str(data.get("before", ""))
    if before and before != value:
        return f"{value}, was {before}"
    return value


def _arrows(graph: Graph) -> Iterable[Arrow]:
    """One arrow for all lines of a kind between two symbols."""
    for name in graph:
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for _, other, data in graph.out_edges(name, data=True):
            found.setdefault((other, data["kind"]), []).append(data)
        for (other, kind), lines in found.items():
            yield Arrow(
                name,
                other,
                kind,
                _label(kind, other, lines),
                tuple(TooltipLine(_text(data), printable(str(data["location"]))) for data in lines),
            )


def _text(data: dict[str, Any]) -> str:
    return "member of the choice" if data["kind"] == "member" else printable(data["text"])


def _label(kind: str, other: str, lines: list[dict[str, Any]]) -> str:
    """The word on an arrow: one side of an "or", and what must be off, have their own."""
    needed = [data["needed"] for data in lines]
    if kind in ("depends", "visible") and "y" not in needed:
        if "n" in needed:
            return "excluded by" if kind == "depends" else "hidden by"
        if not any(_stands_alone(data["condition"], other) for data in lines):
            return f"{WORDS[kind]} … or"
    return WORDS[kind]


def _stands_alone(condition: Expr, name: str, *, negated: bool = False) -> bool:
    """Does a condition name a symbol outside of every "or", as a comparison may?

    >>> from kresolve.kconfig.expressions import Sym
    >>> _stands_alone(Or((Sym("A"), Sym("B"))), "A")
    False
    >>> _stands_alone(Not(Or((Sym("A"), Sym("B")))), "A")
    True
    """
    match condition:
        case Not(operand):
            return _stands_alone(operand, name, negated=not negated)
        case And(operands) | Or(operands):
            is_or = isinstance(condition, Or) is not negated
            return not is_or and any(
                _stands_alone(operand, name, negated=negated) for operand in operands
            )
        case _:
            return name in names(condition)


def shortened(text: str, most: int) -> str:
    """A text that is not longer than ``most`` characters.

    >>> shortened("Direct Rendering Manager", 12)
    'Direct Rend…'
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
