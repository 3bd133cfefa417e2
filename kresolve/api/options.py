"""The options of the public functions and of the commands, each written once.

A class is a family of options, and a field of it one option: name, type and default are those
of the keyword in Python, and its sentence is read in ``help()`` and in ``--help``.  The public
functions write their keywords out, so that editors and type checkers see them;
:func:`described` completes their docstrings.
"""

from __future__ import annotations

import inspect
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypedDict, TypeVar

from attrs import NOTHING, Attribute, field, fields_dict, frozen

from kresolve.errors import RequestError
from kresolve.progress import ADVICE_TIMEOUT, SILENT, TIMEOUT, Progress

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from kresolve.api.question import Requests
    from kresolve.api.tree import Tree
    from kresolve.dotconfig.lines import Line
    from kresolve.fragments.migrating import Migration

#: A tree, or how to find it.
AnyTree: TypeAlias = "str | Path | Tree | None"

#: The same, one or several.
Trees: TypeAlias = "str | Path | Tree | Iterable[str | Path | Tree] | None"

#: One base, or several.
Bases: TypeAlias = str | Path | Iterable[str | Path]

#: No file, one, or several.
Fragments: TypeAlias = str | Path | Iterable[str | Path] | None

#: No option, one, or several, by name.
Names: TypeAlias = str | Iterable[str]

#: What the build does with the lines.
Mode: TypeAlias = Literal["olddefconfig", "allnoconfig"]

#: The value to prefer where a request takes both.
Prefer: TypeAlias = Literal["y", "m"]

#: What is best.
Objective: TypeAlias = Literal["default", "lines", "footprint"]

#: Who confirms a plan besides the evaluator.
Verify: TypeAlias = Literal["conf"] | None

#: So many symbols are in a picture unless another number is asked for.
PICTURE_LIMIT: Final = 60


class TargetDict(TypedDict, total=False):
    """One of the ``targets`` of :func:`kresolve.plan`; each part may be a list."""

    tree: Trees
    arch: str | Iterable[str] | None
    base: Bases


def option(
    default: Any,
    sentence: str,
    *,
    python: str = "",
    converter: Callable[[Any], object] | None = None,
    **spelling: Any,
) -> Any:
    """An option: its default, and the sentence that says what it is for.

    ``python`` is what only Python has besides.  ``spelling`` is what the command line cannot
    tell from the default: "flag" if it is not --NAME ("" for none), "least" for the least
    number, "several" if only the command line says it once for each, and argparse's words.
    """
    validator = _one_of if "choices" in spelling and default != () else None
    metadata = {"sentence": sentence, "python": python, "spelling": spelling}
    return field(default=default, converter=converter, validator=validator, metadata=metadata)


def as_list(files: Fragments) -> list[str | Path]:
    """No file, one, or several, as a list."""
    if files is None:
        return []
    return [files] if isinstance(files, str | Path) else list(files)


def _one_of(_family: object, attribute: Attribute[Any], value: object) -> None:
    """Refuse a value that is none of the option's."""
    choices = attribute.metadata["spelling"]["choices"]
    if value not in choices and value != attribute.default:
        words = " or ".join((", ".join(choices[:-1]), choices[-1])).removeprefix(" or ")
        raise RequestError(f"invalid {attribute.name} {value!r}; use {words}")


_TREE: Final = (
    "a source directory or tarball, debian:6.12, debian:6.12@SUITE, git:DIR@REV, "
    "kernel.org:6.12.47 or a saved model; default: the current directory"
)
_LOADED: Final = "Or a Tree; it keeps the arch, cross_compile, llvm and shell of Tree.load."
_ARCH: Final = "as for make ARCH=; default: this machine's"
_CROSS_COMPILE: Final = option(None, "as for make CROSS_COMPILE=", metavar="PREFIX")
_LLVM: Final = option(
    False, "as for make LLVM=", action="store", nargs="?", const=True, metavar="VALUE"
)
_SHELL: Final = option(
    True,
    "run no code from the tree: no make, no $(shell ...), no conf; only saved and cached models "
    "are read",
)


