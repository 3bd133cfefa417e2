"""conf's rules as a circuit over the user's lines.

One function for each Kconfig rule, named as in scripts/kconfig/symbol.c.  The
circuit is exact in both directions: once the lines are fixed, so is every value
in the encoded cone.  This module knows nothing of the evaluator.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from kresolve.encoding.choices import list_choice, symbol_choice
from kresolve.encoding.circuit import FALSE, FULL_VALUE, NO_VALUE, TRUE, Circuit, Reason, Tristate
from kresolve.encoding.user_input import ConcreteInput
from kresolve.kconfig.dependencies import Dependencies, Node
from kresolve.kconfig.dialect import hash_bucket
from kresolve.kconfig.expressions import And, Compare, Const, Expr, Not, Operand, Or, Sym, Text
from kresolve.kconfig.model import (
    AnyEntry,
    ChoiceEntry,
    Condition,
    Default,
    LimitWord,
    Menu,
    MenuNode,
    Model,
    Prompt,
    Range,
    ReverseDependency,
    Symbol,
)
from kresolve.kconfig.phrases import (
    Reverse,
    default_line,
    has_line,
    limited_by,
    range_line,
    reversed_by,
)
from kresolve.kconfig.tristate import LETTERS, M, N, Y
from kresolve.kconfig.values import NUMERIC, Type, base_of, compare, leading_number

#: A value among texts: each possible text and the literal "this is it".
Texts = dict[str, int]

_ZERO = {Type.INT: "0", Type.HEX: "0x0", Type.STRING: ""}


class Encoding:
    """The circuit of a growing set of symbols: see :meth:`add`.

    ``values`` and ``texts`` hold what has been encoded: what other values are
    calculated from.  ``written`` holds the texts that conf writes where these
    are others (numbers out of range, up to 6.1).
    """

    def __init__(
        self,
        model: Model,
        user: ConcreteInput,
        circuit: Circuit,
        dependencies: Dependencies | None = None,
    ) -> None:
        self.model = model
        self.user = user
        self.circuit = circuit
        self.dependencies = dependencies or Dependencies(model)
        self.values: dict[str, Tristate] = {}
        self.texts: dict[str, Texts] = {}
        self.written: dict[str, Texts] = {}
        #: The values of choices, where they are symbols (before 6.10).
        self.choice_values: dict[int, Tristate] = {}
        self.done: set[Node] = set()
        self._is_written: dict[str, int] = {}
        self._depends: dict[int, Tristate] = {-1: FULL_VALUE}
        self._shown: dict[int, Tristate] = {-1: FULL_VALUE}

    def add(self, names: Iterable[str]) -> None:
        """Encode symbols with everything that their values are calculated from."""
        for node in self.dependencies.cone_in_order(names):
            if node not in self.done:
                self.encode(node)
                self.done.add(node)

    @property
    def forgets_out_of_range(self) -> bool:
        """Is a number out of range written otherwise than it was calculated with?"""
        return self.model.dialect.forgets_out_of_range and self.user.mode == "olddefconfig"

    def value_of(self, name: str) -> Tristate:
        """The value of a bool or tristate; n for anything else."""
        return self.values.get(name, NO_VALUE)

    def encode(self, node: Node) -> None:
        """``sym_calc_value`` of one symbol, or of a whole choice."""
        if isinstance(node, int):
            (list_choice if self.model.dialect.choice_lists else symbol_choice)(self, node)
            return
        symbol = self.model.symbols[node]
        if symbol.is_bool_or_tristate:
            visible = self.visibility(symbol)
            self.put(node, self.bool_or_tristate(symbol, visible))
        elif symbol.type is not Type.UNKNOWN:
            user_texts = self.user.texts(symbol)
            self.texts[node] = self.number_or_string(symbol, user_texts)
            if symbol.type in NUMERIC and user_texts and self.forgets_out_of_range:
                self.written[node] = self.rewritten(symbol, user_texts)

    def texts_of(self, symbol: Symbol) -> Texts:
        """The texts that an int, hex or string can be."""
        return self.texts[symbol.name]

    def put(self, name: str, value: Tristate) -> None:
        """A bool or tristate has this value."""
        self.values[name] = value

    def put_choice(self, index: int, value: Tristate) -> None:
        """A choice that is a symbol has this value."""
        self.choice_values[index] = value

    def choice_value(self, index: int) -> Tristate:
        """The value of a choice that is a symbol."""
        return self.choice_values[index]

    @contextmanager
    def choice_as(self, index: int, value: Tristate) -> Iterator[None]:
        """Let a choice that is a symbol have a value, for what is encoded meanwhile."""
        inside = self.model.descendants(self.model.choices[index].entry)
        self.forget_dependencies(inside)
        before = self.choice_values.get(index)
        self.choice_values[index] = value
        try:
            yield
        finally:
            if before is not None:
                self.choice_values[index] = before
            self.forget_dependencies(inside)

    # Rules for symbols

    def promotion(self, symbol: Symbol) -> int:
        """Where m becomes y: in a bool, and without modules (``sym_get_type``)."""
        if symbol.type is Type.BOOL or self.model.modules is None:
            return TRUE
        return -self.value_of(self.model.modules).ge_m

    def bool_or_tristate(self, symbol: Symbol, visible: Tristate) -> Tristate:
        """The middle of ``sym_calc_value``.

        A choice's member comes here before 6.10, where it is not fully
        visible; selects and implies do not count for it.
        """
        circuit = self.circuit
        promotion = self.promotion(symbol)
        free = symbol.choice is None and not symbol.transitional
        given, some, full = self.user.user_value(symbol)
        by_user = circuit.tri_and((Tristate(some, full), visible))
        otherwise = self.default(symbol)
        implies = self.model.implied_by.get(symbol.name, ()) if free else ()
        implied = self.reverse("imply", implies, promotion)
        if implied.ge_m != FALSE:
            raised = circuit.tri_and(
                (circuit.tri_or((otherwise, implied)), self.direct_dependency(symbol, promotion))
            )
            otherwise = circuit.tri_ite(implied.ge_m, raised, otherwise)
        value = circuit.tri_ite(circuit.and2(given, visible.ge_m), by_user, otherwise)
        selects = self.model.selected_by.get(symbol.name, ()) if free else ()
        selected = self.reverse("select", selects, promotion)
        return circuit.promoted(circuit.tri_or((value, selected)), promotion)

    def visibility(self, symbol: Symbol) -> Tristate:
        """``sym_calc_visibility``: the best of the prompts, promoted."""
        circuit = self.circuit
        if symbol.transitional:
            return FULL_VALUE
        prompts: list[Tristate] = []
        for index, definition in self.model.menu_nodes(symbol):
            for prompt in definition.prompts:
                value = self.unless_hidden_by_choice(symbol, self.prompt(index, prompt))
                if prompt.condition is not None:
                    text = f"{symbol.name} {limited_by('prompt if', prompt.condition)}"
                    reason = Reason("prompt", symbol.name, text, prompt.location)
                    value = circuit.rule(reason, value)
                prompts.append(value)
        if not prompts:
            return NO_VALUE
        always = TRUE if symbol.type is not Type.TRISTATE else self.promotion(symbol)
        return circuit.promoted(circuit.tri_or(prompts), always)

    def prompt(self, index: int, prompt: Prompt) -> Tristate:
        """What the condition of a prompt, and everything around it, allow."""
        return self.circuit.tri_and(
            (self.depends(index), self.shown(index), self.condition(prompt.condition))
        )

    def unless_hidden_by_choice(self, symbol: Symbol, value: Tristate) -> Tristate:
        """Before 6.10, a choice that is y hides tristate members that could only be m."""
        if symbol.choice is None or self.model.dialect.choice_lists:
            return value
        if symbol.type is not Type.TRISTATE:
            return value
        full = self.choice_value(symbol.choice).is_y
        hidden = self.circuit.all_of((full, value.ge_m, -value.is_y))
        return Tristate(self.circuit.and2(value.ge_m, -hidden), value.is_y)

    def direct_dependency(self, symbol: Symbol, promotion: int) -> Tristate:
        """``dir_dep``: the best definition; one without any dependency does not count."""
        dependencies = [
            self.depends(index) for index in symbol.menu_nodes if self.model.limits(index)
        ]
        if not dependencies:
            return FULL_VALUE
        return self.circuit.promoted(self.circuit.tri_or(dependencies), promotion)

    def default(self, symbol: Symbol) -> Tristate:
        """``sym_get_default_prop``: the first default whose condition is not n."""
        circuit = self.circuit
        defaults = self._defaults(symbol)
        value = NO_VALUE
        for index, default in reversed(defaults):
            strength = self.active(index, default)
            given = circuit.tri_and((strength, self.expr(default.value)))
            given = circuit.rule(_reason(symbol, default), given)
            value = circuit.tri_ite(strength.ge_m, given, value)
        return value

    def reverse(
        self, kind: Reverse, sources: Sequence[ReverseDependency], promotion: int
    ) -> Tristate:
        """``rev_dep`` and ``implied``: the strongest select or imply."""
        circuit = self.circuit
        strengths: list[Tristate] = []
        for source in sources:
            selector = self.value_of(source.selector)
            if selector.ge_m == FALSE:
                continue
            value = circuit.tri_and(
                (
                    selector,
                    self.depends(source.definition),
                    self.condition(source.select.condition),
                )
            )
            if value.ge_m != FALSE:
                by = reversed_by(kind, source.selector, source.select.condition)
                text = f"{source.select.target} {by}"
                reason = Reason(kind, source.selector, text, source.select.location)
                strengths.append(circuit.rule(reason, value))
        if not strengths:
            return NO_VALUE
        return circuit.promoted(circuit.tri_or(strengths), promotion)

    def number_or_string(self, symbol: Symbol, user_texts: Sequence[tuple[str, int]]) -> Texts:
        """The other half of ``sym_calc_value``, with ``sym_validate_range``."""
        circuit = self.circuit
        result: Texts = {}
        rest = TRUE
        initial = _ZERO[symbol.type] if self.model.dialect.numbers_start_at_zero else ""
        visible = self.visibility(symbol).ge_m
        for text, literal in user_texts:
            case = circuit.and2(visible, literal)
            _put(circuit, result, text, case)
            rest = circuit.and2(rest, -case)
        for index, default in self._defaults(symbol):
            active = self.active(index, default).ge_m
            case = circuit.and2(rest, active)
            if case != FALSE:
                if isinstance(default.value, Sym | Const | Text):
                    cases = self.stored_texts(default.value)
                else:
                    cases = {initial: TRUE}
                self._put_rule(result, case, _reason(symbol, default), cases, symbol)
            rest = circuit.and2(rest, -active)
        _put(circuit, result, initial, rest)
        return self.clamped(symbol, result) if symbol.type in NUMERIC else result

    def is_written(self, symbol: Symbol) -> int:
        """Has an int, hex or string a line in the ``.config``: is it visible, or has a default?"""
        known = self._is_written.get(symbol.name)
        if known is None:
            known = self._is_written[symbol.name] = self.circuit.any_of(self._writers(symbol))
        return known

    def _writers(self, symbol: Symbol) -> Iterator[int]:
        """For everything that gives a number or text a line, the literal "it does"."""
        if symbol.no_write or symbol.transitional:
            return
        circuit = self.circuit
        yield self.visibility(symbol).ge_m
        rest = TRUE
        for index, default in self._defaults(symbol):
            active = self.active(index, default).ge_m
            if isinstance(default.value, Sym | Const | Text):
                written = circuit.from_bool(circuit.and2(rest, active))
                yield circuit.rule(_reason(symbol, default), written).ge_m
            rest = circuit.and2(rest, -active)

    def rewritten(self, symbol: Symbol, user_texts: Sequence[tuple[str, int]]) -> Texts:
        """``conf_read`` up to 6.1: values out of range are forgotten before writing.

        Whether one is out of range is asked when numbers that stand before it in
        conf's hash table are forgotten already; what stays is not calculated anew.
        """
        circuit = self.circuit
        place = hash_bucket(symbol.name)
        earlier = {name: t for name, t in self.written.items() if hash_bucket(name) < place}
        with self._where_numbers_are(earlier):
            forgotten = circuit.any_of(
                [
                    circuit.and2(literal, -self.clamped(symbol, {text: TRUE}).get(text, FALSE))
                    for text, literal in user_texts
                ]
            )
        with self._where_numbers_are(self.written):
            anew = self.number_or_string(symbol, ())
        result: Texts = {}
        for texts, case in ((anew, forgotten), (self.texts[symbol.name], -forgotten)):
            for text, literal in texts.items():
                _put(circuit, result, text, circuit.and2(case, literal))
        return result

    @contextmanager
    def _where_numbers_are(self, texts: Mapping[str, Texts]) -> Iterator[None]:
        """Let some numbers be what they are written as, for what is encoded meanwhile."""
        kept = self.texts, self._depends
        self.texts, self._depends = {**self.texts, **texts}, {-1: FULL_VALUE}
        try:
            yield
        finally:
            self.texts, self._depends = kept

    def _put_rule(
        self, result: Texts, case: int, reason: Reason, cases: Texts, symbol: Symbol
    ) -> None:
        """Add the cases of a rule that is at work ``here`` to a value among texts."""
        circuit = self.circuit
        if circuit.explaining:
            cases = circuit.rule_of_texts(reason, cases, self.user.wanted_texts(symbol))
        for text, literal in cases.items():
            _put(circuit, result, text, circuit.and2(case, literal))

    def clamped(self, symbol: Symbol, texts: Texts) -> Texts:
        """``sym_validate_range``: the first active range, one case for each text and bound."""
        circuit = self.circuit
        result: Texts = {}
        rest = TRUE
        for index, definition in self.model.menu_nodes(symbol):
            for limits in definition.ranges:
                active = self.active(index, limits).ge_m
                case = circuit.and2(rest, active)
                if case != FALSE:
                    inside: Texts = {}
                    self._clamp(inside, case, texts, limits, symbol.type)
                    text = f"{symbol.name} {has_line(range_line(limits))}"
                    reason = Reason("range", symbol.name, text, limits.location)
                    self._put_rule(result, case, reason, inside, symbol)
                rest = circuit.and2(rest, -active)
        for text, literal in texts.items():
            _put(circuit, result, text, circuit.and2(rest, literal))
        return result

    def _clamp(self, result: Texts, active: int, texts: Texts, limits: Range, type_: Type) -> None:
        circuit = self.circuit
        low_base, high_base = (
            base_of(own if own in NUMERIC else type_)
            for own in (self.type_of(limits.low), self.type_of(limits.high))
        )
        for text, literal in texts.items():
            number = leading_number(text, base_of(type_))
            for low, is_low in self.stored_texts(limits.low).items():
                case = circuit.all_of((active, literal, is_low))
                if number < leading_number(low, low_base):
                    _put(circuit, result, low, case)
                    continue
                for high, is_high in self.stored_texts(limits.high).items():
                    above = number > leading_number(high, high_base)
                    _put(circuit, result, high if above else text, circuit.and2(case, is_high))

    # Dependencies of entries

    def depends(self, index: int) -> Tristate:
        """What the dependencies of an entry and of all entries around it allow."""
        known = self._depends.get(index)
        if known is None:
            entry = self.model.entries[index]
            known = self.circuit.tri_and(
                (self.parent_dependency(entry), *map(self._guard, entry.depends))
            )
            self._depends[index] = known
        return known

    def forget_dependencies(self, indices: Iterable[int]) -> None:
        """Entries whose dependencies have to be encoded again."""
        for index in indices:
            self._depends.pop(index, None)

    def parent_dependency(self, entry: AnyEntry) -> Tristate:
        """What the entries around an entry allow; a choice that is a symbol, its value."""
        if entry.parent < 0:
            return FULL_VALUE
        above = self.model.entries[entry.parent]
        if not isinstance(above, ChoiceEntry) or self.model.dialect.choice_lists:
            value = self.depends(entry.parent)
        else:
            value = self.choice_value(above.choice)
        if isinstance(entry, MenuNode):
            # A bool in a tristate choice needs the choice to be y.
            symbol = self.model.symbols[entry.symbol]
            if symbol.choice is not None and symbol.type is not Type.TRISTATE:
                choice = self.model.choices[symbol.choice]
                if choice.type is Type.TRISTATE:
                    mode = self.choice_value(choice.index).is_y
                    value = self.circuit.tri_and((value, self.circuit.from_bool(mode)))
        return value

    def shown(self, index: int) -> Tristate:
        """What the ``visible if`` lines of the menus around an entry allow."""
        known = self._shown.get(index)
        if known is None:
            entry = self.model.entries[index]
            visible = entry.visible if isinstance(entry, Menu) else ()
            own = [self._guard(guard, "visible if") for guard in visible]
            known = self.circuit.tri_and((self.shown(entry.parent), *own))
            self._shown[index] = known
        return known

    def _guard(self, guard: Condition, word: LimitWord = "depends on") -> Tristate:
        reason = Reason("depends", "", limited_by(word, guard.expr), guard.location)
        return self.circuit.rule(reason, self.expr(guard.expr))

    def _defaults(self, symbol: Symbol) -> list[tuple[int, Default]]:
        return [
            (index, default)
            for index, definition in self.model.menu_nodes(symbol)
            for default in definition.defaults
        ]

    def active(self, index: int, rule: Default | Range) -> Tristate:
        """What the condition of a default or range, and everything around it, allow."""
        return self.circuit.tri_and((self.depends(index), self.condition(rule.condition)))

    # Expressions

    def condition(self, expr: Expr | None) -> Tristate:
        """A condition; y where none is written."""
        return FULL_VALUE if expr is None else self.expr(expr)

    def expr(self, expr: Expr) -> Tristate:
        """``expr_calc_value``."""
        match expr:
            case Sym(name):
                return self.value_of(name)
            case And(operands):
                return self.circuit.tri_and(map(self.expr, operands))
            case Or(operands):
                return self.circuit.tri_or(map(self.expr, operands))
            case Not(operand):
                return self.circuit.negated(self.expr(operand))
            case Compare():
                return self.circuit.from_bool(self.comparison(expr))
            case Const(value):
                return Tristate(TRUE if value else FALSE, TRUE if value == Y else FALSE)
            case _:
                return NO_VALUE

    def comparison(self, expr: Compare) -> int:
        """One case for each pair of texts for which the comparison holds."""
        circuit = self.circuit
        left_type, right_type = self.type_of(expr.left), self.type_of(expr.right)
        rights = self.shown_texts(expr.right)
        return circuit.any_of(
            [
                circuit.and2(is_left, is_right)
                for left, is_left in self.shown_texts(expr.left).items()
                for right, is_right in rights.items()
                if compare(expr.op, left, left_type, right, right_type)
            ]
        )

    def type_of(self, operand: Operand) -> Type:
        """The type by which a comparison reads an operand."""
        if isinstance(operand, Sym):
            symbol = self.model.symbols.get(operand.name)
            return Type.UNKNOWN if symbol is None else symbol.type
        return Type.TRISTATE if isinstance(operand, Const) else Type.UNKNOWN

    def shown_texts(self, operand: Operand) -> Texts:
        """``sym_get_string_value``: the texts that an operand can be in a comparison."""
        if not isinstance(operand, Sym):
            return {LETTERS[operand.value] if isinstance(operand, Const) else operand.value: TRUE}
        value = self.values.get(operand.name)
        if value is None:
            return self.texts.get(operand.name, {operand.name: TRUE})
        cases = {N: -value.ge_m, M: self.circuit.and2(value.ge_m, -value.is_y), Y: value.is_y}
        return {LETTERS[v]: literal for v, literal in cases.items() if literal != FALSE}

    def stored_texts(self, operand: Operand) -> Texts:
        """``curr.val``: as a default or bound; that of a bool or tristate is always "n"."""
        if isinstance(operand, Sym) and operand.name in self.values:
            return {LETTERS[N]: TRUE}
        return self.shown_texts(operand)


def _reason(symbol: Symbol, default: Default) -> Reason:
    """A default as a rule."""
    text = f"{symbol.name} {has_line(default_line(default))}"
    return Reason("default", symbol.name, text, default.location)


def _put(circuit: Circuit, texts: Texts, text: str, literal: int) -> None:
    """Add a case to a value among texts."""
    if literal != FALSE:
        texts[text] = circuit.or2(texts.get(text, FALSE), literal)
