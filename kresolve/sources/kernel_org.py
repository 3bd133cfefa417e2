"""Releases of kernel.org: ``kernel.org:6.12.47``.

The tarball's SHA-256 has to be the one in ``sha256sums.asc`` beside it.  The
signature of that list is not checked: the sum protects from damage on the way,
and as far as the connection is to be trusted, from nothing more.
"""

from __future__ import annotations

import hashlib
import http.client
import os
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from itertools import islice
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

from kresolve.errors import TreeError
from kresolve.progress import Progress
from kresolve.sources.archive import unpack_file
from kresolve.sources.tree import SourceTree, keep_tree, remembered_tree

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


def fetch(version: str, *, progress: Progress, refresh: bool = False) -> SourceTree:
    """The tree of release ``version``.

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
    folder = f"{base}/{_series(version)}"

    def find(scratch: Path) -> SourceTree:
        digest = _sum_of(version, folder, label)

        def write(tree: Path) -> None:
            tarball = scratch / f"linux-{version}.tar.xz"
            _download(f"{folder}/{tarball.name}", tarball, digest, label, progress)
            unpack_file(tarball, tree, label, progress)

        name = f"linux-{version}_{digest[:16]}"
        return keep_tree("kernel.org", name, label, write, progress)

    # What one server calls 6.12.47 need not be what another one does.
    server = "" if base == KERNEL_ORG else "@" + hashlib.sha256(base.encode()).hexdigest()[:12]
    return remembered_tree(label, find, progress, server=server, refresh=refresh)


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


def _sum_of(version: str, folder: str, label: str) -> str:
    """The SHA-256 of the release's tarball, as the server's list has it.

    Raises TreeError that names releases there are, if this one is not.
    """
    address = f"{folder}/{_SUMS}"
    blocks = islice(_answer(address, label), _SUMS_LIMIT // _BLOCK)
    content = b"".join(block for block, _ in blocks)
    listed = _SUM_LINE.findall(content.decode("utf-8", "replace"))
    sums = {match[1]: digest for digest, name in listed if (match := _TARBALL.fullmatch(name))}
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
    length: int | None = None
    with (
        path.open("wb") as file,
        progress.task(f"downloading {label}", unit="bytes") as task,
    ):
        for block, length in _answer(address, label):
            count += len(block)
            if count > _TARBALL_LIMIT:
                raise TreeError(f"{label}: {address} does not end; not a kernel")
            seen.update(block)
            file.write(block)
            task.update(count, length)
    if length is not None and count != length:
        raise TreeError(f"{label}: {address}: broke off after {count} of {length} bytes")
    if seen.hexdigest() != digest:
        raise TreeError(
            f"{label}: {address} is not what {_SUMS} says: SHA-256 {seen.hexdigest()}, not {digest}"
        )
    progress.note(f"{label}: its checksum is that of {_SUMS}; the signature was not checked")


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


def _answer(address: str, label: str) -> Iterator[tuple[bytes, int | None]]:
    """What is at ``address``, in blocks, each with the size of all that the server announces.

    Proxies are those of the environment.  Raises TreeError for whatever goes wrong.
    """
    opener = urllib.request.build_opener(_SameSafety)
    request = urllib.request.Request(address, headers={"User-Agent": "kresolve"})  # noqa: S310 (http or https, see _base)
    try:
        with opener.open(request, timeout=_PATIENCE) as response:
            announced = response.headers.get("Content-Length") or ""
            length = int(announced) if announced.isdecimal() else None
            while block := response.read(_BLOCK):
                yield block, length
            return
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
