"""What differs between two graphs: of two trees, or of two configurations."""

from __future__ import annotations

from collections import Counter

from attrs import frozen

from kresolve.dependencygraph.building import Graph

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
    """What one graph has and the other has not.

    ``lines_gone`` and ``lines_new`` hold (symbol, line) as in the Kconfig
    files, wherever they stand there, of symbols that are in both graphs.
    """

    gone: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[Changed, ...]
    lines_gone: tuple[tuple[str, str], ...]
    lines_new: tuple[tuple[str, str], ...]


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
