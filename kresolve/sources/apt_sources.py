"""The package sources of this machine, as apt's configuration names them.

kresolve knows no mirror: another suite is looked for where the configured
suites come from, with the same keys and options.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from attrs import evolve, frozen

# Options of a one-line entry whose deb822 field has another name.
_FIELD_OF_OPTION = {"arch": "Architectures", "lang": "Languages", "target": "Targets"}

# A field of a stanza, with its continuation lines.
_FIELD = re.compile(r"^([^\s:]+):[ \t]*(.*(?:\n[ \t].*)*)", re.MULTILINE)

# Fields that kresolve decides itself.
_OURS = frozenset({"types", "uris", "suites", "enabled"})


@frozen
class AptSource:
    """One archive of apt's configuration, for binary packages.

    ``fields``: its other deb822 fields (Components, Signed-By, ...) as written,
    with continuation lines.
    """

    uri: str
    suites: tuple[str, ...]
    fields: tuple[tuple[str, str], ...] = ()

    def deb822(self) -> str:
        """This source as a stanza of a ``.sources`` file."""
        lines = ["Types: deb", f"URIs: {self.uri}", f"Suites: {' '.join(self.suites)}"]
        lines += [f"{name}:{value}" for name, value in self.fields]
        return "\n".join(lines) + "\n"


def read_sources(files: Iterable[Path]) -> list[AptSource]:
    """The enabled binary sources in ``files`` (``*.sources`` and ``*.list``).

    A file that cannot be read is skipped: apt itself would say so.
    """
    sources: list[AptSource] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        sources += _deb822_sources(text) if file.suffix == ".sources" else _line_sources(text)
    return sources


def sources_of_suite(configured: Iterable[AptSource], suite: str) -> list[AptSource]:
    """Where ``suite`` may be found, given the ``configured`` sources.

    The main archive's suite itself first, then its updates, then the security
    archive's; each source has one suite, and any of them may not exist.
    """
    first: list[AptSource] = []
    updates: list[AptSource] = []
    security: list[AptSource] = []
    seen: set[str] = set()
    plain = re.fullmatch(r"[a-z0-9]+", suite) is not None
    for source in configured:
        if source.uri in seen or all(name.endswith("/") for name in source.suites):
            continue  # a flat archive has no suites
        seen.add(source.uri)
        if any(_is_security(name) for name in source.suites):
            name = f"{suite}-security" if plain else suite
            if _is_security(name):
                security.append(evolve(source, suites=(name,)))
        elif not _is_security(suite):
            first.append(evolve(source, suites=(suite,)))
            if plain:
                updates.append(evolve(source, suites=(f"{suite}-updates",)))
    return first + updates + security


def _is_security(suite: str) -> bool:
    return suite.endswith(("-security", "/updates"))


def _deb822_sources(text: str) -> list[AptSource]:
    sources: list[AptSource] = []
    text = re.sub(r"^#.*\n?", "", text, flags=re.MULTILINE)
    for stanza in re.split(r"\n[ \t]*\n", text):
        written = _FIELD.findall(stanza)
        fields = {name.lower(): value for name, value in written}
        if "deb" not in fields.get("types", "").split():
            continue
        if fields.get("enabled", "yes").strip().lower() in ("no", "false", "0", "off"):
            continue
        rest = tuple((name, f" {value}") for name, value in written if name.lower() not in _OURS)
        suites = tuple(fields.get("suites", "").split())
        sources += [AptSource(uri, suites, rest) for uri in fields.get("uris", "").split()]
    return sources


def _line_sources(text: str) -> list[AptSource]:
    sources: list[AptSource] = []
    for line in text.splitlines():
        match = re.match(
            r"\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line.partition(" #")[0]
        )
        if not match:
            continue
        options, uri, suite, components = match.groups()
        fields = []
        for option in (options or "").split():
            name, equals, value = option.partition("=")
            if equals:
                field = _FIELD_OF_OPTION.get(name, name.title())
                fields.append((field, " " + value.replace(",", " ")))
        if components.split():
            fields.append(("Components", " " + " ".join(components.split())))
        sources.append(AptSource(uri, (suite,), tuple(fields)))
    return sources
