"""Differences between two graphs: of two trees, or of two configurations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from attrs import frozen

from kresolve.dependency_graph.building import Graph
from kresolve.kconfig import markup

#: What a symbol is said to have changed in; the place alone is no change.
_ASPECTS = ("type", "prompt", "menu", "value")


@frozen
class Changed:
    """One aspect of a symbol that is in both graphs: "type", "prompt", "menu" or "value"."""

    name: str
    aspect: str
    before: object
    after: object


@frozen
class Differences:
    """What only one of two graphs has.

    ``lines_gone`` and ``lines_new`` hold (symbol, line) as in the Kconfig
    files, wherever they stand there, of symbols that are in both graphs.
    """

    gone: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[Changed, ...]
    lines_gone: tuple[tuple[str, str], ...]
    lines_new: tuple[tuple[str, str], ...]

    def _repr_html_(self) -> str:
        lists = (
            (
                f"changed ({len(self.changed)})",
                (
                    (
                        markup.code(one.name),
                        markup.text(one.aspect),
                        markup.text(f"{_words(one.before)} -> {_words(one.after)}"),
                    )
                    for one in self.changed
                ),
            ),
            (f"lines gone ({len(self.lines_gone)})", _cells(self.lines_gone)),
            (f"lines new ({len(self.lines_new)})", _cells(self.lines_new)),
            (f"gone ({len(self.gone)})", ((markup.code(name),) for name in self.gone)),
            (f"new ({len(self.new)})", ((markup.code(name),) for name in self.new)),
        )
        tables = ((title, markup.table(rows, most=markup.MOST)) for title, rows in lists)
        shown = [f"{markup.strong(title)}{rows}" for title, rows in tables if rows]
        return markup.block(*shown or ["no differences"])


def _words(value: object) -> str:
    """A value, or a menu's path, for people."""
    return " > ".join(value) if isinstance(value, tuple) else str(value)


def _cells(lines: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Symbols and lines as cells of a table."""
    return ((markup.code(name), markup.code(line)) for name, line in lines)


def differences(before: Graph, after: Graph) -> Differences:
    """What differs between two graphs, sorted by name.

    Between two versions of a tree: symbols gone and new, those with another
    type, prompt, menu or value, and lines that were dropped or added.  Between
    two configurations of one tree: values.  Choices have no name that outlives
    a version and count by their members only.

    >>> import networkx
    >>> old, new = networkx.MultiDiGraph(), networkx.MultiDiGraph()
    >>> old.add_node("A", kind="symbol", value="n")
    >>> new.add_node("A", kind="symbol", value="y")
    >>> new.add_node("B", kind="symbol", value="y")
    >>> found = differences(old, new)
    >>> found.new, found.changed
    (('B',), (Changed(name='A', aspect='value', before='n', after='y'),))
    """
    old, new = _symbols(before), _symbols(after)
    both = sorted(old & new)
    return Differences(
        gone=tuple(sorted(old - new)),
        new=tuple(sorted(new - old)),
        changed=tuple(
            Changed(name, aspect, before.nodes[name].get(aspect), after.nodes[name].get(aspect))
            for name in both
            for aspect in _ASPECTS
            if before.nodes[name].get(aspect) != after.nodes[name].get(aspect)
        ),
        lines_gone=_more(before, after, both),
        lines_new=_more(after, before, both),
    )


def _symbols(graph: Graph) -> set[str]:
    return {name for name, kind in graph.nodes(data="kind") if kind == "symbol"}


def _more(here: Graph, there: Graph, names: list[str]) -> tuple[tuple[str, str], ...]:
    """The lines of symbols that one graph has and the other has not, or has less often."""
    found: list[tuple[str, str]] = []
    for name in names:
        surplus = _lines(here, name) - _lines(there, name)
        found += ((name, text) for text in sorted(surplus.elements()))
    return tuple(found)


def _lines(graph: Graph, name: str) -> Counter[str]:
    """A symbol's lines; one that names several symbols has an edge to each, and counts once."""
    lines = {
        (data["text"], data["location"])
        for _, _, data in graph.out_edges(name, data=True)
        if data["kind"] != "member"
    }
    return Counter(text for text, _ in lines)
