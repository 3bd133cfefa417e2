"""Write a plan as a fragment file: a header, and each line with its reason."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kresolve.kconfig.printable import printable

if TYPE_CHECKING:
    from kresolve.planner.request import Demand
    from kresolve.planner.result import Conflict, Plan, PlanLine

_WIDTH = 98
#: So many requests are named one by one.
_MOST = 24


def fragment_text(plan: Plan) -> str:
    """The text of the fragment, comments included."""
    return "\n".join([*_header(plan), *_body(plan, plan.lines)]) + "\n"


def remainder_text(plan: Plan, number: int) -> str:
    """The text of what only one of several targets gets."""
    target = plan.targets[number]
    header = _wrapped(f"kresolve: for {asked_for(plan)}, besides the common part")
    header += _wrapped(f"only on {target}, make {target.mode}")
    return "\n".join([*header, *_body(plan, target.lines)]) + "\n"


def asked_for(plan: Plan) -> str:
    """What was asked for: profiles and fragments by name, other requests one by one."""
    return origins(plan.request)


def against(conflict: Conflict) -> str:
    """Which requests, pins and forbidden options a conflict is between."""
    return _places_once(demand.origin for demand in conflict.demands)


def origins(requests: Iterable[Demand]) -> str:
    """Where requests come from, each place once."""
    return _places_once(request.origin for request in requests)


def _places_once(origins: Iterable[str]) -> str:
    found = (origin for some in origins for origin in some.split(", "))
    names = list(dict.fromkeys(re.sub(r"^(@.*):\d+$", r"\1", origin) for origin in found))
    more = f" and {len(names) - _MOST} more" if len(names) > _MOST else ""
    return ", ".join(names[:_MOST]) + more


def verdict(plan: Plan) -> str:
    """The objective's numbers in words, and what is proved."""
    values = {measure.name: measure.value for measure in plan.objective}
    if not values["lines"]:
        base = "every base" if plan.is_universal else "the base"
        return f"nothing to add: {base} satisfies the request"
    proved = all(measure.proved for measure in plan.objective)
    fewest = plan.objective_name in ("lines", "portable")
    best = f"proved {'fewest' if fewest else 'best'}" if proved else "not proved best"
    lost = counted(values["lost"], "option") if values.get("lost") else "nothing"
    switched = "nothing switched off, no global switch changed"
    if values["switched"]:
        switched = f"{counted(values['switched'], 'setting')} switched off or changed"
    added = counted(values["added"], "more option") if values.get("added") else "no other option"
    words = [f"{lost} lost"] if "lost" in values else []
    words.append(switched)
    words += [f"{added} on"] if "added" in values else []
    if "unasked" in values:
        words.append(f"{counted(values['unasked'], 'line')} not requested")
    if values.get("dropped"):
        words.append(f"{counted(values['dropped'], 'line')} without effect somewhere")
    where = ", for every base" if plan.is_universal else ""
    if plan.in_parts:
        own = sum(len(target.lines) for target in plan.targets)
        where = f" for all, {counted(own, 'line')} for some"
        return f"{counted(len(plan.lines), 'line')}{where}, {best}: {', '.join(words)}"
    return f"{counted(values['lines'], 'line')}{where}, {best}: {', '.join(words)}"


def places(plan: Plan) -> Iterator[str]:
    """The targets of a plan: kernels with the same architectures and bases in one line."""
    bases: dict[tuple[str, str, str], list[str]] = {}
    for target in plan.targets:
        key = (target.tree.version, target.tree.arch, target.mode)
        bases.setdefault(key, []).append(target.base)
    arches: dict[tuple[str, str, tuple[str, ...]], list[str]] = {}
    for (version, arch, mode), names in bases.items():
        arches.setdefault((version, mode, tuple(names)), []).append(arch)
    versions: dict[tuple[tuple[str, ...], str, tuple[str, ...]], list[str]] = {}
    for (version, mode, shared), found in arches.items():
        versions.setdefault((tuple(found), mode, shared), []).append(version)
    for (found_arches, mode, found_bases), numbers in versions.items():
        kernels = f"Linux {', '.join(numbers)} {', '.join(found_arches)}"
        noun = "base" if len(found_bases) == 1 else "bases"
        yield f"{kernels}, {noun} {', '.join(found_bases)}, make {mode}"


def reason(plan: Plan, line: PlanLine) -> str:
    """Why a line is there, and, in a plan for every base, where it would be missed."""
    if line.missed_on is None:
        return line.why
    of = f" of {line.missed_on.tree}" if len(plan.targets) > 1 else ""
    return f"{line.why}; missed on {line.missed_on}{of}"


def counted(number: int, noun: str) -> str:
    """``2 lines``, ``1 line``."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _header(plan: Plan) -> Iterator[str]:
    yield from _wrapped(f"kresolve: for {asked_for(plan)}")
    for place in places(plan):
        yield from _wrapped(f"on {place}")
    tools = dict.fromkeys(
        version
        for target in plan.targets
        for name, version in target.tree.toolchain
        if name in ("CC", "LD")
    )
    if tools:
        yield from _wrapped(f"toolchain: {'; '.join(tools)}")
    yield from _wrapped(verdict(plan))


def _body(plan: Plan, lines: Iterable[PlanLine]) -> Iterator[str]:
    for line in lines:
        yield ""
        menu = " > ".join(line.menu)
        about = f"{line.prompt or line.symbol}{f' ({menu})' if menu else ''}"
        yield from _wrapped(f"{about}: {reason(plan, line)}")
        yield line.text


def _wrapped(text: str) -> list[str]:
    """A comment, which is for people: nothing in it that a terminal would obey."""
    return textwrap.wrap(
        printable(text),
        _WIDTH,
        initial_indent="# ",
        subsequent_indent="#   ",
        break_long_words=False,
        break_on_hyphens=False,
    )
