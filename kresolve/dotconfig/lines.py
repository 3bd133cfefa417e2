"""Lines of fragments and ``.config`` files: read and written, with their place.

The rules for reading are those of scripts/kconfig/confdata.c
(``conf_read_simple``, ``conf_set_sym_val``); which value a line gives depends
on the symbol's type and is decided later, in :func:`typed_value`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Final

from attrs import evolve, field, frozen

from kresolve.errors import ConfigFileError
from kresolve.kconfig.location import Location
from kresolve.kconfig.values import BOOL_TRISTATE, Type, valid

PREFIX: Final = "CONFIG_"
NOT_SET: Final = "is not set"

_BOM = "\ufeff"
#: How people write y, m and n where conf does not understand it.
_MEANT: Final = {
    "y": ("y", "yes", "1", "on", "true", "enable", "enabled"),
    "m": ("m", "module", "mod"),
    "n": ("n", "no", "0", "off", "false", "disable", "disabled", NOT_SET),
}
#: What people take for "is not set", and conf for a comment.
_ALMOST_UNSET: Final = re.compile(r"#\s*((?i:CONFIG_\w+)|[A-Z][A-Z0-9_]+)\s+(?i:is\s+not\s+set)\W*")
#: What looks like an assignment, though conf does not read it as one.
_ALMOST_SET: Final = re.compile(r"\s*(?:export\s+)?(?i:CONFIG_)?(\w+)\s*=\s*(.*?)\s*")


@frozen
class Line:
    """One assignment: ``CONFIG_X=value``, or ``# CONFIG_X is not set``.

    ``value`` is the text after the equals sign as it stands in the file
    (strings with their quotes), "n" for "is not set".  ``literal`` is true if the n
    comes after an equals sign: a number can be "n", too, where a bool is a bound of its
    range.
    """

    symbol: str
    value: str
    location: Location | None = None
    literal: bool = field(default=False, eq=False, repr=False)
    #: Does no line of a defconfig say so, from which make made the base with this line?
    by_default: bool = field(default=False, eq=False, repr=False)

    _keys: ClassVar = ("symbol", "value", "text=str", "location")

    @property
    def says_not_set(self) -> bool:
        """Is it written as ``# CONFIG_X is not set``?"""
        return self.value == "n" and not self.literal

    def __str__(self) -> str:
        if self.says_not_set:
            return f"# {PREFIX}{self.symbol} {NOT_SET}"
        return f"{PREFIX}{self.symbol}={self.value}"


@frozen
class InvalidLine:
    """A line that conf ignores, and why."""

    text: str
    reason: str
    location: Location
    #: What stands for it, where that is clear.
    meant: Line | None = None

    _keys: ClassVar = ("text", "reason", "location")

    def __str__(self) -> str:
        return f"{self.location}: {self.reason}: {self.text}"

    @property
    def likely(self) -> Line | None:
        """The assignment that it looks like, if it does."""
        if (unset := _ALMOST_UNSET.fullmatch(self.text)) is not None:
            return Line(re.sub("^CONFIG_", "", unset[1], flags=re.IGNORECASE), "n", self.location)
        almost = _ALMOST_SET.fullmatch(self.text)
        return None if almost is None else Line(almost[1], almost[2], self.location)


def parse_lines(
    text: str, source: str, *, exact_unset: bool = True
) -> tuple[list[Line], list[InvalidLine]]:
    """The assignments of a ``.config`` or fragment, in order, and what is none.

    ``source`` names the text in locations.  Comments and blank lines are
    neither.  With ``exact_unset`` false, "is not set" may be followed by
    anything, as up to Linux 6.1.
    """
    good: list[Line] = []
    bad: list[InvalidLine] = []
    for number, raw in enumerate(text.split("\n"), start=1):
        line = raw.partition("\0")[0].removesuffix("\r")  # to conf, a NUL ends the line
        reason = ""
        if line.startswith(PREFIX):
            name, equals, value = line[len(PREFIX) :].partition("=")
            if equals:
                good.append(Line(name, value, Location(source, number), literal=value == "n"))
            else:
                reason = "no equals sign"
        elif line.startswith("#"):
            name, _, rest = line.removeprefix("# " + PREFIX).partition(" ")
            is_unset = rest == NOT_SET or (not exact_unset and rest.startswith(NOT_SET))
            if is_unset and line.startswith("# " + PREFIX):
                good.append(Line(name, "n", Location(source, number)))
            elif _ALMOST_UNSET.fullmatch(line):
                reason = f"a comment to conf, which reads only '# {PREFIX}NAME {NOT_SET}'"
        elif line:
            reason = "not an assignment"
        if reason:
            bad.append(InvalidLine(line, reason, Location(source, number)))
    return good, bad


