"""Profiles: named requests, by kernel version and feature."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from kresolve.errors import ConfigFileError, RequestError
from kresolve.model import Model
from kresolve.profiles import Option, Profile, find_profile, profile_names, read_profile
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
    assert [request.name for request in requests] == expected
    assert requests[0].origin == "profile toy"
    assert [r.origin for r in requests if r.name == "B"] == ["profile toy:more"] * len(features)


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


@pytest.mark.parametrize(
    ("told", "match"),
    [
        ("tradition = 1", r"tradition = 1: write \[\[tradition\]\]"),
        ("tradition = [1]", r"tradition 1: not a table"),
        ('[[tradition]]\nsymbol = "A"', r"tradition A: source is missing"),
        ('[[tradition]]\nsymbol = "A"\nsource = 1', r"tradition A: source = 1 is no str"),
        ('[[tradition]]\nsymbol = "A"\nsource = "s"\nnot = ""', r"not: no such key"),
        ('[[tradition]]\nsymbol = "CONFIG_A"\nsource = "s"', r"write it without CONFIG_"),
    ],
)
def test_a_wrong_tradition_is_one_clear_error(tmp_path: Path, told: str, match: str) -> None:
    """What is wrong with a tradition is said with the file and the place."""
    option = '[[option]]\nsymbol = "A"\naccept = ["y"]\nrequired = true\nsource = "s"\n'
    path = tmp_path / "toy.toml"
    parts = [option, told] if told.startswith("[[") else [told, option]
    path.write_text("\n".join(['name = "toy"', *parts]), "utf-8")
    with pytest.raises(ConfigFileError, match=match) as caught:
        read_profile(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "a = " + "[" * 100_000,
        "name = " + "[" * 200 + "]" * 200,
        "a = " + "{b = " * 5_000,
        "a" + ".a" * 5_000 + " = 1",
        f"name = {'9' * 5_000}",
        f"name = 0x{'f' * 5_000}",
        f'name = "mine"\n[[option]]\nsymbol = 0x{"f" * 5_000}',
        "name = 1979-05-27\n",
        "name = nan",
        'name = "\\u0000"',
    ],
    ids=lambda text: text[:24],
)
def test_an_odd_profile_is_refused(tmp_path: Path, text: str) -> None:
    """Nested deeply, or with numbers that Python cannot write, a file is told to be no profile."""
    path = tmp_path / "odd.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigFileError, match=f"^{path}: "):
        read_profile(path)
