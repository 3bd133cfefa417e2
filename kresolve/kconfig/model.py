"""The model of a tree's Kconfig: what its files say, immutable, by name.

A model holds the entries of all Kconfig files in menu order, with the place
of every line that matters, the symbols and choices that these entries define,
and what was true when the tree was read (version, architecture, toolchain).
It refers to symbols by name and knows nothing about values: the evaluator and
the encoder both start from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import ClassVar, Literal, TypeAlias

from attrs import field, frozen

from kresolve.kconfig import markup
from kresolve.kconfig.dialect import Dialect
from kresolve.kconfig.expressions import Expr, Operand, Sym
from kresolve.kconfig.location import Location
from kresolve.kconfig.values import BOOL_TRISTATE, Type
from kresolve.results import Short


@frozen
class Condition:
    """One line that limits what follows: ``depends on``, ``if``, ``visible if``."""

    expr: Expr
    location: Location


@frozen
class Prompt:
    """A prompt, with the condition written behind it."""

    text: str
    condition: Expr | None
    location: Location


@frozen
class Default:
    """``default value if condition`` (and ``def_bool``, ``def_tristate``)."""

    value: Expr
    condition: Expr | None
    location: Location


@frozen
class Select:
    """``select target if condition``; also ``imply``, told apart by its list."""

    target: str
    condition: Expr | None
    location: Location


@frozen
class Range:
    """``range low high if condition``."""

    low: Operand
    high: Operand
    condition: Expr | None
    location: Location


Rule: TypeAlias = Prompt | Default | Select | Range


@frozen(kw_only=True)
class Entry:
    """Something that stands in the menu tree; ``parent`` is its index there, -1 at the top."""

    parent: int
    location: Location
    depends: tuple[Condition, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its prompts, defaults, selects, implies and ranges."""
        return ()

    def conditions(self) -> Iterator[tuple[Expr, Location]]:
        """What stands behind its ``depends on``, and behind ``if`` on its rules."""
        yield from ((limit.expr, limit.location) for limit in self.depends)
        for rule in self.rules:
            if rule.condition is not None:
                yield rule.condition, rule.location


@frozen(kw_only=True)
class Menu(Entry):
    """``menu`` ... ``endmenu``.

    ``visible`` limits the prompts inside.  ``heading`` is the same for the
    menu's own heading, for which conf takes a literal m as it stands.
    """

    title: str
    visible: tuple[Condition, ...] = ()
    heading: tuple[Condition, ...] = ()

    def conditions(self) -> Iterator[tuple[Expr, Location]]:
        """What stands behind its ``depends on`` and ``visible if``."""
        yield from ((limit.expr, limit.location) for limit in (*self.depends, *self.visible))


@frozen(kw_only=True)
class If(Entry):
    """``if`` ... ``endif``; its only dependency is its condition."""


@frozen(kw_only=True)
class Comment(Entry):
    """``comment``."""

    title: str


@frozen(kw_only=True)
class ChoiceEntry(Entry):
    """``choice`` ... ``endchoice``."""

    choice: int
    prompts: tuple[Prompt, ...] = ()
    defaults: tuple[Default, ...] = ()

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its prompts and defaults."""
        return *self.prompts, *self.defaults


@frozen(kw_only=True)
class MenuNode(Entry):
    """``config`` or ``menuconfig``: one of a symbol's definitions."""

    symbol: str
    is_menu: bool = False
    prompts: tuple[Prompt, ...] = ()
    defaults: tuple[Default, ...] = ()
    selects: tuple[Select, ...] = ()
    implies: tuple[Select, ...] = ()
    ranges: tuple[Range, ...] = ()
    help_line: int = 0

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Its prompts, defaults, selects, implies and ranges."""
        return *self.prompts, *self.defaults, *self.selects, *self.implies, *self.ranges


AnyEntry: TypeAlias = Menu | If | Comment | ChoiceEntry | MenuNode


#: How a condition limits: what stands at the entry or around it; a choice that has a value
#: of its own (before 6.10), and its prompt; what stands behind a default or select.
LimitWord: TypeAlias = Literal[
    "depends on",
    "if",
    "prompt if",
    "visible if",
    "choice",
    "choice if",
    "default if",
    "select if",
]


@frozen
class Limit:
    """A condition that an entry stands under, at itself or at an entry around it.

    ``word`` says how it limits, ``entry`` is the index of the entry where it stands.
    A choice that has a value of its own (before 6.10) limits its members: then
    ``expr`` is None.
    """

    word: LimitWord
    expr: Expr | None
    location: Location
    entry: int

    def __str__(self) -> str:
        """The line in Kconfig's words."""
        return self.word if self.expr is None else f"{self.word} {self.expr}"


def outermost_first(limits: Iterable[Limit]) -> list[Limit]:
    """Limits in the order of the entries where they stand, parents before children."""
    return sorted(limits, key=lambda limit: limit.entry)


