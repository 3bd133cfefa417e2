"""The clauses of a whole tree, as a witness of what is impossible.

The planner looks at the cone of what is asked for; here nothing is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Self

from kresolve import Tree
from kresolve.dotconfig.lines import Line
from kresolve.encoding import CandidateLines, Circuit
from kresolve.planner import Target
from kresolve.planner.line_order import one_line_each
from kresolve.planner.problem import EncodedTarget, Question
from kresolve.solver import IncrementalSolver


class WholeTree:
    """All clauses of a tree with any fragment on top of a base, and a solver with them."""

    def __init__(self, tree: Tree, base: Sequence[Line], pins: Iterable[str] = ()) -> None:
        target = Target(tree.model, "the base", tuple(base), model_index=tree.model_index)
        offer = CandidateLines(Circuit())
        encoding = target.encoded(offer, {})
        encoding.add(tree.model.symbols)
        self._circuit = encoding.circuit
        self._scene = EncodedTarget(target, Question(()), encoding)
        self._pins = [self._scene.literal(name, target.before[name]) for name in pins]
        self._session = IncrementalSolver([*self._circuit.clauses, *one_line_each(offer.lines)])

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._session.__exit__(kind, error, traceback)

    def allows(self, request: Iterable[tuple[str, Iterable[str]]]) -> bool:
        """Can some fragment give each symbol one of the values that are accepted for it?"""
        chosen = []
        for symbol, accept in request:
            literals = [self._scene.literal(symbol, value) for value in accept]
            # literals made just now are defined here
            for clause in self._circuit.clauses_below(literals)[1:]:
                self._session.add(clause)
            either = self._circuit.variable()
            self._session.add([-either, *literals])
            chosen.append(either)
        return self._session.solve([*self._pins, *chosen]) is not None
