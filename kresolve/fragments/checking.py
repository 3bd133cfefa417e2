"""Check whether a ``.config``, or a running kernel, has the requested options."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import ClassVar, Final, Literal, TypeAlias

from attrs import evolve, frozen

from kresolve.dotconfig.lines import Line, typed_value, unquote
from kresolve.explanation.deriving import Deriver
from kresolve.explanation.why_not import why_not, with_tools
from kresolve.fragments.check_items import CheckItem, KernelId, of_profile
from kresolve.fragments.features import FeatureCheck, check_features, every, features_in, some
from kresolve.fragments.repair import Repair, conflict_text
from kresolve.fragments.running_kernel import RunningKernel
from kresolve.kconfig import markup
from kresolve.kconfig.model import TreeInfo
from kresolve.kconfig.phrases import join_names
from kresolve.planner import Plan, Target, Want, has_option
from kresolve.planner.fragment_file import counted
from kresolve.planner.profiles import ALL, Option, Profile, known_profile
from kresolve.results import Result, Short

Verdict: TypeAlias = Literal["holds", "fails", "unknown"]
State: TypeAlias = Literal[
    "built in",
    "module",
    "on",
    "set",
    "missing",
    "other value",
    "not needed",
    "not in this kernel",
    "unknown",
]

_TITLE: Final = re.compile(r"^# Linux/(\S+) (\d+\.\d+\S*)", re.MULTILINE)
_STATES: Final[Mapping[str, State]] = {"y": "built in", "m": "module", "on": "on", "n": "missing"}


@frozen(repr=False)
class Part(Short):
    """An option of an alternative, with the value that it has.

    ``value`` is "" where the ``.config`` has no line; ``holds`` is None where that is
    unknown; ``why`` says why not, where a tree is given, or how the kernel shows it.
    """

    want: Want
    value: str
    state: State
    holds: bool | None
    why: str = ""
    #: Does the condition hold?
    needed: bool | None = True

    _keys: ClassVar = ("*want", "needed", "value?", "state", "holds", "why")

    @property
    def serves(self) -> bool | None:
        """Does it hold, or is it not needed?"""
        return True if self.needed is False else self.holds if self.needed else self.holds or None

    def __str__(self) -> str:
        value = f" {self.value}" if self.state in ("set", "other value") else ""
        tail = ""
        if self.holds is False and self.state in ("module", "built in", "other value"):
            tail = f", {'|'.join(self.want.accept)} is needed"
        return f"{self.state}{value}{tail}"


@frozen(repr=False)
class CheckedAlternative(Short):
    """An alternative with its options, and whether it holds."""

    name: str
    holds: bool | None
    options: tuple[Part, ...]

    _keys: ClassVar = ("name?", "holds", "options")


@frozen(repr=False)
class Row(Short):
    """The result for one item: an option, or any of some alternatives.

    ``symbol`` is the option; of alternatives, the one that serves by itself, else what
    they are called.  ``ways`` are the alternatives with their options, in order.
    """

    item: CheckItem
    ways: tuple[tuple[Part, ...], ...]
    #: That it cannot be had, where that is proved.
    proof: str = ""

    _keys: ClassVar = (
        *("symbol", "any_of", "accept=item.accept", "required=item.required"),
        *("feature?=item.feature", "value?", "state", "holds", "why", "selected_by"),
        *("note=item.entry.note", "message?=item.entry.message", "silent=item.entry.silent"),
        *("source=item.entry.source", "from=item.origin"),
    )

    @property
    def any_of(self) -> tuple[CheckedAlternative, ...]:
        """The alternatives; of one plain option, none."""
        if self.item.is_plain:
            return ()
        pairs = zip(self.item.alternatives, self.ways, strict=True)
        return tuple(
            CheckedAlternative(way.name, every(part.serves for part in parts), parts)
            for way, parts in pairs
        )

    @property
    def holds(self) -> bool | None:
        """Is it as it was asked for?  None: nobody can tell."""
        return some(every(part.serves for part in parts) for parts in self.ways)

    @property
    def serving(self) -> tuple[Part, ...]:
        """The options that are needed of the first alternative that holds."""
        return tuple(part for part in self._holding if part.needed is not False)

    @property
    def _holding(self) -> tuple[Part, ...]:
        """The first alternative that holds."""
        return next((parts for parts in self.ways if all(one.serves for one in parts)), ())

    @property
    def part(self) -> Part | None:
        """The one option that counts: there is no other, or it serves by itself."""
        if self.item.is_plain:
            return self.ways[0][0]
        serving = self.serving
        return serving[0] if len(serving) == 1 else None

    @property
    def symbol(self) -> str:
        """The option that counts, or what the alternatives are called."""
        return self.item.name if self.part is None else self.part.want.symbol

    @property
    def value(self) -> str:
        """The option's value."""
        return "" if self.part is None else self.part.value

    @property
    def state(self) -> State:
        """What the option is; of alternatives, what is true of all of their options."""
        if self.part is not None:
            return self.part.state
        if self.holds and not self.serving:
            return "not needed"
        parts = self.serving or [part for parts in self.ways for part in parts if not part.serves]
        states = list(dict.fromkeys(part.state for part in parts))
        if len(states) == 1:
            return states[0]
        if self.holds:
            return "on"
        return "unknown" if self.holds is None else "missing"

    @property
    def why(self) -> str:
        """Why it is not so, or how that is known; of alternatives, for each what it lacks."""
        if self.part is not None:
            serves = f"serves {self.item.name}" if len(self.ways) > 1 else ""
            return "; ".join(filter(None, (serves, self.part.why, self.proof)))
        if self.state == "not needed":
            return f"without {join_names([part.want.when for part in self._holding])}"
        told = []
        for way, parts in zip(self.item.alternatives, self.ways, strict=True):
            if parts is self._holding or not self.holds:
                words = _lacks(parts) if parts is not self._holding else _told(parts)
                told.append(": ".join(filter(None, (way.name, ", ".join(words)))))
        return "; ".join(filter(None, (*told, self.proof)))

    @property
    def selected_by(self) -> tuple[str, ...]:
        """The options that select it, as its profile says."""
        entry = self.item.entry
        return entry.selected_by if isinstance(entry, Option) else ()

    def _summary(self) -> str:
        return ": ".join(filter(None, (self.symbol, self.state, self.why)))

    @property
    def fails(self) -> bool:
        """Is something required missing for sure?"""
        return self.item.required and self.holds is False


