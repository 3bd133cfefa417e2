"""Trees in a git repository: ``git:DIR@REV``, without a checkout.

The commit's files come from ``git ls-tree`` and ``git cat-file``, byte for byte
as they were committed: no filter, attribute or hook of the repository runs, and
git gets neither a reason nor the right to write there or to call a server.
``trees/git/COMMIT`` in the cache holds a tree, whatever repository it is from.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from attrs import frozen

from kresolve.errors import TreeError, did_you_mean
from kresolve.progress import Progress
from kresolve.sources.programs import Streaming, base_environment, last_line, run, streaming
from kresolve.sources.selection import keeps
from kresolve.sources.tree import SourceTree, keep_tree
from kresolve.sources.tree_writer import TARGET_LIMIT, TreeWriter

_EXECUTABLE = "100755"
_LINK = "120000"

# What git shall not do, whatever the repository's configuration says.
_RESTRAINT = {
    "GIT_OPTIONAL_LOCKS": "0",  # write nothing on the side
    "GIT_NO_REPLACE_OBJECTS": "1",  # a commit's id stands for its content
    # A partial clone would fetch what it lacks, and write it.
    "GIT_NO_LAZY_FETCH": "1",  # git 2.44 and later
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_TERMINAL_PROMPT": "0",
}

_BLOCK = 1 << 20
# Bytes of ls-tree's answer; a kernel's is 8 MB.
_LISTING_LIMIT = 1 << 26

_FETCH_FIRST = "in a partial clone, check the revision out once, which fetches it"


@frozen
class _Entry:
    """A kept file of a commit: git's mode, the blob's id, the checked name."""

    mode: str
    blob: str
    name: str


def fetch(spec: str, *, progress: Progress) -> SourceTree:
    """The tree of ``spec``, DIR or DIR@REV (also @REV, in the current directory).

    REV is whatever git takes for a commit, HEAD if it is missing.  Raises
    TreeError if there is no such repository or revision, or no kernel in it,
    ToolError if git is missing.
    """
    directory, revision = _split(spec)
    label = f"git:{spec}"
    commit = _resolve(directory, revision, label)

    def write(tree: Path) -> None:
        _extract(directory, commit, tree, label, progress)

    return keep_tree("git", commit, f"{label} ({commit[:12]})", write, progress)


def _split(spec: str) -> tuple[Path, str]:
    """DIR and REV of ``spec``.

    Both may have an @ in them (``HEAD@{1}``): DIR ends at the first one before
    which there is a directory.  Raises TreeError if there is none.
    """
    for at in re.finditer(r"@|\Z", spec):
        name, revision = spec[: at.start()], spec[at.end() :]
        directory = _directory(name)
        if directory is not None:
            if at[0] and not revision:
                raise TreeError(f"git:{spec}: name a revision after @, as in git:{name}@v6.12")
            return directory, revision or "HEAD"
    name = spec.partition("@")[0]
    hint = "" if "@" in spec else f" (a revision of the current directory is git:@{name})"
    raise TreeError(f"git:{spec}: no directory {name}{hint}")


def _directory(name: str) -> Path | None:
    """The directory ``name``; a shell does not expand a ~ in the middle of a word."""
    try:
        path = Path(name).expanduser() if name.startswith("~") else Path(name)
        return path if path.is_dir() else None
    except (OSError, RuntimeError, ValueError):
        return None


def _environment() -> dict[str, str]:
    environment = {**base_environment(), **_RESTRAINT}
    # The user's configuration says whose repositories are to be trusted.
    if "XDG_CONFIG_HOME" in os.environ:
        environment["XDG_CONFIG_HOME"] = os.environ["XDG_CONFIG_HOME"]
    return environment


def _git(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Ask git in ``directory``; the status is the caller's to judge."""
    return run(["git", *arguments], environment=_environment(), directory=directory, at_home=True)


def _reading(
    directory: Path, *arguments: str, given: IO[bytes] | int = subprocess.DEVNULL
) -> AbstractContextManager[Streaming]:
    """Run git in ``directory`` while its output is read."""
    return streaming(
        ["git", *arguments], environment=_environment(), directory=directory, given=given
    )


def _fatal(messages: str) -> str:
    """The reason in git's ``messages``, one line without its prefix."""
    reason = re.search(r"^(?:fatal|error): (.*)$", messages, re.MULTILINE)
    return reason[1].strip() if reason else last_line(messages)


def _stopped(git: Streaming, label: str) -> TreeError:
    """That git ended early, why, and what helps if it would have had to fetch something."""
    said = _fatal(git.end()[1]) or "for no known reason"
    hint = f"; {_FETCH_FIRST}" if re.search("promis|transport|missing", said) else ""
    return TreeError(f"{label}: git stopped: {said}{hint}")


