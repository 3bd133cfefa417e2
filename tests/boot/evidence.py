"""The evidence of the criu profile's options: boots in which an operation failed without one."""

from __future__ import annotations

from functools import cache

from kresolve.dotconfig.lines import Line
from kresolve.fragments.check_items import KernelId, of_profile
from kresolve.fragments.checking import check_lines
from kresolve.fragments.features import features_in
from kresolve.planner.profiles import ALL, Option, Profile, find_profile
from tests.boot.guest.operations import BY_NAME
from tests.boot.results import Boot, recorded


@cache
def criu() -> Profile:
    """The profile that the boots are about."""
    profile = find_profile("criu")
    assert profile is not None
    return profile


def required() -> dict[str, Option]:
    """Its required options, by feature and symbol."""
    return {f"{one.feature}: {one.symbol}": one for one in criu().options if one.required}


def seen(option: Option) -> Boot | None:
    """A boot in which the option's evidence was seen, and that had all else which that takes."""
    promised = BY_NAME[option.fails].features
    for boot in _boots():
        row = next((row for row in boot.rows if row.operation == option.fails), None)
        if row is None or row.result == "ok":
            continue
        # What cannot even be made has not been put to CRIU, and what that needs does not count.
        reach = parts if row.result == "setup" else closure
        takes = set[str]().union(*map(reach, promised))
        said = row.messages
        if (
            boot.values.get(option.symbol) not in option.accept
            and (option.silent or any(option.message in one for one in said))
            and incomplete(boot) & takes == {option.feature}
        ):
            return boot
    return None


def closure(feature: str) -> set[str]:
    """A feature, and all that it needs."""
    return {feature}.union(*map(closure, criu().features[feature].needs))


def parts(feature: str) -> set[str]:
    """A feature with options of its own; of one that only puts others together, those."""
    if any(one.feature == feature for one in criu().options):
        return {feature}
    return set().union(*map(parts, criu().features[feature].needs))


@cache
def _boots() -> list[Boot]:
    """Those in which the fewest options were taken away come first."""
    return sorted((one for one in recorded() if one.criu), key=lambda one: len(one.without) or 99)


@cache
def incomplete(boot: Boot) -> set[str]:
    """The features of which a required option is missing in a kernel, by `kresolve check`."""
    kernel = KernelId(boot.release, boot.arch)
    lines = [Line(name, value) for name, value in boot.values.items()]
    whole = check_lines(of_profile(criu(), (ALL,), kernel), lines, config="", kernel=kernel)
    return {one.name for one in features_in(criu(), whole.rows) if one.missing}
