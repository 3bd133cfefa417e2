"""Profiles: named lists of requests, from data/profiles or a file (data/README.md)."""

from __future__ import annotations

import errno
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from kresolve.errors import ConfigFileError, RequestError, did_you_mean
from kresolve.files import open_input
from kresolve.model import Model
from kresolve.planner import Request, checked

#: The feature that stands for all features of a profile.
ALL: Final = "all"

_KEYS: Final[Mapping[str, type]] = {
    "symbol": str,
    "accept": list,
    "required": bool,
    "source": str,
    "since": str,
    "until": str,
    "one_of": list,
    "arch": list,
    "feature": str,
    "note": str,
}
_NEEDED: Final = ("symbol", "accept", "required", "source")
# Bytes of a profile's file.
_LIMIT: Final = 16 << 20
_NAME: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION: Final = re.compile(r"\d+\.\d+(\.\d+)?")
_SYMBOL: Final = re.compile(r"[A-Za-z0-9_]+")


@frozen
class Option:
    """One option of a profile; see data/README.md for its keys."""

    symbol: str
    accept: tuple[str, ...]
    required: bool
    source: str
    since: str = ""
    until: str = ""
    feature: str = ""
    note: str = ""
    one_of: tuple[str, ...] = ()
    arch: tuple[str, ...] = ()

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of which one has to be on, the preferred one first."""
        return (self.symbol, *self.one_of)


@frozen
class Traditional:
    """An option that people ask for by tradition, and that the profile does not need."""

    symbol: str
    source: str
    note: str = ""


@frozen
class Profile:
    """A named list of options."""

    name: str
    description: str
    options: tuple[Option, ...]
    traditions: tuple[Traditional, ...] = ()

    @property
    def features(self) -> tuple[str, ...]:
        """The features that can be asked for besides the core."""
        return tuple(dict.fromkeys(o.feature for o in self.options if o.feature))

    def selected(
        self, features: Sequence[str] = (), *, version: str = "", arch: str = ""
    ) -> list[Option]:
        """The options of the core and some features that count for a kernel.

        ``version`` and ``arch`` may be empty where nobody knows them: the
        version is then taken as a new one, and options of any architecture
        count.  Raises RequestError for a feature that the profile does not
        have, or of which there is nothing for this architecture.
        """
        if ALL in features:
            features = self.features
            silent = True
        else:
            silent = False
        for feature in features:
            if feature not in self.features:
                hint = did_you_mean(feature, self.features)
                raise RequestError(
                    f"{self.name}:{feature}: no such feature; "
                    f"{self.name} has {', '.join(self.features)}{hint}"
                )
        here = _numbers(version)
        found = [
            option
            for option in self.options
            if (not option.feature or option.feature in features)
            and _counts(option, here)
            and (not option.arch or not arch or arch in option.arch)
        ]
        for feature in () if silent else features:
            if not any(option.feature == feature for option in found):
                raise RequestError(
                    f"{self.name}:{feature}: nothing of it is for {arch} in Linux {version}"
                )
        return found

    def requests(self, model: Model, features: Sequence[str] = ()) -> list[Request]:
        """What the profile asks of this kernel: the core and some features.

        Of options that serve as well as each other, the first that this kernel
        has is asked for.  Raises RequestError for an unknown feature, or a
        required option that this kernel does not have.
        """
        info = model.info
        found: list[Request] = []
        for option in self.selected(features, version=info.version, arch=info.arch):
            if option.required:
                here = [name for name in option.symbols if name in model.symbols]
                symbol = here[0] if here else option.symbol
                found.append(checked(model, symbol, "|".join(option.accept), self.origin(option)))
        return found

    def origin(self, option: Option) -> str:
        """Where a request for an option comes from, for people."""
        origin = f"profile {self.name}"
        return f"{origin}:{option.feature}" if option.feature else origin


def profile_names() -> tuple[str, ...]:
    """The names of the profiles that come with kresolve."""
    return tuple(sorted(path.stem for path in _directory().glob("*.toml")))


def find_profile(name: str, own: Mapping[str, Profile] = {}) -> Profile | None:
    """The profile of a name, None if there is none; ``own`` ones come first."""
    if name in own:
        return own[name]
    path = _directory() / f"{name}.toml"
    if not _NAME.fullmatch(name) or not path.is_file():
        return None
    return read_profile(path)


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
        data = tomllib.loads(_text(path))
    except OSError as error:
        raise ConfigFileError(f"{path}: cannot read it: {error.strerror or error}") from error
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigFileError(f"{path}: this is no TOML file: {error}") from error
    name, description = data.get("name"), data.get("description", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigFileError(
            f"{path}: name = {name!r}: a profile's name is lower-case words with hyphens"
        )
    if unknown := sorted(data.keys() - {"name", "description", "option", "tradition"}):
        raise ConfigFileError(f"{path}: {unknown[0]}: no such key in a profile")
    tables = data.get("option")
    if not isinstance(tables, list) or not tables:
        raise ConfigFileError(f"{path}: a profile has options: [[option]]")
    handed_down = data.get("tradition", [])
    if not isinstance(handed_down, list):
        raise ConfigFileError(f"{path}: tradition = {handed_down!r}: write [[tradition]]")
    return Profile(
        name,
        str(description),
        tuple(_option(path, table) for table in tables),
        tuple(_traditional(path, table) for table in handed_down),
    )


def _traditional(path: Path, table: Any) -> Traditional:
    """What is asked for by tradition, from its table."""
    if not isinstance(table, dict):
        raise ConfigFileError(f"{path}: tradition {table}: not a table; write [[tradition]]")
    place = f"{path}: tradition {table.get('symbol', '?')}"
    for key in ("symbol", "source"):
        if key not in table:
            raise ConfigFileError(f"{place}: {key} is missing")
    known = ("symbol", "source", "note")
    for key, value in table.items():
        if key not in known:
            raise ConfigFileError(f"{place}: {key}: no such key{did_you_mean(key, known)}")
        if not isinstance(value, str):
            raise ConfigFileError(f"{place}: {key} = {value!r} is no str")
    if not _SYMBOL.fullmatch(table["symbol"]) or table["symbol"].startswith("CONFIG_"):
        raise ConfigFileError(
            f"{place}: {table['symbol']!r} is no symbol; write it without CONFIG_"
        )
    return Traditional(table["symbol"], table["source"], table.get("note", ""))


def _option(path: Path, table: Any) -> Option:
    """An option from its table, every key looked at."""
    place = f"{path}: option {table.get('symbol', '?') if isinstance(table, dict) else table}"
    if not isinstance(table, dict):
        raise ConfigFileError(f"{place}: not a table; write [[option]]")
    for key in _NEEDED:
        if key not in table:
            raise ConfigFileError(f"{place}: {key} is missing")
    for key, value in table.items():
        if key not in _KEYS:
            raise ConfigFileError(f"{place}: {key}: no such key{did_you_mean(key, _KEYS)}")
        if type(value) is not _KEYS[key]:
            raise ConfigFileError(f"{place}: {key} = {value!r} is no {_KEYS[key].__name__}")
    for name in (table["symbol"], *table.get("one_of", ())):
        if not _SYMBOL.fullmatch(str(name)) or str(name).startswith("CONFIG_"):
            raise ConfigFileError(f"{place}: {name!r} is no symbol; write it without CONFIG_")
    if not table["accept"] or not set(map(str, table["accept"])) <= {"y", "m", "n"}:
        raise ConfigFileError(f'{place}: accept = {table["accept"]}: write ["y"] or ["y", "m"]')
    for key in ("since", "until"):
        if key in table and not _VERSION.fullmatch(table[key]):
            raise ConfigFileError(f"{place}: {key} = {table[key]!r} is no kernel version")
    return Option(
        symbol=table["symbol"],
        accept=tuple(table["accept"]),
        required=table["required"],
        source=table["source"],
        since=table.get("since", ""),
        until=table.get("until", ""),
        feature=table.get("feature", ""),
        note=table.get("note", ""),
        one_of=tuple(map(str, table.get("one_of", ()))),
        arch=tuple(map(str, table.get("arch", ()))),
    )


def data_directory() -> Path:
    """data/: in the installed package, or beside it in a checkout."""
    installed = Path(str(resources.files("kresolve"))) / "data"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "data"


def _directory() -> Path:
    return data_directory() / "profiles"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _counts(option: Option, version: tuple[int, ...]) -> bool:
    """Does an option count for a version?  "until 6.12" covers 6.12.117."""
    if not version:
        return not option.until
    if option.since and version < _numbers(option.since):
        return False
    until = _numbers(option.until)
    return not until or version[: len(until)] <= until
