"""Profiles: named lists of requests, from data/profiles or a file (data/README.md)."""

from __future__ import annotations

import errno
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from itertools import combinations
from pathlib import Path
from typing import Any, ClassVar, Final, TypeAlias

from attrs import evolve, frozen

from kresolve.dotconfig.files import open_input
from kresolve.errors import ConfigFileError, RequestError, did_you_mean
from kresolve.kconfig.model import Model
from kresolve.planner import Demand, Request, Term, alternatives_of, checked
from kresolve.results import Result, Short

#: The feature that stands for all features of a profile.
ALL: Final = "all"

#: An alternative: its name, and the options that it takes.
NamedTerms: TypeAlias = tuple[str, tuple[Term, ...]]

_WHEN: Final[Mapping[str, type]] = {"since": str, "until": str, "arch": list}
_ASKED: Final[Mapping[str, type]] = {
    "required": bool,
    "source": str,
    "feature": str,
    "note": str,
    "fails": str,
    "message": str,
    "silent": bool,
    **_WHEN,
}
_KEYS: Final = {"name", "description", "includes", "feature", "option", "any_of", "tradition"}
#: An option wherever it stands.
_OPTION: Final[Mapping[str, type]] = {"symbol": str, "accept": list, "if": str, **_WHEN}
_OPTION_TABLE: Final[Mapping[str, type]] = {
    **_OPTION,
    "one_of": list,
    "selected_by": list,
    **_ASKED,
}
_FEATURE: Final[Mapping[str, type]] = {"name": str, "does": str, "default": bool, "needs": list}
_GROUP: Final[Mapping[str, type]] = {"name": str, "alternative": list, **_ASKED}
_ALTERNATIVE: Final[Mapping[str, type]] = {"name": str, "options": list, **_WHEN}
_TRADITION: Final[Mapping[str, type]] = {"symbol": str, "source": str, "note": str}
# Bytes of a profile's file.
_LIMIT: Final = 16 << 20
# The keys of a part in a document, as :class:`_Counts` and :class:`_Asked` have them.
_COUNTS_KEYS: Final = ("since?", "until?", "arch")
_ASKED_KEYS: Final = ("required", "feature?", "note", "source", "fails?", "message?", "silent")
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"\d+\.\d+(\.\d+)?")
_SYMBOL: Final = re.compile(r"(?!CONFIG_)[A-Za-z0-9_]+")
_CONDITION: Final = re.compile(rf"({_SYMBOL.pattern})(?:=([ymn](?:\|[ymn])*))?")


@frozen(kw_only=True, repr=False)
class _Counts(Short):
    """For which kernels a part of a profile counts; see data/README.md for the keys."""

    since: str = ""
    until: str = ""
    arch: tuple[str, ...] = ()

    def counts(self, version: str, arch: str) -> bool:
        """Does it count for a kernel?  "until 6.12" covers 6.12.117; empty: nobody knows."""
        if self.arch and arch and arch not in self.arch:
            return False
        here, until = _numbers(version), _numbers(self.until)
        if not here:
            return not until
        if self.since and here < _numbers(self.since):
            return False
        return not until or here[: len(until)] <= until


@frozen(kw_only=True, repr=False)
class _Asked(_Counts):
    """What a profile says of an option or a group; see data/README.md for the keys."""

    required: bool = True
    source: str = ""
    feature: str = ""
    note: str = ""
    fails: str = ""
    message: str = ""
    silent: bool = False


