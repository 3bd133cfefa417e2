"""``python -m tests.boot.tables``: the tables of docs/criu.md, from what was recorded."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from kresolve.dotconfig.files import write_whole
from kresolve.kconfig.phrases import join_names
from kresolve.planner.profiles import find_profile
from tests.boot.evidence import required, seen
from tests.boot.guest.operations import BY_NAME
from tests.boot.results import Boot, recorded

PAGE = Path(__file__).parents[2] / "docs" / "criu.md"
_PLACE = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def kernels() -> str:
    """What works in which kernel: of each feature, how many of its operations."""
    return _by_feature(recorded("kernels"))


def kata() -> str:
    """Kata's kernel before and after the plan's lines."""
    return _by_feature(sorted(recorded("kata"), key=lambda boot: "after" in boot.name))


def _by_feature(recorded: Iterable[Boot]) -> str:
    """A row for each feature, a column for each kernel; the CRIUs of a kernel seldom differ."""
    profile = find_profile("criu")
    assert profile is not None
    by_kernel: dict[str, list[Boot]] = {}
    for boot in recorded:
        by_kernel.setdefault(f"{boot.name}, {boot.release}", []).append(boot)
    rows = []
    for feature in profile.features.values():
        cells = [_cell(boots, feature.name) for boots in by_kernel.values()]
        if any(cells):
            default = "" if feature.default else f" (`criu:{feature.name}`)"
            rows.append([f"{feature.does}{default}", *cells])
    return table(["works", *by_kernel], rows)


def _cell(boots: Sequence[Boot], feature: str) -> str:
    """How many operations of a feature went well in a kernel, with each CRIU if they differ."""
    shares = {boot.criu: _share(boot, feature) for boot in boots}
    if len(set(shares.values())) == 1:
        return next(iter(shares.values()))
    return "; ".join(f"{criu}: {share or 'CRIU cannot'}" for criu, share in shares.items())


def _share(boot: Boot, feature: str) -> str:
    """How many operations of a feature went well; those that CRIU cannot do do not count."""
    own = [(row, BY_NAME[row.operation]) for row in boot.rows]
    results = [
        row.result == "ok"
        for row, operation in own
        if operation.needs.split(",")[-1] == feature
        and not operation.settled(boot.criu, boot.release)
    ]
    if not results or all(results):
        return "yes" if results else ""
    return f"{sum(results)} of {len(results)}" if any(results) else "no"


def guests() -> str:
    """What a guest of each profile finds in its machine."""
    rows = [
        [boot.what, join_names([row.operation for row in boot.rows if row.result == "ok"], 20)]
        for boot in recorded("guests")
    ]
    return table(["kernel", "works in it"], rows)


def settled() -> str:
    """What CRIU cannot do, whatever the kernel has, by cause."""
    seen: dict[str, tuple[list[str], str]] = {}
    for boot in recorded("kernels"):
        for row in boot.rows:
            cause = BY_NAME[row.operation].settled(boot.criu, boot.release)
            if cause and row.result not in ("ok", "setup"):
                names, _ = seen.setdefault(cause, ([], "; ".join(row.messages[:1])))
                names += [] if row.operation in names else [row.operation]
    rows = [[join_names(names, 3), cause, f"`{said}`"] for cause, (names, said) in seen.items()]
    return table(["operation", "cause", "what is said"], rows)


def ablation() -> str:
    """What fails without each required option, and in which kernel that was seen."""
    rows = []
    for option in required().values():
        boot = seen(option) if option.fails else None
        if boot is not None:
            said = option.message if option.silent else f"`{option.message}`"
            silent = " (no error)" if option.silent else ""
            names = [option.symbol, option.feature, f"{option.fails}{silent}"]
            rows.append([*names, said, boot.what])
    return table(["without", "for", "fails", "what is said", "seen in"], rows)


TABLES: Mapping[str, Callable[[], str]] = {
    "kernels": kernels,
    "kata": kata,
    "guests": guests,
    "settled": settled,
    "ablation": ablation,
}


def table(head: list[str], rows: list[list[str]]) -> str:
    """A table of Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        f"| {' | '.join(c.replace('|', chr(92) + '|') for c in row)} |\n" for row in lines
    )


def filled(text: str) -> str:
    """A page with each table in its place."""
    return _PLACE.sub(lambda found: f"{found[1]}{TABLES[found[2]]()}{found[3]}", text)


if __name__ == "__main__":
    write_whole(PAGE, filled(PAGE.read_text(encoding="utf-8")))
