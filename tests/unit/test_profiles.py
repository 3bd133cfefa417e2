"""Profiles: named requests, by kernel version and feature."""

from __future__ import annotations

from pathlib import Path

import pytest
from attrs import evolve

from kresolve.errors import ConfigFileError, RequestError
from kresolve.fragments.checking import features_of
from kresolve.kconfig.model import Model
from kresolve.planner.profiles import (
    Feature,
    Option,
    Profile,
    find_profile,
    profile_names,
    read_profile,
)
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


_OF_A = '[[option]]\nsymbol = "A"\naccept = ["y"]\nrequired = true\nsource = "s"\nfeature = "a"\n'
_OF_B = _OF_A.replace('"a"', '"b"')


def leveled(**needs: str) -> Profile:
    """A profile with a feature for each keyword, of one option; the first two are default."""
    return Profile(
        "toy",
        "A toy",
        tuple(Option(name.upper(), ("y",), source="s", feature=name) for name in needs),
        tables=tuple(
            Feature(name, f"{name} works", number < 2, tuple(filter(None, needs[name].split())))
            for number, name in enumerate(needs)
        ),
    )


_LEVELS = leveled(start="", run="start", more="", most="more run")


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ((), "START RUN"),
        (("more",), "START RUN MORE"),
        (("most",), "START RUN MORE MOST"),
        (("all",), "START RUN MORE MOST"),
    ],
)
def test_default_features_and_what_others_need(asked: tuple[str, ...], expected: str) -> None:
    """A profile asks for its default features; one that is named brings what it needs."""
    assert " ".join(one.name for one in _LEVELS.selected(asked)) == expected


@pytest.mark.parametrize(
    ("on", "works"),
    [
        ("", ""),
        ("RUN", ""),
        ("START", "start"),
        ("START RUN MOST", "start run"),
        ("MORE MOST", "more"),
        ("START RUN MORE MOST", "start run more most"),
    ],
)
def test_a_feature_works_with_all_that_it_needs(on: str, works: str) -> None:
    """A feature works if its options hold and those of the features that it needs."""
    found = features_of(_LEVELS, dict.fromkeys(on.split(), "y"))

    assert [*found] == ["start", "run", "more", "most"]
    assert [name for name, does in found.items() if does] == works.split()
    assert None not in found.values()


def test_a_feature_may_be_others_together() -> None:
    """A feature without options works, and is asked for, where all that it needs is."""
    both = Feature("both", "both work", needs=("start", "more"))
    profile = evolve(_LEVELS, tables=(*_LEVELS.tables, both))

    assert features_of(profile, {"START": "y"})["both"] is False
    assert features_of(profile, {"START": "y", "MORE": "y"})["both"] is True
    assert " ".join(one.name for one in profile.selected(("both",))) == "START RUN MORE"


def test_a_profile_includes_another(tmp_path: Path) -> None:
    """The options of one of kresolve's profiles come first, and are asked for with the rest."""
    path = tmp_path / "toy.toml"
    path.write_text(f'name = "toy"\nincludes = ["qemu-boot"]\n{_OF_A}', "utf-8")
    included = find_profile("qemu-boot")
    assert included is not None

    assert [one.symbol for one in read_profile(path).options] == [
        *(one.symbol for one in included.options),
        "A",
    ]


@pytest.mark.parametrize("name", ['"kriu"', '"criu"', "1"])
def test_a_wrong_inclusion_is_one_clear_error(tmp_path: Path, name: str) -> None:
    """What can be included is a profile of kresolve's without features of its own."""
    path = tmp_path / "toy.toml"
    path.write_text(f'name = "toy"\nincludes = [{name}]\n{_OF_A}', "utf-8")

    with pytest.raises(ConfigFileError, match=r"no profile without features; there is .*qemu-boot"):
        read_profile(path)


def test_what_has_no_feature_is_needed_by_each() -> None:
    """An option without a feature is needed by every feature; an optional one by none."""
    found = (
        features_of(_PROFILE, {"B": "m"}, version="6.12.4"),
        features_of(_PROFILE, {"A": "y", "B": "m"}, version="6.12.4"),
    )

    assert found == ({"more": False}, {"more": True})


def test_a_feature_of_another_architecture_does_not_work() -> None:
    """A feature of which nothing is for this kernel does not work there."""
    profile = Profile(
        "toy", "A toy", (Option("A", ("y",), source="s", feature="only", arch=("arm64",)),)
    )

    assert features_of(profile, {"A": "y"}, arch="arm64") == {"only": True}
    assert features_of(profile, {"A": "y"}, arch="riscv") == {"only": False}


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ('feature = 1\n[[option]]\nsymbol = "A"', "accept is missing|feature = 1: write"),
        ('[[feature]]\nname = "a"', "feature a: does is missing"),
        ('[[feature]]\nname = "all"\ndoes = "x"', "stands for every feature"),
        ('[[feature]]\nname = "A b"\ndoes = "x"', "a feature's name is lower-case words"),
        ('[[feature]]\nname = "a"\ndoes = "x"\nneed = ["b"]', r"no such key; did you mean needs\?"),
        ('[[feature]]\nname = "a"\ndoes = "x"\nneeds = ["b"]', "feature a: needs = 'b': no such"),
        ('[[feature]]\nname = "a"\ndoes = "x"\nneeds = [1]', "feature a: needs = 1: no such"),
        ('[[feature]]\nname = "a"\ndoes = "x"\nneeds = ["a"]', "needs itself: a needs a"),
        ('[[feature]]\nname = "b"\ndoes = "x"', "feature b: no option belongs to it"),
        ('[[feature]]\nname = "a"\ndoes = "x"\n' * 2, "feature a: two features of this name"),
        (f'{_OF_A}fails = "start"', "option A: fails without a message"),
        (f"{_OF_A}silent = true", "option A: silent without a message"),
        (f'{_OF_A}selected_by = ["CONFIG_B"]', "'CONFIG_B' is no symbol"),
        (
            '[[feature]]\nname = "a"\ndoes = "x"\nneeds = ["b"]\n'
            '[[feature]]\nname = "b"\ndoes = "x"\nneeds = ["a"]\n' + _OF_B,
            "feature a: needs itself: a needs b needs a",
        ),
    ],
)
def test_a_wrong_feature_is_one_clear_error(tmp_path: Path, text: str, match: str) -> None:
    """What is wrong with a feature or with evidence is said with the file and the place."""
    path = tmp_path / "toy.toml"
    path.write_text(f'name = "toy"\n{text}\n{_OF_A}', "utf-8")
    with pytest.raises(ConfigFileError, match=match) as caught:
        read_profile(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
