"""Lower the parsed menu nodes to the immutable model.

The entries keep what each file says, line by line; nothing is simplified.
Only three things are computed here: expressions leave Kconfiglib's tuples,
``m`` in conditions becomes ``m && MODULES``, and symbols and choices are
collected from their entries (scripts/kconfig/menu.c, ``_menu_finalize``).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeVar

import kconfiglib
from attrs import evolve

from kresolve.errors import KconfigError
from kresolve.kconfig.choice_membership import choices_of
from kresolve.kconfig.consistency import unsupported
from kresolve.kconfig.dialect import Dialect
from kresolve.kconfig.expressions import (
    NO,
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
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import (
    AnyEntry,
    Choice,
    ChoiceEntry,
    Comment,
    Condition,
    Default,
    If,
    Menu,
    MenuNode,
    Model,
    Prompt,
    Range,
    Select,
    Symbol,
    TreeInfo,
)
from kresolve.kconfig.ordering import evaluation_order
from kresolve.kconfig.parsing.lexer import SPACE
from kresolve.kconfig.parsing.parser import Choice as RawChoice
from kresolve.kconfig.parsing.parser import Cond, RawKconfig
from kresolve.kconfig.tristate import OF_LETTER
from kresolve.kconfig.values import Type

_TYPES: Final = {
    kconfiglib.BOOL: Type.BOOL,
    kconfiglib.TRISTATE: Type.TRISTATE,
    kconfiglib.INT: Type.INT,
    kconfiglib.HEX: Type.HEX,
    kconfiglib.STRING: Type.STRING,
}
_OPERATORS: Final = kconfiglib.REL_TO_STR

_E = TypeVar("_E", bound=Expr)


class Lowering:
    """One pass over the raw menu nodes; :meth:`model` is its result."""

    def __init__(self, raw: RawKconfig, dialect: Dialect) -> None:
        self.raw = raw
        self.dialect = dialect
        self.entries: list[AnyEntry] = []
        self.choices: list[RawChoice] = []
        self._shared: dict[Any, Any] = {}
        modules = raw.modules_symbol
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

    def guards(self, conds: Any) -> tuple[Condition, ...]:
        """The lines of a ``depends on`` or ``visible if`` list."""
        if isinstance(conds, Cond):
            conds = [conds]
        if not isinstance(conds, list):
            return ()  # Kconfiglib's initial y: nothing is written
        return tuple(self.guard(cond) for cond in conds)

    def literal_guards(self, conds: Any) -> tuple[Condition, ...]:
        """The same lines with their conditions as written."""
        if not isinstance(conds, list):
            return ()
        return tuple(Condition(self.expr(cond.expr), _line(cond)) for cond in conds)

    def guard(self, cond: Cond) -> Condition:
        """One line; ``depends on A if B`` means ``A || B = n``."""
        condition = self.condition(cond.expr)
        if cond.unless is not None:
            unless = rewrite_m(is_n(self.expr(cond.unless)), self._modules_expr)
            condition = self._share(disjunction((condition, unless)))
        return Condition(condition, _line(cond))

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
        location = _line(node.dep) if item is None else _location(node)
        entry: dict[str, Any] = {
            "parent": parent,
            "location": location,
            "depends": self.guards(node.dep),
        }
        if item is None:
            return If(**entry)
        if item is kconfiglib.MENU:
            return Menu(
                **entry,
                title=node.prompt[0].lstrip(SPACE),
                visible=self.guards(node.visibility),
                heading=self.literal_guards(node.visibility),
            )
        if item is kconfiglib.COMMENT:
            return Comment(**entry, title=node.prompt[0].lstrip(SPACE))
        entry["prompts"] = tuple(
            Prompt(text, self.cond(cond), _line(cond))
            for text, cond in self.raw.prompts.get(node, ())
        )
        entry["defaults"] = tuple(
            # That of ``option env`` has no line of its own.
            Default(
                self.expr(value),
                self.cond(cond),
                _line(cond) if isinstance(cond, Cond) else location,
            )
            for value, cond in node.defaults
        )
        if isinstance(item, RawChoice):
            self.refuse_second_place(item, location)
            self.choices.append(item)
            return ChoiceEntry(**entry, choice=len(self.choices) - 1)
        if item.name in OF_LETTER:
            return self.letter(node, parent)
        return MenuNode(
            **entry,
            symbol=item.name,
            is_menu=bool(node.is_menuconfig),
            selects=self.selects(node.selects),
            implies=self.selects(node.implies),
            ranges=tuple(self.range(item, *raw) for raw in node.ranges),
            help_line=self.raw.help_lines.get(node, 0),
        )

    def letter(self, node: Any, parent: int) -> MenuNode:
        """``config y``: conf takes it for the constant, which can select and cannot change.

        With conditions it could go in a circle with everything that names the constant.
        """
        name, location = node.item.name, _location(node)
        conditions = [cond for _, cond in self.raw.prompts.get(node, ())]
        conditions += [cond for _, cond in (*node.selects, *node.implies)]
        outer = parent
        while outer >= 0 and not isinstance(self.entries[outer], If | ChoiceEntry):
            if self.entries[outer].depends:
                break
            outer = self.entries[outer].parent
        if (
            outer >= 0
            or any(cond.expr is not None for cond in conditions)
            or isinstance(node.dep, list)
            or node.defaults
            or node.ranges
            or self.raw.modules_symbol is node.item
        ):
            raise KconfigError(f"{location}: the constant '{name}' as an option: not supported")
        return MenuNode(
            parent=parent,
            location=location,
            depends=(),
            symbol=name,
            defaults=(Default(Const(OF_LETTER[name]), None, location),),
            selects=self.selects(node.selects),
            implies=self.selects(node.implies),
        )

    def refuse_second_place(self, choice: RawChoice, location: Location) -> None:
        """Before 6.10, a choice with a name is the same one in two places; a model has one."""
        if choice in self.choices:
            first = next(
                entry.location
                for entry in self.entries
                if isinstance(entry, ChoiceEntry) and self.choices[entry.choice] is choice
            )
            raise KconfigError(
                f"{location}: the choice {choice.name} is also at {first}: "
                "one choice in two places is not supported"
            )

    def range(self, symbol: Any, low: Any, high: Any, cond: Any) -> Range:
        """One range; with the symbol itself as a bound, there is none on that side.

        conf compares the value with itself then (``sym_validate_range``); the
        model has the outermost number that it can read in that place.
        """
        form = "#x" if symbol.orig_type is kconfiglib.HEX else "d"
        return Range(
            Text(format(-(2**63), form)) if low is symbol else self.operand(low),
            Text(format(2**63 - 1, form)) if high is symbol else self.operand(high),
            self.cond(cond),
            _line(cond),
        )

    def selects(self, raw: Any) -> tuple[Select, ...]:
        """The selects or implies of a node."""
        return tuple(Select(target.name, self.cond(cond), _line(cond)) for target, cond in raw)

    # Symbols and choices

    def symbols(self, types: Mapping[str, Type], choices: tuple[Choice, ...]) -> dict[str, Symbol]:
        """The defined symbols, in menu order, with the choices they belong to."""
        definitions: dict[str, list[int]] = {}
        for index, entry in enumerate(self.entries):
            if isinstance(entry, MenuNode):
                definitions.setdefault(entry.symbol, []).append(index)
        member_of = {member: choice.index for choice in choices for member in choice.members}
        defconfig_list = self.raw.defconfig_list
        direct = {
            entry.symbol
            for entry in self.entries
            if isinstance(entry, MenuNode)
            and entry.parent >= 0
            and isinstance(self.entries[entry.parent], ChoiceEntry)
        }
        return {
            name: Symbol(
                name,
                _member_type(types[name], choices, member_of.get(name) if name in direct else None),
                tuple(found),
                member_of.get(name),
                transitional=name in self.raw.transitional,
                allnoconfig_y=bool(self.raw.syms[name].is_allnoconfig_y),
                no_write=name in OF_LETTER or defconfig_list is self.raw.syms[name],
            )
            for name, found in definitions.items()
        }

    def choice_properties(self) -> list[tuple[Type, bool]]:
        """For each choice, its type as written, and whether it is optional."""
        return [
            (_TYPES.get(raw.orig_type, Type.UNKNOWN), bool(raw.is_optional)) for raw in self.choices
        ]

    def model(self, info: TreeInfo) -> Model:
        """The model of everything that was parsed."""
        self.walk()
        types = {
            name: Type.TRISTATE
            if name in OF_LETTER
            else _TYPES.get(self.raw.syms[name].orig_type, Type.UNKNOWN)
            for name in dict.fromkeys(symbol.name for symbol in self.raw.defined_syms)
        }
        choices = choices_of(self.entries, types, self.choice_properties(), self.dialect)
        symbols = self.symbols(types, choices)
        model = Model(
            info=info,
            dialect=self.dialect,
            title=self.raw.top_node.prompt[0].lstrip(SPACE),
            entries=tuple(self.entries),
            symbols=symbols,
            choices=choices,
            modules=self.modules,
            order=(),
            warnings=tuple(self.raw.messages),
            files=tuple(dict.fromkeys(self.raw.kconfig_filenames)),
        )
        for text, place in unsupported(model):
            raise KconfigError(f"{place}: {text}")
        return evolve(model, order=evaluation_order(model))


def _line(cond: Cond) -> Location:
    return Location(cond.file, cond.line)


def _location(node: Any) -> Location:
    return Location(node.filename, node.linenr)


def _member_type(type_: Type, choices: tuple[Choice, ...], choice: int | None) -> Type:
    """A member without a type takes its choice's, if it stands directly in it."""
    return choices[choice].type if type_ is Type.UNKNOWN and choice is not None else type_


def lower(raw: RawKconfig, info: TreeInfo, dialect: Dialect) -> Model:
    """The model of a parsed tree; KconfigError when it contradicts itself."""
    return Lowering(raw, dialect).model(info)
