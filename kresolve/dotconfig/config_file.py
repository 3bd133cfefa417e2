"""Configuration files of every kind, as the text that is in them.

A ``.config`` or fragment as it is; one that is packed (gzip, xz, lzma, bzip2,
zstd, the kernel's kind of lz4); and a kernel image that carries its
configuration (CONFIG_IKCONFIG), itself packed or not.

What the text means is decided in :mod:`kresolve.dotconfig.lines`.  Nothing is changed
here, so that conf's rules apply: a byte order mark, for example, stays where it
is, so its line is invalid, as it is to conf.
"""

from __future__ import annotations

import mmap
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import Final

from attrs import define, field

from kresolve.dotconfig.files import open_input
from kresolve.dotconfig.packing import (
    PACKINGS,
    Bytes,
    Cursor,
    DamageError,
    MissingError,
    Packing,
    packing_at,
)
from kresolve.errors import ConfigFileError

#: So many bytes may come out of one file, all that is packed in it together.
LIMIT: Final = 256 << 20

# More than a vmlinux with all that is for debuggers.
_FILE_LIMIT = 2 << 30
# Larger files are mapped, not read: a vmlinux may have a gigabyte for debuggers.
_MAPPED_FROM = 16 << 20
# Packed things in packed things: a kernel in its boot image in a packed file.
_DEPTH = 3
# Places in a file that look as if something packed began there.
_PLACES = 1000

# With CONFIG_IKCONFIG, kernel/configs.c puts the .config, packed by gzip, behind this mark into the
# kernel (or its module configs.ko).  gzip's own end and checksum tell that it is whole.
_MARK: Final = b"IKCFG_ST"
_GZIP: Final = PACKINGS[0]
_MARKED: Final = _MARK + b"\x1f\x8b\x08"

# How others begin, which the kernel knows, but Python does not.
_UNKNOWN: Final = {b"\x89LZO\0": "lzo", b"\x04\x22\x4d\x18": "lz4 in its newer frame"}
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


def read_config(path: Path) -> str:
    """The text of a configuration file of any kind.

    Bytes that are no UTF-8 are kept as surrogates.  Raises ConfigFileError,
    one line with the path, when the file cannot be read, is damaged, too
    large (:data:`LIMIT`), or has no configuration in it.
    """
    try:
        with _content(path) as data:
            return _Search(str(path)).text(data).decode("utf-8", "surrogateescape")
    except MissingError as error:
        raise ConfigFileError(f"{path}: {error}") from error
    except OSError as error:
        raise ConfigFileError(f"{path}: cannot read it: {error.strerror or error}") from error


@contextmanager
def _content(path: Path) -> Iterator[Bytes]:
    """All bytes of a file; its size is not believed (that of /proc/config.gz may be 0)."""
    with open_input(path) as file:
        status = os.fstat(file.fileno())
        if status.st_size > _FILE_LIMIT:
            raise ConfigFileError(f"{path}: more than {_FILE_LIMIT >> 30} GiB; not a kernel")
        if stat.S_ISREG(status.st_mode) and status.st_size >= _MAPPED_FROM:
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
                yield mapped
            return
        data = file.read(LIMIT + 1)
        if len(data) > LIMIT:
            raise ConfigFileError(f"{path}: more than {LIMIT >> 20} MiB; not a .config")
        yield data


