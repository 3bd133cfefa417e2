"""A picture as SVG: self-contained, for light and dark pages, readable without colours.

Looks differ by shape and outline as well as by colour: a requested symbol is
solid with a second frame, a prerequisite has a bar, what is on already is a
pale pill, what comes along is dashed, a gate is a hexagon, and what must be n
is a crossed octagon.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from functools import cache
from html import escape
from importlib import resources
from typing import Final

from attrs import frozen

from kresolve.rendering.layout import Link, Point, Route, Size, layered
from kresolve.rendering.lines import ended
from kresolve.rendering.picture import LOOKS, WORDS, Arrow, Box, Picture

_MARGIN: Final = 24
#: The lines of the title, what is left free below them, and the lines below that.
_HEADING: Final = 24
_HEADER: Final = 22
_LINE: Final = 17
#: Widths of letters: names are monospaced, prompts and labels are not, so these are generous.
_NAME: Final = 8.0
_PROMPT: Final = 6.3
_LABEL: Final = 5.6
_ABOUT: Final = 7.0
_TITLE: Final = 11.5
_GATE: Final = 5.4
_HEIGHT: Final = 40
#: How much higher a box with a gate's mark is, how high the mark is, and how much of it is below.
_MARK: Final = 6
_MARK_HEIGHT: Final = 13
_BELOW: Final = 6
_GAP: Final = 12
_ROW: Final = 26
_NARROWEST: Final = 620.0
_LEGEND_BOX: Final = (40, 18)


@frozen(eq=False)
class Drawing:
    """A picture with the place of everything in it."""

    picture: Picture
    #: Upper left corner and size of each box, by name.
    boxes: dict[str, tuple[Point, Size]]
    #: In the order of the picture's arrows.
    routes: tuple[Route, ...]
    #: The title, and what is written below it, in lines.
    heading: tuple[str, ...]
    about: tuple[str, ...]
    #: What is written above groups of boxes without arrows, and where.
    sections: tuple[tuple[str, float], ...]
    size: Size

    def label_box(self, number: int) -> tuple[Point, Size]:
        """Where an arrow's label stands: upper left corner and size."""
        size = _label_size(self.picture.arrows[number])
        x, y = self.routes[number].label
        return (x - size[0] / 2, y - size[1] / 2), size


def drawn(picture: Picture) -> Drawing:
    """Find a place for everything: what has arrows in layers, the rest in rows below."""
    ends = {name for arrow in picture.arrows for name in (arrow.source, arrow.target)}
    sizes = {box.name: _size(box) for box in picture.boxes}
    layout = layered(
        {name: size for name, size in sizes.items() if name in ends},
        [Link(arrow.source, arrow.target, _label_size(arrow)) for arrow in picture.arrows],
    )
    width = max(layout.size[0], _NARROWEST)
    heading = tuple(textwrap.wrap(picture.title, int(width / _TITLE)))
    about = _about(picture, width)
    top = len(heading) * _HEADING + _HEADER + len(about) * _LINE
    boxes = {
        name: ((x + _MARGIN - sizes[name][0] / 2, y + top - sizes[name][1] / 2), sizes[name])
        for name, (x, y) in layout.places.items()
    }
    routes = tuple(_moved(route, top) for route in layout.routes)
    bottom = top + layout.size[1]
    sections: list[tuple[str, float]] = []
    for words, names in _groups(picture, ends):
        if names:
            if words:
                sections.append((words, bottom + 30))
            bottom = _in_rows(names, sizes, boxes, bottom + (44 if words else 20), width)
    bottom += _GAP * 2 + _legend_height(picture, width)
    size = width + 2 * _MARGIN, bottom + _MARGIN
    return Drawing(picture, boxes, routes, heading, about, tuple(sections), size)


def _about(picture: Picture, width: float) -> tuple[str, ...]:
    """What is written below the title, as lines that fit."""
    found = (picture.subtitle, *picture.notes)
    letters = int(width / _ABOUT)
    return tuple(line for text in found for line in textwrap.wrap(text, letters))