@frozen(repr=False)
class Option(_Asked):
    """One option of a profile; see data/README.md for its keys."""

    symbol: str
    accept: tuple[str, ...]
    one_of: tuple[str, ...] = ()
    selected_by: tuple[str, ...] = ()
    condition: Term | None = None

    _keys: ClassVar = (
        *("symbol", "accept", "if=condition", *_COUNTS_KEYS, "one_of", *_ASKED_KEYS),
        "selected_by",
    )

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of which one has to be on, the preferred one first."""
        return (self.symbol, *self.one_of)

    @property
    def name(self) -> str:
        """What it is called where it has alternatives."""
        names = "|".join(self.symbols)
        return names if self.condition is None else f"{names} if {self.condition}"

    @property
    def terms(self) -> tuple[Term, ...]:
        """Each of its symbols, with its value and its condition."""
        value = "|".join(self.accept)
        return tuple(Term(name, value, self.condition) for name in self.symbols)

    def alternatives(self, version: str, arch: str) -> list[NamedTerms]:
        """What serves, each with a name; here every symbol by itself."""
        return [("", (term,)) for term in self.terms]


@frozen(repr=False)
class Way(_Counts):
    """One alternative of a group: the options that it takes all together."""

    name: str
    options: tuple[Option, ...]

    _keys: ClassVar = ("name", *_COUNTS_KEYS, "options")


@frozen(repr=False)
class Group(_Asked):
    """Alternatives of which one has to hold; see data/README.md for the keys of ``any_of``."""

    name: str
    ways: tuple[Way, ...]

    _keys: ClassVar = ("name", "alternatives=ways", *_COUNTS_KEYS, *_ASKED_KEYS)

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of all alternatives."""
        options = (option for way in self.ways for option in way.options)
        return tuple(dict.fromkeys(option.symbol for option in options))

    def alternatives(self, version: str, arch: str) -> list[NamedTerms]:
        """The alternatives that count for a kernel, each with its name."""
        found = []
        for way in self.ways:
            options = [one for one in way.options if one.counts(version, arch)]
            if options and way.counts(version, arch):
                found.append((way.name, tuple(one.terms[0] for one in options)))
        return found


@frozen(repr=False)
class CustomaryOption(Short):
    """An option that people ask for by tradition, and that the profile does not need."""

    symbol: str
    source: str
    note: str = ""


@frozen(repr=False)
class Feature(Short):
    """A level or a kind of object that a profile's options serve.

    ``does`` says what works with it; it needs the features ``needs``, too.  One of the
    ``default`` features is asked for with the profile, the others by name.
    """

    name: str
    does: str = ""
    default: bool = False
    needs: tuple[str, ...] = ()


@frozen(repr=False)
class Profile(Result):
    """A named list of options.

    ``tables`` are the features that the file describes; an option may name others.
    """

    name: str
    description: str
    options: tuple[Option, ...]
    customary: tuple[CustomaryOption, ...] = ()
    groups: tuple[Group, ...] = ()
    tables: tuple[Feature, ...] = ()

    schema: ClassVar = "kresolve.profile/1"
    _keys: ClassVar = (
        *("name", "description", "features=_features", "options", "any_of=groups"),
        "traditions=customary",
    )
    _rows_of: ClassVar = "options"

    def _summary(self) -> str:
        return f"{self.name}: {self.description}"

    @property
    def _features(self) -> tuple[Feature, ...]:
        return tuple(self.features.values())

    @property
    def entries(self) -> tuple[Option | Group, ...]:
        """The options, and the groups of which one alternative has to hold."""
        return (*self.options, *self.groups)

    @property
    def features(self) -> dict[str, Feature]:
        """The features by name, those that the file describes first."""
        found = {one.name: one for one in self.tables}
        for one in self.entries:
            if one.feature:
                found.setdefault(one.feature, Feature(one.feature))
        return found

    def asked(self, features: Iterable[str] = ()) -> frozenset[str]:
        """The names of the default features, of some others, and of all that these need.

        Raises RequestError for a feature that the profile does not have.
        """
        known = self.features
        todo = [one.name for one in known.values() if one.default]
        for name in features:
            if name != ALL and name not in known:
                hint = did_you_mean(name, known)
                raise RequestError(
                    f"{self.name}:{name}: no such feature; {self.name} has {', '.join(known)}{hint}"
                )
            todo += known if name == ALL else [name]
        found: set[str] = set()
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += known[name].needs
        return frozenset(found)

    def selected(
        self, features: Sequence[str] = (), *, version: str = "", arch: str = ""
    ) -> list[Option | Group]:
        """The options and groups that count for a kernel.

        These are what has no feature, and what the features need that are asked for
        (:meth:`asked`).  ``version`` and ``arch`` may be empty where nobody knows them:
        the version is then taken as a new one, and options of any architecture
        count.  Raises RequestError for a feature that the profile does not
        have, or of which there is nothing for this architecture.
        """
        asked = self.asked(features)
        found = [
            one
            for one in self.entries
            if (not one.feature or one.feature in asked)
            and one.counts(version, arch)
            and one.alternatives(version, arch)
        ]
        for feature in () if ALL in features else features:
            own = [one for one in self.entries if one.feature == feature]
            if own and not any(one in found for one in own):
                raise RequestError(
                    f"{self.name}:{feature}: nothing of it is for {arch} in Linux {version}"
                )
        return found

    def requests(self, model: Model, features: Sequence[str] = ()) -> list[Demand]:
        """What the profile asks of this kernel: the core and some features.

        Alternatives that this kernel does not have drop out.  Raises RequestError
        for an unknown feature, or where nothing of what is required is there.
        """
        info = model.info
        found: list[Demand] = []
        for one in self.selected(features, version=info.version, arch=info.arch):
            if one.required:
                alternatives = one.alternatives(info.version, info.arch)
                request = _request(model, alternatives, self.origin(one), one.name)
                found.append(evolve(request, purpose=self.purpose(one)))
        return found

    def origin(self, entry: Option | Group) -> str:
        """Where a request for a part of the profile comes from, for people."""
        origin = f"profile {self.name}"
        is_default = not entry.feature or self.features[entry.feature].default
        return origin if is_default else f"{origin}:{entry.feature}"

    def purpose(self, entry: Option | Group) -> str:
        """What a part of the profile is for: its feature, if the file describes it."""
        described = any(one.name == entry.feature for one in self.tables)
        return f"{self.name}:{entry.feature}" if described else ""


