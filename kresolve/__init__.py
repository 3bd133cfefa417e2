"""Which config-fragment lines make Linux kernel options survive, proved.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> print(p)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kresolve.api.exploring import explain, gates, graph, search, show
    from kresolve.api.fragments import check, lint, merge, migrate
    from kresolve.api.minimizing import minimize
    from kresolve.api.planning import plan
    from kresolve.api.survey import survey
    from kresolve.api.survey_run import Survey
    from kresolve.api.tree import Tree
    from kresolve.dependency_graph import Graph
    from kresolve.errors import DisagreementError, KresolveError
    from kresolve.evaluator import Configuration
    from kresolve.evaluator.effects import Effects
    from kresolve.explanation import Derivation
    from kresolve.explanation.symbol_page import SymbolPage
    from kresolve.fragments.checking import Check
    from kresolve.fragments.linting import Finding, Lint
    from kresolve.fragments.merging import Merge
    from kresolve.fragments.migrating import MigratedLine, Migration
    from kresolve.kconfig.model import Symbol
    from kresolve.kconfig.symbol_search import SearchResult, SymbolHit
    from kresolve.planner import Conflict, Plan, PlanLine, TargetResult, any_of
    from kresolve.planner.backbone import Backbone
    from kresolve.planner.minimizing import Minimal
    from kresolve.rendering.explanation import Explanation
    from kresolve.rendering.graph_file import GraphPicture, draw

__all__ = [
    "Backbone",
    "Check",
    "Configuration",
    "Conflict",
    "Derivation",
    "DisagreementError",
    "Effects",
    "Explanation",
    "Finding",
    "Graph",
    "GraphPicture",
    "KresolveError",
    "Lint",
    "Merge",
    "MigratedLine",
    "Migration",
    "Minimal",
    "Plan",
    "PlanLine",
    "SearchResult",
    "Survey",
    "Symbol",
    "SymbolHit",
    "SymbolPage",
    "TargetResult",
    "Tree",
    "any_of",
    "check",
    "draw",
    "explain",
    "gates",
    "graph",
    "lint",
    "merge",
    "migrate",
    "minimize",
    "plan",
    "search",
    "show",
    "survey",
]
__version__ = "0.1.0"

_HOMES = {
    "Backbone": "planner.backbone",
    "Check": "fragments.checking",
    "Configuration": "evaluator",
    "Conflict": "planner",
    "Derivation": "explanation",
    "DisagreementError": "errors",
    "Effects": "evaluator.effects",
    "Explanation": "rendering.explanation",
    "Finding": "fragments.linting",
    "Graph": "dependency_graph",
    "GraphPicture": "rendering.graph_file",
    "KresolveError": "errors",
    "Lint": "fragments.linting",
    "Merge": "fragments.merging",
    "MigratedLine": "fragments.migrating",
    "Migration": "fragments.migrating",
    "Minimal": "planner.minimizing",
    "Plan": "planner",
    "PlanLine": "planner",
    "SearchResult": "kconfig.symbol_search",
    "Survey": "api.survey_run",
    "Symbol": "kconfig.model",
    "SymbolHit": "kconfig.symbol_search",
    "SymbolPage": "explanation.symbol_page",
    "TargetResult": "planner",
    "Tree": "api.tree",
    "any_of": "planner",
    "check": "api.fragments",
    "draw": "rendering.graph_file",
    "explain": "api.exploring",
    "gates": "api.exploring",
    "graph": "api.exploring",
    "lint": "api.fragments",
    "merge": "api.fragments",
    "minimize": "api.minimizing",
    "migrate": "api.fragments",
    "plan": "api.planning",
    "search": "api.exploring",
    "show": "api.exploring",
    "survey": "api.survey",
}


if not TYPE_CHECKING:  # which would take every name for one that is there

    def __getattr__(name: str) -> object:
        """Import a public name when it is first used: most commands need little."""
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """The public names, which are there before they are imported."""
    return [*__all__, "__version__"]
