"""What was seen in booted kernels: written by ``run.py``, read by the tests and the docs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import asdict, field, frozen

from kresolve.planner.profiles import find_profile

DIRECTORY = Path(__file__).with_name("results")
#: Which options of a ``.config`` are kept: those that these profiles name.
_PROFILES = ("criu", "criu-17", "qemu-boot")


def _texts(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(given)


@frozen
class Row:
    """How an operation went: "ok", or where it failed, and what was said then."""

    operation: str
    result: str
    messages: tuple[str, ...] = field(converter=_texts, default=())


@frozen(kw_only=True, eq=False)
class Boot:
    """A kernel that was booted, with the CRIU that ran in it.

    ``name`` names the results' file, ``what`` says which kernel it is, ``without`` which options
    were taken away (one, and those that cannot be had without it).  ``values`` are those of
    the options that the profiles name; an option that is not there is off.
    """

    name: str
    what: str
    release: str
    arch: str
    criu: str
    values: Mapping[str, str]
    rows: tuple[Row, ...]
    without: tuple[str, ...] = field(converter=_texts, default=())

    @property
    def failed(self) -> Row | None:
        """The first operation that did not work."""
        return next((row for row in self.rows if row.result != "ok"), None)


def boot_of(told: list[dict[str, Any]], config: str, **fields: Any) -> Boot:
    """What a guest told, and the ``.config`` of its kernel; RuntimeError if it did not finish."""
    if not told or "done" not in told[-1]:
        last = told[-1] if told else "nothing"
        raise RuntimeError(f"{fields['name']}: the guest did not finish; its last word: {last}")
    (first,) = (one for one in told if "kernel" in one)
    rows = tuple(
        Row(one["operation"], one["result"], one["messages"]) for one in told if "operation" in one
    )
    values = values_of(config)
    for name in fields.get("without", ()):
        # Where its module was taken away, the .config does not tell.
        values.pop(name, None)
    return Boot(release=first["kernel"], criu=first["criu"], values=values, rows=rows, **fields)


def values_of(config: str, profiles: Iterable[str] = _PROFILES) -> dict[str, str]:
    """The values of the options that the profiles name, as far as they are on."""
    names = {
        term.name
        for profile in filter(None, map(find_profile, profiles))
        for entry in profile.entries
        for _, terms in entry.alternatives("", "")
        for term in terms
    }
    lines = dict(
        line.removeprefix("CONFIG_").split("=", 1)
        for line in config.splitlines()
        if line.startswith("CONFIG_")
    )
    return {name: lines[name] for name in sorted(names & lines.keys())}


def record(kind: str, boot: Boot) -> None:
    """Write a boot among those of its kind, in place of the same kernel's with the same CRIU."""
    boots = {(one.name, one.criu): one for one in recorded(kind)}
    boots[boot.name, boot.criu] = boot
    DIRECTORY.mkdir(exist_ok=True)
    told = [asdict(boots[key]) for key in sorted(boots)]
    text = json.dumps(told, indent=1, ensure_ascii=False)
    (DIRECTORY / f"{kind}.json").write_text(f"{text}\n", encoding="utf-8")


def recorded(kind: str = "*") -> Iterator[Boot]:
    """The boots that were recorded, of a kind or of all."""
    for path in sorted(DIRECTORY.glob(f"{kind}.json")):
        for one in json.loads(path.read_text(encoding="utf-8")):
            rows = tuple(Row(**row) for row in one.pop("rows"))
            yield Boot(rows=rows, **one)
