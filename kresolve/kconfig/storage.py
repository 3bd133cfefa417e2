"""Save and load models: files that are small and quick to load, and contain no code.

The format is zlib-compressed JSON: a table of strings, a table of expressions
that refer to earlier rows, and the entries as arrays.  A file carries the
format's version and is refused when it is damaged or of another version.
"""

from __future__ import annotations

import json
import zlib
from typing import Any, Final, TypeVar

from attrs import asdict, fields

from kresolve.errors import KresolveError, ModelError
from kresolve.kconfig.consistency import check_model
from kresolve.kconfig.dialect import Dialect
from kresolve.kconfig.expressions import And, Compare, Const, Expr, Not, Or, Sym, Text
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
from kresolve.kconfig.storage_checks import MOST_CHARACTERS, check_document, check_text
from kresolve.kconfig.values import Type

_T = TypeVar("_T")

FORMAT: Final = "kresolve.model/1"

#: How much of a file is enough for :func:`info_of`, packed or not.
HEAD: Final = 1 << 16

_TYPES: Final = tuple(Type)
_ENTRIES: Final = (Menu, If, Comment, ChoiceEntry, MenuNode)


def to_bytes(model: Model) -> bytes:
    """A model as the content of a file; the same model gives the same bytes."""
    writer = _Writer()
    entries = [writer.entry(entry) for entry in model.entries]
    document = {
        "format": FORMAT,
        "info": asdict(model.info),
        "dialect": asdict(model.dialect),
        "title": model.title,
        "modules": model.modules,
        "warnings": model.warnings,
        "files": model.files,
        "entries": entries,
        "symbols": [
            [writer.text(s.name), _TYPES.index(s.type), s.menu_nodes, s.choice, _flags(s)]
            for s in model.symbols.values()
        ],
        "choices": [
            [c.entry, [writer.text(m) for m in c.members], _TYPES.index(c.type), int(c.optional)]
            for c in model.choices
        ],
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
            found = document.get("format")
            if found == FORMAT:
                if not own:
                    check_document(document)
                model = _Reader(document).model()
                if not own:
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
        f"{source}: this model's format is {found!r:.60}, not {FORMAT!r}; "
        "make it anew from its tree"
    )


def _unpacked(data: bytes) -> bytes:
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, MOST_CHARACTERS + 1)
    check_text(text)
    if not unpacker.eof or unpacker.unused_data:
        raise ModelError("its end is missing, or something is behind it")
    return text


def info_of(head: bytes, source: str) -> TreeInfo:
    """What was read, from the first HEAD bytes of a model's file; ModelError as for the whole."""
    start = f'{{"format":"{FORMAT}","info":'
    try:
        text = zlib.decompressobj().decompress(head, HEAD).decode("ascii")
        if text.startswith(start):
            found, _ = json.JSONDecoder().raw_decode(text, len(start))
            return _restored(TreeInfo, found)
    except (zlib.error, ValueError, TypeError) as error:
        raise ModelError(f"{source}: this is not a saved model, or it is damaged") from error
    raise ModelError(f"{source}: not a model of the format {FORMAT!r}")


def _flags(symbol: Symbol) -> int:
    return symbol.transitional + 2 * symbol.allnoconfig_y + 4 * symbol.no_write


class _Writer:
    """Collects the tables while entries are written."""

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

    def place(self, location: Location) -> tuple[int, int]:
        return self.text(location.file), location.line

    def guards(self, guards: tuple[Condition, ...]) -> list[Any]:
        return [[self.expr(g.expr), *self.place(g.location)] for g in guards]

    def prompts(self, prompts: tuple[Prompt, ...]) -> list[Any]:
        return [
            [self.text(p.text), self.expr(p.condition), *self.place(p.location)] for p in prompts
        ]

    def defaults(self, defaults: tuple[Default, ...]) -> list[Any]:
        return [
            [self.expr(d.value), self.expr(d.condition), *self.place(d.location)] for d in defaults
        ]

    def selects(self, selects: tuple[Select, ...]) -> list[Any]:
        return [
            [self.text(s.target), self.expr(s.condition), *self.place(s.location)] for s in selects
        ]

    def entry(self, entry: AnyEntry) -> list[Any]:
        row = [
            _ENTRIES.index(type(entry)),
            entry.parent,
            *self.place(entry.location),
            self.guards(entry.depends),
        ]
        match entry:
            case Menu():
                row += [self.text(entry.title), self.guards(entry.visible)]
                row += [self.guards(entry.heading)]
            case Comment():
                row += [self.text(entry.title)]
            case ChoiceEntry():
                row += [entry.choice, self.prompts(entry.prompts), self.defaults(entry.defaults)]
            case MenuNode():
                row += [
                    self.text(entry.symbol),
                    int(entry.is_menu),
                    self.prompts(entry.prompts),
                    self.defaults(entry.defaults),
                    self.selects(entry.selects),
                    self.selects(entry.implies),
                    [
                        [
                            self.expr(r.low),
                            self.expr(r.high),
                            self.expr(r.condition),
                            *self.place(r.location),
                        ]
                        for r in entry.ranges
                    ],
                    entry.help_line,
                ]
            case _:
                pass
        return row


