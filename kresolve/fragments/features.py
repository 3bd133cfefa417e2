"""Which features of a profile will work: the rows of a check, put together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar

from attrs import frozen

from kresolve.planner.profiles import Feature, Profile
from kresolve.results import Short

if TYPE_CHECKING:
    from kresolve.fragments.checking import Row


@frozen(eq=False, repr=False)
class FeatureCheck(Short):
    """Will a feature of a profile work?

    ``rows`` are its own options.  ``lacks`` are the features that it needs and that do not
    work or of which nobody can tell.  ``asked``: was it asked for, by name or by default?
    """

    profile: Profile
    feature: Feature
    rows: tuple[Row, ...]
    lacks: tuple[str, ...]
    works: bool | None
    asked: bool

    _keys: ClassVar = (
        *("profile=profile.name", "name", "does=feature.does", "default=feature.default", "asked"),
        *("works", "needs=feature.needs", "lacks", "because=missing"),
    )

    @property
    def name(self) -> str:
        """Its name."""
        return self.feature.name

    @property
    def verdict(self) -> str:
        """In words."""
        return {True: "will work", False: "will not work", None: "cannot be told"}[self.works]

    @property
    def missing(self) -> tuple[Row, ...]:
        """Its own required options that do not hold, or of which nobody can tell."""
        return tuple(row for row in self.rows if row.item.required and not row.holds)


def check_features(rows: Iterable[Row]) -> tuple[FeatureCheck, ...]:
    """The features of all profiles in some rows; without a description, of none."""
    profiles: dict[str, tuple[Profile, list[Row]]] = {}
    for row in rows:
        if row.item.profile is not None and row.item.described:
            name = row.item.profile.name
            profiles.setdefault(name, (row.item.profile, []))[1].append(row)
    return tuple(one for profile, own in profiles.values() for one in features_in(profile, own))


def features_in(profile: Profile, rows: Iterable[Row]) -> Iterator[FeatureCheck]:
    """The features of a profile, from the rows of all of them."""
    known = profile.features
    own: dict[str, list[Row]] = {"": [], **{name: [] for name in known}}
    for row in rows:
        own[row.item.feature].append(row)
    # What has no feature is needed by each.  A feature that has options in the profile, but no row
    # here, is not for this kernel.
    bare = set(known) - {entry.feature for entry in profile.entries}
    alone = {
        name: (bool(own[name]) or name in bare)
        and every(row.holds for row in (*own[""], *own[name]) if row.item.required)
        for name in known
    }

    def works(name: str) -> bool | None:
        return every((alone[name], *map(works, known[name].needs)))

    def asked(name: str) -> bool:
        if name in bare:
            return all(map(asked, known[name].needs))
        return any(row.item.asked for row in own[name])

    for name, feature in known.items():
        lacks = tuple(needed for needed in feature.needs if not works(needed))
        yield FeatureCheck(profile, feature, tuple(own[name]), lacks, works(name), asked(name))


def every(holds: Iterable[bool | None]) -> bool | None:
    """Do all hold?  None where nobody can tell."""
    found = {*holds}
    return False if False in found else None if None in found else True


def some(holds: Iterable[bool | None]) -> bool | None:
    """Does one hold?  None where nobody can tell."""
    found = {*holds}
    return True if True in found else None if None in found else False
