"""The geometry of a picture, read back from the SVG itself: nothing lies on anything else."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from typing import Final, TypeAlias

from hypothesis import example, given, settings
from hypothesis import strategies as st

from kresolve.rendering.picture import LOOKS, WORDS, Arrow, Box, Picture
from kresolve.rendering.svg import svg

#: Left, top, right, bottom.
Area: TypeAlias = tuple[float, float, float, float]

_SVG: Final = "{http://www.w3.org/2000/svg}"
#: The widths of a letter and the height, by the class of a text, with DejaVu's fonts.
_LETTERS: Final = {
    "title": (7.83, 13.0),
    "badge": (6.93, 11.5),
    "prompt": (6.1, 10.5),
    "heading": (11.4, 19.0),
    "about": (6.9, 12.5),
    "section": (7.2, 12.0),
    "mark": (5.12, 8.5),
    "arrow": (5.6, 10.0),
}


def _text_area(text: ET.Element, kind: str) -> Area:
    letter, height = _LETTERS[kind]
    width = letter * len(text.text or "")
    x, y = float(text.get("x", "")), float(text.get("y", ""))
    left = {"badge": x - width, "mark": x - width / 2, "arrow": x - width / 2}.get(kind, x)
    return left, y - 0.78 * height, left + width, y + 0.22 * height


def _shape_area(shape: ET.Element) -> Area:
    if shape.tag == f"{_SVG}rect":
        x, y, w, h = (float(shape.get(key, "")) for key in ("x", "y", "width", "height"))
        return x, y, x + w, y + h
    points = [tuple(map(float, point.split(","))) for point in shape.get("points", "").split()]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _union(areas: list[Area]) -> Area:
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _inside(area: Area, around: Area) -> bool:
    corners = area[0] >= around[0], area[1] >= around[1], area[2] <= around[2], area[3] <= around[3]
    return all(corners)


def _overlap(one: Area, other: Area) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _faults(text: str) -> list[str]:
    """What lies on something else, or leaves its box or the picture."""
    root = ET.fromstring(text)  # noqa: S314 - our own text
    _, _, width, height = map(float, root.get("viewBox", "").split())
    found: dict[str, Area] = {}
    faults = []
    for group in root.findall(f"{_SVG}g"):
        kind = group.get("class", "").split()[0]
        shapes = [s for s in group.iter() if s.tag in (f"{_SVG}rect", f"{_SVG}polygon")]
        if kind == "box":
            name = f"box {group.get('data-name')}"
            found[name] = _union([_shape_area(shape) for shape in shapes])
            marks = [mark.find(f"{_SVG}text") for mark in group.findall(f"{_SVG}g")]
            texts = [(text, text.get("class", "")) for text in group.findall(f"{_SVG}text")]
            texts += [(text, "mark") for text in marks if text is not None]
            shape = _shape_area(shapes[0])
            faults += [
                f"{text.text} leaves {name}"
                for text, kind in texts
                if not _inside(_text_area(text, kind), shape if kind != "mark" else found[name])
            ]
        elif kind == "arrow":
            for label in group.findall(f"{_SVG}text"):
                found[f"label {group.get('data-arrow')}"] = _text_area(label, "arrow")
        else:
            items = [_shape_area(shape) for shape in shapes]
            items += [_text_area(label, "about") for label in group.findall(f"{_SVG}text")]
            found[kind] = _union(items)
    for number, line in enumerate(root.findall(f"{_SVG}text")):
        found[f"text {number} {line.text}"] = _text_area(line, line.get("class", ""))
    faults += [
        f"{name} leaves the picture"
        for name, area in found.items()
        if not _inside(area, (0, 0, width, height))
    ]
    return faults + [
        f"{one} lies on {other}"
        for one, other in itertools.combinations(found, 2)
        if _overlap(found[one], found[other])
    ]


def _box(name: str, look: str, prompt: str, gates: list[str]) -> Box:
    return Box(name, look, title=name, subtitle=prompt, badge="=y", gates=tuple(gates))


@st.composite
def _pictures(draw: st.DrawFn) -> Picture:
    """Boxes of every look, with and without marks and prompts, some of them joined by arrows."""
    names = draw(
        st.lists(st.text("ABXYZ_09", min_size=1, max_size=32), unique=True, min_size=1, max_size=24)
    )
    gates = draw(st.lists(st.sampled_from(["EXPERT", "MODULES", "COMPILE_TEST"]), unique=True))
    boxes = [
        _box(
            name,
            draw(st.sampled_from(sorted(LOOKS))),
            draw(st.text("abc xyz", max_size=34)),
            draw(st.lists(st.sampled_from(gates), unique=True)) if gates else [],
        )
        for name in names
    ]
    boxes += [_box(gate, "gate", "", []) for gate in gates if gate not in names]
    everything = [box.name for box in boxes]
    pairs = st.tuples(st.sampled_from(everything), st.sampled_from(everything))
    ends = draw(st.lists(pairs, unique=True, max_size=16)) if everything else []
    kinds = st.sampled_from(sorted(WORDS))
    arrows = [Arrow(a, b, (kind := draw(kinds)), WORDS[kind], ()) for a, b in ends if a != b]
    title = draw(st.text("abc xyz", min_size=1, max_size=200))
    notes = draw(st.lists(st.text("abc xyz", max_size=200), max_size=3))
    return Picture(title, "Linux 6.12", tuple(boxes), tuple(arrows), (), tuple(notes))


_TWO_ROWS = Picture(
    "Two rows of boxes without arrows",
    "",
    tuple(_box(f"SYMBOL_{n}", "satisfied", "with a prompt", ["EXPERT"]) for n in range(12)),
    (),
)


@given(_pictures())
@example(_TWO_ROWS)
@settings(max_examples=60)
def test_nothing_lies_on_anything_else(picture: Picture) -> None:
    """No box, mark, label, heading or legend lies on another, leaves its box or the picture."""
    assert _faults(svg(picture)) == []
