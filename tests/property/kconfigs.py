"""Random Kconfig trees as text, and random lines for them.

No loops by construction: symbols and choices have a hidden order, everything
refers to what comes earlier in it, selects and implies to what comes later;
the order in the file is another one.  A dialect says which grammar the kernels
of that time take; what conf refuses, and what kresolve refuses on purpose
(``BOOL != y``), is never written.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, TypeVar

from attrs import define, field, frozen
from hypothesis import strategies as st

DIALECTS: Final = ("5.10", "6.1", "6.12", "7.x")

_T = TypeVar("_T")

_LOGICAL: Final = ("bool", "tristate")
_TYPES: Final = ("bool", "bool", "bool", "tristate", "tristate", "tristate", "int", "hex", "string")
_OPERATORS: Final = ("=", "!=", "<", "<=", ">", ">=")
_UNDEFINED: Final = ("UNDEFINED", "NOWHERE")
_VALUES: Final = {
    "bool": ("y", "n"),
    "tristate": ("y", "m", "n"),
    "int": ("0", "1", "7", "12", "-3", "100"),
    "hex": ("0x0", "0x1", "0xA", "0x1f", "10", "0x100"),
    "string": ("", "a", "b", "y", "10", 'with "quotes" and \\'),
}
#: What a line may say besides a good value.
_BAD: Final = {
    "bool": ("m", "Y", '"y"', "yes", ""),
    "tristate": ("maybe", "Y", '"m"', "2", ""),
    "int": ("0x10", "007", "abc", "", "5 "),
    "hex": ("0xg", "abc", "0X1F", "-1", ""),
    "string": ("bare", '"open', '"end" rest', ""),
}
_PERCENT: Final = st.integers(0, 99)
_FAR: Final = 1000  # the rank of what nothing depends on


@frozen
class Symbol:
    """A symbol: its type, and its place in the hidden order."""

    name: str
    type: str
    rank: int
    in_choice: bool = False


@frozen
class Toy:
    """A Kconfig file and the text of a ``.config`` for it."""

    kconfig: str
    config: str
    symbols: tuple[Symbol, ...] = field(repr=False)

    def __repr__(self) -> str:
        return f"Toy(\n{self.kconfig}---\n{self.config})"


@frozen
class _Item:
    """Lines of a file that stand together; ``rank`` limits what may be around them."""

    rank: int
    lines: list[str]


@define
class _Builder:
    """One draw of a tree."""

    draw: Callable[[st.SearchStrategy[Any]], Any]
    dialect: str
    symbols: list[Symbol] = field(factory=list)
    modules: int = -1  # the rank of MODULES, -1: there is none
    transitional: set[str] = field(factory=set)

    # Dice

    def chance(self, percent: int) -> bool:
        """True so many times of a hundred; shrinks to False."""
        return self.number(0, 99) >= 100 - percent

    def number(self, low: int, high: int) -> int:
        strategy = _PERCENT if (low, high) == (0, 99) else st.integers(low, high)
        return int(self.draw(strategy))

    def one_of(self, options: Sequence[_T]) -> _T:
        return options[self.number(0, len(options) - 1)]

    @property
    def old(self) -> bool:
        """Are choices as before 6.10?"""
        return self.dialect in ("5.10", "6.1")

    # Expressions

    def earlier(self, limit: int, *types: str) -> list[Symbol]:
        return [s for s in self.symbols if s.rank < limit and (not types or s.type in types)]

    def expr(self, limit: int, depth: int = 2) -> str:
        """An expression; one that has to be in parentheses inside another is."""
        dice = self.number(0, 99)
        if depth and dice >= 85:
            word = self.one_of(("&&", "||"))
            parts = [self.operand(limit, depth - 1) for _ in range(self.number(2, 3))]
            return f" {word} ".join(parts)
        if depth and dice >= 72:
            return "!" + self.operand(limit, depth - 1)
        if dice >= 50:
            return self.comparison(limit)
        logical = self.earlier(limit, *_LOGICAL)
        if logical and dice < 42:
            return str(self.one_of(logical).name)
        # a literal m needs MODULES
        m = ("m", "m", "m") if self.modules < limit else ()
        return str(self.one_of(("y", "n", *m, self.one_of(_UNDEFINED))))

    def operand(self, limit: int, depth: int) -> str:
        text = self.expr(limit, depth)
        return f"({text})" if " " in text else text

    def comparison(self, limit: int) -> str:
        known = self.earlier(limit)
        if not known or self.chance(7):
            left, right = self.one_of(_UNDEFINED), self.one_of(("n", "y", "UNDEFINED", '"x"', "3"))
            return f"{left} {self.one_of(_OPERATORS)} {right}"
        symbol = self.one_of(known)
        right = self.constant(symbol.type)
        dice = self.number(0, 99)
        if dice >= 85:
            right = self.one_of(known).name
        elif dice >= 80:
            right = self.one_of(("0", '"12"', "0x7", "UNDEFINED", '""', "n"))
        if symbol.type in _LOGICAL:
            operator = self.one_of(("=", "!=", "=", "!=", "=", "!=", "<", "<=", ">", ">="))
            if symbol.type == "bool" and operator == "!=" and right.strip('"') == "y":
                operator = "="
        else:
            operator = self.one_of(_OPERATORS)
            if self.chance(8):
                return f"{right} {operator} {symbol.name}"
        return f"{symbol.name} {operator} {right}"

    def constant(self, type_: str) -> str:
        """A constant of a type as it stands in a Kconfig file."""
        value = self.one_of(_VALUES[type_])
        if type_ == "string" or (type_ in ("int", "hex") and self.chance(20)):
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'"{escaped}"'
        if type_ in _LOGICAL and self.chance(10):
            return f'"{value}"'
        return value

    def condition(self, limit: int, percent: int = 40) -> str:
        """``if expression``, or nothing."""
        return f" if {self.expr(limit)}" if self.chance(percent) else ""

    def depends(self, limit: int, percent: int = 40) -> list[str]:
        lines: list[str] = []
        while self.chance(percent) and len(lines) < 3:
            newest = self.dialect == "7.x" and self.chance(30)
            lines.append(
                f"\tdepends on {self.expr(limit)}" + (self.condition(limit, 100) if newest else "")
            )
            percent //= 2
        return lines

    # Properties

    def default_value(self, symbol: Symbol) -> str:
        if symbol.type in _LOGICAL:
            if self.chance(60):
                # "default m" is no condition: it needs no MODULES
                return self.one_of(("y", "y", "n", "m"))
            return self.expr(symbol.rank)
        if self.chance(25):
            # conf dies of a choice's member as the default of a number or text
            known = [s for s in self.earlier(symbol.rank) if not s.in_choice]
            same = [s for s in known if s.type == symbol.type]
            if known:
                return self.one_of(same or known).name
        if self.chance(6):
            return self.one_of(_UNDEFINED)
        return self.constant(symbol.type)

    def properties(self, symbol: Symbol, *, prompt: bool, typed: bool) -> list[str]:
        """The lines of a definition, without its first."""
        limit = symbol.rank
        lines: list[str] = []
        shown = f' "{symbol.name} prompt"' if prompt else ""
        when = self.condition(limit, 30) if prompt else ""
        plain = not symbol.in_choice
        if typed and plain and symbol.type in _LOGICAL and self.chance(20):
            lines.append(
                f"\tdef_{symbol.type} {self.default_value(symbol)}{self.condition(limit, 30)}"
            )
            if prompt:
                lines.append(f"\tprompt{shown}{when}")
        elif typed and not (prompt and self.chance(15)):
            lines.append(f"\t{symbol.type}{shown}{when}")
        else:
            if typed:
                lines.append(f"\t{symbol.type}")
            if prompt:
                lines.append(f"\tprompt{shown}{when}")
        rest = self.depends(limit)
        while plain and self.chance(45) and len(rest) < 6:
            rest.append(f"\tdefault {self.default_value(symbol)}{self.condition(limit)}")
        if symbol.type in _LOGICAL:
            rest += self.reverse(symbol)
        if symbol.type in ("int", "hex"):
            while self.chance(40) and len(rest) < 8:
                rest.append(f"\trange {self.bounds(symbol)}{self.condition(limit, 30)}")
        if self.chance(50):
            rest.reverse()
        lines += rest
        if self.chance(10):
            lines += ["\thelp", "\t  Some help, config X", "", "\t  y if unsure."]
        return lines

    def reverse(self, symbol: Symbol) -> list[str]:
        """Selects and implies of what is later in the hidden order."""
        lines: list[str] = []
        later = [s for s in self.symbols if s.rank > symbol.rank]
        if self.chance(75):  # a select of any other does nothing but keep it from savedefconfig
            later = [s for s in later if s.type in _LOGICAL]
        # before 6.10 a choice depends on what selects its members
        later = [s for s in later if not s.in_choice or (not self.old and self.chance(30))]
        while later and self.chance(25) and len(lines) < 3:
            target = self.one_of(later)
            word = self.one_of(("select", "imply"))
            lines.append(f"\t{word} {target.name}{self.condition(target.rank)}")
        if self.chance(3):
            lines.append("\tselect NOT_THERE")
        return lines

    def bounds(self, symbol: Symbol) -> str:
        numbers = {"int": ("0", "1", "5", "-2", "50"), "hex": ("0x0", "0x2", "5", "0xF")}
        bounds = [self.one_of(numbers[symbol.type]) for _ in range(2)]
        bounds.sort(key=lambda text: int(text, 16 if symbol.type == "hex" else 10))
        others = self.earlier(symbol.rank, "int", "hex")
        for place in (0, 1):
            if others and self.chance(25):
                bounds[place] = self.one_of(others).name
        return " ".join(bounds)

    # Entries

    def definition(self, symbol: Symbol, *, first: bool) -> list[str]:
        """One definition of a symbol that is in no choice."""
        if self.dialect == "7.x" and first and symbol.rank != self.modules and self.chance(8):
            self.transitional.add(symbol.name)  # it can have nothing else
            return [f"config {symbol.name}", f"\t{symbol.type}", "\ttransitional"]
        prompt = self.chance(75 if first else 40)
        word = "menuconfig" if prompt and self.chance(15) else "config"
        head = [f"{word} {symbol.name}"]
        if first and symbol.rank == self.modules:
            keyword = "option modules" if self.dialect == "5.10" else "modules"
            head.append(f"\t{keyword}")
        typed = first or self.chance(60)
        return head + self.properties(symbol, prompt=prompt, typed=typed)

    def choice(self, members: Sequence[Symbol]) -> list[str]:
        """A choice with its members."""
        rank = members[0].rank
        type_ = "tristate" if members[0].type == "tristate" else "bool"
        name = members[0].name
        when = self.condition(rank, 30)
        lines = ["choice"]
        untyped = self.old and self.chance(30)
        if self.old and not untyped:
            lines += [f'\t{type_} "Choice of {name}"{when}']
        else:
            lines += [f'\tprompt "Choice of {name}"{when}']
        if self.old and self.chance(20):
            lines.append("\toptional")
        lines += self.depends(rank, 30)
        while self.chance(40) and len(lines) < 6:
            lines.append(f"\tdefault {self.one_of(members).name}{self.condition(rank)}")
        lines.append("")
        for member in members:
            own = [f"config {member.name}", *self.properties(member, prompt=True, typed=True)]
            # the first gives a choice its type, if it stands directly in it
            if self.chance(12) and not (untyped and member is members[0]):
                own = [f"if {self.expr(rank)}", "", *own, "", "endif"]
            lines += [*own, ""]
            if self.chance(8):
                lines += [*self.comment("in a choice"), ""]
            # again in the same choice, which newer kernels refuse
            if self.dialect != "7.x" and self.chance(6):
                lines += [f"config {member.name}", '\tbool "again"', *self.depends(rank, 50), ""]
        return [*lines, "endchoice"]

    def comment(self, where: str) -> list[str]:
        return [f'comment "A comment {where}"', *self.depends(_FAR, 60)]

    def grouped(self, items: list[_Item], depth: int = 0) -> list[str]:
        """Items one after the other, some of them in menus and ifs."""
        lines: list[str] = []
        place = 0
        while place < len(items):
            if depth < 3 and self.chance(20):
                size = self.number(1, len(items) - place)
                inside = items[place : place + size]
                place += size
                limit = min(item.rank for item in inside)
                body = self.grouped(inside, depth + 1)
                if self.chance(50):
                    lines += [f"if {self.expr(limit)}", "", *body, "endif", ""]
                else:
                    lines += [*self.menu(limit, len(lines)), "", *body, "endmenu", ""]
            else:
                lines += [*items[place].lines, ""]
                place += 1
        return lines

    def menu(self, limit: int, number: int) -> list[str]:
        lines = [f'menu "Menu {number}"', *self.depends(limit, 40)]
        while self.chance(35) and len(lines) < 5:
            lines.append(f"\tvisible if {self.expr(limit)}")
        return lines

    # The whole

    def plan_symbols(self, most: int) -> list[list[Symbol]]:
        """The symbols in their hidden order; those of a choice are one node."""
        number = min(most, self.number(1, 2 * most))  # shrinks to few, is mostly many
        modules = -1 if self.chance(25) else 0
        if modules == 0 and self.chance(20):
            modules = self.number(0, number - 1)
        self.modules = modules
        nodes: list[list[Symbol]] = []
        count = 0
        while count < number or len(nodes) <= modules:
            rank = len(nodes)
            if rank == modules:
                nodes.append([Symbol("MODULES", "bool", rank)])
                count += 1
            elif self.chance(18):
                tristate = self.old and rank > modules and self.chance(30)
                type_ = "tristate" if tristate else "bool"
                size = self.number(1, 4)
                nodes.append(
                    [
                        Symbol(f"C{rank}{letter}", type_, rank, in_choice=True)
                        for letter in "ABCD"[:size]
                    ]
                )
                count += size
            else:
                type_ = self.one_of(_TYPES)
                if rank < modules and type_ == "tristate":
                    # conf calculates it before or after MODULES, as it happens
                    type_ = "bool"
                nodes.append([Symbol(f"{type_[0].upper()}{rank}", type_, rank)])
                count += 1
        self.symbols = [symbol for node in nodes for symbol in node]
        return nodes

    def tree(self, most: int) -> str:
        items: list[_Item] = []
        for node in self.plan_symbols(most):
            rank = node[0].rank
            if node[0].in_choice:
                items.append(_Item(rank, self.choice(node)))
                for member in node:
                    if self.chance(8):  # outside it has no prompt
                        extra = self.properties(member, prompt=False, typed=self.chance(50))
                        lines = [f"config {member.name}", *extra]
                        items.insert(self.number(0, len(items)), _Item(rank, lines))
                continue
            items.append(_Item(rank, self.definition(node[0], first=True)))
            for _ in range(2):
                if self.chance(12) and node[0].name not in self.transitional:
                    lines = self.definition(node[0], first=False)
                    items.insert(self.number(0, len(items)), _Item(rank, lines))
        if self.chance(30):
            where = self.number(0, len(items))
            items.insert(where, _Item(_FAR, self.comment("somewhere")))
        if self.chance(30):
            items = list(self.draw(st.permutations(items)))
        title = ['mainmenu "A toy"', ""] if self.chance(50) else []
        # what is transitional depends on nothing, not even by what is around it
        alone = [item for item in items if "\ttransitional" in item.lines]
        items = [item for item in items if "\ttransitional" not in item.lines]
        last = [line for item in alone for line in (*item.lines, "")]
        return "\n".join([*title, *self.grouped(items), *last])

    def config(self) -> str:
        """Lines for the symbols: most of them good ones."""
        lines: list[str] = []
        for _ in range(self.number(0, 2 * len(self.symbols))):
            symbol = self.one_of(self.symbols)
            dice = self.number(0, 99)
            if dice >= 92:
                lines.append(
                    self.one_of(
                        (
                            "CONFIG_UNKNOWN=y",
                            "# a comment",
                            "",
                            "garbage",
                            f"CONFIG_{symbol.name}",
                            f"CONFIG_{symbol.name} =y",
                            f"# CONFIG_{symbol.name} is not set at all",
                            f" CONFIG_{symbol.name}=y",
                        )
                    )
                )
            elif dice >= (50 if symbol.type == "string" else 78):
                lines.append(f"CONFIG_{symbol.name}={self.one_of(_BAD[symbol.type])}")
            elif dice >= (47 if symbol.type == "string" else 75):
                lines.append(f"# CONFIG_{symbol.name} is not set")
            else:
                lines.append(self.line(symbol, self.one_of(_VALUES[symbol.type])))
        end = "\r\n" if self.chance(5) else "\n"
        return "".join(line + end for line in lines)

    @staticmethod
    def line(symbol: Symbol, value: str) -> str:
        """A line that conf understands."""
        if symbol.type == "string":
            escaped = value.replace("\\", "\\\\").replace('"', '\\"')
            return f'CONFIG_{symbol.name}="{escaped}"'
        if value == "n":
            return f"# CONFIG_{symbol.name} is not set"
        return f"CONFIG_{symbol.name}={value}"


@st.composite
def toys(draw: Callable[..., Any], dialect: str = "6.12", *, most: int = 10) -> Toy:
    """Trees with about so many symbols, each with lines for it."""
    assert dialect in DIALECTS
    builder = _Builder(draw, dialect)
    kconfig = builder.tree(most)
    return Toy(kconfig, builder.config(), tuple(builder.symbols))
