"""The public function for Kata Containers: plan inside its directory of fragments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from attrs import evolve, field, frozen

from kresolve.api.options import (
    Fragments,
    Names,
    Objective,
    Prefer,
    Verify,
    What,
    as_list,
)
from kresolve.api.question import Requests, question
from kresolve.api.tree import Tree
from kresolve.dotconfig.config_file import read_config
from kresolve.dotconfig.files import check_writable, write_whole
from kresolve.errors import DisagreementError, RequestError
from kresolve.integrations.kata import (
    KataPlan,
    diff,
    kata_target,
    lost_lines,
    planned,
    version_note,
)
from kresolve.integrations.kata_files import fragments_directory, read_kata
from kresolve.planner.result import Status
from kresolve.progress import SILENT, TIMEOUT, Progress
from kresolve.results import Result
from kresolve.sources.merge_script import merge_config


@frozen(eq=False, repr=False)
class KataChange(Result):
    """The change of Kata's directory that a plan needs, for one architecture or several.

    ``root`` is the directory of fragments, somewhere below ``within``, which was named.
    ``plans`` has one for each; ``texts`` are the new texts of the files that change,
    ``diff`` the changes; ``witnesses`` who has confirmed them.
    """

    root: Path
    within: Path
    plans: tuple[KataPlan, ...]
    texts: Mapping[str, str] = field(factory=dict)
    diff: str = ""
    witnesses: tuple[str, ...] = ("evaluator",)

    schema: ClassVar = "kresolve.kata/2"
    _keys: ClassVar = ("status", "diff", "verified=witnesses", "note=version_note", "kernels=plans")
    _rows_of: ClassVar = "kernels"

    def _summary(self) -> str:
        return f"{self.status}: {', '.join(self.texts) or 'no file'} to change"

    @property
    def status(self) -> Status:
        """That of the plans: "planned" only if all are and no other line is lost for it."""
        for status in ("impossible", "unknown"):
            if any(one.plan.status == status for one in self.plans):
                return "impossible" if status == "impossible" else "unknown"
        return "planned" if not any(one.newly_lost for one in self.plans) else "unknown"

    @property
    def version_note(self) -> str:
        """What every change in Kata's configuration has to do besides."""
        return version_note(self.plans[0].kata)

    def apply(self) -> tuple[str, ...]:
        """Write the files that change; their names.

        Raises RequestError when there is no plan for all architectures.
        """
        if self.status != "planned":
            raise RequestError(f"{self.root}: not changed: the request is {self.status}")
        outside = [name for name in self.texts if not self._inside(name)]
        if outside:
            raise RequestError(
                f"{self.root}: not changed: {outside[0]} leads out of {self.within} "
                "by a symbolic link"
            )
        for name in self.texts:
            check_writable(self.root / name)
        for name, text in self.texts.items():
            write_whole(self.root / name, text)
        return tuple(self.texts)

    def _inside(self, name: str) -> bool:
        """Whether a file lies below the directory that was named, wherever links lead."""
        return (self.root / name).resolve().is_relative_to(self.within.resolve())


def plan_kata(
    *request: Requests,
    kata: str | Path,
    trees: Sequence[Tree],
    sets: Iterable[str] = (),
    profile: Fragments = (),
    pin: Names = (),
    forbid: Names = (),
    prefer: Prefer = "y",
    objective: Objective = "default",
    explicit: bool = False,
    timeout: float | None = TIMEOUT,
    verify: Verify = None,
    progress: Progress = SILENT,
) -> KataChange:
    """The changes that a request needs in Kata's directory of fragments.

    ``trees``: a tree for each architecture or kernel; what one needs is there
    when the next is planned.  The rest is as for :func:`kresolve.plan` and in
    :class:`KataOptions`; ``verify``: "conf" to ask each tree's own conf and
    merge_config.sh.

    Raises KresolveError when the question is wrong, DisagreementError when evaluator, clauses and
    conf disagree.
    """
    what = What(pin, forbid, prefer, objective, explicit)
    root, sets, profiles = fragments_directory(Path(kata)), list(sets), as_list(profile)
    texts: dict[str, str] = {}
    found: list[KataPlan] = []
    for tree in trees:
        here = read_kata(root, tree.model, sets).with_texts(texts)
        requests = tree.requests(*request, profiles=profiles)
        asked = question(what, tree.model, requests)
        one = planned(here, tree.model_index, asked, timeout=timeout, progress=progress)
        texts.update(one.texts)
        found.append(one)
    # A line in common/ is everybody's: each architecture is judged with all of them.
    plans = tuple(
        evolve(
            one, lost=lost_lines(one.kata, kata_target(one.kata.with_texts(texts), t.model_index))
        )
        for one, t in zip(found, trees, strict=True)
    )
    old = {name: read_config(root / name) for name in texts}
    change = KataChange(root, Path(kata), plans, texts, diff(old, texts))
    if verify == "conf" and change.status == "planned":
        for one, tree in zip(plans, trees, strict=True):
            with progress.task(f"running conf and merge_config.sh of {tree.info}"):
                _confirm(one, tree, texts)
        change = evolve(change, witnesses=("evaluator", "conf", "merge_config.sh"))
    return change


def _confirm(one: KataPlan, tree: Tree, texts: Mapping[str, str]) -> None:
    """Have the tree's own conf, and its merge_config.sh -n, make the same of the fragments."""
    changed = one.kata.with_texts(texts)
    target = kata_target(changed, tree.model_index)
    mine = target.before.text()
    if tree.conf(target.lines, target.mode) != mine:
        raise DisagreementError(
            f"{tree.info}: conf makes a different .config from Kata's fragments"
        )
    assert tree.source is not None
    info = tree.info
    theirs = merge_config(
        tree.source,
        list(changed.texts.items()),
        arch=info.arch,
        options=("-r", "-n"),
        cross_compile=dict(info.variables).get("CROSS_COMPILE"),
    )
    if theirs.config != mine:
        raise DisagreementError(f"{tree.info}: merge_config.sh makes a different .config from them")
