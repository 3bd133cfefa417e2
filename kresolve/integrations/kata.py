"""Put a plan into Kata's fragments: each line into the file of its subject."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final

from attrs import evolve, field, frozen

from kresolve.dotconfig.lines import Line
from kresolve.fragments.findings import Finding
from kresolve.fragments.fixing import Rewriting, comment_lines
from kresolve.fragments.linting import Linter, switched_off_by
from kresolve.integrations.kata_files import Kata
from kresolve.kconfig.model import Model
from kresolve.planner import Demand, Plan, PlanLine, Question, Request, Target, answer
from kresolve.planner.fragment_file import origins
from kresolve.planner.objective import global_switches
from kresolve.planner.target import ModelIndex
from kresolve.progress import SILENT, Progress
from kresolve.results import Short

_MODE: Final = "allnoconfig"


@frozen
class Placed:
    """A line of a plan and the file that it goes into; ``replaced`` stood there before."""

    line: PlanLine
    file: str
    replaced: Line | None = None


@frozen(eq=False, repr=False)
class KataPlan(Short):
    """The change of Kata's directory for one kernel.

    ``texts`` are the new texts of the files that change; ``lost`` the lines
    beyond the whitelist that are not in the final ``.config`` with them, and
    ``lost_before`` without; ``off`` are the options that a gate in the fragments (EXPERT)
    switches off though nobody asks for that.
    """

    kata: Kata
    plan: Plan
    placed: tuple[Placed, ...] = ()
    texts: Mapping[str, str] = field(factory=dict)
    lost: tuple[Finding, ...] = ()
    lost_before: tuple[Finding, ...] = ()
    off: Mapping[str, tuple[str, ...]] = field(factory=dict)
    notes: tuple[str, ...] = ()

    _keys: ClassVar = (
        *("fragments", "plan", "placed", "lost", "newly_lost", "switched_off=off", "notes"),
    )

    @property
    def fragments(self) -> tuple[str, ...]:
        """The names of the fragments that the build takes."""
        return tuple(self.kata.texts)

    @property
    def newly_lost(self) -> tuple[Finding, ...]:
        """Lines that are lost now and were not before."""
        known = {finding.line.symbol for finding in self.lost_before}
        return tuple(finding for finding in self.lost if finding.line.symbol not in known)


def planned(
    kata: Kata,
    model_index: ModelIndex,
    question: Question,
    *,
    timeout: float | None = None,
    progress: Progress = SILENT,
) -> KataPlan:
    """The best plan for a question on top of Kata's fragments, and where its lines go.

    As Kata builds: what no fragment says is n, and there are no modules.  A
    line of the fragments that holds has to hold with the plan as well.
    """
    model = model_index.model
    target = kata_target(kata, model_index)
    modules = model.modules
    no_modules = (modules,) if modules and target.before[modules] == "n" else ()
    before = lost_lines(kata, target)
    named = {one.symbol for one in question.requests if isinstance(one, Request)}
    kept = {
        name: Request(name, ("n",), "Kata builds without modules")
        for name in no_modules
        if name not in named
    }
    while True:
        whole = evolve(question, requests=(*question.requests, *kept.values()))
        plan = answer(target, whole, timeout=timeout, progress=progress)
        found = _put(kata, model_index, _as_asked(plan, question.requests), before)
        spoilt = [one for one in found.newly_lost if one.line.symbol not in {*named, *kept}]
        if not spoilt:
            break
        for one in spoilt:
            name = one.line.symbol
            kept[name] = Request(name, (one.wanted,), str(one.line.location))
    named_by = {line.symbol for line in kata.lines(model)}
    off = {
        gate: names
        for gate in global_switches(model)
        if gate in named_by and (names := switched_off_by(target, target.before, gate, named_by))
    }
    return evolve(found, off=off)


def _as_asked(plan: Plan, requests: tuple[Demand, ...]) -> Plan:
    """A plan as if nothing had been asked for but these requests."""
    asked = {symbol for request in requests for symbol in request.symbols}
    targets = (
        evolve(target, satisfied=tuple(one for one in target.satisfied if one.symbol in asked))
        for target in plan.targets
    )
    return evolve(plan, request=requests, targets=tuple(targets))


def _put(kata: Kata, model_index: ModelIndex, plan: Plan, before: tuple[Finding, ...]) -> KataPlan:
    """A plan with its lines put into the files."""
    model = model_index.model
    found = KataPlan(kata, plan, lost_before=before, lost=before, notes=_notes(kata, model))
    if plan.status != "planned" or not plan.lines:
        return found
    placed = tuple(_placed(kata, model, line) for line in plan.lines)
    texts = _texts(kata, plan, placed)
    after = kata_target(kata.with_texts(texts), model_index)
    return evolve(found, placed=placed, texts=texts, lost=lost_lines(kata, after))


def kata_target(kata: Kata, model_index: ModelIndex) -> Target:
    """Kata's fragments as a target: all that a build of it says to conf."""
    model = model_index.model
    name = f"Kata's fragments for {kata.arch}"
    return Target(model, name, tuple(kata.lines(model)), _MODE, model_index=model_index)


