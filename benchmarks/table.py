"""The table of docs/benchmarks.md, from a file of results: ``python -m benchmarks.table FILE``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from benchmarks.measure import middle, ratio
from kresolve.dotconfig.files import write_whole

#: What stands around the table of a group of measurements.
BEGIN: Final = "<!-- {group}: written by make bench -->"
END: Final = "<!-- end of {group} -->"
PAGE: Final = Path(__file__).parents[1] / "docs" / "benchmarks.md"

Row = Mapping[str, Any]
Column = tuple[str, Callable[[Row], str]]


def _seconds(name: str) -> Callable[[Row], str]:
    return lambda row: _time(middle(row["seconds"][name])) if row["seconds"][name] else "-"


def _time(seconds: float) -> str:
    """Seconds for people.

    >>> [_time(seconds) for seconds in (0.00072, 0.0141, 2.04)]
    ['0.7 ms', '14 ms', '2.0 s']
    """
    if seconds < 1:
        return f"{1000 * seconds:.{int(seconds < 0.01)}f} ms"
    return f"{seconds:.1f} s"


def _ratio(one: str, other: str) -> Callable[[Row], str]:
    return lambda row: _number(ratio(row, one, other)) if row["seconds"][one] else "-"


def _number(value: float) -> str:
    """Two digits that count: 0.083, 1.3, 120.

    >>> [_number(value) for value in (0.0834, 0.5, 1.25, 123.4)]
    ['0.083', '0.50', '1.2', '123']
    """
    if value >= 10:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 1 else f"{value:.2g}".ljust(4, "0")


def _fact(name: str) -> Callable[[Row], str]:
    return lambda row: str(row["facts"].get(name, ""))


def _or_dash(value: object) -> str:
    return "-" if value is None else str(value)


def _lines(row: Row) -> str:
    facts = row["facts"]
    return str(facts["lines"] if facts["status"] == "planned" else facts["status"])


def _case(row: Row) -> str:
    return str(row["case"])


_CONF: Final[Column] = ("conf", _seconds("conf"))

TABLES: Final[Mapping[str, tuple[str, tuple[Column, ...]]]] = {
    "command": (
        "The traditional 17 options of CRIU, warm",
        (
            ("base", _case),
            ("lines", _lines),
            ("`kresolve plan`", _seconds("command")),
            ("`Tree.plan`", _seconds("plan")),
            ("`make olddefconfig`", _seconds("make")),
            _CONF,
            ("command / make", _ratio("command", "make")),
            ("command / conf", _ratio("command", "conf")),
            ("`Tree.plan` / conf", _ratio("plan", "conf")),
        ),
    ),
    "cold": (
        "The traditional 17 options of CRIU, no model in the cache",
        (
            ("base", _case),
            ("lines", _lines),
            ("`kresolve plan`", _seconds("command")),
            _CONF,
            ("command / conf", _ratio("command", "conf")),
        ),
    ),
    "peers": (
        "The traditional 17 options of CRIU, and who else can be asked",
        (
            ("base", _fact("base")),
            ("tool", _case),
            ("lines", lambda row: _or_dash(row["facts"]["lines"])),
            ("on under conf", lambda row: "{kept} of {asked}".format(**row["facts"])),
            ("lost of the base", lambda row: str(len(row["facts"]["lost"]))),
            ("values changed", _fact("changed")),
            ("command", _seconds("command")),
            ("tree loaded", _seconds("loaded")),
            _CONF,
            ("command / conf", _ratio("command", "conf")),
        ),
    ),
    "alone": (
        "Random options one by one, from allnoconfig",
        (
            ("tool", _case),
            ("asked", _fact("questions")),
            ("y under conf", _fact("held")),
            ("not y under conf", _fact("broken")),
            ("no answer", _fact("none")),
            ("... though there is one", _fact("missed")),
            ("... proved impossible", _fact("proved")),
            ("each, tree loaded", _seconds("each")),
            _CONF,
            ("each / conf", _ratio("each", "conf")),
        ),
    ),
    "scaling": (
        "Random options from allnoconfig, in process",
        (
            ("options", _case),
            ("lines", _lines),
            ("`Tree.plan`", _seconds("plan")),
            _CONF,
            ("`Tree.plan` / conf", _ratio("plan", "conf")),
        ),
    ),
    "growth": (
        "The traditional 17 options on allnoconfig of one kernel after the other, in process",
        (
            ("Linux", _fact("version")),
            ("symbols", _fact("symbols")),
            ("lines", _lines),
            ("`Tree.plan`", _seconds("plan")),
            _CONF,
            ("`Tree.plan` / conf", _ratio("plan", "conf")),
        ),
    ),
    "reuse": (
        "One question after the other to one tree, on allnoconfig",
        (
            ("asked", _case),
            ("questions", _fact("questions")),
            ("`Tree.plan`, each", _seconds("plan")),
            _CONF,
            ("each / conf", _ratio("plan", "conf")),
        ),
    ),
    "parsing": (
        "A tree's model, from its files",
        (
            ("Linux", _fact("version")),
            ("architecture", _fact("arch")),
            ("symbols", _fact("symbols")),
            ("`Tree.load`, cold", _seconds("parse")),
            _CONF,
            ("load / conf", _ratio("parse", "conf")),
        ),
    ),
    "evaluator": (
        "olddefconfig of a whole `.config`",
        (
            ("`.config`", _case),
            ("lines", _fact("lines")),
            ("`Tree.olddefconfig`", _seconds("evaluator")),
            _CONF,
            ("evaluator / conf", _ratio("evaluator", "conf")),
        ),
    ),
    "confirmation": (
        "What lines change on a base",
        (
            ("base", _fact("base")),
            ("lines", _case),
            ("symbols calculated", _fact("symbols")),
            ("`Configuration.with_lines`", _seconds("changes")),
            ("worst", lambda row: _time(row["facts"]["worst"])),
            ("`evaluate`", _seconds("whole")),
            _CONF,
            ("with_lines / evaluate", _ratio("changes", "whole")),
            ("with_lines / conf", _ratio("changes", "conf")),
        ),
    ),
}


def markdown(data: Mapping[str, Any], group: str) -> str:
    """The table of a group of measurements, with what it was measured on; empty without any."""
    rows = [row for row in data["measurements"] if row["group"] == group]
    return "\n".join(_parts(data, group, rows)) if rows else ""


def _parts(data: Mapping[str, Any], group: str, rows: Sequence[Row]) -> Iterator[str]:
    title, columns = TABLES[group]
    machine, tree = data["machine"], data["tree"]
    tools = "; ".join(text for tool, text in data["toolchain"].items() if tool in ("CC", "LD"))
    yield f"### {title}\n"
    yield f"| {' | '.join(name for name, _ in columns)} |"
    yield f"|---|{'--:|' * (len(columns) - 1)}"
    for row in rows:
        yield f"| {' | '.join(cell(row) for _, cell in columns)} |"
    count = len(rows[0]["seconds"]["conf"])
    yield (
        f"\n{'One round' if count == 1 else f'Medians of {count} rounds'}, {data['date'][:10]}: "
        f"kresolve {data['kresolve']} ({data['commit'] or 'no commit'}), "
        f"Python {machine['python']}, {machine['processor']}, {machine['processors']} processors, "
        f"{machine['memory_gib']} GiB, load {data['load'][0]} before and {data['load'][1]} after. "
        f"Linux {tree['version']} {tree['arch']} unless another is named; {tools}."
    )


def put(page: Path, data: Mapping[str, Any]) -> None:
    """Replace the tables of what was measured in a page; all else stays."""
    text = page.read_text(encoding="utf-8")
    for group in TABLES:
        table = markdown(data, group)
        if not table:
            continue
        begin, end = BEGIN.format(group=group), END.format(group=group)
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        if not found or not closed:
            raise ValueError(f"{page}: no place for a table between {begin} and {end}")
        text = f"{before}{begin}\n\n{table}\n\n{end}{after}"
    write_whole(page, text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the page's table anew."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.table", description=__doc__)
    parser.add_argument("results", type=Path)
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args(arguments)
    put(options.page, json.loads(options.results.read_text(encoding="utf-8")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
