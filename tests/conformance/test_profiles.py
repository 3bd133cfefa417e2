"""The profiles that come along fit real kernels."""

from __future__ import annotations

import pytest

from kresolve import Tree
from kresolve.planner.profiles import find_profile, profile_names
from tests.property.toys import TREES


@pytest.mark.tree
@pytest.mark.long
@pytest.mark.parametrize("name", profile_names())
@pytest.mark.parametrize("dialect", TREES)
def test_a_profile_can_be_had(name: str, dialect: str) -> None:
    """Every option of a profile exists in each generation of kernels, and x86 can have them all."""
    tree = Tree.load(TREES[dialect], arch="x86_64")
    profile = find_profile(name)
    assert profile is not None
    version = tree.info.version
    absent = [
        option.name
        for option in profile.selected(["all"], version=version, arch="x86_64")
        if not any(symbol in tree for symbol in option.symbols)
    ]

    assert absent == []
    assert tree.plan(f"{name}:all", base="defconfig").status == "planned"


@pytest.mark.tree
def test_a_profile_can_be_had_on_linux_6_12(tree: Tree) -> None:
    """The request of each profile is one that Linux 6.12 understands."""
    for name in profile_names():
        assert tree.requests(f"{name}:all")


def test_what_selects_an_option_of_a_profile_does(tree: Tree) -> None:
    """What a profile names as selecting an option selects it in the tree."""
    for name in profile_names():
        profile = find_profile(name)
        assert profile is not None
        for option in (one for one in profile.options if one.selected_by):
            selects = {one.symbol for one in tree.show(option.symbol).selected_by}
            assert {*option.selected_by} <= selects, option.symbol


def test_a_network_lock_can_be_had_by_either(tree: Tree) -> None:
    """conf confirms a lock by iptables and one by nftables, each where the other is kept off."""
    (lock,) = (one for one in tree.requests("criu:network-lock") if one.name == "network-lock")
    for forbid, serves in (((), "iptables"), (("IP_NF_FILTER",), "nftables")):
        found = tree.plan(lock, base="allnoconfig", forbid=forbid, verify="conf")
        assert found.verified.conf
        assert [str(one) for one in found.serving] == [f"{serves} serves network-lock"]


def test_what_tradition_asks_for_is_answered(tree: Tree) -> None:
    """A plan for the profile says what EXPERT would do to it; without the profile it is silent."""
    harmful = tree.plan("criu", base="empty", mode="allnoconfig").notes
    (told,) = [note for note in harmful if note.startswith("note: EXPERT")]
    assert told.startswith("note: EXPERT is often listed; it is not needed; it would change: ")
    assert "NAMESPACES" in told
    harmless = tree.plan("criu", base="allnoconfig").notes
    assert "note: EXPERT is often listed; it is not needed" in harmless
    assert not [note for note in tree.plan("TUN", base="empty").notes if "EXPERT" in note]
