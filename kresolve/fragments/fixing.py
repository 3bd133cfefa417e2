"""Rewrite fragments so that their lines survive; comments and order stay.

What is added stands before the line that needs it, under a comment that says
why.  A line whose option has a new name gets that name, one whose value is
misspelled the value that it means; of a line that a file says twice, the first goes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from kresolve.dotconfig.files import check_writable, write_whole
from kresolve.dotconfig.lines import PREFIX, Line
from kresolve.errors import ConfigFileError
from kresolve.fragments.findings import Finding, Lint
from kresolve.planner import PlanLine

_WIDTH: Final = 96


def fixed(lint: Lint, texts: Mapping[str, str]) -> dict[str, str]:
    """The new texts of files, by name; those that change.

    ``texts`` holds the files' texts as they are, by the names in the findings'
    places.
    """
    rewriting = Rewriting(texts)
    places = {f.line.symbol: f.line for f in lint.findings}
    for finding in lint.findings:
        if finding.rule in ("renamed", "transitional") and finding.successor:
            rewriting.rename(finding.line, finding.successor.symbol, places)
        elif finding.rule in ("redundant", "redefined", "invalid") and _same_file(finding):
            rewriting.drop(finding.line)
        elif finding.meant is not None and finding.line.symbol not in lint.repair.impossible:
            _mean(finding.line, finding.meant, lint.findings, rewriting)
    for bad in lint.invalid:
        if bad.meant is not None:
            rewriting.replace(Line("", "", bad.location), bad.meant)
    for planned in lint.repair.plan.lines if lint.repair.plan is not None else ():
        _add(planned, lint.findings, rewriting, places)
    return {name: text for name, text in rewriting.texts().items() if text != texts[name]}


def fix_files(lint: Lint) -> tuple[str, ...]:
    """Rewrite the files of a judgement; the names of those that changed.

    Raises ConfigFileError for a file that cannot be read as plain text, or
    written.
    """
    names = {f.line.location.file for f in lint.findings if f.line.location is not None}
    names |= {bad.location.file for bad in lint.invalid if bad.meant is not None}
    texts: dict[str, str] = {}
    for name in sorted(names):
        try:
            data = Path(name).read_bytes()
        except OSError as error:
            raise ConfigFileError(f"{name}: cannot read it: {error.strerror or error}") from error
        if b"\0" in data:
            raise ConfigFileError(
                f"{name}: only a plain text file can be fixed, not a compressed one"
            )
        texts[name] = data.decode("utf-8", "surrogateescape")
    changed = fixed(lint, texts)
    for name in changed:
        check_writable(Path(name))
    for name, text in changed.items():
        write_whole(Path(name), text)
    return tuple(changed)


def _same_file(finding: Finding) -> bool:
    here, there = finding.line.location, finding.related
    return here is not None and there is not None and here.file == there.file


def _mean(line: Line, meant: Line, findings: Sequence[Finding], rewriting: Rewriting) -> None:
    """What an invalid line means in its place; what its file said of the option before, goes."""
    rewriting.replace(line, meant)
    for other in findings:
        if other.line is line:
            return
        here, there = line.location, other.line.location
        if other.line.symbol == line.symbol and here and there and here.file == there.file:
            rewriting.drop(other.line)


def _add(
    planned: PlanLine,
    findings: Sequence[Finding],
    rewriting: Rewriting,
    places: Mapping[str, Line],
) -> None:
    """A planned line, in the place of the one that says otherwise, or where it is needed."""
    new = Line(planned.symbol, planned.value)
    old = places.get(planned.symbol)
    if old is not None and rewriting.has(old):
        rewriting.replace(old, new)
        return
    for finding in findings:
        if finding.line.symbol in planned.needed_by and rewriting.has(finding.line):
            rewriting.insert_before(finding.line, new, planned.why)
            return


class Rewriting:
    """The changes of files: lines to insert, replace or remove."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._files = {name: _File(text) for name, text in texts.items()}

    def has(self, line: Line) -> bool:
        """Does a line stand in one of the files?"""
        return line.location is not None and line.location.file in self._files

    def replace(self, old: Line, new: Line) -> None:
        """Another line in the place of one."""
        if self.has(old):
            self._set(old, str(new))

    def rename(self, line: Line, name: str, places: Mapping[str, Line]) -> None:
        """A line's option gets another name, and keeps its value as it is spelled.

        If a line of ``places`` names that one already, there is nothing left to say.
        """
        if not self.has(line):
            return
        if name in places:
            self.drop(line)
            return
        file, number = self._place(line)
        old = file.lines[number]
        file.lines[number] = old.replace(f"{PREFIX}{line.symbol}", f"{PREFIX}{name}", 1)

    def comment(self, line: Line, why: str) -> None:
        """A line becomes a comment."""
        if self.has(line):
            self._set(line, f"# {why}: {line}")

    def drop(self, line: Line) -> None:
        """A line goes away."""
        if self.has(line):
            file, number = self._place(line)
            file.gone.add(number)

    def insert_before(self, place: Line, line: Line, why: str) -> None:
        """A line, and the reason for it, before another."""
        file, number = self._place(place)
        added = file.before.setdefault(number, [])
        added += [f"{text}{file.ending(number)}" for text in (*comment_lines(why), str(line))]

    def texts(self) -> dict[str, str]:
        """The new texts, by name."""
        return {name: file.text() for name, file in self._files.items()}

    def _place(self, line: Line) -> tuple[_File, int]:
        assert line.location is not None
        return self._files[line.location.file], line.location.line - 1

    def _set(self, line: Line, text: str) -> None:
        file, number = self._place(line)
        file.lines[number] = f"{text}{file.ending(number)}"


class _File:
    """A file's lines while they are changed."""

    def __init__(self, text: str) -> None:
        self.lines = text.split("\n")
        self.before: dict[int, list[str]] = {}
        self.gone: set[int] = set()

    def ending(self, number: int) -> str:
        """What a line has before its newline."""
        return "\r" if self.lines[number].endswith("\r") else ""

    def text(self) -> str:
        """The new text."""
        found: list[str] = []
        for number, line in enumerate(self.lines):
            found += self.before.get(number, ())
            if number not in self.gone:
                found.append(line)
        return "\n".join(found)


def comment_lines(text: str) -> list[str]:
    """A text as the lines of a comment."""
    return textwrap.wrap(
        text, _WIDTH, initial_indent="# ", subsequent_indent="#   ", break_on_hyphens=False
    )
