"""What was seen in booted kernels, and what kresolve says of them (tests/boot records it)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve import check
from kresolve.profiles import Profile, find_profile
from tests.boot import tables
from tests.boot.guest.operations import BY_NAME, OPERATIONS
from tests.boot.results import Boot, recorded

BOOTS = list(recorded())


def config_of(boot: Boot, directory: Path) -> Path:
    """The ``.config`` of a kernel that was booted, as far as it was recorded."""
    path = directory / "config"
    lines = [f"CONFIG_{name}={value}" for name, value in boot.values.items()]
    title = f"# Linux/{boot.arch} {boot.release} Kernel Configuration"
    path.write_text("\n".join([title, *lines, ""]), encoding="utf-8")
    return path


def criu() -> Profile:
    """The profile that the boots are about."""
    profile = find_profile("criu")
    assert profile is not None
    return profile


@pytest.mark.parametrize("boot", BOOTS, ids=lambda boot: f"{boot.name}, CRIU {boot.criu}")
def test_check_says_what_worked(boot: Boot, tmp_path: Path) -> None:
    """Row by row: `kresolve check criu` says "will work" where it worked, and only there."""
    answer = check("criu:all", config=config_of(boot, tmp_path))
    works = {one.name: one.works for one in answer.features}
    wrong = [
        (row, {name: works.get(name) for name in operation.features})
        for row in boot.rows
        for operation in (BY_NAME[row.operation],)
        if not operation.settled(boot.criu)
        and (row.result == "ok") != all(works.get(name) for name in operation.features)
    ]
    assert wrong == []


def test_every_required_option_has_its_evidence() -> None:
    """An operation failed in a kernel without the option, and worked in one that has all."""
    boots = {boot.without[0]: boot for boot in recorded("ablation")}
    (less, *_), (more, *_) = (
        [boot for boot in BOOTS if boot.name == name] for name in ("criu", "criu-all")
    )
    failing = {row.operation: row for row in less.rows if row.result != "ok"}
    working = {row.operation for row in more.rows if row.result == "ok"}
    missing = []
    for entry in criu().entries:
        if not entry.required or not entry.feature or not entry.counts("6.12", "x86_64"):
            continue
        taken = [boots[name] for name in entry.symbols if name in boots]
        rows = [row for boot in taken for row in boot.rows if row.result != "ok"]
        if entry.fails in working and entry.fails in failing:
            rows.append(failing[entry.fails])
        said = [one for row in rows if row.operation == entry.fails for one in row.messages]
        if not any(entry.message in one for one in said) and not entry.silent:
            missing.append((entry.feature, entry.symbols, entry.fails, said))
    assert missing == []


def test_every_operation_is_promised_or_settled() -> None:
    """An operation belongs to features of the profile, or it says why CRIU cannot do it."""
    names = set(criu().features)
    for operation in OPERATIONS:
        assert operation.features <= names, operation
        assert operation.features or operation.cause, operation


def test_the_page_has_the_tables_of_what_was_recorded() -> None:
    """docs/criu.md is what `python -m tests.boot.tables` writes."""
    text = tables.PAGE.read_text(encoding="utf-8")
    assert tables.filled(text) == text
