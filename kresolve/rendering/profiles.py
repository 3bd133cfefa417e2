"""Profiles for people: the list, and one with its features and evidence."""

from __future__ import annotations

from collections.abc import Iterator

from kresolve.planner.profiles import Group, Option, Profile, Profiles, Way
from kresolve.rendering.lines import ended, wrapped


def profiles_text(profiles: Profiles) -> str:
    """Each profile's name and description."""
    width = max(len(profile.name) for profile in profiles.profiles)
    return "".join(
        f"{profile.name:{width}}  {profile.description}\n" for profile in profiles.profiles
    )


@ended
def profile_text(profile: Profile) -> Iterator[str]:
    """A profile: its features in order, each with its options, notes and evidence."""
    yield from wrapped(f"{profile.name}: {profile.description}", "")
    by_feature: dict[str, list[Option | Group]] = {"": [], **{one: [] for one in profile.features}}
    for entry in profile.entries:
        by_feature[entry.feature].append(entry)
    for name, entries in by_feature.items():
        if not entries:
            continue
        yield ""
        if name:
            feature = profile.features[name]
            words = [feature.does] if feature.does else []
            words += [f"needs {', '.join(feature.needs)}"] if feature.needs else []
            words += [] if feature.default else [f"asked for as {profile.name}:{name}"]
            yield from wrapped(f"{name}: {'; '.join(words)}", "")
        else:
            yield "asked for always:"
        for entry in entries:
            yield from _entry(entry)
    if profile.customary:
        yield ""
        yield "asked for by tradition, and not needed:"
    for told in profile.customary:
        yield f"  {told.symbol}"
        yield from wrapped(told.note, "      ")
        yield from wrapped(f"from {told.source}", "      ")


def _entry(entry: Option | Group) -> Iterator[str]:
    when = "" if entry.required else ", optional"
    if isinstance(entry, Option):
        yield f"  {_option(entry)}{when}"
        if entry.selected_by:
            yield from wrapped(f"selected by {' or '.join(entry.selected_by)}", "      ")
    else:
        yield f"  {entry.name}, any of{_counts(entry)}{when}"
        for way in entry.ways:
            options = " and ".join(map(_option, way.options))
            yield from wrapped(f"{way.name}: {options}{_counts(way)}", "    ")
    yield from wrapped(entry.note, "      ")
    if entry.fails:
        yield from wrapped(f"without it, this fails: {entry.fails}", "      ")
    if entry.message:
        said = "without an error: " if entry.silent else "it says: "
        yield from wrapped(said + entry.message, "      ")
    yield from wrapped(f"from {entry.source}", "      ")


def _option(option: Option) -> str:
    """An option with its values, and where it counts."""
    condition = "" if option.condition is None else f" if {option.condition}"
    return f"{'|'.join(option.symbols)}={'|'.join(option.accept)}{condition}{_counts(option)}"


def _counts(entry: Option | Group | Way) -> str:
    """For which kernels something counts."""
    words = [f"since {entry.since}"] if entry.since else []
    words += [f"until {entry.until}"] if entry.until else []
    words += [f"on {', '.join(entry.arch)}"] if entry.arch else []
    return f" ({'; '.join(words)})" if words else ""
