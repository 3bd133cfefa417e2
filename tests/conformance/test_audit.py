"""The audit of the kernel's own fragments, confirmed by conf."""

from __future__ import annotations

import pytest

from kresolve import Tree
from kresolve.api.fragments import audit_selftests
from kresolve.api.options import AuditOptions
from kresolve.rendering.selftests import audit_markdown
from tests.conftest import ROOT


@pytest.mark.conf
def test_mended_fragments_hold(tree: Tree) -> None:
    """Fragments of 6.12 that lack something hold for conf with the lines that mend them."""
    found = audit_selftests(
        tree, AuditOptions(only=["tc-testing", "zram", "tdx"], verify="conf")
    ).fragments

    assert [one.verdict for one in found] == ["repaired"] * 3
    assert all(one.confirmed for one in found)


@pytest.mark.long
def test_the_published_table(tree: Tree) -> None:
    """The table of 6.12 in docs/selftests.md is what an audit gives with the same tools."""
    page = (ROOT / "docs" / "selftests.md").read_text(encoding="utf-8")
    tools = dict(tree.info.toolchain)
    if f"Linux {tree.info.version}, on" not in page or "(Debian 12" not in tools["CC"]:
        pytest.skip("the table was made with another kernel or other tools")
    if "not found" not in tools["PAHOLE"]:
        pytest.skip("the table was made without pahole")

    assert audit_markdown(audit_selftests(tree, AuditOptions())) in page


@pytest.mark.conf
@pytest.mark.long
@pytest.mark.parametrize("base", ["defconfig", "tinyconfig"])
def test_every_fragment_is_whole_or_has_its_reason(tree: Tree, base: str) -> None:
    """All fragments of 6.12: mended, or impossible line by line, and conf confirms all the rest."""
    found = audit_selftests(tree, AuditOptions(base=base, verify="conf")).fragments

    assert len(found) > 50
    for one in found:
        assert one.verdict != "unknown"
        assert one.confirmed, one.name
        assert all(one.impossible.values())
