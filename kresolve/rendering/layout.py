"""Lay out the boxes and arrows of a picture; only this module calls Graphviz.

Its program ``dot`` does it: layers from left to right, each arrow's target right
of its source, few crossings, room for every label.  It is given sizes, not
texts, so that the result does not depend on the fonts of a machine.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, TypeAlias

from attrs import frozen

from kresolve.errors import ToolError
from kresolve.sources.programs import base_environment, find_program, last_line, run

#: (x, y), in pixels from the upper left corner.
Point: TypeAlias = tuple[float, float]
#: (width, height)
Size: TypeAlias = tuple[float, float]

#: Graphviz counts in inches for sizes and in points, 72 to an inch, for places.
_INCH: Final = 72


@frozen
class Link:
    """An arrow to be laid out: between which boxes, and how much room its label takes."""

    source: str
    target: str
    label: Size


@frozen
class Route:
    """An arrow's curve (a first point, then three for each Bézier piece) and its label's middle."""

    points: tuple[Point, ...]
    label: Point


@frozen
class Layout:
    """The middles of boxes by name, the arrows' routes in their order, and the size of it all."""

    places: Mapping[str, Point]
    routes: tuple[Route, ...]
    size: Size


def check_layout() -> None:
    """Raise ToolError, which says what to install, where no picture can be laid out."""
    find_program("dot")


def layered(boxes: Mapping[str, Size], links: Iterable[Link]) -> Layout:
    """Boxes in layers, from left to right along the links.

    The same input gives the same layout.  Raises ToolError without Graphviz.
    """
    links = list(links)
    if not boxes:
        return Layout({}, (), (0.0, 0.0))
    written = _dot("\n".join(_graph(boxes, links)))
    try:
        return _layout(json.loads(written), boxes, len(links))
    except (ValueError, KeyError, TypeError) as error:
        raise _failed("it wrote no layout") from error


def _layout(found: Any, boxes: Iterable[str], links: int) -> Layout:
    """A layout from a graph as Graphviz writes it in JSON."""
    _, _, width, height = _numbers(found["bb"])
    nodes = {node["name"]: node for node in found["objects"]}
    edges = {edge["id"]: edge for edge in found.get("edges", ())}
    places = {
        name: _turned(_numbers(nodes[str(number)]["pos"]), height)
        for number, name in enumerate(boxes)
    }
    routes = tuple(_route(edges[str(number)], height) for number in range(links))
    return Layout(places, routes, (width, height))


def _graph(boxes: Mapping[str, Size], links: Iterable[Link]) -> Iterator[str]:
    """What is to be laid out, in Graphviz' language."""
    numbers = {name: number for number, name in enumerate(boxes)}
    yield "digraph {"
    yield "rankdir=LR nodesep=0.16 ranksep=0.35 splines=spline remincross=true"
    yield 'node [shape=box fixedsize=true label=""]'
    yield "edge [arrowhead=none]"
    for name, (width, height) in boxes.items():
        yield f"{numbers[name]} [width={width / _INCH} height={height / _INCH}]"
    for number, link in enumerate(links):
        ends = f"{numbers[link.source]} -> {numbers[link.target]}"
        yield f"{ends} [id={number} label={_room(link.label)}]"
    yield "}"


def _dot(graph: str) -> str:
    """What Graphviz writes: the graph in JSON, with a place for everything."""
    done = run(["dot", "-Tjson0"], environment=base_environment(), directory=Path("/"), given=graph)
    if done.returncode:
        raise _failed(last_line(done.stderr) or f"status {done.returncode}")
    return done.stdout


def _failed(why: str) -> ToolError:
    return ToolError(f"{find_program('dot')} could not lay out the picture: {why}")


def _room(size: Size) -> str:
    """A label of a certain size, as a table with nothing in it."""
    sides = f'FIXEDSIZE="TRUE" WIDTH="{size[0]:.0f}" HEIGHT="{size[1]:.0f}"'
    none = 'BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0"'
    return f"<<TABLE {none} {sides}><TR><TD {sides}></TD></TR></TABLE>>"


def _route(attributes: Mapping[str, str], height: float) -> Route:
    points = [_turned(_numbers(pair), height) for pair in attributes["pos"].split()]
    return Route(tuple(points), _turned(_numbers(attributes["lp"]), height))


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _turned(pair: list[float], height: float) -> Point:
    """Graphviz' y grows upward."""
    return round(pair[0], 1), round(height - pair[1], 1)
