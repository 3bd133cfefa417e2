"""Profiles for people and programs: the list, and one with its features and evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from kresolve.planner.profiles import Group, Option, Profile, Way
from kresolve.rendering.wrapping import wrapped

PROFILE_SCHEMA = "kresolve.profile/1"
PROFILES_SCHEMA = "kresolve.profiles/1"


def profiles_text(profiles: Iterable[Profile]) -> str:
    """Each profile's name and description."""
    found = list(profiles)
    width = max(len(one.name) for one in found)
    return "".join(f"{one.name:{width}}  {one.description}\n" for one in found)


def profiles_document(profiles: Iterable[Profile]) -> dict[str, Any]:
    """The list as plain dicts and lists."""
    return {
        "schema": PROFILES_SCHEMA,
        "profiles": [{"name": one.name, "description": one.description} for one in profiles],
    }


def profile_text(profile: Profile) -> str:
    """A profile: its features in order, each with its options, notes and evidence."""
    return "\n".join(_profile(profile)) + "\n"


def _profile(profile: Profile) -> Iterator[str]:
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


def _counts(one: Option | Group | Way) -> str:
    """For which kernels something counts."""
    words = [f"since {one.since}"] if one.since else []
    words += [f"until {one.until}"] if one.until else []
    words += [f"on {', '.join(one.arch)}"] if one.arch else []
    return f" ({'; '.join(words)})" if words else ""


def profile_document(profile: Profile) -> dict[str, Any]:
    """A profile as plain dicts and lists, ready for ``json.dumps``."""
    return {
        "schema": PROFILE_SCHEMA,
        "name": profile.name,
        "description": profile.description,
        "features": [
            {
                "name": one.name,
                "does": one.does,
                "default": one.default,
                "needs": list(one.needs),
            }
            for one in profile.features.values()
        ],
        "options": [
            {**_option_document(one), "one_of": list(one.one_of), **_asked_document(one)}
            | {"selected_by": list(one.selected_by)}
            for one in profile.options
        ],
        "any_of": [
            {
                "name": one.name,
                "alternatives": [
                    {
                        "name": way.name,
                        **_counts_document(way),
                        "options": list(map(_option_document, way.options)),
                    }
                    for way in one.ways
                ],
                **_counts_document(one),
                **_asked_document(one),
            }
            for one in profile.groups
        ],
        "traditions": [
            {"symbol": one.symbol, "note": one.note, "source": one.source}
            for one in profile.customary
        ],
    }


def _option_document(one: Option) -> dict[str, Any]:
    return {
        "symbol": one.symbol,
        "accept": list(one.accept),
        "if": None if one.condition is None else str(one.condition),
        **_counts_document(one),
    }


def _counts_document(one: Option | Group | Way) -> dict[str, Any]:
    return {"since": one.since or None, "until": one.until or None, "arch": list(one.arch)}


def _asked_document(one: Option | Group) -> dict[str, Any]:
    return {
        "required": one.required,
        "feature": one.feature or None,
        "note": one.note,
        "source": one.source,
        "fails": one.fails or None,
        "message": one.message or None,
        "silent": one.silent,
    }
