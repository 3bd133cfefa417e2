"""The page of a symbol: all Kconfig lines about it, with their values here.

Like menuconfig's help screen, with more: each part of a condition with its value,
each line with its place, active selectors before the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import ClassVar

from attrs import frozen

from kresolve.errors import RequestError
from kresolve.evaluator import Configuration
from kresolve.kconfig import markup
from kresolve.kconfig.expressions import Expr, Sym, Text, names, renamed
from kresolve.kconfig.help_texts import HelpTexts
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import (
    ChoiceEntry,
    MenuNode,
    Model,
    Range,
    ReverseDependency,
    Select,
    TreeInfo,
    outermost_first,
)
from kresolve.kconfig.similar_names import did_you_mean_option
from kresolve.kconfig.tristate import LETTERS
from kresolve.results import Result, Short


@frozen(repr=False)
class AnnotatedCondition(Short):
    """A condition: as it stands, with the symbols' values, its own value, and the values apart.

    Without a configuration ``value`` is empty, and so is ``symbols``.
    """

    text: str
    annotated: str
    value: str
    symbols: Mapping[str, str]


@frozen(repr=False)
class ConditionShown(Short):
    """A line that limits a definition; ``inherited`` if it stands around it."""

    word: str
    condition: AnnotatedCondition
    location: Location
    inherited: bool


@frozen(repr=False)
class PromptShown(Short):
    """A prompt; ``visible`` is up to which value it lets one choose, empty if not known."""

    text: str
    condition: AnnotatedCondition | None
    visible: str
    location: Location


@frozen(repr=False)
class DefaultShown(Short):
    """A default; ``active``: is it the one that would count here?  None if not known."""

    value: AnnotatedCondition
    condition: AnnotatedCondition | None
    active: bool | None
    location: Location


@frozen(repr=False)
class SelectShown(Short):
    """A select or imply, from either side: the other symbol, and how strong it is here.

    ``strength`` is the value that it gives, empty if not known; ``value`` that of
    the other symbol.
    """

    symbol: str
    value: str
    condition: AnnotatedCondition | None
    strength: str
    location: Location


@frozen(repr=False)
class RangeShown(Short):
    """A range; ``active`` as for a default."""

    text: str
    annotated: str
    condition: AnnotatedCondition | None
    active: bool | None
    location: Location


@frozen(repr=False)
class MenuNodeShown(Short):
    """One of a symbol's definitions."""

    location: Location
    menu: tuple[str, ...]
    prompts: tuple[PromptShown, ...]
    guards: tuple[ConditionShown, ...]
    defaults: tuple[DefaultShown, ...]
    selects: tuple[SelectShown, ...]
    implies: tuple[SelectShown, ...]
    ranges: tuple[RangeShown, ...]
    help: str


@frozen(repr=False)
class SymbolPage(Result):
    """Everything about a symbol.

    ``value``, ``cause`` (in a word: "user", "default", "selected", ...) and
    ``visible`` (up to which value) are empty without a configuration.
    ``choice`` is the prompt of the choice that it is a member of, ``members``
    are the others in it with their values.
    """

    name: str
    type: str
    prompt: str
    value: str
    cause: str
    visible: str
    menu: tuple[str, ...]
    definitions: tuple[MenuNodeShown, ...]
    selected_by: tuple[SelectShown, ...]
    implied_by: tuple[SelectShown, ...]
    choice: str
    members: Mapping[str, str]
    tree: TreeInfo
    #: What the configuration is called that the values are from; empty without one.
    base: str = ""

    schema: ClassVar = "kresolve.symbol/2"
    _keys: ClassVar = (
        *("tree", "base?", "symbol=name", "type", "prompt", "value", "cause", "visible", "menu"),
        *("definitions", "selected_by", "implied_by", "choice", "members"),
    )
    _rows_of: ClassVar = "definitions"

    def _summary(self) -> str:
        value = f"={self.value}" if self.value else ""
        return f"{self.name}{value} ({self.type}), {self.tree}: {self.prompt}"

    def _repr_html_(self) -> str:
        places = ", ".join(str(shown.location) for shown in self.definitions)
        rows = [
            ("type", markup.text(self.type)),
            ("value", markup.text(" ".join(filter(None, (self.value, self.cause))))),
            ("menu", markup.text(" > ".join(self.menu))),
            ("defined", markup.code(places)),
            *(
                (guard.word, f"{markup.code(guard.condition.annotated)} {guard.location}")
                for shown in self.definitions
                for guard in shown.guards
            ),
            ("selected by", markup.text(", ".join(line.symbol for line in self.selected_by[:8]))),
        ]
        return markup.block(
            f"{markup.code(self.name)} {markup.text(self.prompt)}",
            markup.table((markup.text(what), text) for what, text in rows if text),
        )


def symbol_page(
    model: Model, name: str, helps: HelpTexts, configuration: Configuration | None = None
) -> SymbolPage:
    """The page of a symbol, with values if a configuration is given.

    Raises RequestError, with a proposal, for a name that the tree does not have.
    """
    bare = name.removeprefix("CONFIG_")
    if bare not in model.symbols:
        hint = did_you_mean_option(bare, model.symbols)
        raise RequestError(f"{bare}: {model.info} has no such option{hint}")
    return _Pages(model, helps, configuration).page(bare)