@define
class _Search:
    """Looks for the configuration in the file ``name``; every error begins with that name."""

    name: str
    _left: int = field(default=LIMIT, init=False)
    _places: int = field(default=_PLACES, init=False)
    damaged: bool = field(default=False, init=False)

    def text(self, data: Bytes, depth: int = 0) -> bytes:
        """The configuration in ``data``, ``depth`` layers down in the file.

        Raises ConfigFileError if there is none.
        """
        packing = packing_at(data, 0)
        if packing is not None and depth < _DEPTH:
            inner, config = self._unpacked(data, packing)
            return self.text(inner, depth + 1) if config is None else config
        if data.find(b"\0") < 0:
            if len(data) > LIMIT:
                raise ConfigFileError(
                    f"{self.name}: more than {LIMIT >> 20} MiB of text; not a .config"
                )
            return bytes(data)
        config = None
        if data[:2] not in _UTF16:
            config = _Marked(self, data).config(whole=True) or self._inside(data, depth)
        if config is None:
            raise ConfigFileError(self._complaint(data, depth))
        return config

    def _unpacked(self, data: Bytes, packing: Packing) -> tuple[bytearray, bytes | None]:
        """What a packed file holds; and a marked configuration in it, the rest unread.

        What follows in the same packing is a part of it, as to zcat.
        Raises ConfigFileError if it is damaged or too large.
        """
        cursor = Cursor(data, 0)
        inner = bytearray()
        marked = _Marked(self, inner)
        try:
            while packing.pattern.match(data, cursor.position):
                config = self._unpack(cursor, packing, inner, marked)
                if config is not None:
                    return inner, config
        except DamageError as error:
            raise ConfigFileError(f"{self.name}: damaged {packing.name} data: {error}") from error
        config = marked.config(whole=True)
        # Behind a packed kernel there may be anything: a device tree, a signature.
        if config is None and data[cursor.position :].strip(b"\0") and b"\0" not in inner:
            raise ConfigFileError(
                f"{self.name}: damaged {packing.name} data: something else follows it"
            )
        return inner, config

    def _unpack(
        self, cursor: Cursor, packing: Packing, inner: bytearray, marked: _Marked
    ) -> bytes | None:
        """Add what is packed at ``cursor`` to ``inner``, up to a marked configuration.

        Raises DamageError, or ConfigFileError when it is too large.
        """
        for block in packing.unpack(cursor):
            self.spend(len(block))
            inner += block
            config = marked.config()
            if config is not None:
                return config
        return None

    def _inside(self, data: Bytes, depth: int) -> bytes | None:
        """The configuration in whatever is packed in an image, at any place.

        Much of what looks packed is not, and what is may break off: only a
        configuration counts.
        """
        if depth >= _DEPTH:
            return None
        position = 0
        for start, packing in _candidates(data):
            if start < position or not self._places:
                continue  # within what has been unpacked, or enough tried
            self._places -= 1
            cursor = Cursor(data, start)
            inner = bytearray()
            marked = _Marked(self, inner)
            config = None
            with suppress(DamageError):
                config = self._unpack(cursor, packing, inner, marked)
                position = cursor.position
            if config is None:
                config = marked.config(whole=True) or self._inside(inner, depth + 1)
            if config is not None:
                return config
        return None

    def spend(self, size: int) -> None:
        """Count bytes that were unpacked; ConfigFileError when they are too many."""
        self._left -= size
        if self._left < 0:
            raise ConfigFileError(
                f"{self.name}: more than {LIMIT >> 20} MiB unpacked, and no .config so far"
            )

    def _complaint(self, data: Bytes, depth: int) -> str:
        """Why a binary file is of no use."""
        if data[:2] in _UTF16:
            return f"{self.name}:1: this is UTF-16; a .config is ASCII or UTF-8"
        if self.damaged:
            return f"{self.name}: the configuration in this kernel image is damaged"
        for magic, packing in _UNKNOWN.items():
            if data[: len(magic)] == magic:
                return f"{self.name}: packed with {packing}, which kresolve cannot unpack"
        if _is_image(data):
            return (
                f"{self.name}: no configuration in this kernel image or program; "
                "a kernel has one if it was built with CONFIG_IKCONFIG"
            )
        line = bytes(data[: data.find(b"\0")]).count(b"\n") + 1
        place = "" if depth else f":{line}"
        return f"{self.name}{place}: this is a binary file, not a .config or a fragment"


@define
class _Marked:
    """Looks for a marked configuration in ``data``, to which more may be added."""

    search: _Search
    data: Bytes
    _position: int = 0

    def config(self, *, whole: bool = False) -> bytes | None:
        """The configuration if it is there; ``whole``: nothing more will come."""
        while (place := self.data.find(_MARKED, self._position)) >= 0:
            cursor = Cursor(self.data, place + len(_MARK))
            text = bytearray()
            try:
                for block in _GZIP.unpack(cursor):
                    self.search.spend(len(block))
                    text += block
                return bytes(text)
            except DamageError:
                if cursor.position == len(self.data) and not whole:
                    self._position = place  # the rest may come
                    return None
                self.search.damaged = True
                self._position = place + 1
        self._position = max(self._position, len(self.data) - len(_MARKED) + 1)
        return None


def _candidates(data: Bytes) -> list[tuple[int, Packing]]:
    """Where something packed may begin in ``data``, in order."""
    found = [
        (match.start(), packing)
        for packing in PACKINGS
        for match in islice(packing.pattern.finditer(data), _PLACES)
    ]
    return sorted(found, key=lambda candidate: candidate[0])


def _is_image(data: Bytes) -> bool:
    """Whether it is a program or a kernel, by what its format has at fixed places.

    ELF; PE (EFI); x86's boot protocol; zImage of arm; Image of arm64 and riscv.
    """
    return (
        data[:4] == b"\x7fELF"
        or data[:2] == b"MZ"
        or data[0x202:0x206] == b"HdrS"
        or data[0x24:0x28] in (b"\x18\x28\x6f\x01", b"\x01\x6f\x28\x18")
        or data[0x38:0x3C] in (b"ARM\x64", b"RSC\x05")
    )
