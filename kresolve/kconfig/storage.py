"""Save and load models: files that are small and quick to load, and contain no code.

The format is zlib-compressed JSON: a table of strings, a table of expressions
that refer to earlier rows, and the rows of entries, symbols and choices: :data:`_KINDS` says what
is in their columns.  A file carries the format's version and is refused when it is of another one.

A file may come from anybody.  Before anything is built of a part, its size, all types, and all
references into the tables are checked, column by column; and how much work it can cause: a
walk visits an expression as often as it is used, so a shared one counts as often.  Whether
the parts agree with each other is checked in :mod:`kresolve.kconfig.consistency`.
"""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from typing import Any, Final, NoReturn, TypeAlias, TypeVar

from attrs import asdict, fields

from kresolve.errors import KresolveError, ModelError
from kresolve.kconfig.dialect import Dialect
from kresolve.kconfig.expressions import OPERATORS, And, Compare, Const, Expr, Not, Or, Sym, Text
from kresolve.kconfig.location import Location
from kresolve.kconfig.memory import gc_paused
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
from kresolve.kconfig.tristate import OF_LETTER
from kresolve.kconfig.values import Type

_T = TypeVar("_T")
_Bounds: TypeAlias = tuple[int, int]

FORMAT: Final = "kresolve.model/2"

#: How much of a file is enough for :func:`info_of`, packed or not.
HEAD: Final = 1 << 16

# Some five times what the largest kernel has, and more.
#: Characters of a document, and brackets, braces and commas in it.
MOST_CHARACTERS: Final = 1 << 25
_MOST_PARTS: Final = 1 << 22
#: The nodes of an expression, what is shared counted as often as it is there; and its levels.
_MOST_NODES: Final = 1 << 15
_DEEPEST: Final = 160
#: The nodes that all rules have, each with the conditions of all entries around it.
_MOST_WORK: Final = 1 << 21

_TYPES: Final = tuple(Type)
_ENTRIES: Final = (Menu, If, Comment, ChoiceEntry, MenuNode)
_LISTS: Final = frozenset(
    {"choices", "entries", "exprs", "files", "order", "strings", "symbols", "warnings"}
)
_KEYS: Final = _LISTS | {"format", "info", "dialect", "title", "modules"}
#: How few and how many operands an expression has: constant, text, symbol, =, !, &&, ||.
_OPERANDS: Final = ((1, 1), (1, 1), (1, 1), (2, 2), (1, 1), (2, _MOST_NODES), (2, _MOST_NODES))
#: A name that becomes a part of a path: ``arch/NAME/configs``.
_ARCH: Final = re.compile(r"[A-Za-z0-9_]+")

#: What each attribute of entries, their parts, symbols and choices is in a row, which has a column
#: for each attribute; a place has two, for file and line.  A class stands for a list of rows.
_KINDS: Final[Mapping[str, str | type]] = {
    "location": "place",
    **dict.fromkeys(("name", "symbol", "target", "text", "title"), "text"),
    "members": "texts",
    **dict.fromkeys(("expr", "value"), "expr"),
    **dict.fromkeys(("high", "low"), "operand"),
    "condition": "expr or none",
    **dict.fromkeys(("allnoconfig_y", "is_menu", "no_write", "optional", "transitional"), "bool"),
    "type": "type",
    "parent": "parent",
    "entry": "entry",
    "menu_nodes": "entries",
    "index": "choice",
    "choice": "choice or none",
    "help_line": "number",
    **dict.fromkeys(("depends", "heading", "visible"), Condition),
    "prompts": Prompt,
    "defaults": Default,
    **dict.fromkeys(("implies", "selects"), Select),
    "ranges": Range,
}