def one_or_many(thing: Any) -> list[Any]:
    """A list of what may be one thing, such as a name, a path or a Tree, or several."""
    if isinstance(thing, Iterable) and not isinstance(thing, str | Path):
        return list(thing)
    return [thing]


@frozen
class Where:
    """Which tree, read for which architecture and with which tools."""

    tree: AnyTree = option(None, _TREE, python=_LOADED, metavar="TREE")
    arch: str | None = option(None, _ARCH, metavar="ARCH")
    cross_compile: str | None = _CROSS_COMPILE
    llvm: bool | str = _LLVM
    shell: bool = _SHELL

    def load(self, progress: Progress = SILENT) -> Tree:
        """The tree, which may be loaded already.

        Raises RequestError for options that a Tree was not loaded with: they would mean nothing.
        """
        from kresolve.api.tree import Tree

        tree = self.tree
        if not isinstance(tree, Tree):
            return Tree.load(
                tree,
                arch=self.arch,
                cross_compile=self.cross_compile,
                llvm=self.llvm,
                shell=self.shell,
                progress=progress,
            )
        if self.arch not in (None, tree.info.arch):
            raise RequestError(f"arch {self.arch!r}: the Tree is loaded for {tree.info.arch}")
        for name, value in (("cross_compile", self.cross_compile), ("llvm", self.llvm)):
            if value:
                raise RequestError(f"{name} {value!r}: the Tree is loaded; pass it to Tree.load")
        if tree.shell and not self.shell:
            raise RequestError("shell False: the Tree is loaded; pass it to Tree.load")
        return tree


@frozen
class Targets:
    """The same for several trees, each for every architecture."""

    tree: Trees = option(
        None, _TREE, python=f"{_LOADED} Or several.", action="append", metavar="TREE"
    )
    arch: str | Iterable[str] | None = option(
        None, _ARCH, python="Or several.", action="append", metavar="ARCH"
    )
    cross_compile: str | None = _CROSS_COMPILE
    llvm: bool | str = _LLVM
    shell: bool = _SHELL

    def one(self, tree: AnyTree, arch: str | None) -> Where:
        """One of them."""
        return Where(tree, arch, self.cross_compile, self.llvm, self.shell)

    def load(self, progress: Progress = SILENT) -> list[Tree]:
        """All of them."""
        return [
            self.one(tree, arch).load(progress)
            for tree in one_or_many(self.tree)
            for arch in one_or_many(self.arch)
        ]


_BASE: Final = (
    "one of allnoconfig, alldefconfig, defconfig, tinyconfig, empty, a NAME_defconfig, running, "
    "a .config file (compressed or not) or a kernel image"
)
_FRAGMENT: Final = option(
    (),
    "merged on top of the base, in order; a file, or a fragment of the tree such as "
    "kvm_guest.config",
    converter=as_list,
    metavar="FILE",
)
_MODE: Final = option(
    "olddefconfig",
    "what the build does with the lines; allnoconfig is merge_config.sh -n",
    choices=("olddefconfig", "allnoconfig"),
)


@frozen
class OnWhat:
    """On what the lines come, and what the build does with them."""

    base: str | Path = option("defconfig", _BASE, metavar="BASE")
    fragment: Fragments = _FRAGMENT
    mode: Mode = _MODE


@frozen
class OnBases:
    """The same for several bases, or for any."""

    base: Bases = option(
        "defconfig",
        f"{_BASE}; any for a fragment that holds on every base",
        python="Or several.",
        action="append",
        metavar="BASE",
    )
    fragment: Fragments = _FRAGMENT
    mode: Mode = _MODE


@frozen
class Values:
    """The configuration whose values are shown, or none."""

    base: str | Path | None = option(
        None, "show values on a base, as for plan; default: no values", metavar="BASE"
    )
    fragment: Fragments = _FRAGMENT
    mode: Mode = _MODE


