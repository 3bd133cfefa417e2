"""Fragments rewritten so that their lines survive: comments and order stay.

What is added stands before the line that needs it, under a comment that says
why.  A line whose option has a new name gets that name; of a line that a file
says twice, the first goes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kresolve.errors import ConfigFileError
from kresolve.files import write_whole
from kresolve.lines import PREFIX, Line
from kresolve.planner import PlanLine
from kresolve.workbench.linting import Finding, Lint

_WIDTH: Final = 96


def fixed(lint: Lint, texts: Mapping[str, str]) -> dict[str, str]:
    """The new texts of files, by name; those that change.

    ``texts`` holds the files' texts as they are, by the names in the findings'
    places.
    """
    files = {name: _File(text) for name, text in texts.items()}
    places = {f.line.symbol: f.line for f in lint.findings}
    for finding in lint.findings:
        line = finding.line
        if line.location is None or line.location.file not in files:
            continue
        file = files[line.location.file]
        if finding.rule in ("renamed", "transitional") and finding.successor:
            file.replace(line, Line(finding.successor.symbol, line.value), places)
        elif finding.rule in ("redundant", "redefined") and _same_file(finding):
            file.drop(line)
    for planned in lint.repair.plan.lines if lint.repair.plan is not None else ():
        _add(planned, lint.findings, files, places)
    return {name: file.text() for name, file in files.items() if file.text() != texts[name]}


def fix_files(lint: Lint) -> tuple[str, ...]:
    """Rewrite the files of a judgement; the names of those that changed.

    Raises ConfigFileError for a file that cannot be read as plain text, or
    written.
    """
    names = {f.line.location.file for f in lint.findings if f.line.location is not None}
    texts: dict[str, str] = {}
    for name in sorted(names):
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            raise ConfigFileError(f"{name}: cannot read it: {error.strerror or error}") from error
        if b"\0" in data:
            raise ConfigFileError(f"{name}: only a plain text can be fixed, not a packed one")
        texts[name] = data.decode("utf-8", "surrogateescape")
    changed = fixed(lint, texts)
    for name, text in changed.items():
        write_whole(Path(name), text)
    return tuple(changed)


def _same_file(finding: Finding) -> bool:
    here, there = finding.line.location, finding.related
    return here is not None and there is not None and here.file == there.file


def _add(
    planned: PlanLine,
    findings: Sequence[Finding],
    files: Mapping[str, _File],
    places: Mapping[str, Line],
) -> None:
    """A planned line, in the place of the one that says otherwise, or where it is needed."""
    new = Line(planned.symbol, planned.value)
    old = places.get(planned.symbol)
    if old is not None and old.location is not None and old.location.file in files:
        files[old.location.file].replace(old, new, {})
        return
    for finding in findings:
        place = finding.line.location
        if finding.line.symbol in planned.needed_by and place and place.file in files:
            files[place.file].insert(place.line, new, planned.why)
            return


class _File:
    """A file's lines, with what goes before, instead of, or away."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.before: dict[int, list[str]] = {}
        self.gone: set[int] = set()

    def replace(self, old: Line, new: Line, places: Mapping[str, Line]) -> None:
        """Another line in the place of one; none if another place says it already."""
        assert old.location is not None
        if new.symbol in places:
            self.gone.add(old.location.line - 1)
            return
        number = old.location.line - 1
        ending = "\r" if self.lines[number].endswith("\r") else ""
        if old.value == new.value:
            # The value stays as it is spelled.
            name = f"{PREFIX}{old.symbol}"
            self.lines[number] = self.lines[number].replace(name, f"{PREFIX}{new.symbol}", 1)
        else:
            self.lines[number] = f"{new}{ending}"

    def drop(self, line: Line) -> None:
        """A line goes away."""
        assert line.location is not None
        self.gone.add(line.location.line - 1)

    def insert(self, number: int, line: Line, why: str) -> None:
        """A line, and the reason, before another."""
        ending = "\r" if self.lines[number - 1].endswith("\r") else ""
        comment = textwrap.wrap(
            why, _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False
        )
        added = self.before.setdefault(number - 1, [])
        added += [f"{text}{ending}" for text in (*comment, str(line))]

    def text(self) -> str:
        """The new text."""
        found: list[str] = []
        for number, line in enumerate(self.lines):
            found += self.before.get(number, ())
            if number not in self.gone:
                found.append(line)
        return "\n".join(found)