def to_bytes(model: Model) -> bytes:
    """A model as the content of a file; the same model gives the same bytes."""
    writer = _Writer()
    document = {
        "format": FORMAT,
        "info": asdict(model.info),
        "dialect": asdict(model.dialect),
        "title": model.title,
        "modules": model.modules,
        "warnings": model.warnings,
        "files": model.files,
        "entries": [[_ENTRIES.index(type(e)), *writer.row(e)] for e in model.entries],
        "symbols": [writer.row(symbol) for symbol in model.symbols.values()],
        "choices": [writer.row(choice) for choice in model.choices],
        "order": [writer.text(n) if isinstance(n, str) else -1 - n for n in model.order],
        "strings": list(writer.strings),
        "exprs": writer.rows,
    }
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=True)
    return zlib.compress(text.encode("ascii"), 6)


def from_bytes(data: bytes, source: str, *, own: bool = False) -> Model:
    """The model in a file's content; ModelError names ``source`` when it is none.

    ``own``: kresolve wrote the file itself, and nobody else could; so its parts are not checked.
    """
    no_model = f"{source}: this is not a saved model, or it is damaged"
    try:
        with gc_paused():
            document = json.loads(_unpacked(data))
            form = document.get("format")
            if form == FORMAT:
                model = _Reader(document, own=own).model()
                if not own:
                    from kresolve.kconfig.consistency import check_model

                    check_model(model)
                return model
    except KresolveError as error:
        raise ModelError(f"{no_model}: {error}") from error
    except (
        zlib.error,
        ValueError,
        LookupError,
        TypeError,
        RecursionError,
        AttributeError,
    ) as error:
        raise ModelError(no_model) from error
    raise ModelError(
        f"{source}: this model's format is {form!r:.60}, not {FORMAT!r}; make it anew from its tree"
    )


def info_of(head: bytes, source: str) -> TreeInfo:
    """What was read, from the first HEAD bytes of a model's file; ModelError as for the whole."""
    start = f'{{"format":"{FORMAT}","info":'
    try:
        text = zlib.decompressobj().decompress(head, HEAD).decode("ascii")
        if text.startswith(start):
            info, _ = json.JSONDecoder().raw_decode(text, len(start))
            return _restored(TreeInfo, info)
    except (zlib.error, ValueError, TypeError) as error:
        raise ModelError(f"{source}: this is not a saved model, or it is damaged") from error
    raise ModelError(f"{source}: not a model of the format {FORMAT!r}")


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, MOST_CHARACTERS + 1)
    parts = sum(text.count(mark) for mark in (b"[", b"{", b","))
    if len(text) > MOST_CHARACTERS or parts > _MOST_PARTS:
        _fail("it is larger than any kernel's")
    if not unpacker.eof or unpacker.unused_data:
        _fail("its end is missing, or something is behind it")
    return text


def _restored(cls: type[_T], values: dict[str, Any]) -> _T:
    """A class of plain fields from JSON, whose arrays were tuples."""
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
    if known != set(values):
        raise ValueError(f"fields {sorted(values)} are not those of {cls}")

    def frozen_value(value: Any) -> Any:
        return tuple(map(frozen_value, value)) if isinstance(value, list) else value

    return cls(**{name: frozen_value(value) for name, value in values.items()})


