"""From parsed menu nodes to the immutable model.

The entries keep what each file says, line by line; nothing is simplified.
Only three things are computed here: expressions leave Kconfiglib's tuples,
``m`` in conditions becomes ``m && MODULES``, and symbols and choices are
collected from their entries (scripts/kconfig/menu.c, ``_menu_finalize``).
"""

from __future__ import annotations

from typing import Any, Final, TypeVar

import kconfiglib
from attrs import evolve

from kresolve.dialect import Dialect
from kresolve.errors import KconfigError
from kresolve.expressions import (
    NO,
    OPERATORS,
    YES,
    Compare,
    Const,
    Expr,
    Not,
    Operand,
    Sym,
    Text,
    conjunction,
    disjunction,
    is_n,
    rewrite_m,
)
from kresolve.frontend.ordering import evaluation_order
from kresolve.frontend.parser import Choice as RawChoice
from kresolve.frontend.parser import Cond, RawKconfig
from kresolve.location import Location
from kresolve.model import (
    AnyEntry,
    Choice,
    ChoiceEntry,
    Comment,
    Default,
    Definition,
    Guard,
    If,
    Menu,
    Model,
    Prompt,
    Range,
    Select,
    Symbol,
    TreeInfo,
)
from kresolve.tristate import OF_LETTER
from kresolve.values import Type

_TYPES: Final = {
    kconfiglib.BOOL: Type.BOOL,
    kconfiglib.TRISTATE: Type.TRISTATE,
    kconfiglib.INT: Type.INT,
    kconfiglib.HEX: Type.HEX,
    kconfiglib.STRING: Type.STRING,
}
_OPERATORS: Final = dict(
    zip(
        (
            kconfiglib.EQUAL,
            kconfiglib.UNEQUAL,
            kconfiglib.LESS,
            kconfiglib.LESS_EQUAL,
            kconfiglib.GREATER,
            kconfiglib.GREATER_EQUAL,
        ),
        OPERATORS,
        strict=True,
    )
)


_E = TypeVar("_E", bound=Expr)