@frozen
class Symbol:
    """A symbol: its type, and the indices of the entries that define it."""

    name: str
    type: Type
    menu_nodes: tuple[int, ...]
    #: The index of the choice that it is a member of, if it is.
    choice: int | None = None
    #: ``transitional``: always takes the user's value, and is never written.
    transitional: bool = False
    #: ``option allnoconfig_y``: allnoconfig answers y.
    allnoconfig_y: bool = False
    #: ``option defconfig_list``: never written.
    no_write: bool = False

    @property
    def is_bool_or_tristate(self) -> bool:
        """Is it bool or tristate?"""
        return self.type in BOOL_TRISTATE

    def _repr_html_(self) -> str:
        times = len(self.menu_nodes)
        words = (
            str(self.type),
            f"defined {times} times" if times > 1 else "",
            "a member of a choice" if self.choice is not None else "",
            "transitional" if self.transitional else "",
        )
        kind = ", ".join(word for word in words if word)
        return markup.block(f"{markup.code(self.name)} {markup.text(kind)}")


@frozen
class Choice:
    """A choice: the entry that opens it, and its members in menu order.

    Since 6.10 every choice is a bool and none is optional.
    """

    index: int
    entry: int
    members: tuple[str, ...]
    type: Type = Type.BOOL
    optional: bool = False


@frozen(repr=False)
class TreeInfo(Short):
    """What was read, and with what: part of every answer."""

    version: str
    arch: str
    srcarch: str
    source: str
    #: (tool, version) for people, "not found" included.
    toolchain: tuple[tuple[str, str], ...] = ()
    #: The variables that conf gets, sorted; many, and full of paths, so repr() is without them.
    variables: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    #: The defconfig that ``make defconfig`` takes.
    defconfig: str = ""
    #: Sizes and times of the files that were read, as one digest.
    stamp: str = ""

    _keys: ClassVar = ("version", "arch", "source", "toolchain=tools")

    def __str__(self) -> str:
        return f"Linux {self.version} {self.arch}"

    @property
    def tools(self) -> Mapping[str, str]:
        """The toolchain: each tool, by the name of its variable, with its version for people."""
        return dict(self.toolchain)


@frozen
class ReverseDependency:
    """A ``select`` or ``imply`` seen from its target: the selector, and its definition."""

    selector: str
    definition: int
    select: Select


