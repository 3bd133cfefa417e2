"""The values that symbols can still have, with any lines, once one symbol is fixed.

The rules are the evaluator's (docs/semantics.md), on bounds instead of values.
The bounds are safe: no configuration leads outside.  Where they are not tight
(conditions that exclude each other, choices), a symbol looks freer than it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from kresolve.kconfig.intervals import (
    OFF,
    ON,
    OPEN,
    ExpressionIntervals,
    Interval,
    interval_and,
    interval_or,
    united,
)
from kresolve.kconfig.model import (
    ChoiceEntry,
    Default,
    Menu,
    MenuNode,
    Model,
    Prompt,
    ReverseDependency,
    Symbol,
)
from kresolve.kconfig.tristate import M, N, Y
from kresolve.kconfig.values import Type


class IntervalEvaluator:
    """The bounds of all bools and tristates while ``name`` is ``value`` (0, 1, 2)."""

    def __init__(self, model: Model, name: str, value: int) -> None:
        self.model = model
        self.name = name
        #: By name; a symbol that has none yet is open.
        self.values: dict[str, Interval] = {name: Interval(value, value)}
        self.expr = ExpressionIntervals(model, lambda other: self.values.get(other, OPEN))
        self._depends: dict[int, Interval] = {-1: ON}
        self._shown: dict[int, Interval] = {-1: ON}
        for node in model.order:
            members = model.choices[node].members if isinstance(node, int) else (node,)
            for member in members:
                symbol = model.symbols[member]
                if symbol.is_bool_or_tristate and member != name:
                    self.values[member] = self.value(symbol)

    def value(self, symbol: Symbol) -> Interval:
        """``sym_calc_value`` of a bool or tristate; said to be anything, or nothing, where visible.

        Of a choice's members any visible one may be chosen, or none.
        """
        visible = self.visibility(symbol)
        default = self.default(symbol)
        if symbol.choice is not None:
            return Interval(N, max(visible.high, default.high))
        if symbol.transitional:
            return OPEN
        interval = default
        implied = self.reverse(symbol, self.model.implied_by.get(symbol.name, ()))
        if implied.high:
            limit = self.direct_dependency(symbol)
            raised = interval_and((interval_or((default, implied)), limit))
            interval = raised if implied.low else united(default, raised)
        if visible.high:
            interval = united(interval, Interval(N, visible.high))
        selected = self.reverse(symbol, self.model.selected_by.get(symbol.name, ()))
        return self.promoted(symbol, interval_or((interval, selected)))

    def default(self, symbol: Symbol) -> Interval:
        """The first active default of a symbol."""
        if symbol.choice is not None and self.model.dialect.choice_lists:
            return OFF
        return self._first_active(
            (interval_and((self.depends(index), self.expr(default.condition))), default)
            for index, definition in self.model.menu_nodes(symbol)
            for default in definition.defaults
        )

    def turned_default(self, definition: MenuNode) -> Interval:
        """What a definition's defaults say if all around it allow it, and nobody else decides."""
        return self._first_active((self.expr(d.condition), d) for d in definition.defaults)

    def _first_active(self, defaults: Iterable[tuple[Interval, Default]]) -> Interval:
        """What the first active default says: any that may be, until one that is for certain."""
        interval: Interval | None = None
        for strength, default in defaults:
            if not strength.high:
                continue
            given = interval_and((strength, self.expr(default.value)))
            interval = given if interval is None else united(interval, given)
            if strength.low:
                return interval
        return OFF if interval is None else united(interval, OFF)

    def visibility(self, symbol: Symbol) -> Interval:
        """``sym_calc_visibility``: the best of the prompts, promoted."""
        if symbol.transitional:
            return ON
        prompts = [
            self.prompt(index, prompt)
            for index, definition in self.model.menu_nodes(symbol)
            for prompt in definition.prompts
        ]
        return self.promoted(symbol, interval_or(prompts))

    def prompt(self, index: int, prompt: Prompt) -> Interval:
        """What the condition of a prompt, and everything around it, allow."""
        return interval_and((self.depends(index), self.shown(index), self.expr(prompt.condition)))

    def direct_dependency(self, symbol: Symbol) -> Interval:
        """``dir_dep``; safely: one definition without any dependency allows all."""
        dependencies = [self.depends(index) for index in symbol.menu_nodes]
        return self.promoted(
            symbol, Interval(min(b.low for b in dependencies), max(b.high for b in dependencies))
        )

    def reverse(self, symbol: Symbol, sources: Sequence[ReverseDependency]) -> Interval:
        """``rev_dep`` and ``implied``: the strongest select or imply."""
        strengths = [
            interval_and(
                (
                    self.values.get(source.selector, OPEN),
                    self.depends(source.definition),
                    self.expr(source.select.condition),
                )
            )
            for source in sources
        ]
        return self.promoted(symbol, interval_or(strengths))

    def promoted(self, symbol: Symbol, bounds: Interval) -> Interval:
        """m becomes y but for a tristate with modules (``sym_get_type``)."""
        modules = self.values.get(self.model.modules, OPEN) if self.model.modules else OFF
        always = symbol.type is not Type.TRISTATE or modules == OFF
        low = Y if bounds.low == M and always else bounds.low
        high = Y if bounds.high == M and (always or modules.low == N) else bounds.high
        return Interval(low, high)

    def depends(self, index: int) -> Interval:
        """What the dependencies of an entry and of all entries around it allow."""
        known = self._depends.get(index)
        if known is None:
            entry = self.model.entries[index]
            around = self.depends(entry.parent)
            above = self.model.entries[entry.parent] if entry.parent >= 0 else None
            if isinstance(above, ChoiceEntry) and not self.model.dialect.choice_lists:
                # The choice is a symbol: at most what its prompt allows, and often less.
                around = Interval(N, self._choice(entry.parent, above).high)
            own = (self.expr(guard.expr) for guard in entry.depends)
            known = self._depends[index] = interval_and((around, *own))
        return known

    def _choice(self, index: int, entry: ChoiceEntry) -> Interval:
        prompts = interval_or(self.prompt(index, prompt) for prompt in entry.prompts)
        return Interval(N, Y if prompts.high else N)

    def shown(self, index: int) -> Interval:
        """What the ``visible if`` lines of the menus around an entry allow."""
        known = self._shown.get(index)
        if known is None:
            entry = self.model.entries[index]
            own = entry.visible if isinstance(entry, Menu) else ()
            lines = (self.expr(guard.expr) for guard in own)
            known = self._shown[index] = interval_and((self.shown(entry.parent), *lines))
        return known
