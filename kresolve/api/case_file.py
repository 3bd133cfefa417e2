"""Case files: a question with all that it needs, and its answer, in one text.

What stands before the first line ``=== TITLE`` says what the case is about; each such line
begins a section.  tests/cases/README.md lists the sections.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import field, frozen

from kresolve.errors import ConfigFileError

#: The sections that any case may have.
SECTIONS: Final = frozenset(
    {
        *("Kconfig", "lines", "mode", "dialects", "result", "values", "error", "conf"),
        *("request", "forbid", "pin", "objective", "explicit", "base", "other"),
        *("plan", "serving", "conflict", "command", "answer", "after"),
    }
)
_EXPECTED: Final = frozenset({"result", "values", "error", "plan", "answer"})
#: The number of a second tree, or of its base.
_NUMBER: Final = re.compile(r"\.\d+")


@frozen
class Case:
    """One case, for one of the generations of kernels that it holds for."""

    name: str
    promise: str
    sections: Mapping[str, str] = field(repr=False)
    dialect: str = "6.12"

    @classmethod
    def parse(cls, name: str, text: str) -> Case:
        """The case in a file's text; ConfigFileError says what is wrong with it."""
        promise, *parts = ("\n" + text).split("\n=== ")
        sections: dict[str, str] = {}
        for part in parts:
            title, _, content = part.partition("\n")
            if title in sections:
                raise ConfigFileError(f"{name}: a second section {title!r}")
            sections[title] = content
        case = cls(name, promise.strip(), sections)
        for problem in case._problems():
            raise ConfigFileError(f"{name}: {problem}")
        return case

    def __str__(self) -> str:
        """The text of the file."""
        parts = [f"=== {title}\n{text}".rstrip() for title, text in self.sections.items()]
        return "\n\n".join([self.promise, *parts]) + "\n"

    @property
    def kconfig(self) -> str:
        """The Kconfig file."""
        return self.sections["Kconfig"]

    @property
    def command(self) -> list[str]:
        """The words of the command behind ``kresolve``."""
        return shlex.split(self.sections["command"])

    @property
    def kconfigs(self) -> list[tuple[str, str]]:
        """The Kconfig file of each tree, with its dialect; that of the first unless it says so."""
        found = []
        for title in sorted(title for title in self.sections if _stem(title) == "Kconfig"):
            number = title.removeprefix("Kconfig")
            dialect = "".join(self.words(f"dialects{number}")) if number else ""
            found.append((self.sections[title], dialect or self.dialect))
        return found

    @property
    def files(self) -> dict[str, str]:
        """The files that the command names, each with a line's end at its end."""
        return {
            title: f"{text.rstrip()}\n"
            for title, text in self.sections.items()
            if _stem(title) not in SECTIONS
        }

    def words(self, section: str) -> list[str]:
        """The lines of a section that say something."""
        return [line for line in self.sections.get(section, "").splitlines() if line.strip()]

    def _problems(self) -> Iterator[str]:
        """What is wrong with it."""
        named = {"defconfig", *self.command} if "command" in self.sections else set()
        for title in self.sections:
            numbered = "command" in self.sections and _stem(title) in ("Kconfig", "dialects")
            if title not in SECTIONS and _stem(title) not in named and not numbered:
                yield f"no such section: {title!r}"
            if _stem(title) == "Kconfig" and "$(" in self.sections[title]:
                yield f"{title} has a $( in it: nothing of a case may be run"
        if not self.promise:
            yield "does not say what it promises"
        if "Kconfig" not in self.sections and self.command[0] != "check":
            yield "has no Kconfig"
        if not _EXPECTED & self.sections.keys():
            yield "expects nothing"
        if ("command" in self.sections) != ("answer" in self.sections):
            yield "has a command and an answer, or neither"
        if self.words("plan") == ["impossible"] and "conflict" not in self.sections:
            yield "does not say what is in conflict"
        if self.sections.get("conf", "takes it").strip() != "takes it":
            yield "conf either refuses a Kconfig or takes it"


def _stem(title: str) -> str:
    """A title without the number of the tree that it is for."""
    return _NUMBER.sub("", title) if _NUMBER.fullmatch(title[title.rfind(".") :]) else title