@frozen
class ProfileName:
    """A profile in the list of them."""

    name: str
    description: str


@frozen(repr=False)
class Profiles(Result):
    """The profiles there are."""

    profiles: tuple[ProfileName, ...]

    schema: ClassVar = "kresolve.profiles/1"
    _rows_of: ClassVar = "profiles"

    def _summary(self) -> str:
        return ", ".join(one.name for one in self.profiles)


def _request(model: Model, alternatives: Sequence[NamedTerms], origin: str, name: str) -> Demand:
    """One option, or those of some alternatives that this kernel has."""
    terms = [term for _, each in alternatives for term in each]
    if len(terms) == 1 and terms[0].condition is None:
        return checked(model, terms[0].name, terms[0].value, origin)
    found = alternatives_of(model, alternatives, origin=origin, name=name)
    wants = found.wants
    if len(wants) == 1 and wants[0].condition is None:
        return Request(wants[0].symbol, wants[0].accept, origin)
    return evolve(found, notes=())


def profile_names() -> tuple[str, ...]:
    """The names of the profiles that come with kresolve."""
    return tuple(sorted(path.stem for path in _directory().glob("*.toml")))


def find_profile(name: str, own: Mapping[str, Profile] = {}) -> Profile | None:
    """The profile of a name, None if there is none; ``own`` ones come first."""
    if name in own:
        return own[name]
    if name not in profile_names():
        return None
    return read_profile(_directory() / f"{name}.toml")


def known_profile(name: str, own: Mapping[str, Profile] = {}) -> Profile:
    """The profile of a name, as :func:`find_profile`; RequestError if there is none."""
    profile = find_profile(name, own)
    if profile is None:
        known = (*own, *profile_names())
        raise RequestError(
            f"{name}: no such profile; there is {', '.join(known)}{did_you_mean(name, known)}"
        )
    return profile


def own_profiles(paths: Iterable[str | Path]) -> dict[str, Profile]:
    """The profiles in a user's files, by name; ConfigFileError if one cannot be read."""
    return {profile.name: profile for profile in map(read_profile, map(Path, paths))}


def _text(path: Path) -> str:
    with open_input(path) as file:
        text = file.read(_LIMIT + 1)
    if len(text) > _LIMIT:
        raise OSError(errno.EFBIG, f"more than {_LIMIT >> 20} MiB; this is no profile")
    return text.decode("utf-8")


def read_profile(path: Path) -> Profile:
    """A profile from its file.

    Raises ConfigFileError with the path and what is wrong.
    """
    try:
        return _profile(path, tomllib.loads(_text(path)))
    except OSError as error:
        raise ConfigFileError(f"{path}: cannot read it: {error.strerror or error}") from error
    except ValueError as error:  # no UTF-8, no TOML, a number of more digits than Python takes
        raise ConfigFileError(f"{path}: this is no TOML file: {error}") from error
    except RecursionError as error:
        raise ConfigFileError(f"{path}: this is no profile: it is nested too deeply") from error


