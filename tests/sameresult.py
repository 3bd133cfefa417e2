"""Everything that can be asked of a configuration, to compare two ways to the same one."""

from __future__ import annotations

from typing import Any, Final

from kresolve.evaluator import Configuration

#: What an evaluation knows; only how many symbols it calculated is its own affair.
FIELDS: Final = (
    *("user", "bool_tristate", "text", "written", "causes"),
    *("choice_values", "forgotten", "modules", "whole"),
)


def everything(configuration: Configuration) -> dict[str, Any]:
    """All values, what decided them, what entries and prompts allow, and the file."""
    model, evaluation = configuration.model, configuration.evaluation
    return {
        **{name: getattr(evaluation, name) for name in FIELDS},
        "said": configuration.user,
        "mode": configuration.mode,
        "depends": [evaluation.depends(index) for index in range(len(model.entries))],
        "shown": [evaluation.shown(index) for index in range(len(model.entries))],
        "visible": {name: evaluation.visibility(model.symbols[name]) for name in model.symbols},
        "lines": configuration.lines,
        "file": configuration.text(),
    }
