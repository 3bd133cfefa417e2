"""Build the dependency graph of a model.

**Nodes** are symbols, by name, and choices, as ``choice FILE:LINE``, with the
attributes ``kind`` ("symbol", "choice", or "undefined" for a name that no file
of this architecture defines), ``type``, ``prompt``, ``menu`` (a tuple of
titles), ``location`` (a Location, None if undefined), ``members`` (of a choice),
and ``value`` if the graph was made with a configuration (of a choice, the member
that is y).

**Edges** go from the symbol in whose entry a line stands (or around it: menus,
``if``) to a symbol that the line names, so that an edge reads as a sentence: A
depends on B, A selects B, A has a default from B, A is a member of B.  With
"depends" and "select" edges alone, ``networkx.descendants`` is what comes along
with a symbol, ``ancestors`` what may bring it along.  Their attributes:
``kind`` (also the edge's key, with a number), ``condition`` (an expression; None
for none), ``text`` (the line in Kconfig's words), ``location``, ``inherited``
(the line stands around the entry), and ``needed``: "y" if the condition can only
hold while the named symbol is not n, "n" if it can only hold while that is not
y, "" if neither is so.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Final

import networkx as nx
from attrs import frozen

from kresolve.kconfig.expressions import Expr, Sym, names
from kresolve.kconfig.intervals import OFF, OPEN, ExpressionIntervals, Interval
from kresolve.kconfig.location import Location
from kresolve.kconfig.memory import gc_paused
from kresolve.kconfig.model import (
    Choice,
    ChoiceEntry,
    Default,
    MenuNode,
    Model,
    Prompt,
    Symbol,
    outermost_first,
)
from kresolve.kconfig.phrases import limited_by
from kresolve.kconfig.tristate import N, Y
from kresolve.results import Result, document


class Graph(Result, nx.MultiDiGraph):  # type: ignore[misc] # networkx comes without types
    """A networkx.MultiDiGraph that is a result as well."""

    schema: ClassVar = "kresolve.graph/1"
    _rows_of: ClassVar = "edges"

    def _summary(self) -> str:
        size = f"{self.number_of_nodes()} nodes, {self.number_of_edges()} edges"
        return f"{self.graph['tree']}: {size}" if "tree" in self.graph else size

    def to_dict(self) -> dict[str, Any]:
        """The node-link document of networkx and D3: what ``kresolve graph -o FILE.json`` writes.

        ``networkx.node_link_graph(document, edges="edges")`` reads it back.
        """
        found = nx.node_link_data(self, edges="edges")
        for edge in found["edges"]:
            edge["condition"] = None if edge["condition"] is None else str(edge["condition"])
        return {"schema": self.schema, **document(found)}


#: The kinds of edges, in the order in which they are told.
KINDS: Final = ("depends", "visible", "select", "imply", "default", "range", "member")

#: A bare number in an expression is a symbol that nobody defines.
_NUMBER: Final = re.compile(r"-?[0-9]+|0[xX][0-9a-fA-F]+")


def dependency_graph(model: Model, configuration: Mapping[str, str] | None = None) -> Graph:
    """The graph of a whole tree, with values if a configuration is given.

    It takes about two seconds for a kernel; see this module for what nodes and
    edges carry.
    """
    with gc_paused():
        return _Builder(model, configuration).build()


def empty_graph(**attributes: Any) -> Graph:
    """A graph without nodes, with attributes of its own."""
    return Graph(**attributes)


def choice_node(model: Model, choice: Choice) -> str:
    """The name of a choice's node.

    The place alone tells choices apart, since few have a name.
    """
    return f"choice {model.entries[choice.entry].location}"


def with_values(graph: Graph, configuration: Mapping[str, str]) -> Graph:
    """The same graph, or part of one, with the values of a configuration."""
    found: Graph = graph.copy()
    for name, data in found.nodes(data=True):
        if data["kind"] == "choice":
            chosen = [member for member in data["members"] if configuration.get(member) == "y"]
            data["value"] = chosen[0] if chosen else "n"
        else:
            data["value"] = configuration.get(name, "n")
    return found


@frozen
class _Line:
    """A line of a Kconfig file, as its edges carry it."""

    kind: str
    text: str
    location: Location
    condition: Expr | None = None
    inherited: bool = False


class _Builder:
    """Builds a graph, symbol by symbol."""

    def __init__(self, model: Model, configuration: Mapping[str, str] | None) -> None:
        self.model = model
        self.configuration = configuration
        self.graph = Graph(tree=model.info, title=model.title)
        self._needed: dict[Expr, tuple[tuple[str, str], ...]] = {}

    def build(self) -> Graph:
        """Nodes first, in menu order, then the edges of each."""
        model = self.model
        for symbol in model.symbols.values():
            self._add_symbol(symbol)
        for choice in model.choices:
            self._add_choice(choice)
        for symbol in model.symbols.values():
            for index, definition in model.menu_nodes(symbol):
                self._add_definition(symbol.name, index, definition)
            if symbol.choice is not None:
                choice = model.choices[symbol.choice]
                line = _Line("member", "member of", model.entries[choice.entry].location)
                self._edge(symbol.name, choice_node(model, choice), line)
        for choice in model.choices:
            entry = model.entries[choice.entry]
            assert isinstance(entry, ChoiceEntry)
            node = choice_node(model, choice)
            self._add_dependencies(node, choice.entry)
            self._add_prompts(node, choice.entry, entry.prompts)
            self._add_defaults(node, entry.defaults)
        if self.configuration is not None:
            return with_values(self.graph, self.configuration)
        return self.graph

    def _add_symbol(self, symbol: Symbol) -> None:
        model = self.model
        self.graph.add_node(
            symbol.name,
            kind="symbol",
            type=str(symbol.type),
            prompt=model.prompt(symbol.name) or "",
            menu=model.menu_path(symbol.name),
            location=model.location(symbol.name),
        )

    def _add_choice(self, choice: Choice) -> None:
        entry = self.model.entries[choice.entry]
        assert isinstance(entry, ChoiceEntry)
        self.graph.add_node(
            choice_node(self.model, choice),
            kind="choice",
            type=str(choice.type),
            prompt=entry.prompts[0].text if entry.prompts else "",
            menu=self.model.titles_around(choice.entry),
            location=entry.location,
            members=choice.members,
        )

    def _add_definition(self, name: str, index: int, definition: MenuNode) -> None:
        self._add_dependencies(name, index)
        self._add_prompts(name, index, definition.prompts)
        for kind, lines in (("select", definition.selects), ("imply", definition.implies)):
            for line in lines:
                text = _with_condition(f"{kind} {line.target}", line.condition)
                self._edge(name, line.target, _Line(kind, text, line.location, line.condition))
        self._add_defaults(name, definition.defaults)
        for limits in definition.ranges:
            text = _with_condition(f"range {limits.low} {limits.high}", limits.condition)
            here = _Line("range", text, limits.location, limits.condition)
            for bound in (limits.low, limits.high):
                if isinstance(bound, Sym):
                    self._edge(name, bound.name, here)
            self._conditional(name, here)

    def _add_dependencies(self, name: str, index: int) -> None:
        for limit in outermost_first(self.model.limits(index)):
            if limit.expr is not None and limit.word != "choice if":
                text = limited_by("depends on", limit.expr)
                inherited = limit.entry != index
                line = _Line("depends", text, limit.location, limit.expr, inherited)
                self._conditional(name, line)

    def _add_prompts(self, name: str, index: int, prompts: tuple[Prompt, ...]) -> None:
        if not prompts:
            return
        for limit in outermost_first(self.model.prompt_limits(index)):
            line = _Line("visible", str(limit), limit.location, limit.expr, inherited=True)
            self._conditional(name, line)
        for prompt in prompts:
            text = f'prompt "{prompt.text}" if {prompt.condition}'
            self._conditional(name, _Line("visible", text, prompt.location, prompt.condition))

    def _add_defaults(self, name: str, defaults: tuple[Default, ...]) -> None:
        for default in defaults:
            text = _with_condition(f"default {default.value}", default.condition)
            line = _Line("default", text, default.location, default.condition)
            for target in dict.fromkeys(names(default.value)):
                self._edge(name, target, line)
            self._conditional(name, line)

    def _conditional(self, name: str, line: _Line) -> None:
        """An edge to each symbol in a line's condition, with whether it is needed there."""
        if line.condition is not None:
            for target, needed in self._names(line.condition):
                self._edge(name, target, line, needed)

    def _edge(self, name: str, target: str, line: _Line, needed: str = "") -> None:
        graph = self.graph
        if target not in graph:
            if _NUMBER.fullmatch(target):
                return
            graph.add_node(
                target, kind="undefined", type="unknown", prompt="", menu=(), location=None
            )
        known = graph[name][target] if graph.has_edge(name, target) else {}
        for data in known.values():
            if data["location"] == line.location and data["text"] == line.text:
                # A name in both halves of a line: what it is needed for counts.
                data["needed"] = data["needed"] or needed
                return
        graph.add_edge(
            name,
            target,
            key=f"{line.kind} {len(known) + 1}",
            kind=line.kind,
            condition=line.condition,
            text=line.text,
            location=line.location,
            needed=needed,
            inherited=line.inherited,
        )

    def _names(self, condition: Expr) -> tuple[tuple[str, str], ...]:
        """The symbols in a condition, each with what it must be for the condition to hold."""
        known = self._needed.get(condition)
        if known is None:
            found = dict.fromkeys(names(condition))
            known = tuple((name, _needed(self.model, condition, name)) for name in found)
            self._needed[condition] = known
        return known


def _needed(model: Model, condition: Expr, name: str) -> str:
    """What a symbol must be for a condition to hold, whatever the others are.

    "y": not n; "n": not y; "": it settles nothing, or is no bool or tristate.
    """
    if ExpressionIntervals(model, lambda _: OPEN)(condition) == OFF:
        # It never holds, for the want of those that nobody defines.
        return "" if name in model.symbols else "y"
    for value, word in ((N, "y"), (Y, "n")):
        fixed = _all_open_but(name, Interval(value, value))
        if ExpressionIntervals(model, fixed)(condition) == OFF:
            return word
    return ""


def _all_open_but(name: str, bounds: Interval) -> Callable[[str], Interval]:
    return lambda other: bounds if other == name else OPEN


def _with_condition(text: str, condition: Expr | None) -> str:
    """A line as it stands in a Kconfig file."""
    return text if condition is None else f"{text} if {condition}"
