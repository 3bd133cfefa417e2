"""Profiles: named lists of requests, from data/profiles (data/README.md)."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from attrs import frozen

from kresolve.errors import RequestError, did_you_mean
from kresolve.model import Model
from kresolve.planner import Request, checked


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


@frozen
class Profile:
    """A named list of options."""

    name: str
    description: str
    options: tuple[Option, ...]

    @property
    def features(self) -> tuple[str, ...]:
        """The features that can be asked for besides the core."""
        return tuple(dict.fromkeys(o.feature for o in self.options if o.feature))

    def requests(self, model: Model, features: Sequence[str] = ()) -> list[Request]:
        """What the profile asks of this kernel: the core and some features.

        Raises RequestError for an unknown feature, or a required option that
        this kernel does not have.
        """
        for feature in features:
            if feature not in self.features:
                hint = did_you_mean(feature, self.features)
                raise RequestError(
                    f"{self.name}:{feature}: no such feature; "
                    f"{self.name} has {', '.join(self.features)}{hint}"
                )
        here = _numbers(model.info.version)
        origin = f"profile {self.name}"
        found: list[Request] = []
        for option in self.options:
            if option.feature and option.feature not in features:
                continue
            if not option.required or not _counts(option, here):
                continue
            name = f"{origin}:{option.feature}" if option.feature else origin
            found.append(checked(model, option.symbol, "|".join(option.accept), name))
        return found


def profile_names() -> tuple[str, ...]:
    """The names of the profiles that come with kresolve."""
    return tuple(sorted(path.stem for path in _directory().glob("*.toml")))


def find_profile(name: str) -> Profile | None:
    """The profile of a name, None if there is none."""
    path = _directory() / f"{name}.toml"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        return None
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return Profile(data["name"], data["description"], tuple(map(_option, data["option"])))


def _option(table: dict[str, Any]) -> Option:
    return Option(
        symbol=table["symbol"],
        accept=tuple(table["accept"]),
        required=table["required"],
        source=table["source"],
        since=table.get("since", ""),
        until=table.get("until", ""),
        feature=table.get("feature", ""),
        note=table.get("note", ""),
    )


def _directory() -> Path:
    """data/profiles: in the installed package, or beside it in a checkout."""
    installed = Path(str(resources.files("kresolve"))) / "data" / "profiles"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "data" / "profiles"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _counts(option: Option, version: tuple[int, ...]) -> bool:
    """Does an option count for a version?  "until 6.12" covers 6.12.117."""
    if option.since and version < _numbers(option.since):
        return False
    until = _numbers(option.until)
    return not until or version[: len(until)] <= until