class _Writer:
    """Collects the tables while rows are written."""

    def __init__(self) -> None:
        self.strings: dict[str, int] = {}
        self.exprs: dict[Expr, int] = {}
        self.rows: list[list[Any]] = []

    def text(self, text: str) -> int:
        return self.strings.setdefault(text, len(self.strings))

    def expr(self, expr: Expr | None) -> int:
        """The row of an expression, -1 for none; rows refer to earlier rows only."""
        if expr is None:
            return -1
        known = self.exprs.get(expr)
        if known is not None:
            return known
        row: list[Any]
        match expr:
            case Const(value):
                row = [0, value]
            case Text(value):
                row = [1, self.text(value)]
            case Sym(name):
                row = [2, self.text(name)]
            case Compare(op, left, right):
                row = [3, op, self.expr(left), self.expr(right)]
            case Not(operand):
                row = [4, self.expr(operand)]
            case And(operands):
                row = [5, *map(self.expr, operands)]
            case Or(operands):
                row = [6, *map(self.expr, operands)]
        self.rows.append(row)
        self.exprs[expr] = len(self.rows) - 1
        return len(self.rows) - 1

    def row(self, part: Any) -> list[Any]:
        """The row of an entry, a symbol, a choice, or a part of an entry."""
        row: list[Any] = []
        for name in _NAMES[type(part)]:
            value = getattr(part, name)
            match _KINDS[name]:
                case "place":
                    row += [self.text(value.file), value.line]
                case "text":
                    row.append(self.text(value))
                case "texts":
                    row.append([*map(self.text, value)])
                case "expr" | "operand" | "expr or none":
                    row.append(self.expr(value))
                case "type":
                    row.append(_TYPES.index(value))
                case "bool":
                    row.append(int(value))
                case type():
                    row.append([*map(self.row, value)])
                case _:
                    row.append(value)
        return row


#: The attributes of each class, in the order of its columns.
_NAMES: Final[Mapping[type, tuple[str, ...]]] = {
    cls: tuple(field.name for field in fields(cls))
    for cls in (*_ENTRIES, Condition, Prompt, Default, Select, Range, Symbol, Choice)
}


