"""The package's face in Python: trees that answer questions.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> p.write("criu.config")  # doctest: +SKIP
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from kresolve import markup
from kresolve.asking import Place
from kresolve.defaults import TIMEOUT
from kresolve.errors import ConfigFileError, RequestError
from kresolve.explaining import DEPTH, explain_symbol
from kresolve.explanation import tradition
from kresolve.face.loading import Fragments, LoadedTree, Requests, listed
from kresolve.lines import Line
from kresolve.lookup import WHERE, Found, HelpTexts, SymbolPage, search_symbols, symbol_page
from kresolve.planner import (
    ANY,
    Land,
    Plan,
    Question,
    Request,
    World,
)
from kresolve.progress import SILENT, Progress
from kresolve.report.derivation import Explanation
from kresolve.semantics import Finish

if TYPE_CHECKING:
    from kresolve.dependencygraph import Graph
    from kresolve.gating import Effects
    from kresolve.necessity import Ways

#: What a gate can be set to.
_SET = (("y",), ("m",))


@frozen(eq=False)
class Tree(LoadedTree):
    """A kernel tree for one architecture and toolchain: its model, ready for questions."""

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

    def plan(
        self,
        *request: Requests,
        base: str | Path | Iterable[str | Path] = "defconfig",
        fragment: Fragments = (),
        finish: Finish = "olddefconfig",
        pin: str | Iterable[str] = (),
        forbid: str | Iterable[str] = (),
        prefer: str = "y",
        objective: str = "default",
        alternatives: int = 0,
        split: bool = False,
        timeout: float | None = TIMEOUT,
        verify: str | None = None,
        profile: Fragments = (),
        progress: Progress = SILENT,
    ) -> Plan:
        """The lines that a request needs on top of a base; see :func:`kresolve.plan`."""
        from kresolve.face.planning import plan

        return plan(
            *request,
            tree=self,
            base=base,
            fragment=fragment,
            finish=finish,
            pin=pin,
            forbid=forbid,
            prefer=prefer,
            objective=objective,
            alternatives=alternatives,
            split=split,
            timeout=timeout,
            verify=verify,
            profile=profile,
            progress=progress,
        )

    def place(
        self,
        request: Iterable[Requests],
        base: str | Path,
        fragment: Fragments,
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
            return Place(
                self.world(base, fragment, finish),
                question,
                self.conf,
                traditions=self.traditions(*request, profiles=words["profiles"]),
            )
        if listed(fragment):
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

    def furnished(self, plan: Plan, place: Place) -> Plan:
        """A plan with what its readers ask of this tree: reasons, a graph, what tradition says."""
        return evolve(
            plan,
            notes=(*plan.notes, *self._traditions(place, plan)),
            explainer=partial(self._explain_planned, place.where, plan),
            grapher=partial(self._plan_graph, place),
        )

    def _traditions(self, place: Place, plan: Plan) -> Iterator[str]:
        """What the options would do that people add by tradition; of any bases, none is known."""
        if plan.status != "planned" or isinstance(place.where, Land):
            return
        world, added = place.where, plan.assignments_in(0)
        for symbol in place.traditions:
            told = tradition(
                self.model,
                (*world.lines, *added),
                world.finish,
                symbol,
                without=world.after(added),
            )
            if told is not None:
                yield str(told)

    def _explain_planned(self, where: World | Land, plan: Plan, symbol: str) -> Explanation:
        """Explain a symbol with a plan's lines; of any bases, on the empty one."""
        world = where.empty if isinstance(where, Land) else where
        return explain_symbol(
            world,
            symbol,
            base=world.base,
            said=plan.assignments_in(0),
            change=False,
        )

    def explain(
        self,
        symbol: str,
        *,
        config: str | Path | None = None,
        base: str | Path = "defconfig",
        fragment: Fragments = (),
        finish: Finish = "olddefconfig",
        depth: int = DEPTH,
        full: bool = False,
        change: bool = True,
        progress: Progress = SILENT,
    ) -> Explanation:
        """Why a symbol has its value; see :func:`kresolve.explain`."""
        start = base if config is None else Path(config)
        world = self._heard(start, fragment, finish)
        return explain_symbol(
            world,
            symbol,
            base=str(start),
            depth=depth,
            full=full,
            change=change,
            progress=progress,
        )

    def _heard(self, base: str | Path, fragment: Fragments, finish: Finish) -> World:
        """A base with fragments; the lines of it that say nothing are told of."""
        world = self.world(base, fragment, finish)
        for note in world.notes:
            self.progress.note(note)
        return world

    def _plan_graph(self, place: Place, plan: Plan) -> Graph:
        from kresolve.plangraph import plan_graph

        # Of the bases that a plan for any base is for, the empty one is shown.
        world = place.where if isinstance(place.where, World) else place.where.empty
        after = world.after(plan.assignments_in(0))
        return plan_graph(self._whole_graph, self.model, plan, world.before, after)

    def graph(
        self,
        *names: Requests,
        base: str | Path | None = None,
        fragment: Fragments = (),
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
        world = self._heard(base, fragment, finish)
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
                found += [symbol for one in self.requests(name) for symbol in one.symbols]
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
        fragment: Fragments = (),
        finish: Finish = "olddefconfig",
        among: Requests = (),
    ) -> Effects:
        """What setting a symbol does to others; see :func:`kresolve.gates`."""
        from kresolve import gating

        request, *others = self.requests(name)
        if others or not isinstance(request, Request):
            raise RequestError(f"{name}: a gate is one bool or tristate that is set: say X or X=m")
        if not self.model.symbols[request.symbol].is_logical or request.accept not in _SET:
            raise RequestError(f"{name}: a gate is a bool or tristate that is set: say X or X=m")
        value = request.accept[0]
        names = self._asked(among)
        if base is None:
            found = gating.effects_in_tree(self.model, request.symbol, value)
        else:
            world = self._heard(base, fragment, finish)
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
        fragment: Fragments = (),
        finish: Finish = "olddefconfig",
    ) -> tuple[Found, ...]:
        """The symbols that match a regular expression; see :func:`kresolve.search`."""
        configuration = None if base is None else self._heard(base, fragment, finish).before
        places = tuple(where) or WHERE
        return search_symbols(self.model, pattern, self._helps, configuration, where=places)

    def show(
        self,
        name: str,
        *,
        base: str | Path | None = None,
        fragment: Fragments = (),
        finish: Finish = "olddefconfig",
    ) -> SymbolPage:
        """All that the Kconfig files say about a symbol; see :func:`kresolve.show`."""
        configuration = None if base is None else self._heard(base, fragment, finish).before
        return symbol_page(self.model, name, self._helps, configuration)

    @cached_property
    def _helps(self) -> HelpTexts:
        return HelpTexts(None if self.source is None else self.source.path)
