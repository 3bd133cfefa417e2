"""Profiles: named requests, by kernel version and feature."""

from __future__ import annotations

import pytest
from attrs import evolve

from kresolve.errors import RequestError
from kresolve.model import Model
from kresolve.profiles import Option, Profile, find_profile, profile_names
from tests.property.toys import load

_PROFILE = Profile(
    "toy",
    "A toy",
    (
        Option("A", ("y",), required=True, source="s"),
        Option("B", ("y", "m"), required=True, source="s", feature="more"),
        Option("C", ("y",), required=False, source="s"),
        Option("OLD", ("y",), required=True, source="s", until="5.9"),
        Option("NEW", ("y",), required=True, source="s", since="6.12.5"),
    ),
)


def at(version: str) -> Model:
    """A tree of some version."""
    names = ("A", "B", "C", "OLD", "NEW")
    model = load("".join(f'config {name}\n\ttristate "{name}"\n' for name in names))
    return evolve(model, info=evolve(model.info, version=version))


@pytest.mark.parametrize(
    ("version", "features", "expected"),
    [
        ("6.12.4", (), ["A"]),
        ("6.12.4", ("more",), ["A", "B"]),
        ("6.12.5", (), ["A", "NEW"]),
        ("6.13", (), ["A", "NEW"]),
        ("5.9.200", (), ["A", "OLD"]),
        ("5.10", (), ["A"]),
    ],
)
def test_options_by_version_and_feature(
    version: str, features: tuple[str, ...], expected: list[str]
) -> None:
    """A profile asks for its required options of this version, and of the features asked for."""
    requests = _PROFILE.requests(at(version), features)
    assert [request.symbol for request in requests] == expected
    assert requests[0].origin == "profile toy"
    assert [r.origin for r in requests if r.symbol == "B"] == ["profile toy:more"] * len(features)


def test_unknown_features_are_named() -> None:
    """An unknown feature is an error that proposes the known ones."""
    with pytest.raises(
        RequestError, match=r"toy:mor: no such feature; toy has more; did you mean more\?"
    ):
        _PROFILE.requests(at("6.12"), ["mor"])


def test_a_missing_option_is_an_error_with_its_origin() -> None:
    """A required option that the kernel does not have names profile and option."""
    model = load('config B\n\tbool "b"\n')
    with pytest.raises(RequestError, match=r"profile toy: A: .* has no such option"):
        _PROFILE.requests(model)


def test_profiles_are_found_by_name() -> None:
    """Every profile that comes along can be found; nothing else can, least of all a path."""
    assert "criu" in profile_names()
    for name in profile_names():
        profile = find_profile(name)
        assert profile is not None
        assert profile.name == name
        assert profile.options
    for name in ("", "nothing", "../profiles/criu", "CRIU", "criu.toml"):
        assert find_profile(name) is None