def read_lines(path: Path, *, exact_unset: bool = True) -> tuple[list[Line], list[InvalidLine]]:
    """Read a fragment or ``.config`` file, of any kind that :mod:`kresolve.dotconfig.config_file`
    knows.

    A byte order mark makes conf ignore the first line, so it does here, and
    the bad line says why.  Raises ConfigFileError when the file cannot be read
    or has no configuration in it.
    """
    from kresolve.dotconfig.config_file import read_config

    good, bad = parse_lines(read_config(path), str(path), exact_unset=exact_unset)
    if bad and bad[0].text.startswith(_BOM):
        text = bad[0].text.removeprefix(_BOM)
        reason = "a byte order mark before it, so conf ignores the line"
        bad[0] = evolve(bad[0], text=text, reason=reason)
    return good, bad


def check_any(lines: Sequence[Line], place: str | Path, hint: str = "") -> None:
    """Raise ConfigFileError for a ``.config`` of which no line says anything.

    Such a file is another one than was meant, not a kernel without options.
    """
    if not lines:
        raise ConfigFileError(
            f"{place}: not a .config: no line CONFIG_X=... or '# CONFIG_X {NOT_SET}' in it{hint}"
        )


def typed_value(line: Line, type_: Type) -> str | None:
    """The value that a line gives to a symbol of this type; None if conf ignores it.

    "n", "m" or "y" for bool and tristate; the text without quotes for a
    string; int and hex as they are spelled.
    """
    if type_ in BOOL_TRISTATE:
        return line.value[0] if valid(type_, line.value) else None
    if type_ is Type.STRING:
        return unquote(line.value)
    if type_ is Type.UNKNOWN:
        return None
    return line.value if valid(type_, line.value) else None


def meant_value(line: Line, type_: Type) -> str | None:
    """The value that an invalid line most likely means; None where that is not clear.

    "is not set" of a string, which ``scripts/config --disable`` writes, means no text.
    """
    if type_ is Type.STRING and line.says_not_set:
        return ""
    text = line.value.strip().strip("\"'").strip()
    if type_ in BOOL_TRISTATE:
        text = next((letter for letter, words in _MEANT.items() if text.lower() in words), "")
        if type_ is Type.BOOL and text == "m":
            text = "y"
    elif type_ is Type.INT and re.fullmatch(r"0[xX][0-9a-fA-F]+", text):
        text = str(int(text, 16))
    return text if valid(type_, text) else None


def invalid_value(line: Line, type_: Type, *, settable: bool = True) -> str:
    """That conf ignores a line for its value; what to use instead, if a line can set the symbol.

    >>> print(invalid_value(Line("X", "M"), Type.TRISTATE))
    invalid value 'M' (tristate): conf ignores the line; use m
    >>> print(invalid_value(Line("X", "-kata"), Type.STRING))
    invalid value '-kata' (string): conf ignores the line; use "-kata"
    >>> print(invalid_value(Line("X", "n"), Type.STRING))
    invalid value 'is not set' (string): conf ignores the line; use ""
    >>> print(invalid_value(Line("X", "many"), Type.INT))
    invalid value 'many' (int): conf ignores the line
    """
    said = NOT_SET if line.says_not_set else line.value
    meant = meant_value(line, type_) if settable else None
    hint = "" if meant is None else f"; use {spell(type_, meant)}"
    return f"invalid value {said!r} ({type_}): conf ignores the line{hint}"


def unquote(text: str) -> str | None:
    r"""A quoted string's content, backslashes resolved; None if it is not quoted.

    What follows the closing quote is ignored, as conf does.

    >>> print(unquote(r'"a \"b\" c" d'))
    a "b" c
    """
    if not text.startswith('"'):
        return None
    content: list[str] = []
    rest = iter(text[1:])
    for letter in rest:
        if letter == '"':
            return "".join(content)
        if letter == "\\":
            letter = next(rest, "")
        content.append(letter)
    return None


def quote(text: str) -> str:
    r"""A string as conf writes it.

    >>> print(quote('a "b"'))
    "a \"b\""
    """
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def spell(type_: Type, value: str) -> str:
    """A value as it stands behind ``CONFIG_X=``."""
    return quote(value) if type_ is Type.STRING else value


def shown_value(value: str) -> str:
    """A value in a sentence, whatever its type: what is neither word nor number is quoted.

    >>> print(*map(shown_value, ["y", "0x1f", "", "a b"]))
    y 0x1f "" "a b"
    """
    return value if re.fullmatch(r"[\w.+-]+", value) else quote(value)


def fragment_text(lines: Iterable[Line]) -> str:
    """Lines as the text of a fragment."""
    return "".join(f"{line}\n" for line in lines)
