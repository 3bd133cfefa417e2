"""A configuration: the values that conf computes from lines, and its ``.config``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import ClassVar

from attrs import evolve, frozen

from kresolve.dotconfig.lines import Line, spell
from kresolve.dotconfig.user_values import ConfMode, UserValues, more_user_values, user_values
from kresolve.evaluator.evaluation import Evaluation
from kresolve.evaluator.incremental import reevaluate
from kresolve.kconfig import markup
from kresolve.kconfig.expressions import Sym
from kresolve.kconfig.memory import gc_paused
from kresolve.kconfig.model import Comment, Menu, MenuNode, Model, Symbol
from kresolve.kconfig.tristate import LETTERS, N
from kresolve.kconfig.values import BOOL_TRISTATE, Type
from kresolve.results import Result


@frozen
class SymbolValue:
    """A symbol's value in a configuration; ``written``: has it a line in the ``.config``?"""

    symbol: str
    type: Type
    value: str
    written: bool


@frozen(eq=False, repr=False)
class Configuration(Result, Mapping[str, str]):
    """The values of all symbols, as a mapping from names to text.

    Names may have CONFIG_ before them.  bool and tristate values are "n", "m" and "y".  A
    name that the tree does not define is a KeyError.
    """

    model: Model
    mode: ConfMode
    evaluation: Evaluation
    #: What the lines said; what was calculated with in the end can differ for defconfig.
    user: UserValues

    schema: ClassVar = "kresolve.config/1"
    _keys: ClassVar = ("tree=model.info", "mode", "values=_values")
    _rows_of: ClassVar = "values"

    def __str__(self) -> str:
        """The ``.config``."""
        return self.text()

    def _summary(self) -> str:
        return f"{self.model.info}, make {self.mode}: {len(self.lines)} options in the .config"

    @property
    def _values(self) -> Iterator[SymbolValue]:
        for name in self:
            is_written = name in self.evaluation.written
            yield SymbolValue(name, self.model.symbols[name].type, self[name], is_written)

    def __getitem__(self, name: str) -> str:
        value = self.evaluation.bool_tristate.get(name)
        if value is not None:
            return LETTERS[value]
        text = self.evaluation.text.get(name)
        if text is not None:
            return text
        if name.startswith("CONFIG_") and name not in self.model.symbols:
            return self[name.removeprefix("CONFIG_")]
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.model.symbols if name in self)

    def __contains__(self, name: object) -> bool:
        if name in self.evaluation.bool_tristate or name in self.evaluation.text:
            return True
        return (
            isinstance(name, str)
            and name.startswith("CONFIG_")
            and name not in self.model.symbols
            and name.removeprefix("CONFIG_") in self
        )

    def __len__(self) -> int:
        return len(self.evaluation.bool_tristate) + len(self.evaluation.text)

    def tristate(self, name: str) -> int:
        """The value of a bool or tristate as 0, 1 or 2; 0 for anything else."""
        return self.evaluation.bool_tristate.get(name, N)

    def shown(self, name: str) -> str:
        """What the ``.config`` says of a symbol; nothing of a number or text that has no line."""
        if name in self.evaluation.bool_tristate or name in self.evaluation.written:
            return self[name]
        return ""

    def spelled(self, name: str) -> str:
        """The value of a symbol as it stands in a ``.config``: that of a string with quotes."""
        return spell(self.model.symbols[name].type, self[name])

    def changes(self, other: Configuration) -> list[str]:
        """The symbols that have another value in another configuration, in order."""
        mine, theirs = self.evaluation, other.evaluation
        names: Collection[str] = self.model.symbols
        for newer, older in ((mine, theirs), (theirs, mine)):
            if newer.since is not None and newer.since[0] is older.mark:
                names = newer.since[1]
        changed = (
            name
            for name in names
            if mine.bool_tristate.get(name) != theirs.bool_tristate.get(name)
            or mine.text.get(name) != theirs.text.get(name)
        )
        return sorted(changed, key=self.model.menu_index.__getitem__)

    def with_lines(
        self, lines: Iterable[Line], *, near: Configuration | None = None
    ) -> Configuration:
        """What conf makes of the lines behind this configuration with ``lines`` after them.

        Only what changes is calculated, mostly in a millisecond; everything is
        for defconfig, where conf calculates everything twice.  ``near`` is a configuration
        from which less changes, if there is one.
        """
        with gc_paused():
            user = more_user_values(self.model, self.user, lines)
            return _evaluated(self.model, user, near or self)

    def is_start_for(self, model: Model, user: UserValues) -> bool:
        """Can other user values be evaluated from what changes here?"""
        return (
            self.model is model
            and self.mode == user.mode
            and self.evaluation.user is self.user
            and self.evaluation.whole
        )

    def line(self, name: str) -> Line:
        """The value of a symbol as a line."""
        symbol = self.model.symbols[name]
        return Line(name, self.spelled(name), literal=not symbol.is_bool_or_tristate)

    def _repr_html_(self) -> str:
        counts = Counter(line.value for line in self.lines)
        others = len(self.lines) - counts["y"] - counts["m"] - counts["n"]
        return markup.block(
            f"{markup.strong(self.model.info)} {markup.text(self.mode)}",
            markup.text(
                f"{counts['y']} options are y, {counts['m']} m, {counts['n']} not set; "
                f"{others} have a number or text"
            ),
        )

    @property
    def written(self) -> frozenset[str]:
        """The symbols that conf writes into the ``.config``."""
        return frozenset(self.evaluation.written)

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The assignments that conf writes, in its order."""
        return tuple(
            self.line(name) for name in self.model.symbols if name in self.evaluation.written
        )

    def text(self) -> str:
        """The ``.config`` to the letter (scripts/kconfig/confdata.c, ``conf_write``)."""
        return "".join(_render(self))


def evaluate(
    model: Model,
    lines: Iterable[Line] | None,
    mode: ConfMode = "olddefconfig",
    *,
    since: Configuration | None = None,
    nodes: Sequence[str | int] | None = None,
) -> Configuration:
    """What conf makes of ``lines``: the whole configuration, in some 50 ms.

    ``lines`` is None where there is no file at all.  ``mode`` is the target
    that reads the lines; see :data:`ConfMode`.  With ``since``, a configuration of
    the model for the same target, what the two have in common is taken from it.
    With ``nodes``, a cone of the dependencies in the model's order, only their values are
    calculated.
    """
    with gc_paused():
        user = user_values(model, lines, mode)
        return _evaluated(model, user, since, nodes)


def _evaluated(
    model: Model,
    user: UserValues,
    since: Configuration | None = None,
    nodes: Sequence[str | int] | None = None,
) -> Configuration:
    evaluation = _first(model, user, since, nodes)
    if user.mode == "defconfig":
        # conf --defconfig calculates everything again after reading.
        if model.dialect.forgets_out_of_range:
            evaluation.forget_out_of_range()
        user_values = remembered(evaluation)
        if user_values != user:
            evaluation = Evaluation(model, user_values)
            evaluation.run(nodes)
    return Configuration(model, user.mode, evaluation, user)


def _first(
    model: Model,
    user: UserValues,
    since: Configuration | None,
    nodes: Sequence[str | int] | None,
) -> Evaluation:
    """What conf calculates of user values, after which it may calculate everything again."""
    if since is not None and nodes is None and since.is_start_for(model, user):
        return reevaluate(since.evaluation, user)
    evaluation = Evaluation(model, user)
    evaluation.run(nodes)
    return evaluation


def remembered(evaluation: Evaluation) -> UserValues:
    """What conf takes the user to have said when it calculates everything again.

    A number out of range is forgotten (up to 6.1); what a transitional symbol's line gave
    to another symbol as its default is that one's own (from 6.18, ``sym_calc_value``).
    """
    user = evaluation.user
    logical = dict(user.bool_tristate)
    text = {
        name: text_value
        for name, text_value in user.text.items()
        if name not in evaluation.forgotten
    }
    for symbol, text_value in _inherited(evaluation):
        if symbol.type in BOOL_TRISTATE:
            logical[symbol.name] = evaluation.bool_tristate[symbol.name]
        else:
            text[symbol.name] = evaluation.stored_text(text_value)
    return evolve(user, bool_tristate=logical, text=text)


def _inherited(evaluation: Evaluation) -> Iterator[tuple[Symbol, Sym]]:
    """Symbols without a line whose default is a transitional symbol with one, and that."""
    model, user = evaluation.model, evaluation.user
    old = {
        name
        for name, symbol in model.symbols.items()
        if symbol.transitional and (name in user.bool_tristate or name in user.text)
    }
    for name, symbol in model.symbols.items() if old else ():
        if symbol.choice is not None or name in user.bool_tristate or name in user.text:
            continue
        for index in symbol.menu_nodes:
            default, _ = evaluation.default(index, model.entries[index])
            if default is not None:
                if isinstance(default.value, Sym) and default.value.name in old:
                    yield symbol, default.value
                break


def _render(configuration: Configuration) -> Iterator[str]:
    model, evaluation = configuration.model, configuration.evaluation
    yield f"#\n# Automatically generated file; DO NOT EDIT.\n# {model.title}\n#\n"
    done: set[str] = set()
    blank_before_symbol = False
    open_menus: list[tuple[int, str]] = []  # visible menus around, with the entry's index

    for index, entry in enumerate(model.entries):
        while open_menus and not _inside(model, index, open_menus[-1][0]):
            yield f"# end of {open_menus.pop()[1]}\n"
            blank_before_symbol = True
        if isinstance(entry, Menu | Comment):
            if evaluation.depends(index) and _heading_shown(entry, evaluation):
                yield f"\n#\n# {entry.title}\n#\n"
                blank_before_symbol = False
                if isinstance(entry, Menu) and (
                    model.dialect.ends_empty_menus or _has_content(model, index)
                ):
                    open_menus.append((index, entry.title))
        elif isinstance(entry, MenuNode):
            name = entry.symbol
            if name in evaluation.written and name not in done:
                if blank_before_symbol:
                    yield "\n"
                    blank_before_symbol = False
                done.add(name)
                symbol = model.symbols[name]
                value = configuration[name]
                if symbol.type in BOOL_TRISTATE and value == "n":
                    yield f"# CONFIG_{name} is not set\n"
                else:
                    yield f"CONFIG_{name}={spell(symbol.type, value)}\n"
    while open_menus:
        yield f"# end of {open_menus.pop()[1]}\n"


def _inside(model: Model, index: int, menu: int) -> bool:
    """Does an entry stand inside a menu?  Both are indices of entries."""
    parent = model.entries[index].parent
    while parent > menu:
        parent = model.entries[parent].parent
    return parent == menu


def _has_content(model: Model, index: int) -> bool:
    """Does anything stand in a menu?"""
    return index + 1 < len(model.entries) and model.entries[index + 1].parent == index


def _heading_shown(entry: Menu | Comment, evaluation: Evaluation) -> bool:
    """A menu's own ``visible if`` hides its heading; those around it do not."""
    return isinstance(entry, Comment) or all(
        evaluation.value(guard.expr) for guard in entry.heading
    )
