"""The notebooks of the documentation as files: valid, whole, with pictures, and without leaks."""

from __future__ import annotations

import doctest
import importlib
import re
from pathlib import Path

import nbformat
import pytest

from tests.unit.test_docs import LINK, leaks
from tools.notebooks import (
    HERE,
    Json,
    code_cells,
    executed,
    executed_apart,
    notebooks,
    read,
    shown,
    written,
)

NOTEBOOKS = ("criu", "expert", "many-kernels")
#: A notebook is to be read on a page, and kept in git.
LARGEST = 300_000


def _notebook(*sources: str) -> Json:
    """A notebook with some code cells that have never been run."""
    return {
        "cells": [
            {"cell_type": "code", "execution_count": None, "outputs": [], "source": [source]}
            for source in sources
        ]
    }


class _Drawn:
    """Something with a picture, and the same in HTML."""

    def _repr_svg_(self) -> str:
        return "<svg>\n</svg>"

    def _repr_html_(self) -> str:
        return f"<div>{self._repr_svg_()}</div>"


def test_all_notebooks_are_there() -> None:
    """docs/notebooks has the notebooks that the pages name, and no others."""
    assert [path.stem for path in notebooks()] == list(NOTEBOOKS)


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_is_valid(name: str) -> None:
    """A notebook is what Jupyter takes to be one, in the form in which `make notebooks` writes."""
    path = HERE / f"{name}.ipynb"
    nbformat.validate(read(path))
    assert path.read_text(encoding="utf-8") == written(read(path))


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_was_run_as_a_whole(name: str) -> None:
    """Every code cell was run; the first shows the tools; there are pictures; it fits into git."""
    path = HERE / f"{name}.ipynb"
    cells = code_cells(read(path))
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert "CC" in str(cells[0]["outputs"])
    assert any("image/svg+xml" in out.get("data", {}) for cell in cells for out in cell["outputs"])
    assert path.stat().st_size < LARGEST


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_notebook_names_no_machine(name: str) -> None:
    """No output has a registry, a path of the machine where it was made, or a place in memory."""
    text = (HERE / f"{name}.ipynb").read_text(encoding="utf-8")
    assert leaks(text) == []
    assert re.findall(r"\.cache|/tmp/|0x[0-9a-f]{8,}", text) == []


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_links_in_a_notebook_lead_somewhere(name: str) -> None:
    """A relative link in a cell names a file that is there."""
    cells = [cell for cell in read(HERE / f"{name}.ipynb")["cells"] if cell["cell_type"] != "code"]
    for target in LINK.findall("\n".join("".join(cell["source"]) for cell in cells)):
        assert "://" in target or (HERE / target.partition("#")[0]).exists(), target


# ------------------------------------------------------------ tools/notebooks


def test_a_cell_shows_what_it_prints_and_its_last_line() -> None:
    """What a cell prints and what its last expression is are its outputs, as in Jupyter."""
    found = executed(_notebook("x = 20\nprint('a')\nprint('b')\nx + 1", "x", "x = 1", "None"), "it")
    outputs = [cell["outputs"] for cell in code_cells(found)]

    assert [len(each) for each in outputs] == [2, 1, 0, 0]
    assert outputs[0][0] == {"output_type": "stream", "name": "stdout", "text": ["a\n", "b\n"]}
    assert outputs[0][1]["data"] == {"text/plain": ["21"]}
    assert outputs[1][0]["data"] == {"text/plain": ["20"]}
    assert [cell["execution_count"] for cell in code_cells(found)] == [1, 2, 3, 4]


def test_what_a_cell_raises_is_raised() -> None:
    """A mistake in a cell is not swallowed, and its traceback says in which cell it is."""
    with pytest.raises(ZeroDivisionError) as caught:
        executed(_notebook("x = 1", "x / 0"), "mine.ipynb")

    assert any(str(entry.path) == "mine.ipynb, cell 2" for entry in caught.traceback)


def test_a_notebook_that_leaves_a_file_is_refused(tmp_path: Path) -> None:
    """Whoever runs a notebook finds the folder as it was: a cell that writes there is an error."""
    path = tmp_path / "litter.ipynb"
    path.write_text(written(_notebook("open('left.config', 'w').close()")), encoding="utf-8")

    with pytest.raises(ValueError, match=r"^litter\.ipynb leaves files where .*: left\.config$"):
        executed_apart(path)


def test_the_runner_does_what_its_examples_say() -> None:
    """The examples in the docstrings of tools/notebooks.py give what they show."""
    result = doctest.testmod(importlib.import_module("tools.notebooks"))

    assert (result.failed, result.attempted) == (0, 1)


def test_a_picture_is_stored_once() -> None:
    """Of an object that shows itself in several forms only the best is kept, beside its type."""
    assert shown(_Drawn()) == {"image/svg+xml": ["<svg>\n", "</svg>"], "text/plain": ["<_Drawn>"]}


def test_what_is_shown_is_valid() -> None:
    """Outputs of each kind are outputs to Jupyter, too."""
    whole = read(HERE / f"{NOTEBOOKS[0]}.ipynb")
    whole["cells"] = code_cells(whole)[:1]
    whole["cells"][0]["source"] = ["print(1)\n", "class A:\n", "    _repr_html_ = str\n", "A()"]
    after = executed(whole, "a")
    nbformat.validate(after)

    assert len(code_cells(after)[0]["outputs"]) == 2