def _groups(picture: Picture, ends: set[str]) -> Iterator[tuple[str, list[str]]]:
    """The boxes without arrows: what is written above them, and their names."""
    rest = [box for box in picture.boxes if box.name not in ends]
    gates = [box.name for box in rest if box.look == "gate"]
    words = "not connected to the symbols above" if ends else ""
    yield words, [box.name for box in rest if box.look != "gate"]
    yield "gates; the symbols that they affect are marked with their names", gates


def svg(picture: Picture, *, dark: bool = True) -> str:
    """The picture as the text of an SVG file.

    ``dark``: with dark colours where the reader's system prefers them.  A page that the
    picture becomes a part of may be light all the same.
    """
    style = asset("picture.css") + (asset("dark.css") if dark else "")
    return svg_of(drawn(picture), style=style)


@cache
def asset(name: str) -> str:
    """A file that lies beside this module, in ``assets``."""
    return (resources.files("kresolve.rendering") / "assets" / name).read_text(encoding="utf-8")


@ended
def svg_of(drawing: Drawing, *, style: str = "") -> Iterator[str]:
    """A drawing as an SVG element, with its style sheet, if the page around it has none."""
    picture = drawing.picture
    width, height = (f"{side:.0f}" for side in drawing.size)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="kresolve" role="img" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
    )
    yield f"<title>{escape(picture.title)}</title>"
    if style:
        yield f"<style>\n{style}</style>"
    yield _MARKERS
    yield f'<rect class="paper" width="{width}" height="{height}"/>'
    for number, line in enumerate(drawing.heading):
        yield _text(_MARGIN, 30 + number * _HEADING, "heading", line)
    below = len(drawing.heading) * _HEADING + 25
    for number, line in enumerate(drawing.about):
        yield _text(_MARGIN, below + number * _LINE, "about", line)
    for number, (arrow, route) in enumerate(zip(picture.arrows, drawing.routes, strict=True)):
        yield _arrow(number, arrow, route)
    for number, arrow in enumerate(picture.arrows):
        (x, y), (w, h) = drawing.label_box(number)
        yield (
            f'<g class="arrow {arrow.kind}" data-arrow="{number}">'
            f"{_text(x + w / 2, y + h - 3.5, '', arrow.label)}</g>"
        )
    for box in picture.boxes:
        yield _box(box, *drawing.boxes[box.name])
    for words, y in drawing.sections:
        yield _text(_MARGIN, y + 2, "section", words)
    yield from _legend(drawing)
    yield "</svg>"


_MARKERS: Final = """\
<defs>
<marker id="k-tip" viewBox="0 0 10 10" refX="10" refY="5" markerWidth="9" markerHeight="9" \
markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0.8 10 5 0 9.2z"/></marker>
<marker id="k-select" viewBox="0 0 16 10" refX="16" refY="5" markerWidth="15" markerHeight="10" \
markerUnits="userSpaceOnUse" orient="auto">\
<path class="tip-select" d="M0 0 8 5 0 10zM8 0 16 5 8 10z"/></marker>
<marker id="k-imply" viewBox="0 0 11 10" refX="10.4" refY="5" markerWidth="10" markerHeight="9" \
markerUnits="userSpaceOnUse" orient="auto"><path class="tip-imply" d="M0.8 0.8 10 5 0.8 9.2z"/>\
</marker>
<marker id="k-open" viewBox="0 0 11 10" refX="10.4" refY="5" markerWidth="10" markerHeight="9" \
markerUnits="userSpaceOnUse" orient="auto"><path class="hollow" d="M0.8 0.8 10 5 0.8 9.2z"/>\
</marker>
<marker id="k-member" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" \
markerUnits="userSpaceOnUse" orient="auto"><circle class="hollow" cx="5" cy="5" r="4"/></marker>
</defs>"""

_TIPS: Final = {
    "depends": "k-tip",
    "visible": "k-open",
    "select": "k-select",
    "imply": "k-imply",
    "default": "k-open",
    "range": "k-open",
    "member": "k-member",
}


def _size(box: Box) -> Size:
    title = len(box.title) + (len(box.badge) + 1 if box.badge else 0)
    marks = sum(_mark_width(gate) + 3 for gate in box.gates)
    inner = max(title * _NAME, len(box.subtitle) * _PROMPT, marks, 60.0)
    height = _HEIGHT + (_MARK if box.gates else 0)
    return round(inner + 2 * (24 if box.look in _ROOMY else 14)), height


