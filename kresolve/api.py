"""The package's face in Python: trees that answer questions.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> p.write("criu.config")  # doctest: +SKIP
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from attrs import evolve, field, frozen

from kresolve import markup
from kresolve.asking import Place, ask, check_words
from kresolve.bases import Base, find_base, find_fragments
from kresolve.defaults import TIMEOUT
from kresolve.errors import ConfigFileError, RequestError, TreeError, did_you_mean
from kresolve.explaining import DEPTH, explain_symbol, with_questions
from kresolve.files import write_whole
from kresolve.frontend import load_model
from kresolve.lines import BadLine, Line, fragment_text, read_lines
from kresolve.lookup import WHERE, Found, HelpTexts, SymbolPage, search_symbols, symbol_page
from kresolve.model import Model, Symbol, TreeInfo
from kresolve.modelfile import from_bytes, to_bytes
from kresolve.oracle import Oracle
from kresolve.planner import (
    ANY,
    Knowledge,
    Land,
    Plan,
    Question,
    Request,
    World,
    checked,
    from_fragment,
    from_mapping,
    merged,
    parse_request,
)
from kresolve.profiles import Profile, find_profile, own_profiles, profile_names
from kresolve.progress import SILENT, Progress
from kresolve.report.derivation import Explanation
from kresolve.semantics import Configuration, Finish, evaluate, savedefconfig
from kresolve.trees import Environment, SourceTree, find_tree

if TYPE_CHECKING:
    from kresolve.dependencygraph import Graph
    from kresolve.gating import Effects
    from kresolve.necessity import Ways

#: A request as people write it: text, a list, or a dict of names and values.
Requests: TypeAlias = str | Path | Request | Mapping[str, object] | Iterable[str | Path | Request]

#: One tree, or several.
Trees: TypeAlias = "str | Path | Tree | Iterable[str | Path | Tree] | None"

_FINISHES = ("olddefconfig", "allnoconfig")
#: So many bases by name are kept with what plans found out about them.
_WORLDS = 8
#: What a gate can be set to.
_SET = (("y",), ("m",))


@frozen(eq=False)
class Tree:
    """A kernel tree for one architecture and toolchain: its model, ready for questions."""

    model: Model
    #: The files of the tree; None for a saved model.
    source: SourceTree | None = None
    #: May anything of the tree be run?
    shell: bool = True
    _worlds: dict[tuple[str | Path, str], World] = field(factory=dict, init=False, repr=False)

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
    ) -> Tree:
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
            return cls(saved)
        source = find_tree(tree, progress=progress)
        model = load_model(
            source,
            arch=arch,
            cross_compile=cross_compile,
            llvm=llvm,
            shell=shell,
            progress=progress,
        )
        return cls(model, source, shell)

    @cached_property
    def knowledge(self) -> Knowledge:
        """What earlier plans found out, for later ones."""
        return Knowledge(self.model)

    @property
    def info(self) -> TreeInfo:
        """Version, architecture, toolchain: what was read, and with what."""
        return self.model.info

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
            hint = did_you_mean(bare, self.model.symbols)
            raise KeyError(f"{self.info} has no option {bare}{hint}")
        return self.model.symbols[bare]

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

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name.removeprefix("CONFIG_") in self.model.symbols

    def base(self, base: str | Path = "defconfig") -> Base:
        """The lines of a base: a make target, "empty", "running" or a file."""
        if not self.shell and self.source is not None and self._made_by_make(base):
            raise TreeError(f"{base}: only make can tell what it is made of; --no-shell refuses it")
        return find_base(self.model, self.source, base)

    def _made_by_make(self, base: str | Path) -> bool:
        """Is a base a defconfig target of which the tree has no file?"""
        name = self.info.defconfig if base == "defconfig" else str(base)
        if isinstance(base, Path) or not name.endswith("defconfig") or Path(base).exists():
            return False
        assert self.source is not None
        folder = self.source.path / "arch" / self.info.srcarch / "configs"
        return not (folder / name).is_file()

    def world(
        self,
        base: str | Path = "defconfig",
        fragments: Iterable[str | Path] = (),
        finish: Finish = "olddefconfig",
    ) -> World:
        """A base of this tree with fragments on top; those with a name are kept for reuse."""
        if finish not in _FINISHES:
            raise RequestError(f"finish {finish!r}: say {' or '.join(_FINISHES)}")
        fragments = list(fragments)
        key = (base, finish)
        is_name = isinstance(base, str) and base != "running" and not Path(base).exists()
        if is_name and not fragments and key in self._worlds:
            return self._worlds[key]
        found = self.base(base)
        lines, bad = list(found.lines), list(found.bad)
        for fragment in fragments:
            for path in find_fragments(self.model, self.source, fragment):
                more, worse = self.read(path)
                lines += more
                bad += worse
        name = " + ".join([str(base), *map(str, fragments)])
        notes = tuple(f"warning: {line}" for line in bad)
        world = World(self.model, name, tuple(lines), finish, self.knowledge, notes=notes)
        if is_name and not fragments:
            while len(self._worlds) >= _WORLDS:
                self._worlds.pop(next(iter(self._worlds)))
            self._worlds[key] = world
        return world

    def read(self, path: str | Path) -> tuple[list[Line], list[BadLine]]:
        """The lines of a fragment or ``.config``, and those that say nothing."""
        return read_lines(Path(path), exact_unset=self.model.dialect.exact_unset)

    def olddefconfig(
        self, config: str | Path | Iterable[Line] = (), *, finish: Finish = "olddefconfig"
    ) -> Configuration:
        """What ``make olddefconfig`` makes of a ``.config`` (a path, or lines)."""
        if isinstance(config, str | Path):
            config = self.read(config)[0]
        return evaluate(self.model, config, finish)

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

    def requests(
        self, *wanted: Requests, profiles: Iterable[str | Path] = ()
    ) -> tuple[Request, ...]:
        """Requests as people write them, checked against this tree.

        Text is a profile ("criu", "criu:lazy-pages"), an option ("X", "X=m",
        "X=y|m") or "@FILE"; a Path is a fragment whose every line is requested.
        ``profiles``: files with profiles of the user's own.
        """
        own = own_profiles(profiles)
        found: list[Request] = []
        for one in wanted:
            if isinstance(one, Request):
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

    def _typed(self, text: str, own: Mapping[str, Profile]) -> list[Request]:
        text = text.strip()
        if text.startswith("@"):
            return from_fragment(self.model, Path(text[1:]))
        name, _, features = text.partition(":")
        profile = find_profile(name, own)
        if profile is not None:
            wanted = [feature for feature in features.split(",") if feature]
            return profile.requests(self.model, wanted)
        if ":" in text and "=" not in text:
            known = (*own, *profile_names())
            raise RequestError(
                f"{name}: no such profile; there is {', '.join(known)}{did_you_mean(name, known)}"
            )
        symbol, value = parse_request(text)
        return [checked(self.model, symbol, value, text)]

    def plan(
        self,
        *request: Requests,
        base: str | Path | Iterable[str | Path] = "defconfig",
        fragments: Iterable[str | Path] = (),
        finish: Finish = "olddefconfig",
        pin: str | Iterable[str] = (),
        forbid: str | Iterable[str] = (),
        prefer: str = "y",
        objective: str = "default",
        alternatives: int = 0,
        split: bool = False,
        timeout: float | None = TIMEOUT,
        verify: str | None = None,
        profiles: Iterable[str | Path] = (),
        progress: Progress = SILENT,
    ) -> Plan:
        """The lines that a request needs on top of a base; see :func:`kresolve.plan`."""
        return plan(
            *request,
            tree=self,
            base=base,
            fragments=fragments,
            finish=finish,
            pin=pin,
            forbid=forbid,
            prefer=prefer,
            objective=objective,
            alternatives=alternatives,
            split=split,
            timeout=timeout,
            verify=verify,
            profiles=profiles,
            progress=progress,
        )

    def place(
        self,
        request: Iterable[Requests],
        base: str | Path,
        fragments: Iterable[str | Path],
        finish: Finish,
        **words: Any,
    ) -> Place:
        """A question about a base of this tree; ``words`` are the rest of a plan's options."""
        requests = self.requests(*request, profiles=words["profiles"])
        if not requests:
            raise RequestError("nothing is asked for; name an option or a profile")
        question = Question(
            requests=requests,
            pins=self.names(words["pin"], "--pin"),
            forbidden=self.names(words["forbid"], "--forbid"),
            objective=words["objective"],
            prefer=words["prefer"],
        )
        if base != ANY:
            return Place(self.world(base, fragments, finish), question, self.conf)
        if [*fragments]:
            raise RequestError("base any with a fragment: any base may already have its lines")
        if question.pins:
            raise RequestError("base any with --pin: there is no one value to keep")
        land = Land(self.knowledge, question, finish)
        return Place(land, question, self.conf, self._samples)

    def _samples(self) -> list[tuple[Line, ...]]:
        """Bases on which conf is asked about a fragment for any base."""
        found: list[tuple[Line, ...]] = [()]
        for name in ("allnoconfig", "defconfig", "allyesconfig", "allmodconfig"):
            with contextlib.suppress(ConfigFileError):
                found.append(self.base(name).lines)
        return found

    def _explainer(self, where: World | Land, plan: Plan) -> Callable[[str], Explanation]:
        """What a plan calls to explain a symbol; of any bases, on the empty one."""
        world = where.empty if isinstance(where, Land) else where

        def explain_with_plan(symbol: str) -> Explanation:
            return explain_symbol(
                world,
                symbol,
                base=world.base,
                read=self._file,
                said=plan.assignments,
                change=False,
            )

        return explain_with_plan

    def explain(
        self,
        symbol: str,
        *,
        config: str | Path | None = None,
        base: str | Path = "defconfig",
        fragments: Iterable[str | Path] = (),
        finish: Finish = "olddefconfig",
        depth: int = DEPTH,
        full: bool = False,
        change: bool = True,
        progress: Progress = SILENT,
    ) -> Explanation:
        """Why a symbol has its value; see :func:`kresolve.explain`."""
        start = base if config is None else Path(config)
        world = self.world(start, list(fragments), finish)
        return explain_symbol(
            world,
            symbol,
            base=str(start),
            read=self._file,
            depth=depth,
            full=full,
            change=change,
            progress=progress,
        )

    def _file(self, name: str) -> str | None:
        """The text of a file of the tree; None where it cannot be read."""
        if self.source is None:
            return None
        try:
            return (self.source.path / name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return None

    def _plan_graph(self, place: Place, plan: Plan) -> Graph:
        from kresolve.plangraph import plan_graph

        # Of the bases that a plan for any base is for, the empty one is shown.
        base = place.where.lines if isinstance(place.where, World) else ()
        before, after = (
            evaluate(self.model, (*base, *lines), place.where.finish)
            for lines in ((), plan.assignments)
        )
        return plan_graph(self._whole_graph, self.model, plan, before, after)

    def graph(
        self,
        *names: Requests,
        base: str | Path | None = None,
        fragments: Iterable[str | Path] = (),
        finish: Finish = "olddefconfig",
        depth: int | None = None,
        limit: int | None = None,
    ) -> Graph:
        """The dependency graph; see :func:`kresolve.graph`."""
        from kresolve.dependencygraph import part, with_values

        if names:
            asked = self._asked(*names)
            found = part(self._whole_graph, asked, depth=depth, limit=limit)
        else:
            found = self._whole_graph.copy()
        if base is None:
            return found
        world = self.world(base, fragments, finish)
        found = with_values(found, world.before)
        found.graph.update(base=world.base, finish=finish)
        return found

    def _asked(self, *names: Requests) -> list[str]:
        """The symbols that are named: by profile, by fragment, or by name, of any type."""
        found: list[str] = []
        for name in names:
            bare = name.removeprefix("CONFIG_") if isinstance(name, str) else ""
            if bare in self.model.symbols:
                found.append(bare)
            else:
                found += [request.symbol for request in self.requests(name)]
        return list(dict.fromkeys(found))

    @cached_property
    def _whole_graph(self) -> Graph:
        from kresolve.dependencygraph import dependency_graph

        return dependency_graph(self.model)

    def ways(self, name: str, value: str = "y") -> Ways | None:
        """What is on every way to a symbol, proved, and what on some (:mod:`kresolve.necessity`).

        None if no way was found.  Raises RequestError for a name
        that is no bool or tristate of this tree.
        """
        from kresolve.necessity import ways_to

        return ways_to(self.knowledge, self._whole_graph, name.removeprefix("CONFIG_"), value)

    def gates(
        self,
        name: str,
        *,
        base: str | Path | None = None,
        fragments: Iterable[str | Path] = (),
        finish: Finish = "olddefconfig",
        among: Requests = (),
    ) -> Effects:
        """What setting a symbol does to others; see :func:`kresolve.gates`."""
        from kresolve import gating

        (request,) = self.requests(name)
        if not self.model.symbols[request.symbol].is_logical or request.accept not in _SET:
            raise RequestError(f"{name}: a gate is a bool or tristate that is set: say X or X=m")
        value = request.accept[0]
        names = self._asked(among)
        if base is None:
            found = gating.effects_in_tree(self.model, request.symbol, value)
        else:
            world = self.world(base, fragments, finish)
            found = gating.effects_on(
                self.model, world.lines, finish, request.symbol, value, base=world.base
            )
        return gating.among(found, frozenset(names)) if names else found

    def search(
        self,
        pattern: str,
        *,
        where: Iterable[str] = (),
        base: str | Path | None = None,
        fragments: Iterable[str | Path] = (),
        finish: Finish = "olddefconfig",
    ) -> tuple[Found, ...]:
        """The symbols that match a regular expression; see :func:`kresolve.search`."""
        configuration = None if base is None else self.world(base, fragments, finish).before
        places = tuple(where) or WHERE
        return search_symbols(self.model, pattern, self._helps, configuration, where=places)

    def show(
        self,
        name: str,
        *,
        base: str | Path | None = None,
        fragments: Iterable[str | Path] = (),
        finish: Finish = "olddefconfig",
    ) -> SymbolPage:
        """All that the Kconfig files say about a symbol; see :func:`kresolve.show`."""
        configuration = None if base is None else self.world(base, fragments, finish).before
        return symbol_page(self.model, name, self._helps, configuration)

    @cached_property
    def _helps(self) -> HelpTexts:
        return HelpTexts(None if self.source is None else self.source.path)

    def names(self, names: str | Iterable[str], option: str) -> tuple[str, ...]:
        """Names of options that a pin or a ban names."""
        listed = [names] if isinstance(names, str) else list(names)
        found = []
        for name in listed:
            bare = name.removeprefix("CONFIG_")
            symbol = self.model.symbols.get(bare)
            if symbol is None:
                hint = did_you_mean(bare, self.model.symbols)
                raise RequestError(f"{option} {name}: {self.info} has no such option{hint}")
            if option == "--forbid" and not symbol.is_logical:
                raise RequestError(f"{option} {name}: it is of type {symbol.type} and cannot be n")
            found.append(bare)
        return tuple(dict.fromkeys(found))

    def conf(self, lines: Iterable[Line], finish: Finish = "olddefconfig") -> str:
        """The ``.config`` that the tree's own conf makes of lines."""
        text = fragment_text(lines)
        if finish == "olddefconfig":
            return self.oracle.run(finish, text).config
        return self.oracle.run(finish, None, allconfig=text).config


def _saved_model(tree: Any) -> Model | None:
    """The model in a file, None if ``tree`` names no saved model."""
    if not isinstance(tree, str | Path):
        return None
    path = Path(tree)
    try:
        with path.open("rb") as file:
            if file.read(1) != b"x":  # zlib's first byte
                return None
        return from_bytes(path.read_bytes(), str(path))
    except OSError:
        return None


def plan(
    *request: Requests,
    tree: Trees = None,
    arch: str | Iterable[str] | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    base: str | Path | Iterable[str | Path] = "defconfig",
    worlds: Iterable[Mapping[str, Any]] | None = None,
    fragments: Iterable[str | Path] = (),
    finish: Finish = "olddefconfig",
    pin: str | Iterable[str] = (),
    forbid: str | Iterable[str] = (),
    prefer: str = "y",
    objective: str = "default",
    alternatives: int = 0,
    split: bool = False,
    timeout: float | None = TIMEOUT,
    verify: str | None = None,
    profiles: Iterable[str | Path] = (),
    progress: Progress = SILENT,
) -> Plan:
    """The fragment lines that make a request survive on top of a base.

    ``request``: a profile ("criu"), options ("X", "X=m", {"X": "y"}), "@FILE",
    a Path to a fragment, or lists of these.  ``tree``: see :meth:`Tree.load`;
    a Tree already loaded saves the loading.  ``shell``: False to run nothing of
    the tree.  ``base``: a make target, "empty", a NAME_defconfig or a file,
    with ``fragments`` merged on top; or "any", for a fragment that holds on
    every base of the tree.  ``finish``: "olddefconfig", or "allnoconfig" as
    ``merge_config.sh -n`` does.  ``pin``: options that keep the base's value;
    ``forbid``: options that must be n.  ``prefer``: y or m where a request
    takes both.  ``objective``: "default", "lines" or "footprint".
    ``alternatives``: so many other plans that are as good are named, too.
    ``timeout``: seconds after which the best plan so far is taken, None for
    never.  ``verify``: "conf" to ask the tree's own conf as well.
    ``profiles``: files with profiles of your own.

    ``tree``, ``arch`` and ``base`` may be lists: the one fragment has to hold
    in every combination; with ``split``, there is a common part and a remainder
    for each (``worlds[n].lines``).  ``worlds`` names combinations one by one instead, as
    dicts with "tree", "arch" and "base"; what one lacks is as given beside it.

    The plan's ``status`` is "planned", "impossible" (proved) or "unknown" (the
    time was up).  Raises KresolveError when the question is wrong,
    WitnessError when evaluator, clauses and conf disagree.
    """
    check_words(objective=objective, prefer=prefer, verify=verify)
    options: dict[str, Any] = {
        "cross_compile": cross_compile,
        "llvm": llvm,
        "shell": shell,
        "progress": progress,
    }
    combinations = [
        (one_tree, one_arch, one_base)
        for world in (worlds if worlds is not None else ({},))
        for one_tree in _each(_of(world, "tree", tree))
        for one_arch in _each(_of(world, "arch", arch))
        for one_base in _each(_of(world, "base", base))
    ]
    loaded: dict[tuple[object, object], Tree] = {}
    places: list[Place] = []
    trees: list[Tree] = []
    words = {
        "pin": pin,
        "forbid": forbid,
        "objective": objective,
        "prefer": prefer,
        "profiles": list(profiles),
    }
    request, fragments = _kept(request), list(fragments)
    for one_tree, one_arch, one_base in dict.fromkeys(combinations):
        if isinstance(one_tree, Tree):
            here = one_tree
        else:
            if (one_tree, one_arch) not in loaded:
                loaded[one_tree, one_arch] = Tree.load(one_tree, arch=one_arch, **options)
            here = loaded[one_tree, one_arch]
        places.append(here.place(request, one_base, fragments, finish, **words))
        trees.append(here)
    if not places:
        raise RequestError("no world is named; name at least one tree and base")
    found = ask(
        places,
        alternatives=alternatives,
        parts=split,
        timeout=timeout,
        verify=verify,
        progress=progress,
    )
    found = with_questions(found, trees[0].model, trees[0]._file)  # noqa: SLF001
    return evolve(
        found,
        explainer=trees[0]._explainer(places[0].where, found),  # noqa: SLF001
        grapher=partial(trees[0]._plan_graph, places[0]),  # noqa: SLF001
    )


def _of(world: Mapping[str, Any], key: str, otherwise: Any) -> Any:
    """What a world says, else what is said for all."""
    unknown = [name for name in world if name not in ("tree", "arch", "base")]
    if unknown:
        raise RequestError(f"worlds: {unknown[0]!r}: say tree, arch or base")
    return world.get(key, otherwise)


def _each(one_or_many: Any) -> list[Any]:
    """A list of what may be one thing or several."""
    if one_or_many is None or isinstance(one_or_many, str | Path | Tree):
        return [one_or_many]
    return list(one_or_many)


def _kept(request: Iterable[Requests]) -> tuple[Requests, ...]:
    """Requests that can be read once for each world."""
    return tuple(
        one if isinstance(one, str | Path | Request | Mapping) else list(one) for one in request
    )


def explain(
    symbol: str,
    *,
    tree: str | Path | Tree | None = None,
    arch: str | None = None,
    cross_compile: str | None = None,
    llvm: bool | str = False,
    shell: bool = True,
    config: str | Path | None = None,
    base: str | Path = "defconfig",
    fragments: Iterable[str | Path] = (),
    finish: Finish = "olddefconfig",
    depth: int = DEPTH,
    full: bool = False,
    change: bool = True,
    progress: Progress = SILENT,
) -> Explanation:
    """Why a symbol has its value in a configuration, and what would change it.

    ``symbol``: "X", or "X=m" for what would become of such a line.  ``config``:
    a ``.config``; else ``base`` with ``fragments`` on top, as for :func:`plan`,
    which has the other options, too.  ``depth``: how many causes deep it goes;
    ``full``: everything, down to the last line.  ``change``: False to not look
    for the lines that would give another value.

    Raises KresolveError when the question is wrong.
    """
    loaded = (
        tree
        if isinstance(tree, Tree)
        else Tree.load(
            tree,
            arch=arch,
            cross_compile=cross_compile,
            llvm=llvm,
            shell=shell,
            progress=progress,
        )
    )
    return loaded.explain(
        symbol,
        config=config,
        base=base,
        fragments=fragments,
        finish=finish,
        depth=depth,
        full=full,
        change=change,
        progress=progress,
    )