class _Reader:
    """Rebuilds a model from its document, which is checked unless it is kresolve's ``own``."""

    def __init__(self, document: dict[str, Any], *, own: bool = False) -> None:
        self.document = document
        self.own = own
        if not own:
            _check_frame(document)
        self.strings: list[str] = document["strings"]
        self.exprs: list[Any] = []
        counts = () if own else _checked_exprs(document["exprs"], self.strings)
        for row in document["exprs"]:
            self.exprs.append(self.expr(row))
        #: The nodes of each expression, by its id.
        self.nodes = {id(None): 0, **dict(zip(map(id, self.exprs), counts, strict=False))}
        self.exprs.append(None)  # row -1
        texts, exprs, entries, choices = (
            len(document[part]) for part in ("strings", "exprs", "entries", "choices")
        )
        text, expr = self.strings.__getitem__, self.exprs.__getitem__
        #: The bounds of the numbers of each kind, and what makes of one what it stands for.
        self.kinds: Mapping[str, tuple[_Bounds, Callable[[Any], Any] | None]] = {
            "text": ((0, texts), text),
            "texts": ((0, texts), lambda row: (*map(text, row),)),
            "expr": ((0, exprs), expr),
            "operand": ((0, exprs), expr),
            "expr or none": ((-1, exprs), expr),
            "bool": ((0, 2), bool),
            "type": ((0, len(_TYPES)), _TYPES.__getitem__),
            "parent": ((-1, entries), None),
            "entry": ((0, entries), None),
            "entries": ((0, entries), tuple),
            "choice": ((0, choices), None),
            "choice or none": ((-1, choices), None),
            "number": ((0, 1 << 31), None),
        }

    def expr(self, row: list[Any]) -> Expr:
        exprs = self.exprs
        tag = row[0]
        if tag == 2:
            return Sym(self.strings[row[1]])
        if tag == 5:
            return And(tuple([exprs[i] for i in row[1:]]))
        if tag == 6:
            return Or(tuple([exprs[i] for i in row[1:]]))
        if tag == 4:
            return Not(exprs[row[1]])
        if tag == 3:
            return Compare(row[1], exprs[row[2]], exprs[row[3]])
        if tag == 0:
            return Const(row[1])
        return Text(self.strings[row[1]])

    def parts(self, cls: type[_T], rows: Sequence[Any]) -> list[_T]:
        """The objects of a class that rows stand for."""
        names = _NAMES[cls]
        width = len(names) + ("location" in names)
        columns = iter([*zip(*rows, strict=True)] if self.own and rows else _columns(rows, width))
        values = [
            self.places(next(columns), next(columns))
            if name == "location"
            else self.column(_KINDS[name], next(columns))
            for name in names
        ]
        if cls in _ENTRIES:  # their attributes have no order
            return [cls(**dict(zip(names, row, strict=True))) for row in zip(*values, strict=True)]
        return [*map(cls, *values)]

    def places(self, files: Sequence[Any], lines: Sequence[Any]) -> list[Location]:
        if not self.own:
            _check_numbers(files, (0, len(self.strings)))
            _check_numbers(lines, (1, 1 << 31))
        return [*map(Location, map(self.strings.__getitem__, files), lines)]

    def column(self, kind: str | type, column: Sequence[Any]) -> Iterable[Any]:
        """One attribute of all the objects of a class."""
        if not isinstance(kind, str):
            rows_of_all = [*chain.from_iterable(column)] if self.own else _joined(column)
            parts: Iterator[object] = iter(self.parts(kind, rows_of_all))
            return [tuple(islice(parts, len(rows))) if rows else () for rows in column]
        bounds, decode = self.kinds[kind]
        if not self.own:
            numbers = _joined(column) if kind in ("entries", "texts") else column
            if kind == "choice or none":
                numbers = [-1 if number is None else number for number in column]
            _check_numbers(numbers, bounds)
            if kind == "operand" and any(self.document["exprs"][row][0] > 2 for row in column):
                _fail("a range is of conditions")
        return column if decode is None else map(decode, column)

    def entries(self) -> tuple[AnyEntry, ...]:
        rows: list[list[Any]] = self.document["entries"]
        kinds = [row[0] for row in rows]
        _check_numbers(kinds, (0, len(_ENTRIES)))
        parts: list[Iterator[Any]] = [
            iter(self.parts(cls, [row[1:] for row in rows if row[0] == kind]))
            for kind, cls in enumerate(_ENTRIES)
        ]
        return tuple([next(parts[kind]) for kind in kinds])

    def model(self) -> Model:
        document, strings = self.document, self.strings
        entries = self.entries()
        symbols = self.parts(Symbol, document["symbols"])
        if not self.own:
            self.check_work(entries)
            _check_numbers(document["order"], (-len(document["choices"]), len(strings)))
            names = {symbol.name for symbol in symbols}
            if len(names) != len(symbols) or not all(symbol.menu_nodes for symbol in symbols):
                _fail("a symbol is defined nowhere, or twice")
        return Model(
            info=_restored(TreeInfo, document["info"]),
            dialect=_restored(Dialect, document["dialect"]),
            title=document["title"],
            entries=entries,
            symbols={symbol.name: symbol for symbol in symbols},
            choices=tuple(self.parts(Choice, document["choices"])),
            modules=document["modules"],
            order=tuple([strings[n] if n >= 0 else -1 - n for n in document["order"]]),
            warnings=tuple(document["warnings"]),
            files=tuple(document["files"]),
        )

    def check_work(self, entries: Sequence[AnyEntry]) -> None:
        """Refuse what a walk over all rules, with the conditions around them, never ends with."""
        around: list[int] = []
        work = 0
        for place, entry in enumerate(entries):
            if entry.parent >= place:
                _fail("an entry stands before the one that it is in")
            own = sum(self.nodes[id(condition.expr)] for condition in entry.depends)
            around.append(own + (around[entry.parent] if entry.parent >= 0 else 0))
            exprs = [
                getattr(rule, name, None)
                for rule in entry.rules
                for name in ("condition", "value", "low", "high")
            ]
            work += around[-1] * (1 + len(entry.rules)) + sum(
                self.nodes[id(expr)] for expr in exprs
            )
            if work > _MOST_WORK:
                _fail("its rules are larger than any kernel's")


# Checks


