"""The conf that remembers what commands answered is, otherwise, the tree's own."""

from __future__ import annotations

import pytest

from kresolve import Tree
from kresolve.sources.oracle import make_target
from tests.conformance.configs import harden, replaying

pytestmark = [pytest.mark.conf, pytest.mark.tree]


def test_both_write_the_same(each_tree: Tree) -> None:
    """In every mode, both builds write the same bytes and the same warnings."""
    start = each_tree.olddefconfig(each_tree.base("allmodconfig").lines).text()
    hard = harden(start, each_tree.model, 5).data.decode("utf-8", "surrogateescape")
    remembering = replaying(each_tree)
    inputs = [("olddefconfig", hard), ("savedefconfig", hard), ("allmodconfig", None)]
    answers = []
    for mode, config in inputs:
        plain = each_tree.oracle.run(mode, config)
        answers.append(plain)
        for answer in (remembering.run(mode, config), remembering.run(mode, config)):
            assert (answer.config, answer.warnings) == (plain.config, plain.warnings), mode

    assert len({answer.config for answer in answers}) == len(inputs)
    assert answers[0].warnings.count("\n") > 10


@pytest.mark.long
def test_both_write_what_make_writes(each_tree: Tree) -> None:
    """A hard input comes out of the kernel's own make olddefconfig as of either build."""
    assert each_tree.source is not None
    start = each_tree.olddefconfig(each_tree.base("defconfig").lines).text()
    hard = harden(start, each_tree.model, 7).data.decode("utf-8", "surrogateescape")
    made = make_target(each_tree.source, "olddefconfig", arch="x86_64", config=hard).config

    assert replaying(each_tree).run("olddefconfig", hard).config == made
    assert each_tree.oracle.run("olddefconfig", hard).config == made
