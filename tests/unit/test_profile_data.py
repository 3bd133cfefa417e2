"""The profiles in data/ are what data/README.md says a profile is."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kresolve.fragments.running_kernel import CALLS
from kresolve.planner.profiles import find_profile
from tests.boot.guest.operations import BY_NAME, Operation

DATA = Path(__file__).parents[2] / "data"
PROFILES = sorted((DATA / "profiles").glob("*.toml"))

NEEDED = {"symbol", "accept", "required", "source"}
KEYS: dict[str, type] = {
    "symbol": str,
    "accept": list,
    "required": bool,
    "since": str,
    "until": str,
    "if": str,
    "one_of": list,
    "arch": list,
    "feature": str,
    "note": str,
    "source": str,
    "selected_by": list,
    "fails": str,
    "message": str,
    "silent": bool,
}
SYMBOL = re.compile(r"[A-Z0-9_]+")
FEATURE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
VERSION = re.compile(r"\d+\.\d+(\.\d+)?")

# The list that CRIU's users have always been told, but for EXPERT.
TRADITIONAL = set(
    """
    CHECKPOINT_RESTORE NAMESPACES UTS_NS IPC_NS PID_NS NET_NS USER_NS FHANDLE EVENTFD EPOLL
    UNIX_DIAG INET_DIAG INET_UDP_DIAG PACKET_DIAG NETLINK_DIAG TUN NETFILTER_XT_MARK
    """.split()
)


def load(path: Path) -> dict[str, Any]:
    """Read a profile as plain data."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def default_at(version: str) -> set[str]:
    """The symbols of the criu profile's default features on a kernel version."""
    profile = find_profile("criu")
    assert profile is not None
    selected = profile.selected(version=version, arch="x86_64")
    return {symbol for one in selected if one.required for symbol in one.symbols}


def test_there_are_profiles() -> None:
    """The tests below have something to look at."""
    names = sorted(path.stem for path in PROFILES)

    assert names == ["criu", "criu-17", "docker", "kata-guest", "kvm-guest", "lxc", "qemu-boot"]


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_a_profile_says_who_it_is(path: Path) -> None:
    """A profile has its file's name, one line of description, options, and nothing else."""
    profile = load(path)

    assert set(profile) - {"any_of", "tradition", "feature", "includes"} == {
        "name",
        "description",
        "option",
    }
    assert profile["name"] == path.stem
    assert profile["description"].strip() == profile["description"].splitlines()[0] != ""
    assert profile["option"]


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_options_have_the_documented_keys_and_types(path: Path) -> None:
    """Every option has the needed keys, only documented ones, each of its type."""
    for option in load(path)["option"]:
        assert option.keys() >= NEEDED, option
        assert option.keys() <= KEYS.keys(), option
        for key, value in option.items():
            assert type(value) is KEYS[key], (option["symbol"], key)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_options_have_sensible_values(path: Path) -> None:
    """Symbols are bare names, values y or y and m, versions numbers, and texts are not empty."""
    for option in load(path)["option"]:
        symbol = option["symbol"]
        others = option.get("one_of", [])
        assert option["accept"] in (["y"], ["y", "m"]), symbol
        for name in (symbol, *others):
            assert SYMBOL.fullmatch(name), name
            assert not name.startswith("CONFIG_"), name
        assert symbol not in others
        assert FEATURE.fullmatch(option.get("feature", "core")), symbol
        for key in ("since", "until"):
            assert VERSION.fullmatch(option.get(key, "0.0")), (symbol, key)
        for key in ("note", "source"):
            text = option.get(key, "x")
            assert text == " ".join(text.split()) != "", (symbol, key)


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_no_symbol_is_asked_for_twice(path: Path) -> None:
    """A symbol stands once in the core and once in a feature at most."""
    counts = Counter((option["symbol"], option.get("feature")) for option in load(path)["option"])

    assert [pair for pair, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_is_documented(key: str) -> None:
    """data/README.md has a row for every key that an option may have."""
    assert f"| `{key}` |" in (DATA / "README.md").read_text(encoding="utf-8")


def test_every_file_is_listed_with_its_origin() -> None:
    """data/README.md gives the source of every file."""
    text = (DATA / "README.md").read_text(encoding="utf-8")

    files = {path.relative_to(DATA) for path in DATA.rglob("*") if path.is_file()}
    listed = {path for path in files if f"| `{path}` |" in text}
    assert files - listed == {Path("README.md")}


def test_criu_17_is_the_traditional_list() -> None:
    """The list of 17 is kept for comparison, as it is; EXPERT is a tradition beside it."""
    profile = load(DATA / "profiles" / "criu-17.toml")

    assert {option["symbol"] for option in profile["option"]} == TRADITIONAL
    assert [one["symbol"] for one in profile["tradition"]] == ["EXPERT"]


def test_criu_asks_for_more_than_the_traditional_list() -> None:
    """By default criu asks for the traditional list but for three: one is proved unneeded."""
    default = default_at("6.12.117")

    # NAMESPACES is what others depend on, TUN serves only those who have a tun.
    assert default >= TRADITIONAL - {"NAMESPACES", "TUN"}
    assert default >= {"CGROUPS", "NETFILTER_NETLINK", "NF_TABLES", "NF_CT_NETLINK", "NFT_COMPAT"}
    assert not default & {"EXPERT", "TUN", "INET_RAW_DIAG"}


@pytest.mark.parametrize(
    ("version", "present", "absent"),
    [
        ("5.10.223", {"PROC_SYSCTL"}, {"SYSCTL"}),
        ("6.12.117", {"PROC_SYSCTL"}, {"SYSCTL"}),
        ("7.3.4", {"SYSCTL"}, {"PROC_SYSCTL"}),
    ],
)
def test_criu_follows_the_names_of_the_version(
    version: str, present: set[str], absent: set[str]
) -> None:
    """A renamed or split symbol is asked for under the name that the kernel has."""
    default = default_at(version)

    assert default >= present
    assert not default & absent


@pytest.mark.parametrize("operation", BY_NAME.values(), ids=lambda one: one.name)
def test_operations_need_features_of_the_profile(operation: Operation) -> None:
    """Every operation of the boot tests is promised by features that the profile has."""
    profile = find_profile("criu")
    assert profile is not None

    assert {*filter(None, operation.needs.split(","))} <= profile.features.keys()


@pytest.mark.parametrize("sign", load(DATA / "signs.toml")["sign"], ids=lambda s: s["symbol"])
def test_a_sign_has_a_symbol_and_one_way_to_look(sign: dict[str, Any]) -> None:
    """Every sign says for which option it stands, and where to look, in the documented words."""
    (way,) = sign.keys() - {"symbol"}

    assert SYMBOL.fullmatch(sign["symbol"])
    assert way in {"path", "filesystem", "module", "call"}
    if way == "call":
        assert all(sign["call"] in calls for calls in CALLS.values())


def test_criu_knows_what_is_asked_for_by_tradition() -> None:
    """EXPERT is no option of the profile, but a tradition that a plan answers."""
    (told,) = load(next(path for path in PROFILES if path.stem == "criu"))["tradition"]
    assert told["symbol"] == "EXPERT"
    assert told["source"]
    assert told["note"].endswith(".")
