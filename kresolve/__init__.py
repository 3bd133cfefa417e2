"""Which config-fragment lines make Linux kernel options survive, proved.

>>> from kresolve import plan
>>> p = plan("criu", tree="debian:6.12", base="allnoconfig")  # doctest: +SKIP
>>> print(p)  # doctest: +SKIP
"""

import re
from functools import cache
from importlib import import_module
from pathlib import Path

__version__ = "0.1.0"


@cache
def _homes() -> dict[str, str]:
    """Where each public name lives: the stub beside this file has them, for type checkers, too."""
    stub = Path(__file__).with_suffix(".pyi").read_text(encoding="ascii")
    found = re.findall(r"^from (\S+) import (\w+) as \w+$", stub, re.MULTILINE)
    return {name: module for module, name in found}


def __getattr__(name: str) -> object:
    """Import a public name when it is first used: most commands need little."""
    if name == "__all__":
        return sorted(_homes())
    if name not in _homes():
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(_homes()[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """The public names, which are there before they are imported."""
    return [*sorted(_homes()), "__version__"]