@frozen(eq=False, repr=False)
class Check(Result):
    """The answer to a check: ``status`` is "holds", "fails" or "unknown"."""

    status: Verdict
    config: str
    kernel: KernelId
    rows: tuple[Row, ...]
    #: Of features that nobody asked for.
    others: tuple[Row, ...] = ()
    #: The tree that was asked why, and what has to be added.
    tree: TreeInfo | None = None
    plan: Plan | None = None
    notes: tuple[str, ...] = ()

    schema: ClassVar = "kresolve.check/1"
    _keys: ClassVar = (
        *("status", "config", "kernel", "options=rows", "features", "tree", "plan", "notes"),
    )
    _rows_of: ClassVar = "options"

    def __str__(self) -> str:
        return f"{self.heading}: {self.verdict}"

    @property
    def heading(self) -> str:
        """The ``.config``, and the kernel that it is of."""
        kernel = " ".join(part for part in (self.kernel.version, self.kernel.arch) if part)
        return f"{self.config}{f': Linux {kernel}' if kernel else ''}"

    @property
    def verdict(self) -> str:
        """PASS, FAIL or UNKNOWN, and the required options that are to blame."""
        # An option that several features need counts once.
        required = {row.item.alternatives: row for row in self.rows if row.item.required}.values()
        missing = [row.symbol for row in required if row.holds is False]
        unsure = [row.symbol for row in required if row.holds is None]
        total = counted(len(required), "required option")
        if missing:
            tail = f"; {len(unsure)} unknown" if unsure else ""
            return f"FAIL: {len(missing)} of {total} missing: {', '.join(missing)}{tail}"
        if unsure:
            names = ", ".join(unsure)
            return f"UNKNOWN: {len(unsure)} of {total} not shown by the kernel: {names}"
        return f"PASS: all of {total}"

    @property
    def missing(self) -> tuple[Row, ...]:
        """The required options that are missing."""
        return tuple(row for row in self.rows if row.fails)

    @property
    def features(self) -> tuple[FeatureCheck, ...]:
        """The features of the profiles that describe theirs: what will work."""
        return check_features((*self.rows, *self.others))

    def _repr_html_(self) -> str:
        rows = [
            (
                markup.code(row.symbol),
                markup.strong(row.state) if row.fails else markup.text(row.state),
                "required" if row.item.required else "optional",
                markup.text(row.item.feature),
                markup.text(row.why),
            )
            for row in self.rows
        ]
        return markup.block(
            f"{markup.strong(self.status)} {markup.text(self.config)}",
            _features_table(self.features),
            markup.table(rows, ("option", "is", "", "for", "why")),
            "" if self.plan is None else self.plan._repr_html_(),
            *map(markup.text, self.notes),
        )


