"""Which config-fragment lines make Linux kernel options survive, proved.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> print(p.fragment)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kresolve.api import Tree, explain, plan
    from kresolve.benchapi import check, lint, merge, migrate
    from kresolve.errors import KresolveError
    from kresolve.exploring import gates, graph, search, show
    from kresolve.planner import Plan
    from kresolve.questioning import minimize, survey
    from kresolve.report.derivation import Explanation
    from kresolve.report.graphfile import draw
    from kresolve.workbench.checking import Check
    from kresolve.workbench.linting import Lint
    from kresolve.workbench.merging import Merge
    from kresolve.workbench.migrating import Migration

__all__ = [
    "Check",
    "Explanation",
    "KresolveError",
    "Lint",
    "Merge",
    "Migration",
    "Plan",
    "Tree",
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
    "Check": "workbench.checking",
    "Explanation": "report.derivation",
    "KresolveError": "errors",
    "Lint": "workbench.linting",
    "Merge": "workbench.merging",
    "Migration": "workbench.migrating",
    "Plan": "planner",
    "Tree": "api",
    "check": "benchapi",
    "draw": "report.graphfile",
    "explain": "api",
    "gates": "exploring",
    "graph": "exploring",
    "lint": "benchapi",
    "merge": "benchapi",
    "minimize": "questioning",
    "migrate": "benchapi",
    "plan": "api",
    "search": "exploring",
    "show": "exploring",
    "survey": "questioning",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: most commands need little."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
