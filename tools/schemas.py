"""The JSON Schemas of docs/schemas, made from the classes of the results: ``make schemas``.

kresolve/results.py says which keys a class has in a document; their types are those of
its fields and properties.
"""

from __future__ import annotations

import inspect
import json
import pkgutil
import sys
import types
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import (
    Any,
    Final,
    Literal,
    NotRequired,
    TypedDict,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from attrs import has

import kresolve
from kresolve.api.survey_run import Survey, SurveyedPlan
from kresolve.dependency_graph import Graph
from kresolve.dotconfig.files import write_whole
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import TreeInfo
from kresolve.results import Result, keys_of

HERE: Final = Path(__file__).parents[1] / "docs" / "schemas"

Schema = dict[str, Any]


class GraphData(TypedDict):
    """What a graph is about; a plan's graph has ``plan`` (its status), ``base`` and ``mode``."""

    tree: NotRequired[TreeInfo]
    title: NotRequired[str]
    plan: NotRequired[Literal["planned", "impossible", "unknown"]]
    base: NotRequired[str]
    mode: NotRequired[str]
    notes: NotRequired[tuple[str, ...]]


class Node(TypedDict):
    """A symbol or a choice; see "The dependency graph" in docs/reference.md."""

    id: str
    kind: Literal["symbol", "choice", "undefined"]
    type: str
    prompt: str
    menu: tuple[str, ...]
    location: Location | None
    members: NotRequired[tuple[str, ...]]
    value: NotRequired[str]
    asked: NotRequired[bool]
    distance: NotRequired[int]
    role: NotRequired[str]
    before: NotRequired[str]
    line: NotRequired[str]
    why: NotRequired[str]


class Edge(TypedDict):
    """A line of a Kconfig file that names another symbol."""

    source: str
    target: str
    key: str
    kind: Literal["depends", "visible", "select", "imply", "default", "range", "member"]
    condition: str | None
    text: str
    location: Location
    inherited: bool
    needed: Literal["y", "n", ""]


#: Keys that a class does not get from its fields: networkx makes a graph's document, and a
#: survey's plans are read from its file.
_OTHER_KEYS: Final[Mapping[type, Mapping[str, Any]]] = {
    Graph: {
        "directed": Literal[True],
        "multigraph": Literal[True],
        "graph": GraphData,
        "nodes": tuple[Node, ...],
        "edges": tuple[Edge, ...],
    },
    Survey: {"plans": tuple[SurveyedPlan, ...]},
}
_PLAIN: Final[Mapping[Any, str]] = {
    str: "string",
    int: "integer",
    bool: "boolean",
    type(None): "null",
    Path: "string",
}


def schemas() -> dict[str, Schema]:
    """Each document's schema by the name of its file: that of ``kresolve.plan/2`` is plan-2.json.

    Raises TypeError for a type that has no place in a document.
    """
    return {
        f"{cls.schema.removeprefix('kresolve.').replace('/', '-')}.json": _Maker().whole(cls)
        for cls in _results()
        if vars(cls).get("schema") is not None  # a subclass has the document of its class
    }


def _results() -> Iterator[type[Result]]:
    """The classes of all results."""
    _classes()  # imports all of them
    found = [Result]
    for cls in found:
        found += cls.__subclasses__()
    yield from sorted(found, key=lambda cls: cls.schema or "")


@cache
def _classes() -> Mapping[str, type]:
    """All classes of kresolve, by name."""
    found: dict[str, type] = {}
    for module in pkgutil.walk_packages(kresolve.__path__, "kresolve."):
        if not module.name.endswith("__main__"):
            members = vars(import_module(module.name))
            found |= {name: one for name, one in members.items() if isinstance(one, type)}
    return found


class _Maker:
    """Makes one schema; what its objects refer to stands under ``$defs``."""

    def __init__(self) -> None:
        self.defs: dict[str, tuple[type, Schema]] = {}

    def whole(self, cls: type[Result]) -> Schema:
        """The schema of a document."""
        head = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": cls.schema,
            **self.of_class(cls),
        }
        defs = {name: schema for name, (_, schema) in sorted(self.defs.items())}
        return {**head, "$defs": defs} if defs else head

    def of_class(self, cls: type) -> Schema:
        """The schema of a class's objects."""
        if has(cls) and not keys_of(cls):
            pattern = {"pattern": r":[0-9]+$"} if cls is Location else {}
            return {"description": _says(cls), "type": "string", **pattern}
        properties = dict(self._properties(cls))
        hints = get_type_hints(cls, include_extras=True) if is_typeddict(cls) else {}
        optional = [name for name, hint in hints.items() if get_origin(hint) is NotRequired]
        return {
            "description": _says(cls),
            "type": "object",
            "properties": properties,
            "required": [name for name in properties if name not in optional],
            "additionalProperties": False,
        }

    def _properties(self, cls: type) -> Iterator[tuple[str, Schema]]:
        schema = getattr(cls, "schema", None)
        if schema is not None:
            yield "schema", {"const": schema}
        for key in keys_of(cls) if has(cls) else ():
            annotation, says = _attribute(cls, key.path)
            if key.is_spliced:
                yield from self._properties(annotation)
            else:
                null = annotation | None if key.empty_is_null else annotation
                yield key.name, self.of(null) | ({"description": says} if says else {})
        others = get_type_hints(cls, include_extras=True) if is_typeddict(cls) else {}
        for name, annotation in _OTHER_KEYS.get(cls, others).items():
            yield name, self.of(annotation)

    def of(self, annotation: Any) -> Schema:
        """The schema of a type's values."""
        origin, arguments = get_origin(annotation), get_args(annotation)
        if annotation in _PLAIN:
            return {"type": _PLAIN[annotation]}
        if origin is NotRequired:
            return self.of(arguments[0])
        if origin is Literal:
            return {"enum": list(arguments)}
        if origin in (Union, types.UnionType):
            return self._any_of([self.of(one) for one in arguments])
        if isinstance(origin, type) and issubclass(origin, Mapping):
            return {"type": "object", "additionalProperties": self.of(arguments[1])}
        if origin in (frozenset, Iterator) or arguments[1:] == (...,):
            return {"type": "array", "items": self.of(arguments[0])}
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            return {"enum": [str(one) for one in annotation]}
        if isinstance(annotation, type) and (has(annotation) or is_typeddict(annotation)):
            return self._reference(annotation)
        raise TypeError(f"{annotation}: no type for a document")

    def _reference(self, cls: type) -> Schema:
        name = cls.__name__
        if name not in self.defs:
            self.defs[name] = cls, {}  # it may refer to itself
            self.defs[name] = cls, self.of_class(cls)
        elif self.defs[name][0] is not cls:
            raise TypeError(f"{name}: two classes of this name in one document")
        return {"$ref": f"#/$defs/{name}"}

    @staticmethod
    def _any_of(options: list[Schema]) -> Schema:
        """Plain types are one list, as in ``["string", "null"]``."""
        if all(option.keys() == {"type"} for option in options):
            return {"type": [option["type"] for option in options]}
        if options[-1] == {"type": "null"} and options[:-1] and "enum" in options[0]:
            return {"enum": [*options[0]["enum"], None]}
        return {"anyOf": options}


