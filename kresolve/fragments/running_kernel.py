"""The configuration that a running kernel shows, where its ``.config`` cannot be read.

data/signs.toml says which file, word, module or system call belongs to which
option.  What is seen is sure.  What is not seen is sure only where nothing can
hide it: a container may hide files below /proc, and a module may not be loaded.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import tomllib
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final, Literal, TypeAlias

from attrs import field, frozen

from kresolve.planner.profiles import data_directory

Certainty: TypeAlias = Literal["sure", "likely"]

#: Numbers of system calls: of x86_64, and of architectures with the generic table.
_X86_64: Final = {
    "membarrier": 324,
    "kcmp": 312,
    "eventfd2": 290,
    "signalfd4": 289,
    "timerfd_create": 283,
    "open_by_handle_at": 304,
    "timer_create": 222,
    "memfd_create": 319,
    "rseq": 334,
}
_GENERIC: Final = {
    "membarrier": 283,
    "kcmp": 272,
    "eventfd2": 19,
    "signalfd4": 74,
    "timerfd_create": 85,
    "open_by_handle_at": 265,
    "timer_create": 107,
    "memfd_create": 279,
    "rseq": 293,
}
CALLS: Final[Mapping[str, Mapping[str, int]]] = {
    "x86_64": _X86_64,
    "aarch64": _GENERIC,
    "riscv64": _GENERIC,
    "loongarch64": _GENERIC,
}


@frozen
class Observation:
    """The observed value of an option: "y", "m", "on" (one of these) or "n"; how, and how sure."""

    value: str
    how: str
    certainty: Certainty


def has_call(name: str) -> bool | None:
    """Has the kernel that runs a system call?  None if its number is not known here.

    It is made with arguments that no kernel takes, so that it does nothing.
    """
    number = CALLS.get(platform.machine(), {}).get(name)
    if number is None:
        return None
    library = ctypes.CDLL(None, use_errno=True)
    ctypes.set_errno(0)
    library.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 5)
    return ctypes.get_errno() != errno.ENOSYS


@frozen
class RunningKernel:
    """Observes the running kernel from outside.

    ``root`` is where /proc, /sys, /dev and /lib/modules are; ``call`` tells
    whether there is a system call of a name, None where that is unknown.
    """

    root: Path = Path("/")
    release: str = field(factory=platform.release)
    call: Callable[[str], bool | None] = has_call

    def look(self, symbol: str) -> Observation | None:
        """What the kernel shows of an option; None if it shows nothing."""
        signs = self.indicators.get(symbol, ())
        # What is a tristate may be a module, where only its effect is seen.
        on = "on" if any("module" in sign for sign in signs) else "y"
        found = [seen for sign in signs if (seen := self._sign(sign, on))]
        found.sort(key=lambda seen: (seen.value == "n", seen.value == "on"))
        return found[0] if found else None

    @cached_property
    def indicators(self) -> Mapping[str, tuple[Mapping[str, str], ...]]:
        """The signs of each option."""
        text = (data_directory() / "signs.toml").read_text(encoding="utf-8")
        found: dict[str, tuple[Mapping[str, str], ...]] = {}
        for sign in tomllib.loads(text)["sign"]:
            found[sign["symbol"]] = (*found.get(sign["symbol"], ()), sign)
        return found

    def _sign(self, sign: Mapping[str, str], on: str) -> Observation | None:
        if "path" in sign:
            return self._path(sign["path"].replace("{pid}", str(os.getpid())), on)
        if "filesystem" in sign:
            return self._filesystem(sign["filesystem"], on)
        if "module" in sign:
            return self._module(sign["module"])
        there = self.call(sign["call"])
        if there is None:
            return None
        answer = "answers" if there else "is not there"
        # A filter on system calls may pretend that there is none.
        return Observation(
            "y" if there else "n", f"{sign['call']}() {answer}", "sure" if there else "likely"
        )

    def _path(self, path: str, on: str) -> Observation | None:
        place = self.root / path.lstrip("/")
        if place.is_symlink() or place.exists():
            return Observation(on, f"{path} is there", "sure")
        top = self.root / path.split("/")[1]
        if not top.is_dir() or not any(top.iterdir()):
            return None
        return Observation("n", f"{path} is not there", "likely")

    def _filesystem(self, name: str, on: str) -> Observation | None:
        text = self._text("proc/filesystems")
        if text is not None and name in text.split():
            return Observation(on, f"/proc/filesystems has {name}", "sure")
        return None  # a module may bring it

    def _module(self, name: str) -> Observation | None:
        folder = f"lib/modules/{self.release}"
        built_in = self._text(f"{folder}/modules.builtin")
        files = self._text(f"{folder}/modules.dep")
        if built_in is not None and name in _names(built_in):
            return Observation("y", f"/{folder}/modules.builtin has {name}", "sure")
        if files is not None and name in _names(files):
            return Observation("m", f"/{folder}/modules.dep has {name}", "sure")
        loaded = self._text("proc/modules")
        if loaded is not None and name in (line.split()[0] for line in loaded.splitlines() if line):
            return Observation("m", f"the module {name} is loaded", "sure")
        if built_in is not None and files is not None:
            return Observation("n", f"/{folder} has no {name}", "sure")
        return None

    def _text(self, path: str) -> str | None:
        try:
            return (self.root / path).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None


def _names(text: str) -> set[str]:
    """The names of the modules in modules.builtin or modules.dep."""
    return {
        line.partition(":")[0].rpartition("/")[2].partition(".ko")[0].replace("-", "_")
        for line in text.splitlines()
    }