#: Looks whose shape has slanted sides.
_ROOMY: Final = ("gate", "forbidden", "choice")


def _label_size(arrow: Arrow) -> Size:
    return round(len(arrow.label) * _LABEL + 10), 14


def _moved(route: Route, top: float) -> Route:
    def moved(point: Point) -> Point:
        return round(point[0] + _MARGIN, 1), round(point[1] + top, 1)

    return Route(tuple(map(moved, route.points)), moved(route.label))


def _in_rows(
    names: Iterable[str],
    sizes: dict[str, Size],
    boxes: dict[str, tuple[Point, Size]],
    top: float,
    width: float,
) -> float:
    """Put boxes beside each other in rows of at most ``width``; where the last row ends."""
    x, y = float(_MARGIN), top
    bottom = top
    for name in names:
        if x > _MARGIN and x + sizes[name][0] > _MARGIN + width:
            x, y = float(_MARGIN), bottom + _GAP
        boxes[name] = (x, y), sizes[name]
        x += sizes[name][0] + _GAP
        below = _BELOW if sizes[name][1] > _HEIGHT else 0
        bottom = max(bottom, y + sizes[name][1] + below)
    return bottom


def _text(x: float, y: float, kind: str, text: str) -> str:
    of_kind = f' class="{kind}"' if kind else ""
    return f'<text x="{x:.1f}" y="{y:.1f}"{of_kind}>{escape(text)}</text>'


def _arrow(number: int, arrow: Arrow, route: Route) -> str:
    first, *rest = (f"{x:g} {y:g}" for x, y in route.points)
    return (
        f'<g class="arrow {arrow.kind}" data-arrow="{number}">'
        f'<path d="M{first}C{" ".join(rest)}" marker-end="url(#{_TIPS[arrow.kind]})"/>'
        f"<title>{escape(_told(arrow))}</title></g>"
    )


def _told(arrow: Arrow) -> str:
    lines = "; ".join(f"{fact.text} ({fact.place})" for fact in arrow.facts)
    return f"{arrow.source}: {lines}"


def _box(box: Box, corner: Point, size: Size) -> str:
    (x, y), (w, h) = corner, size
    side = 24 if box.look in _ROOMY else 14
    line = y + (17 if box.subtitle else _HEIGHT / 2 + 4.5)
    told = " \n".join(f"{what}: {text}" for what, text in box.facts)
    parts = [
        f'<g class="box {_css(box.look)}" data-name="{escape(box.name)}">',
        f"<title>{escape(box.heading)} \n{escape(told)}</title>",
        _shape(box.look, x, y, w, h),
        _text(x + side, line, "title", box.title),
    ]
    if box.badge:
        parts.append(_text(x + w - side, line, "badge", box.badge))
    if box.subtitle:
        parts.append(_text(x + side, y + 31.5, "prompt", box.subtitle))
    right = x + w - 12
    for gate in reversed(box.gates):
        width = _mark_width(gate)
        parts.append(_gate_mark(gate, right - width, y + h + _BELOW - _MARK_HEIGHT, width))
        right -= width + 3
    return "".join([*parts, "</g>"])


def _mark_width(gate: str) -> float:
    return len(gate) * _GATE + 16


def _gate_mark(gate: str, x: float, y: float, w: float) -> str:
    """A small gate on the lower edge of a box that has to do with it."""
    return (
        f'<g class="mark gate"><title>{escape(gate)} is a gate for it</title>'
        f"{_hexagon(x, y, w, _MARK_HEIGHT, 5)}{_text(x + w / 2, y + 9.8, '', gate)}</g>"
    )


def _css(look: str) -> str:
    if look in ("y", "m", "n"):
        return f"look-{look}"
    return look.replace(" ", "-")


