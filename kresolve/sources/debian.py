"""Debian's kernel source packages: ``debian:6.12`` and ``debian:6.12@SUITE``."""

from __future__ import annotations

import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kresolve.errors import TreeError
from kresolve.progress import Progress, Task
from kresolve.sources.apt import AptError, Package, PrivateApt
from kresolve.sources.apt_sources import AptSource, sources_of_suite
from kresolve.sources.programs import base_environment, last_line, streaming
from kresolve.sources.tree import SourceTree, keep_tree, remembered_tree

_PREFIX = "linux-source-"

_SUITE = re.compile(r"[a-z0-9][a-z0-9./-]*")

# What an archive calls its suites, whatever their names are this year.
_ALIASES = ("oldoldstable", "oldstable", "stable", "testing", "unstable")

# Words by which apt says that it lacks a key.
_KEY_TROUBLE = re.compile(r"NO_PUBKEY|EXPKEYSIG|not signed|public key", re.IGNORECASE)


def fetch(spec: str, *, progress: Progress, refresh: bool = False) -> SourceTree:
    """The tree of linux-source-VERSION; ``spec`` is VERSION or VERSION@SUITE.

    VERSION alone is looked for in the suites that apt is configured for, then in
    the others of the same archives, with a note of where it is.  Runs apt only if
    the cache has no tree for ``spec``, or on ``refresh``.
    Raises TreeError or ToolError.
    """
    version, at, suite = spec.partition("@")
    if not re.fullmatch(r"[0-9][0-9A-Za-z.+~-]*", version):
        raise TreeError(f"debian:{spec}: name a version, as in debian:6.12")
    if at and not _SUITE.fullmatch(suite):
        raise TreeError(f"debian:{spec}: name a suite after @, as in debian:{version}@trixie")

    def find(scratch: Path) -> SourceTree:
        apt = PrivateApt(scratch)
        package = choose(apt, version, suite, progress)

        def write(tree: Path) -> None:
            _download_and_unpack(apt, package, tree, progress)

        label = f"debian:{spec} ({package.version})"
        return keep_tree("debian", f"{package.name}_{package.version}", label, write, progress)

    return remembered_tree(f"debian:{spec}", find, progress, refresh=refresh)


def choose(
    apt: PrivateApt, version: str, suite: str, progress: Progress, *, prefix: str = _PREFIX
) -> Package:
    """The newest package PREFIXVERSION, in ``suite`` if that is not empty.

    Without a suite: in those that apt is configured for; if they lack it, in the
    others of the same archives.  Raises TreeError if there is none.
    """
    spec = f"debian:{version}@{suite}" if suite else f"debian:{version}"
    with _reading_lists("Debian's package lists", progress) as task:
        complaint = _use_suite(apt, suite, spec) if suite else apt.update(task.update)
    name = prefix + version
    versions = apt.versions(name)
    if versions:
        if complaint:
            progress.note(f"apt: {complaint}")
        return versions[0]
    others = set(apt.names(prefix))
    if complaint and not others:
        raise TreeError(f"{spec}: apt: {complaint}")
    where = f"suite {suite}" if suite else "the suites that apt is configured for"
    if not suite:
        beyond = _suite_before(apt, version, others, prefix, progress)
        others |= set(apt.names(prefix))
        if beyond:
            where += f", nor in {beyond}"
        else:
            elsewhere = _in_other_suites(apt, name, progress)
            if elsewhere:
                return elsewhere
            others |= set(apt.names(prefix))
            where += ", nor in others of the same archives"
    known = ", ".join(_by_version(others, prefix))
    raise TreeError(
        f"{spec}: no package {name} in {where} "
        f"({f'there is {known}' if known else f'there is no {prefix}* package'}); "
        f"name another suite as in debian:{version}@SUITE"
    )


def _by_version(names: Iterable[str], prefix: str) -> list[str]:
    """Those of the names that end in a version, in the order of versions."""
    numbered = [name for name in names if name[len(prefix) :][:1].isdigit()]
    return sorted(numbered, key=_numbers)


def _numbers(name: str) -> list[int]:
    return [int(number) for number in re.findall(r"[0-9]+", name)]


def _suite_before(
    apt: PrivateApt, version: str, known: Iterable[str], prefix: str, progress: Progress
) -> str:
    """A suite at the end of all, whose kernels a version is beyond; empty if there is none.

    Kernels come to unstable first, and leave with oldoldstable: what is newer than
    all of the one, or older than all of the other, need not be looked for in ten
    more lists.
    """
    ordered = _by_version(known, prefix)
    wanted = _numbers(version)
    if ordered and wanted > _numbers(ordered[-1]):
        suite = "unstable"
    elif ordered and wanted < _numbers(ordered[0]):
        suite = "oldoldstable"
    else:
        return ""
    sources = sources_of_suite(apt.configured_sources(), suite)
    with _reading_lists(f"the package lists of Debian's {suite}", progress) as task:
        apt.use_sources([source for source in sources if source.suites == (suite,)])
        apt.update(task.update)
    versions = [_numbers(name) for name in _by_version(apt.names(prefix), prefix)]
    is_beyond = versions and (
        wanted > versions[-1] if suite == "unstable" else wanted < versions[0]
    )
    return suite if is_beyond else ""


