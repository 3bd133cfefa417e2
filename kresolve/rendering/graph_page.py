"""A picture as one HTML page: pan, zoom, search, and each symbol's reasons at a click.

The page is self-contained: its Content-Security-Policy forbids it to load anything.
"""

from __future__ import annotations

import json
from html import escape
from typing import Any

from attrs import asdict

from kresolve.rendering.picture import Picture
from kresolve.rendering.svg import asset, drawn, svg_of


def page(picture: Picture) -> str:
    """The text of the page."""
    title = escape(picture.title)
    return f"""\
<!DOCTYPE html>
<html lang="en" class="kresolve">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; \
style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title} - kresolve</title>
<style>
{asset("picture.css")}{asset("dark.css")}{asset("page.css")}</style>
</head>
<body>
<header>
<h1>{title}</h1>
<output aria-live="polite"></output>
<input type="search" placeholder="search names, prompts (press /)" aria-label="search">
<button data-zoom="out" aria-label="zoom out">-</button>
<button data-zoom="in" aria-label="zoom in">+</button>
<button data-zoom="fit">all</button>
</header>
<main>
{svg_of(drawn(picture))}</main>
<aside hidden></aside>
<script type="application/json" id="data">
{_embedded(page_data(picture))}
</script>
<script>
{asset("page.js")}</script>
</body>
</html>
"""


def page_data(picture: Picture) -> dict[str, Any]:
    """What the page knows about boxes and arrows; arrows that are not drawn come last."""
    return {
        "boxes": {
            box.name: {"heading": box.heading, "facts": [list(fact) for fact in box.facts]}
            for box in picture.boxes
        },
        "arrows": [
            {"source": arrow.source, "target": arrow.target, "kind": arrow.kind}
            | {"facts": [asdict(fact) for fact in arrow.facts]}
            for arrow in (*picture.arrows, *picture.marks)
        ],
    }


def _embedded(document: dict[str, Any]) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(document, ensure_ascii=False, indent=0)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text
