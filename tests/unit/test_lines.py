"""Lines: read as conf reads them, written as conf writes them."""

from __future__ import annotations

import gzip
import lzma
import stat
from pathlib import Path

import pytest

from kresolve.dotconfig.config_file import read_config
from kresolve.dotconfig.files import write_whole
from kresolve.dotconfig.lines import (
    Line,
    fragment_text,
    parse_lines,
    quote,
    read_lines,
    spell,
    typed_value,
    unquote,
)
from kresolve.errors import ConfigFileError
from kresolve.kconfig.location import Location
from kresolve.kconfig.values import Type


def said(text: str, *, exact_unset: bool = True) -> list[tuple[str, str]]:
    """The assignments in a text."""
    lines, _ = parse_lines(text, "f", exact_unset=exact_unset)
    return [(line.symbol, line.value) for line in lines]


def test_lines_know_their_place() -> None:
    """Every line, good or bad, says in which line of which file it stands."""
    good, bad = parse_lines("\n# c\nCONFIG_A=y\nwhat\n# CONFIG_B is not set\nCONFIG_C\n", "f")
    assert good == [Line("A", "y", Location("f", 3)), Line("B", "n", Location("f", 5))]
    assert [str(line) for line in bad] == [
        "f:4: not an assignment: what",
        "f:6: no equals sign: CONFIG_C",
    ]


def test_line_ends() -> None:
    """CR LF ends a line as LF does; a last line needs no end."""
    assert said('CONFIG_A=y\r\nCONFIG_B="t"\r\n# CONFIG_C is not set') == [
        ("A", "y"),
        ("B", '"t"'),
        ("C", "n"),
    ]


def test_blanks_are_not_forgiven() -> None:
    """A blank before the equals sign is part of the name; one at the beginning spoils the line."""
    assert said("CONFIG_A =y\n CONFIG_B=y\n#CONFIG_C is not set\nCONFIG_D= y\n") == [
        ("A ", "y"),
        ("D", " y"),
    ]


def test_is_not_set() -> None:
    """The words "is not set" are the whole rest of the line; before 6.11 they began it."""
    text = "# CONFIG_A is not set \n# CONFIG_B is not set\n# CONFIG_C is not\n"
    assert said(text) == [("B", "n")]
    assert said(text, exact_unset=False) == [("A", "n"), ("B", "n")]


def test_what_only_looks_unset_is_told() -> None:
    """A line that misses "is not set" by a blank or a dot is a comment to conf, and said to be."""
    text = "#CONFIG_A is not set\n# CONFIG_B is not set.\n#  CONFIG_C IS NOT SET\n"
    text += "# CONFIG_D is not set because of a fish\n# CONFIG_E=y\n# CONFIG_F is not set\n"
    _, bad = parse_lines(text, "f")
    assert [line.location.line for line in bad] == [1, 2, 3]
    assert all("a comment to conf" in line.reason for line in bad)


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (Type.BOOL, "yes", "y"),
        (Type.BOOL, "m", None),
        (Type.TRISTATE, "m", "m"),
        (Type.INT, "12", "12"),
        (Type.INT, "0x12", None),
        (Type.HEX, "1F", "1F"),
        (Type.STRING, '"a"', "a"),
        (Type.STRING, "a", None),
        (Type.STRING, '"a', None),
        (Type.STRING, '"a" b', "a"),
        (Type.UNKNOWN, "y", None),
    ],
)
def test_values_by_type(type_: Type, value: str, expected: str | None) -> None:
    """A line gives the value that conf takes from it, or none."""
    assert typed_value(Line("A", value), type_) == expected


@pytest.mark.parametrize("text", ["", "plain", 'a "b" c', "back\\slash", '\\"', "ends\\", "ü €"])
def test_quoting_comes_back(text: str) -> None:
    """A quoted text is the same text when it is unquoted."""
    assert unquote(quote(text)) == text
    assert typed_value(Line("A", spell(Type.STRING, text)), Type.STRING) == text


def test_fragments_are_read_back() -> None:
    """What is written as a fragment gives the same lines when it is read."""
    lines = [Line("A", "y"), Line("B", "n"), Line("C", '"x \\" y"'), Line("D", "0x1f")]
    assert said(fragment_text(lines)) == [(line.symbol, line.value) for line in lines]
    assert fragment_text(lines[:2]) == "CONFIG_A=y\n# CONFIG_B is not set\n"


def test_packed_files_are_read(tmp_path: Path) -> None:
    """gzip and xz, as /proc/config.gz, are unpacked; odd bytes survive."""
    data = b"CONFIG_A=y\n# \xff\n"
    for name, packed in (("a", data), ("b", gzip.compress(data)), ("c", lzma.compress(data))):
        path = tmp_path / name
        path.write_bytes(packed)
        assert read_config(path).encode("utf-8", "surrogateescape") == data
        assert [line.symbol for line in read_lines(path)[0]] == ["A"]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"CONFIG_A=y\nCONFIG_B=\0\n", ":2: this is a binary file"),
        (gzip.compress(b"CONFIG_A=y\n" * 100)[:30], ": damaged "),
        (None, ": cannot read it: No such file or directory"),
    ],
    ids=["binary", "damaged", "missing"],
)
def test_unreadable_files_are_named(tmp_path: Path, data: bytes | None, reason: str) -> None:
    """An error names the file, the line where there is one, and what is wrong."""
    path = tmp_path / "config"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(ConfigFileError) as caught:
        read_lines(path)
    assert str(caught.value).startswith(f"{path}{reason}")


def test_files_are_replaced_as_a_whole(tmp_path: Path) -> None:
    """A file is replaced with its permissions kept, and nothing else is left behind."""
    path = tmp_path / "fragment"
    path.write_text("old")
    path.chmod(0o640)
    write_whole(path, "new")
    assert path.read_text() == "new"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ConfigFileError, match="cannot write it"):
        write_whole(tmp_path / "no" / "fragment", "new")


def test_a_nul_ends_a_line() -> None:
    """Conf's strings are C's."""
    good, bad = parse_lines("CONFIG_A=y\0n\nCONFIG_B=y\n\0\n", "f")
    assert [str(line) for line in good] == ["CONFIG_A=y", "CONFIG_B=y"]
    assert bad == []
