"""A plan as data: its lines with reasons, its effects, and how it was confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, TypeAlias

from attrs import evolve, field, frozen

from kresolve.dotconfig.files import write_whole
from kresolve.dotconfig.lines import Line, shown_value
from kresolve.encoding import Reason
from kresolve.errors import RequestError
from kresolve.explanation.derivation import Derivation
from kresolve.kconfig import markup
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import TreeInfo
from kresolve.planner.fragment_file import (
    asked_for,
    counted,
    fragment_text,
    places,
    reason,
    remainder_text,
    verdict,
)
from kresolve.planner.objective import Measure
from kresolve.planner.request import Demand, in_quotes
from kresolve.results import Result, Short

if TYPE_CHECKING:
    from kresolve.dependency_graph import Graph

Status: TypeAlias = Literal["planned", "impossible", "unknown"]
Role: TypeAlias = Literal["requested", "prerequisite", "disable"]


@frozen(repr=False)
class PlanLine(Short):
    """A line of the fragment.

    ``why`` is a sentence; ``needed_by`` are the requests that are lost without
    the line, by name, never none.  In a plan for every base, ``missed_on`` is a base on
    which that is so.
    """

    symbol: str
    value: str
    text: str
    role: Role
    why: str
    needed_by: tuple[str, ...]
    location: Location | None
    prompt: str
    menu: tuple[str, ...]
    missed_on: Counterexample | None = None

    def __str__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return markup.table([self.cells])

    @property
    def cells(self) -> tuple[str, str, str]:
        """The line in a table of HTML: itself, what it is, and why it is there."""
        where = f" ({self.location})" if self.location else ""
        menu = f"{' > '.join(self.menu)}: " if self.menu else ""
        what = markup.text(f"{menu}{self.prompt}{where}")
        return markup.code(self.text), what, markup.text(self.why)


@frozen(repr=False)
class Counterexample(Short):
    """A base on which a line is missed: its tree, and its lines."""

    tree: TreeInfo
    lines: tuple[Line, ...]

    def __str__(self) -> str:
        if not self.lines:
            return "an empty base"
        return f"a base with {', '.join(f'{line.symbol}={line.value}' for line in self.lines)}"


@frozen
class Satisfied:
    """A request that needs no line, and why; of alternatives, what serves without one.

    ``value`` is None where it is not the same on every base.
    """

    symbol: str
    value: str | None
    why: str

    def __str__(self) -> str:
        return self.symbol if self.value is None else f"{self.symbol}={shown_value(self.value)}"


@frozen
class Serving:
    """Which alternative of a request holds in a target, by name or by its symbols."""

    request: str
    alternative: str
    symbols: tuple[str, ...]

    def __str__(self) -> str:
        several = len(self.symbols) > 1 and " and " in self.alternative
        return f"{self.alternative} {'serve' if several else 'serves'} {in_quotes(self.request)}"


@frozen
class Change:
    """A symbol whose value the plan changes."""

    symbol: str
    before: str
    after: str


@frozen
class CorrectionSet:
    """A smallest set of demands to give up so that there is a plan.

    ``instead`` are requests that could take the place of some of them.
    """

    give_up: tuple[Demand, ...]
    instead: tuple[str, ...] = ()


@frozen
class ProbedLine:
    """A Kconfig line that asks a program: as it is written, and which tools were missing."""

    location: Location
    line: str
    tools: str


@frozen(repr=False)
class Conflict(Result):
    """Why there is no plan: demands and rules that cannot hold together.

    ``rules`` are lines of Kconfig files.  Leaving any one of demands and rules
    out would make the rest possible.  ``probes`` are those that ask programs.
    """

    demands: tuple[Demand, ...]
    rules: tuple[Reason, ...]
    ways_out: tuple[CorrectionSet, ...] = ()
    probes: tuple[ProbedLine, ...] = ()

    _keys: ClassVar = ("symbols", "demands", "rules", "probes", "ways_out")
    _rows_of: ClassVar = "rules"

    def _summary(self) -> str:
        return f"between {' and '.join(map(str, self.demands))}"

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols involved, those of the demands first."""
        names = [name for demand in self.demands for name in demand.looked_at]
        names += [rule.symbol for rule in self.rules if rule.symbol]
        return tuple(dict.fromkeys(names))

    def kconfig_lines(self) -> Iterator[tuple[str, str, str]]:
        """Each line of the rules once: its place, the rule, and what is known of a program it asks.

        The last is empty for a line that asks none.
        """
        probes = {str(one.location): (one.line, one.tools) for one in self.probes}
        members: dict[Location | None, list[str]] = {}
        for rule in self.rules:
            if rule.kind == "choice":
                members.setdefault(rule.location, []).append(rule.symbol)
        for rule in self.rules:
            text, place = str(rule), str(rule.location or "")
            if rule.kind == "choice" and rule.location in members:
                names = members.pop(rule.location)
                if len(names) > 1:
                    text = f"{' and '.join(names)} are members of this choice"
            elif rule.kind == "choice":
                continue
            line, tools = probes.get(place, ("", ""))
            as_written = f"written: {line}{f'; {tools}' if tools else ''}" if line else ""
            yield place, text, as_written

    def _repr_html_(self) -> str:
        demands = [
            (markup.code(str(demand)), markup.text(demand.origin)) for demand in self.demands
        ]
        rules = [
            (markup.code(place), markup.text(f"{rule} ({as_written})" if as_written else rule))
            for place, rule, as_written in self.kconfig_lines()
        ]
        return markup.block(
            markup.strong("these conflict, and without any one of them the others do not"),
            markup.table([*demands, *rules]),
        )


