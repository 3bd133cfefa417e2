"""Which config-fragment lines make Linux kernel options survive, proved.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> print(p.fragment)  # doctest: +SKIP
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kresolve.errors import KresolveError
    from kresolve.face.exploring import explain, gates, graph, search, show
    from kresolve.face.fragments import check, lint, merge, migrate
    from kresolve.face.many import minimize, survey
    from kresolve.face.planning import plan
    from kresolve.face.tree import Tree
    from kresolve.planner import Plan, any_of
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
    "Check": "workbench.checking",
    "Explanation": "report.derivation",
    "KresolveError": "errors",
    "Lint": "workbench.linting",
    "Merge": "workbench.merging",
    "Migration": "workbench.migrating",
    "Plan": "planner",
    "Tree": "face.tree",
    "any_of": "planner",
    "check": "face.fragments",
    "draw": "report.graphfile",
    "explain": "face.exploring",
    "gates": "face.exploring",
    "graph": "face.exploring",
    "lint": "face.fragments",
    "merge": "face.fragments",
    "minimize": "face.many",
    "migrate": "face.fragments",
    "plan": "face.planning",
    "search": "face.exploring",
    "show": "face.exploring",
    "survey": "face.many",
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
