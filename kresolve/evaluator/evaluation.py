"""The evaluator: conf's calculation of every value, rule by rule.

A pure function from a model and user values to values.  Rules follow
scripts/kconfig/symbol.c; each says which C function it answers for.  Symbols
are visited in the model's order, so every value that a rule needs is known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, TypeAlias

from kresolve.dotconfig.user_values import UserValues
from kresolve.evaluator.choices import list_choice, symbol_choice
from kresolve.kconfig.dialect import hash_bucket
from kresolve.kconfig.expressions import And, Compare, Const, Expr, Not, Operand, Or, Sym, Text
from kresolve.kconfig.model import (
    AnyEntry,
    ChoiceEntry,
    Default,
    Menu,
    MenuNode,
    Model,
    Prompt,
    Range,
    ReverseDependency,
    Symbol,
)
from kresolve.kconfig.tristate import LETTERS, OF_LETTER, M, N, Y
from kresolve.kconfig.values import BOOL_TRISTATE, NUMERIC, Type, base_of, compare, leading_number

if TYPE_CHECKING:
    from kresolve.evaluator.incremental import Allowed

#: What decided a value: the word, and the property where there is one.
DecidedBy: TypeAlias = tuple[str, Default | Range | None]

_USER: DecidedBy = ("user", None)
_NOTHING: DecidedBy = ("nothing", None)
_IMPLIED: DecidedBy = ("implied", None)
_SELECTED: DecidedBy = ("selected", None)

_ZERO = {Type.INT: "0", Type.HEX: "0x0", Type.STRING: ""}


class Evaluation:
    """The values of one configuration while, and after, they are calculated.

    ``bool_tristate`` holds bool and tristate values, ``text`` the others,
    ``written`` the symbols that conf writes, ``causes`` what decided each value.
    """

    def __init__(self, model: Model, user: UserValues) -> None:
        self.model = model
        self.user = user
        self.bool_tristate: dict[str, int] = {}
        self.text: dict[str, str] = {}
        self.written: set[str] = set()
        self.causes: dict[str, DecidedBy] = {}
        #: The values of choices, where they are symbols (before 6.10).
        self.choice_values: dict[int, int] = {}
        #: User values that were forgotten for being out of range, as clamped until then.
        self.forgotten: dict[str, str] = {}
        #: Of them, those that nobody has asked for since.
        self._stale: set[str] = set()
        self.modules = N
        self._depends: list[int] = [-1] * len(model.entries)
        self._shown: list[int] = [-1] * len(model.entries)
        #: What all entries allow, once evaluation from what changed has started here.
        self.allowed: Allowed | None = None
        #: How many symbols and choices were calculated, and whether all have values.
        self.calculated = 0
        #: The mark of the evaluation that it was calculated from, and the symbols that may
        #: have another value there; None if everything was calculated.
        self.since: tuple[object, frozenset[str]] | None = None
        self.mark = object()
        self.whole = False

    def run(self, nodes: Iterable[str | int] | None = None) -> None:
        """Calculate everything, in order, or only ``nodes`` that need nothing else.

        What MODULES needs comes first in a model's order, then MODULES: until
        it is known, tristates are bools (``conf_read``, ``sym_get_type``).
        """
        for node in self.model.order if nodes is None else nodes:
            self.calculate(node)
            self.calculated += 1
            if node == self.model.modules:
                self.modules = self.bool_tristate[node]
        self.whole = nodes is None
        self.forget()

    def forget(self) -> None:
        """What conf forgets when everything is calculated (up to 6.1)."""
        if self.model.dialect.forgets_out_of_range and self.user.mode == "olddefconfig":
            self.forget_out_of_range()

    def calculate(self, node: str | int) -> None:
        """``sym_calc_value`` of one symbol, or of a whole choice."""
        if isinstance(node, int):
            (list_choice if self.model.dialect.choice_lists else symbol_choice)(self, node)
            return
        symbol = self.model.symbols[node]
        if symbol.type in BOOL_TRISTATE:
            value, written, cause = self.bool_or_tristate(symbol, self.visibility(symbol))
            self.set_value(node, value, written=written and not symbol.no_write)
        elif symbol.type is Type.UNKNOWN:
            return
        else:
            user_text = self.user.text.get(node) if self.visibility(symbol) else None
            text, written, cause = self.number_or_string(symbol, user_text)
            self.text[node] = text
            if written and not symbol.no_write:
                self.written.add(node)
        self.causes[node] = cause

    def recompute(self, node: str | int, user: UserValues) -> dict[str, int | str]:
        """What one symbol, or a choice's members, would be with other user values.

        Everything else stays as it is here.
        """
        other = copy(self)
        other.user = user
        if isinstance(node, str):
            symbol = self.model.symbols[node]
            visible = self.visibility(symbol)
            if symbol.type in BOOL_TRISTATE:
                return {node: other.bool_or_tristate(symbol, visible)[0]}
            if symbol.type is Type.UNKNOWN:
                return {node: ""}
            user_text = user.text.get(node) if visible else None
            return {node: other.number_or_string(symbol, user_text)[0]}
        other.bool_tristate, other.written, other.causes = self.bool_tristate.copy(), set(), {}
        other.choice_values = self.choice_values.copy()
        other._depends = self._depends.copy()  # noqa: SLF001
        other.calculate(node)
        return {name: other.bool_tristate[name] for name in self.model.choices[node].members}

    def set_value(self, name: str, value: int, *, written: bool) -> None:
        """Keep a bool's or tristate's value."""
        self.bool_tristate[name] = value
        if written:
            self.written.add(name)

    def forget_out_of_range(self) -> None:
        """``conf_read`` up to 6.1: user values of numbers outside the range are forgotten.

        conf looks at one symbol after the other, in the order of its hash table.
        Whoever asks for a number that has been forgotten makes conf calculate it
        anew: so a value may be in the range by then that was clamped before.  It
        is not forgotten, and stays clamped.
        """
        numbers = [
            name
            for name in self.user.text
            if name in self.text and self.model.symbols[name].type in NUMERIC
        ]
        for name in sorted(numbers, key=hash_bucket):
            if self.exceeds(self.model.symbols[name], self.user.text[name]):
                self._stale.add(name)
                self.ask_entries_again()
        for node in self.model.order if self._stale else ():
            if node in self._stale:
                self.recalculate_forgotten(str(node))

    def ask_entries_again(self) -> None:
        """Calculate anew what entries allow: a number that they compare has changed."""
        self._depends = [-1] * len(self.model.entries)
        self._shown = [-1] * len(self.model.entries)

    def exceeds(self, symbol: Symbol, value: str) -> bool:
        """``sym_string_within_range``, turned round."""
        limits = self.active_range(symbol)
        return limits is not None and self.clamp(value, symbol.type, limits) is not None

    def recalculate_forgotten(self, name: str) -> None:
        """Calculate a number anew for writing, its user value forgotten.

        What was calculated from it before stays.
        """
        symbol = self.model.symbols[name]
        self._stale.discard(name)
        self.forgotten[name] = self.text[name]
        self.written.discard(name)
        self.text[name], written, self.causes[name] = self.number_or_string(symbol, None)
        if written and not symbol.no_write:
            self.written.add(name)
        self.ask_entries_again()

    def assuming(self, values: Mapping[str, str]) -> Evaluation:
        """The same calculation at the end, had some symbols other values.

        Nothing is calculated from them yet: :meth:`calculate` does so, one
        symbol at a time.  Numbers that were forgotten for being out of range
        are what others were calculated from.
        """
        other = Evaluation(self.model, self.user)
        other.bool_tristate = dict(self.bool_tristate)
        other.text = self.text | self.forgotten
        other.choice_values = dict(self.choice_values)
        other.modules = self.modules
        for name, value in values.items():
            if name in other.bool_tristate:
                other.bool_tristate[name] = OF_LETTER[value]
            else:
                other.text[name] = value
        if self.model.modules is not None and self.model.modules in values:
            other.modules = other.bool_tristate[self.model.modules]
        return other

    def successor(self, user: UserValues, allowed: Allowed) -> Evaluation:
        """The same values for other user values, with which nothing is calculated yet."""
        other = copy(self)
        other.user = user
        other.bool_tristate, other.text = self.bool_tristate.copy(), self.text | self.forgotten
        other.written, other.causes = self.written.copy(), self.causes.copy()
        other.choice_values = self.choice_values.copy()
        other.forgotten, other._stale = {}, set()  # noqa: SLF001
        other.allowed, other.mark = allowed, object()
        other._depends, other._shown = allowed.depends, allowed.shown  # noqa: SLF001
        return other

    # Rules for symbols

    def bool_or_tristate(self, symbol: Symbol, visible: int) -> tuple[int, bool, DecidedBy]:
        """The middle of ``sym_calc_value``: (value, whether it is written, cause).

        A choice's member comes here before 6.10, if it is not fully visible;
        selects and implies do not count for it.
        """
        name = symbol.name
        promoted = symbol.type is Type.BOOL or self.modules == N
        free = symbol.choice is None and not symbol.transitional
        selects = self.model.selected_by.get(name, ()) if free else ()
        selected = self.reverse(selects, promoted=promoted)
        user_value = self.user.bool_tristate.get(name) if visible else None
        written = visible != N or selected != N
        cause = _NOTHING
        if user_value is not None:
            value = min(user_value, visible)
            cause = _USER
        else:
            value = N
            for index in symbol.menu_nodes:
                default, strength = self.default(index, self.model.entries[index])
                if default is not None:
                    value = min(self.value(default.value), strength)
                    written = written or value != N
                    cause = ("default", default)
                    break
            implies = self.model.implied_by.get(name, ()) if free else ()
            implied = self.reverse(implies, promoted=promoted)
            if implied != N:
                written = True
                if implied > value:
                    cause = _IMPLIED
                value = min(max(value, implied), self.direct_dependency(symbol, promoted=promoted))
        if selected > value:
            value, cause = selected, _SELECTED
        if value == M and promoted:
            value = Y
        return value, written and not symbol.transitional, cause

    def number_or_string(
        self, symbol: Symbol, user_text: str | None
    ) -> tuple[str, bool, DecidedBy]:
        """The other half of ``sym_calc_value``, and ``sym_validate_range``."""
        written = self.visibility(symbol) != N
        cause = _NOTHING
        value = _ZERO[symbol.type] if self.model.dialect.numbers_start_at_zero else ""
        if user_text is not None:
            value, cause = user_text, _USER
        else:
            for index in symbol.menu_nodes:
                default, _ = self.default(index, self.model.entries[index])
                if default is not None:
                    cause = ("default", default)
                    if isinstance(default.value, Sym | Const | Text):
                        written = True
                        value = self.stored_text(default.value)
                    break
        if symbol.type in NUMERIC:
            limits = self.active_range(symbol)
            if limits is not None:
                clamped = self.clamp(value, symbol.type, limits)
                if clamped is not None:
                    value, cause = clamped, ("range", limits)
        return value, written and not symbol.transitional, cause

    def visibility(self, symbol: Symbol) -> int:
        """``sym_calc_visibility``: the best of the prompts, promoted."""
        if symbol.transitional:
            return Y
        visible = N
        for index in symbol.menu_nodes:
            definition = self.model.entries[index]
            assert isinstance(definition, MenuNode)
            for prompt in definition.prompts:
                value = self.prompt(index, prompt)
                if value > visible and not self.is_hidden_by_choice(symbol, value):
                    visible = value
        if visible == M and (symbol.type is not Type.TRISTATE or self.modules == N):
            return Y
        return visible

    def prompt(self, index: int, prompt: Prompt) -> int:
        """What the condition of a prompt, and everything around it, allow."""
        value = self.depends(index)
        if value:
            value = min(value, self.shown(index))
        if value and prompt.condition is not None:
            value = min(value, self.value(prompt.condition))
        return value

    def is_hidden_by_choice(self, symbol: Symbol, value: int) -> bool:
        """Before 6.10, a choice that is y hides tristate members that could only be m."""
        return (
            value == M
            and symbol.type is Type.TRISTATE
            and symbol.choice is not None
            and self.choice_values.get(symbol.choice) == Y
        )

    def direct_dependency(self, symbol: Symbol, *, promoted: bool) -> int:
        """``dir_dep``: the best definition; one without any dependency does not count."""
        best = -1
        for index in symbol.menu_nodes:
            if self.model.limits(index):
                best = max(best, self.depends(index))
        if best < 0:
            return Y
        return Y if best == M and promoted else best

    def reverse(self, sources: Sequence[ReverseDependency], *, promoted: bool) -> int:
        """``rev_dep`` and ``implied``: the strongest select or imply."""
        best = N
        logical = self.bool_tristate
        for source in sources:
            value = logical.get(source.selector, N)
            if value > best:
                value = min(value, self.depends(source.definition))
                if value > best and source.select.condition is not None:
                    value = min(value, self.value(source.select.condition))
                if value > best:
                    best = value
        return Y if best == M and promoted else best

    def default(self, index: int, entry: object) -> tuple[Default | None, int]:
        """``sym_get_default_prop`` in one definition: (default, its condition's value)."""
        assert isinstance(entry, MenuNode | ChoiceEntry)
        if entry.defaults:
            around = self.depends(index)
            if around:
                for default in entry.defaults:
                    strength = (
                        around
                        if default.condition is None
                        else min(around, self.value(default.condition))
                    )
                    if strength:
                        return default, strength
        return None, N

    def active_range(self, symbol: Symbol) -> Range | None:
        """``sym_get_range_prop``: the first range whose condition holds."""
        for index in symbol.menu_nodes:
            definition = self.model.entries[index]
            assert isinstance(definition, MenuNode)
            if definition.ranges and self.depends(index):
                for limits in definition.ranges:
                    if limits.condition is None or self.value(limits.condition):
                        return limits
        return None

    def clamp(self, value: str, type_: Type, limits: Range) -> str | None:
        """``sym_validate_range``: the bound that replaces a value, None if it fits."""
        number = leading_number(value, base_of(type_))
        low = self.stored_text(limits.low)
        if number < leading_number(low, self.range_base(limits.low, type_)):
            return low
        high = self.stored_text(limits.high)
        if number > leading_number(high, self.range_base(limits.high, type_)):
            return high
        return None

    def range_base(self, bound: Operand, type_: Type) -> int:
        """``sym_get_range_val``: a bound is read in its own base if it is a number."""
        own = self.type_of(bound)
        return base_of(own if own in NUMERIC else type_)

    # Dependencies of entries

    def depends(self, index: int) -> int:
        """What the dependencies of an entry and of all entries around it allow."""
        value = self._depends[index]
        if value < 0:
            entry = self.model.entries[index]
            value = self.parent_dependency(entry)
            if value and entry.depends:
                value = min(value, self.alone(entry))
            self._depends[index] = value
        return value

    def alone(self, entry: AnyEntry) -> int:
        """What the dependencies of an entry allow, whatever is around it."""
        value = Y
        for guard in entry.depends:
            value = min(value, self.value(guard.expr))
            if not value:
                break
        return value

    def forget_dependencies(self, indices: Iterable[int]) -> None:
        """Entries whose dependencies have to be calculated again."""
        for index in indices:
            self._depends[index] = -1

    def parent_dependency(self, entry: AnyEntry) -> int:
        """What the entries around an entry allow; a choice that is a symbol, its value."""
        if entry.parent < 0:
            return Y
        above = self.model.entries[entry.parent]
        if isinstance(above, ChoiceEntry) and not self.model.dialect.choice_lists:
            value = self.choice_values[above.choice]
        else:
            value = self.depends(entry.parent)
        if value == M and isinstance(entry, MenuNode):
            # A bool in a tristate choice needs the choice to be y.
            symbol = self.model.symbols[entry.symbol]
            if symbol.choice is not None and symbol.type is not Type.TRISTATE:
                choice = self.model.choices[symbol.choice]
                if choice.type is Type.TRISTATE and self.choice_values[choice.index] != Y:
                    return N
        return value

    def shown(self, index: int) -> int:
        """What the ``visible if`` lines of the menus around an entry allow."""
        value = self._shown[index]
        if value < 0:
            entry = self.model.entries[index]
            value = self.shown(entry.parent) if entry.parent >= 0 else Y
            if isinstance(entry, Menu):
                for guard in entry.visible:
                    value = min(value, self.value(guard.expr))
            self._shown[index] = value
        return value

    # Expressions

    def value(self, expr: Expr) -> int:
        """``expr_calc_value``."""
        kind = expr.__class__
        if kind is Sym:
            return self.bool_tristate.get(expr.name, N)  # type: ignore[union-attr]
        if kind is And:
            lowest = Y
            for operand in expr.operands:  # type: ignore[union-attr]
                value = self.value(operand)
                if value < lowest:
                    if not value:
                        return N
                    lowest = value
            return lowest
        if kind is Or:
            highest = N
            for operand in expr.operands:  # type: ignore[union-attr]
                value = self.value(operand)
                if value > highest:
                    if value == Y:
                        return Y
                    highest = value
            return highest
        if kind is Not:
            return Y - self.value(expr.operand)  # type: ignore[union-attr]
        if kind is Compare:
            assert isinstance(expr, Compare)
            left, right = expr.left, expr.right
            holds = compare(
                expr.op,
                self.shown_text(left),
                self.type_of(left),
                self.shown_text(right),
                self.type_of(right),
            )
            return Y if holds else N
        return expr.value if isinstance(expr, Const) else N

    def type_of(self, operand: Operand) -> Type:
        """The type by which a comparison reads an operand."""
        if isinstance(operand, Sym):
            symbol = self.model.symbols.get(operand.name)
            return Type.UNKNOWN if symbol is None else symbol.type
        return Type.TRISTATE if isinstance(operand, Const) else Type.UNKNOWN

    def shown_text(self, operand: Operand) -> str:
        """``sym_get_string_value``: an operand as text in a comparison."""
        if isinstance(operand, Sym):
            value = self.bool_tristate.get(operand.name)
            if value is not None:
                return LETTERS[value]
            if operand.name in self._stale:
                self.recalculate_forgotten(operand.name)
            return self.text.get(operand.name, operand.name)
        return LETTERS[operand.value] if isinstance(operand, Const) else operand.value

    def stored_text(self, operand: Operand) -> str:
        """``curr.val``: as a default or bound; that of a bool or tristate is always "n"."""
        if isinstance(operand, Sym) and operand.name in self.bool_tristate:
            return LETTERS[N]
        return self.shown_text(operand)