def _resolve(directory: Path, revision: str, label: str) -> str:
    """The full id of the commit that ``revision`` names.

    Raises TreeError if there is no repository, or no such commit in it.
    """
    where = _git(directory, "rev-parse", "--git-dir")
    if where.returncode:
        reason = _fatal(where.stderr)
        if "not a git repository" in reason:
            reason = f"{directory.resolve()} is not in a git repository"
        elif "dubious ownership" in reason:
            reason += (
                f"; if you trust it: git config --global --add safe.directory {directory.resolve()}"
            )
        raise TreeError(f"{label}: {reason}")
    # No name in git begins with a dash; git would take it for an option.
    if not revision.startswith("-") and "\0" not in revision:
        # in two steps, for ":/text" would take what is added for text
        found = _object(directory, revision)
        commit = _object(directory, f"{found}^{{commit}}") if found else None
        if commit:
            return commit
    if revision == "HEAD":
        raise TreeError(
            f"{label}: this repository has no commit yet; name one, as in git:DIR@v6.12"
        )
    listed = _git(directory, "for-each-ref", "--format=%(refname:short)")
    raise TreeError(
        f"{label}: no commit {revision!r} in this repository"
        f"{did_you_mean(revision, listed.stdout.split())}"
    )


def _object(directory: Path, name: str) -> str | None:
    """The id of the one object that ``name`` stands for in git, None if there is none."""
    answer = _git(directory, "rev-parse", "--verify", "--quiet", name)
    match = re.fullmatch("([0-9a-f]{40,})\n", answer.stdout)
    return match[1] if match and not answer.returncode else None


def _extract(directory: Path, commit: str, root: Path, label: str, progress: Progress) -> None:
    """Write the kept files of ``commit`` to ``root``, a new directory.

    Raises TreeError if it is no kernel, or the repository is damaged or lacks
    a file.
    """
    root.mkdir()
    writer = TreeWriter(root, label, "commit")
    entries = _kept_entries(directory, commit, writer)
    with (
        progress.task(f"reading commit {commit[:12]}", len(entries)) as task,
        tempfile.TemporaryFile() as wanted,
    ):
        wanted.writelines(f"{entry.blob}\n".encode() for entry in entries)
        wanted.seek(0)
        with _reading(directory, "cat-file", "--batch", "--buffer", given=wanted) as git:
            try:
                for done, entry in enumerate(entries, start=1):
                    _write_blob(git.output, entry, writer)
                    task.update(done)
            except EOFError as error:
                raise _stopped(git, label) from error
    missing = writer.missing()
    if missing:
        lacks = f"no {', no '.join(missing)} in it"
        raise TreeError(f"{label}: commit {commit[:12]} is not a kernel tree: {lacks}")
    writer.finish()


def _kept_entries(directory: Path, commit: str, writer: TreeWriter) -> list[_Entry]:
    """The files and links of ``commit`` that the cache keeps; submodules are not."""
    with _reading(directory, "ls-tree", "-r", "-z", "--full-tree", commit) as git:
        listing = git.output.read(_LISTING_LIMIT)
        if len(listing) == _LISTING_LIMIT:
            # a few directories, each many times in the one above, are any number of files
            raise TreeError(f"{writer.origin}: commit {commit[:12]} has more files than any kernel")
        if git.child.wait():
            raise _stopped(git, writer.origin)
    return list(_parse_listing(os.fsdecode(listing).split("\0"), writer))


def _parse_listing(records: Iterable[str], writer: TreeWriter) -> Iterable[_Entry]:
    for record in records:
        description, _, name = record.partition("\t")
        name = writer.checked_name(name)
        if name and keeps(name):
            mode, kind, blob = description.split()
            if kind == "blob":
                yield _Entry(mode, blob, name)


def _write_blob(stream: IO[bytes], entry: _Entry, writer: TreeWriter) -> None:
    """Write the next answer of ``git cat-file --batch`` as the file ``entry``.

    Raises EOFError if the answer breaks off, TreeError if there is no such blob.
    """
    header = stream.readline()
    if not header.endswith(b"\n"):
        raise EOFError
    fields = header.split()
    if len(fields) != 3 or fields[1] != b"blob":
        raise TreeError(f"{writer.origin}: {entry.name} is not in this repository; {_FETCH_FIRST}")
    size = int(fields[2])
    if entry.mode == _LINK:
        # What is longer is no target, and need not be read.
        writer.link(entry.name, os.fsdecode(_exactly(stream, min(size, TARGET_LIMIT))))
    else:
        with writer.file(entry.name, size, executable=entry.mode == _EXECUTABLE) as file:
            while size:
                block = _exactly(stream, min(size, _BLOCK))
                file.write(block)
                size -= len(block)
    _exactly(stream, 1)  # the newline after the content


def _exactly(stream: IO[bytes], size: int) -> bytes:
    data = stream.read(size)
    if len(data) != size:
        raise EOFError
    return data