@frozen(eq=False, repr=False)
class Model(Short):
    """All that the Kconfig files of one tree say for one architecture.

    ``entries`` is in menu order, parents before children.  ``symbols`` maps
    names in the order of their first definition.  ``order`` lists names and
    choice indices so that everything that a value is calculated from comes
    before it, and ``modules`` with all that it needs before anything else.
    """

    info: TreeInfo
    dialect: Dialect
    title: str
    entries: tuple[AnyEntry, ...]
    symbols: Mapping[str, Symbol]
    choices: tuple[Choice, ...]
    #: The symbol that switches modules on; None in trees without one.
    modules: str | None
    order: tuple[str | int, ...]
    warnings: tuple[str, ...] = ()
    #: The Kconfig files that were read, relative to the tree.
    files: tuple[str, ...] = ()

    def _summary(self) -> str:
        return f"{self.info}: {len(self.symbols)} symbols"

    def menu_nodes(self, symbol: Symbol) -> Iterator[tuple[int, MenuNode]]:
        """A symbol's definitions, each with its index among the entries."""
        for index in symbol.menu_nodes:
            entry = self.entries[index]
            assert isinstance(entry, MenuNode)
            yield index, entry

    def members(self, node: str | int) -> tuple[str, ...]:
        """The members of a choice, by its index; of a symbol, its name."""
        return self.choices[node].members if isinstance(node, int) else (node,)

    def descendants(self, index: int) -> range:
        """The indices of the entries that stand inside an entry, at any depth."""
        end = index + 1
        while end < len(self.entries) and self.entries[end].parent >= index:
            end += 1
        return range(index + 1, end)

    def has_prompt(self, symbol: Symbol) -> bool:
        """Has any definition of the symbol a prompt?"""
        return any(definition.prompts for _, definition in self.menu_nodes(symbol))

    def is_assignable(self, symbol: Symbol) -> bool:
        """Can a line of a ``.config`` give the symbol a value?

        One with a prompt, or one that is transitional: conf always takes the
        user's value for it, though it never writes it.
        """
        return symbol.transitional or self.has_prompt(symbol)

    def location(self, name: str) -> Location | None:
        """Where a symbol is defined first, with a prompt if any has one."""
        symbol = self.symbols.get(name)
        if symbol is None:
            return None
        found = [definition for _, definition in self.menu_nodes(symbol)]
        return next((d for d in found if d.prompts), found[0]).location

    def prompt(self, name: str) -> str | None:
        """The text of a symbol's first prompt, if it has one."""
        symbol = self.symbols.get(name)
        if symbol is None:
            return None
        for _, definition in self.menu_nodes(symbol):
            if definition.prompts:
                return definition.prompts[0].text
        return None

    def menu_path(self, name: str) -> tuple[str, ...]:
        """The titles of the menus that one walks through to a symbol, outermost first."""
        symbol = self.symbols.get(name)
        if symbol is None:
            return ()
        found = list(self.menu_nodes(symbol))
        index, _ = next(((i, d) for i, d in found if d.prompts), found[0])
        return self.titles_around(index)

    # What stands around an entry

    def ancestors(self, index: int) -> Iterator[tuple[int, AnyEntry]]:
        """An entry, and those around it, innermost first, each with its index."""
        while index >= 0:
            entry = self.entries[index]
            yield index, entry
            index = entry.parent

    def titles_around(self, index: int) -> tuple[str, ...]:
        """The titles of the menus and choices around an entry, outermost first."""
        titles: list[str] = []
        for _, entry in self.ancestors(self.entries[index].parent):
            if isinstance(entry, Menu):
                titles.append(entry.title)
            elif isinstance(entry, ChoiceEntry) and entry.prompts:
                titles.append(entry.prompts[0].text)
        return tuple(reversed(titles))

    def limits(self, index: int) -> tuple[Limit, ...]:
        """The dependencies of an entry and of those around it, innermost first.

        Before 6.10 a choice around it is one; behind it stands what limits the choice.
        """
        known = self._limits.get(index)
        if known is None:
            entry = self.entries[index]
            word: LimitWord = "if" if isinstance(entry, If) else "depends on"
            known = tuple(Limit(word, line.expr, line.location, index) for line in entry.depends)
            if entry.parent >= 0:
                above = self.entries[entry.parent]
                if isinstance(above, ChoiceEntry) and not self.dialect.choice_lists:
                    known += (Limit("choice", None, above.location, entry.parent),)
                    known += tuple(
                        Limit("choice if", prompt.condition, prompt.location, entry.parent)
                        for prompt in above.prompts
                        if prompt.condition is not None
                    )
                known += self.limits(entry.parent)
            self._limits[index] = known
        return known

    def prompt_limits(self, index: int, prompt: Prompt | None = None) -> Iterator[Limit]:
        """What limits a prompt beyond its entry's dependencies, innermost first.

        Without a prompt, what limits any.
        """
        if prompt is not None and prompt.condition is not None:
            yield Limit("prompt if", prompt.condition, prompt.location, index)
        for place, entry in self.ancestors(index):
            for line in entry.visible if isinstance(entry, Menu) else ():
                yield Limit("visible if", line.expr, line.location, place)

    @cached_property
    def _limits(self) -> dict[int, tuple[Limit, ...]]:
        """The limits of entries that were asked for."""
        return {}

    @cached_property
    def menu_index(self) -> Mapping[str, int]:
        """The place of each symbol in menu order."""
        return {name: place for place, name in enumerate(self.symbols)}

    @cached_property
    def options(self) -> frozenset[str]:
        """The names of what people choose: bools and tristates with a prompt."""
        return frozenset(
            symbol.name
            for symbol in self.symbols.values()
            if symbol.is_bool_or_tristate and self.has_prompt(symbol)
        )

    def is_option(self, name: str) -> bool:
        """Is a symbol among the :attr:`options`?  Quicker than to look for all of them."""
        symbol = self.symbols[name]
        return symbol.is_bool_or_tristate and self.has_prompt(symbol)

    @cached_property
    def selected_by(self) -> Mapping[str, tuple[ReverseDependency, ...]]:
        """For each selected symbol, who selects it, in the order of the files."""
        return self._reversed("selects")

    @cached_property
    def implied_by(self) -> Mapping[str, tuple[ReverseDependency, ...]]:
        """For each implied symbol, who implies it, in the order of the files."""
        return self._reversed("implies")

    @cached_property
    def by_prompt(self) -> Mapping[str, tuple[MenuNode, ...]]:
        """For each text of a prompt, the definitions that have it, in menu order."""
        found: dict[str, list[MenuNode]] = {}
        for entry in self.entries:
            if isinstance(entry, MenuNode):
                for text in {prompt.text for prompt in entry.prompts}:
                    found.setdefault(text, []).append(entry)
        return {text: tuple(entries) for text, entries in found.items()}

    @cached_property
    def default_of(self) -> Mapping[str, tuple[tuple[MenuNode, Default], ...]]:
        """For each symbol, the defaults of others that are just this symbol, in menu order."""
        found: dict[str, list[tuple[MenuNode, Default]]] = {}
        for entry in self.entries:
            if isinstance(entry, MenuNode):
                for default in entry.defaults:
                    if isinstance(default.value, Sym) and default.value.name != entry.symbol:
                        found.setdefault(default.value.name, []).append((entry, default))
        return {name: tuple(pairs) for name, pairs in found.items()}

    def _reversed(self, which: str) -> Mapping[str, tuple[ReverseDependency, ...]]:
        found: dict[str, list[ReverseDependency]] = {}
        for index, entry in enumerate(self.entries):
            if isinstance(entry, MenuNode):
                for select in getattr(entry, which):
                    found.setdefault(select.target, []).append(
                        ReverseDependency(entry.symbol, index, select)
                    )
        return {target: tuple(sources) for target, sources in found.items()}
