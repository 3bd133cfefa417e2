"""The notebooks of the documentation run, and show what they say that they show."""

from __future__ import annotations

import pytest

from kresolve.errors import KresolveError
from kresolve.sources import find_tree
from tests.unit.test_pictures import without_places
from tools.notebooks import HERE, Json, code_cells, executed_apart, read

pytestmark = pytest.mark.picture


def outputs(notebook: Json) -> list[list[Json]]:
    """The outputs of each code cell, pictures without coordinates."""
    found: list[list[Json]] = [cell["outputs"] for cell in code_cells(notebook)]
    for out in (out for each in found for out in each):
        svg = out.get("data", {}).get("image/svg+xml")
        if svg is not None:
            out["data"]["image/svg+xml"] = without_places("".join(svg))
    return found


def pictures(notebook: Json) -> list[str]:
    """The pictures in it."""
    return [
        out["data"]["image/svg+xml"]
        for each in outputs(notebook)
        for out in each
        if "image/svg+xml" in out.get("data", {})
    ]


def check(name: str) -> None:
    """Run a notebook; it shows pictures, and in the same place what it shows in the file.

    Its first cell shows kernels and tools: with others, other options are there.
    """
    path = HERE / f"{name}.ipynb"
    stored, today = read(path), executed_apart(path)
    assert pictures(today)
    assert all(text.startswith("<svg") for text in pictures(today))
    if outputs(stored)[0] == outputs(today)[0]:
        assert outputs(stored) == outputs(today), f"{name} is out of date: run make notebooks"
    else:
        assert len(pictures(stored)) == len(pictures(today))


@pytest.mark.usefixtures("kernel_tree")
@pytest.mark.conf
def test_the_notebook_about_criu_runs() -> None:
    """From CRIU's list to a fragment, step by step, on 6.12: every cell runs and is current."""
    check("criu")


@pytest.mark.usefixtures("kernel_tree")
def test_the_notebook_about_expert_runs() -> None:
    """What EXPERT gates on 6.12: every cell runs and is current."""
    check("expert")


@pytest.mark.usefixtures("kernel_tree")
def test_the_notebook_about_many_kernels_runs() -> None:
    """One fragment for three kernels and four architectures: every cell runs and is current."""
    for tree in ("debian:6.1", "debian:7.3@trixie-backports"):
        try:
            find_tree(tree)
        except KresolveError as error:
            pytest.skip(str(error))
    check("many-kernels")
