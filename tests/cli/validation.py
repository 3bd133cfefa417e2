"""Documents by the JSON Schemas in docs/schemas."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from tools.schemas import HERE


@cache
def _validator(schema: str, part: str) -> Draft202012Validator:
    name = schema.removeprefix("kresolve.").replace("/", "-")
    whole = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    if part:
        whole = {"$defs": whole["$defs"], "$ref": f"#/$defs/{part}"}
    return Draft202012Validator(whole)


def faults(found: dict[str, Any], schema: str = "", part: str = "") -> list[str]:
    """What a document has that its schema does not allow.

    Without ``schema`` it names its own; ``part`` is one of the schema's parts.
    """
    validator = _validator(schema or found["schema"], part)
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(found)]
