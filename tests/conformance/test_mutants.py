"""Kconfig files that are damaged or odd: refused where conf refuses them, read as it reads them."""

from __future__ import annotations

import secrets

import pytest

from kresolve.sources.tree import known_tree
from tests.conformance import mutants
from tests.conformance.oddities import ODDITIES, SOURCED
from tests.property.toys import TREES

#: Mutants of each tree, in the default run and in the long one.
_FEW = 30
_MANY = 1_000
_WHOLE_TREES = 6


@pytest.fixture(params=TREES)
def dialect(request: pytest.FixtureRequest) -> str:
    """A generation of kernels, one of which is in the cache."""
    name = TREES[request.param]
    if known_tree(name) is None:
        pytest.skip(f"not in the cache; fetch it: kresolve tree fetch {name}")
    return str(request.param)


@pytest.mark.conf
def test_oddities_are_read_as_conf_reads_them(dialect: str) -> None:
    """What conf refuses is refused, what it takes in its own way gives the same .config."""
    modules = "option modules" if dialect == "5.10" else "modules"
    before = f'config MODULES\n\tbool "modules"\n\t{modules}\nconfig A\n\ttristate "a"\n'
    results = {
        name: mutants.compare(dialect, before + text, "allyesconfig")
        for name, text in ODDITIES.items()
    }
    source = f'{before}source "Kconfig.sourced"\n'
    for name, (sourced, behind) in SOURCED.items():
        results[name] = mutants.compare(dialect, source + behind, "allyesconfig", sourced)
    assert {name: str(r) for name, r in results.items() if not r.agrees} == {}
    assert {r.conf is None for r in results.values()} == {True, False}


@pytest.mark.conf
def test_damaged_files_are_read_as_conf_reads_them(dialect: str) -> None:
    """A real file with a token or a line out of its place is refused, or read, as by conf."""
    results = list(mutants.mutants(dialect, _FEW, "default"))
    assert [str(r) for r in results if not r.agrees] == []
    assert {r.conf is None for r in results} == {True, False}


@pytest.mark.long
@pytest.mark.conf
def test_many_damaged_files_are_read_as_conf_reads_them(dialect: str) -> None:
    """The same of many files, other ones each time; the seed is in what fails."""
    seed = secrets.token_hex(4)
    different = [str(r) for r in mutants.mutants(dialect, _MANY, seed) if not r.agrees]
    assert different == [], f"seed {seed}"


@pytest.mark.long
@pytest.mark.conf
def test_trees_with_a_damaged_file_are_read_as_conf_reads_them(dialect: str) -> None:
    """The same of a whole tree, the first time as it is."""
    seed = secrets.token_hex(4)
    results = list(mutants.whole_trees(dialect, _WHOLE_TREES, seed))
    assert results[0].conf is not None
    assert [str(r) for r in results if not r.agrees] == [], f"seed {seed}"
