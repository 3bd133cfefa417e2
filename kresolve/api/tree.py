"""A kernel tree that answers questions.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> p.write("criu.config")  # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from attrs import evolve, field, frozen

from kresolve.api.bases import Base, Make, find_base, find_fragments, invalid_lines
from kresolve.api.options import (
    Bases,
    ExplainOptions,
    Fragments,
    GatesOptions,
    GraphOptions,
    Mode,
    Names,
    Objective,
    OnBases,
    OnWhat,
    PlanOptions,
    Prefer,
    SearchOptions,
    Targets,
    Values,
    Verify,
    What,
    Where,
    as_list,
    described,
)
from kresolve.api.question import Requests, read_requests
from kresolve.dotconfig.files import open_input, read_below, write_whole
from kresolve.dotconfig.lines import (
    InvalidLine,
    Line,
    fragment_text,
    read_lines,
)
from kresolve.errors import RequestError, TreeError
from kresolve.evaluator import Configuration, ConfMode, evaluate
from kresolve.kconfig import markup
from kresolve.kconfig.model import Model, Symbol, TreeInfo
from kresolve.kconfig.similar_names import did_you_mean_option
from kresolve.kconfig.storage import MOST_CHARACTERS, from_bytes, to_bytes
from kresolve.planner import Demand, ModelIndex, Plan, Request, Target
from kresolve.progress import SILENT, TIMEOUT, Progress
from kresolve.results import Result
from kresolve.sources import Environment, SourceTree, find_tree
from kresolve.sources.model_cache import cached_models, load_model

if TYPE_CHECKING:
    from kresolve.dependency_graph import Graph
    from kresolve.evaluator.effects import Effects
    from kresolve.explanation.symbol_page import SymbolPage
    from kresolve.kconfig.help_texts import HelpTexts
    from kresolve.kconfig.symbol_search import SearchResult
    from kresolve.planner.backbone import Backbone
    from kresolve.rendering.explanation import Explanation
    from kresolve.sources.oracle import Oracle

_MODES: Final = ("olddefconfig", "allnoconfig")
#: So many bases by name are kept with what plans found out about them.
_TARGETS: Final = 8
#: What a gate can be set to.
_SET = (("y",), ("m",))


def _made(
    source: SourceTree, target: str, *, arch: str, cross_compile: str | None, llvm: bool | str
) -> str:
    """The ``.config`` that the tree's own make writes for a target."""
    from kresolve.sources.oracle import make_target

    return make_target(source, target, arch=arch, cross_compile=cross_compile, llvm=llvm).config