def _attribute(cls: type, path: str) -> tuple[Any, str]:
    """The type of what a path leads to, and what its docstring says."""
    if path == "str":
        return str, ""
    annotation, says = cls, ""
    for name in path.split("."):
        first = (get_args(annotation) or (annotation,))[0]  # classes of a union have it alike
        home = next(one for one in first.__mro__ if name in vars(one) | _own(one))
        member = vars(home).get(name)
        function = getattr(member, "fget", None) or getattr(member, "func", None)
        text = _own(home).get(name) if function is None else function.__annotations__["return"]
        names = {**_classes(), **vars(sys.modules[home.__module__])}
        annotation = eval(text, names) if isinstance(text, str) else text  # noqa: S307
        says = _says(function) if function is not None else ""
    return annotation, says


def _own(cls: type) -> dict[str, Any]:
    return inspect.get_annotations(cls)


def _says(of: Any) -> str:
    """The first paragraph of a docstring, in one line; the others are about Python's names."""
    return " ".join((inspect.getdoc(of) or "").partition("\n\n")[0].split())


def main() -> None:
    """Write all of them, and remove those of documents that are gone."""
    HERE.mkdir(exist_ok=True)
    made = schemas()
    for path in HERE.glob("*.json"):
        if path.name not in made:
            path.unlink()
    for name, schema in made.items():
        write_whole(HERE / name, text_of(schema))
        sys.stdout.write(f"{HERE / name}\n")


def text_of(schema: Schema) -> str:
    """A schema as its file has it."""
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    main()
