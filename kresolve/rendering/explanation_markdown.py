"""Explanations as Markdown: a nested list, names and lines as code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from kresolve.explanation.derivation import Fact
from kresolve.rendering.explanation_outline import Outline
from kresolve.rendering.lines import ended

#: What is set as code besides what files are known to say: quoted words, places,
#: names of symbols with their values.
_CODE: Final = (
    r"\"(?:[^\"\\]|\\.)*\"|(?<!\w)'[^']*'|[\w./-]+:\d+"
    r"|\b[A-Z0-9_]*[A-Z][A-Z0-9_]+\b(?:=[\w.+-]+)?"
)
_SPECIAL: Final = re.compile(r"([\\`*_<>|\[\]])")


@ended
def explanation_markdown(outline: Outline) -> Iterator[str]:
    """A Markdown document: the sentence, the derivation, what would change it."""
    yield f"**{_marked(outline.headline, outline.root)}**"
    yield ""
    yield _marked(outline.about, outline.root)
    yield ""
    for item in outline.items:
        indent = "  " * item.level
        yield f"{indent}- {_marked(item.text, item.fact)}"
        for step in item.steps:
            yield f"{indent}  - {_marked(step, item.fact)}"
    if outline.left_out:
        yield f"- and {outline.left_out} more, deeper"
    if outline.change is None:
        return
    yield ""
    yield _marked(outline.change.title)
    yield ""
    if outline.change.lines:
        yield "```"
        for text, why in outline.change.lines:
            yield f"# {why}"
            yield text
        yield "```"
    for line in outline.change.conflict:
        yield f"- {_marked(line.strip())}"


def _marked(text: str, fact: Fact | None = None) -> str:
    """A sentence with what a file says, places and names as code; the rest escaped.

    A Kconfig line may have quotes of its own: what was told of the fact is looked
    for word for word.
    """
    pattern = "|".join([*_literally(fact), _CODE])
    found: list[str] = []
    end = 0
    for match in re.finditer(pattern, text):
        found.append(_SPECIAL.sub(r"\\\1", text[end : match.start()]))
        found.append(_code(match[0]))
        end = match.end()
    return "".join([*found, _SPECIAL.sub(r"\\\1", text[end:])])


def _literally(fact: Fact | None) -> Iterator[str]:
    """Patterns of what the sentences about a fact repeat with quotes in it, the longest first."""
    if fact is None:
        return
    steps = [step for each in fact.steps for step in (each, *each.also)]
    told = [*(one for step in steps for one in step.premises), *([fact.line] if fact.line else [])]
    texts = {text for one in told for text in (one.probe, one.text, one.valued)}
    texts.add(f'"{fact.prompt}"')
    for text in sorted(texts, key=lambda text: (-len(text), text)):
        if '"' in text or "`" in text:
            exact = re.escape(text)
            yield f"'{exact}'|\"{exact}\"|{exact}"


def _code(words: str) -> str:
    """Words as code, in a fence that is longer than any in them.

    >>> print(_code("default ABI"), _code("`a"))
    `default ABI` `` `a ``
    """
    longest = max(map(len, re.findall("`+", words)), default=0)
    fence = "`" * (longest + 1)
    space = " " if words.startswith("`") or words.endswith("`") else ""
    return f"{fence}{space}{words}{space}{fence}"
