"""Migrate fragments to another kernel: what becomes of each line, and new fragments.

Each line is checked on both trees, on a base of the same name in the same mode.
A word and a sentence say what differs; what can be carried over is, and the new
fragments are checked on the new tree like any others.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import Line, parse_lines, spell
from kresolve.evaluator import ConfMode
from kresolve.fragments.advice import advised
from kresolve.fragments.findings import LOST, Finding, Lint
from kresolve.fragments.fixing import Rewriting, fixed
from kresolve.fragments.linting import Linter
from kresolve.fragments.renames import Successor, successors
from kresolve.fragments.value_without import value_without
from kresolve.kconfig import markup
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.planner import Target
from kresolve.progress import ADVICE_TIMEOUT, SILENT, Progress
from kresolve.results import Result, Short

Fate: TypeAlias = Literal[
    "same", "renamed", "gone", "gated", "no-prompt", "retyped", "lost", "regained", "new", "unknown"
]

#: What each fate means, in the order of a report.
FATES: Final[Mapping[Fate, str]] = {
    "gone": "gone: the new kernel has no such option",
    "renamed": "renamed",
    "gated": "newly gated: lost on the new kernel, not on the old one",
    "no-prompt": "no longer settable: the prompt is gone, and the value differs",
    "retyped": "type changed: the value is no longer valid",
    "lost": "lost on both",
    "unknown": "unknown on both",
    "regained": "lost on the old kernel, holds on the new one",
    "new": "unknown on the old kernel, holds on the new one",
    "same": "holds on both",
}

#: The number of a line in a file's place.
_PLACE: Final = re.compile(r":\d+")

#: Fates by which something is lost that was there before.
WORSE: Final = frozenset({"gone", "gated", "no-prompt", "retyped", "renamed"})

#: Finds the successor of an option by its help text, for an old model's name.
ByHelp: TypeAlias = Callable[[str], Successor | None]


@frozen(repr=False)
class MigratedLine(Short):
    """What becomes of one line: values before and after, and remarks on smaller changes.

    ``before`` and ``after`` are None where there is no such option; ``add`` are
    the lines that the new kernel needs besides.
    """

    line: Line
    fate: Fate
    message: str
    before: str | None
    after: str | None
    successor: Successor | None = None
    location: Location | None = None
    add: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    _keys: ClassVar = (
        *("symbol=line.symbol", "line", "fate", "before", "after", "message", "remarks"),
        *("successor", "add", "location"),
    )

    def __str__(self) -> str:
        text = "; ".join(part for part in (self.message, *self.remarks) if part)
        return f"{self.line.location}: {self.line}" + (f": {text}" if text else "")


@frozen(eq=False, repr=False)
class Migration(Result):
    """The result of migrate, from one tree to another; ``status`` is "unchanged" or "changed".

    ``texts`` are the new fragments by the old ones' names, ``lint`` is their result on
    the new tree, None as long as there is no advice.
    """

    old: TreeInfo
    new: TreeInfo
    base: str
    mode: ConfMode
    steps: tuple[MigratedLine, ...]
    texts: Mapping[str, str] = field(factory=dict)
    lint: Lint | None = None

    schema: ClassVar = "kresolve.migrate/2"
    _keys: ClassVar = (
        *("status", "from=old", "to=new", "arch=new.arch", "base", "mode", "incomplete"),
        *("lines=steps", "fragments=texts", "lost"),
    )

    @property
    def lost(self) -> tuple[Finding, ...]:
        """The lines of the new fragments that are not in the final ``.config`` all the same."""
        return () if self.lint is None else self.lint.dropped

    @property
    def incomplete(self) -> tuple[str, ...]:
        """What is missing of the advice, because the time was up."""
        if self.lint is None:
            return ("not all advice was found",)
        return self.lint.repair.stopped

    def _summary(self) -> str:
        return f"{self.status}: {len(self.steps)} lines, from {self.old} to {self.new}"

    @property
    def status(self) -> Literal["unchanged", "changed"]:
        """Does the new kernel lose anything that the old one had?"""
        return "changed" if any(step.fate in WORSE for step in self.steps) else "unchanged"

    def _repr_html_(self) -> str:
        rows = [
            (
                markup.text(step.line.location or ""),
                markup.code(step.line),
                markup.text(step.fate),
                markup.text("; ".join(part for part in (step.message, *step.remarks) if part)),
                "<br>".join(map(markup.code, step.add)),
            )
            for step in self.steps
            if step.fate != "same" or step.remarks
        ]
        return markup.block(
            markup.text(f"from {self.old} to {self.new}, {self.base}: {self.status}"),
            markup.table(rows, ("where", "line", "fate", "why", "add")),
            markup.text(f"{len(self.steps) - len(rows)} lines hold on both"),
        )


def migrated(
    old: Target,
    new: Target,
    texts: Mapping[str, str],
    by_help: ByHelp = lambda name: None,
    progress: Progress = SILENT,
    *,
    timeout: float | None = ADVICE_TIMEOUT,
    known: Callable[[Migration], None] = lambda migration: None,
) -> Migration:
    """Carry fragments (texts by name) from one target to another.

    ``old`` and ``new`` are the targets of the bases alone.  ``known`` is called with
    what becomes of the lines as soon as that is known; what the new kernel needs
    besides is then looked for, for ``timeout`` seconds.
    """
    before = Linter(old, _lines(old.model, texts))
    after = Linter(new, _lines(new.model, texts), [old.model])
    steps = [
        _with_old_reason(_step(before, after, one, other, by_help), before, one)
        for number, (one, other) in enumerate(
            zip(
                before.findings(thorough=False, progress=progress),
                after.findings(thorough=False, progress=progress),
                strict=True,
            )
        )
        if _counts(before, after, number)
    ]
    rewriting = Rewriting(texts)
    places = {line.symbol: line for line in after.lines}
    for step in steps:
        if step.successor is not None:
            rewriting.rename(step.line, step.successor.symbol, places)
        elif step.fate in ("gone", "lost") and step.after is None:
            rewriting.comment(step.line, f"gone in Linux {new.model.info.version}")
    carried = rewriting.texts()
    found = Migration(old.model.info, new.model.info, new.base, new.mode, tuple(steps), carried)
    known(found)
    linter = Linter(new, _lines(new.model, carried), [old.model])
    findings, mended = advised(linter, linter.findings(progress=progress), progress, timeout)
    lint = Lint(new.model.info, new.base, new.mode, tuple(findings), (), mended)
    adds = {finding.line.symbol: finding for finding in findings}
    written = {**carried, **fixed(lint, carried)}
    last = Linter(new, _lines(new.model, written), [old.model]).findings(thorough=False)
    return evolve(
        found,
        steps=tuple(_with_adds(step, adds) for step in steps),
        texts=written,
        lint=evolve(lint, findings=tuple(last)),
    )


def _lines(model: Model, texts: Mapping[str, str]) -> list[Line]:
    exact = model.dialect.exact_unset
    return [
        line
        for name, text in texts.items()
        for line in parse_lines(text, name, exact_unset=exact)[0]
    ]


def _counts(before: Linter, after: Linter, number: int) -> bool:
    """Is a line the last word on its option, on one of the kernels at least?"""
    name = before.lines[number].symbol
    return number in (before.last.get(name, number), after.last.get(name, number))


def _step(
    before: Linter, after: Linter, old: Finding, new: Finding, by_help: ByHelp
) -> MigratedLine:
    name, line = old.line.symbol, old.line
    step = MigratedLine(line, "same", "", old.value, new.value, location=new.location)
    info = after.model.info
    if name not in after.model.symbols:
        found = successors(after.model, name, [before.model])
        return _vanished(step, before.model, old, new, found[0] if found else by_help(name))
    if new.rule == "transitional":
        read: Fate = "renamed" if old.survives else "lost"
        return evolve(step, fate=read, message=_reason(new), successor=new.successor)
    step = evolve(step, remarks=_remarks(before, after, old, new))
    if new.rule == "invalid":
        typed: Fate = "retyped" if old.survives else "lost"
        return evolve(step, fate=typed, message=_reason(new))
    if name not in before.model.symbols:
        held: Fate = "new" if new.survives else "unknown"
        return evolve(step, fate=held, message="" if new.survives else _reason(new))
    if new.survives:
        return evolve(step, fate="same" if old.survives else "regained")
    if not old.survives:
        return evolve(step, fate="lost", message=_reason(new))
    symbol = after.model.symbols[name]
    had = before.model.has_prompt(before.model.symbols[name])
    if had and not after.model.has_prompt(symbol):
        return evolve(step, fate="no-prompt", message=f"{_reason(new)} in {info}")
    return evolve(step, fate="gated", message=_reason(new))


def _vanished(
    step: MigratedLine, model: Model, old: Finding, new: Finding, successor: Successor | None
) -> MigratedLine:
    """A line whose option the new kernel does not have, by this name at least.

    ``model`` is the old kernel's.  A line that was lost there gets the new name as
    well, but nothing is lost by that.
    """
    name = step.line.symbol
    message = _reason(new) if successor is None else f"{successor}"
    step = evolve(step, successor=successor, message=message)
    if name not in model.symbols:
        return evolve(step, fate="unknown")
    if successor is None and new.survives:
        return evolve(step, fate="same" if old.survives else "regained")
    if not old.survives:
        return evolve(step, fate="lost")
    if successor is not None:
        return evolve(step, fate="renamed")
    prompt = model.prompt(name)
    return evolve(step, fate="gone", message=f'was "{prompt}"' if prompt else "")


def _with_old_reason(step: MigratedLine, before: Linter, old: Finding) -> MigratedLine:
    """A line that is lost on both: why on the old kernel, where that is something else."""
    there = _reason(old)
    if step.fate != "lost" or _PLACE.sub("", there) == _PLACE.sub("", step.message):
        return step
    return evolve(step, message=f"{step.message}; on {before.model.info}: {there}")


def _reason(finding: Finding) -> str:
    return finding.message.removeprefix(LOST)


def _remarks(before: Linter, after: Linter, old: Finding, new: Finding) -> tuple[str, ...]:
    """Smaller changes: moved to another file, another default, no prompt any more."""
    name = old.line.symbol
    if name not in before.model.symbols:
        return ()
    found = []
    here, there = before.model.location(name), after.model.location(name)
    if here is not None and there is not None and here.file != there.file:
        found.append(f"moved from {here.file} to {there.file}")
    one, other = (linter.model.has_prompt(linter.model.symbols[name]) for linter in (before, after))
    if one != other:
        found.append("has no prompt any more" if one else "has a prompt now")
    if old.value is not None and new.value is not None and one and other:
        was = value_without(before.bare, before.after, name, before.lines)
        now = value_without(after.bare, after.after, name, after.lines)
        if was != now:
            need = "no longer needed" if now == new.wanted else "needed now"
            spelled = [
                spell(linter.model.symbols[name].type, value) or "nothing"
                for linter, value in ((before, was), (after, now))
            ]
            found.append(f"without the line {spelled[0]} before, {spelled[1]} now")
            if new.survives and (was == old.wanted or now == new.wanted):
                found[-1] += f": {need}"
    return tuple(found)


def _with_adds(step: MigratedLine, adds: Mapping[str, Finding]) -> MigratedLine:
    """What the new kernel needs besides, from the judgement of the new fragment."""
    name = step.successor.symbol if step.successor is not None else step.line.symbol
    finding = adds.get(name)
    if finding is None or not finding.add:
        return step
    return evolve(step, add=finding.add)


def kept_order(steps: Sequence[MigratedLine]) -> dict[Fate, list[MigratedLine]]:
    """The steps by fate, in the order of a report."""
    return {
        fate: found for fate in FATES if (found := [step for step in steps if step.fate == fate])
    }