def lost_lines(kata: Kata, target: Target) -> tuple[Finding, ...]:
    """The fragments' lines that are not in the final ``.config``, but for the whitelist."""
    bare = evolve(target, lines=())
    linter = Linter(bare, target.lines)
    return tuple(f for f in linter.lost() if f.line.symbol not in kata.whitelist)


def diff(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """The changes as a unified diff, for ``patch -p1`` or ``git apply`` in the directory."""
    parts: list[str] = []
    for name in sorted(new):
        parts += difflib.unified_diff(
            _whole_lines(old[name]), _whole_lines(new[name]), f"a/{name}", f"b/{name}"
        )
    return "".join(parts)


def _whole_lines(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ No newline at end of file\n"
    return lines


def _placed(kata: Kata, model: Model, line: PlanLine) -> Placed:
    """The file for a line: that which names the option, else that of its nearest relative."""
    lines = kata.lines(model)
    same = [other for other in lines if other.symbol == line.symbol]
    if same and same[-1].location is not None:
        return Placed(line, same[-1].location.file, same[-1])
    place = line.location
    own = place is not None and place.file.startswith("arch/")
    # What another architecture's file names must not stand in common/ as well.
    own = own or line.symbol in kata.others()
    folder = f"{kata.arch}/" if own else "common/"
    near = [other for other in lines if other.location and other.location.file.startswith(folder)]
    best = max(
        (other for other in near or lines if other.symbol in model.symbols),
        key=lambda other: _nearness(model, line, other.symbol),
    )
    assert best.location is not None
    return Placed(line, best.location.file)


def _nearness(model: Model, line: PlanLine, other: str) -> tuple[bool, int, int]:
    """How near two options are: the same Kconfig file, menus in common, places in the menu."""
    here, there = line.location, model.location(other)
    same = here is not None and there is not None and here.file == there.file
    common = 0
    for one, two in zip(line.menu, model.menu_path(other), strict=False):
        if one != two:
            break
        common += 1
    return same, common, -abs(model.menu_index[line.symbol] - model.menu_index[other])


def _texts(kata: Kata, plan: Plan, placed: Sequence[Placed]) -> dict[str, str]:
    """The new texts: changed lines in their places, new ones in a block at the end."""
    rewriting = Rewriting(kata.texts)
    blocks: dict[str, list[str]] = {}
    needed_by: dict[str, dict[str, None]] = {}
    for one in placed:
        needed_by.setdefault(one.file, {}).update(dict.fromkeys(one.line.needed_by))
    for one in placed:
        line = Line(one.line.symbol, one.line.value)
        if one.replaced is not None:
            rewriting.replace(one.replaced, line)
            continue
        needing = [r for r in plan.request if r.name in needed_by[one.file]] or plan.request
        block = blocks.setdefault(one.file, ["", *_comment(f"Needed for {origins(needing)}")])
        block += [*_comment(f"{one.line.symbol}: {one.line.why}"), str(line)]
    texts = rewriting.texts()
    for name, block in blocks.items():
        text = texts[name]
        texts[name] = text + ("" if text.endswith("\n") or not text else "\n")
        texts[name] += "\n".join(block) + "\n"
    return {name: text for name, text in texts.items() if text != kata.texts[name]}


def _comment(text: str) -> list[str]:
    """A comment that Kata cannot take for one of its tags (``!ARCH``)."""
    return comment_lines(text.replace("!", "not "))


def _notes(kata: Kata, model: Model) -> tuple[str, ...]:
    return tuple(
        f"{later.location}: CONFIG_{later.symbol} is also set at {earlier.location}"
        for earlier, later in kata.named_twice(model)
    )


def version_note(kata: Kata) -> str:
    """What every change has to do besides."""
    path = kata.version_file
    if path is None:
        return "raise the number in kata_config_version"
    number = path.read_text(encoding="utf-8", errors="replace").strip()
    if not number.isdigit():
        return f"raise the number in {path}"
    return f"raise the number in {path} from {number} to {int(number) + 1}"
