"""Which symbols are members of which choice (scripts/kconfig/menu.c).

Since 6.10 a symbol belongs to the choice around its first prompt.  Before, it
belonged to the first choice that one of its definitions stood in, unless the
menu tree put that definition below an earlier member that it depends on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kresolve.errors import KconfigError
from kresolve.kconfig.dialect import Dialect
from kresolve.kconfig.expressions import (
    YES,
    And,
    Compare,
    Const,
    Expr,
    Sym,
    conjunction,
    conjuncts,
    names,
)
from kresolve.kconfig.model import AnyEntry, Choice, ChoiceEntry, If, MenuNode
from kresolve.kconfig.tristate import N
from kresolve.kconfig.values import BOOL_TRISTATE, Type


def choices_of(
    entries: Sequence[AnyEntry],
    types: Mapping[str, Type],
    properties: Sequence[tuple[Type, bool]],
    dialect: Dialect,
) -> tuple[Choice, ...]:
    """The choices with their members in menu order.

    ``types`` are those of symbols as written; ``properties`` the type and
    "optional" of each choice as written.
    """
    inside: dict[int, dict[str, None]] = {}
    places: dict[int, int] = {}
    for index, entry in enumerate(entries):
        if isinstance(entry, ChoiceEntry):
            places[entry.choice] = index
            inside[entry.choice] = {}
    for name, choice in members(entries, dialect):
        inside[choice][name] = None
    found: list[Choice] = []
    for choice, (type_, optional) in enumerate(properties):
        if dialect.choice_lists:
            type_, optional = Type.BOOL, False
        elif type_ is Type.UNKNOWN:
            type_ = types.get(_first_within(entries, places[choice]), Type.UNKNOWN)
            if not inside[choice]:
                type_ = Type.BOOL
            elif type_ not in BOOL_TRISTATE:
                raise KconfigError(
                    f"{entries[places[choice]].location}: neither this choice nor the first "
                    "option that stands directly in it has a type: not supported"
                )
        found.append(Choice(choice, places[choice], tuple(inside[choice]), type_, optional))
    return tuple(found)


def members(entries: Sequence[AnyEntry], dialect: Dialect) -> list[tuple[str, int]]:
    """Who belongs to which choice, in menu order; a name may be there twice."""
    return (_by_first_prompt if dialect.choice_lists else _by_first_choice)(entries)


def _first_within(entries: Sequence[AnyEntry], place: int) -> str:
    """The first symbol directly in a choice, not in an if: it has the choice's type."""
    return next((e.symbol for e in entries if isinstance(e, MenuNode) and e.parent == place), "")


def _by_first_prompt(entries: Sequence[AnyEntry]) -> list[tuple[str, int]]:
    """``sym_get_choice_menu``: the choice around the first definition with a prompt."""
    prompted: dict[str, int | None] = {}
    for entry in entries:
        if isinstance(entry, MenuNode) and entry.prompts and entry.symbol not in prompted:
            prompted[entry.symbol] = enclosing_choice(entries, entry)
    return [
        (entry.symbol, choice)
        for entry in entries
        if isinstance(entry, MenuNode)
        and (choice := prompted.get(entry.symbol)) is not None
        and enclosing_choice(entries, entry) == choice
    ]


def _by_first_choice(entries: Sequence[AnyEntry]) -> list[tuple[str, int]]:
    """``menu_finalize`` before 6.10: what stands directly in a choice."""
    below = _below_members(entries)
    claimed: dict[str, int] = {}
    for index, entry in enumerate(entries):
        if isinstance(entry, MenuNode) and index not in below:
            choice = enclosing_choice(entries, entry)
            if choice is not None:
                claimed.setdefault(entry.symbol, choice)
    return list(claimed.items())


def enclosing_choice(entries: Sequence[AnyEntry], entry: AnyEntry) -> int | None:
    """The index of the choice that an entry stands in, through ifs."""
    parent = entry.parent
    while parent >= 0:
        above = entries[parent]
        if isinstance(above, ChoiceEntry):
            return above.choice
        if not isinstance(above, If):
            return None
        parent = above.parent
    return None


def _below_members(entries: Sequence[AnyEntry]) -> set[int]:
    """Entries in choices that the menu tree hangs below the member before them."""
    inside: dict[int, list[int]] = {}
    for index, entry in enumerate(entries):
        if enclosing_choice(entries, entry) is not None:
            inside.setdefault(entry.parent, []).append(index)
    found: set[int] = set()
    for siblings in inside.values():
        start = 0
        while start < len(siblings):
            start = _hang(entries, siblings, start, found)
    for index, entry in enumerate(entries):
        if entry.parent in found:
            found.add(index)
    return found


def _hang(entries: Sequence[AnyEntry], siblings: Sequence[int], start: int, found: set[int]) -> int:
    """Find what hangs below one of the siblings, and what below that; where it ends."""
    owner = entries[siblings[start]]
    end = start + 1
    if isinstance(owner, MenuNode):
        while end < len(siblings) and _hangs_below(entries[siblings[end]], owner):
            found.add(siblings[end])
            end = _hang(entries, siblings, end, found)
    return end


def _hangs_below(entry: AnyEntry, owner: MenuNode) -> bool:
    """Does it need a symbol; or name it, and need all else that the symbol's prompt does?"""
    condition = _condition(entry)
    if _depends_on(condition, owner.symbol):
        return True
    needed = _parts(_condition(owner)) if owner.prompts else set()
    return owner.symbol in names(condition) and needed <= _parts(condition)


def _parts(condition: Expr) -> set[Expr]:
    """What has to hold, each for itself."""
    return {*conjuncts(condition)} - {YES}


def _condition(entry: AnyEntry) -> Expr:
    """What an entry itself depends on; of a prompt, with its condition."""
    parts = [guard.expr for guard in entry.depends]
    if isinstance(entry, MenuNode) and entry.prompts:
        condition = entry.prompts[-1].condition
        parts += [condition] if condition is not None else []
    return conjunction(parts) if parts else YES


def _depends_on(expr: Expr, name: str) -> bool:
    """``expr_depends_symbol``: can the expression only hold with the symbol on?"""
    match expr:
        case Sym():
            return expr.name == name
        case And(operands):
            return any(_depends_on(operand, name) for operand in operands)
        case Compare("=", Sym(left), Const(value)):
            return left == name and value != N
        case Compare("!=", Sym(left), Const(value)):
            return left == name and value == N
        case _:
            return False
