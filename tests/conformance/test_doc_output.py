"""What the pages show that commands print, and the numbers they quote, are true today."""

from __future__ import annotations

import doctest
import importlib

import pytest

from tools import docnumbers, docoutput
from tools.docnumbers import CLAIMS, Claim, fault
from tools.docoutput import KATA, QUICK, ROOT, SLOW, agrees, blocks, faults


@pytest.mark.usefixtures("kernel_tree")
@pytest.mark.conf
@pytest.mark.parametrize("page", QUICK)
def test_commands_print_what_the_pages_show(page: str) -> None:
    """Every console block with output is run, and prints that: else run `make docs-output`."""
    assert faults(page) == []


@pytest.mark.usefixtures("kernel_tree", "shared_dir")
@pytest.mark.conf
@pytest.mark.long
@pytest.mark.parametrize("page", SLOW)
def test_commands_on_fragments_of_kata_print_what_the_page_shows(page: str) -> None:
    """The same, of the page whose commands work on Kata's own fragments."""
    if not KATA.is_dir():
        pytest.skip("there is no ../shared/kata/fragments")
    assert faults(page) == []


def test_every_page_with_output_is_checked() -> None:
    """A page that shows what a command prints is in one of the lists, so that none is forgotten."""
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    with_output = {
        str(page.relative_to(ROOT)) for page in pages if [*blocks(page.read_text(encoding="utf-8"))]
    }
    assert with_output == {*QUICK, *SLOW}


@pytest.mark.usefixtures("kernel_tree")
@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(
            claim,
            marks=[pytest.mark.long] if docnumbers.SLOW & {*claim.names} else [],
            id=f"{claim.page}-{'-'.join(claim.names)}",
        )
        for claim in CLAIMS
    ],
)
def test_numbers_in_the_pages_are_true(claim: Claim) -> None:
    """A number that a sentence quotes is the one that comes out: else run `make docs-output`."""
    assert fault(claim) == ""


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.page)
def test_quoted_numbers_are_found(claim: Claim) -> None:
    """Each sentence that quotes numbers is on its page once, whatever the numbers are."""
    text = (ROOT / claim.page).read_text(encoding="utf-8")
    assert claim.names
    assert len(claim.pattern().findall(text)) == 1


@pytest.mark.parametrize("module", [docoutput, docnumbers], ids=lambda module: module.__name__)
def test_the_tools_do_what_their_examples_say(module: object) -> None:
    """The examples in the docstrings of the tools give what they show."""
    found = importlib.import_module(getattr(module, "__name__", ""))
    assert doctest.testmod(found).failed == 0


@pytest.mark.parametrize(
    ("printed", "exact", "alike"),
    [
        ("planning ...\nLinux 6.12.117, 5 lines\n", True, True),
        ("Linux 6.12.117, 6 lines\n", True, False),
        ("Linux 6.12.118, 6 lines\n", False, True),
        ("Linux 6.12.117, 5 options\n", False, False),
    ],
)
def test_what_counts_in_an_output(printed: str, exact: bool, alike: bool) -> None:
    """Progress does not count, nor do numbers where the kernel is another; words always do."""
    assert agrees("Linux 6.12.117, 5 lines\n", printed, exact=exact) is alike
