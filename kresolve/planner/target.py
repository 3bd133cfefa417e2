"""A target: a tree, a base in it, and what the build does with the lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, Final

from attrs import Factory, field, frozen

from kresolve.dotconfig.files import read_below
from kresolve.dotconfig.lines import Line
from kresolve.encoding import CandidateInput, CandidateLines, Circuit, Encoding, OpenEncoding
from kresolve.evaluator import Configuration, ConfMode, UserValues, evaluate
from kresolve.kconfig.dependencies import Dependencies
from kresolve.kconfig.model import Model
from kresolve.kconfig.value_domains import ValueDomains, value_domains
from kresolve.planner.candidate_values import candidate_values

if TYPE_CHECKING:
    from kresolve.explanation.probes import Probes

#: What all bases of a tree are called.
ANY: Final = "any"
#: Variables of an encoding that is kept no longer, for the memory that it takes.
_LARGEST: Final = 300_000


@frozen(eq=False)
class ModelIndex:
    """What is computed once for a model: its dependencies, value domains and probes."""

    model: Model
    #: The text of a file of the tree, for what its lines ask programs; None where it is not there.
    read: Callable[[str], str | None] = field(default=partial(read_below, None), repr=False)

    def __reduce__(self) -> tuple[object, ...]:
        """In another process it is found out again."""
        return ModelIndex, (self.model, self.read)

    @cached_property
    def probes(self) -> Probes:
        """What the tree's files ask programs."""
        from kresolve.explanation.probes import Probes

        return Probes(self.model.info, self.read)

    @cached_property
    def dependencies(self) -> Dependencies:
        """The dependencies of the model's nodes."""
        return Dependencies(self.model)

    @cached_property
    def texts(self) -> ValueDomains:
        """What ints, hexes and strings have to do with each other."""
        return value_domains(self.model)


@frozen(eq=False)
class Target:
    """Where a fragment has to hold.

    ``lines`` is the base with the fragments on top; ``base`` names it for
    people.  ``model_index`` may be shared with other targets of the model.
    """

    model: Model
    base: str
    lines: tuple[Line, ...]
    mode: ConfMode = "olddefconfig"
    #: Lines of the base that say nothing to conf, as remarks.
    notes: tuple[str, ...] = field(default=(), kw_only=True)
    model_index: ModelIndex = field(
        default=Factory(lambda target: ModelIndex(target.model), takes_self=True), repr=False
    )

    _kept: list[OpenEncoding] = field(factory=list, init=False, repr=False)
    #: What the lines last asked about result in: what a plan ends with is asked for again.
    _latest: dict[tuple[Any, ...], Configuration] = field(factory=dict, init=False, repr=False)

    def __str__(self) -> str:
        return f"{self.model.info}, base {self.base}"

    def __reduce__(self) -> tuple[object, ...]:
        """In another process: the same question; what was found out is found out again."""
        return partial(Target, notes=self.notes), (self.model, self.base, self.lines, self.mode)

    @cached_property
    def before(self) -> Configuration:
        """The configuration without any plan."""
        return evaluate(self.model, self.lines, self.mode)

    def after(self, lines: Sequence[Line]) -> Configuration:
        """The configuration with ``lines`` appended to the base."""
        key = tuple((line, line.literal) for line in lines)
        known = self._latest.get(key)
        if known is None:
            known = self.before.with_lines(lines) if lines else self.before
            self._latest.clear()
            self._latest[key] = known
        return known

    @cached_property
    def user(self) -> UserValues:
        """What the base says, as conf takes it."""
        return self.before.user

    def encoded(
        self, offer: CandidateLines, wanted: Mapping[str, Sequence[str]], *, alone: bool = True
    ) -> Encoding:
        """An encoding of this target under the lines of an offer, empty at first.

        ``wanted`` are texts asked for, by symbol.
        """
        user = self._input(offer, wanted, alone=alone)
        return Encoding(self.model, user, offer.circuit, self.model_index.dependencies)

    def open_encoding(
        self, offer: CandidateLines, wanted: Mapping[str, Sequence[str]], *, alone: bool = True
    ) -> OpenEncoding:
        """The same of single rules."""
        user = self._input(offer, wanted, alone=alone)
        return OpenEncoding(self.model, user, offer.circuit, self.model_index.dependencies)

    @property
    def kept_encoding(self) -> OpenEncoding:
        """Single rules as encoded for earlier questions that asked for no text."""
        kept = next(iter(self._kept), None)
        if kept is None or kept.unfinished or kept.circuit.top > _LARGEST:
            self._kept[:] = [self.open_encoding(CandidateLines(Circuit()), {})]
        return self._kept[0]

    def _input(
        self, offer: CandidateLines, wanted: Mapping[str, Sequence[str]], *, alone: bool
    ) -> CandidateInput:
        texts = candidate_values(self.model, self.model_index.texts, self.user, self.before, wanted)
        return CandidateInput(self.model, self.user, offer, texts, alone=alone)
