"""Which config-fragment lines make Linux kernel options survive, proved.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> print(p.fragment)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kresolve.api import Tree, plan
    from kresolve.errors import KresolveError
    from kresolve.exploring import gates, graph, search, show
    from kresolve.planner import Plan
    from kresolve.report.graphfile import draw

__all__ = ["KresolveError", "Plan", "Tree", "draw", "gates", "graph", "plan", "search", "show"]
__version__ = "0.1.0"

_HOMES = {
    "KresolveError": "errors",
    "Plan": "planner",
    "Tree": "api",
    "draw": "report.graphfile",
    "gates": "exploring",
    "graph": "exploring",
    "plan": "api",
    "search": "exploring",
    "show": "exploring",
}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: most commands need little."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
