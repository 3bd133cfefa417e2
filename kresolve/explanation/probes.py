"""Kconfig lines that run a program: the line as written, and which program.

The model has what ``$(shell,...)`` and its kin gave when the tree was read.
The line as it stands in the file, and the macros and scripts behind it, tell
which tool was asked; they are read from the tree, where there is one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from attrs import evolve

from kresolve.explanation.derivation import Derivation, Fact, Premise, Step
from kresolve.kconfig.location import Location
from kresolve.kconfig.model import Model, TreeInfo

#: Where kernels define what their Kconfig files call (``cc-option`` and so on).
_MACROS: Final = "scripts/Kconfig.include"

_CALL: Final = re.compile(r"\$\(([A-Za-z0-9_-]+)")
_DEFINITION: Final = re.compile(r"^([A-Za-z0-9_-]+)[ \t]*:?=[ \t]*(.*)$", re.MULTILINE)
_SCRIPT: Final = re.compile(r"\$\(srctree\)/([\w./-]+)")
#: Longer values of variables say nothing to a reader.
_LONGEST: Final = 20


class Probes:
    """What the Kconfig files of a tree ask; ``read`` gives a file's text, or None."""

    def __init__(self, info: TreeInfo, read: Callable[[str], str | None]) -> None:
        self._tools = dict(info.toolchain)
        self._variables = dict(info.variables)
        self._read = read
        self._texts: dict[str, str] = {}
        self._macros: dict[str, str] | None = None

    def line(self, location: Location) -> str:
        """A line of a file, with those it goes on in; empty if it cannot be read."""
        lines = self._text(location.file).splitlines()[location.line - 1 :]
        parts: list[str] = []
        for text in lines:
            parts.append(text.strip().removesuffix("\\").strip())
            if not text.rstrip().endswith("\\"):
                break
        return " ".join(parts)

    def asked(self, line: str) -> str:
        """What a line's macros ask: the tools, those that are missing first, or variables."""
        used = list(dict.fromkeys(self._used(line)))
        if missing := self.missing(line):
            return missing
        tools = [f"{name} is {self._tools[name]}" for name in used if name in self._tools]
        named = [f"{n}={self._variables[n]}" for n in _CALL.findall(line) if self._is_telling(n)]
        return ", ".join(tools or dict.fromkeys(named))

    def missing(self, line: str) -> str:
        """Which tools a line's macros ask that are not there, in one clause; empty for none."""
        used = dict.fromkeys(self._used(line))
        missing = [f"{name} was not found" for name in used if self._tools.get(name) == "not found"]
        return f"{' and '.join(missing)} when the tree was read" if missing else ""

    def _is_telling(self, name: str) -> bool:
        return 0 < len(self._variables.get(name, "")) <= _LONGEST

    def _used(self, text: str) -> Iterator[str]:
        """The names of all macros and variables that a text uses, scripts' included."""
        seen: set[str] = set()
        todo = [text]
        while todo:
            macro = todo.pop()
            for name in _CALL.findall(macro):
                if name not in seen:
                    seen.add(name)
                    yield name
                    todo.append(self.macros.get(name, ""))
            for script in _SCRIPT.findall(macro):
                words = set(re.findall(r"\$\{?(\w+)", self._text(script)))
                yield from (name for name in self._tools if name in words)

    @property
    def macros(self) -> dict[str, str]:
        """The macros of the tree, by name."""
        if self._macros is None:
            self._macros = dict(_DEFINITION.findall(self._text(_MACROS)))
        return self._macros

    def _text(self, file: str) -> str:
        known = self._texts.get(file)
        if known is None:
            known = self._texts[file] = self._read(file) or ""
        return known


def computed_at(model: Model, name: str) -> Iterator[Location]:
    """Where a symbol without a prompt has its defaults: what it is, the tree has found out."""
    symbol = model.symbols.get(name)
    if symbol is not None and not model.has_prompt(symbol):
        for _, definition in model.menu_nodes(symbol):
            yield from (default.location for default in definition.defaults)


def with_probes(derivation: Derivation, probes: Probes) -> Derivation:
    """The derivation in which what was asked of programs is told in the files' own words."""

    def in_fact(fact: Fact) -> Fact:
        return evolve(fact, steps=tuple(in_step(step) for step in fact.steps))

    def in_step(step: Step) -> Step:
        # What has causes does not hang on a constant alone; a default may.
        asks = step.rule == "default" or not step.causes
        premise = tuple(in_premise(premise) for premise in step.premises) if asks else step.premises
        return evolve(step, premises=premise, also=tuple(in_step(other) for other in step.also))

    def in_premise(premise: Premise) -> Premise:
        if premise.kind != "kconfig" or premise.location is None:
            return premise
        line = probes.line(premise.location)
        if "$(" not in line:
            return premise
        return evolve(premise, probe=line, tools=probes.asked(line))

    facts = {name: in_fact(fact) for name, fact in derivation.facts.items()}
    return evolve(derivation, facts=facts)
