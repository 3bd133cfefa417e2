"""Minimize a fragment: the fewest lines with the same ``.config``, or that keep a request.

For the same ``.config`` it is enough to examine each line alone: all
other values being as they are, a symbol's line is needed if and only if the
symbol would have another value without it.  Only the lines of one choice have
to be examined together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, ClassVar

from attrs import field, frozen

from kresolve.dotconfig.lines import Line, fragment_text, typed_value
from kresolve.errors import DisagreementError, RequestError
from kresolve.evaluator import more_user_values
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.kconfig.phrases import NO_PROMPT, join_names
from kresolve.kconfig.values import Type
from kresolve.planner import Demand, Question, Target, answer
from kresolve.progress import SILENT, Progress
from kresolve.results import Result


@frozen
class DroppedLine:
    """A line that is not needed, and why."""

    line: Line
    why: str


@frozen(eq=False, repr=False)
class Minimal(Result):
    """The result of minimize: the lines that are kept, and those removed, each with a reason.

    ``proved`` says whether fewer are proved impossible.
    """

    lines: tuple[Line, ...]
    dropped: tuple[DroppedLine, ...]
    tree: TreeInfo
    proved: bool = True
    request: tuple[Demand, ...] = field(default=())

    schema: ClassVar = "kresolve.minimize/2"
    _keys: ClassVar = ("tree", "request", "lines", "dropped", "proved")

    def __str__(self) -> str:
        """The fragment of the lines that are left."""
        return fragment_text(self.lines)

    def _summary(self) -> str:
        fewest = "proved fewest" if self.proved else "not proved fewest"
        return f"{len(self.lines)} of {len(self.lines) + len(self.dropped)} lines, {fewest}"

    def _rows(self) -> list[Mapping[str, Any]]:
        """Every line, those that went with the reason."""
        found = self.to_dict()
        kept = ({"line": line, "why": ""} for line in found["lines"])
        return [{**row, "kept": not row["why"]} for row in (*kept, *found["dropped"])]


def same_config(target: Target, fragment: Sequence[Line]) -> Minimal:
    """The fewest lines that make the same ``.config`` of a base as a fragment does.

    Raises DisagreementError if what is left does something else after all.
    """
    model = target.model
    last = _last_lines(model, fragment)
    before = target.user
    whole = target.after(fragment)
    kept: dict[str, Line] = {}
    for name, line in last.items():
        if model.symbols[name].choice is None:
            now = whole.evaluation.bool_tristate.get(name, whole.evaluation.text.get(name, ""))
            if whole.evaluation.recompute(name, before)[name] != now:
                kept[name] = line
    for index in dict.fromkeys(model.symbols[name].choice for name in last):
        if index is not None:
            members = set(model.choices[index].members)
            own = [line for line in last.values() if line.symbol in members]
            values = {name: whole.evaluation.bool_tristate[name] for name in members}

            def does_the_same(
                lines: Iterable[Line],
                choice: int = index,
                wanted: Mapping[str, int] = values,
            ) -> bool:
                user = more_user_values(model, before, lines)
                return whole.evaluation.recompute(choice, user) == wanted

            kept.update((line.symbol, line) for line in _fewest(own, does_the_same))
    left = tuple(line for line in fragment if kept.get(line.symbol) is line)
    if target.after(left).text() != whole.text():
        raise DisagreementError(
            "fewer lines make a different .config: a bug in kresolve; please report it"
        )
    return Minimal(left, tuple(_dropped(target, fragment, last, kept)), model.info)


def keeping(
    target: Target,
    fragment: Sequence[Line],
    request: tuple[Demand, ...],
    *,
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> Minimal:
    """The fewest lines of a fragment with which a request holds.

    Raises RequestError if it does not hold with all of them.
    """
    model = target.model
    last = _last_lines(model, fragment)
    with_all = target.after(fragment)
    for demand in request:
        if not demand.holds(with_all.shown):
            shown = [(name, with_all.shown(name) or "nothing") for name in demand.looked_at]
            values = join_names([f"{name} is {value}" for name, value in shown], len(shown))
            raise RequestError(
                f"{demand}: {values} with all lines of the fragment; "
                "kresolve plan finds what is missing"
            )
    keys = {
        (name, value): line
        for name, line in last.items()
        if (value := typed_value(line, model.symbols[name].type)) is not None
    }
    question = Question(request, objective="lines", among=frozenset(keys))
    plan = answer(target, question, timeout=timeout, progress=progress)
    if plan.status != "planned":
        raise DisagreementError(f"no subset of the lines keeps the request ({plan.status})")
    kept = {line.symbol: last[line.symbol] for line in plan.assignments}
    left = tuple(line for line in fragment if kept.get(line.symbol) is line)
    return Minimal(
        left,
        tuple(_dropped(target, fragment, last, kept, asked=request)),
        model.info,
        all(measure.proved for measure in plan.objective),
        request,
    )


def _last_lines(model: Model, fragment: Iterable[Line]) -> dict[str, Line]:
    """For each symbol the last line that says anything to conf."""
    last: dict[str, Line] = {}
    for line in fragment:
        symbol = model.symbols.get(line.symbol)
        if symbol is not None and typed_value(line, symbol.type) is not None:
            last.pop(line.symbol, None)
            last[line.symbol] = line
    return last


def _fewest(
    lines: Sequence[Line], does_the_same: Callable[[Sequence[Line]], bool]
) -> tuple[Line, ...]:
    """The fewest of some lines, in their order, that do the same as all."""
    for size in range(len(lines)):
        for chosen in combinations(lines, size):
            if does_the_same(chosen):
                return chosen
    return tuple(lines)


def _dropped(
    target: Target,
    fragment: Sequence[Line],
    last: Mapping[str, Line],
    kept: Mapping[str, Line],
    asked: Sequence[Demand] = (),
) -> Iterable[DroppedLine]:
    """The lines that went, with the reason."""
    before = target.user
    for line in fragment:
        if kept.get(line.symbol) is line:
            continue
        symbol = target.model.symbols.get(line.symbol)
        if symbol is None or symbol.type is Type.UNKNOWN:
            why = f"{target.model.info} has no such option"
        elif last.get(line.symbol) is None:
            why = f"invalid value ({symbol.type}): conf ignores the line"
        elif last[line.symbol] is not line:
            why = "overridden by a later line"
        elif asked:
            why = "the request holds without it"
        elif not target.model.is_assignable(symbol):
            why = NO_PROMPT
        elif line.symbol in before.lines and str(before.lines[line.symbol]) == str(line):
            why = "set by the base"
        else:
            why = "the result is the same without it"
        yield DroppedLine(line, why)
