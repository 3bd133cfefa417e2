"""A graph as a file, by its ending.

``.svg`` and ``.html`` are pictures, ``.dot`` and ``.mmd`` pictures for Graphviz
and Mermaid to lay out: all leave out needs that follow from others.
``.graphml`` and ``.json`` (node-link) are data, with every node and edge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Final

from attrs import field, frozen

from kresolve.dependency_graph import Graph, graphml
from kresolve.dotconfig.files import write_whole
from kresolve.errors import KresolveError, RequestError, ToolError
from kresolve.planner import Plan
from kresolve.planner.fragment_file import asked_for, verdict
from kresolve.rendering.graph_page import page
from kresolve.rendering.layout import check_layout
from kresolve.rendering.lines import ended
from kresolve.rendering.picture import Arrow, Box, Picture, picture
from kresolve.rendering.svg import svg

#: Endings of files that hold the whole graph.
_DATA: Final = (".graphml", ".json")
#: Endings of files in which everything has its place already.
_LAID_OUT: Final = (".svg", ".html")

#: Larger pictures are neither laid out nor looked at.
LARGEST: Final = 400


@frozen(eq=False)
class GraphPicture:
    """A graph that shows itself: in a notebook, as a page, as a file.

    ``title`` is written above it; ``notes`` beside the title.
    """

    graph: Graph = field(repr=False)
    title: str
    notes: tuple[str, ...] = ()

    @property
    def picture(self) -> Picture:
        """What is drawn.  RequestError if that is too much to be looked at."""
        if len(self.graph) > LARGEST:
            raise RequestError(
                f"{len(self.graph)} nodes are too many for a picture (at most {LARGEST}); "
                "name symbols, use --depth, or write .graphml or .json"
            )
        notes = (*self.notes, *self.graph.graph.get("notes", ()))
        return picture(self.graph, self.title, notes=notes)

    def text(self, ending: str) -> str:
        """The content of a file with an ending (".svg"); RequestError for an unknown one."""
        if ending not in _WRITERS:
            known = ", ".join(_WRITERS)
            raise RequestError(f"{ending or 'no ending'}: use a file name that ends in {known}")
        return _WRITERS[ending](self)

    def write(self, path: str | Path) -> None:
        """Write a file as its ending says, all of it or nothing."""
        path = Path(path)
        write_whole(path, self.text(path.suffix))

    def _repr_svg_(self) -> str | None:
        try:
            return self._light()
        except KresolveError:
            return None  # and _repr_html_ says why

    def _repr_html_(self) -> str:
        try:
            return f'<div style="overflow:auto">{self._light()}</div>'
        except KresolveError as error:
            return f"<p>{escape(f'{self.title}: {error}')}</p>"

    def _light(self) -> str:
        # Nobody can tell from the reader's system whether the notebook is light or dark.
        return svg(self.picture, dark=False)


def draw(graph: Graph, title: str = "", *, notes: tuple[str, ...] = ()) -> GraphPicture:
    """A graph as a picture: shows itself in a notebook; ``write`` makes a file of it.

    Args:
        graph: Of a tree, a part of one, or a plan's. One with more than 400 nodes can only be
            written as .graphml or .json (RequestError).
        title: What stands above it.
        notes: What stands beside the title.

    Returns:
        A GraphPicture.
    """
    return GraphPicture(graph, title or str(graph.graph.get("tree", "")), notes)


def plan_picture(plan: Plan) -> GraphPicture:
    """A plan's graph as a picture, with what was asked for, and the verdict."""
    words = {"impossible": "impossible, proved", "unknown": "kresolve cannot tell"}
    said = words.get(plan.status) or verdict(plan)
    title = f"{'A' if plan.status == 'planned' else 'No'} plan for {asked_for(plan)}"
    return GraphPicture(plan.graph, title, (said,))


def check_ending(path: Path) -> None:
    """Refuse a file's name, or a picture that cannot be laid out, before any work is done."""
    if path.suffix not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise RequestError(f"{path}: use a file name that ends in {known}")
    if path.suffix in _LAID_OUT:
        try:
            check_layout()
        except ToolError as error:
            raise ToolError(f"{path}: {error}; or write .dot or .mmd") from error


def is_picture(path: Path) -> bool:
    """Is a file with this name something to be looked at, rather than data?"""
    return path.suffix in _WRITERS and path.suffix not in _DATA


# DOT and Mermaid

_DOT_LOOKS: Final = {
    "requested": 'style="filled,bold" fillcolor="#1f5fd0" fontcolor=white peripheries=2',
    "asked": 'style="filled,bold" fillcolor="#1f5fd0" fontcolor=white peripheries=2',
    "satisfied": 'style=filled fillcolor="#e6eefc" color="#1f5fd0" peripheries=2',
    "prerequisite": 'style="filled,bold" fillcolor="#fff1cf" color="#b77900"',
    "follows": 'style="filled,dashed" fillcolor="#e7f6ec" color="#3b8f5a"',
    "already on": 'style="filled,rounded" fillcolor="#f4f6f9" color="#a9b4c3"',
    "gate": 'shape=hexagon style=filled fillcolor="#f1e8fd" color="#7b45c4"',
    "forbidden": 'shape=octagon style=filled fillcolor="#fdeaea" color="#c03636"',
    "choice": 'shape=parallelogram style=filled fillcolor="#e8f4f8" color="#2f7f9c"',
    "y": 'style="filled,bold" fillcolor="#dff2e4" color="#2f8450"',
    "m": 'style=filled fillcolor="#fff6dc" color="#a87a10" peripheries=2',
    "n": "style=dotted",
}
_DOT_ARROWS: Final = {
    "depends": "",
    "visible": "style=dashed arrowhead=empty",
    "select": 'color="#b3541e" penwidth=2 arrowhead=normalnormal',
    "imply": 'color="#2f7f9c" style=dotted arrowhead=empty',
    "default": "style=dashed arrowhead=empty",
    "range": "style=dashed arrowhead=empty",
    "member": "arrowhead=odot",
}