class _Pages:
    """Makes the parts of a page, which share the model and the configuration."""

    def __init__(self, model: Model, helps: HelpTexts, configuration: Configuration | None) -> None:
        self.model = model
        self.helps = helps
        self.configuration = configuration

    def page(self, name: str) -> SymbolPage:
        """All of it."""
        model, configuration = self.model, self.configuration
        symbol = model.symbols[name]
        cause = visible = choice = ""
        if configuration is not None:
            evaluation = configuration.evaluation
            cause = evaluation.causes.get(name, ("", None))[0]
            visible = LETTERS[evaluation.visibility(symbol)]
        members: dict[str, str] = {}
        if symbol.choice is not None:
            entry = model.entries[model.choices[symbol.choice].entry]
            assert isinstance(entry, ChoiceEntry)
            choice = entry.prompts[0].text if entry.prompts else "choice"
            members = {m: self.value(m) for m in model.choices[symbol.choice].members if m != name}
        return SymbolPage(
            name=name,
            type=f"{symbol.type}{', transitional' if symbol.transitional else ''}",
            prompt=model.prompt(name) or "",
            value=self.value(name),
            cause=cause,
            visible=visible,
            menu=model.menu_path(name),
            definitions=tuple(self.definition(i, d) for i, d in model.menu_nodes(symbol)),
            selected_by=self.sources(model.selected_by.get(name, ())),
            implied_by=self.sources(model.implied_by.get(name, ())),
            choice=choice,
            members=members,
            tree=model.info,
        )

    def value(self, name: str) -> str:
        """A symbol's value; empty if it is not known."""
        return "" if self.configuration is None else self.configuration.get(name, "")

    def definition(self, index: int, definition: MenuNode) -> MenuNodeShown:
        """One definition."""
        return MenuNodeShown(
            location=definition.location,
            menu=self.model.titles_around(index),
            prompts=tuple(
                PromptShown(
                    prompt.text,
                    self.condition(prompt.condition),
                    ""
                    if self.configuration is None
                    else LETTERS[self.configuration.evaluation.prompt(index, prompt)],
                    prompt.location,
                )
                for prompt in definition.prompts
            ),
            guards=tuple(self.guards(index)),
            defaults=tuple(self.defaults(index, definition)),
            selects=tuple(self.targets(index, definition.selects)),
            implies=tuple(self.targets(index, definition.implies)),
            ranges=tuple(self.ranges(index, definition)),
            help=self.helps.of(definition),
        )

    def guards(self, index: int) -> Iterator[ConditionShown]:
        """The lines that limit a definition, outermost first."""
        limits = (*self.model.limits(index), *self.model.prompt_limits(index))
        for limit in outermost_first(limits):
            if limit.expr is not None and limit.word != "choice if":
                word = "depends on" if limit.word == "if" else limit.word
                shown = self.known(limit.expr)
                yield ConditionShown(word, shown, limit.location, inherited=limit.entry != index)

    def defaults(self, index: int, definition: MenuNode) -> Iterator[DefaultShown]:
        """The defaults, with which of them would count."""
        active = None
        if self.configuration is not None:
            active, _ = self.configuration.evaluation.default(index, definition)
        for default in definition.defaults:
            yield DefaultShown(
                self.known(default.value),
                self.condition(default.condition),
                None if self.configuration is None else default is active,
                default.location,
            )

    def ranges(self, index: int, definition: MenuNode) -> Iterator[RangeShown]:
        """The ranges, with which of them counts."""
        active: Range | None = None
        if self.configuration is not None:
            symbol = self.model.symbols[definition.symbol]
            active = self.configuration.evaluation.active_range(symbol)
        for limits in definition.ranges:
            low, high = (renamed(end, self.with_value) for end in (limits.low, limits.high))
            yield RangeShown(
                f"{limits.low} {limits.high}",
                f"{low} {high}",
                self.condition(limits.condition),
                None if self.configuration is None else limits is active,
                limits.location,
            )

    def targets(self, index: int, lines: Iterable[Select]) -> Iterator[SelectShown]:
        """The selects or implies of the symbol itself."""
        entry = self.model.entries[index]
        assert isinstance(entry, MenuNode)
        for line in lines:
            yield self.select(ReverseDependency(entry.symbol, index, line), line.target)

    def sources(self, sources: Iterable[ReverseDependency]) -> tuple[SelectShown, ...]:
        """Who selects or implies the symbol: those that count here first, strongest first."""
        lines = [self.select(source, source.selector) for source in sources]
        order = {"y": 0, "m": 1}
        return tuple(sorted(lines, key=lambda shown: order.get(shown.strength, 2)))

    def select(self, source: ReverseDependency, other: str) -> SelectShown:
        """A select or imply, as seen from one side; the other's value."""
        return SelectShown(
            other,
            self.value(other),
            self.condition(source.select.condition),
            self.strength(source),
            source.select.location,
        )

    def strength(self, source: ReverseDependency) -> str:
        """The value that a select or imply gives here; empty if not known."""
        if self.configuration is None:
            return ""
        return LETTERS[self.configuration.evaluation.reverse((source,), promoted=False)]

    def condition(self, expr: Expr | None) -> AnnotatedCondition | None:
        """A condition, None for none."""
        return None if expr is None else self.known(expr)

    def known(self, expr: Expr) -> AnnotatedCondition:
        """An expression with its values."""
        if self.configuration is None:
            return AnnotatedCondition(str(expr), str(expr), "", {})
        value = self.configuration.evaluation.value(expr)
        if isinstance(expr, Sym) and expr.name in self.configuration.evaluation.text:
            letter = self.configuration[expr.name]
        else:
            letter = expr.value if isinstance(expr, Text) else LETTERS[value]
        values = self.configuration
        symbols = {name: values[name] for name in names(expr) if name in values}
        return AnnotatedCondition(str(expr), str(renamed(expr, self.with_value)), letter, symbols)

    def with_value(self, name: str) -> str:
        """A symbol's name followed by its value, if that is known: ``NET [=y]``."""
        configuration = self.configuration
        is_known = configuration is not None and name in configuration
        return f"{name} [={self.value(name)}]" if is_known else name
