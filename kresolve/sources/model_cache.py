"""Parsing a tree in a child process, and keeping the model in the cache."""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from attrs import asdict

from kresolve.errors import KconfigError, ModelError, ToolError
from kresolve.kconfig.dialect import Dialect
from kresolve.kconfig.model import Model, TreeInfo
from kresolve.kconfig.parsing import stamp
from kresolve.kconfig.storage import FORMAT, HEAD, from_bytes, info_of
from kresolve.progress import SILENT, Progress
from kresolve.sources import Environment, SourceTree, environment_fingerprint, probe_environment
from kresolve.sources.cache import CacheError, cache_root, safe_name, write_atomically
from kresolve.sources.programs import last_line, run

#: How many models of one version and architecture stay in the cache.
_KEPT: Final = 6

_CHILD: Final = """\
import sys
sys.path[:] = {path!r}
from kresolve.kconfig.parsing.worker import main
main({job!r})
"""


def load_model(
    tree: SourceTree,
    *,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    progress: Progress = SILENT,
) -> Model:
    """The model of a tree for an architecture, from the cache if nothing changed.

    Parsed anew when the tree's files, the toolchain or kresolve changed; see
    :func:`kresolve.sources.environment_fingerprint` for what counts.  With
    ``shell`` False nothing of the tree runs, so it is only taken from the
    cache.  Raises KconfigError with file and line for Kconfig files that cannot
    be read, ToolError for what would have to run.
    """
    fingerprint = environment_fingerprint(tree, arch, cross_compile, llvm)
    key = hashlib.sha256(
        os.fsencode("\0".join((FORMAT, _own_stamp(), tree.identity, str(tree.path), fingerprint)))
    ).hexdigest()
    name = safe_name(f"{tree.version}-{arch or 'native'}-{key[:24]}.model")
    path = cache_root() / "models" / name
    model = _cached(path)
    if model is not None and (tree.cached or model.info.stamp == stamp(tree.path, model.files)):
        return model
    if not shell:
        raise ToolError(
            f"{tree.source}: reading this tree runs its Makefile and its $(shell ...) lines, "
            "and --no-shell refuses to; there is no model of it in the cache"
        )
    with progress.task(f"reading the Kconfig files of Linux {tree.version}") as task:
        task.update(0)
        environment = probe_environment(tree, arch=arch, cross_compile=cross_compile, llvm=llvm)
        data = parse_tree(_info(tree, environment), environment=environment.as_dict())
    try:
        write_atomically(path, data)
        _prune(path)
    except CacheError as error:
        progress.note(f"{error}; until then, this tree is read anew each time")
    return from_bytes(data, str(path), own=True)


def cached_models(srcarch: str, but: str = "") -> Iterator[Model]:
    """The cache's models of an architecture: the newest of each version but one, oldest first.

    They may be of kernels that are gone by now: good enough to say what a name was.
    Each is read, which takes a second, only when it is asked for.
    """
    found: dict[str, Path] = {}
    known: set[str] = set()
    for path in _newest_first(cache_root() / "models"):
        if _kind(path) in known:
            continue
        info = _cached_info(path)
        if info is not None:
            known.add(_kind(path))
            if info.srcarch == srcarch and info.version != but:
                found.setdefault(info.version, path)
    for version in sorted(found, key=lambda text: [int(n) for n in re.findall(r"\d+", text)]):
        model = _cached(found[version])
        if model is not None:
            yield model


def _newest_first(folder: Path) -> list[Path]:
    """The models in a folder, from which others may take some at any time."""
    found: list[tuple[int, Path]] = []
    for path in folder.glob("*.model"):
        with suppress(OSError):
            found.append((path.stat().st_mtime_ns, path))
    return [path for _, path in sorted(found, reverse=True)]


def _kind(path: Path) -> str:
    """The part of a model's file name that says which kernel and architecture it is of."""
    return path.name.rpartition("-")[0]


def _prune(path: Path) -> None:
    """Remove models that newer ones of the same kind have most likely superseded.

    Some stay, as trees of one version, and toolchains, may be used in turn.
    """
    same = [other for other in _newest_first(path.parent) if _kind(other) == _kind(path)]
    for old in same[_KEPT:]:
        with suppress(OSError):
            old.unlink()


def _cached_info(path: Path) -> TreeInfo | None:
    """What a model in the cache is of, by the beginning of its file."""
    try:
        with path.open("rb") as file:
            return info_of(file.read(HEAD), str(path))
    except (OSError, ModelError):
        return None


def _cached(path: Path) -> Model | None:
    """A model in the cache; None if there is none, or none that can be read."""
    try:
        return from_bytes(path.read_bytes(), str(path), own=True)
    except (OSError, ModelError):
        return None


def _info(tree: SourceTree, environment: Environment) -> TreeInfo:
    variables = environment.as_dict()
    return TreeInfo(
        version=tree.version,
        arch=environment.arch,
        srcarch=environment.srcarch,
        source=tree.source,
        toolchain=environment.toolchain,
        variables=environment.variables,
        defconfig=variables.get("KBUILD_DEFCONFIG") or "defconfig",
    )


def _own_stamp() -> str:
    """What changes when kresolve's own reading of trees does."""
    package = Path(__file__).parents[1]
    sources = [*(package / "kconfig").rglob("*.py"), package / "sources" / "environment.py"]
    sources.append(Path(__file__))
    return ",".join(f"{path.name}:{path.stat().st_mtime_ns}" for path in sorted(sources))


def parse_tree(
    info: TreeInfo,
    *,
    environment: Mapping[str, str],
    kconfig: str = "Kconfig",
    conf: Path | None = None,
    dialect: Dialect | None = None,
    shell: bool = True,
) -> bytes:
    """Parse the Kconfig files below ``environment["srctree"]`` into a model's bytes.

    ``environment`` is the whole environment of the child, as make would give
    it to conf.  Nothing is written outside a scratch directory that is gone
    afterwards.  The rules are those of the conf whose sources lie in
    ``scripts/kconfig`` of the tree, or of ``conf``, or those of ``dialect``.  With ``shell`` False
    nothing of the tree runs: a ``$(shell ...)`` is an error.  Raises
    KconfigError with file and line for what cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="kresolve-") as scratch:
        place = Path(scratch)
        (place / "empty").mkdir()
        job = {
            "info": asdict(info),
            "kconfig": kconfig,
            "conf": str(conf or environment.get("srctree", "")),
            "dialect": None if dialect is None else asdict(dialect),
            "shell": shell,
            "answer": str(place / "answer"),
        }
        (place / "job").write_text(json.dumps(job), encoding="utf-8")
        search = [str(Path(entry).absolute()) for entry in sys.path]
        done = run(
            [sys.executable, "-I", "-B", "-c", _CHILD.format(path=search, job=str(place / "job"))],
            environment=environment,
            directory=place / "empty",
        )
        answer = place / "answer"
        kind, _, content = (answer.read_bytes() if answer.exists() else b"").partition(b"\n")
    if kind == b"model":
        return content
    if kind == b"error":
        raise KconfigError(f"{content.decode()} (tree: {info.source})")
    if kind == b"library":
        raise ToolError(content.decode())
    said = last_line(done.stderr) or f"status {done.returncode}"
    raise ToolError(f"parsing {info.source} failed: {said}")