@frozen
class Verified:
    """Whether evaluator and conf have confirmed a plan; None: not asked."""

    evaluator: bool | None = None
    conf: bool | None = None


@frozen(repr=False)
class TargetResult(Result):
    """What a plan does in one target.

    ``lines`` are those that only this target gets, where the plan is in parts.
    ``changes`` are all symbols with another value than before; ``lost`` those
    of them by which an option of the base ends lower without a request; ``dropped`` the
    lines that do not take effect here.
    """

    tree: TreeInfo
    base: str
    mode: str
    lines: tuple[PlanLine, ...] = ()
    satisfied: tuple[Satisfied, ...] = ()
    #: Of each request that has alternatives, which one holds.
    serving: tuple[Serving, ...] = ()
    changes: tuple[Change, ...] = ()
    lost: tuple[Change, ...] = ()
    dropped: tuple[str, ...] = ()
    verified: Verified = field(factory=Verified)

    _rows_of: ClassVar = "changes"

    def __str__(self) -> str:
        return f"{self.tree}, base {self.base}"


class PlanExplanation(Protocol):
    """What :meth:`Plan.explain` gives: a kresolve.Explanation, as a plan knows it."""

    @property
    def derivation(self) -> Derivation:
        """The facts."""

    @property
    def sentence(self) -> str:
        """The first sentence, which says it all."""

    @property
    def value(self) -> str:
        """The symbol's value."""

    @property
    def is_dropped(self) -> bool:
        """Does a line ask for another value than results?"""

    @property
    def markdown(self) -> str:
        """Everything as Markdown."""

    @property
    def html(self) -> str:
        """A self-contained HTML page."""

    def to_dict(self) -> dict[str, Any]:
        """Everything as dicts and lists."""


