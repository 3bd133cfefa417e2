"""What lint finds: a finding for each line of some fragments, and the rules they go by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import (
    InvalidLine,
    Line,
    spell,
)
from kresolve.evaluator import ConfMode
from kresolve.fragments.renames import Successor
from kresolve.fragments.repair import Repair
from kresolve.kconfig import markup
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import TreeInfo
from kresolve.kconfig.phrases import NO_PROMPT
from kresolve.kconfig.values import Type
from kresolve.planner import Request
from kresolve.results import Result, Short

Severity: TypeAlias = Literal["error", "warning", "note", "ok"]
LintRule: TypeAlias = Literal[
    "survives",
    "dropped",
    "contradiction",
    "unknown",
    "misspelled",
    "renamed",
    "transitional",
    "invalid",
    "redefined",
    "gate",
    "redundant",
    "no-effect",
    "no-prompt",
    "calculated",
    "whitelisted",
]

#: What each rule says, and how bad it is.
RULES: Final[Mapping[LintRule, tuple[Severity, str]]] = {
    "survives": ("ok", "the line holds"),
    "dropped": ("error", "the line is not in the final .config"),
    "contradiction": ("error", "another line of the fragments prevents this one"),
    "unknown": ("error", "this kernel has no such option"),
    "misspelled": (
        "warning",
        "the line switches off an unknown option, but one with a similar name exists",
    ),
    "renamed": ("error", "the option has another name in this kernel"),
    "transitional": ("warning", "the option's old name, which this kernel still reads"),
    "invalid": ("error", "conf ignores the line: its value is invalid"),
    "redefined": ("warning", "a later line sets another value"),
    "gate": ("warning", "the line switches off options that no line sets to n"),
    "redundant": ("note", "a later line sets the same value"),
    "no-effect": ("note", "the line has no effect: the value is the same without it"),
    "no-prompt": ("note", f"the option {NO_PROMPT}; it has this value anyway"),
    "calculated": ("note", "the file is a complete .config, and conf calculates this option"),
    "whitelisted": ("note", "the line is lost, and the whitelist allows it"),
}

#: How the message of each line begins that does not end as it says.
LOST: Final = "not in final .config: "


@frozen(repr=False)
class Finding(Short):
    """The finding for one line.

    ``wanted`` is what the line asks for, ``value`` what results (None where there
    is no such option, or no line for its number); ``meant`` stands for an invalid line of
    which it is clear what it asks for, if it is the last for its option; ``advice`` says
    what would make the line survive, or that nothing does, ``add`` are the lines for that;
    ``blockers`` are the values that keep it out in the end, as "X=n"; ``related`` is
    another line that has to do with it;
    ``affected`` are the options that a gate switches off; ``successor`` is the
    option's new name.
    """

    line: Line
    rule: LintRule
    message: str
    wanted: str = ""
    value: str | None = None
    meant: Line | None = None
    advice: str = ""
    add: tuple[str, ...] = ()
    blockers: tuple[str, ...] = ()
    location: Location | None = None
    related: Location | None = None
    affected: tuple[str, ...] = ()
    successor: Successor | None = None
    type: Type = Type.UNKNOWN

    _keys: ClassVar = (
        *("symbol=line.symbol", "line", "rule", "severity", "survives", "wanted", "value"),
        *("message=text", "add", "blockers", "location", "related", "affected", "successor"),
    )

    @property
    def result(self) -> str:
        """What results, as it stands behind ``CONFIG_X=``; "nothing" where no line does."""
        return "nothing" if self.value is None else spell(self.type, self.value)

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return RULES[self.rule][0]

    @property
    def survives(self) -> bool:
        """Is the result what the line asks for?"""
        return self.rule != "invalid" and self.wanted == ("n" if self.value is None else self.value)

    @property
    def is_lost(self) -> bool:
        """Does the line ask for what other lines could bring about?"""
        if self.rule == "invalid":
            return self.meant is not None and self.wanted != self.value
        return self.rule in ("dropped", "contradiction")

    @property
    def request(self) -> Request:
        """What the line asks for."""
        return Request(self.line.symbol, (self.wanted,), f"@{self.line.location}")

    @property
    def text(self) -> str:
        """The message, and the advice where there is any."""
        return f"{self.message}; {self.advice}" if self.advice else self.message

    #: What the cells are.
    HEADING: ClassVar = ("where", "line", "is", "why")

    @property
    def cells(self) -> tuple[str, ...]:
        """As a row of HTML cells."""
        return (
            markup.text(self.line.location or ""),
            markup.code(self.line),
            markup.text(f"{self.severity}: {self.rule}"),
            markup.text(self.text),
        )

    def __str__(self) -> str:
        return (
            f"[{self.severity.upper()}] {self.line.location}: CONFIG_{self.line.symbol}: "
            f"{self.text}"
        )


@frozen(eq=False, repr=False)
class Lint(Result):
    """The result of lint; ``status`` is "clean" or "found"."""

    tree: TreeInfo
    base: str
    mode: ConfMode
    findings: tuple[Finding, ...]
    invalid: tuple[InvalidLine, ...]
    repair: Repair = field(factory=lambda: Repair(None))

    schema: ClassVar = "kresolve.lint/2"
    _keys: ClassVar = (
        *("status", "tree", "base", "mode", "lines=findings", "bad=invalid"),
        *("incomplete=repair.stopped", "plan=repair.plan"),
    )

    def _summary(self) -> str:
        worse = len(self.worse) + len(self.invalid)
        return (
            f"{self.status}: {len(self.findings)} lines, {worse} with an error or warning; "
            f"{self.tree}, base {self.base}, make {self.mode}"
        )

    @property
    def status(self) -> Literal["clean", "found"]:
        """Is there anything worse than a note?"""
        return "found" if self.invalid or self.worse else "clean"

    @property
    def worse(self) -> tuple[Finding, ...]:
        """The errors and warnings."""
        return tuple(f for f in self.findings if f.severity in ("error", "warning"))

    @property
    def dropped(self) -> tuple[Finding, ...]:
        """The lines whose option does not end as they say."""
        return tuple(f for f in self.findings if not f.survives)

    @property
    def has_unread(self) -> bool:
        """Does a line mean something that conf does not read as a line for an option?"""
        return any(bad.meant for bad in self.invalid) or any(
            finding.meant for finding in self.findings if finding.rule == "unknown"
        )

    def _repr_html_(self) -> str:
        return markup.block(
            markup.text(f"{self.tree}, {self.base}, {self.mode}: {self.status}"),
            markup.table([finding.cells for finding in self.findings], Finding.HEADING),
            *(markup.text(bad) for bad in self.invalid),
        )

    def fix(self) -> tuple[str, ...]:
        """Rewrite the fragments so that more of their lines survive; the files that changed.

        Raises ConfigFileError for a file that cannot be written, or that is packed.
        """
        from kresolve.fragments.fixing import fix_files

        return fix_files(self)


def interrupted(lint: Lint, left: int) -> Lint:
    """A judgement that says what is missing: its advice, and ``left`` others behind it."""
    stopped = (*lint.repair.stopped, "not all advice was found")
    if left:
        stopped = (*stopped, f"{left} more were not checked")
    return evolve(lint, repair=evolve(lint.repair, stopped=stopped))