def _features_table(features: Iterable[FeatureCheck]) -> str:
    """The features as HTML, those that were asked for."""
    rows = [
        (
            markup.code(one.name),
            markup.text(one.verdict) if one.works else markup.strong(one.verdict),
            markup.text(one.feature.does),
        )
        for one in features
        if one.asked
    ]
    return markup.table(rows, ("feature", "", "what works with it")) if rows else ""


def kernel_of(text: str) -> KernelId:
    """Version and architecture of a ``.config``, from its heading, as far as it says."""
    found = _TITLE.search(text)
    if not found:
        return KernelId()
    arch = found[1]
    if arch == "x86":
        arch = "x86_64" if "\nCONFIG_X86_64=y\n" in text else "i386"
    return KernelId(found[2], arch)


def check_lines(
    wanted: Iterable[CheckItem], lines: Iterable[Line], *, config: str, kernel: KernelId
) -> Check:
    """Look for options in the lines of a ``.config``; no tree is needed.

    What the ``.config`` does not mention counts as n, as it does for the build.
    """
    said = {line.symbol: line.value for line in lines}

    def look(want: Want) -> Part:
        value = said.get(want.symbol, "")
        value = (unquote(value) or "") if value.startswith('"') else value
        if (value or "n") in want.accept:
            return Part(want, value, _STATES.get(value or "n", "set"), holds=True)
        state: State = _STATES.get(value, "other value") if value else "missing"
        return Part(want, value, state, holds=False)

    notes = () if kernel.version else ("the .config does not name its kernel",)
    return _judged(Check("holds", config, kernel, *_rows(wanted, look), notes=notes))


def check_evidence(
    wanted: Iterable[CheckItem], evidence: RunningKernel, *, kernel: KernelId
) -> Check:
    """Look for options in a kernel that runs and whose ``.config`` nobody can read."""

    def look(want: Want) -> Part:
        seen = evidence.look(want.symbol)
        if seen is None:
            return Part(want, "", "unknown", None, "the kernel does not show it")
        holds: bool | None = seen.value in want.accept or (
            seen.value == "on" and {"y", "m"} <= set(want.accept)
        )
        if seen.certainty != "sure" or (seen.value == "on" and not holds):
            holds = None
        word = "" if seen.certainty == "sure" else "; probably off"
        return Part(want, seen.value, _STATES[seen.value], holds, seen.how + word)

    note = (
        "the .config of the running kernel cannot be read: checked by what the kernel itself shows"
    )
    return _judged(Check("holds", "running", kernel, *_rows(wanted, look), notes=(note,)))