def _profile(path: Path, data: dict[str, Any]) -> Profile:
    """A profile from what stands in its file."""
    name, description = data.get("name"), data.get("description", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigFileError(
            f"{path}: name = {name!r}: a profile's name is lower-case words with hyphens"
        )
    if unknown := sorted(data.keys() - _KEYS):
        raise ConfigFileError(f"{path}: {unknown[0]}: no such key in a profile")
    if not data.get("option") and not data.get("any_of"):
        raise ConfigFileError(f"{path}: a profile has options: [[option]]")
    groups = tuple(_group(path, table) for table in _tables(path, data, "any_of"))
    for earlier, group in combinations(groups, 2):
        if earlier.name == group.name:
            raise ConfigFileError(f"{path}: any_of {group.name}: two groups of this name")
    included = [_included(path, name) for name in _tables(path, data, "includes")]
    profile = Profile(
        name,
        str(description),
        (
            *(option for one in included for option in one.options),
            *(_option(path, table) for table in _tables(path, data, "option")),
        ),
        tuple(_traditional(path, table) for table in _tables(path, data, "tradition")),
        groups,
        tuple(_feature(path, table) for table in _tables(path, data, "feature")),
    )
    _check_features(path, profile)
    return profile


def _included(path: Path, name: Any) -> Profile:
    """A profile whose options belong to another one, too; one of kresolve's, without features."""
    profile = find_profile(name) if isinstance(name, str) else None
    if profile is None or profile.features or profile.groups:
        plain = [one for one in profile_names() if not known_profile(one).features]
        raise ConfigFileError(
            f"{path}: includes = {name!r}: no profile without features; there is {', '.join(plain)}"
        )
    return profile


def _feature(path: Path, table: Any) -> Feature:
    """A feature from its table."""
    place = _place(path, "feature", "name", table)
    found = _read(place, table, _FEATURE, ("name", "does"))
    if not _NAME.fullmatch(found["name"]) or found["name"] == ALL:
        raise ConfigFileError(
            f"{place}: name = {found['name']!r}: a feature's name is lower-case words with "
            f"hyphens, and not {ALL!r}, which stands for every feature"
        )
    return Feature(**found)


def _check_features(path: Path, profile: Profile) -> None:
    """Raise ConfigFileError where the features do not go together."""
    known = profile.features
    used = {one.feature for one in profile.entries}
    for earlier, feature in combinations(profile.tables, 2):
        if earlier.name == feature.name:
            raise ConfigFileError(f"{path}: feature {feature.name}: two features of this name")
    for feature in profile.tables:
        place = f"{path}: feature {feature.name}"
        if feature.name not in used and not feature.needs:
            raise ConfigFileError(
                f'{place}: no option belongs to it; write feature = "{feature.name}" there'
            )
        for name in feature.needs:
            if name not in known:
                hint = did_you_mean(str(name), known)
                raise ConfigFileError(f"{place}: needs = {name!r}: no such feature{hint}")
    for feature in profile.tables:
        if circle := _circle(known, (feature.name,)):
            raise ConfigFileError(
                f"{path}: feature {feature.name}: needs itself: {' needs '.join(circle)}"
            )


def _circle(known: Mapping[str, Feature], way: tuple[str, ...]) -> tuple[str, ...]:
    """The way by which the first feature of ``way`` needs itself; empty if it does not."""
    for name in known[way[-1]].needs:
        if name == way[0]:
            return (*way, name)
        if name not in way and (found := _circle(known, (*way, name))):
            return found
    return ()


def _tables(place: Path | str, data: Mapping[str, Any], key: str) -> list[Any]:
    """The tables of a name."""
    tables = data.get(key, [])
    if not isinstance(tables, list):
        raise ConfigFileError(f"{place}: {key} = {tables!r}: write [[{key}]]")
    return tables


def _read(
    place: str, table: Any, keys: Mapping[str, type], needed: Sequence[str]
) -> dict[str, Any]:
    """A table as it is, every key looked at; lists as tuples."""
    for key in needed:
        if key not in table:
            raise ConfigFileError(f"{place}: {key} is missing")
    for key, value in table.items():
        if key not in keys:
            raise ConfigFileError(f"{place}: {key}: no such key{did_you_mean(key, keys)}")
        if type(value) is not keys[key]:
            raise ConfigFileError(f"{place}: {key} = {value!r} is no {keys[key].__name__}")
        if key in ("since", "until") and not _VERSION.fullmatch(str(value)):
            raise ConfigFileError(f"{place}: {key} = {value!r} is no kernel version")
        if key == "arch" and not _are_names(value):
            raise ConfigFileError(f"{place}: arch = {value!r} is no list of names")
    for key in ("fails", "silent"):
        if table.get(key) and not table.get("message"):
            raise ConfigFileError(f"{place}: {key} without a message: say what happens then")
    return {
        key: tuple(value) if key != "accept" and isinstance(value, list) else value
        for key, value in table.items()
    }


def _are_names(value: Any) -> bool:
    return all(isinstance(one, str) for one in value)


def _place(where: Path | str, kind: str, key: str, table: Any) -> str:
    """Where a table stands, for error texts; ConfigFileError if it is none."""
    if not isinstance(table, dict):
        raise ConfigFileError(f"{where}: {kind} {table}: not a table; write [[{kind}]]")
    return f"{where}: {kind} {table.get(key, '?')}"


def _symbol(place: str, name: Any) -> str:
    if not isinstance(name, str) or not _SYMBOL.fullmatch(name):
        raise ConfigFileError(f"{place}: {name!r} is no symbol; write it without CONFIG_")
    return name


def _traditional(path: Path, table: Any) -> CustomaryOption:
    """What is asked for by tradition, from its table."""
    place = _place(path, "tradition", "symbol", table)
    found = _read(place, table, _TRADITION, ("symbol", "source"))
    return CustomaryOption(_symbol(place, found["symbol"]), found["source"], found.get("note", ""))


def _option(
    where: Path | str,
    table: Any,
    keys: Mapping[str, type] = _OPTION_TABLE,
    needed: Sequence[str] = ("symbol", "accept", "required", "source"),
) -> Option:
    """An option from its table."""
    place = _place(where, "option", "symbol", table)
    found = _read(place, table, keys, needed)
    for one in (found["symbol"], *found.get("one_of", ()), *found.get("selected_by", ())):
        _symbol(place, one)
    accept: list[Any] = found.pop("accept")
    if not accept or not set(map(str, accept)) <= {"y", "m", "n"}:
        raise ConfigFileError(f'{place}: accept = {accept}: write ["y"] or ["y", "m"]')
    condition: Term | None = None
    if "if" in found:
        text = str(found.pop("if"))
        said = _CONDITION.fullmatch(text)
        if not said:
            raise ConfigFileError(
                f"{place}: if = {text!r} is no condition; write an option, as in NET or NET=n"
            )
        condition = Term(said[1], said[2])
    return Option(accept=tuple(accept), condition=condition, **found)


def _group(path: Path, table: Any) -> Group:
    """Alternatives from their table."""
    place = _place(path, "any_of", "name", table)
    found = _read(place, table, _GROUP, ("name", "required", "source", "alternative"))
    if not _NAME.fullmatch(found["name"]):
        raise ConfigFileError(
            f"{place}: name = {found['name']!r}: a group's name is lower-case words with hyphens"
        )
    ways = tuple(_way(place, one) for one in found.pop("alternative"))
    if len(ways) < 2:
        raise ConfigFileError(f"{place}: a group has two or more: [[any_of.alternative]]")
    return Group(ways=ways, **found)


def _way(where: str, table: Any) -> Way:
    place = _place(where, "alternative", "name", table)
    found = _read(place, table, _ALTERNATIVE, ("name", "options"))
    options = tuple(
        _option(place, one, _OPTION, ("symbol", "accept")) for one in found.pop("options")
    )
    if not options:
        raise ConfigFileError(f"{place}: an alternative has options")
    return Way(options=options, **found)


def data_directory() -> Path:
    """data/: in the installed package, or beside it in a checkout."""
    installed = Path(str(resources.files("kresolve"))) / "data"
    return installed if installed.is_dir() else Path(__file__).parents[2] / "data"


def _directory() -> Path:
    return data_directory() / "profiles"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])
