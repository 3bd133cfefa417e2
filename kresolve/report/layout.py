"""Where the boxes and arrows of a picture go; the only user of pygraphviz.

Graphviz' ``dot`` does it: layers from left to right, each arrow's target right
of its source, few crossings, room for every label.  It is given sizes, not
texts, so that the result does not depend on the fonts of a machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Final, TypeAlias

import pygraphviz
from attrs import frozen

#: (x, y), in pixels from the upper left corner.
Point: TypeAlias = tuple[float, float]
#: (width, height)
Size: TypeAlias = tuple[float, float]

#: Graphviz counts in inches for sizes and in points, 72 to an inch, for places.
_INCH: Final = 72
#: Graphviz is a library with global state.
_ONE_AT_A_TIME: Final = Lock()


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


def layered(boxes: Mapping[str, Size], links: Iterable[Link]) -> Layout:
    """Boxes in layers, from left to right along the links.

    The same input gives the same layout.
    """
    links = list(links)
    if not boxes:
        return Layout({}, (), (0.0, 0.0))
    numbers = {name: str(number) for number, name in enumerate(boxes)}
    with _ONE_AT_A_TIME:
        graph = pygraphviz.AGraph(
            directed=True,
            strict=False,
            rankdir="LR",
            nodesep="0.16",
            ranksep="0.35",
            splines="spline",
            remincross="true",
        )
        graph.edge_attr.update(arrowhead="none")
        graph.node_attr.update(shape="box", fixedsize="true", label="")
        for name, (width, height) in boxes.items():
            graph.add_node(numbers[name], width=width / _INCH, height=height / _INCH)
        for number, link in enumerate(links):
            graph.add_edge(
                numbers[link.source],
                numbers[link.target],
                key=str(number),
                label=_room(link.label),
            )
        graph.layout(prog="dot")
        _, _, width, height = _numbers(graph.graph_attr["bb"])
        places = {
            name: _turned(_numbers(graph.get_node(number).attr["pos"]), height)
            for name, number in numbers.items()
        }
        routes = tuple(
            _route(
                graph.get_edge(numbers[link.source], numbers[link.target], key=str(number)).attr,
                height,
            )
            for number, link in enumerate(links)
        )
        graph.close()
    return Layout(places, routes, (width, height))


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