class _Reader:
    """Rebuilds a model from its document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.strings: list[str] = document["strings"]
        self.exprs: list[Any] = []
        for row in document["exprs"]:
            self.exprs.append(self.expr(row))
        self.exprs.append(None)  # row -1

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

    def guards(self, rows: list[Any]) -> tuple[Condition, ...]:
        strings, exprs = self.strings, self.exprs
        return tuple([Condition(exprs[e], Location(strings[f], line)) for e, f, line in rows])

    def prompts(self, rows: list[Any]) -> tuple[Prompt, ...]:
        strings, exprs = self.strings, self.exprs
        return tuple(
            [Prompt(strings[t], exprs[e], Location(strings[f], line)) for t, e, f, line in rows]
        )

    def defaults(self, rows: list[Any]) -> tuple[Default, ...]:
        strings, exprs = self.strings, self.exprs
        return tuple(
            [Default(exprs[v], exprs[e], Location(strings[f], line)) for v, e, f, line in rows]
        )

    def selects(self, rows: list[Any]) -> tuple[Select, ...]:
        strings, exprs = self.strings, self.exprs
        return tuple(
            [Select(strings[t], exprs[e], Location(strings[f], line)) for t, e, f, line in rows]
        )

    def entry(self, row: list[Any]) -> AnyEntry:
        strings, exprs = self.strings, self.exprs
        kind, parent, file, line, depends, *rest = row
        place = Location(strings[file], line)
        guards = self.guards(depends) if depends else ()
        if kind == 4:
            symbol, is_menu, prompts, defaults, selects, implies, ranges, help_line = rest
            return MenuNode(
                parent=parent,
                location=place,
                depends=guards,
                symbol=strings[symbol],
                is_menu=bool(is_menu),
                prompts=self.prompts(prompts) if prompts else (),
                defaults=self.defaults(defaults) if defaults else (),
                selects=self.selects(selects) if selects else (),
                implies=self.selects(implies) if implies else (),
                ranges=tuple(
                    Range(exprs[low], exprs[high], exprs[c], Location(strings[f], at))
                    for low, high, c, f, at in ranges
                ),
                help_line=help_line,
            )
        if kind == 0:
            return Menu(
                parent=parent,
                location=place,
                depends=guards,
                title=strings[rest[0]],
                visible=self.guards(rest[1]),
                heading=self.guards(rest[2]),
            )
        if kind == 1:
            return If(parent=parent, location=place, depends=guards)
        if kind == 2:
            return Comment(parent=parent, location=place, depends=guards, title=strings[rest[0]])
        return ChoiceEntry(
            parent=parent,
            location=place,
            depends=guards,
            choice=rest[0],
            prompts=self.prompts(rest[1]),
            defaults=self.defaults(rest[2]),
        )

    def model(self) -> Model:
        document, strings = self.document, self.strings
        symbols = {
            strings[name]: Symbol(
                strings[name],
                _TYPES[type_],
                tuple(definitions),
                choice,
                transitional=bool(flags & 1),
                allnoconfig_y=bool(flags & 2),
                no_write=bool(flags & 4),
            )
            for name, type_, definitions, choice, flags in document["symbols"]
        }
        return Model(
            info=_restored(TreeInfo, document["info"]),
            dialect=_restored(Dialect, document["dialect"]),
            title=document["title"],
            entries=tuple([self.entry(row) for row in document["entries"]]),
            symbols=symbols,
            choices=tuple(
                Choice(
                    index, entry, tuple(strings[m] for m in members), _TYPES[type_], bool(optional)
                )
                for index, (entry, members, type_, optional) in enumerate(document["choices"])
            ),
            modules=document["modules"],
            order=tuple([strings[n] if n >= 0 else -1 - n for n in document["order"]]),
            warnings=tuple(document["warnings"]),
            files=tuple(document["files"]),
        )


def _restored(cls: type[_T], values: dict[str, Any]) -> _T:
    """A class of plain fields from JSON, whose arrays were tuples."""
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
    if known != set(values):
        raise ValueError(f"fields {sorted(values)} are not those of {cls}")

    def frozen_value(value: Any) -> Any:
        return tuple(map(frozen_value, value)) if isinstance(value, list) else value

    return cls(**{name: frozen_value(value) for name, value in values.items()})