def _shape(look: str, x: float, y: float, w: float, h: float) -> str:
    """The outline of a look, and what it has besides."""
    match look:
        case "requested" | "satisfied" | "asked":
            return _rect(x, y, w, h, 7) + _extra(_rect(x - 3.5, y - 3.5, w + 7, h + 7, 10))
        case "prerequisite":
            return _rect(x, y, w, h, 3) + _extra(_rect(x, y, 6, h, 2))
        case "already on":
            return _rect(x, y, w, h, h / 2)
        case "gate":
            return _hexagon(x, y, w, h, min(16.0, h / 2))
        case "forbidden":
            arm = 10 if h >= _HEIGHT else 5
            cross = f'<path class="extra" d="M{x + 6:g} {y + h / 2 - arm / 2:g}'
            cross += f'l{arm} {arm}m-{arm} 0l{arm} -{arm}"/>'
            return _octagon(x, y, w, h, min(13.0, h / 3)) + cross
        case "choice":
            return _polygon((x + 12, y), (x + w, y), (x + w - 12, y + h), (x, y + h))
        case "m":
            return _rect(x, y, w, h, 7) + _extra(_rect(x + 3, y + 3, w - 6, h - 6, 4))
        case _:
            return _rect(x, y, w, h, 7)


def _hexagon(x: float, y: float, w: float, h: float, a: float) -> str:
    return _polygon(
        (x, y + h / 2),
        (x + a, y),
        (x + w - a, y),
        (x + w, y + h / 2),
        (x + w - a, y + h),
        (x + a, y + h),
    )


def _octagon(x: float, y: float, w: float, h: float, a: float) -> str:
    return _polygon(
        (x + a, y),
        (x + w - a, y),
        (x + w, y + a),
        (x + w, y + h - a),
        (x + w - a, y + h),
        (x + a, y + h),
        (x, y + h - a),
        (x, y + a),
    )


def _rect(x: float, y: float, w: float, h: float, r: float) -> str:
    return f'<rect class="shape" x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}" rx="{r:g}"/>'


def _extra(rect: str) -> str:
    """The same rectangle as something besides the outline."""
    return rect.replace('class="shape"', 'class="extra"')


def _polygon(*points: Point) -> str:
    joined = " ".join(f"{x:g},{y:g}" for x, y in points)
    return f'<polygon class="shape" points="{joined}"/>'


# The legend


def _legend_items(picture: Picture) -> list[tuple[str, str, str]]:
    """What the legend tells: (box or arrow, look or kind, words)."""
    return [
        *(("box", look, LOOKS[look]) for look in picture.looks),
        *(("arrow", kind, WORDS[kind]) for kind in picture.kinds),
    ]


def _legend_places(picture: Picture, width: float) -> list[tuple[float, int]]:
    """The left edge and the row of each item."""
    found: list[tuple[float, int]] = []
    x, row = 0.0, 0
    for _, _, words in _legend_items(picture):
        needed = _LEGEND_BOX[0] + 8 + len(words) * 6.4 + 18
        if x > 0 and x + needed > width:
            x, row = 0.0, row + 1
        found.append((x, row))
        x += needed
    return found


def _legend_height(picture: Picture, width: float) -> float:
    places = _legend_places(picture, width)
    return (places[-1][1] + 1) * _ROW if places else 0.0


def _legend(drawing: Drawing) -> Iterator[str]:
    picture = drawing.picture
    width = drawing.size[0] - 2 * _MARGIN
    top = drawing.size[1] - _MARGIN - _legend_height(picture, width)
    yield (
        f'<path d="M{_MARGIN} {top - 10:g}h{width:g}" stroke="var(--hair)" fill="none"/>'
        '<g class="legend">'
    )
    w, h = _LEGEND_BOX
    for (sort, what, words), (left, row) in zip(
        _legend_items(picture), _legend_places(picture, width), strict=True
    ):
        x, y = _MARGIN + left + 4, top + row * _ROW + 4
        if sort == "box":
            yield f'<g class="{_css(what)}">{_shape(what, x, y, w, h)}</g>'
        else:
            yield (
                f'<g class="arrow {what}"><path d="M{x:g} {y + h / 2:g}h{w}" '
                f'marker-end="url(#{_TIPS[what]})"/></g>'
            )
        yield _text(x + w + 8, y + 13, "about", words)
    yield "</g>"