@contextmanager
def _reading_lists(title: str, progress: Progress) -> Iterator[Task]:
    """A task that ends complete."""
    with progress.task(f"reading {title}", 100) as task:
        yield task
        task.update(100, 100)


def _in_other_suites(apt: PrivateApt, name: str, progress: Progress) -> Package | None:
    """The newest version of a package in whatever suites the archives have.

    Archives call them "stable" and so on in turn; their security updates and
    backports go by the names that these suites keep.  What is missing, or what
    apt refuses, is no obstacle.
    """
    configured = apt.configured_sources()
    with _reading_lists("the package lists of Debian's other suites", progress) as task:
        apt.use_sources(
            [
                source
                for alias in _ALIASES
                for source in sources_of_suite(configured, alias)
                if source.suites == (alias,)
            ]
        )
        suites = [
            codename + part
            for codename in apt.codenames()
            if _SUITE.fullmatch(codename)
            for part in ("", "-backports")
        ]
        apt.use_sources(
            [source for suite in suites for source in sources_of_suite(configured, suite)]
        )
        apt.update(task.update)
    versions = apt.versions(name)
    if not versions:
        return None
    progress.note(
        f"{name} {versions[0].version} is in suite {versions[0].suite}, "
        "which apt is not configured for; taken from there"
    )
    return versions[0]


def _use_suite(apt: PrivateApt, suite: str, spec: str) -> str:
    """Point ``apt`` at ``suite``; returns a complaint that is no reason to stop."""
    candidates = sources_of_suite(apt.configured_sources(), suite)
    if not candidates:
        raise TreeError(f"{spec}: apt's configuration names no archive with suites")
    reached: list[AptSource] = []
    complaints: list[str] = []
    away: set[str] = set()
    for candidate in candidates:
        # One at a time: which of them exist is only known by asking.
        if candidate.uri in away:
            continue  # the suite itself is not there: no use to wait for its updates
        apt.use_sources([candidate])
        complaint = apt.update()
        if not complaint:
            reached.append(candidate)
            continue
        if _KEY_TROUBLE.search(apt.update_output):
            complaint = (
                f"the key of suite {candidate.suites[0]} is not trusted here ({complaint}); "
                "a newer package debian-archive-keyring may have it"
            )
        complaints.append(complaint)
        away.add(candidate.uri)
    if not reached:
        raise TreeError(f"{spec}: apt cannot read suite {suite}: {complaints[0]}")
    apt.use_sources(reached)
    # together again; what has been fetched is only checked
    return apt.update() if len(candidates) > 1 else ""


def _download_and_unpack(apt: PrivateApt, package: Package, tree: Path, progress: Progress) -> None:
    label = f"{package.name} {package.version}"
    with progress.task(f"downloading {label}", package.size, unit="bytes") as task:
        try:
            deb = apt.download(package, lambda percent: task.update(package.size * percent / 100))
        except AptError as error:
            raise TreeError(f"{label}: apt: {error}") from error
        task.update(package.size)
    try:
        _unpack_deb(deb, tree, label, progress)
    finally:
        deb.unlink(missing_ok=True)


def _unpack_deb(deb: Path, tree: Path, label: str, progress: Progress) -> None:
    """Stream the tarball in ``deb`` to ``tree``; nothing else is written."""
    from kresolve.sources.archive import COMPRESSIONS, unpack_tree

    command = ["dpkg-deb", "--fsys-tarfile", str(deb)]
    with streaming(command, environment=base_environment(), directory=deb.parent) as package:
        try:
            with tarfile.open(fileobj=package.output, mode="r|", bufsize=1 << 20) as outer:
                for member in outer:
                    name = member.name.rpartition("/")[2]
                    is_tarball = name.startswith(_PREFIX) and name.endswith(tuple(COMPRESSIONS))
                    if is_tarball and member.isreg():
                        stream = outer.extractfile(member)
                        assert stream is not None  # it is a regular file
                        title = f"unpacking {label}"
                        with progress.task(title, member.size, unit="bytes") as task:
                            unpack_tree(stream, name, tree, origin=label, on_read=task.update)
                        return
        except tarfile.TarError as error:
            reason = last_line(package.end()[1]) or error
            raise TreeError(f"{label}: damaged package: {reason}") from error
        raise TreeError(f"{label}: no tarball {_PREFIX}*.tar.* in the package")
