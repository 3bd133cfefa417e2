"""Explain one symbol in a target."""

from __future__ import annotations

from typing import Final

from kresolve.dotconfig.lines import Line, spell
from kresolve.errors import RequestError
from kresolve.explanation.derivation import Derivation
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.probes import with_probes
from kresolve.kconfig.model import Model
from kresolve.planner import Plan, Question, Target, answer, checked, parse_request
from kresolve.progress import SILENT, Progress
from kresolve.rendering.explanation import Explanation

#: Seconds for finding out what would change a value.
_PATIENCE: Final = 60.0


def explain_symbol(
    target: Target,
    text: str,
    *,
    base: str,
    said: tuple[Line, ...] = (),
    depth: int = 6,
    full: bool = False,
    change: bool = True,
    progress: Progress = SILENT,
) -> Explanation:
    """Why a symbol has its value in a target, and what would give it another.

    ``text`` is ``X``, or ``X=VALUE`` for what would become of such a line.
    ``base`` names the base for people, ``said`` are lines on top that stand in no
    file.  Raises RequestError with what is wrong about the question.
    """
    if depth < 0:
        raise RequestError(f"invalid depth {depth}; use 0 or more")
    name, line = _asked(target.model, text)
    lines = (*said, *((line,) if line else ()))
    deriver = Deriver(target.after(lines), base, [line.symbol for line in lines])
    found = deriver.full(name) if full else deriver.reading(name, depth)
    found = with_probes(found, target.model_index.probes)
    wanted = _wanted(target.model, found) if change else None
    plan = None
    if wanted is not None:
        with progress.task(f"how to make {name} {wanted}"):
            plan = _planned(target, said, name, wanted)
    return Explanation(found, target.model.info, wanted, plan, full)


def _asked(model: Model, text: str) -> tuple[str, Line | None]:
    """The symbol, and the line that is asked about."""
    name, value = parse_request(text)
    if value is None:
        return name, None
    request = checked(model, name, value, text)
    if len(request.accept) != 1:
        raise RequestError(f"{text}: use one value")
    return name, Line(name, spell(model.symbols[name].type, request.accept[0]))


def _wanted(model: Model, found: Derivation) -> str | None:
    """The value that the reader would rather have, if that can be known."""
    if found.is_dropped:
        return found.asked
    if not model.symbols[found.root].is_bool_or_tristate:
        return None
    return "n" if found.value == "y" else "y"


def _planned(target: Target, said: tuple[Line, ...], name: str, wanted: str) -> Plan:
    """What it takes to give a symbol a value."""
    model = target.model
    written = spell(model.symbols[name].type, wanted)
    request = checked(model, name, written, f"{name}={written}")
    here = target
    if said:
        lines = (*target.lines, *said)
        here = Target(model, target.base, lines, target.mode, target.model_index)
    return answer(here, Question(requests=(request,)), timeout=_PATIENCE)
