"""A tree that is loaded: its model, its bases, its conf, and requests as it understands them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import Any, Self, TypeAlias

from attrs import evolve, field, frozen

from kresolve.api.bases import Base, Make, find_base, find_fragments
from kresolve.dotconfig.files import open_input, read_below, write_whole
from kresolve.dotconfig.lines import (
    InvalidLine,
    Line,
    fragment_text,
    invalid_value,
    read_lines,
    typed_value,
)
from kresolve.errors import RequestError, TreeError
from kresolve.evaluator import Configuration, ConfMode, evaluate, savedefconfig
from kresolve.kconfig.model import Model, Symbol, TreeInfo
from kresolve.kconfig.similar_names import did_you_mean_option
from kresolve.kconfig.storage import from_bytes, to_bytes
from kresolve.kconfig.storage_checks import MOST_CHARACTERS
from kresolve.kconfig.values import Type
from kresolve.planner import (
    AnyOf,
    Demand,
    ModelIndex,
    Request,
    Target,
    from_fragment,
    from_mapping,
    merged,
    requested,
)
from kresolve.planner.profiles import Profile, find_profile, known_profile, own_profiles
from kresolve.progress import SILENT, Progress
from kresolve.sources import Environment, SourceTree, find_tree
from kresolve.sources.model_cache import cached_models, load_model
from kresolve.sources.oracle import Oracle, make_target

#: A request as people write it: text, a list, or a dict of names and values.
Requests: TypeAlias = str | Path | Demand | Mapping[str, object] | Iterable[str | Path | Demand]

#: No file, one, or several.
Fragments: TypeAlias = str | Path | Iterable[str | Path] | None

_MODES = ("olddefconfig", "allnoconfig")
#: So many bases by name are kept with what plans found out about them.
_TARGETS = 8


def as_list(files: Fragments) -> list[str | Path]:
    """No file, one, or several, as a list."""
    if files is None:
        return []
    return [files] if isinstance(files, str | Path) else list(files)


def _made(
    source: SourceTree, target: str, *, arch: str, cross_compile: str | None, llvm: bool | str
) -> str:
    """The ``.config`` that the tree's own make writes for a target."""
    return make_target(source, target, arch=arch, cross_compile=cross_compile, llvm=llvm).config


