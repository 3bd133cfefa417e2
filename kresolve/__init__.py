"""Which config-fragment lines make Linux kernel options survive, proved.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> print(p.fragment)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kresolve.api.exploring import explain, gates, graph, search, show
    from kresolve.api.fragments import check, lint, merge, migrate
    from kresolve.api.planning import plan
    from kresolve.api.survey import minimize, survey
    from kresolve.api.tree import Tree
    from kresolve.errors import KresolveError
    from kresolve.fragments.checking import Check
    from kresolve.fragments.linting import Lint
    from kresolve.fragments.merging import Merge
    from kresolve.fragments.migrating import Migration
    from kresolve.planner import Plan, any_of
    from kresolve.rendering.explanation import Explanation
    from kresolve.rendering.graph_file import draw

__all__ = [
    "Check",
    "Explanation",
    "KresolveError",
    "Lint",
    "Merge",
    "Migration",
    "Plan",
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
    "Check": "fragments.checking",
    "Explanation": "rendering.explanation",
    "KresolveError": "errors",
    "Lint": "fragments.linting",
    "Merge": "fragments.merging",
    "Migration": "fragments.migrating",
    "Plan": "planner",
    "Tree": "api.tree",
    "any_of": "planner",
    "check": "api.fragments",
    "draw": "rendering.graph_file",
    "explain": "api.exploring",
    "gates": "api.exploring",
    "graph": "api.exploring",
    "lint": "api.fragments",
    "merge": "api.fragments",
    "minimize": "api.survey",
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
