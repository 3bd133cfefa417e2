"""The phrases that sentences about facts are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from kresolve.dotconfig import lines
from kresolve.dotconfig.lines import quote
from kresolve.explanation.derivation import Cause, Premise, Step
from kresolve.kconfig.values import Type

#: So many are listed by name, the rest is counted.
MOST: Final = 4


def valued(step: Step) -> str:
    """The values of a step's causes, in brackets: short where the condition is a name."""
    if is_itself(step):
        return f" (={shown_cause(step.causes[0])})"
    return f" ({values_of(step.causes)})" if step.causes else ""


def values_of(causes: Sequence[Cause], most: int = MOST) -> str:
    """``A=n, B=y``, the long rest as a number."""
    parts = [f"{cause.name}={shown_cause(cause)}" for cause in causes[:most]]
    left = len(causes) - most
    return ", ".join(parts) + (f" and {left} more" if left > 0 else "")


def shown(value: str, type_: Type | None) -> str:
    """A value for people: strings quoted."""
    return quote(value) if type_ is Type.STRING else value


def shown_cause(cause: Cause) -> str:
    """The value of a cause for people: what is no word or number is quoted."""
    return lines.shown_value(cause.value)


def decides(step: Step) -> bool:
    """Would another value of each cause change the value?"""
    return bool(step.causes) and all("value" in cause.changes for cause in step.causes)


def hinders(step: Step) -> bool:
    """Would another value of each cause let a line count?"""
    return bool(step.causes) and all("visibility" in cause.changes for cause in step.causes)


_REQUIREMENTS: Final = {
    "depends on ": "depends on ",
    "if ": "depends on ",
    "prompt if ": "has a prompt only if ",
    "visible if ": "is in a menu visible only if ",
}


def requires(told: Premise) -> str:
    """A limit as what "it" does: ``depends on A``, ``has a prompt only if A``."""
    if told.probe:
        is_plain = told.probe.startswith("depends ")
        return told.probe if is_plain else f"is limited by {in_quotes(told.probe)}"
    for words, verb in _REQUIREMENTS.items():
        if told.text.startswith(words):
            return verb + told.text.removeprefix(words)
    if told.text == "choice":
        return "is in a choice that does not allow it"
    return f"is limited by {in_quotes(told.text)}"


def in_quotes(text: str) -> str:
    """What a file says, in quotes that it does not have itself."""
    mark = "'" if '"' in text else '"'
    return f"{mark}{text}{mark}"


def bracketed(parts: Sequence[str]) -> str:
    """`` (a; b)``, nothing for nothing."""
    kept = "; ".join(part for part in parts if part)
    return f" ({kept})" if kept else ""


def is_limit(told: Premise) -> bool:
    """Is it a dependency or a prompt's condition?"""
    return told.text.startswith(tuple(_REQUIREMENTS))


def condition(told: Premise) -> str:
    """The expression in the words of a limit."""
    words = next((words for words in _REQUIREMENTS if told.text.startswith(words)), "")
    return told.text.removeprefix(words)


def is_itself(step: Step) -> bool:
    """Is the condition nothing but its one cause?"""
    return len(step.causes) == 1 and condition(step.premises[0]) == step.causes[0].name


def verb_of(phrase: str) -> str:
    """The verb of what "it" does; "on B" goes on with "depends"."""
    return "depends" if phrase.startswith(("depends on", "on ")) else phrase.partition(" ")[0]


def series(parts: Sequence[str], comma: str, last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``; with semicolons one stands before "and" too."""
    if len(parts) < 2:
        return "".join(parts)
    end = f"{comma}{last} " if ";" in comma else f" {last} "
    return f"{comma.join(parts[:-1])}{end}{parts[-1]}"


def named(names: Sequence[str]) -> str:
    """A few names, the rest as a number."""
    if len(names) > MOST:
        return f"{', '.join(names[: MOST - 1])} and {len(names) - MOST + 1} more"
    return series(names, ", ")


def unselected(step: Step) -> str:
    """That nothing selects it; by name where it is only a few."""
    selectors = list(dict.fromkeys(told.symbol for told in step.premises))
    if len(selectors) > MOST:
        return f"none of the {len(selectors)} symbols that can select it does"
    return f"{series(selectors, ', ', 'or')} could select it, but {_not(selectors)}"


def _not(selectors: Sequence[str]) -> str:
    return "does not" if len(selectors) == 1 else "none does"