@frozen(eq=False, repr=False)
class Tree(Result):
    """A kernel tree for one architecture and toolchain: its model, ready for questions."""

    model: Model
    #: The files of the tree; None for a saved model.
    source: SourceTree | None = None
    #: May anything of the tree be run?
    shell: bool = True
    #: The ``.config`` that the tree's own make writes for a target.
    make: Make | None = None
    #: Where lines that say nothing are told of.
    progress: Progress = SILENT
    _targets: dict[tuple[str | Path, str], Target] = field(factory=dict, init=False)

    schema: ClassVar = "kresolve.tree/1"
    _keys: ClassVar = (
        *("*info", "srcarch=info.srcarch", "defconfig=info.defconfig", "variables=_variables"),
        *("files=_files", "symbols=_symbols", "choices=_choices", "warnings=model.warnings"),
    )

    @classmethod
    @described(Where)
    def load(
        cls,
        tree: str | Path | None = None,
        *,
        arch: str | None = None,
        cross_compile: str | None = None,
        llvm: bool | str = False,
        shell: bool = True,
        progress: Progress = SILENT,
    ) -> Tree:
        """Load a tree: some seconds the first time, later some tenths of a second.

        Returns:
            A Tree, to ask as often as you like.

        Raises:
            TreeError: The tree is missing, incomplete, or cannot be fetched.
            KconfigError: A Kconfig file cannot be read.
            ToolError: A program is missing or failed.
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

    def _summary(self) -> str:
        return f"{self.info}: {len(self.model.symbols)} symbols; {self.info.source}"

    @property
    def _variables(self) -> Mapping[str, str]:
        return dict(self.info.variables)

    @property
    def _files(self) -> int:
        return len(self.model.files)

    @property
    def _symbols(self) -> int:
        return len(self.model.symbols)

    @property
    def _choices(self) -> int:
        return len(self.model.choices)

    def _rows(self) -> list[Mapping[str, Any]]:
        """A row for each symbol."""
        return [
            {
                "symbol": name,
                "type": str(symbol.type),
                "prompt": self.model.prompt(name),
                "menu": list(self.model.menu_path(name)),
                "location": str(self.model.location(name)),
            }
            for name, symbol in self.model.symbols.items()
        ]

    def _repr_html_(self) -> str:
        rows = [
            ("source", self.info.source),
            ("symbols", f"{len(self.model.symbols)}, {len(self.model.options)} of them options"),
            *self.info.toolchain,
        ]
        return markup.block(
            markup.strong(self.info),
            markup.table((markup.text(what), markup.text(text)) for what, text in rows),
        )

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
            raise TreeError(
                f"{base}: only make knows its files, and --no-shell refuses to run make"
            )
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
            raise RequestError(f"invalid mode {mode!r}; use {' or '.join(_MODES)}")
        fragments = as_list(fragments)
        key = (base, mode)
        is_name = isinstance(base, str) and base != "running" and not Path(base).exists()
        if is_name and not fragments and key in self._targets:
            return self._targets[key]
        found = self.base(base)
        lines, bad = list(found.lines), [*found.invalid, *invalid_lines(self.model, found.lines)]
        for fragment in fragments:
            for path in find_fragments(self.model, self.source, fragment):
                more, worse = self.read(path)
                lines += more
                bad += [*worse, *invalid_lines(self.model, more)]
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
        from kresolve.evaluator.savedefconfig import savedefconfig

        return fragment_text(savedefconfig(self.model, config))

    @cached_property
    def oracle(self) -> Oracle:
        """The tree's own conf; TreeError for a saved model, or where nothing may run."""
        if not self.shell:
            raise TreeError("conf is a program of the tree, and --no-shell refuses to run it")
        if self.source is None:
            raise TreeError("a saved model has no conf; name the tree itself to verify with conf")
        from kresolve.sources.oracle import Oracle

        info = self.info
        return Oracle(
            self.source, Environment(info.arch, info.srcarch, info.variables, info.toolchain)
        )

    def requests(self, *wanted: Requests, profiles: Fragments = ()) -> tuple[Demand, ...]:
        """Requests as people write them, checked against this tree."""
        return read_requests(self.model, *wanted, profiles=profiles)

    def conf(self, lines: Iterable[Line], mode: ConfMode = "olddefconfig") -> str:
        """The ``.config`` that the tree's own conf makes of lines."""
        text = fragment_text(lines)
        if mode == "olddefconfig":
            return self.oracle.run(mode, text).config
        return self.oracle.run(mode, None, allconfig=text).config

    @described(OnBases, What, PlanOptions)
    def plan(
        self,
        *request: Requests,
        base: Bases = "defconfig",
        fragment: Fragments = (),
        mode: Mode = "olddefconfig",
        pin: Names = (),
        forbid: Names = (),
        prefer: Prefer = "y",
        objective: Objective = "default",
        explicit: bool = False,
        alternatives: int = 0,
        split: bool = False,
        timeout: float | None = TIMEOUT,
        verify: Verify = None,
        profile: Fragments = (),
        progress: Progress = SILENT,
    ) -> Plan:
        """The lines that a request needs on top of a base; see :func:`kresolve.plan`."""
        from kresolve.api.planning import planned

        return planned(
            request,
            Targets(self),
            OnBases(base, fragment, mode),
            What(pin, forbid, prefer, objective, explicit),
            PlanOptions(None, alternatives, split, timeout, verify, profile),
            progress=progress,
        )

    @described(OnWhat, ExplainOptions)
    def explain(
        self,
        symbol: str,
        *,
        config: str | Path | None = None,
        base: str | Path = "defconfig",
        fragment: Fragments = (),
        mode: Mode = "olddefconfig",
        depth: int = 6,
        full: bool = False,
        change: bool = True,
        progress: Progress = SILENT,
    ) -> Explanation:
        """Why a symbol has its value; see :func:`kresolve.explain`."""
        from kresolve.api.explain_symbol import explain_symbol

        start = base if config is None else Path(config)
        target = self._with_warnings(start, fragment, mode)
        return explain_symbol(
            target,
            symbol,
            base=str(start),
            depth=depth,
            full=full,
            change=change,
            progress=progress,
        )

    def _with_warnings(self, base: str | Path, fragment: Fragments, mode: Mode) -> Target:
        """A base with fragments; the lines of it that say nothing are told of."""
        target = self.target(base, fragment, mode)
        for note in target.notes:
            self.progress.note(note)
        return target

    @described(Values, GraphOptions)
    def graph(
        self,
        *names: Requests,
        base: str | Path | None = None,
        fragment: Fragments = (),
        mode: Mode = "olddefconfig",
        depth: int | None = None,
        limit: int | None = None,
    ) -> Graph:
        """The dependency graph; see :func:`kresolve.graph`."""
        from kresolve.dependency_graph import part, with_values

        if names:
            asked = self._asked(*names)
            found = part(self.whole_graph, asked, depth=depth, limit=limit)
        else:
            found = self.whole_graph.copy()
        if base is None:
            return found
        target = self._with_warnings(base, fragment, mode)
        found = with_values(found, target.before)
        found.graph.update(base=target.base, mode=mode)
        return found

    def _asked(self, *names: Requests) -> list[str]:
        """The symbols that are named: by profile, by fragment, or by name, of any type."""
        found: list[str] = []
        for name in names:
            bare = name.removeprefix("CONFIG_") if isinstance(name, str) else ""
            if bare in self.model.symbols:
                found.append(bare)
            else:
                found += [symbol for one in self.requests(name) for symbol in one.symbols]
        return list(dict.fromkeys(found))

    @cached_property
    def whole_graph(self) -> Graph:
        """The graph of the whole tree, to be read only; :meth:`graph` gives a copy."""
        from kresolve.dependency_graph import dependency_graph

        return dependency_graph(self.model)

    def backbone(self, name: str, value: str = "y") -> Backbone | None:
        """What is on every way to a symbol, proved, and what on some
        (:mod:`kresolve.planner.backbone`).

        None if no way was found.  Raises RequestError for a name
        that is no bool or tristate of this tree.
        """
        from kresolve.planner.backbone import backbone

        return backbone(self.model_index, self.whole_graph, name.removeprefix("CONFIG_"), value)

    @described(Values, GatesOptions)
    def gates(
        self,
        symbol: str,
        *,
        base: str | Path | None = None,
        fragment: Fragments = (),
        mode: Mode = "olddefconfig",
        among: Requests = (),
    ) -> Effects:
        """What setting a symbol does to others; see :func:`kresolve.gates`."""
        from kresolve.evaluator.effects import among as effects_among
        from kresolve.evaluator.effects import effects_on
        from kresolve.evaluator.tree_effects import effects_in_tree

        request, *others = self.requests(symbol)
        if others or not isinstance(request, Request):
            raise RequestError(f"{symbol}: not a gate; name one bool or tristate, as X or X=m")
        if not self.model.symbols[request.symbol].is_bool_or_tristate or request.accept not in _SET:
            raise RequestError(f"{symbol}: not a gate; name a bool or tristate, as X or X=m")
        value = request.accept[0]
        names = self._asked(among)
        if base is None:
            found = effects_in_tree(self.model, request.symbol, value)
        else:
            target = self._with_warnings(base, fragment, mode)
            found = effects_on(
                self.model, target.lines, mode, request.symbol, value, base=target.base
            )
        return effects_among(found, frozenset(names)) if names else found

    @described(Values, SearchOptions)
    def search(
        self,
        pattern: str,
        *,
        where: Iterable[str] = (),
        base: str | Path | None = None,
        fragment: Fragments = (),
        mode: Mode = "olddefconfig",
    ) -> SearchResult:
        """The symbols that match a regular expression; see :func:`kresolve.search`."""
        target = None if base is None else self._with_warnings(base, fragment, mode)
        configuration = None if target is None else target.before
        from kresolve.kconfig.symbol_search import WHERE, SearchResult, search_symbols

        places = tuple(where) or WHERE
        hits = search_symbols(self.model, pattern, self._helps, configuration, where=places)
        return SearchResult(self.info, pattern, hits, "" if target is None else target.base)

    @described(Values)
    def show(
        self,
        symbol: str,
        *,
        base: str | Path | None = None,
        fragment: Fragments = (),
        mode: Mode = "olddefconfig",
    ) -> SymbolPage:
        """All that the Kconfig files say about a symbol; see :func:`kresolve.show`."""
        target = None if base is None else self._with_warnings(base, fragment, mode)
        configuration = None if target is None else target.before
        from kresolve.explanation.symbol_page import symbol_page

        page = symbol_page(self.model, symbol, self._helps, configuration)
        return page if target is None else evolve(page, base=target.base)

    @cached_property
    def _helps(self) -> HelpTexts:
        from kresolve.kconfig.help_texts import HelpTexts

        return HelpTexts(None if self.source is None else self.source.path)

    @cached_property
    def model_index(self) -> ModelIndex:
        """What earlier plans found out, for later ones."""
        root = None if self.source is None else self.source.path
        return ModelIndex(self.model, partial(read_below, root))


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