@frozen
class What:
    """What has to hold besides the requests, and what is best."""

    pin: Names = option((), "keep the base's value of this option", converter=as_list, metavar="X")
    forbid: Names = option((), "this option must be n", converter=as_list, metavar="X")
    prefer: Prefer = option(
        "y",
        "the value to prefer where a request takes both, if all else is equal",
        choices=("y", "m"),
    )
    objective: Objective = option(
        "default",
        "what is best: default (what a kernel developer would write), lines (the fewest), or "
        'footprint (the smallest kernel, with "is not set" lines for that alone)',
        choices=("default", "lines", "footprint"),
    )
    explicit: bool = option(False, "a line for each request, also where a default would do")


_PROFILE: Final = option(
    (), "a profile of your own (TOML), requested by its name", converter=as_list, metavar="FILE"
)
_VERIFY: Final = option(None, "also check with the tree's own conf", choices=("conf",))


def _timeout(default: float, sentence: str) -> Any:
    return option(default, sentence, python="None: no limit.", type=float, metavar="SECONDS")


_BEST: Final = "seconds, after which the best plan found so far is taken, and labelled so"
_ADVICE: Final = "seconds for the advice about lost lines, after which what is known is printed"


@frozen
class PlanOptions:
    """What only :func:`kresolve.plan` takes."""

    targets: Iterable[TargetDict] | None = option(
        None,
        'combinations of "tree", "arch" and "base" one by one, as dicts; what one lacks is as '
        "given beside it; without, every combination of the lists",
        flag="",
    )
    alternatives: int = option(
        0, "show up to N other plans that are as good", type=int, least=0, metavar="N"
    )
    split: bool = option(
        False,
        "of several targets: what is common, and a remainder for each (as Kata's common/ and "
        "ARCH/), written to a file for each",
    )
    timeout: float | None = _timeout(TIMEOUT, _BEST)
    verify: Verify = _VERIFY
    profile: Fragments = _PROFILE


@frozen
class KataOptions:
    """What only ``kresolve plan --kata`` takes."""

    kata: str | Path = option(
        NOTHING,
        "Kata's directory of fragments, or its checkout: print a diff that adds what is missing",
        metavar="DIR",
    )
    sets: Iterable[str] = option(
        (),
        "also take debug, confidential, signing, a build type or a folder of the architecture",
        flag="--kata-set",
        metavar="NAME",
    )
    profile: Fragments = _PROFILE
    timeout: float | None = _timeout(TIMEOUT, _BEST)
    verify: Verify = _VERIFY


@frozen
class CheckOptions:
    """What only :func:`kresolve.check` takes."""

    config: str | Path | Iterable[Line] = option(
        NOTHING,
        'a .config (compressed or not), a kernel image, or "running" for the kernel that runs '
        "here, be it by what it shows of itself",
        python="Or lines.",
        required=True,
        metavar="FILE",
    )
    profile: Fragments = _PROFILE


@frozen
class ExplainOptions:
    """What only :func:`kresolve.explain` takes."""

    config: str | Path | None = option(
        None, "a .config; the same as this file as the base", metavar="FILE"
    )
    depth: int = option(6, "how many causes deep", type=int, least=0, metavar="N")
    full: bool = option(False, "every rule, down to the last line")
    change: bool = option(True, "do not look for the lines that would give another value")


@frozen
class GraphOptions:
    """What only :func:`kresolve.graph` takes."""

    depth: int | None = option(
        None, "at most N steps away from the options", type=int, least=1, metavar="N"
    )
    limit: int | None = option(
        None,
        f"at most N symbols, the nearest; default: all, but {PICTURE_LIMIT} in the pictures of "
        "kresolve graph",
        type=int,
        least=1,
        metavar="N",
    )


@frozen
class GatesOptions:
    """What only :func:`kresolve.gates` takes."""

    among: Requests = option(
        (), "only effects on these: an option, a profile or @FILE", metavar="REQUEST"
    )


@frozen
class SearchOptions:
    """What only :func:`kresolve.search` takes."""

    where: Iterable[str] = option(
        (), "only there; default: everywhere", flag="--in", choices=("name", "prompt", "help")
    )


@frozen
class LintOptions:
    """What only :func:`kresolve.lint` takes."""

    whitelist: Iterable[str] = option((), "options that may be lost", flag="")
    advise: bool = option(True, "do not look for the lines that are missing", flag="--no-advice")
    timeout: float | None = _timeout(ADVICE_TIMEOUT, _ADVICE)