@frozen(eq=False)
class LoadedTree:
    """A kernel tree for one architecture and toolchain: its model, bases and conf."""

    model: Model = field(repr=lambda model: f"<{model.info}>")
    #: The files of the tree; None for a saved model.
    source: SourceTree | None = None
    #: May anything of the tree be run?
    shell: bool = True
    #: The ``.config`` that the tree's own make writes for a target.
    make: Make | None = field(default=None, repr=False)
    #: Where lines that say nothing are told of.
    progress: Progress = field(default=SILENT, repr=False)
    _targets: dict[tuple[str | Path, str], Target] = field(factory=dict, init=False, repr=False)

    @classmethod
    def load(
        cls,
        tree: str | Path | None = None,
        *,
        arch: str | None = None,
        cross_compile: str | None = None,
        llvm: bool | str = False,
        shell: bool = True,
        progress: Progress = SILENT,
    ) -> Self:
        """Load a tree: a directory, a tarball, "debian:6.12", or a saved model.

        ``arch`` is as for ``make ARCH=``, this machine's by default.  The first
        time takes a few seconds, later some tenths of a second.  With ``shell``
        False nothing of the tree is run, neither make nor ``$(shell ...)`` nor
        conf: a tree that was never read is refused.  Raises TreeError,
        KconfigError or ToolError with what is wrong and where.
        """
        saved = _saved_model(tree)
        if saved is not None:
            if arch is not None and arch != saved.info.arch:
                raise TreeError(f"{tree}: this model is of {saved.info.arch}, not {arch}")
            return cls(saved, progress=progress)
        source = find_tree(tree, progress=progress)
        model = load_model(
            source,
            arch=arch,
            cross_compile=cross_compile,
            llvm=llvm,
            shell=shell,
            progress=progress,
        )

        make = partial(_made, source, arch=model.info.arch, cross_compile=cross_compile, llvm=llvm)
        return cls(model, source, shell, make if shell else None, progress)

    def __reduce__(self) -> tuple[object, ...]:
        """In another process: the same tree, without the progress of this one."""
        return type(self), (self.model, self.source, self.shell, self.make)

    @cached_property
    def model_index(self) -> ModelIndex:
        """What earlier plans found out, for later ones."""
        root = None if self.source is None else self.source.path
        return ModelIndex(self.model, partial(read_below, root))

    @property
    def info(self) -> TreeInfo:
        """Version, architecture, toolchain: what was read, and with what."""
        return self.model.info

    @cached_property
    def other_kernels(self) -> tuple[Model, ...]:
        """Other kernels for the same architecture that have been read here before."""
        return tuple(cached_models(self.info.srcarch, but=self.info.version))

    def save(self, path: str | Path) -> None:
        """Save the model; ``Tree.load`` reads it where there is neither tree nor compiler.

        It carries the variables that conf gets, but no paths of this machine.
        """
        kept = tuple((name, value) for name, value in self.info.variables if "/" not in value)
        model = evolve(self.model, info=evolve(self.info, variables=kept))
        write_whole(Path(path), to_bytes(model))

    def __getitem__(self, name: str) -> Symbol:
        """A symbol, with or without CONFIG_; KeyError with a proposal if there is none."""
        bare = name.removeprefix("CONFIG_")
        if bare not in self.model.symbols:
            hint = did_you_mean_option(bare, self.model.symbols)
            raise KeyError(f"{self.info} has no option {bare}{hint}")
        return self.model.symbols[bare]

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.removeprefix("CONFIG_") in self.model.symbols

    def base(self, base: str | Path = "defconfig") -> Base:
        """The lines of a base: a make target, "empty", "running" or a file."""
        if not self.shell and self.source is not None and self._made_by_make(base):
            raise TreeError(f"{base}: only make can tell what it is made of; --no-shell refuses it")
        return find_base(self.model, self.source, base, self.make)

    def _made_by_make(self, base: str | Path) -> bool:
        """Is a base a defconfig target of which the tree has no file?"""
        name = self.info.defconfig if base == "defconfig" else str(base)
        if isinstance(base, Path) or not name.endswith("defconfig"):
            return False
        if base != "defconfig" and Path(base).exists():
            return False
        assert self.source is not None
        folder = self.source.path / "arch" / self.info.srcarch / "configs"
        return not (folder / name).is_file()

    def target(
        self,
        base: str | Path = "defconfig",
        fragments: Fragments = (),
        mode: ConfMode = "olddefconfig",
    ) -> Target:
        """A base of this tree with fragments on top; those with a name are kept for reuse."""
        if mode not in _MODES:
            raise RequestError(f"mode {mode!r}: say {' or '.join(_MODES)}")
        fragments = as_list(fragments)
        key = (base, mode)
        is_name = isinstance(base, str) and base != "running" and not Path(base).exists()
        if is_name and not fragments and key in self._targets:
            return self._targets[key]
        found = self.base(base)
        lines, bad = list(found.lines), [*found.invalid, *self.invalid_lines(found.lines)]
        for fragment in fragments:
            for path in find_fragments(self.model, self.source, fragment):
                more, worse = self.read(path)
                lines += more
                bad += [*worse, *self.invalid_lines(more)]
        name = " + ".join([str(base), *map(str, fragments)])
        notes = tuple(f"warning: {line}" for line in bad)
        target = Target(self.model, name, tuple(lines), mode, self.model_index, notes=notes)
        if is_name and not fragments:
            while len(self._targets) >= _TARGETS:
                self._targets.pop(next(iter(self._targets)))
            self._targets[key] = target
        return target

    def read(self, path: str | Path) -> tuple[list[Line], list[InvalidLine]]:
        """The lines of a fragment or ``.config``, and those that say nothing."""
        return read_lines(Path(path), exact_unset=self.model.dialect.exact_unset)

    def invalid_lines(self, lines: Iterable[Line]) -> list[InvalidLine]:
        """The lines that conf ignores, because the value is none of the symbol's type."""
        symbols = self.model.symbols
        return [
            InvalidLine(
                str(line),
                invalid_value(line, type_, settable=self.model.is_assignable(symbols[line.symbol])),
                line.location,
            )
            for line in lines
            if line.symbol in symbols
            and line.location is not None
            and (type_ := symbols[line.symbol].type) is not Type.UNKNOWN
            and typed_value(line, type_) is None
        ]

    def olddefconfig(
        self, config: str | Path | Iterable[Line] = (), *, mode: ConfMode = "olddefconfig"
    ) -> Configuration:
        """What ``make olddefconfig`` makes of a ``.config`` (a path, or lines)."""
        if isinstance(config, str | Path):
            config = self.read(config)[0]
        return evaluate(self.model, config, mode)

    def savedefconfig(self, config: str | Path | Iterable[Line]) -> str:
        """What ``make savedefconfig`` makes of a ``.config`` (a path, or lines)."""
        if isinstance(config, str | Path):
            config = self.read(config)[0]
        return fragment_text(savedefconfig(self.model, config))

    @cached_property
    def oracle(self) -> Oracle:
        """The tree's own conf; TreeError for a saved model, or where nothing may run."""
        if not self.shell:
            raise TreeError("conf is a program of the tree, and --no-shell refuses to run it")
        if self.source is None:
            raise TreeError("a saved model has no conf; name the tree itself to verify with conf")
        info = self.info
        return Oracle(
            self.source, Environment(info.arch, info.srcarch, info.variables, info.toolchain)
        )

    def requests(self, *wanted: Requests, profiles: Fragments = ()) -> tuple[Demand, ...]:
        """Requests as people write them, checked against this tree.

        Text is a profile ("criu", "criu:lazy-pages"), an option ("X", "X=m",
        "X=y|m"), any of several ("X|Y=m", see :func:`kresolve.any_of`) or
        "@FILE"; a Path is a fragment whose every line is requested.
        ``profiles``: files with profiles of the user's own.
        """
        own = own_profiles(as_list(profiles))
        found: list[Demand] = []
        for one in wanted:
            if isinstance(one, Request | AnyOf):
                found.append(one)
            elif isinstance(one, Path):
                found += from_fragment(self.model, one)
            elif isinstance(one, str):
                found += self._typed(one, own)
            elif isinstance(one, Mapping):
                found += from_mapping(self.model, one)
            else:
                found += self.requests(*one, profiles=profiles)
        return merged(found)

    def _typed(self, text: str, own: Mapping[str, Profile]) -> list[Demand]:
        text = text.strip()
        if text.startswith("@"):
            return [*from_fragment(self.model, Path(text[1:]))]
        name, _, features = text.partition(":")
        profile = find_profile(name, own)
        if profile is None and ":" in text and "=" not in text:
            profile = known_profile(name, own)
        if profile is not None:
            wanted = [feature for feature in features.split(",") if feature]
            return [*profile.requests(self.model, wanted)]
        return [requested(self.model, text)]

    def customary_options(self, *wanted: Requests, profiles: Fragments = ()) -> tuple[str, ...]:
        """Options that people add by tradition to what these profiles ask for."""
        own = own_profiles(as_list(profiles))
        found: dict[str, None] = {}
        for one in wanted:
            if isinstance(one, str):
                profile = find_profile(one.strip().partition(":")[0], own)
                told = profile.customary if profile is not None else ()
                found.update((each.symbol, None) for each in told)
            elif not isinstance(one, Path | Request | AnyOf | Mapping):
                found.update(dict.fromkeys(self.customary_options(*one, profiles=profiles)))
        return tuple(found)

    def names(self, names: str | Iterable[str], option: str) -> tuple[str, ...]:
        """Names of options that a pin or a ban names."""
        listed = [names] if isinstance(names, str) else list(names)
        found = []
        for name in listed:
            bare = name.removeprefix("CONFIG_")
            symbol = self.model.symbols.get(bare)
            if symbol is None:
                hint = did_you_mean_option(bare, self.model.symbols)
                raise RequestError(f"{option} {name}: {self.info} has no such option{hint}")
            if option == "--forbid" and not symbol.is_bool_or_tristate:
                raise RequestError(f"{option} {name}: it is of type {symbol.type} and cannot be n")
            found.append(bare)
        return tuple(dict.fromkeys(found))

    def conf(self, lines: Iterable[Line], mode: ConfMode = "olddefconfig") -> str:
        """The ``.config`` that the tree's own conf makes of lines."""
        text = fragment_text(lines)
        if mode == "olddefconfig":
            return self.oracle.run(mode, text).config
        return self.oracle.run(mode, None, allconfig=text).config


def _saved_model(tree: Any) -> Model | None:
    """The model in a file, None if ``tree`` names no saved model."""
    if not isinstance(tree, str | Path):
        return None
    path = Path(tree)
    try:
        with open_input(path) as file:
            data = file.read(MOST_CHARACTERS)
        return from_bytes(data, str(path)) if data[:1] == b"x" else None  # zlib's first byte
    except OSError:
        return None
