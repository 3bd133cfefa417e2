"""What all results have in common: data, JSON, a table, and a short line in the interpreter.

All JSON is made here, from the classes of the results.  A class has its fields as keys;
where a document has others, ``_keys`` names them:

``"symbol"``
    the attribute of this name;
``"from=origin"``
    another attribute, or one of an attribute's (``item.origin``); ``text=str`` is the
    value's own text;
``"base?"``
    null where the value is empty;
``"*tree"``
    the keys of an attribute in the place of this one.

A class without keys, as a Location, is its text; so is whatever JSON does not know.  The
JSON Schemas in docs/schemas are made from the same classes (tools/schemas.py).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from functools import cache
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Final

from attrs import fields, frozen, has

from kresolve.errors import ToolError

if TYPE_CHECKING:
    import pandas as pd

#: A ``repr`` has at most so many characters.
_WIDTH: Final = 160
#: What JSON has itself.
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


@frozen
class Key:
    """A key of a document: its name, and the attributes that lead to its value."""

    name: str
    path: str
    get: Callable[[Any], object]
    empty_is_null: bool
    is_spliced: bool


@cache
def keys_of(cls: type) -> tuple[Key, ...]:
    """The keys of a class in documents; see the module."""
    words = getattr(cls, "_keys", None)
    return tuple(map(_key, [field.name for field in fields(cls)] if words is None else words))


def _key(word: str) -> Key:
    left, _, right = word.partition("=")
    name = left.strip("*?")
    path = right or name
    get = str if path == "str" else attrgetter(path)
    return Key(name, path, get, left.endswith("?"), left.startswith("*"))


def document(value: Any) -> Any:
    """A value as dicts, lists, text, numbers and None."""
    return _maker(value.__class__)(value)


@cache
def _maker(cls: type) -> Callable[[Any], object]:
    """What makes the document of a class's objects."""
    if cls in _PLAIN:
        return lambda value: value
    if has(cls) and keys_of(cls):
        return _object
    if issubclass(cls, Mapping):
        return lambda value: {str(name): document(part) for name, part in value.items()}
    if issubclass(cls, AbstractSet):
        return lambda value: [document(part) for part in sorted(value)]
    if issubclass(cls, Iterable) and not issubclass(cls, str):
        return lambda value: [document(part) for part in value]
    return str


def _object(value: Any) -> dict[str, Any]:
    schema = getattr(value, "schema", None)
    found: dict[str, Any] = {} if schema is None else {"schema": schema}
    for key in keys_of(value.__class__):
        part = key.get(value)
        if key.is_spliced:
            found |= document(part)
        else:
            found[key.name] = None if key.empty_is_null and not part else document(part)
    return found


def _flat(row: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """A row without objects in it: ``line.text`` for the text of its line."""
    for name, value in row.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


class Short:
    """Shows itself in the interpreter as one short line, whatever it holds."""

    __slots__ = ()

    def __repr__(self) -> str:
        text = " ".join(self._summary().split())
        text = text if len(text) <= _WIDTH else f"{text[:_WIDTH]}..."
        return f"<{type(self).__name__} {text}>"

    def _summary(self) -> str:
        """What the line says, may be too long: its text, else the plain values of its document."""
        if type(self).__str__ is not object.__str__:
            return str(self)
        cls: type = type(self)
        values = ((key.name, key.get(self)) for key in keys_of(cls))
        return ", ".join(f"{name}={value!r}" for name, value in values if type(value) in _PLAIN)


class Result(Short):
    """The result of a question to kresolve."""

    __slots__ = ()

    #: The name of its document; None for a part of another's.
    schema: ClassVar[str | None] = None
    #: The list in the document whose items are the rows of the table.
    _rows_of: ClassVar[str] = "lines"

    def to_dict(self) -> dict[str, Any]:
        """The result as dicts, lists, text, numbers and None: what ``--json`` prints."""
        found: dict[str, Any] = document(self)
        return found

    def to_json(self, *, indent: int | None = 2) -> str:
        """The same as JSON text; ``indent`` is as for ``json.dumps``."""
        return json.dumps(self.to_dict(), indent=indent)

    def to_frame(self) -> pd.DataFrame:
        """A pandas DataFrame of what the result lists: a row for each item.

        What an item has of an object is a column for each key, as ``line.text``.  Raises
        ToolError if pandas is not installed.
        """
        try:
            import pandas as pd
        except ImportError as error:
            raise ToolError("to_frame() needs pandas: pip install pandas") from error
        return pd.DataFrame([dict(_flat(row)) for row in self._rows()])

    def _rows(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = self.to_dict()[self._rows_of]
        return rows
