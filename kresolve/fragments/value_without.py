"""The value of an option without the lines that set it.

No value that an option is calculated from depends on the option itself, so its
own rule is calculated once more, and nothing else; of a choice, whose members
are calculated together, all of them.
"""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve

from kresolve.dotconfig.lines import Line
from kresolve.evaluator import Configuration, more_user_values
from kresolve.kconfig.tristate import LETTERS, N, Y
from kresolve.planner import Target


def value_without(bare: Target, after: Configuration, name: str, lines: Iterable[Line]) -> str:
    """The value that a symbol has if no line on top of a base names it.

    ``bare`` is the target of the base alone, ``after`` what it becomes with
    ``lines`` on top.
    """
    model = bare.model
    symbol = model.symbols[name]
    if symbol.choice is not None:
        kept = (line for line in lines if line.symbol != name)
        user = more_user_values(model, bare.user, kept)
        value = after.evaluation.recompute(symbol.choice, user)[name]
        return LETTERS[value] if isinstance(value, int) else value
    done = after.evaluation
    logical, text = dict(done.user.bool_tristate), dict(done.user.text)
    logical.pop(name, None)
    text.pop(name, None)
    if name in bare.user.bool_tristate:
        logical[name] = bare.user.bool_tristate[name]
    elif bare.mode == "allnoconfig" and symbol.is_bool_or_tristate and model.has_prompt(symbol):
        logical[name] = Y if symbol.allnoconfig_y else N
    if name in bare.user.text:
        text[name] = bare.user.text[name]
    value = done.recompute(name, evolve(done.user, bool_tristate=logical, text=text))[name]
    return LETTERS[value] if isinstance(value, int) else value
