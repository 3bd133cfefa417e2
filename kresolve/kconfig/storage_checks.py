"""Check that a saved model has the form that :mod:`kresolve.kconfig.storage` writes.

A file may come from anybody.  Before anything is built of it, its size, all types, and all
references into its tables are checked, column by column; and how much work it can cause: a
walk visits an expression as often as it is used, so a shared one counts as often.  Whether
the parts agree with each other is checked in :mod:`kresolve.kconfig.consistency`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any, Final, NoReturn, TypeAlias

from attrs import fields

from kresolve.errors import ModelError
from kresolve.kconfig.dialect import Dialect
from kresolve.kconfig.expressions import OPERATORS
from kresolve.kconfig.tristate import OF_LETTER
from kresolve.kconfig.values import Type

# Some five times what the largest kernel has, and more.
#: Characters of a document, and brackets, braces and commas in it.
MOST_CHARACTERS: Final = 1 << 25
_MOST_PARTS: Final = 1 << 22
#: The nodes of an expression, what is shared counted as often as it is there; and its levels.
_MOST_NODES: Final = 1 << 15
_DEEPEST: Final = 160
#: The nodes that all rules have, each with the conditions of all entries around it.
_MOST_WORK: Final = 1 << 21

_PLACE: Final = (1, 1 << 31)
_LISTS: Final = frozenset(
    {"choices", "entries", "exprs", "files", "order", "strings", "symbols", "warnings"}
)
_KEYS: Final = _LISTS | {"format", "info", "dialect", "title", "modules"}
_Bounds: TypeAlias = tuple[int, int]

#: How few and how many operands an expression has: constant, text, symbol, =, !, &&, ||.
_OPERANDS: Final = ((1, 1), (1, 1), (1, 1), (2, 2), (1, 1), (2, _MOST_NODES), (2, _MOST_NODES))
#: How long an entry's row is, by its kind: menu, if, comment, choice, config.
_LENGTHS: Final = (8, 5, 6, 8, 13)
#: A name that becomes a part of a path: ``arch/NAME/configs``.
_ARCH: Final = re.compile(r"[A-Za-z0-9_]+")


def check_text(text: bytes) -> None:
    """Refuse a document that is too large to be parsed; ModelError says so."""
    parts = sum(text.count(mark) for mark in (b"[", b"{", b","))
    if len(text) > MOST_CHARACTERS or parts > _MOST_PARTS:
        _fail("it is larger than any kernel's")


def check_document(document: dict[str, Any]) -> None:
    """Refuse a document that is none of a model; ModelError says what is wrong."""
    if set(document) != _KEYS or any(type(document[name]) is not list for name in _LISTS):
        _fail("its parts are not those of a model")
    _info(document["info"])
    if set(document["dialect"]) != {field.name for field in fields(Dialect)} or any(
        type(value) is not bool for value in document["dialect"].values()
    ):
        _fail("its dialect is unknown")
    strings = document["strings"]
    _texts([document["title"], *document["warnings"]], newlines=True)
    _texts([*strings, *document["files"]])
    if len(set(strings)) != len(strings):
        _fail("a text stands twice in its table")
    work = _expressions(document["exprs"], strings)
    text, index = (0, len(strings)), (0, len(document["entries"]))
    choice = (-1, len(document["choices"]))
    _entries(document["entries"], text, document["exprs"], choice, work)
    _symbols(document, text, index, choice)


def _symbols(document: dict[str, Any], text: _Bounds, index: _Bounds, choice: _Bounds) -> None:
    types = (0, len(Type))
    symbols = _columns(document["symbols"], 5)
    _numbers(symbols[0], text)
    _numbers(symbols[1], types)
    _numbers(_joined(symbols[2]), index)
    _numbers((-1 if found is None else found for found in symbols[3]), choice)
    _numbers(symbols[4], (0, 8))
    if not all(symbols[2]) or len(set(symbols[0])) != len(symbols[0]):
        _fail("a symbol is defined nowhere, or twice")
    choices = _columns(document["choices"], 4)
    _numbers(choices[0], index)
    _numbers(_joined(choices[1]), text)
    _numbers(choices[2], types)
    _numbers(choices[3], (0, 2))
    _numbers(document["order"], (-choice[1], text[1]))
    if document["modules"] is not None:
        _texts([document["modules"]])


def _info(info: dict[str, Any]) -> None:
    pairs = [*_columns(info["toolchain"], 2), *_columns(info["variables"], 2)]
    texts = [value for name, value in info.items() if name not in ("toolchain", "variables")]
    _texts(chain(texts, *pairs), newlines=True)
    for name in ("arch", "srcarch"):
        if not _ARCH.fullmatch(info[name]):
            _fail(f"its {name} is {info[name]!r}")


def _texts(found: Iterable[Any], *, newlines: bool = False) -> None:
    """Texts that conf could have read, and that can be written."""
    texts = list(found)
    if not set(map(type, texts)) <= {str}:
        _fail("a text is missing")
    joined = "".join(texts)
    joined.encode("utf-8", "surrogateescape")
    if "\0" in joined or ("\n" in joined and not newlines):
        _fail("there is a NUL or a newline in a text")


def _expressions(rows: Sequence[Any], strings: Sequence[str]) -> list[int]:
    """The nodes of each expression, and none for the one that is not there, row -1."""
    if not set(map(type, rows)) <= {list}:
        _fail("an expression is missing")
    nodes: list[int] = []
    levels: list[int] = []
    for place, (tag, *operands) in enumerate(rows):
        _numbers([tag], (0, len(_OPERANDS)))
        if tag == 3 and operands.pop(0) not in OPERATORS:
            _fail("a comparison is none")
        least, most = _OPERANDS[tag]
        if not least <= len(operands) <= most:
            _fail("an expression has too many operands, or too few")
        if tag < 3:
            _numbers(operands, (0, len(strings) if tag else 3))
            if tag == 2 and (strings[operands[0]] in OF_LETTER or not strings[operands[0]]):
                _fail("a symbol has the name of a constant, or none")
            nodes.append(1)
            levels.append(1)
            continue
        _numbers(operands, (0, place))
        nodes.append(1 + sum([nodes[operand] for operand in operands]))
        levels.append(1 + max([levels[operand] for operand in operands]))
        if nodes[-1] > _MOST_NODES or levels[-1] > _DEEPEST:
            _fail("an expression is larger than any kernel's")
        if tag == 3 and levels[-1] > 2:
            _fail("a comparison is of conditions")
    return [*nodes, 0]


def _entries(
    entries: Sequence[Any],
    text: _Bounds,
    exprs: Sequence[Any],
    choice: _Bounds,
    nodes: list[int],
) -> None:
    """Every entry's row, and the work that all of them can cause."""
    expr, maybe = (0, len(exprs)), (-1, len(exprs))
    kinds: list[list[Any]] = [[] for _ in _LENGTHS]
    for row in entries:
        kinds[row[0]].append(row)
    menus, ifs, comments, choices, configs = (
        _columns(rows, length) for rows, length in zip(kinds, _LENGTHS, strict=True)
    )
    heads = [
        *zip(*(columns[:5] for columns in (menus, ifs, comments, choices, configs)), strict=True)
    ]
    kind, parent, file, line, depends = (list(chain(*columns)) for columns in heads)
    _numbers(kind, (0, len(_LENGTHS)))
    _numbers(parent, (-1, len(entries)))
    _numbers(file, text)
    _numbers(line, _PLACE)
    guards = [*_joined(depends), *_joined(menus[6]), *_joined(menus[7])]
    prompts = [*_joined(choices[6]), *_joined(configs[7])]
    defaults = [*_joined(choices[7]), *_joined(configs[8])]
    selects = [*_joined(configs[9]), *_joined(configs[10])]
    ranges = _joined(configs[11])
    _numbers([*menus[5], *comments[5], *configs[5]], text)
    _numbers(choices[5], (0, choice[1]))
    _numbers(configs[6], (0, 2))
    _numbers(configs[12], (0, _PLACE[1]))
    _table(guards, expr, text, _PLACE)
    _table(prompts, text, maybe, text, _PLACE)
    _table(defaults, expr, maybe, text, _PLACE)
    _table(selects, text, maybe, text, _PLACE)
    _table(ranges, expr, expr, maybe, text, _PLACE)
    if any(exprs[side][0] > 2 for row in ranges for side in row[:2]):
        _fail("a range is of conditions")
    _work(entries, nodes)