def explained(check: Check, target: Target, mended: Repair) -> Check:
    """The same check with a tree's word on it: why something is missing, and a plan."""
    deriver = Deriver(target.before, target.base, every=True)
    rows = tuple(_explained(row, target, deriver, mended) for row in check.rows)
    return evolve(check, rows=rows, tree=target.model.info, plan=mended.plan)


def _rows(
    wanted: Iterable[CheckItem], look: Callable[[Want], Part]
) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """What was looked for, and what belongs to features that nobody asked for."""
    rows = [_row(one, look) for one in wanted]
    return (
        tuple(row for row in rows if row.item.asked),
        tuple(row for row in rows if not row.item.asked),
    )


def _row(wanted: CheckItem, look: Callable[[Want], Part]) -> Row:
    """What was looked for, option by option."""

    def part(want: Want) -> Part:
        needed = True if want.condition is None else look(want.condition).holds
        return evolve(look(want), needed=needed)

    return Row(wanted, tuple(tuple(map(part, one.wants)) for one in wanted.alternatives))


def _told(parts: Iterable[Part]) -> Iterator[str]:
    """The options of an alternative as they are."""
    for part in parts:
        spared = part.needed is False
        yield f"{part.want.symbol} {f'not needed without {part.want.when}' if spared else part}"


def _lacks(parts: Iterable[Part]) -> Iterator[str]:
    """The options of an alternative that are not as they have to be, with the reason."""
    for part in parts:
        if not part.serves:
            yield ": ".join(filter(None, (f"{part.want.symbol} {part}", part.why)))


def features_of(
    profile: str | Profile, values: Mapping[str, str], *, version: str = "", arch: str = ""
) -> dict[str, bool | None]:
    """Which features of a profile work with some values: name by name, in the profile's order.

    ``values`` are those of the ``.config``, "y" or "m"; what is not there is n.  A feature
    works if all of its required options hold, and those of every feature that it needs; True
    is the promise that everything works which the feature names, False that something does
    not.  None is for what nobody can tell.  Raises RequestError for an unknown profile.
    """
    kernel = KernelId(version, arch)
    found = known_profile(profile) if isinstance(profile, str) else profile
    lines = [Line(name, value) for name, value in values.items()]
    whole = check_lines(of_profile(found, (ALL,), kernel), lines, config="", kernel=kernel)
    return {one.name: one.works for one in features_in(found, whole.rows)}


def _judged(check: Check) -> Check:
    required = [row for row in check.rows if row.item.required]
    status: Verdict = "holds"
    if any(row.holds is None for row in required):
        status = "unknown"
    if any(row.holds is False for row in required):
        status = "fails"
    return evolve(check, status=status)


def _explained(row: Row, target: Target, deriver: Deriver, mended: Repair) -> Row:
    name = row.item.name
    proof = conflict_text(name, mended.impossible[name]) if name in mended.impossible else ""
    ways = tuple(
        tuple(
            _why(part, target, deriver, fails=row.holds is False, can=not proof) for part in parts
        )
        for parts in row.ways
    )
    return evolve(row, ways=ways, proof=proof)


def _why(part: Part, target: Target, deriver: Deriver, *, fails: bool, can: bool) -> Part:
    """An option with a tree's word on it: why it is not as it has to be."""
    model, after, name = target.model, target.before, part.want.symbol
    if not has_option(model, name):
        return evolve(part, state="not in this kernel", why=f"{model.info} has no such option")
    if not fails or part.serves:
        return part
    symbol = model.symbols[name]
    accept = [
        typed_value(Line(name, value), symbol.type) if symbol.is_bool_or_tristate else value
        for value in part.want.accept
    ]
    wanted = next((value for value in accept if value), None)
    if wanted is None:
        return part
    if after.shown(name) in accept:
        return evolve(part, why=f"olddefconfig would make it {after.spelled(name)}")
    user = after.evaluation.user.lines.get(name)
    reason = why_not(deriver, name, wanted)
    if reason.is_free and can and (user is None or user.value == "n"):
        return evolve(part, why="not set (can be set)")
    return evolve(part, why=with_tools(deriver, reason, target.model_index.probes))
