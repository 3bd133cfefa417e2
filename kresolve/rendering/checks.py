"""Checks for people: the table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from kresolve.fragments.checking import Check, Row
from kresolve.fragments.features import FeatureCheck
from kresolve.kconfig.phrases import join_names
from kresolve.rendering.lines import ended, wrapped

_MARKS: Final[Mapping[bool | None, str]] = {True: "   ", False: " ! ", None: " ? "}


@ended
def check_report(check: Check) -> Iterator[str]:
    """The table, by what the options are for, and the verdict."""
    yield check.heading
    yield from check.notes
    for profile, features in _by_profile(check.features).items():
        yield from _features(profile, features)
    rest = [row for row in check.rows if not (row.item.described and row.item.feature)]
    width = max((len(row.symbol) for row in rest), default=0)
    for title, rows in _groups(rest):
        yield ""
        yield title
        for row in rows:
            yield f"  {row.symbol:{width}}  {_state(row)}"
    yield ""
    yield check.verdict
    yield from _plan(check)


def _by_profile(features: Iterable[FeatureCheck]) -> dict[str, list[FeatureCheck]]:
    by_profile: dict[str, list[FeatureCheck]] = {}
    for feature in features:
        by_profile.setdefault(feature.profile.name, []).append(feature)
    return by_profile


def _features(profile: str, features: Sequence[FeatureCheck]) -> Iterator[str]:
    """What will work of a profile: each feature that was asked for, the others in short."""
    asked = [feature for feature in features if feature.asked]
    others = [feature for feature in features if not feature.asked]
    for works in (True, None, False):
        alike = [feature for feature in asked if feature.works is works]
        if alike:
            yield ""
            yield f"{profile}, {alike[0].verdict}:"
            yield from _alike(alike, features)
    if others:
        yield ""
        yield f"{profile}, not asked for:"
    for works in (True, None, False):
        alike = [feature for feature in others if feature.works is works]
        if alike:
            names = ", ".join(map(_with_missing, alike))
            yield from wrapped(f"{alike[0].verdict}: {names}", "  ")


def _alike(alike: Sequence[FeatureCheck], features: Sequence[FeatureCheck]) -> Iterator[str]:
    """Features of one verdict: what each lacks of its own, and those that only need others."""
    by_name = {feature.name: feature for feature in features}

    def roots(feature: FeatureCheck) -> set[str]:
        if feature.missing or not feature.lacks:
            return {feature.name}
        return {root for name in feature.lacks for root in roots(by_name[name])}

    own = [feature for feature in alike if feature.missing or not feature.lacks]
    width = max((len(feature.name) for feature in own), default=0)
    for feature in own:
        yield f"  {feature.name:{width}}  {feature.feature.does}"
        for row in feature.missing:
            yield from _missing(row)
    for names in dict.fromkeys(
        tuple(sorted(roots(feature))) for feature in alike if feature not in own
    ):
        needy = [
            feature.name
            for feature in alike
            if feature not in own and tuple(sorted(roots(feature))) == names
        ]
        yield from wrapped(f"without {join_names(names)}: {', '.join(needy)}", "  ")


def _with_missing(feature: FeatureCheck) -> str:
    """A feature's name, and what is missing for it."""
    names = [row.symbol for row in feature.missing if row.symbol != feature.name]
    return f"{feature.name} ({join_names(names, 2)})" if names else feature.name


def _missing(row: Row) -> Iterator[str]:
    """How a row is, and what comes of that."""
    entry, by = row.item.entry, row.selected_by
    only = row.ways[0][0] if len(row.ways) == len(row.ways[0]) == 1 else None
    if only is None:
        text = f"{row.symbol} {_state(row).removeprefix(_MARKS[row.holds])}"
    else:
        text = ": ".join(filter(None, (f"{only.want.symbol} {only}", only.why)))
    if by and not row.why:
        text += f" ({' or '.join(by)} selects it)"
    yield from wrapped(text, "      ")
    if entry.message:
        said = "without an error: {}" if entry.silent else 'it says: "{}"'
        yield from wrapped(said.format(entry.message), "        ")


def _groups(rows: Iterable[Row]) -> Iterator[tuple[str, list[Row]]]:
    """The rows by feature, what is required before what is optional."""
    rows = list(rows)
    groups: dict[tuple[str, bool], list[Row]] = {}
    for row in rows:
        groups.setdefault((row.item.feature, row.item.required), []).append(row)
    places = [row.item.feature for row in rows]
    for (feature, required), group in sorted(
        groups.items(),
        key=lambda item: (item[0][0] != "", places.index(item[0][0]), not item[0][1]),
    ):
        word = "required" if required else "optional"
        yield (f"{feature}, {word}:" if feature else f"{word}:"), group


def _state(row: Row) -> str:
    # Of alternatives, the reason says what each one lacks.
    text = str(row.part or (row.state if row.holds else ""))
    return f"{_MARKS[row.holds]}{': '.join(filter(None, (text, row.why)))}".rstrip()


def _plan(check: Check) -> Iterator[str]:
    plan = check.plan
    if plan is None:
        return
    yield ""
    yield f"add to this .config, on {plan.tree}:"
    for line in plan.lines:
        yield f"  {line.text}  # {line.why}"
