"""What is on in every configuration with a symbol on, proved; and what in some.

All configurations of the tree are meant, with whatever lines.  That a symbol is on
in each of them is proved by the clauses: the opposite cannot be satisfied.
Dominators of the dependency graph would not do: the graph does not show which
conditions exclude each other.

Of ints, hexes and strings, those values are tried that can make a difference;
:attr:`Backbone.proved` says whether these were all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Literal

from attrs import frozen

from kresolve.dependency_graph import Graph, part
from kresolve.dotconfig.user_values import user_values
from kresolve.encoding import CandidateLines, Circuit, Encoding, SymbolicInput
from kresolve.errors import RequestError
from kresolve.kconfig import markup
from kresolve.kconfig.memory import gc_paused
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.kconfig.similar_names import did_you_mean_option
from kresolve.planner import ModelIndex
from kresolve.planner.candidate_values import candidate_values, is_exhaustive
from kresolve.results import Result
from kresolve.solver import IncrementalSolver


@frozen
class BackboneOption:
    """An option, and in which of the configurations it is on."""

    symbol: str
    on: Literal["every", "some", "never"]


@frozen(repr=False)
class Backbone(Result):
    """What the configurations with a symbol on have in common, and what not.

    ``every`` are the symbols that are m or y in all of them, ``never`` the options
    that are n in all of them but can be on in others.  ``some`` are those that the
    symbol's dependencies name, at any depth, and that are on in some but not in
    all.  All are in menu order.  ``proved`` is false if a number or string might
    matter of which not every value was tried.
    """

    symbol: str
    value: str
    every: tuple[str, ...]
    some: tuple[str, ...]
    never: tuple[str, ...]
    proved: bool
    tree: TreeInfo

    schema: ClassVar = "kresolve.backbone/1"
    _keys: ClassVar = ("tree", "symbol", "value", "proved", "options")
    _rows_of: ClassVar = "options"

    def _summary(self) -> str:
        counts = f"{len(self.every)} on, {len(self.never)} off on every way"
        return f"{self.symbol}={self.value}: {counts}, {len(self.some)} on some"

    @property
    def options(self) -> tuple[BackboneOption, ...]:
        """All of them, those that are on in every configuration first."""
        return (
            *(BackboneOption(name, "every") for name in self.every),
            *(BackboneOption(name, "some") for name in self.some),
            *(BackboneOption(name, "never") for name in self.never),
        )

    def _repr_html_(self) -> str:
        rows = (
            ("on in every one", self.every),
            ("on in some", self.some),
            ("off in every one", self.never),
        )
        return markup.block(
            f"configurations with {markup.code(f'{self.symbol}={self.value}')}"
            f"{'' if self.proved else ', not proved: not every number or string was tried'}",
            markup.table(
                (markup.text(f"{what} ({len(names)})"), markup.code(" ".join(names)))
                for what, names in rows
                if names
            ),
        )


def backbone(model_index: ModelIndex, graph: Graph, name: str, value: str = "y") -> Backbone | None:
    """What is on every way to a symbol's being ``value`` ("y", or "m" for m or more).

    ``model_index`` is what is known of a model, ``graph`` its graph, with or without
    values.  None if no way was found.  Raises RequestError for what is no bool
    or tristate of the model.
    """
    model = model_index.model
    symbol = model.symbols.get(name)
    if symbol is None:
        hint = did_you_mean_option(name, model.symbols)
        raise RequestError(f"{name}: {model.info} has no such option{hint}")
    if not symbol.is_bool_or_tristate or value not in ("m", "y"):
        raise RequestError(f"{name}={value}: name a bool or tristate, as X=m or X=y")
    with gc_paused():
        return _ways(model_index, graph, name, value)


def _ways(model_index: ModelIndex, graph: Graph, name: str, value: str) -> Backbone | None:
    model, circuit = model_index.model, Circuit()
    empty = user_values(model, ())
    texts = candidate_values(model, model_index.texts, empty, {}, {})
    user = SymbolicInput(model, empty, CandidateLines(circuit), texts)
    encoding = Encoding(model, user, circuit, model_index.dependencies)
    encoding.add([name])
    on = {other: bounds.ge_m for other, bounds in encoding.values.items() if other != name}
    literals = encoding.values[name]
    demand = literals.is_y if value == "y" else literals.ge_m
    with IncrementalSolver(circuit.clauses) as solver:
        every = _always(solver, demand, on)
        if every is None:
            return None
        # Whether something is off for good matters only if it could be on.
        never = _always(solver, demand, {other: -literal for other, literal in on.items()})
        assert never is not None, "the demand was met before"
        options = (other for other in never if other in model.options)
        never = [other for other in options if solver.solve([on[other]]) is not None]
        near = part(graph, [name]).nodes
        some = [
            other
            for other in near
            if other in on and other not in every and solver.solve([demand, on[other]]) is not None
        ]
    return Backbone(
        name,
        value,
        every=_in_menu_order(model, every),
        some=_in_menu_order(model, some),
        never=_in_menu_order(model, never),
        proved=is_exhaustive(model, model_index.texts, encoding.texts),
        tree=model.info,
    )


def _always(solver: IncrementalSolver, demand: int, wanted: dict[str, int]) -> list[str] | None:
    """Those of the literals that hold in every solution; None if there is no solution.

    A literal is tried by demanding its opposite; each solution found on the way
    settles all that are false in it.
    """
    solution = solver.solve([demand])
    if solution is None:
        return None
    open_ = {name: literal for name, literal in wanted.items() if solution.holds(literal)}
    always: list[str] = []
    while open_:
        name, literal = open_.popitem()
        other = solver.solve([demand, -literal])
        if other is None:
            always.append(name)
        else:
            open_ = {name: literal for name, literal in open_.items() if other.holds(literal)}
    return always


def _in_menu_order(model: Model, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(names, key=model.menu_index.__getitem__))