@frozen(eq=False, repr=False)
class Plan(Result):
    """The answer to a request.

    ``status`` is "planned" (and verified), "impossible" (proved, see
    ``conflict``) or "unknown".  ``targets`` tells what the plan does, and is
    one target unless several were asked about; ``tree``, ``base``, ``changes``
    and the like are those of the first.
    """

    status: Status
    request: tuple[Demand, ...]
    targets: tuple[TargetResult, ...]
    objective_name: str
    lines: tuple[PlanLine, ...] = ()
    objective: tuple[Measure, ...] = ()
    conflict: Conflict | None = None
    #: What the user should know: notes of profiles, weak proofs.
    notes: tuple[str, ...] = ()
    #: Other plans that are as good, as many as were asked for.
    alternatives: tuple[tuple[Line, ...], ...] = ()
    #: Explains a symbol in the first target, the lines included; a plan has no tree itself.
    explainer: Callable[[str], PlanExplanation] | None = field(default=None, repr=False)
    #: Makes the graph; the face puts it here, where the tree is at hand.
    grapher: Callable[[Plan], Graph] | None = field(default=None, repr=False)

    schema: ClassVar = "kresolve.plan/2"
    _keys: ClassVar = (
        *("status", "tree", "base", "mode", "request", "lines", "satisfied", "serving"),
        *("changes", "lost", "objective", "verified", "conflict", "targets", "alternatives"),
        "notes",
    )

    def __str__(self) -> str:
        """The fragment; of a request without a plan, a comment that says so."""
        return self.fragment or f"# {asked_for(self)}: {self.status}\n"

    def _summary(self) -> str:
        count = f", {counted(len(self.lines), 'line')}" if self.status == "planned" else ""
        return f"{self.status}: {asked_for(self)}; {'; '.join(places(self))}{count}"

    @cached_property
    def graph(self) -> Graph:
        """What matters for the plan, as a networkx.MultiDiGraph (kresolve/planner/plan_graph.py).

        In the first of several targets.  Raises RequestError for a plan that was
        not made by a Tree.
        """
        if self.grapher is None:
            raise RequestError("this plan has no tree; use Tree.plan")
        return self.grapher(self)

    @property
    def tree(self) -> TreeInfo:
        """What was read, and with what."""
        return self.targets[0].tree

    @property
    def base(self) -> str:
        """The base's name, fragments included."""
        return self.targets[0].base

    @property
    def is_universal(self) -> bool:
        """Is it a plan for every base?"""
        return self.objective_name == "portable"

    @property
    def mode(self) -> str:
        """What the build does with the lines."""
        return self.targets[0].mode

    @property
    def satisfied(self) -> tuple[Satisfied, ...]:
        """The requests that need no line."""
        return self.targets[0].satisfied

    @property
    def serving(self) -> tuple[Serving, ...]:
        """Which alternatives hold, of the requests that have some."""
        return self.targets[0].serving

    @property
    def changes(self) -> tuple[Change, ...]:
        """All symbols that the plan changes."""
        return self.targets[0].changes

    @property
    def lost(self) -> tuple[Change, ...]:
        """Those of the changes by which an option of the base ends lower unasked."""
        return self.targets[0].lost

    @property
    def verified(self) -> Verified:
        """Who has confirmed the plan, in every target."""
        each = [target.verified for target in self.targets]
        return Verified(
            evaluator=_all(one.evaluator for one in each), conf=_all(one.conf for one in each)
        )

    @property
    def fragment(self) -> str:
        """The text of the fragment; empty when there is no plan."""
        return fragment_text(self) if self.status == "planned" else ""

    def write(self, path: str | Path) -> None:
        """Write the fragment, all of it or nothing.

        Raises RequestError when there is no plan to write.
        """
        if self.status != "planned":
            raise RequestError(f"{path}: not written: the request is {self.status}")
        for name, text in self.files(path).items():
            write_whole(name, text)

    def files(self, path: str | Path) -> dict[Path, str]:
        """What :meth:`write` writes: of a plan in parts, a file for each target besides."""
        path = Path(path)
        texts = {path: self.fragment}
        for number, target in enumerate(self.targets):
            if target.lines:
                parts = (target.tree.version, target.tree.arch, Path(target.base).name)
                name = f"{path.stem}-{'-'.join(parts).replace(' ', '')}{path.suffix}"
                texts[path.with_name(name)] = remainder_text(self, number)
        return texts

    def explain(self, symbol: str) -> PlanExplanation:
        """Why a symbol has the value that it has with the plan's lines: an Explanation.

        Raises RequestError for a symbol that the tree does not have, or if the
        plan does not come from a tree.
        """
        if self.explainer is None:
            raise RequestError(f"{symbol}: this plan has no tree to explain it; use Tree.plan")
        return self.explainer(symbol)

    def _repr_html_(self) -> str:
        satisfied = [(markup.code(str(item)), markup.text(item.why)) for item in self.satisfied]
        words = {"impossible": "impossible, proved", "unknown": "kresolve cannot tell"}
        said = words.get(self.status) or verdict(self)
        several = f" on {self.targets[0]}" if len(self.targets) > 1 else ""
        return markup.block(
            f"{markup.strong(asked_for(self))}, {markup.text('; '.join(places(self)))}",
            markup.text(said),
            self._table(self.lines),
            *(
                f"{markup.strong(f'only on {target}')}{self._table(target.lines)}"
                for target in self.targets
                if target.lines
            ),
            "" if self.conflict is None else self.conflict._repr_html_(),
            *(markup.text(f"{one}{several}") for one in self.serving),
            markup.table(satisfied, (f"needs no line{several}", "because")),
            *map(markup.text, self.notes),
        )

    def _table(self, lines: Iterable[PlanLine]) -> str:
        """Lines of this plan as a table of HTML."""
        rows = ((*line.cells[:2], markup.text(reason(self, line))) for line in lines)
        return markup.table(rows, ("line", "what", "why"))

    @property
    def assignments(self) -> tuple[Line, ...]:
        """The lines as assignments; of a plan in parts, the common part."""
        return tuple(Line(line.symbol, line.value) for line in self.lines)

    def assignments_in(self, number: int) -> tuple[Line, ...]:
        """What one of the targets gets: the lines, and those that are for it alone."""
        own = self.targets[number].lines
        return (*self.assignments, *(Line(line.symbol, line.value) for line in own))

    @property
    def in_parts(self) -> bool:
        """Are there lines that only some of the targets get?"""
        return any(target.lines for target in self.targets)

    def confirmed_by_conf(self, *, held: bool) -> Plan:
        """The same plan with conf's word on it, for all its targets."""
        targets = tuple(
            evolve(target, verified=evolve(target.verified, conf=held)) for target in self.targets
        )
        return evolve(self, targets=targets)


def _all(answers: Iterable[bool | None]) -> bool | None:
    """True if all say so, False if one denies it, None if one was not asked."""
    known = list(answers)
    return False if False in known else None if None in known else True
