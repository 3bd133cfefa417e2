"""Shrink a question until only that is left which its answer leans on.

Delta debugging (Zeller): parts are left out, first many at once, as long as the answer stays.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Final, TypeAlias, TypeVar

from attrs import evolve

from kresolve.api.case_question import Answer, CaseQuestion, answer_text, ask, without_places
from kresolve.errors import KresolveError
from kresolve.kconfig.dependencies import Dependencies, Node
from kresolve.kconfig.kconfig_text import kconfig_text
from kresolve.kconfig.model import AnyEntry, Model
from kresolve.kconfig.reduction import (
    Edit,
    edited,
    simpler_conditions,
    simplifications,
    without_symbols,
)
from kresolve.progress import SILENT, Progress
from kresolve.sources.oracle import Oracle

_Part = TypeVar("_Part")
#: Another entry in the place of one: the number of the tree, the index, and what is changed.
_Edit: TypeAlias = tuple[int, int, Edit]

#: Seconds after which it is small enough.
PATIENCE: Final = 60.0


class Shrinker:
    """Leaves out what the answer does not lean on; ``best`` is the smallest question so far."""

    def __init__(
        self,
        question: CaseQuestion,
        answer: Answer,
        *,
        oracle: Oracle | None = None,
        seconds: float = PATIENCE,
        progress: Progress = SILENT,
    ) -> None:
        self.best = question
        self.answer = without_places(answer)
        self.oracle = oracle
        self.progress = progress
        self._seconds = seconds
        self._start = time.monotonic()

    @property
    def is_out_of_time(self) -> bool:
        """Is the time up?"""
        return time.monotonic() > self._start + self._seconds

    def run(self) -> None:
        """Shrink until nothing more can be left out, or the time is up."""
        self._start = time.monotonic()
        with self.progress.task("shrinking", total=self._seconds) as self._task:
            self._begin_with_what_is_named()
            size = -1
            while size != _size(self.best) and not self.is_out_of_time:
                size = _size(self.best)
                for step in (self._symbols, self._entries, self._properties, self._conditions):
                    step()
                self._lines()
        if self.is_out_of_time:
            self.progress.note("the time is up: the case could be smaller")

    def keeps_answer(self, make: Callable[[], CaseQuestion]) -> bool:
        """Is the answer to another question the same?  Then that one is the best."""
        self._task.update(time.monotonic() - self._start)
        try:
            question = make()
            answer, _ = ask(question, self.oracle)
        except KresolveError:
            return False
        if without_places(answer) != self.answer:
            return False
        self.best = question
        return True

    def _leave_out(
        self, parts: Sequence[_Part], without: Callable[[Sequence[_Part]], CaseQuestion]
    ) -> None:
        """Leave out as many parts of the best question as possible, the first half first."""
        left, gone = list(parts), list[_Part]()
        size = len(left)
        while size:
            start = 0
            while start < len(left) and not self.is_out_of_time:
                chunk = left[start : start + size]
                if self.keeps_answer(partial(without, [*gone, *chunk])):
                    gone += chunk
                    del left[start : start + size]
                else:
                    start += size
            size //= 2

    def _begin_with_what_is_named(self) -> None:
        """Keep what question and answer name, and what that is calculated from, step by step."""
        whole = self.best
        named = {
            word
            for text in (answer_text(self.answer), *whole.words, *_fragments(whole))
            for word in _words(text)
        }
        around = [_Around(model, named) for model in whole.trees]
        values = [whole.values(tree) for tree in whole.case_trees()]
        grown = True
        while grown and not self.is_out_of_time:
            gone = [each.model.symbols.keys() - each.names for each in around]
            if self.keeps_answer(partial(_without_symbols, whole, gone, values)):
                return
            grown = True in [each.grow() for each in around]

    def _symbols(self) -> None:
        whole = self.best
        values = [whole.values(tree) for tree in whole.case_trees()]
        names = dict.fromkeys(name for model in whole.trees for name in model.symbols)

        def without(gone: Sequence[str]) -> CaseQuestion:
            return _without_symbols(whole, [{*gone}] * len(whole.trees), values)

        self._leave_out([*names], without)

    def _entries(self) -> None:
        whole = self.best
        self._leave_out([(*at, _nothing) for at, _ in _entries(whole)], partial(_edited, whole))

    def _properties(self) -> None:
        for simpler in simplifications:
            whole = self.best
            edits = [(*at, edit) for at, entry in _entries(whole) for edit in simpler(entry)]
            self._leave_out(edits, partial(_edited, whole))

    def _conditions(self) -> None:
        for (tree, index), _ in _entries(self.best):
            while self._simplified_condition(tree, index):
                pass

    def _simplified_condition(self, tree: int, index: int) -> bool:
        """Could a condition of an entry be made simpler?"""
        whole = self.best
        model = whole.trees[tree]
        return any(
            self.keeps_answer(partial(_edited, whole, [(tree, index, _instead(entry))]))
            for entry in simpler_conditions(model.entries[index], model.modules)
            if not self.is_out_of_time
        )

    def _lines(self) -> None:
        whole = self.best
        lines = [
            (name, number)
            for name in whole.base_files()
            for number, _ in enumerate(whole.files[name].splitlines())
        ]

        def without(gone: Sequence[tuple[str, int]]) -> CaseQuestion:
            missing = {*gone}
            return _with_lines(whole, lambda name, number, _: (name, number) not in missing)

        self._leave_out(lines, without)


class _Around:
    """The nodes of a model at most so many steps from some symbols."""

    def __init__(self, model: Model, names: Iterable[str]) -> None:
        self.model = model
        self.dependencies = Dependencies(model)
        nodes = [self.dependencies.node(name) for name in names if name in model.symbols]
        self.nodes: set[Node] = {*nodes, *([model.modules] if model.modules is not None else [])}

    @property
    def names(self) -> set[str]:
        """The symbols among them."""
        return {
            name
            for node in self.nodes
            for name in ([node] if isinstance(node, str) else self.model.choices[node].members)
        }

    def grow(self) -> bool:
        """Take one step more; False if there is nothing."""
        more = {other for node in self.nodes for other in self.dependencies.needs(node)}
        grown = not more <= self.nodes
        self.nodes |= more
        return grown


def _without_symbols(
    question: CaseQuestion, gone: Sequence[AbstractSet[str]], values: Sequence[Mapping[str, str]]
) -> CaseQuestion:
    trees = [without_symbols(*each) for each in zip(question.trees, gone, values, strict=True)]
    known = {name for tree in trees for name in tree.symbols}
    smaller = evolve(question, trees=tuple(trees))
    return _with_lines(smaller, lambda _, number, line: not known.isdisjoint(_words(line)))


def _edited(question: CaseQuestion, edits: Sequence[_Edit]) -> CaseQuestion:
    """The question with some entries edited, in order."""
    found: list[dict[int, AnyEntry | None]] = [{} for _ in question.trees]
    for tree, index, edit in edits:
        entry = found[tree].get(index, question.trees[tree].entries[index])
        found[tree][index] = None if entry is None else edit(entry)
    trees = [edited(*each) for each in zip(question.trees, found, strict=True)]
    return evolve(question, trees=tuple(trees))


def _with_lines(question: CaseQuestion, keep: Callable[[str, int, str], bool]) -> CaseQuestion:
    """The question with only some of the lines of its bases."""
    files = dict(question.files)
    for name in question.base_files():
        lines = enumerate(files[name].splitlines(keepends=True))
        files[name] = "".join(line for number, line in lines if keep(name, number, line))
    return evolve(question, files=files)


def _entries(question: CaseQuestion) -> Iterator[tuple[tuple[int, int], AnyEntry]]:
    """Each entry of each tree, with its place; the last first, so that the others keep theirs."""
    for tree, model in enumerate(question.trees):
        for index in reversed(range(len(model.entries))):
            yield (tree, index), model.entries[index]


def _nothing(entry: AnyEntry) -> None:
    """Instead of an entry, none."""


def _instead(other: AnyEntry) -> Edit:
    """Instead of an entry, another one."""
    return lambda _: other


def _fragments(question: CaseQuestion) -> list[str]:
    bases = question.base_files()
    return [text for name, text in question.files.items() if name not in bases]


def _words(text: str) -> list[str]:
    """The names in a text, without CONFIG_."""
    return re.findall(r"\w+", text.replace("CONFIG_", ""))


def _size(question: CaseQuestion) -> int:
    """How much there is of a question."""
    return sum(map(len, (*map(kconfig_text, question.trees), *question.files.values())))