def _work(entries: Sequence[Any], nodes: list[int]) -> None:
    """Refuse what a walk over all rules, with the conditions around them, would never end with."""
    around: list[int] = []
    work = 0
    for place, row in enumerate(entries):
        if row[1] >= place:
            _fail("an entry stands before the one that it is in")
        own = sum([nodes[guard[0]] for guard in row[4]])
        around.append(own + (around[row[1]] if row[1] >= 0 else 0))
        properties: list[Sequence[int]] = []
        if row[0] == 4:
            properties += [rule[1:2] for rule in chain(row[7], row[9], row[10])]
            properties += [rule[:2] for rule in row[8]]
            properties += [rule[:3] for rule in row[11]]
        elif row[0] == 3:
            properties += [rule[1:2] for rule in row[6]]
            properties += [rule[:2] for rule in row[7]]
        work += around[-1] * (1 + len(properties))
        work += sum([nodes[expr] for rule in properties for expr in rule])
        if work > _MOST_WORK:
            _fail("its rules are larger than any kernel's")


# Tables


def _numbers(found: Iterable[Any], bounds: _Bounds) -> None:
    """Whole numbers (True is none) within bounds."""
    numbers = list(found)
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


def _table(rows: Sequence[Any], *bounds: _Bounds) -> None:
    """A table of numbers, each column within its bounds."""
    for column, limits in zip(_columns(rows, len(bounds)), bounds, strict=True):
        _numbers(column, limits)


def _joined(found: Sequence[Any]) -> list[Any]:
    """All elements of the lists in a column."""
    if not set(map(type, found)) <= {list}:
        _fail("a list is missing")
    return list(chain.from_iterable(found))


def _fail(text: str) -> NoReturn:
    raise ModelError(text)
