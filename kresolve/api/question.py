"""What is asked for, as people write it: requests, pins and bans, read for a tree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeAlias

from kresolve.api.options import Fragments, Names, What, as_list
from kresolve.errors import RequestError
from kresolve.kconfig.model import Model
from kresolve.kconfig.similar_names import did_you_mean_option
from kresolve.planner import (
    AnyOf,
    Demand,
    Question,
    Request,
    from_fragment,
    from_mapping,
    merged,
    requested,
)
from kresolve.planner.profiles import Profile, find_profile, known_profile, own_profiles

#: A request as people write it: text, a list, or a dict of names and values.
Requests: TypeAlias = str | Path | Demand | Mapping[str, object] | Iterable[str | Path | Demand]


def question(what: What, model: Model, requests: tuple[Demand, ...]) -> Question:
    """The question to the planner; RequestError for a name that is none of the tree's."""
    return Question(
        requests=requests,
        pins=_option_names(model, what.pin, "--pin"),
        forbidden=_option_names(model, what.forbid, "--forbid"),
        objective=what.objective,
        prefer=what.prefer,
        explicit=what.explicit,
    )


def read_requests(model: Model, *wanted: Requests, profiles: Fragments = ()) -> tuple[Demand, ...]:
    """Requests as people write them, checked against a tree.

    Text is a profile ("criu", "criu:lazy-pages"), an option ("X", "X=m",
    "X=y|m"), any of several ("X|Y=m", see :func:`kresolve.any_of`) or
    "@FILE"; a Path is a fragment whose every line is requested.
    ``profiles``: files with profiles of the user's own.
    """
    own = own_profiles(as_list(profiles))
    found: list[Demand] = []
    for one in wanted:
        if isinstance(one, Request | AnyOf):
            found.append(one)
        elif isinstance(one, Path):
            found += from_fragment(model, one)
        elif isinstance(one, str):
            found += _typed(model, one, own)
        elif isinstance(one, Mapping):
            found += from_mapping(model, one)
        else:
            found += read_requests(model, *one, profiles=profiles)
    return merged(found)


def _typed(model: Model, text: str, own: Mapping[str, Profile]) -> list[Demand]:
    text = text.strip()
    if text.startswith("@"):
        return [*from_fragment(model, Path(text[1:]))]
    name, _, features = text.partition(":")
    profile = find_profile(name, own)
    if profile is None and ":" in text and "=" not in text:
        profile = known_profile(name, own)
    if profile is not None:
        wanted = [feature for feature in features.split(",") if feature]
        return [*profile.requests(model, wanted)]
    return [requested(model, text)]


def customary_options(*wanted: Requests, profiles: Fragments = ()) -> tuple[str, ...]:
    """Options that people add by tradition to what these profiles ask for."""
    own = own_profiles(as_list(profiles))
    found: dict[str, None] = {}
    for one in wanted:
        if isinstance(one, str):
            profile = find_profile(one.strip().partition(":")[0], own)
            told = profile.customary if profile is not None else ()
            found.update((each.symbol, None) for each in told)
        elif not isinstance(one, Path | Request | AnyOf | Mapping):
            found.update(dict.fromkeys(customary_options(*one, profiles=profiles)))
    return tuple(found)


def _option_names(model: Model, names: Names, option: str) -> tuple[str, ...]:
    """Names of options that a pin or a ban names."""
    found = []
    for name in (names,) if isinstance(names, str) else names:
        bare = name.removeprefix("CONFIG_")
        symbol = model.symbols.get(bare)
        if symbol is None:
            hint = did_you_mean_option(bare, model.symbols)
            raise RequestError(f"{option} {name}: {model.info} has no such option{hint}")
        if option == "--forbid" and not symbol.is_bool_or_tristate:
            raise RequestError(f"{option} {name}: it is of type {symbol.type} and cannot be n")
        found.append(bare)
    return tuple(dict.fromkeys(found))
