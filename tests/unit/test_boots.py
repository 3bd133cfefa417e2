"""What was seen in booted kernels, and what kresolve says of them (tests/boot records it)."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve import check
from kresolve.fragments.features import FeatureCheck
from kresolve.planner.profiles import find_profile
from tests.boot import tables
from tests.boot.evidence import criu, required, seen
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


@pytest.mark.parametrize("boot", BOOTS, ids=lambda boot: f"{boot.name}, CRIU {boot.criu}")
def test_check_says_what_worked(boot: Boot, tmp_path: Path) -> None:
    """What check promises went well; of each feature that will not work, something failed.

    Rows with a `cause` aside.
    """
    works = {one.name: one.works for one in features(boot, tmp_path)}
    rows = [
        (row, operation)
        for row in boot.rows
        for operation in (BY_NAME[row.operation],)
        if not operation.settled(boot.criu, boot.release)
    ]
    promised = [row for row, operation in rows if all(works[one] for one in operation.features)]
    results: dict[str, set[bool]] = {}
    for row, operation in rows:
        for feature in operation.features:
            results.setdefault(feature, set()).add(row.result == "ok")

    assert [row for row in promised if row.result != "ok"] == []
    assert [name for name in results if not works[name] and results[name] == {True}] == []


@pytest.mark.parametrize("name", sorted(required()))
def test_a_required_option_has_a_row_that_failed_without_it(name: str) -> None:
    """Its evidence was seen in a kernel that has all else which the operation takes."""
    option = required()[name]

    assert option.fails, f"{name} has no evidence"
    assert seen(option) is not None


@pytest.mark.parametrize("operation", BY_NAME)
def test_an_operation_goes_well_somewhere(operation: str) -> None:
    """In some kernel it worked with each CRIU, so that its failure says something."""
    for version in {boot.criu for boot in BOOTS}:
        boots = [boot for boot in BOOTS if boot.criu == version]
        results = {row.result for boot in boots for row in boot.rows if row.operation == operation}
        assert "ok" in results or BY_NAME[operation].settled(version, "6.12")


def test_every_cause_is_known() -> None:
    """No row escapes the comparison with `check` for a cause that nobody knows."""
    assert not [one.name for one in OPERATIONS if "not settled" in one.cause]


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


@pytest.mark.parametrize("boot", [*recorded("guests")], ids=lambda boot: boot.name)
def test_a_guest_boots_and_finds_its_machine(boot: Boot) -> None:
    """A kernel of a guest's profile boots, and has all that is looked for in it."""
    assert boot.rows
    assert boot.failed is None


def test_the_boot_profile_has_its_evidence() -> None:
    """A guest of all that qemu-boot asks for boots; without an option fails what it names."""
    profile = find_profile("qemu-boot")
    assert profile is not None
    boots = {boot.without[0]: boot for boot in recorded("guest-ablation")}
    missing = []
    for option in profile.options:
        if option.fails or option.symbol in boots:
            rows = [row for row in boots[option.symbol].rows if row.result != "ok"]
            said = [one for row in rows if row.operation == option.fails for one in row.messages]
            told = [row.operation for row in rows if option.silent]
            if option.fails not in told and not any(option.message in one for one in said):
                missing.append((option.symbol, option.fails, rows))
    assert missing == []
