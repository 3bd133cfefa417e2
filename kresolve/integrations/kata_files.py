"""Kata Containers' directory of fragments, read as its build-kernel.sh reads it.

``common/*.conf`` without the tag ``!ARCH``, then ``ARCH/*.conf``, then the sets that
a build asks for; what may be lost stands in ``whitelist.conf`` or
``whitelist-VERSION.conf``; no option may be named by two of the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from kresolve.dotconfig.config_file import read_config
from kresolve.dotconfig.lines import PREFIX, Line, parse_lines
from kresolve.errors import ConfigFileError, did_you_mean
from kresolve.kconfig.model import Model

#: Kata's number of its own configuration, beside the directory's parent.
_VERSION_FILE: Final = "kata_config_version"
_CONFIDENTIAL: Final = "confidential"
#: Where fragments may lie below a directory that somebody names, down from Kata's checkout.
_PLACES: Final = (
    "",
    "fragments",
    "configs/fragments",
    "kernel/configs/fragments",
    "tools/packaging/kernel/configs/fragments",
)
#: Folders of the directory that are no architecture.
_NO_ARCH: Final = ("common", "build-type", "debug", "gpu")
_WHITELISTED: Final = re.compile(rf"^{PREFIX}([A-Za-z0-9_]+)", re.MULTILINE)


@frozen(eq=False)
class Kata:
    """The fragments that a build takes, in its order, with their texts.

    Names are relative to ``root``.
    """

    root: Path
    arch: str
    texts: Mapping[str, str]
    whitelist: frozenset[str]

    def with_texts(self, texts: Mapping[str, str]) -> Kata:
        """The same with new texts for some of the files; others are left aside."""
        own = {name: texts.get(name, text) for name, text in self.texts.items()}
        return Kata(self.root, self.arch, own, self.whitelist)

    def lines(self, model: Model) -> list[Line]:
        """The lines of the fragments, in Kata's order."""
        exact = model.dialect.exact_unset
        return [
            line
            for name, text in self.texts.items()
            for line in parse_lines(text, name, exact_unset=exact)[0]
        ]

    def named_twice(self, model: Model) -> list[tuple[Line, Line]]:
        """Lines of two files about one option, which Kata refuses."""
        first: dict[str, Line] = {}
        found = []
        for line in self.lines(model):
            earlier = first.setdefault(line.symbol, line)
            assert earlier.location is not None
            assert line.location is not None
            if earlier.location.file != line.location.file:
                found.append((earlier, line))
        return found

    def others(self) -> frozenset[str]:
        """The options that the fragments of other architectures name."""
        found: set[str] = set()
        for path in self.root.rglob("*.conf"):
            name = str(path.relative_to(self.root))
            folder, slash, _ = name.partition("/")
            if slash and folder not in (self.arch, *_NO_ARCH):
                found |= {line.symbol for line in parse_lines(read_config(path), name)[0]}
        return frozenset(found)

    @property
    def version_file(self) -> Path | None:
        """The file with the number that every change has to raise, if it is there."""
        places = (self.root.parent.parent / _VERSION_FILE, self.root / _VERSION_FILE)
        return next((place for place in places if place.is_file()), None)


def fragments_directory(root: Path) -> Path:
    """The directory with ``common/`` in it: this one, or where Kata's checkout has it.

    Raises ConfigFileError if there is none.
    """
    for place in _PLACES:
        if (root / place / "common").is_dir():
            return root / place
    raise ConfigFileError(f"{root}: no common/ in it; not a directory of Kata's fragments")


def read_kata(root: Path, model: Model, sets: Iterable[str] = ()) -> Kata:
    """The fragments of Kata's directory for a kernel.

    ``sets`` are what a build may take besides: "debug", "confidential",
    "signing", the name of a build type, or of a folder of the architecture.
    Raises ConfigFileError for a directory that is none of Kata's, or a set that is
    not there.
    """
    root, sets = fragments_directory(root), list(sets)
    arch = model.info.arch
    if not (root / arch).is_dir():
        known = sorted(
            path.name for path in root.iterdir() if path.is_dir() and path.name not in _NO_ARCH
        )
        raise ConfigFileError(
            f"{root}: no {arch}/ in it; there is {', '.join(known)}{did_you_mean(arch, known)}"
        )
    tags = [f"!{arch}", *([f"!{_CONFIDENTIAL}"] if _CONFIDENTIAL in sets else [])]
    texts: dict[str, str] = {}
    for path in _files(root, arch, sets):
        text = read_config(path)
        if not any(tag in text for tag in tags):
            texts[str(path.relative_to(root))] = text
    return Kata(root, arch, texts, _whitelist(root, model.info.version))


def _files(root: Path, arch: str, sets: list[str]) -> Iterator[Path]:
    yield from sorted((root / "common").glob("*.conf"))
    yield from sorted((root / arch).glob("*.conf"))
    for name in sets:
        folders = [root / arch / name, root / "build-type" / name, root / "common" / name]
        folders += [root / name] if name not in (arch, *_NO_ARCH[:2]) else []
        if name == _CONFIDENTIAL:
            folders.append(root / "common" / "confidential_containers")
        there = [folder for folder in folders if folder.is_dir()]
        if not there:
            raise ConfigFileError(f"{root}: no set {name} for {arch} in it")
        for folder in there:
            yield from sorted(folder.glob("*.conf"))


def _whitelist(root: Path, version: str) -> frozenset[str]:
    """What may be lost, on every kernel or on this one."""
    numbers = re.match(r"[\d.]+", version)
    names = ["whitelist.conf", f"whitelist-{version}.conf"]
    names += [f"whitelist-{numbers[0]}.conf"] if numbers else []
    found: set[str] = set()
    for name in dict.fromkeys(names):
        if (root / name).is_file():
            found |= set(_WHITELISTED.findall(read_config(root / name)))
    return frozenset(found)
