"""Lint: check each line of some fragments in a target."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final

from attrs import evolve

from kresolve.dotconfig.lines import (
    PREFIX,
    InvalidLine,
    Line,
    invalid_value,
    meant_value,
    spell,
    typed_value,
)
from kresolve.evaluator import Configuration, evaluate
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.why_not import roots, why_not, with_tools
from kresolve.fragments.findings import LOST, Finding, LintRule
from kresolve.fragments.renames import shortened, successors, unknown_text
from kresolve.fragments.similar_option import Likeness
from kresolve.fragments.value_without import value_without
from kresolve.kconfig.model import Model
from kresolve.kconfig.phrases import NO_PROMPT
from kresolve.kconfig.similar_names import misspelled
from kresolve.kconfig.values import NUMERIC
from kresolve.planner import Request, Target
from kresolve.planner.fragment_file import counted
from kresolve.planner.objective import global_switches
from kresolve.progress import SILENT, Progress

_LISTED = 8

#: A file with so many lines for options without a prompt, this part of all its lines at
#: least, is a whole .config, which conf wrote.
_CALCULATED: Final = 50
_PART: Final = 0.1


def recognised(bad: InvalidLine, model: Model) -> InvalidLine:
    """A line that says nothing to conf, with what was meant, if the tree has such an option."""
    likely = bad.likely
    symbol = None if likely is None else model.symbols.get(likely.symbol)
    if likely is None or symbol is None:
        return bad
    value = typed_value(likely, symbol.type)
    value = meant_value(likely, symbol.type) if value is None else value
    if value is None:
        return bad
    meant = Line(symbol.name, spell(symbol.type, value))
    return evolve(bad, reason=f"{bad.reason}; did you mean {meant}?", meant=meant)


class Linter:
    """Checks the lines of fragments in a target.

    ``bare`` is the target of the base alone; ``lines`` are the fragments', in the
    order in which they are merged; ``others`` are models of other kernels, which
    may know what this one does not; ``whitelist`` names options that may be lost;
    ``added`` are those of the lines that nobody wrote, because kresolve adds them;
    ``roots`` says where a model's help texts are.
    """

    def __init__(
        self,
        bare: Target,
        lines: Sequence[Line],
        others: Iterable[Model] = (),
        whitelist: Container[str] = (),
        *,
        added: Container[Line] = (),
        roots: Callable[[Model], Path | None] = lambda model: None,
    ) -> None:
        self.bare = bare
        self._roots = roots
        self.lines = tuple(lines)
        self.model = bare.model
        self.target = evolve(bare, lines=(*bare.lines, *lines))
        self.after: Configuration = self.target.before
        self.deriver = Deriver(self.after, self.target.base, every=True)
        self._others = others
        self._likenesses: dict[int, Likeness] = {}
        self.whitelist = whitelist
        self.added = added
        # The line that counts for each symbol: the last that is valid.
        self.last = {
            line.symbol: number
            for number, line in enumerate(self.lines)
            if (symbol := self.model.symbols.get(line.symbol))
            and typed_value(line, symbol.type) is not None
        }

    @cached_property
    def others(self) -> tuple[Model, ...]:
        """The other kernels; read only when a name is unknown here."""
        return tuple(self._others)

    def findings(self, *, thorough: bool = True, progress: Progress = SILENT) -> list[Finding]:
        """The judgement of each line, without advice.

        If it is not ``thorough``, whether a line that holds does anything is left open.
        """
        findings = []
        with progress.task("judging", len(self.lines)) as task:
            for number, line in enumerate(self.lines):
                task.update(number)
                checked = self._checked(number, line, thorough=thorough)
                findings.append(self._if_lost(checked))
        return findings

    def lost(self) -> list[Finding]:
        """The lines that count and whose option does not end as they say."""
        return [
            finding
            for finding in self.findings(thorough=False)
            if not finding.survives
            and finding.rule not in ("redefined", "redundant")
            and (finding.rule != "invalid" or finding.related is None)
        ]

    def _if_lost(self, finding: Finding) -> Finding:
        """A finding that says so if its line is lost, or that the line may be."""
        if finding.survives:
            return finding
        rule = "whitelisted" if finding.line.symbol in self.whitelist else finding.rule
        return evolve(finding, rule=rule, message=f"{LOST}{finding.message}")

    def _checked(self, number: int, line: Line, *, thorough: bool) -> Finding:
        symbol = self.model.symbols.get(line.symbol)
        if symbol is None:
            return self._unknown(line)
        wanted = typed_value(line, symbol.type)
        value = self.after.get(line.symbol)
        if symbol.type in NUMERIC and line.symbol not in self.after.evaluation.written:
            value = None
        if wanted is None:
            return self._invalid(number, line, value)
        finding = Finding(
            line,
            "survives",
            "survives",
            wanted=wanted,
            value=value,
            location=self.model.location(line.symbol),
            type=symbol.type,
        )
        if symbol.transitional:
            return self._transitional(finding)
        if self.last[line.symbol] != number:
            return self._overridden(finding, self.lines[self.last[line.symbol]])
        if value != wanted:
            return self._dropped(finding)
        return self._held(finding) if thorough else finding

    def _invalid(self, number: int, line: Line, value: str | None) -> Finding:
        """A line that conf ignores for its value: what to use, and what counts instead."""
        name = line.symbol
        symbol = self.model.symbols[name]
        settable = self.model.is_assignable(symbol)
        text = invalid_value(line, symbol.type, settable=settable)
        place = self.model.location(name)
        finding = Finding(line, "invalid", text, "", value, location=place, type=symbol.type)
        if line.says_not_set and not symbol.is_bool_or_tristate and not value:
            # nothing is asked for that is not so already
            state = "no line results" if value is None else 'it is "" already'
            wanted = "n" if value is None else ""
            return evolve(finding, rule="no-effect", message=f"{text}; {state}", wanted=wanted)
        if not settable:
            return evolve(finding, message=f"{text}; {name} {NO_PROMPT}")
        if self.last.get(name, -1) > number:
            later = self.lines[self.last[name]].location
            return evolve(finding, message=f"{text}; {later} counts", related=later)
        text += self._left_in_force(line)
        meant = meant_value(line, symbol.type)
        if meant is None:
            return evolve(finding, message=text)
        should_be = Line(name, spell(symbol.type, meant))
        return evolve(finding, message=text, wanted=meant, meant=should_be)

    def _left_in_force(self, line: Line) -> str:
        """What merge_config.sh does otherwise than conf with an earlier line: it deletes it."""
        name = line.symbol
        earlier = self.after.evaluation.user.lines.get(name)
        here, there = line.location, None if earlier is None else earlier.location
        if earlier is None or (here and there and here.file == there.file):
            return ""
        others = tuple(other for other in self.bare.lines if other.symbol != name)
        bare = evolve(self.bare, lines=others)
        without = value_without(bare, self.after, name, self.lines)
        if without == self.after[name]:
            return ""
        symbol = self.model.symbols[name]
        return (
            f"; {earlier} ({there or 'the base'}) counts, but merge_config.sh deletes that line, "
            f"and {spell(symbol.type, without)} would result"
        )

    def _unknown(self, line: Line) -> Finding:
        knowing, whole = self._knowing(line.symbol), self._is_whole(line)
        renamed = successors(self.model, line.symbol, knowing)
        hint = "" if renamed or whole else self._hint(line.symbol, knowing)
        text = unknown_text(self.model, line.symbol, self.others, hint=hint, guess=not whole)
        rule: LintRule = "renamed" if renamed else "unknown"
        if whole and knowing and all(other.prompt(line.symbol) is None for other in knowing):
            rule = "calculated"
        if line.value == "n" and not any(self.after.tristate(new.symbol) for new in renamed):
            rule = "no-effect"  # what is not there is off, under its new name as well
            if not (renamed or knowing or whole) and misspelled(line.symbol, self.model.symbols):
                rule = "misspelled"
        finding = Finding(line, rule, text, line.value, successor=renamed[0] if renamed else None)
        meant = Line(line.symbol.strip(), line.value.strip())
        if meant != line and self._is_valid(meant):
            return evolve(finding, meant=meant)
        return finding

    def _is_valid(self, line: Line) -> bool:
        """Would conf take a line?"""
        symbol = self.model.symbols.get(line.symbol)
        return symbol is not None and typed_value(line, symbol.type) is not None

    def _hint(self, name: str, knowing: Sequence[Model]) -> str:
        """What other kernels say became of a name, or of others like it."""
        for other in reversed(knowing):
            likely = self._likely(other, name)
            if likely is not None:
                return f'; did you mean {PREFIX}{likely} ("{self.model.prompt(likely)}")?'
        rest, _, part = name.rpartition("_")
        if not knowing and rest in self.model.symbols and part in self._shortened:
            old, version = self._shortened[part]
            became = old.removesuffix(f"_{part}")
            return f"; did you mean {PREFIX}{rest}? (Linux {version} had {old}, now {became})"
        return ""

    @cached_property
    def _shortened(self) -> Mapping[str, tuple[str, str]]:
        return shortened(self.model, self.others)

    def _likely(self, other: Model, name: str) -> str | None:
        """The option that is most like one of another kernel; None without help texts."""
        if id(other) not in self._likenesses:
            old, new = self._roots(other), self._roots(self.model)
            if old is None or new is None:
                return None
            self._likenesses[id(other)] = Likeness(other, old, self.model, new)
        return self._likenesses[id(other)].likely(name)

    def _knowing(self, name: str) -> list[Model]:
        return [other for other in self.others if name in other.symbols]

    def _transitional(self, finding: Finding) -> Finding:
        """A transitional symbol: its value goes on to another, and it is never written."""
        name = finding.line.symbol
        later = successors(self.model, name)
        text = f"is only kept for old configurations; {' and '.join(map(str, later))}"
        carried = later[0].symbol if later else name
        value = self.after.get(carried, finding.value)
        return evolve(
            finding,
            rule="transitional",
            message=text if later else "is only kept for old configurations",
            value=value,
            successor=later[0] if later else None,
        )

    def _overridden(self, finding: Finding, later: Line) -> Finding:
        symbol = self.model.symbols[finding.line.symbol]
        if typed_value(later, symbol.type) == finding.wanted:
            text = f"said again at {later.location}"
            return evolve(finding, rule="redundant", message=text, related=later.location)
        text = f"redefined at {later.location}: {later}"
        return evolve(finding, rule="redefined", message=text, related=later.location)

    def _dropped(self, finding: Finding) -> Finding:
        name = finding.line.symbol
        symbol = self.model.symbols[name]
        asked = spell(finding.type, finding.wanted)
        text = f"requested {asked}, actual value {finding.result}"
        if not self.model.is_assignable(symbol) and self._is_whole(finding.line):
            reason = "has no prompt; conf has calculated this line of a complete .config"
            return evolve(finding, rule="calculated", message=f"{text}: {reason}")
        why = why_not(self.deriver, name, finding.wanted)
        text = f"{text}: {with_tools(self.deriver, why, self.bare.model_index.probes)}"
        finding = evolve(finding, blockers=roots(self.deriver, name, finding.wanted))
        for name in why.blockers:
            line = self._line_of(name)
            if line is not None and line.symbol != finding.line.symbol:
                return evolve(
                    finding,
                    rule="contradiction",
                    message=f"{text}; {self._author(line)} {line}",
                    location=why.location,
                    related=line.location,
                )
        return evolve(finding, rule="dropped", message=text, location=why.location)

    def _is_whole(self, line: Line) -> bool:
        """Does a line stand in a file that is a whole ``.config``?"""
        return line.location is not None and line.location.file in self._whole_files

    @cached_property
    def _whole_files(self) -> frozenset[str]:
        """The files that have lines for options without a prompt in bulk."""
        files = Counter(line.location.file for line in self.lines if line.location is not None)
        calculated = Counter(
            line.location.file
            for line in self.lines
            if line.location is not None
            and (symbol := self.model.symbols.get(line.symbol)) is not None
            and not self.model.is_assignable(symbol)
        )
        return frozenset(
            name
            for name, number in calculated.items()
            if number >= _CALCULATED and number >= _PART * files[name]
        )

    def counts(self, line: Line) -> bool:
        """Is a line the one that counts for its symbol?"""
        number = self.last.get(line.symbol)
        return number is not None and self.lines[number] is line

    def _author(self, line: Line) -> str:
        if line in self.added:
            return "kresolve adds"
        return f"{line.location or 'the base'} has"

    def _line_of(self, name: str) -> Line | None:
        """The fragments' line that gave an option its value, if one did."""
        if name not in self.last or name not in self.after:
            return None
        line = self.lines[self.last[name]]
        wanted = typed_value(line, self.model.symbols[name].type)
        return line if wanted == self.after[name] else None

    def _held(self, finding: Finding) -> Finding:
        name = finding.line.symbol
        symbol = self.model.symbols[name]
        if not self.model.has_prompt(symbol):
            text = f"{NO_PROMPT}; {name} is {finding.result} anyway"
            return evolve(finding, rule="no-prompt", message=text)
        if name in global_switches(self.model) and self.bare.before[name] != finding.value:
            affected = self._switched_off_by(name)
            if affected:
                listed = ", ".join(affected[:_LISTED]) + (" ..." if affected[_LISTED:] else "")
                number = counted(len(affected), "option")
                text = f"switches off {number} that no line sets to n: {listed}"
                return evolve(finding, rule="gate", message=text, affected=affected)
        if value_without(self.bare, self.after, name, self.lines) == finding.value:
            text = f"no effect: without the line the value is also {finding.result}"
            return evolve(finding, rule="no-effect", message=text)
        return finding

    def _switched_off_by(self, gate: str) -> tuple[str, ...]:
        """The options that are lower than they would be without a gate's lines."""
        return switched_off_by(self.target, self.after, gate, self.last)

    def requests(self, findings: Iterable[Finding]) -> list[Request]:
        """What the dropped lines ask for, as requests."""
        return [*{f.line.symbol: f.request for f in findings if f.is_lost}.values()]


def switched_off_by(
    target: Target, after: Configuration, gate: str, named: Iterable[str]
) -> tuple[str, ...]:
    """The options that a gate's lines switch off or weaken, though no line names them.

    What a line does that holds only with the gate, is that line's doing.
    """
    model, lines = target.model, target.lines

    def without(names: Collection[str]) -> Configuration:
        rest = [line for line in lines if line.symbol not in names]
        return evaluate(model, rest, target.mode, since=target.before)

    before = without({gate})
    silent = model.options - {*named, gate}
    lower = [
        name
        for name in model.symbols
        if name in silent and after.tristate(name) < before.tristate(name)
    ]
    enabled = {name for name in named if after.get(name) != before.get(name)} - {gate}
    if not lower or not enabled:
        return tuple(lower)
    alone = without(enabled)
    return tuple(name for name in lower if alone.tristate(name) < before.tristate(name))
