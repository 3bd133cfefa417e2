"""Releases of kernel.org: ``kernel.org:6.12.47``.

The tarball's SHA-256 has to be the one in ``sha256sums.asc`` beside it.  The
signature of that list is not checked: the sum protects from damage on the way,
and as far as the connection is to be trusted, from nothing more.

In the cache, ``trees/kernel.org/linux-VERSION_SHA256`` holds a tree, and
``trees/kernel.org-specs/VERSION.json`` says which of them a version means, so
that the second time needs no network.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import re
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path
from typing import IO, Final, TypeVar
from urllib.parse import urlsplit

from kresolve.errors import TreeError
from kresolve.progress import Progress
from kresolve.sources import cache
from kresolve.sources.archive import unpack_tree
from kresolve.sources.cache_entry import is_whole
from kresolve.sources.selection import SELECTION_VERSION
from kresolve.sources.version import read_version

#: Where kernel.org's releases are: the directories v6.x, v5.x and so on.
KERNEL_ORG: Final = "https://cdn.kernel.org/pub/linux/kernel"

#: The environment's variable that names another such place, a mirror.
VARIABLE: Final = "KRESOLVE_KERNEL_ORG"

_SUMS = "sha256sums.asc"
_SUM_LINE = re.compile(r"^([0-9a-f]{64}) [ *](\S+)$", re.MULTILINE)
_TARBALL = re.compile(r"linux-(.+)\.tar\.xz")

# Seconds without a byte from the server.
_PATIENCE = 30.0
_BLOCK = 1 << 18
# More than these is no list of sums, and no kernel.
_SUMS_LIMIT = 16 << 20
_TARBALL_LIMIT = 2 << 30

_T = TypeVar("_T")


def fetch(version: str, *, progress: Progress, refresh: bool = False) -> Path:
    """The cached tree of release ``version``: a directory with ``tree/`` and ``source``.

    Asks the network only if the cache has no such tree, or on ``refresh``.
    Raises TreeError, one line, if there is no such release, it cannot be
    fetched, or is not what the list of sums says.
    """
    label = f"kernel.org:{version}"
    if re.fullmatch(r"[0-9]+(\.[0-9]+)+-rc[0-9]+|next.*", version):
        raise TreeError(
            f"{label}: kernel.org has tarballs of releases only; take it from git, as in "
            f"git:DIR@v{version}"
        )
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,5}){1,3}", version):
        raise TreeError(f"{label}: name a release, as in kernel.org:6.12.47")
    base = _base(label)
    pointer = _pointer(version, base)
    known = None if refresh else _read_pointer(pointer)
    if known:
        return known

    def waiting() -> None:
        progress.note(f"waiting: another kresolve fetches {label}")

    with cache.building(pointer, note=progress.note, on_wait=waiting) as scratch:
        known = None if refresh else _read_pointer(pointer)
        if known:
            return known
        folder = f"{base}/{_series(version)}"
        digest = _sum_of(version, folder, label)
        name = f"linux-{version}_{digest[:16]}_{SELECTION_VERSION}"
        entry = cache.cache_root() / "trees" / "kernel.org" / name

        def build(content: Path) -> None:
            tarball = scratch / "linux.tar.xz"
            _download(f"{folder}/linux-{version}.tar.xz", tarball, digest, label, progress)
            _unpack(tarball, content / "tree", label, progress)
            (content / "source").write_text(label, encoding="utf-8")

        entry = cache.complete_directory(
            entry, build, whole=is_whole, note=progress.note, on_wait=waiting, durable=True
        )
        _write_pointer(pointer, entry, digest)
    return entry


def _base(label: str) -> str:
    """The address of the releases: $KRESOLVE_KERNEL_ORG, or kernel.org's own.

    Raises TreeError if it is none.
    """
    base = os.environ.get(VARIABLE) or KERNEL_ORG
    try:
        parts = urlsplit(base)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        usable = False
    if not usable or re.search(r"[\s\0-\x1f\x7f]", base) or not base.isascii():
        raise TreeError(f"{label}: ${VARIABLE} is not an http or https address: {base!r}")
    return base.rstrip("/")


def _series(version: str) -> str:
    """The directory of a release: v6.x, but v2.6."""
    major, minor, *_ = version.split(".")
    return f"v{major}.x" if int(major) >= 3 else f"v{major}.{minor}"


def _pointer(version: str, base: str) -> Path:
    # What one server calls 6.12.47 need not be what another one does.
    other = "" if base == KERNEL_ORG else "@" + hashlib.sha256(base.encode()).hexdigest()[:12]
    folder = cache.cache_root() / "trees" / "kernel.org-specs"
    return folder / cache.safe_name(f"{version}{other}.json")


def _read_pointer(pointer: Path) -> Path | None:
    try:
        known = json.loads(pointer.read_text(encoding="utf-8"))
        name = str(known["entry"])
        current = known["selection"] == SELECTION_VERSION
    except (OSError, ValueError, KeyError, TypeError):
        return None  # none, or damaged: fetching writes it anew
    entry = cache.cache_root() / "trees" / "kernel.org" / cache.safe_name(name)
    return entry if current and is_whole(entry) else None


def _write_pointer(pointer: Path, entry: Path, digest: str) -> None:
    content = {"entry": entry.name, "sha256": digest, "selection": SELECTION_VERSION}
    cache.remember(pointer, json.dumps(content, indent=1).encode() + b"\n")


def _sum_of(version: str, folder: str, label: str) -> str:
    """The SHA-256 of the release's tarball, as the server's list has it.

    Raises TreeError that names releases there are, if this one is not.
    """
    address = f"{folder}/{_SUMS}"
    with _open(address, label) as response:
        content = _guarded(lambda: response.read(_SUMS_LIMIT), address, label)
    found = _SUM_LINE.findall(content.decode("utf-8", "replace"))
    sums = {match[1]: digest for digest, name in found if (match := _TARBALL.fullmatch(name))}
    if not sums:
        raise TreeError(f"{label}: {address} is not a list of checksums")
    if version not in sums:
        raise TreeError(f"{label}: there is no such release; {_near(version, sums)}")
    return str(sums[version])


def _near(version: str, known: dict[str, str]) -> str:
    """Which releases there are, of the same line if possible."""
    line = ".".join(version.split(".")[:2])
    same = [name for name in known if name == line or name.startswith(f"{line}.")]

    def order(name: str) -> list[int]:
        return [int(number) for number in re.findall("[0-9]+", name)]

    newest = max(same or known, key=order)
    return f"the newest of {line} is {newest}" if same else f"the newest there is {newest}"


def _download(address: str, path: Path, digest: str, label: str, progress: Progress) -> None:
    """Fetch ``address`` into the new file ``path``; its SHA-256 has to be ``digest``.

    Raises TreeError otherwise.
    """
    seen = hashlib.sha256()
    count = 0
    with _open(address, label) as response, path.open("wb") as file:
        length = _length(response)
        with progress.task(f"downloading {label}", length, unit="bytes") as task:
            while block := _guarded(lambda: response.read(_BLOCK), address, label):
                count += len(block)
                if count > _TARBALL_LIMIT:
                    raise TreeError(f"{label}: {address} does not end; not a kernel")
                seen.update(block)
                file.write(block)
                task.update(count)
    if length is not None and count != length:
        raise TreeError(f"{label}: {address}: broke off after {count} of {length} bytes")
    if seen.hexdigest() != digest:
        raise TreeError(
            f"{label}: {address} is not what {_SUMS} says: SHA-256 {seen.hexdigest()}, not {digest}"
        )
    progress.note(f"{label}: its checksum is that of {_SUMS}; the signature was not checked")


def _unpack(tarball: Path, tree: Path, label: str, progress: Progress) -> None:
    size = tarball.stat().st_size
    with (
        progress.task(f"unpacking {label}", size, unit="bytes") as task,
        tarball.open("rb") as stream,
    ):
        unpack_tree(stream, "xz", tree, origin=label, on_read=task.update)
    try:
        read_version(tree)  # a tree that has none is never used
    except TreeError as error:
        raise TreeError(f"{label}: its Makefile has no VERSION") from error


class _SameSafety(urllib.request.HTTPRedirectHandler):
    """Follows redirections, but never from https to http: a sum by http proves nothing."""

    def redirect_request(  # noqa: PLR0917 (the base class's)
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> urllib.request.Request | None:
        """As the base class; URLError if the new address is less safe than the old."""
        allowed = ("https",) if req.type == "https" else ("https", "http")
        if urlsplit(newurl).scheme not in allowed:
            raise urllib.error.URLError(f"it redirects to {newurl}, which is not {allowed[-1]}")
        return super().redirect_request(req, fp, code, msg, headers, newurl)  # type: ignore[arg-type]


def _open(address: str, label: str) -> http.client.HTTPResponse:
    """Ask for ``address``; proxies are those of the environment.

    Raises TreeError with what went wrong.
    """
    opener = urllib.request.build_opener(_SameSafety)
    request = urllib.request.Request(address, headers={"User-Agent": "kresolve"})  # noqa: S310 (http or https, see _base)

    def ask() -> http.client.HTTPResponse:
        response = opener.open(request, timeout=_PATIENCE)
        assert isinstance(response, http.client.HTTPResponse)
        return response

    return _guarded(ask, address, label)


def _guarded(work: Callable[[], _T], address: str, label: str) -> _T:
    """What ``work``, which talks to the server of ``address``, returns.

    Raises TreeError for whatever goes wrong on the way.
    """
    try:
        return work()
    except urllib.error.HTTPError as error:
        error.close()
        reason = f"the server says {error.code} {error.reason}"
    except urllib.error.URLError as error:
        inner = error.reason
        reason = _said(inner) if isinstance(inner, OSError) else str(inner)
    except http.client.IncompleteRead:
        reason = "broke off"
    except (http.client.HTTPException, ValueError) as error:
        reason = f"invalid answer: {str(error) or type(error).__name__}"
    except OSError as error:
        reason = _said(error)
    raise TreeError(f"{label}: {address}: {' '.join(reason.split())}")


def _said(error: OSError) -> str:
    """The system's reason, without its number."""
    if isinstance(error, TimeoutError):
        return f"no answer within {_PATIENCE:.0f} seconds"
    return error.strerror or str(error)


def _length(response: http.client.HTTPResponse) -> int | None:
    """How many bytes the server announces, None if it does not."""
    text = response.headers.get("Content-Length") or ""
    return int(text) if text.isdecimal() else None
