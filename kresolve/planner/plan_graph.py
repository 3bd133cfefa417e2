"""A plan as a graph: the symbols that matter for it, each with its role.

The nodes and edges are those of the tree's graph (see
:mod:`kresolve.dependency_graph`), fewer of them, with what the plan says about
each node:

``role``
    "requested"; "prerequisite" (a line that was not requested); "follows"
    (switched on by a select or a default); "already on" (by the base); "gate" (a
    global switch such as EXPERT); "forbidden" (must be n: forbidden, switched off
    by a line, or incompatible).
``before``, ``value``
    the values without and with the plan.
``line``, ``why``
    the fragment's line and its reason; for a request without a line, why it
    needs none, and for all others what decides their value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from kresolve.dependency_graph import REQUIRING, Graph, taken
from kresolve.evaluator import Configuration
from kresolve.evaluator.effects import cause
from kresolve.kconfig.expressions import Expr
from kresolve.kconfig.intervals import OFF, ExpressionIntervals, Interval
from kresolve.kconfig.model import Model
from kresolve.kconfig.tristate import OF_LETTER, N
from kresolve.planner import Plan
from kresolve.planner.objective import global_switches

#: Roles that are looked behind: what do these need in turn?
_OPEN = ("requested", "prerequisite", "follows")


def plan_graph(
    graph: Graph,
    model: Model,
    plan: Plan,
    before: Configuration,
    after: Configuration,
) -> Graph:
    """What matters for a plan, out of the graph of its tree.

    ``before`` and ``after`` are the configurations without and with the plan;
    for a plan that there is not, both are the base's, and the graph shows what
    the requests depend on.  From the requests and lines it goes on to what they
    need, as long as the plan had to see to it; symbols that are on already, and
    gates, end a way.  A request that needs no line because of a select is joined
    to the symbol that selects it.
    """
    return _PlanGraph(graph, model, plan, before, after).build()


def _asked(plan: Plan, after: Configuration) -> dict[str, tuple[str, ...]]:
    """The symbols that are asked for; of alternatives that one which holds, or all."""
    asked: dict[str, tuple[str, ...]] = {}
    for request in plan.request:
        serves = [each for each in request.alternatives if each.holds(after.shown)][:1]
        for alternative in serves or request.alternatives:
            asked.update((want.symbol, want.accept) for want in alternative.wants)
    return asked


class _PlanGraph:
    """Builds the graph, symbol by symbol."""

    def __init__(
        self,
        graph: Graph,
        model: Model,
        plan: Plan,
        before: Configuration,
        after: Configuration,
    ) -> None:
        self.graph = graph
        self.model = model
        self.plan = plan
        self.before = before
        self.after = after
        # Other trees of the plan may have symbols that this one does not have.
        lines = (*plan.lines, *plan.targets[0].lines)
        self.lines = {line.symbol: line for line in lines if line.symbol in graph}
        self.satisfied = {item.symbol: item for item in plan.satisfied}
        asked = _asked(plan, after).items()
        self.asked = {name: accept for name, accept in asked if name in graph}
        self.gates = frozenset(global_switches(model))
        self.roles: dict[str, str] = {}
        self.edges: list[tuple[str, str, str]] = []

    def build(self) -> Graph:
        """Walk from the requests and lines, then take what was met."""
        todo = list(dict.fromkeys((*self.asked, *self.lines)))
        self.roles = {name: self.role(name) for name in todo}
        while todo:
            name = todo.pop(0)
            if self.roles[name] not in _OPEN and name not in self.asked:
                continue
            for source, target, key in (*self.needs(name), *self.reasons(name)):
                self.edges.append((source, target, key))
                for other in (source, target):
                    if other not in self.roles:
                        self.roles[other] = self.role(other)
                        todo.append(other)
        plan = self.plan
        graph = taken(self.graph, self.roles, dict.fromkeys(self.edges))
        for name, role in self.roles.items():
            graph.nodes[name].update(self.said(name, role))
        graph.graph.update(plan=plan.status, base=plan.base, mode=plan.mode)
        return graph

    def role(self, name: str) -> str:
        """What a symbol is to the plan."""
        accept, line = self.asked.get(name), self.lines.get(name)
        if accept is not None:
            return "forbidden" if accept == ("n",) else "requested"
        if line is not None:
            return "forbidden" if line.value == "n" else "prerequisite"
        if name in self.gates:
            return "gate"
        if not self.is_on(name):
            return "forbidden"
        return "already on" if self.was_on(name) else "follows"

    def needs(self, name: str) -> Iterator[tuple[str, str, str]]:
        """The edges to what a symbol needs, where these are as it needs them."""
        for _, other, key, data in self.graph.out_edges(name, keys=True, data=True):
            if data["kind"] in REQUIRING and self.matters(other, data):
                yield name, other, key

    def matters(self, other: str, data: Mapping[str, Any]) -> bool:
        """Does an edge of a symbol say something about this plan?"""
        kind = self.graph.nodes[other]["kind"]
        if kind == "undefined":
            return False
        if other in self.gates or other in self.asked or other in self.lines:
            return True
        if kind == "choice":
            return True
        if data["needed"]:
            wants_on: bool = data["needed"] == "y"
            return self.is_on(other) is wants_on
        # Of an "or", only the side that it is met by.
        return self.is_on(other) and self.fails_without(other, data["condition"])

    def fails_without(self, other: str, condition: Expr) -> bool:
        """Would a condition fail with the plan if just this symbol were n?"""

        def value(name: str) -> Interval:
            here = OF_LETTER[self.after[name]] if name != other else N
            return Interval(here, here)

        return ExpressionIntervals(self.model, value)(condition) == OFF

    def reasons(self, name: str) -> Iterator[tuple[str, str, str]]:
        """The edges by which a symbol comes on without a line of its own."""
        if name in self.lines or not self.is_on(name):
            return
        if self.was_on(name) and name not in self.satisfied:
            return
        kinds = ("select",) if self.was_on(name) else ("select", "imply")
        edges = self.graph.in_edges(name, keys=True, data=True)
        found = [
            (source, target, key)
            for source, target, key, data in edges
            if data["kind"] in kinds and self.is_on(source)
        ]
        # One is enough, rather of those that the plan is about.
        known = [edge for edge in found if edge[0] in self.roles or edge[0] in self.lines]
        yield from (known or found)[:1]

    def is_on(self, name: str) -> bool:
        """Has a symbol a value that is not n with the plan?  A choice always has."""
        return self.after.get(name, "y") not in ("n", "")

    def was_on(self, name: str) -> bool:
        """Had it before?"""
        return self.before.get(name, "y") not in ("n", "")

    def said(self, name: str, role: str) -> dict[str, str]:
        """What the plan says about a node."""
        attributes = {"role": role}
        if name in self.after:
            attributes |= {"before": self.before[name], "value": self.after[name]}
        line, satisfied = self.lines.get(name), self.satisfied.get(name)
        if line is not None:
            attributes |= {"line": line.text, "why": line.why}
        elif satisfied is not None:
            attributes["why"] = f"needs no line: {satisfied.why}"
        elif name in self.after:
            attributes["why"] = cause(self.after, name)
        return attributes
