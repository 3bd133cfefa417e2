"""What lint proposes for names that are not there: real renames between kernels, and typos.

A table of real renames: options that one kernel has and the next has not, whose successor
is known because exactly one new option has the same prompt or the same help text.
"""

from __future__ import annotations

import random
import string
from collections.abc import Iterator, Mapping

import pytest

from kresolve import Tree
from kresolve.fragments.renames import shortened
from kresolve.fragments.similar_option import Likeness
from kresolve.kconfig.help_texts import HelpTexts
from kresolve.kconfig.similar_names import like_names
from tests.conformance.conftest import cached_tree
from tests.property.toys import TREES

STEPS = (("5.10", "6.1"), ("6.1", "6.12"), ("6.12", "7.x"))

pytestmark = pytest.mark.tree


def said(tree: Tree, name: str, helps: HelpTexts) -> Iterator[str]:
    """The prompt and the help text of an option, as far as these say something of their own."""
    model = tree.model
    prompt = model.prompt(name)
    if prompt is not None:
        yield prompt
    for _, definition in model.menu_nodes(model.symbols[name]):
        text = " ".join(helps.of(definition).split())
        if len(text) >= 40:
            yield text


def renames(old: Tree, new: Tree) -> Mapping[str, set[str]]:
    """The options with a prompt that have gone, each with its known successors, if any."""
    assert old.source is not None
    assert new.source is not None
    helps = HelpTexts(old.source.path), HelpTexts(new.source.path)
    users: dict[str, list[str]] = {}
    for name in new.model.symbols.keys() - old.model.symbols.keys():
        for text in said(new, name, helps[1]):
            users.setdefault(text, []).append(name)
    return {
        name: {
            found[0] for text in said(old, name, helps[0]) if len(found := users.get(text, [])) == 1
        }
        for name in old.model.symbols.keys() - new.model.symbols.keys()
        if old.model.prompt(name) is not None
    }


@pytest.mark.parametrize(("before", "after"), STEPS)
def test_proposals_for_real_renames(before: str, after: str) -> None:
    """Of renames, what is proposed is right; of what has only gone, little is proposed."""
    old, new = (cached_tree(TREES[name], "x86_64") for name in (before, after))
    table = renames(old, new)
    known = {name for name, successors in table.items() if successors}
    assert old.source is not None
    assert new.source is not None
    likeness = Likeness(old.model, old.source.path, new.model, new.source.path)
    likely = {name: found for name in table if (found := likeness.likely(name)) is not None}
    spelled = {name: near for name in table if (near := like_names(name, new.model.symbols))}

    assert len(known) >= 10
    for name in known & likely.keys():
        assert likely[name] in table[name], name
    assert len(known & likely.keys()) >= 0.5 * len(known)
    assert len(likely.keys() - known) <= 0.05 * len(table)
    wrong = [name for name in known & spelled.keys() if not table[name] & {*spelled[name]}]
    assert len(wrong) <= 1
    assert len(spelled.keys() - known) <= 0.08 * len(table)


def test_typos_are_recognised() -> None:
    """One letter more, less or other, or two swapped: the option is found, and few others."""
    model = cached_tree(TREES["6.12"], "x86_64").model
    dice = random.Random(7)  # noqa: S311 (no secret)
    names = [name for name in model.symbols if name in model.options]
    found, proposals, tried = 0, 0, 0
    while tried < 400:
        name = dice.choice(names)
        at, letter = dice.randrange(len(name)), dice.choice(string.ascii_uppercase)
        rest = name[at + 1 :]
        typo = dice.choice(
            [
                name[:at] + rest,
                name[:at] + letter + name[at:],
                name[:at] + letter + rest,
                name[:at] + rest[:1] + name[at] + rest[1:],
            ]
        )
        if typo in model.symbols:
            continue
        tried += 1
        near = like_names(typo, model.symbols)
        found += name in near
        proposals += len(near)

    assert found >= 0.98 * tried
    assert proposals <= 1.2 * found


def test_names_from_before() -> None:
    """A name that no kernel at hand has is shortened as others were, or left alone."""
    old, new = (cached_tree(TREES[name], "x86_64").model for name in ("5.10", "6.12"))

    assert shortened(new, [old])["IPV4"][0] == "NF_FLOW_TABLE_IPV4"
    assert "META" not in shortened(new, [old])
    assert like_names("NFT_META", new.symbols) == []
    assert like_names("NF_NAT_IPV4", new.symbols) == []
    assert like_names("VRF", new.symbols) == ["NET_VRF"]
    assert like_names("ISO9669_FS", new.symbols) == ["ISO9660_FS"]


def test_a_bridge_that_was_renamed_and_rewritten() -> None:
    """CIO2_BRIDGE of 6.1 is IPU_BRIDGE in 6.12, with another prompt, and a help text like it."""
    old, new = (cached_tree(TREES[name], "x86_64") for name in ("6.1", "6.12"))
    assert old.source is not None
    assert new.source is not None
    likeness = Likeness(old.model, old.source.path, new.model, new.source.path)

    assert likeness.likely("CIO2_BRIDGE") == "IPU_BRIDGE"
