"""Find the configuration that a kernel carries, by its mark.

With CONFIG_IKCONFIG, kernel/configs.c puts the ``.config``, packed by gzip,
between two marks into the kernel (or its module configs.ko).  The first is
enough: gzip's own end and checksum tell that what follows is whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

from kresolve.dotconfig.packing import BLOCK, GzipDecoder

_MARK = b"IKCFG_ST"
_GZIP = b"\x1f\x8b\x08"


class MarkedConfig:
    """Looks for a marked configuration in bytes that come block by block.

    ``config`` is the text once it has been found, ``damaged`` whether something
    bore the mark and was none.  ``spend`` hears how many bytes were unpacked,
    and may raise.
    """

    def __init__(self, spend: Callable[[int], None]) -> None:
        self._spend = spend
        self._tail = b""
        self._decoder: GzipDecoder | None = None
        self._text = bytearray()
        self._broken = False
        self.config: bytes | None = None

    @property
    def damaged(self) -> bool:
        """Whether a mark stood before something that was, or so far is, no configuration."""
        return self.config is None and (self._broken or self._decoder is not None)

    def feed(self, block: bytes) -> bool:
        """Look at the next block; whether the configuration is there now."""
        while self.config is None:
            if self._decoder is None:
                block = self._tail + block
                place = block.find(_MARK + _GZIP)
                if place < 0:
                    self._tail = block[-(len(_MARK) + len(_GZIP) - 1) :]
                    break
                block = block[place + len(_MARK) :]
                self._tail = b""
                self._text.clear()
                self._decoder = GzipDecoder()
            try:
                self._inflate(self._decoder, block)
                break
            except zlib.error:
                self._broken = True
                self._decoder = None
        return self.config is not None

    def _inflate(self, decoder: GzipDecoder, block: bytes) -> None:
        """Go on with the marked gzip data; ``config`` is there at its end."""
        while True:
            text = decoder.decompress(block, BLOCK)
            self._spend(len(text))
            self._text += text
            if decoder.eof:
                self.config = bytes(self._text)
                return
            if decoder.needs_input and not text:
                return
            block = b""