@frozen
class MergeOptions:
    """What only :func:`kresolve.merge` takes."""

    allnoconfig: bool = option(False, "use allnoconfig instead of alldefconfig", flag="-n")
    only_merged: bool = option(False, "only merge, do not run make", flag="-m")
    built_in: bool = option(False, "an m does not replace a y", flag="-y")
    strict: bool = option(False, "fail if a value is redefined", flag="-s")
    complete: bool = option(False, "add the lines that the lost ones need")


@frozen
class MigrateOptions:
    """What only :func:`kresolve.migrate` takes."""

    old: AnyTree = option(
        NOTHING,
        "the tree where the fragments come from; as for --tree of other commands",
        flag="--from",
        required=True,
        metavar="TREE",
    )
    new: AnyTree = option(
        NOTHING,
        "the tree where they go; as for --tree of other commands",
        flag="--to",
        required=True,
        metavar="TREE",
    )
    timeout: float | None = _timeout(ADVICE_TIMEOUT, _ADVICE)
    known: Callable[[Migration], None] | None = option(
        None, "called with what becomes of the lines as soon as that is known", flag=""
    )


@frozen
class MinimizeOptions:
    """What only :func:`kresolve.minimize` takes."""

    keep: Requests = option(
        (), "keep only what this request needs", flag="--for", metavar="REQUEST"
    )
    timeout: float | None = _timeout(TIMEOUT, _BEST)


@frozen
class SurveyOptions:
    """What only :func:`kresolve.survey` takes."""

    output: str | Path = option(
        NOTHING,
        "JSON lines; a survey resumes where the file ends",
        flag=("-o", "--output"),
        required=True,
        type=Path,
        metavar="FILE",
    )
    timeout: float | None = _timeout(TIMEOUT, _BEST)
    executor: Executor | None = option(
        None,
        "an Executor of concurrent.futures whose processes can read this machine's temporary "
        "files; None for jobs processes",
        flag="",
    )
    jobs: int | None = option(
        None, "processes; default: one for each processor", type=int, least=1, metavar="N"
    )


@frozen
class AuditOptions:
    """What only ``kresolve audit-selftests`` takes."""

    base: str | Path = option(
        "defconfig", "as for plan; any: what is needed on every base", metavar="BASE"
    )
    mode: Mode = _MODE
    only: Iterable[str] = option(
        (), "only fragments of this folder, such as bpf or net", metavar="NAME"
    )
    verify: Verify = _VERIFY
    timeout: float = option(
        120.0, "seconds for one fragment on any base", type=float, metavar="SECONDS"
    )


_Function = TypeVar("_Function", bound=Callable[..., Any])


def described(*families: type) -> Callable[[_Function], _Function]:
    """Complete a function's docstring by a line for each of its options.

    What its own section "Args:" has comes first.
    """

    def complete(function: _Function) -> _Function:
        head, returns, tail = inspect.cleandoc(function.__doc__ or "").partition("\n\nReturns:")
        if head:
            args = "" if "\nArgs:\n" in head else "\n\nArgs:"
            lines = "".join(_lines(function, families))
            function.__doc__ = f"{head}{args}{lines}{returns}{tail}"
        function.__dict__["families"] = families
        return function

    return complete


def _lines(function: Callable[..., Any], families: Iterable[type]) -> Iterator[str]:
    """The options of a function, in its order, as lines of a docstring."""
    found = {name: one for family in families for name, one in fields_dict(family).items()}
    for name in inspect.signature(function).parameters:
        text = "where to show that the work goes on" if name == "progress" else ""
        if name in found:
            metadata = found[name].metadata
            text = metadata["sentence"]
            if found[name].default is True:
                text = f"False: {text}"
            text = f"{text}. {metadata['python']}".removesuffix(". ")
        if text:
            text = f"{name}: {text[0].upper()}{text[1:].removesuffix('.')}."
            yield "\n" + textwrap.fill(
                text, 98, initial_indent="    ", subsequent_indent="        "
            )
