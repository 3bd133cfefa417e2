"""Functions about fragments and configurations: check, lint, merge and migrate.

>>> from kresolve import check
>>> check("TUN=y|m", config="/boot/config-6.12").status  # doctest: +SKIP
'holds'
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from attrs import evolve, frozen

from kresolve.api.bases import invalid_lines, running_config
from kresolve.api.options import (
    AnyTree,
    AuditOptions,
    CheckOptions,
    Fragments,
    LintOptions,
    MergeOptions,
    MigrateOptions,
    Mode,
    OnWhat,
    Where,
    as_list,
    described,
)
from kresolve.api.question import Requests
from kresolve.api.tree import Tree
from kresolve.dotconfig.config_file import read_config
from kresolve.dotconfig.lines import (
    InvalidLine,
    Line,
    check_any,
    parse_lines,
    typed_value,
)
from kresolve.errors import ConfigFileError, RequestError, TreeError, did_you_mean
from kresolve.fragments.advice import advised
from kresolve.fragments.check_items import KernelId, check_items
from kresolve.fragments.checking import Check, check_evidence, check_lines, explained, kernel_of
from kresolve.fragments.findings import Lint
from kresolve.fragments.linting import Linter, recognised
from kresolve.fragments.merging import MODES, Merge, checked_strict, finished, merged_lines
from kresolve.fragments.migrating import ByHelp, Migration, migrated
from kresolve.fragments.rename_by_help import RenameByHelp
from kresolve.fragments.repair import Repair, repair
from kresolve.fragments.running_kernel import RunningKernel
from kresolve.integrations.selftests import SELFTESTS, Audit, Audited, audited, audited_on_any_base
from kresolve.kconfig.model import Model
from kresolve.planner import Target, merged
from kresolve.planner.profiles import own_profiles
from kresolve.planner.target import ANY
from kresolve.progress import ADVICE_TIMEOUT, SILENT, Progress
from kresolve.sources import cached_trees, default_arch


@described(CheckOptions, Where)
def check(
    *request: Requests,
    config: str | Path | Iterable[Line],
    profile: Fragments = (),
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    progress: Progress = SILENT,
) -> Check:
    """Whether a ``.config`` has what is asked for.

    Args:
        request: As for :func:`kresolve.plan`.

    Returns:
        A Check; its ``status`` is "holds", "fails" or "unknown" (a running kernel that does not
        show all), ``rows`` has every option.

    Raises:
        KresolveError: The question is wrong.
    """
    own = own_profiles(as_list(profile))
    asked_tree = None
    if tree is not None:
        asked_tree = Where(tree, arch, cross_compile, llvm, shell).load(progress)
    text, name, bad = "", "lines", list[InvalidLine]()
    if isinstance(config, str | Path):
        name = str(config)
        path = Path(config)
        if config == "running":
            try:
                path = running_config()
            except ConfigFileError:
                kernel = KernelId(platform.release(), arch or default_arch())
                return check_evidence(
                    check_items(request, kernel, own), RunningKernel(), kernel=kernel
                )
        text = read_config(path)
        config, bad = parse_lines(text, name)
        check_any(config, path)
    lines = list(config)
    if asked_tree is not None:
        bad += invalid_lines(asked_tree.model, lines)
    kernel = kernel_of(text)
    of = kernel
    if asked_tree is not None:
        kernel = KernelId(asked_tree.info.version, asked_tree.info.arch)
    elif arch is not None:
        kernel = KernelId(kernel.version, arch)
    found = check_lines(check_items(request, kernel, own), lines, config=name, kernel=kernel)
    found = evolve(found, notes=(*found.notes, *(f"warning: {line}" for line in bad)))
    if asked_tree is None:
        return found
    if of.version and not of.version.startswith(kernel.version):
        note = f"the .config is of Linux {of.version}, the tree is {asked_tree.info}"
        found = evolve(found, notes=(*found.notes, note))
    return _with_reasons(found, asked_tree, lines, progress)


def distinct(files: Iterable[str | Path]) -> list[str | Path]:
    """Files without those that are named again, be it by another path or a symlink."""
    found: dict[str, str | Path] = {}
    for path in files:
        found.setdefault(os.path.realpath(path), path)
    return list(found.values())


@described(Where, OnWhat, LintOptions)
def lint(
    *files: str | Path,
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path = "defconfig",
    fragment: Fragments = (),
    mode: Mode = "olddefconfig",
    whitelist: Iterable[str] = (),
    advise: bool = True,
    timeout: float | None = ADVICE_TIMEOUT,
    progress: Progress = SILENT,
) -> Lint:
    """What becomes of every line of some fragments, merged in order on top of a base.

    Args:
        files: Fragments. One that is named twice counts once, where it is named first.

    Returns:
        A Lint; its ``status`` is "clean" or "found", ``findings`` has every line, ``dropped``
        those that are not in the final ``.config``, and ``fix()`` rewrites the files.

    Raises:
        KresolveError: The question is wrong.
    """
    whole = Where(tree, arch, cross_compile, llvm, shell).load(progress)
    judgement = Judgement.of(files, whole, OnWhat(base, fragment, mode), whitelist, progress)
    return judgement.advised(timeout, progress) if advise else judgement.lint


@frozen(eq=False)
class Judgement:
    """The result of lint without its advice, which may take long to find."""

    linter: Linter
    lint: Lint

    @classmethod
    def of(
        cls,
        files: Iterable[str | Path],
        tree: Tree,
        on: OnWhat,
        whitelist: Iterable[str],
        progress: Progress = SILENT,
    ) -> Judgement:
        """Judge fragments, merged in order; the words are those of :func:`lint`."""
        bare = tree.target(on.base, on.fragment, on.mode)
        lines: list[Line] = []
        bad: list[InvalidLine] = []
        for path in distinct(files):
            more, worse = tree.read(path)
            lines += more
            bad += (recognised(one, tree.model) for one in worse)
        linter = Linter(bare, lines, _others(tree), frozenset(whitelist), roots=_roots(tree))
        findings = tuple(linter.findings(progress=progress))
        return cls(linter, Lint(tree.info, bare.base, on.mode, findings, tuple(bad)))

    def advised(self, timeout: float | None, progress: Progress = SILENT) -> Lint:
        """The same with what lost lines lack, as far as it is found in so many seconds."""
        findings, mended = advised(self.linter, self.lint.findings, progress, timeout)
        return evolve(self.lint, findings=tuple(findings), repair=mended)


@described(Where, MergeOptions)
def merge(
    base: str | Path,
    *files: str | Path,
    tree: AnyTree = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    allnoconfig: bool = False,
    only_merged: bool = False,
    built_in: bool = False,
    strict: bool = False,
    complete: bool = False,
    progress: Progress = SILENT,
) -> Merge:
    """Merge fragments into a base, as the tree's merge_config.sh does.

    Args:
        base: A file, or a base of the tree ("defconfig", "empty").
        files: The fragments, merged in order.

    Returns:
        A Merge; its ``status`` is "kept" or "lost", ``config`` is the ``.config``, ``lost`` the
        lines that are not in it, ``overlaps`` the options that several files name.

    Raises:
        KresolveError: The question is wrong.
    """
    whole = Where(tree, arch, cross_compile, llvm, shell).load(progress)
    mode = MODES[allnoconfig]
    start = list(whole.base(base).lines)
    read = [(str(path), whole.read(path)[0]) for path in files]
    lines, overlaps = merged_lines(start, read, built_in=built_in)
    written = [line for _, more in read for line in more]
    if Path(base).is_file() and not kernel_of(read_config(Path(base))).version:
        written += start  # a fragment among others, not a .config that conf wrote
    found = Merge(str(base), tuple(map(str, files)), tuple(overlaps), tuple(lines), "")
    if strict:
        checked_strict(found)
    bare = Target(whole.model, "empty", (), mode, whole.model_index)
    return finished(
        found,
        bare,
        written,
        _others(whole),
        complete=complete,
        only_merged=only_merged,
        progress=progress,
    )


@described(MigrateOptions, Where, OnWhat)
def migrate(
    *files: str | Path,
    old: AnyTree,
    new: AnyTree,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path = "defconfig",
    fragment: Fragments = (),
    mode: Mode = "olddefconfig",
    timeout: float | None = ADVICE_TIMEOUT,
    known: Callable[[Migration], None] | None = None,
    progress: Progress = SILENT,
) -> Migration:
    """What another kernel does to the lines of fragments, and the fragments for it.

    Args:
        files: The fragments, merged in order.

    Returns:
        A Migration; its ``status`` is "unchanged" or "changed", ``steps`` has every line, and
        ``texts`` the new fragments by the names of the old ones.

    Raises:
        KresolveError: The question is wrong.
    """
    trees = [Where(tree, arch, cross_compile, llvm, shell).load(progress) for tree in (old, new)]
    targets = [tree.target(base, fragment, mode) for tree in trees]
    texts = {str(path): read_config(Path(path)) for path in distinct(files)}
    by_help: ByHelp = lambda name: None  # noqa: E731 (a saved model has no texts)
    sources = [tree.source for tree in trees]
    if sources[0] is not None and sources[1] is not None:
        by_help = RenameByHelp(
            trees[0].model, sources[0].path, trees[1].model, sources[1].path
        ).successor
    return migrated(
        targets[0],
        targets[1],
        texts,
        by_help,
        progress,
        timeout=timeout,
        known=known or (lambda migration: None),
    )


def audit_selftests(tree: Tree, how: AuditOptions, progress: Progress = SILENT) -> Audit:
    """The configs of the kernel's own tests on a base: whole, mended, or why not.

    Raises TreeError for a tree without these tests.
    """
    if how.base == ANY and how.verify is not None:
        raise RequestError(
            f"--verify {how.verify}: {how.verify} can confirm on one base, not on --base any"
        )
    folder = tree.source.path / SELFTESTS if tree.source is not None else None
    if folder is None or not folder.is_dir():
        raise TreeError(f"{tree.info.source}: no {SELFTESTS} in it")
    wanted = tuple(how.only)
    paths = {str(path.parent.relative_to(folder)): path for path in folder.glob("**/config")}
    chosen = {} if wanted else paths
    for folder_name in wanted:
        named = {name: paths[name] for name in paths if f"{name}/".startswith(f"{folder_name}/")}
        if not named:
            hint = did_you_mean(folder_name, paths)
            raise RequestError(f"--only {folder_name}: no such test{hint}")
        chosen |= named
    bare = None if how.base == ANY else tree.target(how.base, (), how.mode)
    found: list[Audited] = []
    with progress.task("auditing", total=len(chosen)) as task:
        for number, (name, path) in enumerate(sorted(chosen.items())):
            place = f"{SELFTESTS}/{name}/config"
            exact = tree.model.dialect.exact_unset
            lines = parse_lines(read_config(path), place, exact_unset=exact)[0]
            if bare is None:
                one = audited_on_any_base(tree.model_index, how.mode, name, lines, how.timeout)
            else:
                one = audited(bare, name, lines)
                if how.verify == "conf":
                    one = evolve(one, confirmed=_confirmed(tree, bare, one, lines))
            found.append(one)
            task.update(number + 1)
    return Audit(tree.info, str(how.base), how.mode, tuple(found))


def _confirmed(tree: Tree, bare: Target, one: Audited, lines: list[Line]) -> bool:
    """Does conf keep every line of a mended fragment but those that are impossible?"""
    added = [Line(line.symbol, line.value) for line in one.added]
    text = tree.conf((*bare.lines, *lines, *added), bare.mode)
    theirs = {line.symbol: line.value for line in parse_lines(text, ".config")[0]}
    last = {line.symbol: line for line in (*lines, *added)}
    for line in last.values():
        symbol = tree.model.symbols.get(line.symbol)
        if symbol is None or line.symbol in one.impossible:
            continue
        value = typed_value(Line(line.symbol, theirs.get(line.symbol, "n")), symbol.type)
        if value != typed_value(line, symbol.type):
            return False
    return True


def _others(tree: Tree) -> Iterator[Model]:
    """Other kernels for the same architecture, read once a tree and only if they are asked for."""
    yield from tree.other_kernels


def _roots(tree: Tree) -> Callable[[Model], Path | None]:
    """Where the help texts of a model are: of this tree, or of one in the cache."""

    def root(model: Model) -> Path | None:
        if model is tree.model:
            return None if tree.source is None else tree.source.path
        return next((one.path for one in cached_trees() if one.source == model.info.source), None)

    return root


def _with_reasons(found: Check, tree: Tree, lines: list[Line], progress: Progress) -> Check:
    """A check with a tree's reasons, and a plan for what is missing."""
    model = tree.model
    target = Target(model, found.config, tuple(lines), model_index=tree.model_index)
    requests = [
        request for row in found.missing if (request := row.item.in_tree(model)) is not None
    ]
    mended = repair(target, merged(requests), progress) if requests else Repair(None)
    return explained(found, target, mended)