class Lowering:
    """One pass over the raw menu nodes; :meth:`model` is its result."""

    def __init__(self, raw: RawKconfig) -> None:
        self.raw = raw
        self.entries: list[AnyEntry] = []
        self.choices: list[tuple[int, list[str]]] = []
        self._shared: dict[Any, Any] = {}
        modules = raw.modules_symbol
        if modules is None and raw.modules.nodes:
            modules = raw.modules  # "option modules", or the name alone
        self.modules: str | None = modules.name if modules is not None else None
        self._modules_expr: Expr = Sym(self.modules) if self.modules else NO

    # Expressions

    def expr(self, raw: Any) -> Expr:
        """A tuple of Kconfiglib as an expression; equal parts are shared."""
        if raw.__class__ is not tuple:
            return self.operand(raw)
        operator = raw[0]
        if operator is kconfiglib.NOT:
            return self._share(Not(self.expr(raw[1])))
        if operator is kconfiglib.AND or operator is kconfiglib.OR:
            operands: list[Expr] = []
            while raw.__class__ is tuple and raw[0] is operator:
                operands.append(self.expr(raw[1]))
                raw = raw[2]
            operands.append(self.expr(raw))
            join = conjunction if operator is kconfiglib.AND else disjunction
            return self._share(join(operands))
        return self._share(
            Compare(_OPERATORS[operator], self.operand(raw[1]), self.operand(raw[2]))
        )

    def operand(self, raw: Any) -> Operand:
        """A symbol of Kconfiglib as an operand."""
        if not raw.is_constant:
            return self._share(Sym(raw.name))
        if raw.name in OF_LETTER:
            return self._share(Const(OF_LETTER[raw.name]))
        return self._share(Text(raw.name))

    def _share(self, value: _E) -> _E:
        shared: _E = self._shared.setdefault(value, value)
        return shared

    def condition(self, raw: Any) -> Expr:
        """An expression that stands as a condition."""
        return self._share(rewrite_m(self.expr(raw), self._modules_expr))

    def cond(self, cond: Any) -> Expr | None:
        """What is written behind ``if`` on a property, if anything is."""
        if not isinstance(cond, Cond) or cond.expr is None:
            return None
        return self.condition(cond.expr)

    def guards(self, conds: Any) -> tuple[Guard, ...]:
        """The lines of a ``depends on`` or ``visible if`` list."""
        if isinstance(conds, Cond):
            conds = [conds]
        if not isinstance(conds, list):
            return ()  # Kconfiglib's initial y: nothing is written
        return tuple(self.guard(cond) for cond in conds)

    def guard(self, cond: Cond) -> Guard:
        """One line; ``depends on A if B`` means ``A || B = n``."""
        condition = self.condition(cond.expr)
        if cond.unless is not None:
            unless = rewrite_m(is_n(self.expr(cond.unless)), self._modules_expr)
            condition = self._share(disjunction((condition, unless)))
        return Guard(condition, Location(cond.file, cond.line))

    # Entries

    def walk(self) -> None:
        """Lower every node, parents before children, in menu order."""
        todo = [(self.raw.top_node.list, -1)]
        while todo:
            node, parent = todo.pop()
            if node is None:
                continue
            todo.append((node.next, parent))
            self.entries.append(self.entry(node, parent))
            if node.list is not None and node.list is not node:
                todo.append((node.list, len(self.entries) - 1))

    def entry(self, node: Any, parent: int) -> AnyEntry:
        """One menu node."""
        item = node.item
        if item is None:
            condition: Cond = node.dep
            return If(
                parent=parent,
                location=Location(condition.file, condition.line),
                depends=self.guards(condition),
            )
        location = Location(node.filename, node.linenr)
        depends = self.guards(node.dep)
        if item is kconfiglib.MENU:
            return Menu(
                parent=parent,
                location=location,
                depends=depends,
                title=node.prompt[0],
                visible=self.guards(node.visibility),
            )
        if item is kconfiglib.COMMENT:
            return Comment(parent=parent, location=location, depends=depends, title=node.prompt[0])
        prompts = tuple(
            Prompt(text, self.cond(cond), Location(cond.file, cond.line))
            for text, cond in self.raw.prompts.get(node, ())
        )
        defaults = tuple(self.default(value, cond, location) for value, cond in node.defaults)
        if isinstance(item, RawChoice):
            self.choices.append((len(self.entries), []))
            return ChoiceEntry(
                parent=parent,
                location=location,
                depends=depends,
                choice=len(self.choices) - 1,
                prompts=prompts,
                defaults=defaults,
            )
        return Definition(
            parent=parent,
            location=location,
            depends=depends,
            symbol=item.name,
            is_menu=bool(node.is_menuconfig),
            prompts=prompts,
            defaults=defaults,
            selects=self.selects(node.selects),
            implies=self.selects(node.implies),
            ranges=tuple(
                Range(
                    self.operand(low),
                    self.operand(high),
                    self.cond(cond),
                    Location(cond.file, cond.line),
                )
                for low, high, cond in node.ranges
            ),
            help_line=self.raw.help_lines.get(node, 0),
        )

    def default(self, value: Any, cond: Any, location: Location) -> Default:
        """One default; that of ``option env`` has no condition of its own."""
        if isinstance(cond, Cond):
            location = Location(cond.file, cond.line)
        return Default(self.expr(value), self.cond(cond), location)

    def selects(self, raw: Any) -> tuple[Select, ...]:
        """The selects or implies of a node."""
        return tuple(
            Select(target.name, self.cond(cond), Location(cond.file, cond.line))
            for target, cond in raw
        )

    # Symbols and choices

    def symbols(self) -> dict[str, Symbol]:
        """The defined symbols, in menu order, with the choices they belong to."""
        found: dict[str, list[int]] = {}
        for index, entry in enumerate(self.entries):
            if isinstance(entry, Definition):
                found.setdefault(entry.symbol, []).append(index)
                around = self.enclosing_choice(entry)
                if around is not None and entry.symbol not in self.choices[around][1]:
                    self.choices[around][1].append(entry.symbol)
        return {
            name: Symbol(
                name,
                _TYPES.get(self.raw.syms[name].orig_type, Type.UNKNOWN),
                tuple(definitions),
                self.choice_of(definitions),
            )
            for name, definitions in found.items()
        }

    def choice_of(self, definitions: list[int]) -> int | None:
        """A symbol belongs to the choice around its first prompt (``sym_get_choice_menu``)."""
        for index in definitions:
            entry = self.entries[index]
            assert isinstance(entry, Definition)
            if entry.prompts:
                return self.enclosing_choice(entry)
        return None

    def enclosing_choice(self, entry: AnyEntry) -> int | None:
        """The choice that an entry stands in, through ifs."""
        parent = entry.parent
        while parent >= 0:
            above = self.entries[parent]
            if isinstance(above, ChoiceEntry):
                return above.choice
            parent = above.parent
        return None

    def model(self, info: TreeInfo, dialect: Dialect) -> Model:
        """The model of everything that was parsed."""
        self.walk()
        symbols = self.symbols()
        choices = tuple(
            Choice(index, entry, tuple(members))
            for index, (entry, members) in enumerate(self.choices)
        )
        self.refuse_unequal_y(symbols)
        model = Model(
            info=info,
            dialect=dialect,
            title=self.raw.top_node.prompt[0],
            entries=tuple(self.entries),
            symbols=symbols,
            choices=choices,
            modules=self.modules,
            order=(),
            warnings=tuple(self.raw.messages),
            files=tuple(dict.fromkeys(self.raw.kconfig_filenames)),
        )
        return evolve(model, order=evaluation_order(model))

    def refuse_unequal_y(self, symbols: dict[str, Symbol]) -> None:
        """conf reads ``BOOL != y`` in a condition through a wrong pointer; refuse it."""
        for index, entry in enumerate(self.entries):
            for condition, location in _conditions(entry):
                bad = _unequal_y(condition, symbols)
                if bad is not None:
                    raise KconfigError(
                        f"{location}: '{bad}' with a bool: conf misreads this comparison; "
                        f"write !{bad.left} instead (entry {index})"
                    )


