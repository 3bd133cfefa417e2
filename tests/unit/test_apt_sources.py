"""Where apt's configuration says that packages come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from kresolve.sources.apt_sources import AptSource, read_sources, sources_of_suite

DEB822 = """\
# the mirror
Types: deb deb-src
URIs: mirror-one: mirror-two:
Suites: alpha alpha-updates
Components: main contrib
# a comment
Signed-By:
 -----BEGIN-----
 .
 abc

Types: deb
URIs: off:
Suites: alpha
Enabled: no

Types: deb-src
URIs: sources:
Suites: alpha
"""

ONE_LINE = """\
# deb comment: alpha main
deb [arch=amd64,i386 signed-by=/keys/toy.gpg] mirror: alpha main contrib # trailing
deb-src mirror: alpha main
deb flat: ./

deb   security:   alpha-security   main
"""


def test_both_kinds_of_sources_are_read(tmp_path: Path) -> None:
    """Enabled binary sources of .sources and .list files, with keys and options."""
    (tmp_path / "a.sources").write_text(DEB822)
    (tmp_path / "b.list").write_text(ONE_LINE)

    found = read_sources([tmp_path / "a.sources", tmp_path / "b.list", tmp_path / "none.list"])

    assert [(source.uri, source.suites) for source in found] == [
        ("mirror-one:", ("alpha", "alpha-updates")),
        ("mirror-two:", ("alpha", "alpha-updates")),
        ("mirror:", ("alpha",)),
        ("flat:", ("./",)),
        ("security:", ("alpha-security",)),
    ]
    assert found[0].deb822() == (
        "Types: deb\nURIs: mirror-one:\nSuites: alpha alpha-updates\n"
        "Components: main contrib\nSigned-By: \n -----BEGIN-----\n .\n abc\n"
    )
    assert found[2].deb822() == (
        "Types: deb\nURIs: mirror:\nSuites: alpha\n"
        "Architectures: amd64 i386\nSigned-By: /keys/toy.gpg\nComponents: main contrib\n"
    )


@pytest.mark.parametrize(
    ("suite", "expected"),
    [
        ("beta", ["main: beta", "main: beta-updates", "security: beta-security"]),
        ("beta-backports", ["main: beta-backports"]),
        ("beta-security", ["security: beta-security"]),
    ],
)
def test_a_suite_is_looked_for_where_it_belongs(suite: str, expected: list[str]) -> None:
    """The suite and its updates on the main archive, its security fixes on the other."""
    configured = [
        AptSource("main:", ("alpha", "alpha-updates")),
        AptSource("main:", ("alpha-backports",)),
        AptSource("flat:", ("./",)),
        AptSource("security:", ("alpha-security",)),
    ]
    found = sources_of_suite(configured, suite)
    assert [f"{source.uri} {' '.join(source.suites)}" for source in found] == expected
