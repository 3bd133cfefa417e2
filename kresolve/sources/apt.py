"""Debian's own apt, on a state of its own.

Everything that apt writes goes to a directory of the caller; the system's
lists, caches and hooks are not touched, and no privilege is needed.  Mirrors,
keys, proxies and credentials are those of the system's configuration.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from email.parser import HeaderParser
from pathlib import Path

from attrs import frozen

from kresolve.errors import ToolError, TreeError
from kresolve.sources.apt_sources import AptSource, read_sources
from kresolve.sources.programs import find_program, last_line, run, streaming


@frozen
class Package:
    """One version of a package that apt can reach; ``size`` in bytes.

    ``suite``: where it is, by the name that apt was told.
    """

    name: str
    version: str
    size: int
    suite: str = ""


class AptError(TreeError):
    """apt failed; ``output`` is all that it said."""

    def __init__(self, text: str, output: str) -> None:
        super().__init__(text)
        self.output = output


class PrivateApt:
    """apt with its state in ``directory``, which the caller removes.

    Not to be used by two threads at once.
    """

    def __init__(self, directory: Path, architecture: str = "") -> None:
        """Prepare ``directory`` (it must exist and be empty).

        ``architecture``: whose packages are looked at, in Debian's words; this
        machine's by default.  Raises ToolError if this machine has no apt.
        """
        for program in ("apt-get", "apt-cache", "apt-config", "dpkg-deb"):
            try:
                find_program(program)
            except ToolError as error:
                raise ToolError(f"{error} (trees from debian: need Debian's apt)") from error
        self._directory = directory
        self._config = directory / "apt.conf"
        self._architecture = architecture
        #: All that apt said at the last update that had a complaint.
        self.update_output = ""
        for name in ("state/lists/partial", "cache/archives/partial", "sources"):
            (directory / name).mkdir(parents=True)
        (directory / "state" / "status").touch()
        self._configure(())
        # What other indexes the system's apt would fetch is known only to apt.
        known = self._ask("apt-config", "dump", "--format", "%F%n", "Acquire::IndexTargets")
        self._configure(
            {
                match[1]
                for match in re.finditer(r"::IndexTargets::(deb::[^:\n]+)$", known, re.MULTILINE)
            }
        )

    def configured_sources(self) -> list[AptSource]:
        """The sources of the system's configuration."""
        place = "Dir::Etc::sourcelist/f", "Dir::Etc::sourceparts/d"
        answer = self._ask("apt-config", "shell", "file", place[0], "parts", place[1])
        paths = dict(line.split("=", 1) for line in answer.splitlines() if "=" in line)
        file, parts = (Path(paths.get(key, "''").strip("'")) for key in ("file", "parts"))
        inside = sorted(parts.glob("*")) if parts.is_dir() else []
        return read_sources(
            path for path in [file, *inside] if path.suffix in (".list", ".sources")
        )

    def use_sources(self, sources: Sequence[AptSource]) -> None:
        """From now on see only these, not the system's."""
        for old in (self._directory / "sources").iterdir():
            old.unlink()
        for number, source in enumerate(sources):
            file = self._directory / "sources" / f"{number:02}.sources"
            file.write_text(source.deb822(), encoding="utf-8")
        with self._config.open("a", encoding="utf-8") as config:
            config.write('Dir::Etc::sourcelist "/dev/null";\n')
            config.write(f"Dir::Etc::sourceparts {_quoted(self._directory / 'sources')};\n")

    def update(self, on_percent: Callable[[float], None] = lambda percent: None) -> str:
        """Fetch the package lists; returns apt's complaint, if it had one.

        A complaint about one source does not keep the others from working.
        """
        status, output = self._run(self._directory, on_percent, "update")
        complaint = _complaint(output)
        if status and not complaint:
            complaint = last_line(output) or f"apt-get update ended with status {status}"
        if complaint:
            self.update_output = output
        return complaint

    def codenames(self) -> list[str]:
        """What the suites of the sources in use are called for good, as "bookworm".

        Fetches their Release files only.  Suites that do not exist, or that apt
        refuses, have none.
        """
        no_lists = "Acquire::IndexTargets::deb::Packages::DefaultEnabled=false"
        self._run(self._directory, lambda percent: None, "update", "-o", no_lists)
        releases = sorted((self._directory / "state" / "lists").glob("*Release"))
        texts = [path.read_text(encoding="utf-8", errors="replace") for path in releases]
        codenames = re.findall(r"^Codename:[ \t]*(\S+)", "\n".join(texts), re.MULTILINE)
        return list(dict.fromkeys(codenames))

    def versions(self, package: str) -> list[Package]:
        """The versions of ``package`` that apt can reach, newest first."""
        madison = self._ask("apt-cache", "madison", package)
        suites: dict[str, str] = {}
        for line in madison.splitlines():
            fields = [field.strip() for field in line.split("|")]
            if len(fields) >= 3 and fields[0] == package:
                # URI SUITE/COMPONENT ARCHITECTURE Packages
                _, _, place = fields[2].partition(" ")
                suites.setdefault(fields[1], place.split("/")[0])
        stanzas = map(
            HeaderParser().parsestr, self._ask("apt-cache", "show", package).split("\n\n")
        )
        sizes = {stanza["Version"]: int(stanza.get("Size", "0")) for stanza in stanzas}
        return [
            Package(package, version, sizes[version], suite)
            for version, suite in suites.items()
            if version in sizes
        ]

    def names(self, prefix: str) -> list[str]:
        """The names of packages that begin with ``prefix``, sorted."""
        return sorted(self._ask("apt-cache", "pkgnames", prefix).split())

    def download(
        self, package: Package, on_percent: Callable[[float], None] = lambda percent: None
    ) -> Path:
        """Fetch and check the .deb of ``package``; returns its path.

        Raises AptError with apt's last complaint.
        """
        target = self._directory / "download"
        target.mkdir(exist_ok=True)
        wanted = f"{package.name}={package.version}"
        status, output = self._run(target, on_percent, "download", wanted)
        debs = sorted(target.glob("*.deb"))
        if status or len(debs) != 1:
            raise AptError(_complaint(output) or last_line(output) or "nothing fetched", output)
        return debs[0]

    def _configure(self, index_targets: Iterable[str]) -> None:
        state, cache = self._directory / "state", self._directory / "cache"
        lines = [
            # Hooks of other programs would touch the system.
            "#clear APT::Update::Pre-Invoke;",
            "#clear APT::Update::Post-Invoke;",
            "#clear APT::Update::Post-Invoke-Success;",
            f"Dir::State {_quoted(state)};",
            f"Dir::State::lists {_quoted(state / 'lists')};",
            f"Dir::State::status {_quoted(state / 'status')};",
            f"Dir::Cache {_quoted(cache)};",
            f"Dir::Cache::archives {_quoted(cache / 'archives')};",
            # Preferences would hide versions from us.
            'Dir::Etc::preferences "/dev/null";',
            'Dir::Etc::preferencesparts "/dev/null";',
            # The user _apt could not write here.
            'APT::Sandbox::User "root";',
            # Lists of sources that were tried one by one stay.
            'APT::Get::List-Cleanup "false";',
            'Acquire::Languages "none";',
            'Acquire::IndexTargets::deb-src::Sources::DefaultEnabled "false";',
        ]
        if self._architecture:
            lines += [
                f'APT::Architecture "{self._architecture}";',
                "#clear APT::Architectures;",
                f'APT::Architectures {{ "{self._architecture}"; }};',
            ]
        lines += [
            f'Acquire::IndexTargets::{target}::DefaultEnabled "false";'
            for target in sorted(index_targets)
            if target != "deb::Packages"
        ]
        self._config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _ask(self, program: str, *arguments: str) -> str:
        """Standard output of a quick question (empty if apt has no answer)."""
        command: list[str | Path] = [program, "-c", self._config, *arguments]
        return run(
            command, environment=_environment(), directory=self._directory, at_home=True
        ).stdout

    def _run(
        self, directory: Path, on_percent: Callable[[float], None], *arguments: str
    ) -> tuple[int, str]:
        """Run a long apt-get; its status, and what it said on standard error."""
        command: list[str | Path] = ["apt-get", "-q", "-c", self._config]
        command += ["-o", "APT::Status-Fd=1", *arguments]
        with streaming(command, environment=_environment(), directory=directory) as apt:
            for line in apt.output:
                match = re.match(rb"dlstatus:[^:]*:([0-9.]+):", line)
                if match:
                    on_percent(float(match[1]))
            return apt.end()


def _environment() -> dict[str, str]:
    # the user's own, for proxies and credentials; messages in English
    return {**os.environ, "LC_ALL": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}


def _quoted(path: Path) -> str:
    return f'"{path}"'


def _complaint(output: str) -> str:
    """The last thing apt complained about, without its summary."""
    lines = [
        line[3:].strip()
        for line in output.splitlines()
        if line.startswith(("E: ", "W: ")) and "Some index files failed" not in line
    ]
    failures = [
        line for line in lines if re.search(r"[Ff]ailed|repository|Could ?n.t|nable|rror", line)
    ]
    return failures[-1] if failures else ""
