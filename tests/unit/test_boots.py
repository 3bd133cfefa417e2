"""What was seen in booted kernels, and what kresolve says of them (tests/boot records it)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve import check
from kresolve.fragments.features import FeatureCheck
from kresolve.planner.profiles import Profile, find_profile
from tests.boot import tables
from tests.boot.guest.operations import BY_NAME, OPERATIONS
from tests.boot.results import Boot, recorded

#: Kernels in which CRIU was tried.
BOOTS = [boot for boot in recorded() if boot.criu]


def config_of(boot: Boot, directory: Path) -> Path:
    """The ``.config`` of a kernel that was booted, as far as it was recorded."""
    path = directory / "config"
    lines = [f"CONFIG_{name}={value}" for name, value in boot.values.items()]
    title = f"# Linux/{boot.arch} {boot.release} Kernel Configuration"
    path.write_text("\n".join([title, *lines, ""]), encoding="utf-8")
    return path


def features(boot: Boot, directory: Path) -> tuple[FeatureCheck, ...]:
    """What `kresolve check criu` says of a kernel that was booted."""
    return check("criu:all", config=config_of(boot, directory)).features


def criu() -> Profile:
    """The profile that the boots are about."""
    profile = find_profile("criu")
    assert profile is not None
    return profile


@pytest.mark.parametrize("boot", BOOTS, ids=lambda boot: f"{boot.name}, CRIU {boot.criu}")
def test_check_says_what_worked(boot: Boot, tmp_path: Path) -> None:
    """Row by row, those with a `cause` aside, check says "will work" just where it worked."""
    works = {one.name: one.works for one in features(boot, tmp_path)}
    wrong = [
        (row, {name: works.get(name) for name in operation.features})
        for row in boot.rows
        for operation in (BY_NAME[row.operation],)
        if not operation.settled(boot.criu)
        and (row.result == "ok") != all(works.get(name) for name in operation.features)
    ]
    assert wrong == []


@pytest.mark.parametrize("version", ["4.1.1", "4.2.1"])
def test_a_feature_that_is_asked_for_by_name_is_needed(version: str, tmp_path: Path) -> None:
    """Its evidence is what the default kernel said; the kernel that has all does it."""
    boots = {boot.name: boot for boot in BOOTS if boot.criu == version}
    less, more = ({row.operation: row for row in boots[name].rows} for name in ("criu", "criu-all"))
    works = {one.name for one in features(boots["criu"], tmp_path) if one.works}
    optional = [
        entry
        for entry in criu().entries
        if entry.fails
        and not criu().features[entry.feature].default
        # Nothing else that it takes is missing.
        and not set(entry.symbols) & boots["criu"].values.keys()
        and BY_NAME[entry.fails].features - {entry.feature} <= works
    ]
    wrong = [
        (entry.symbols, less[entry.fails], more[entry.fails])
        for entry in optional
        if more[entry.fails].result != "ok"
        or not any(entry.message in said for said in less[entry.fails].messages)
    ]
    assert optional
    assert wrong == []


def test_what_is_not_settled_is_known() -> None:
    """No other row may escape the comparison with `check` for a cause that nobody knows."""
    open_ones = {one.name for one in OPERATIONS if one.cause.startswith("not settled")}
    assert open_ones == {"32 bits", "container, overlay", "message_queue"}


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