@ended
def dot(drawn: Picture) -> Iterator[str]:
    """A picture in Graphviz' language."""
    yield f"digraph {_quoted(drawn.title)} {{"
    yield "  rankdir=LR;"
    yield f"  label={_quoted('; '.join((drawn.title, drawn.subtitle, *drawn.notes)))};"
    yield '  node [shape=box fontname="monospace"];'
    for box in drawn.boxes:
        text = f"{box.heading} {box.badge}".strip()
        label = "\n".join(part for part in (text, box.subtitle) if part)
        look = " ".join((f"label={_quoted(label)}", _DOT_LOOKS.get(box.look, "")))
        yield f"  {_quoted(box.name)} [{look.strip()} tooltip={_quoted(_tooltip(box))}];"
    for arrow in (*drawn.arrows, *drawn.marks):
        look = " ".join((f"label={_quoted(arrow.label)}", _DOT_ARROWS[arrow.kind]))
        ends = f"{_quoted(arrow.source)} -> {_quoted(arrow.target)}"
        yield f"  {ends} [{look.strip()} tooltip={_quoted(_lines(arrow))}];"
    yield "}"


def _tooltip(box: Box) -> str:
    return "\n".join(f"{what}: {text}" for what, text in box.facts)


def _lines(arrow: Arrow) -> str:
    return "\n".join(f"{fact.text} ({fact.place})" for fact in arrow.facts)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


_MERMAID_LOOKS: Final = {
    "requested": "fill:#1f5fd0,color:#fff,stroke:#1f5fd0,stroke-width:4px",
    "asked": "fill:#1f5fd0,color:#fff,stroke:#1f5fd0,stroke-width:4px",
    "satisfied": "fill:#e6eefc,color:#1c2430,stroke:#1f5fd0,stroke-width:2px",
    "prerequisite": "fill:#fff1cf,color:#1c2430,stroke:#b77900,stroke-width:2px",
    "follows": "fill:#e7f6ec,color:#1c2430,stroke:#3b8f5a,stroke-dasharray:5 3",
    "already on": "fill:#f4f6f9,color:#1c2430,stroke:#a9b4c3",
    "gate": "fill:#f1e8fd,color:#1c2430,stroke:#7b45c4",
    "forbidden": "fill:#fdeaea,color:#1c2430,stroke:#c03636,stroke-width:2px",
    "choice": "fill:#e8f4f8,color:#1c2430,stroke:#2f7f9c",
    "y": "fill:#dff2e4,color:#1c2430,stroke:#2f8450,stroke-width:2px",
    "m": "fill:#fff6dc,color:#1c2430,stroke:#a87a10",
    "n": "fill:#ffffff,color:#1c2430,stroke:#7a8798,stroke-dasharray:2 3",
}
#: The brackets that make a shape.
_MERMAID_SHAPES: Final = {
    "already on": ("([", "])"),
    "gate": ("{{", "}}"),
    "forbidden": ("[[", "]]"),
    "choice": ("[/", "/]"),
    "follows": ("(", ")"),
}
_MERMAID_ARROWS: Final = {"depends": "-->", "select": "==>", "member": "--o"}


@ended
def mermaid(drawn: Picture) -> Iterator[str]:
    """A picture in Mermaid's language, as GitHub and GitLab show it in Markdown."""
    yield f"%% {' '.join('; '.join((drawn.title, drawn.subtitle, *drawn.notes)).split())}"
    yield "flowchart LR"
    numbers = {box.name: f"n{number}" for number, box in enumerate(drawn.boxes)}
    for box in drawn.boxes:
        opening, closing = _MERMAID_SHAPES.get(box.look, ("[", "]"))
        text = f"{box.heading} {box.badge}".strip()
        label = "<br/>".join(_entities(part) for part in (text, box.subtitle) if part)
        yield f'  {numbers[box.name]}{opening}"{label}"{closing}'
    for arrow in (*drawn.arrows, *drawn.marks):
        line = _MERMAID_ARROWS.get(arrow.kind, "-.->")
        ends = numbers[arrow.source], numbers[arrow.target]
        yield f'  {ends[0]} {line}|"{_entities(arrow.label)}"| {ends[1]}'
    for look in drawn.looks:
        style = _MERMAID_LOOKS.get(look)
        if style is not None:
            members = ",".join(numbers[box.name] for box in drawn.boxes if box.look == look)
            name = look.replace(" ", "_")
            yield f"  classDef look_{name} {style}"
            yield f"  class {members} look_{name}"


def _entities(text: str) -> str:
    """Text in which nothing means anything to Mermaid, in its own way of escaping."""
    return "".join(c if c.isalnum() or c in " _=.,:()/…-" else f"#{ord(c)};" for c in text)


_WRITERS: Final[Mapping[str, Callable[[GraphPicture], str]]] = {
    ".svg": lambda shown: svg(shown.picture),
    ".html": lambda shown: page(shown.picture),
    ".dot": lambda shown: dot(shown.picture),
    ".mmd": lambda shown: mermaid(shown.picture),
    ".graphml": lambda shown: graphml(shown.graph),
    ".json": lambda shown: shown.graph.to_json(indent=1) + "\n",
}
