"""Smaller models: without some symbols, entries or properties.

A symbol that goes leaves its value behind: in what names it, the value stands instead, and
a condition that is always true then goes, too.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Final, TypeAlias

from attrs import evolve

from kresolve.kconfig.choice_membership import choices_of
from kresolve.kconfig.expressions import (
    NO,
    YES,
    And,
    Compare,
    Const,
    Expr,
    Not,
    Operand,
    Or,
    Sym,
    Text,
    conjunction,
    disjunction,
    names,
    rewrite_m,
)
from kresolve.kconfig.kconfig_text import as_written
from kresolve.kconfig.model import (
    AnyEntry,
    ChoiceEntry,
    Comment,
    Condition,
    If,
    Menu,
    MenuNode,
    Model,
)
from kresolve.kconfig.ordering import evaluation_order
from kresolve.kconfig.tristate import OF_LETTER, Y

#: Entries by their index: what stands there instead, None for nothing.
Edits: TypeAlias = Mapping[int, AnyEntry | None]

#: Makes another entry of one, or nothing.
Edit: TypeAlias = Callable[[AnyEntry], AnyEntry | None]

#: The properties that an entry can be without, one by one.
_LISTS: Final = (
    *("depends", "visible", "heading", "prompts", "defaults"),
    *("selects", "implies", "ranges"),
)


def edited(model: Model, edits: Edits) -> Model:
    """The model with other entries; what stands in an entry that goes moves out of it.

    Raises KconfigError if values would go in a circle.
    """
    places: dict[int, int] = {-1: -1}
    entries: list[AnyEntry] = []
    properties: list[tuple[Any, bool]] = []
    for index, old in enumerate(model.entries):
        entry = edits.get(index, old)
        parent = places[old.parent]
        if entry is None:
            places[index] = parent
            continue
        places[index] = len(entries)
        if isinstance(entry, ChoiceEntry):
            choice = model.choices[entry.choice]
            entry = evolve(entry, choice=len(properties))
            properties.append((choice.type, choice.optional))
        entries.append(evolve(entry, parent=parent))
    nodes: dict[str, list[int]] = {}
    for index, entry in enumerate(entries):
        if isinstance(entry, MenuNode):
            nodes.setdefault(entry.symbol, []).append(index)
    modules = model.modules if model.modules in nodes else None
    if modules is None and model.modules is not None:
        entries = [_with_conditions(entry, lambda expr: rewrite_m(expr, NO)) for entry in entries]
    types = {name: model.symbols[name].type for name in nodes}
    choices = choices_of(entries, types, properties, model.dialect)
    member_of = {member: choice.index for choice in choices for member in choice.members}
    symbols = {
        name: evolve(model.symbols[name], menu_nodes=tuple(indices), choice=member_of.get(name))
        for name, indices in nodes.items()
    }
    found = evolve(
        model,
        entries=tuple(entries),
        symbols=symbols,
        choices=choices,
        modules=modules,
        order=(),
        warnings=(),
        files=("Kconfig",),
    )
    return evolve(found, order=evaluation_order(found))


def without_symbols(model: Model, gone: Container[str], values: Mapping[str, str]) -> Model:
    """The model without some symbols, which leave their ``values`` behind.

    Menus, ifs and choices with nothing in them go, and so do comments.
    """
    fold = _Folding(model, gone, values)
    edits: dict[int, AnyEntry | None] = {}
    filled: set[int] = set()
    for index in reversed(range(len(model.entries))):
        entry = model.entries[index]
        if isinstance(entry, MenuNode):
            stays = entry.symbol not in gone
        else:
            stays = index in filled and not isinstance(entry, Comment)
        new = fold.entry(entry) if stays else None
        if new is not entry:
            edits[index] = new
        if stays or index in filled:
            filled.add(entry.parent)
    return edited(model, edits)


def _properties(entry: AnyEntry) -> Iterator[Edit]:
    """Edits that each leave out one line of an entry."""
    for name in _LISTS:
        if name != "heading" and not (name == "depends" and isinstance(entry, If)):
            for item in getattr(entry, name, ()):
                yield partial(_without_item, name, item)
    if isinstance(entry, MenuNode) and entry.is_menu:
        yield lambda entry: _changed(entry, is_menu=False)


def _property_conditions(entry: AnyEntry) -> Iterator[Edit]:
    """Edits that each leave out what is behind an ``if`` on a line."""
    for name in _LISTS:
        for item in getattr(entry, name, ()):
            if getattr(item, "condition", None) is not None:
                yield partial(_unconditional, name, item)


def _plain_texts(entry: AnyEntry) -> Iterator[Edit]:
    """Edits that each put a plain word in the place of a text for people."""
    plain = entry.symbol if isinstance(entry, MenuNode) else type(entry).__name__.lower()
    if isinstance(entry, Menu | Comment) and entry.title != plain:
        yield lambda entry: _changed(entry, title=plain)
    prompts = entry.prompts if isinstance(entry, MenuNode | ChoiceEntry) else ()
    if any(prompt.text != plain for prompt in prompts):
        yield lambda entry: _changed(
            entry,
            prompts=tuple(evolve(prompt, text=plain) for prompt in getattr(entry, "prompts", ())),
        )


#: Ways to have less of an entry, the one that takes most away first.
simplifications: Final = (_properties, _property_conditions, _plain_texts)


def _without_item(name: str, item: object, entry: AnyEntry) -> AnyEntry:
    kept = [place for place, each in enumerate(getattr(entry, name)) if each is not item]
    lists = (name, "heading") if name == "visible" else (name,)
    return _changed(
        entry, **{each: tuple(getattr(entry, each)[place] for place in kept) for each in lists}
    )


def _unconditional(name: str, item: Any, entry: AnyEntry) -> AnyEntry:
    items = getattr(entry, name)
    bare = tuple(evolve(each, condition=None) if each is item else each for each in items)
    return _changed(entry, **{name: bare})


def _changed(entry: AnyEntry, **changes: Any) -> AnyEntry:
    any_entry: Any = entry
    changed: AnyEntry = evolve(any_entry, **changes)
    return changed


def simpler_conditions(entry: AnyEntry, modules: str | None) -> Iterator[AnyEntry]:
    """An entry with one of its conditions simplified, each."""
    for name in _LISTS:
        if name in ("visible", "heading"):
            continue
        for place, item in enumerate(getattr(entry, name, ())):
            key = "expr" if name == "depends" else "condition"
            expr = getattr(item, key, None)
            if expr is None:
                continue
            for smaller in _smaller(as_written(expr, modules)):
                again = rewrite_m(smaller, NO if modules is None else Sym(modules))
                items = list(getattr(entry, name))
                items[place] = evolve(item, **{key: again})
                yield _changed(entry, **{name: tuple(items)})


def _smaller(expr: Expr) -> Iterator[Expr]:
    """An expression without one of its parts, each."""
    match expr:
        case And(operands) | Or(operands):
            join: Callable[[Sequence[Expr]], Expr] = (
                conjunction if isinstance(expr, And) else disjunction
            )
            for place, operand in enumerate(operands):
                yield join((*operands[:place], *operands[place + 1 :]))
                for smaller in _smaller(operand):
                    yield join((*operands[:place], smaller, *operands[place + 1 :]))
        case Not(operand):
            yield from map(Not, _smaller(operand))
        case _:
            pass


def _with_conditions(entry: AnyEntry, change: Callable[[Expr], Expr]) -> AnyEntry:
    """An entry with all its conditions changed."""
    changed: dict[str, Any] = {}
    for name in _LISTS:
        key = "expr" if name in ("depends", "visible") else "condition"
        items = getattr(entry, name, ())
        if name != "heading" and items:
            changed[name] = tuple(
                item
                if getattr(item, key) is None
                else evolve(item, **{key: change(getattr(item, key))})
                for item in items
            )
    return _changed(entry, **changed)


class _Folding:
    """Puts values in the place of symbols that are gone."""

    def __init__(self, model: Model, gone: Container[str], values: Mapping[str, str]) -> None:
        self.model = model
        self.gone = gone
        self.values = values
        self.modules = model.modules
        self._rewritten: Expr = NO if self.modules is None else Sym(self.modules)

    def entry(self, entry: AnyEntry) -> AnyEntry | None:
        """The entry without the symbols; None for an if that always holds."""
        depends = self.guards(entry.depends)
        match entry:
            case If():
                return None if not depends else self.same_or(entry, depends=depends)
            case Menu():
                visible = [
                    (guard, heading)
                    for guard, heading in zip(entry.visible, entry.heading, strict=True)
                    if self.condition(guard.expr) != YES
                ]
                return self.same_or(
                    entry,
                    depends=depends,
                    visible=self.guards([guard for guard, _ in visible]),
                    heading=tuple(
                        evolve(heading, expr=self.expr(heading.expr)) for _, heading in visible
                    ),
                )
            case Comment():
                return self.same_or(entry, depends=depends)
            case ChoiceEntry():
                return self.same_or(
                    entry,
                    depends=depends,
                    prompts=tuple(self.conditional(entry.prompts)),
                    defaults=tuple(
                        default
                        for default in self.conditional(entry.defaults)
                        if not (isinstance(default.value, Sym) and default.value.name in self.gone)
                    ),
                )
            case MenuNode():
                return self.same_or(
                    entry,
                    depends=depends,
                    prompts=tuple(self.conditional(entry.prompts)),
                    defaults=tuple(
                        evolve(default, value=self.default(default.value))
                        for default in self.conditional(entry.defaults)
                    ),
                    selects=self.reverse(entry.selects),
                    implies=self.reverse(entry.implies),
                    ranges=tuple(
                        evolve(limit, low=self.operand(limit.low), high=self.operand(limit.high))
                        for limit in self.conditional(entry.ranges)
                    ),
                )

    def same_or(self, entry: AnyEntry, **changes: Any) -> AnyEntry:
        """The entry itself if nothing changes."""
        if all(getattr(entry, name) == value for name, value in changes.items()):
            return entry
        return _changed(entry, **changes)

    def guards(self, guards: Sequence[Condition]) -> tuple[Condition, ...]:
        folded = (evolve(guard, expr=self.condition(guard.expr)) for guard in guards)
        return tuple(guard for guard in folded if guard.expr != YES)

    def conditional(self, items: Sequence[Any]) -> Iterator[Any]:
        """Properties with their conditions."""
        for item in items:
            condition = None if item.condition is None else self.condition(item.condition)
            yield evolve(item, condition=None if condition == YES else condition)

    def reverse(self, selects: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(
            select for select in self.conditional(selects) if select.target not in self.gone
        )

    def default(self, value: Expr) -> Expr:
        return self.operand(value) if isinstance(value, Sym) else self.expr(value)

    def condition(self, expr: Expr) -> Expr:
        """A condition, folded as it is written in the file."""
        return rewrite_m(self.expr(as_written(expr, self.modules)), self._rewritten)

    def operand(self, operand: Operand) -> Operand:
        """A symbol that is gone as its value."""
        if not isinstance(operand, Sym) or operand.name not in self.gone:
            return operand
        symbol = self.model.symbols.get(operand.name)
        value = self.values.get(operand.name, "n" if symbol and symbol.is_bool_or_tristate else "")
        if symbol is not None and symbol.is_bool_or_tristate:
            return Const(OF_LETTER[value])
        return Text(value)

    def expr(self, expr: Expr) -> Expr:
        """An expression with values for what is gone, simplified where that was."""
        if not any(name in self.gone for name in names(expr)):
            return expr
        match expr:
            case Sym():
                found = self.operand(expr)
                return NO if isinstance(found, Text) else found
            case Compare(op, left, right):
                return self.compare(Compare(op, self.operand(left), self.operand(right)))
            case Not(operand):
                inner = self.expr(operand)
                return Const(Y - inner.value) if isinstance(inner, Const) else Not(inner)
            case And(operands):
                folded = [self.expr(operand) for operand in operands]
                return NO if NO in folded else conjunction(e for e in folded if e != YES)
            case Or(operands):
                folded = [self.expr(operand) for operand in operands]
                return YES if YES in folded else disjunction(e for e in folded if e != NO)
            case _:
                return expr

    def compare(self, expr: Compare) -> Expr:
        """A comparison, decided where both sides are the same kind of constant."""
        if expr.op in ("=", "!=") and not isinstance(expr.left, Sym):
            if isinstance(expr.left, Const) and isinstance(expr.right, Const):
                return YES if (expr.left == expr.right) == (expr.op == "=") else NO
            if isinstance(expr.left, Text) and isinstance(expr.right, Text):
                return YES if (expr.left == expr.right) == (expr.op == "=") else NO
        return expr