def _check_frame(document: dict[str, Any]) -> None:
    """Refuse a document that is none of a model, but for its tables of numbers."""
    if set(document) != _KEYS or any(type(document[name]) is not list for name in _LISTS):
        _fail("its parts are not those of a model")
    info = document["info"]
    pairs = [*_columns(info["toolchain"], 2), *_columns(info["variables"], 2)]
    texts = [value for name, value in info.items() if name not in ("toolchain", "variables")]
    _check_texts(chain(texts, *pairs), newlines=True)
    for name in ("arch", "srcarch"):
        if not _ARCH.fullmatch(info[name]):
            _fail(f"its {name} is {info[name]!r}")
    if set(document["dialect"]) != {field.name for field in fields(Dialect)} or any(
        type(value) is not bool for value in document["dialect"].values()
    ):
        _fail("its dialect is unknown")
    strings = document["strings"]
    _check_texts([document["title"], *document["warnings"]], newlines=True)
    modules = [] if document["modules"] is None else [document["modules"]]
    _check_texts([*strings, *document["files"], *modules])
    if len(set(strings)) != len(strings):
        _fail("a text stands twice in its table")


def _checked_exprs(rows: Sequence[Any], strings: Sequence[str]) -> list[int]:
    """The nodes of each expression; refuse rows that are none."""
    if not set(map(type, rows)) <= {list}:
        _fail("an expression is missing")
    nodes: list[int] = []
    levels: list[int] = []
    for place, (tag, *operands) in enumerate(rows):
        _check_numbers([tag], (0, len(_OPERANDS)))
        if tag == 3 and operands.pop(0) not in OPERATORS:
            _fail("a comparison is none")
        least, most = _OPERANDS[tag]
        if not least <= len(operands) <= most:
            _fail("an expression has too many operands, or too few")
        if tag < 3:
            _check_numbers(operands, (0, len(strings) if tag else 3))
            if tag == 2 and (strings[operands[0]] in OF_LETTER or not strings[operands[0]]):
                _fail("a symbol has the name of a constant, or none")
            nodes.append(1)
            levels.append(1)
            continue
        _check_numbers(operands, (0, place))
        nodes.append(1 + sum([nodes[operand] for operand in operands]))
        levels.append(1 + max([levels[operand] for operand in operands]))
        if nodes[-1] > _MOST_NODES or levels[-1] > _DEEPEST:
            _fail("an expression is larger than any kernel's")
        if tag == 3 and levels[-1] > 2:
            _fail("a comparison is of conditions")
    return nodes


def _check_texts(values: Iterable[Any], *, newlines: bool = False) -> None:
    """Texts that conf could have read, and that can be written."""
    texts = list(values)
    if not set(map(type, texts)) <= {str}:
        _fail("a text is missing")
    joined = "".join(texts)
    joined.encode("utf-8", "surrogateescape")
    if "\0" in joined or ("\n" in joined and not newlines):
        _fail("there is a NUL or a newline in a text")


def _check_numbers(numbers: Sequence[Any], bounds: _Bounds) -> None:
    """Whole numbers (True is none) within bounds."""
    if not set(map(type, numbers)) <= {int}:
        _fail("a number is missing")
    if numbers and not (bounds[0] <= min(numbers) and max(numbers) < bounds[1]):
        _fail("a number is out of its range")


def _columns(rows: Sequence[Any], width: int) -> list[Sequence[Any]]:
    """The columns of a table whose rows are lists of one width."""
    if type(rows) is not list or not set(map(type, rows)) <= {list}:
        _fail("a table is missing")
    if not set(map(len, rows)) <= {width}:
        _fail("a row is too long or too short")
    return [*zip(*rows, strict=True)] if rows else [()] * width


def _joined(lists: Sequence[Any]) -> list[Any]:
    """All elements of the lists in a column."""
    if not set(map(type, lists)) <= {list}:
        _fail("a list is missing")
    return list(chain.from_iterable(lists))


def _fail(text: str) -> NoReturn:
    raise ModelError(text)
