"""The package's face in Python: trees that answer questions.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> p.write("criu.config")  # doctest: +SKIP
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from kresolve.api.explain_symbol import DEPTH, explain_symbol
from kresolve.api.loading import Fragments, LoadedTree, Requests, as_list
from kresolve.dotconfig.lines import Line
from kresolve.errors import ConfigFileError, RequestError
from kresolve.evaluator import ConfMode
from kresolve.explanation import customary_effect
from kresolve.explanation.symbol_page import SymbolPage, symbol_page
from kresolve.kconfig import markup
from kresolve.kconfig.help_texts import HelpTexts
from kresolve.kconfig.symbol_search import WHERE, SearchResult, search_symbols
from kresolve.planner import ANY, AnyBase, Plan, Question, Request, Target
from kresolve.planner.solve_and_verify import TargetRequest
from kresolve.progress import SILENT, TIMEOUT, Progress
from kresolve.rendering.explanation import Explanation
from kresolve.results import Result

if TYPE_CHECKING:
    from kresolve.dependency_graph import Graph
    from kresolve.evaluator.effects import Effects
    from kresolve.planner.backbone import Backbone

#: What a gate can be set to.
_SET = (("y",), ("m",))


@frozen(eq=False, repr=False)
class Tree(Result, LoadedTree):
    """A kernel tree for one architecture and toolchain: its model, ready for questions."""

    def _summary(self) -> str:
        return f"{self.info}: {len(self.model.symbols)} symbols; {self.info.source}"

    def to_dict(self) -> dict[str, Any]:
        """What was read, schema "kresolve.tree/1", with every variable that conf gets."""
        info, model = self.info, self.model
        return {
            "schema": "kresolve.tree/1",
            "version": info.version,
            "source": info.source,
            "arch": info.arch,
            "srcarch": info.srcarch,
            "defconfig": info.defconfig,
            "toolchain": dict(info.toolchain),
            "variables": dict(info.variables),
            "files": len(model.files),
            "symbols": len(model.symbols),
            "choices": len(model.choices),
            "warnings": list(model.warnings),
        }

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

    def plan(
        self,
        *request: Requests,
        base: str | Path | Iterable[str | Path] = "defconfig",
        fragment: Fragments = (),
        mode: ConfMode = "olddefconfig",
        pin: str | Iterable[str] = (),
        forbid: str | Iterable[str] = (),
        prefer: str = "y",
        objective: str = "default",
        explicit: bool = False,
        alternatives: int = 0,
        split: bool = False,
        timeout: float | None = TIMEOUT,
        verify: str | None = None,
        profile: Fragments = (),
        progress: Progress = SILENT,
    ) -> Plan:
        """The lines that a request needs on top of a base; see :func:`kresolve.plan`."""
        from kresolve.api.planning import plan

        return plan(
            *request,
            tree=self,
            base=base,
            fragment=fragment,
            mode=mode,
            pin=pin,
            forbid=forbid,
            prefer=prefer,
            objective=objective,
            explicit=explicit,
            alternatives=alternatives,
            split=split,
            timeout=timeout,
            verify=verify,
            profile=profile,
            progress=progress,
        )

    def target_request(
        self,
        request: Iterable[Requests],
        base: str | Path,
        fragment: Fragments,
        mode: ConfMode,
        **words: Any,
    ) -> TargetRequest:
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
            explicit=words["explicit"],
        )
        if base != ANY:
            return TargetRequest(
                self.target(base, fragment, mode),
                question,
                self.conf,
                customary=self.customary_options(*request, profiles=words["profiles"]),
            )
        if as_list(fragment):
            raise RequestError("base any with a fragment: any base may already have its lines")
        if question.pins:
            raise RequestError("base any with --pin: there is no one value to keep")
        if question.explicit:
            raise RequestError("base any with --explicit: a line is there wherever a base needs it")
        any_base = AnyBase(self.model_index, question, mode)
        return TargetRequest(any_base, question, self.conf, self._samples)

    def _samples(self) -> list[tuple[Line, ...]]:
        """Bases on which conf is asked about a fragment for any base."""
        found: list[tuple[Line, ...]] = [()]
        for name in ("allnoconfig", "defconfig", "allyesconfig", "allmodconfig"):
            with contextlib.suppress(ConfigFileError):
                found.append(self.base(name).lines)
        return found

    def with_services(self, plan: Plan, place: TargetRequest) -> Plan:
        """A plan with what its readers ask of this tree: reasons, a graph, what tradition says."""
        return evolve(
            plan,
            notes=(*plan.notes, *self._customary_notes(place, plan)),
            explainer=partial(self._explain_planned, place.target, plan),
            grapher=partial(self._plan_graph, place),
        )

    def _customary_notes(self, place: TargetRequest, plan: Plan) -> Iterator[str]:
        """What the options would do that people add by tradition; of any bases, none is known."""
        if plan.status != "planned" or isinstance(place.target, AnyBase):
            return
        target, added = place.target, plan.assignments_in(0)
        for symbol in place.customary:
            told = customary_effect(
                self.model,
                (*target.lines, *added),
                target.mode,
                symbol,
                without=target.after(added),
            )
            if told is not None:
                yield str(told)

    def _explain_planned(self, where: Target | AnyBase, plan: Plan, symbol: str) -> Explanation:
        """Explain a symbol with a plan's lines; of any bases, on the empty one."""
        target = where.empty if isinstance(where, AnyBase) else where
        return explain_symbol(
            target,
            symbol,
            base=target.base,
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
        mode: ConfMode = "olddefconfig",
        depth: int = DEPTH,
        full: bool = False,
        change: bool = True,
        progress: Progress = SILENT,
    ) -> Explanation:
        """Why a symbol has its value; see :func:`kresolve.explain`."""
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

    def _with_warnings(self, base: str | Path, fragment: Fragments, mode: ConfMode) -> Target:
        """A base with fragments; the lines of it that say nothing are told of."""
        target = self.target(base, fragment, mode)
        for note in target.notes:
            self.progress.note(note)
        return target

    def _plan_graph(self, place: TargetRequest, plan: Plan) -> Graph:
        from kresolve.planner.plan_graph import plan_graph

        # Of the bases that a plan for any base is for, the empty one is shown.
        target = place.target if isinstance(place.target, Target) else place.target.empty
        after = target.after(plan.assignments_in(0))
        return plan_graph(self._whole_graph, self.model, plan, target.before, after)

    def graph(
        self,
        *names: Requests,
        base: str | Path | None = None,
        fragment: Fragments = (),
        mode: ConfMode = "olddefconfig",
        depth: int | None = None,
        limit: int | None = None,
    ) -> Graph:
        """The dependency graph; see :func:`kresolve.graph`."""
        from kresolve.dependency_graph import part, with_values

        if names:
            asked = self._asked(*names)
            found = part(self._whole_graph, asked, depth=depth, limit=limit)
        else:
            found = self._whole_graph.copy()
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
    def _whole_graph(self) -> Graph:
        from kresolve.dependency_graph import dependency_graph

        return dependency_graph(self.model)

    def backbone(self, name: str, value: str = "y") -> Backbone | None:
        """What is on every way to a symbol, proved, and what on some
        (:mod:`kresolve.planner.backbone`).

        None if no way was found.  Raises RequestError for a name
        that is no bool or tristate of this tree.
        """
        from kresolve.planner.backbone import backbone

        return backbone(self.model_index, self._whole_graph, name.removeprefix("CONFIG_"), value)

    def gates(
        self,
        name: str,
        *,
        base: str | Path | None = None,
        fragment: Fragments = (),
        mode: ConfMode = "olddefconfig",
        among: Requests = (),
    ) -> Effects:
        """What setting a symbol does to others; see :func:`kresolve.gates`."""
        from kresolve.evaluator.effects import among as effects_among
        from kresolve.evaluator.effects import effects_on
        from kresolve.evaluator.tree_effects import effects_in_tree

        request, *others = self.requests(name)
        if others or not isinstance(request, Request):
            raise RequestError(f"{name}: a gate is one bool or tristate that is set: say X or X=m")
        if not self.model.symbols[request.symbol].is_bool_or_tristate or request.accept not in _SET:
            raise RequestError(f"{name}: a gate is a bool or tristate that is set: say X or X=m")
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

    def search(
        self,
        pattern: str,
        *,
        where: Iterable[str] = (),
        base: str | Path | None = None,
        fragment: Fragments = (),
        mode: ConfMode = "olddefconfig",
    ) -> SearchResult:
        """The symbols that match a regular expression; see :func:`kresolve.search`."""
        target = None if base is None else self._with_warnings(base, fragment, mode)
        configuration = None if target is None else target.before
        places = tuple(where) or WHERE
        hits = search_symbols(self.model, pattern, self._helps, configuration, where=places)
        return SearchResult(self.info, pattern, hits, "" if target is None else target.base)

    def show(
        self,
        symbol: str,
        *,
        base: str | Path | None = None,
        fragment: Fragments = (),
        mode: ConfMode = "olddefconfig",
    ) -> SymbolPage:
        """All that the Kconfig files say about a symbol; see :func:`kresolve.show`."""
        target = None if base is None else self._with_warnings(base, fragment, mode)
        configuration = None if target is None else target.before
        page = symbol_page(self.model, symbol, self._helps, configuration)
        return page if target is None else evolve(page, base=target.base)

    @cached_property
    def _helps(self) -> HelpTexts:
        return HelpTexts(None if self.source is None else self.source.path)
