"""The class Explanation: a derivation, and what would change the value."""

from __future__ import annotations

from typing import ClassVar

from attrs import frozen

from kresolve.explanation.derivation import Derivation, Fact
from kresolve.explanation.sentences import headline
from kresolve.kconfig.model import TreeInfo
from kresolve.planner import Plan
from kresolve.rendering.explanation_html import explanation_html, explanation_page
from kresolve.rendering.explanation_markdown import explanation_markdown
from kresolve.rendering.explanation_outline import Outline, outline
from kresolve.rendering.explanation_text import explanation_text
from kresolve.results import Result


@frozen(eq=False, repr=False)
class Explanation(Result):
    """Why a symbol has its value, and what would give it another.

    ``derivation`` is the data.  ``plan`` has the lines with which the symbol
    gets ``wanted``: the value that a dropped line asked for, else y if it is n
    and n if it is not; None where no plan was asked for or makes sense.
    ``is_full`` says that nothing was left out for brevity.
    """

    derivation: Derivation
    tree: TreeInfo
    wanted: str | None = None
    plan: Plan | None = None
    is_full: bool = False

    schema: ClassVar = "kresolve.derivation/1"
    _keys: ClassVar = (
        *("symbol", "value", "asked=derivation.asked", "dropped=is_dropped", "sentence", "tree"),
        *("base=derivation.base", "mode=derivation.mode", "complete=is_full", "facts", "wanted"),
        "plan",
    )
    _rows_of: ClassVar = "facts"

    def _summary(self) -> str:
        return self.sentence

    @property
    def symbol(self) -> str:
        """The symbol that is explained."""
        return self.derivation.root

    @property
    def value(self) -> str:
        """Its value: n, m or y, or the text without quotes."""
        return self.derivation.value

    @property
    def is_dropped(self) -> bool:
        """Does a line ask for another value than results?"""
        return self.derivation.is_dropped

    @property
    def sentence(self) -> str:
        """The first sentence, which says it all."""
        return headline(self.derivation)

    @property
    def facts(self) -> tuple[Fact, ...]:
        """The facts, that of the symbol first."""
        return tuple(self.derivation.facts.values())

    @property
    def _outline(self) -> Outline:
        return outline(self.derivation, self.wanted, self.plan, full=self.is_full)

    @property
    def markdown(self) -> str:
        """Everything as Markdown."""
        return explanation_markdown(self._outline)

    @property
    def html(self) -> str:
        """A self-contained HTML page."""
        return explanation_page(self._outline)

    def __str__(self) -> str:
        return explanation_text(self._outline)

    def _repr_html_(self) -> str:
        return explanation_html(self._outline)
