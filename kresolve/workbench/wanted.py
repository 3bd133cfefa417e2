"""What ``check`` looks for: requests that need no tree to be understood."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from attrs import frozen

from kresolve.errors import ConfigFileError, RequestError, did_you_mean
from kresolve.lines import read_lines, unquote
from kresolve.planner import Request, no_request, parse_request
from kresolve.profiles import Profile, find_profile, profile_names


@frozen
class Wanted:
    """An option that is looked for, and the values that will do.

    ``symbols`` are those of which one will do, the preferred one first.
    """

    symbols: tuple[str, ...]
    accept: tuple[str, ...]
    origin: str
    required: bool = True
    feature: str = ""
    note: str = ""
    source: str = ""

    @property
    def symbol(self) -> str:
        """The preferred symbol."""
        return self.symbols[0]


@frozen
class Kernel:
    """What is known of the kernel that a ``.config`` is for; empty where nobody knows."""

    version: str = ""
    arch: str = ""


def wanted(
    requests: Iterable[object], kernel: Kernel, own: Mapping[str, Profile] = {}
) -> list[Wanted]:
    """Requests as people write them: profiles, options, "@FILE", paths, dicts, lists.

    Raises RequestError for what is none, and ConfigFileError for a file that
    cannot be read.
    """
    found: list[Wanted] = []
    for one in requests:
        if isinstance(one, Request):
            found.append(Wanted((one.symbol,), one.accept, one.origin))
        elif isinstance(one, Path):
            found += _fragment(one)
        elif isinstance(one, str):
            found += _typed(one.strip(), kernel, own)
        elif isinstance(one, Mapping):
            found += [_option(f"{name}={value}") for name, value in one.items()]
        elif isinstance(one, Iterable):
            found += wanted(one, kernel, own)
        else:
            raise no_request(one)
    return list({(w.symbols, w.accept, w.feature): w for w in found}.values())


def _typed(text: str, kernel: Kernel, own: Mapping[str, Profile]) -> list[Wanted]:
    if text.startswith("@"):
        return _fragment(Path(text[1:]))
    name, _, features = text.partition(":")
    profile = find_profile(name, own)
    if profile is None and ":" in text and "=" not in text:
        known = (*own, *profile_names())
        raise RequestError(
            f"{name}: no such profile; there is {', '.join(known)}{did_you_mean(name, known)}"
        )
    if profile is None:
        return [_option(text)]
    asked = [feature for feature in features.split(",") if feature]
    return [
        Wanted(
            option.symbols,
            option.accept,
            profile.origin(option),
            option.required,
            option.feature,
            option.note,
            option.source,
        )
        for option in profile.selected(asked, version=kernel.version, arch=kernel.arch)
    ]


def _option(text: str) -> Wanted:
    symbol, value = parse_request(text)
    accept = ("y",) if value is None else _values(value)
    return Wanted((symbol,), accept, text)


def _values(text: str) -> tuple[str, ...]:
    """The values that a text accepts: "y|m" is two, a quoted string one."""
    if text.startswith('"'):
        return (unquote(text) or "",)
    parts = text.split("|")
    return tuple(dict.fromkeys(parts)) if set(parts) <= {"y", "m", "n"} else (text,)


def _fragment(path: Path) -> list[Wanted]:
    if not path.exists():
        raise ConfigFileError(f"{path}: no such file")
    lines, bad = read_lines(path)
    if bad:
        raise RequestError(str(bad[0]))
    last = {line.symbol: line for line in lines}
    return [
        Wanted((line.symbol,), _values(line.value), f"@{line.location}") for line in last.values()
    ]
