"""Merge fragments as the tree's merge_config.sh does, and report every lost line.

The rules are those of scripts/kconfig/merge_config.sh: a fragment's lines take
the place of earlier ones for the same option, and the whole is given to
``make alldefconfig`` or, with -n, ``make allnoconfig`` as KCONFIG_ALLCONFIG.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import tee
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import Line, fragment_text
from kresolve.errors import RequestError
from kresolve.evaluator import ConfMode
from kresolve.fragments.advice import advised
from kresolve.fragments.findings import Finding
from kresolve.fragments.linting import Linter
from kresolve.fragments.repair import Repair
from kresolve.kconfig import markup
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.planner import Target
from kresolve.progress import SILENT, Progress
from kresolve.results import Result

OverlapKind: TypeAlias = Literal["redefined", "redundant", "kept"]

#: The make target by which merge_config.sh fills in what no line says.
MODES: Final[dict[bool, ConfMode]] = {False: "alldefconfig", True: "allnoconfig"}


@frozen
class Overlap:
    """An option that both a fragment and an earlier file set.

    "redefined": the later value counts; "redundant": they are the same; "kept":
    with -y, the earlier y stays though the fragment says m.
    """

    kind: OverlapKind
    fragment: str
    earlier: Line
    later: Line

    _keys: ClassVar = ("kind", "symbol=later.symbol", "fragment", "earlier", "later")


@frozen(eq=False, repr=False)
class Merge(Result):
    """A merged configuration; ``status`` is "kept" or "lost".

    ``config`` is the ``.config``, or with ``only_merged`` the merged lines;
    ``lost`` are the lines that are not in it, ``repair`` has what was added for
    them, or could be.
    """

    base: str
    fragments: tuple[str, ...]
    overlaps: tuple[Overlap, ...]
    lines: tuple[Line, ...]
    config: str
    lost: tuple[Finding, ...] = ()
    repair: Repair = field(factory=lambda: Repair(None))
    #: Were the lines that are missing added?
    completed: bool = False
    tree: TreeInfo | None = None
    mode: ConfMode = "alldefconfig"

    schema: ClassVar = "kresolve.merge/2"
    _keys: ClassVar = (
        *("status", "tree", "base", "fragments", "mode", "overlaps", "lost", "plan=repair.plan"),
    )
    _rows_of: ClassVar = "lost"

    def __str__(self) -> str:
        """The ``.config``."""
        return self.config

    def _summary(self) -> str:
        return f"{self.status}: {len(self.lines)} lines, {len(self.lost)} lost; {self.tree}"

    def place(self, line: Line) -> str:
        """Where a line stands; one of a make target's has no better place than its name."""
        return self.base if line.location is None else str(line.location)

    @property
    def status(self) -> Literal["kept", "lost"]:
        """Is every line in the configuration?"""
        return "lost" if self.lost else "kept"

    def _repr_html_(self) -> str:
        kept = f"{len(self.lines)} lines, {len(self.lost)} of them not in final .config"
        return markup.block(
            markup.text(f"{', '.join((self.base, *self.fragments))}: {kept}"),
            markup.table([finding.cells for finding in self.lost], Finding.HEADING),
        )


def merged_lines(
    base: Iterable[Line],
    fragments: Iterable[tuple[str, Sequence[Line]]],
    *,
    built_in: bool = False,
) -> tuple[list[Line], list[Overlap]]:
    """The lines of files, the later ones in the place of earlier ones; and what overlapped.

    ``built_in`` is -y: an m does not take the place of a y.
    """
    lines = list(base)
    overlaps: list[Overlap] = []
    for name, fragment in fragments:
        earlier = {line.symbol: line for line in lines}
        new: list[Line] = []
        gone: set[str] = set()
        for line in fragment:
            old = earlier.get(line.symbol)
            if old is not None and built_in and (old.value, line.value) == ("y", "m"):
                overlaps.append(Overlap("kept", name, old, line))
                continue
            new.append(line)
            if old is not None and line.symbol not in gone:
                kind: OverlapKind = "redundant" if old.value == line.value else "redefined"
                overlaps.append(Overlap(kind, name, old, line))
                gone.add(line.symbol)
        lines = [line for line in lines if line.symbol not in gone] + new
    return lines, overlaps


def finished(
    merge: Merge,
    bare: Target,
    fragments: Iterable[Line],
    others: Iterable[Model] = (),
    *,
    complete: bool = False,
    only_merged: bool = False,
    progress: Progress = SILENT,
) -> Merge:
    """The ``.config`` of merged lines, and the lines that are lost in it.

    ``bare`` is an empty target of the tree, with the mode; ``fragments`` are
    those of the merged lines that people wrote: what was added may change the
    others, which conf did.  With ``complete`` what is missing is added, and what
    is lost even so remains.
    """
    others, again = tee(others)  # each is read once, and only if it has to be
    strong = set(fragments)
    weak = tuple(line for line in merge.lines if line not in strong)
    linter = Linter(
        evolve(bare, lines=weak), [line for line in merge.lines if line in strong], others
    )
    findings, mended = linter.findings(thorough=False), Repair(None)
    added: tuple[Line, ...] = ()
    if complete and linter.lost():
        findings, mended = advised(linter, findings, progress)
        if mended.plan is not None:
            added = mended.plan.assignments
    deleted = {one.later: one for one in merge.overlaps if one.kind == "redefined"}
    findings = [_with_deleted(finding, deleted) for finding in findings]
    told = {finding.line: finding for finding in findings if not finding.survives}
    whole = Linter(bare, (*merge.lines, *added), again, added=added)
    silent = _may_change(bare.model, {line.symbol for line in (*strong, *added)})
    lost = [
        told.get(finding.line, finding)
        for finding in whole.lost()
        if finding.line in strong
        # What was added may switch on what conf had written as off, or change its numbers.
        or (finding.line.symbol not in silent and (not added or finding.wanted in ("y", "m")))
    ]
    text = whole.after.text()
    if only_merged:
        plan = mended.plan
        text = fragment_text(merge.lines) + (plan.fragment if plan is not None else "")
    return evolve(
        merge,
        lines=whole.lines,
        config=text,
        lost=tuple(lost),
        repair=mended,
        completed=complete,
        tree=bare.model.info,
        mode=bare.mode,
    )


def _with_deleted(finding: Finding, overlaps: Mapping[Line, Overlap]) -> Finding:
    """A finding that says so if an invalid line has taken away an earlier one."""
    overlap = overlaps.get(finding.line)
    if finding.rule != "invalid" or overlap is None:
        return finding
    text = (
        f"{finding.message}; merging deletes {overlap.earlier} for it, which would count "
        "if this line were only appended"
    )
    return evolve(finding, message=text)


def _may_change(model: Model, said: set[str]) -> set[str]:
    """The symbols of which a line of conf's own may be lost without a word.

    Those that others said something about, directly or by another member of a choice,
    and those that conf calculated, because they have no prompt.
    """
    choices = [model.symbols[name].choice for name in said if name in model.symbols]
    siblings = {
        member for index in choices if index is not None for member in model.choices[index].members
    }
    return said | siblings | (model.symbols.keys() - model.options)


def checked_strict(merge: Merge) -> None:
    """With -s: RequestError if any value was redefined."""
    for overlap in merge.overlaps:
        if overlap.kind == "redefined":
            # a line of a base that is no file has no place but the base's name
            place = overlap.earlier.location or merge.base
            raise RequestError(
                f"{overlap.later.location}: {overlap.later} redefines {overlap.earlier} "
                f"({place}), which strict mode does not allow"
            )
