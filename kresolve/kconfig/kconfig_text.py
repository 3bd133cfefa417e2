"""Write a model as the text of one Kconfig file, which says the same.

What is lost is what no value depends on: places, help texts, the order of lines of
different kinds.  Conditions are written as the files had them, before ``m`` became
``m && MODULES``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kresolve.kconfig.expressions import NO, And, Const, Expr, Not, Or, Sym, Text, conjunction
from kresolve.kconfig.expressions import disjunction as any_of
from kresolve.kconfig.model import (
    AnyEntry,
    ChoiceEntry,
    Comment,
    Condition,
    If,
    Menu,
    MenuNode,
    Model,
    Prompt,
)
from kresolve.kconfig.tristate import OF_LETTER, M
from kresolve.kconfig.values import Type


def kconfig_text(model: Model) -> str:
    """The text of a Kconfig file from which the same values result."""
    return "\n".join(_Writer(model).lines())


def as_written(expr: Expr, modules: str | None) -> Expr:
    """A condition before ``rewrite_m``: ``m && MODULES`` is ``m`` again.

    >>> str(as_written(And((Sym("A"), Const(1), Sym("MODULES"))), "MODULES"))
    'A && m'
    """
    behind = NO if modules is None else Sym(modules)
    match expr:
        case Not(operand):
            return Not(as_written(operand, modules))
        case Or(operands):
            return any_of(as_written(operand, modules) for operand in operands)
        case And(operands):
            kept = [
                as_written(operand, modules)
                for place, operand in enumerate(operands)
                if not (operand == behind and place and operands[place - 1] == Const(M))
            ]
            return conjunction(kept)
        case _:
            return expr


class _Writer:
    """One pass over a model's entries."""

    def __init__(self, model: Model) -> None:
        self.model = model
        self.typed: set[str] = set()

    def lines(self) -> Iterator[str]:
        """All lines, a blank one between entries."""
        open_blocks: list[tuple[int, str]] = []
        for index, entry in enumerate(self.model.entries):
            while open_blocks and open_blocks[-1][0] != entry.parent:
                yield from (open_blocks.pop()[1], "")
            yield from (*self.entry(entry), "")
            end = {Menu: "endmenu", If: "endif", ChoiceEntry: "endchoice"}.get(type(entry))
            if end is not None:
                open_blocks.append((index, end))
        while open_blocks:
            yield from (open_blocks.pop()[1], "")

    def entry(self, entry: AnyEntry) -> Iterator[str]:
        """The lines of one entry."""
        match entry:
            case If():
                yield f"if {self.condition(entry.depends[0].expr)}"
            case Menu():
                yield f"menu {Text(entry.title)}"
                yield from self.depends(entry.depends)
                yield from (f"\tvisible if {guard.expr}" for guard in entry.heading)
            case Comment():
                yield f"comment {Text(entry.title)}"
                yield from self.depends(entry.depends)
            case ChoiceEntry():
                yield from self.choice(entry)
            case MenuNode():
                yield from self.config(entry)

    def choice(self, entry: ChoiceEntry) -> Iterator[str]:
        choice = self.model.choices[entry.choice]
        yield "choice"
        if not self.model.dialect.choice_lists:
            yield f"\t{choice.type}"
            yield from ["\toptional"] if choice.optional else []
        yield from (f"\tprompt {self.prompt(prompt)}" for prompt in entry.prompts)
        yield from self.depends(entry.depends)
        for default in entry.defaults:
            yield f"\tdefault {default.value}{self.suffix(default.condition)}"

    def config(self, entry: MenuNode) -> Iterator[str]:
        symbol = self.model.symbols[entry.symbol]
        yield f"{'menuconfig' if entry.is_menu else 'config'} {entry.symbol}"
        prompts = list(entry.prompts)
        letter = entry.symbol in OF_LETTER
        if entry.symbol not in self.typed and not letter and symbol.type is not Type.UNKNOWN:
            self.typed.add(entry.symbol)
            first = f" {self.prompt(prompts.pop(0))}" if prompts else ""
            yield f"\t{symbol.type}{first}"
            yield from self.marks(entry.symbol)
        yield from (f"\tprompt {self.prompt(prompt)}" for prompt in prompts)
        yield from self.depends(entry.depends)
        for default in () if letter else entry.defaults:
            yield f"\tdefault {default.value}{self.suffix(default.condition)}"
        for word, reverse in (("select", entry.selects), ("imply", entry.implies)):
            for select in reverse:
                yield f"\t{word} {select.target}{self.suffix(select.condition)}"
        for limits in entry.ranges:
            yield f"\trange {limits.low} {limits.high}{self.suffix(limits.condition)}"

    def marks(self, name: str) -> Iterator[str]:
        """What a symbol is besides its type."""
        symbol = self.model.symbols[name]
        if name == self.model.modules:
            yield "\tmodules" if self.model.dialect.ends_empty_menus else "\toption modules"
        if symbol.transitional:
            yield "\ttransitional"
        if symbol.allnoconfig_y:
            yield "\toption allnoconfig_y"
        if symbol.no_write:
            yield "\toption defconfig_list"

    def depends(self, guards: Iterable[Condition]) -> Iterator[str]:
        return (f"\tdepends on {self.condition(guard.expr)}" for guard in guards)

    def prompt(self, prompt: Prompt) -> str:
        return f"{Text(prompt.text)}{self.suffix(prompt.condition)}"

    def suffix(self, condition: Expr | None) -> str:
        return "" if condition is None else f" if {self.condition(condition)}"

    def condition(self, expr: Expr) -> str:
        return str(as_written(expr, self.model.modules))