def _conditions(entry: AnyEntry) -> list[tuple[Expr, Location]]:
    found: list[tuple[Expr, Location]] = [(g.condition, g.location) for g in entry.depends]
    if isinstance(entry, Menu):
        found += [(g.condition, g.location) for g in entry.visible]
    if isinstance(entry, Definition | ChoiceEntry):
        properties: list[Prompt | Default | Select | Range] = [*entry.prompts, *entry.defaults]
        if isinstance(entry, Definition):
            properties += [*entry.selects, *entry.implies, *entry.ranges]
        found += [(p.condition, p.location) for p in properties if p.condition is not None]
    return found


def _unequal_y(expr: Expr, symbols: dict[str, Symbol]) -> Compare | None:
    todo: list[Any] = [expr]
    while todo:
        here = todo.pop()
        if isinstance(here, Compare):
            if here.op == "!=" and here.right == YES and isinstance(here.left, Sym):
                symbol = symbols.get(here.left.name)
                if symbol is not None and symbol.type is Type.BOOL:
                    return here
        elif isinstance(here, Not):
            todo.append(here.operand)
        else:
            todo.extend(getattr(here, "operands", ()))
    return None


def lower(raw: RawKconfig, info: TreeInfo, dialect: Dialect) -> Model:
    """The model of a parsed tree; KconfigError when it contradicts itself."""
    return Lowering(raw).model(info, dialect)
